import JSON
import PlanCore

/// A value of a case that a query reads from the seeded database: `{sql: "select id from users where …"}`.
struct FetchedValue: Equatable, Sendable {
  /// The number of its parameter, from 1, or the parameter's name.
  let key: String
  /// The query, with its position in the manifest.
  let statement: Statement

  static let keys = ["sql"]

  /// The parameter as messages name it: `$1` or `:name`.
  var parameter: String { Int(key) == nil ? ":\(key)" : "$\(key)" }
}

extension QueryCase {
  /// How far the values are that come from the database.
  enum FetchState: Equatable, Sendable {
    case unread
    case read
    /// The text says why there is none.
    case failed(String)
  }

  /// Why the case has no values; nil if it has all of them.
  var missingValue: String? {
    if fetched.isEmpty { return nil }
    switch fetchState {
    case .unread: return "its values have not been read from the database"
    case .read: return nil
    case .failed(let reason): return reason
    }
  }

  /// The values for the reports; those that were not read are left out.
  var bound: [BoundParameter] {
    guard missingValue != nil else { return parameters.bound }
    let missing = Set(fetched.map(\.parameter))
    return parameters.bound.filter { !missing.contains($0.name) }
  }

  /// The parameters whose values may be others after the next seed, by these values.
  var fetchedNames: [String: String] {
    guard fetchState == .read else { return [:] }
    let names = Set(fetched.map(\.parameter))
    let pairs = parameters.bound.filter { names.contains($0.name) }
      .compactMap { item in item.value.map { ($0, item.name) } }
    return Dictionary(pairs) { first, _ in first }
  }

  /// A fingerprint that changes with what the manifest says of the values.
  ///
  /// A value from the database counts as its query: another seed may make other keys.
  var parametersFingerprint: String {
    if fetched.isEmpty { return parameters.fingerprint }
    let queries = fetched.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.statement.text)) }
    return PlanCore.fingerprint(
      JSON.object([
        JSONMember("values", .string(parameters.with(nil, for: fetched.map(\.key)).fingerprint)),
        JSONMember("sql", .object(queries)),
      ]).text)
  }
}

extension Parameters {
  /// The same with another value for some of them.
  func with(_ value: String?, for keys: [String]) -> Parameters {
    with(Dictionary(keys.map { ($0, value) }) { first, _ in first })
  }

  /// The same with other values, by number from 1 or by name.
  func with(_ replaced: [String: String?]) -> Parameters {
    switch self {
    case .none: .none
    case .positional(let values):
      .positional(values.enumerated().map { index, value in replaced[String(index + 1)] ?? value })
    case .named(let values):
      .named(values.map { NamedParameter(name: $0.name, value: replaced[$0.name] ?? $0.value) })
    }
  }
}
