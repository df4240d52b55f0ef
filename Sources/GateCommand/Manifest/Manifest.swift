import JSON
import PlanCore
import Postgres
import YAML

/// The manifest: what is seeded, how the server is set, which queries are judged and how.
struct Manifest: Sendable {
  /// As the user named it.
  var path: String
  /// All paths in it are relative to this.
  var directory: String
  var configuration: ServerConfiguration
  /// Whether it names the locale, so that no other will do.
  var namesLocale = false
  var seed: [SeedStep]
  /// Whether the steps of the seed keep root's rights when plangate is root.
  var seedsAsRoot = false
  var roles: [String]
  var queries: [Query]
  /// Whether ANALYZE reads whole tables; `statistics: sampled` leaves it to its random samples.
  var wholeStatistics: Bool
  /// The directory of the baselines.
  var baselines: String
  /// Where what is asked of the server stands.
  var places: [ServerWish: ManifestPlace] = [:]
  /// Of its text.
  var fingerprint = ""
}

extension Manifest {
  /// What tells that two runs are asked to judge the same cases.
  func selection(of queries: [Query]) -> Selection {
    let parts = queries.flatMap { query in
      [query.name, query.statement.text] + query.cases.map { query.id(of: $0).description }
    }
    return Selection(
      caseCount: queries.reduce(0) { $0 + $1.cases.count },
      fingerprint: PlanCore.fingerprint(JSON.array(([fingerprint] + parts).map(JSON.string)).text))
  }
}

extension Manifest {
  /// Whether the cases' time is judged.
  var measuresTime: Bool { queries.contains(where: \.measuresTime) }
}

/// One step of the seed, in the order of the manifest.
enum SeedStep: Equatable, Sendable {
  /// An SQL file, for psql: as the user would name it from here.
  case script(String)
  /// A pg_dump archive, for pg_restore.
  case archive(String)
  /// A shell command, and the files that its result rests on; without them nobody can tell when it is to be run again.
  case command(String, inputs: [String])
}

/// One SQL statement and how it is planned.
struct Query: Sendable {
  var name: String
  /// The line of the manifest on which its entry begins, from 1.
  var manifestLine: Int
  var statement: Statement
  var cases: [QueryCase]
  var session: Session
  var policy: CasePolicy
  /// In milliseconds, for the statement as a whole.
  var timeout: Int
  /// Type names for parameters whose type the server cannot infer, by position from 1 or by name.
  var types: [String: String] = [:]
  /// Whether the run measures time, for the rule `time`.
  var measuresTime = false
}

extension Query {
  /// What a query without `name:` is called.
  static func name(ofFile file: String) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? file
    return last.hasSuffix(".sql") ? String(last.dropLast(4)) : last
  }

  func id(of item: QueryCase) -> CaseID { CaseID(name, item.name) }
}

/// The text of a query and where it stands.
struct Statement: Equatable, Sendable {
  /// As in the file.
  var text: String
  /// The file, or the manifest for a query inside it, as the user would name it.
  var file: String
  /// The line of the file on which the text begins, from 1.
  var firstLine: Int
  /// By how many characters each line is indented in the file beyond the text.
  var indentation: Int
}

/// A query with one set of parameter values and one plan mode.
struct QueryCase: Equatable, Sendable {
  var name: String?
  var parameters: Parameters
  /// Planned without the parameters' values.
  var isGeneric: Bool
}

/// The values of a case.
enum Parameters: Equatable, Sendable {
  case none
  /// For `$1`, `$2` …
  case positional([String?])
  /// For `:name`, in the manifest's order.
  case named([NamedParameter])

  /// For the reports.
  var bound: [BoundParameter] {
    switch self {
    case .none: []
    case .positional(let values): values.enumerated().map { BoundParameter(name: "$\($0 + 1)", value: $1) }
    case .named(let values): values.map { BoundParameter(name: ":\($0.name)", value: $0.value) }
    }
  }

  /// What tells that the values changed.
  var fingerprint: String {
    func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
    switch self {
    case .none: return PlanCore.fingerprint("")
    case .positional(let values): return PlanCore.fingerprint(JSON.array(values.map(text)).text)
    case .named(let values):
      let members = values.sorted { $0.name < $1.name }.map { JSONMember($0.name, text($0.value)) }
      return PlanCore.fingerprint(JSON.object(members).text)
    }
  }
}

struct NamedParameter: Equatable, Sendable {
  let name: String
  /// Nil is NULL.
  let value: String?
}

/// Who runs a query.
struct Session: Equatable, Sendable {
  var role: String?
  var settings: [String: String] = [:]
}
