import JSON
import PlanCore
import Postgres
import YAML

/// The manifest: the seed, the server's settings, and the queries with the rules that judge them.
struct Manifest: Sendable {
  /// The path as the user named it.
  var path: String
  /// The directory that all paths in the manifest are relative to.
  var directory: String
  var configuration: ServerConfiguration
  /// Whether the manifest names the locale, so that no other is accepted.
  var namesLocale = false
  var seed: [SeedStep]
  /// The patterns of the seed whose files run in another order than by their bytes.
  var reordered: [ReorderedFiles] = []
  /// The migrations, run in order on the seeded and analyzed database.
  var migrations: [Migration] = []
  /// The settings of the rules on migrations, by id; those that are missing are off.
  var migrationRules: [String: RuleSettings] = [:]
  /// Whether seed steps keep root's rights when plangate is root.
  var seedsAsRoot = false
  var roles: [String]
  /// Whether the roles are those that the files name (`roles: auto`), which are found before the seed.
  var findsRoles = false
  var queries: [Query]
  /// Whether ANALYZE reads whole tables; `statistics: sampled` leaves it to its random samples.
  var wholeStatistics: Bool
  /// The directory of the baselines.
  var baselines: String
  /// The positions in the manifest of what it asks of the server.
  var positions: [ServerWish: ManifestPosition] = [:]
  /// A fingerprint of the manifest's text.
  var fingerprint = ""
}

extension Manifest {
  /// A value that is equal for two runs if they judge the same cases.
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
  /// Whether the duration of the cases is judged.
  var measuresTime: Bool { queries.contains(where: \.measuresTime) }
}

/// One SQL statement and how it is planned.
struct Query: Sendable {
  var name: String
  /// The line of the manifest on which its entry begins, from 1.
  var manifestLine: Int
  /// The column there, from 1.
  var manifestColumn = 1
  var statement: Statement
  var cases: [QueryCase]
  var session: Session
  var policy: CasePolicy
  /// The timeout in milliseconds, for the statement as a whole.
  var timeout: Int
  /// Type names for parameters whose type the server cannot infer, by position from 1 or by name.
  var types: [String: String] = [:]
  /// Whether the run measures time, for the rule `time`.
  var measuresTime = false
  /// For one of the queries that `files:` takes: the keys and values, as YAML, of the entry that would take it alone.
  var ownEntry: [(key: String, value: String)]?
}

extension Query {
  /// The name of a query without `name:`.
  static func name(ofFile file: String) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? file
    return last.hasSuffix(".sql") ? String(last.dropLast(4)) : last
  }

  func id(of queryCase: QueryCase) -> CaseID { CaseID(name, queryCase.name) }
}

/// A query with one set of parameter values and one plan mode.
struct QueryCase: Equatable, Sendable {
  var name: String?
  var parameters: Parameters
  /// Whether it is planned without the parameters' values.
  var isGeneric: Bool
  /// The values that come from the seeded database; `parameters` holds NULL for them until they are read.
  var fetched: [FetchedValue] = []
  var fetchState = FetchState.unread
}

/// The values of a case.
enum Parameters: Equatable, Sendable {
  case none
  /// Values for `$1`, `$2` …
  case positional([String?])
  /// Values for `:name`, in the manifest's order.
  case named([NamedParameter])

  /// The values for the reports.
  var bound: [BoundParameter] {
    switch self {
    case .none: []
    case .positional(let values): values.enumerated().map { BoundParameter(name: "$\($0 + 1)", value: $1) }
    case .named(let values): values.map { BoundParameter(name: ":\($0.name)", value: $0.value) }
    }
  }

  /// A fingerprint that changes with the values.
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
  /// The value; nil is NULL.
  let value: String?
}

/// The role and settings with which a query runs.
struct Session: Equatable, Sendable {
  var role: String?
  var settings: [String: String] = [:]
}
