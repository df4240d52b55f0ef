import OperatingSystem
import Postgres

/// A server on which plangate makes databases: a cluster of its own, or one that it was given.
///
/// Names of databases are plangate's own, of letters, digits and underscores. The connections that are passed are to the
/// maintenance database.
protocol ServerHost: Sendable {
  /// A private directory of the run.
  var directory: String { get }
  /// What all names of plangate's databases begin with.
  var databaseName: String { get }
  /// The database from which others are made.
  var maintenanceDatabase: String { get }
  /// `localhost:5432`; nil for a cluster of plangate's own.
  var address: String? { get }
  /// What could not be had there, for the reports.
  var notes: [String] { get }
  /// How many connections plangate may have; nil for as many as the configuration says.
  var connectionLimit: Int? { get }
  /// How much memory the sample of one ANALYZE may take, in bytes; nil for a share of this machine's.
  var sampleMemory: Int? { get }

  var hasEnded: Bool { get }
  var logTail: String { get }
  /// What `logTail` is.
  var logTitle: String { get }

  func connect(database: String) throws(ServerError) -> Connection
  /// The path of psql or its like.
  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String
  /// Runs psql or its like on a database.
  func runClient(_ command: Command, database: String) throws(Diagnostic) -> ChildExit
  /// Who the steps of a seed run as; nil when that is plangate's own user.
  func stepUser() throws(ServerStartError) -> StepUser?
  /// What a command of somebody else's needs to reach a database: libpq's variables and DATABASE_URL.
  func commandEnvironment(database: String) -> [String: String]
  /// A URI for people.
  func visibleURL(database: String) -> String
  /// What a child printed, without what nobody may see.
  func visible(_ output: String) -> String

  func create(_ database: String, _ connection: Connection) throws(ServerError)
  /// Copies a database that nobody is in.
  func copy(_ original: String, to copy: String, _ connection: Connection) throws(ServerError)
  func drop(_ database: String, _ connection: Connection) throws(ServerError)
  /// Ends the sessions that were found and should have ended by themselves.
  ///
  /// - Parameters:
  ///   - found: `FROM … WHERE …` over `pg_stat_activity`, with its parameters.
  ///   - since: when they should have ended.
  func endSessions(
    _ found: String, _ parameters: [String], since: ContinuousClock.Instant, _ connection: Connection
  ) throws(ServerError)
  /// Makes a role that is not there.
  func make(role: String, _ connection: Connection) throws(ServerError)
  /// What a seeded database needs before its statistics are collected.
  func finishSeed(of database: String) throws(ServerError)

  /// Removes all that is plangate's.
  ///
  /// - Returns: what could not be removed.
  func end() -> [Leftover]
}

/// What is plangate's and could not be removed.
struct Leftover: Sendable {
  /// What it is, the reason, and the statements that remove it.
  let text: String
  var isDatabase = false
}

extension ServerHost {
  /// Asks the server for a statement: it quotes the names and texts in it.
  func statement(_ format: String, _ arguments: [String], _ connection: Connection) throws(ServerError) -> String {
    let casts = arguments.indices.map { ", $\($0 + 1)::pg_catalog.text" }.joined()
    let text = try connection.execute(
      "SELECT pg_catalog.format($\(arguments.count + 1)::pg_catalog.text\(casts))", arguments + [format]
    ).value
    return text ?? ""
  }
}

extension DisposableServer: ServerHost {
  var databaseName: String { "plangate" }
  var maintenanceDatabase: String { "postgres" }
  var address: String? { nil }
  var notes: [String] { [] }
  var connectionLimit: Int? { nil }
  var sampleMemory: Int? { nil }
  var logTitle: String { "the server's log ends" }

  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String {
    try installation.client(program, environment: environment)
  }

  func runClient(_ command: Command, database: String) throws(Diagnostic) -> ChildExit {
    var command = command
    command.environment.merge(clientEnvironment(database: database)) { $1 }
    do { return try ChildProcess.run(command) } catch { throw Diagnostic(error.description) }
  }

  func commandEnvironment(database: String) -> [String: String] { clientEnvironment(database: database) }

  func visibleURL(database: String) -> String { clientEnvironment(database: database)["DATABASE_URL"] ?? "" }

  func visible(_ output: String) -> String { output }

  func create(_ database: String, _ connection: Connection) throws(ServerError) {
    try connection.execute("CREATE DATABASE \(database) TEMPLATE template0")
  }

  func copy(_ original: String, to copy: String, _ connection: Connection) throws(ServerError) {
    // Copying files beats writing them to the log, which is the default from 15 on.
    let strategy = connection.serverVersion >= 150_000 ? " STRATEGY file_copy" : ""
    try connection.execute("CREATE DATABASE \(copy) TEMPLATE \(original)\(strategy)")
    // A template's ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET stay behind.
    try connection.execute(
      """
      INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
      SELECT copy.oid, s.setrole, s.setconfig
      FROM pg_catalog.pg_db_role_setting s
      JOIN pg_catalog.pg_database original ON original.oid = s.setdatabase AND original.datname = $1
      JOIN pg_catalog.pg_database copy ON copy.datname = $2
      """, [original, copy])
  }

  func drop(_ database: String, _ connection: Connection) throws(ServerError) {
    try connection.execute("DROP DATABASE IF EXISTS \(database) WITH (FORCE)")
  }

  func endSessions(
    _ found: String, _ parameters: [String], since: ContinuousClock.Instant, _ connection: Connection
  ) throws(ServerError) {
    try connection.execute("SELECT pg_catalog.pg_terminate_backend(pid) \(found)", parameters)
  }

  func make(role: String, _ connection: Connection) throws(ServerError) {
    try connection.execute(try statement("CREATE ROLE %1$I", [role], connection))
  }

  func finishSeed(of database: String) {}

  func end() -> [Leftover] {
    stop()
    return []
  }
}
