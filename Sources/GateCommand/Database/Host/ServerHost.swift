import OperatingSystem
import Postgres

/// A server on which plangate makes databases: its own cluster, or a given server.
///
/// Names of databases are plangate's own, of letters, digits and underscores. The connections passed in are to the
/// maintenance database.
protocol ServerHost: Sendable {
  /// A private directory of the run.
  var directory: String { get }
  /// The prefix of the names of all databases that plangate makes.
  var databaseName: String { get }
  /// The database from which others are made.
  var maintenanceDatabase: String { get }
  /// The address, such as `localhost:5432`; nil for a cluster of plangate's own.
  var address: String? { get }
  /// Limitations of the server, for the reports.
  var notes: [String] { get }
  /// The most connections that plangate may open; nil for as many as the configuration allows.
  var connectionLimit: Int? { get }
  /// The memory for the sample of one ANALYZE, in bytes; nil for a share of this machine's.
  var sampleMemory: Int? { get }

  var hasEnded: Bool { get }
  var logTail: String { get }
  /// The heading for `logTail`.
  var logTitle: String { get }

  func connect(database: String) throws(ServerError) -> Connection
  /// The path of a client program such as psql.
  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String
  /// Runs a client program such as psql on a database.
  func runClient(_ command: Command, database: String) throws(Diagnostic) -> ChildExit
  /// The user that seed steps run as; nil when that is plangate's own user.
  func stepUser() throws(ServerStartError) -> StepUser?
  /// The variables with which a user's command reaches a database: libpq's variables, DATABASE_URL and, over TCP,
  /// JDBC_DATABASE_URL.
  func commandEnvironment(database: String) -> [String: String]
  /// A URI for people.
  func visibleURL(database: String) -> String
  /// The output of a child, without secrets.
  func visible(_ output: String) -> String

  func create(_ database: String, _ connection: Connection) throws(ServerError)
  /// Copies a database that has no sessions.
  func copy(_ original: String, to copy: String, _ connection: Connection) throws(ServerError)
  func drop(_ database: String, _ connection: Connection) throws(ServerError)
  /// Ends the sessions that were found and should have ended by themselves.
  ///
  /// - Parameters:
  ///   - found: `FROM … WHERE …` over `pg_stat_activity`, with its parameters.
  ///   - since: the time by which they should have ended.
  func endSessions(
    _ found: String, _ parameters: [String], since: ContinuousClock.Instant, _ connection: Connection
  ) throws(ServerError)
  /// Makes a role that does not exist.
  func make(role: String, _ connection: Connection) throws(ServerError)
  /// Prepares a seeded database for the collection of its statistics.
  func finishSeed(of database: String) throws(ServerError)

  /// Removes everything that plangate made.
  ///
  /// - Returns: what could not be removed.
  func end() -> [Leftover]
}

/// An object that plangate made and could not remove.
struct Leftover: Sendable {
  /// The object, the reason, and the statements that remove it.
  let text: String
  var isDatabase = false
}

extension ServerHost {
  /// Asks the server to build a statement, with the names and texts in it quoted.
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

  func visibleURL(database: String) -> String { clientEnvironment(database: database)["DATABASE_URL"] ?? "" }

  func visible(_ output: String) -> String { withoutPasswords(output) }

  func create(_ database: String, _ connection: Connection) throws(ServerError) {
    try connection.execute("CREATE DATABASE \(database) TEMPLATE template0")
  }

  func copy(_ original: String, to copy: String, _ connection: Connection) throws(ServerError) {
    try copyFiles(original, to: copy, connection)
    try copySettings(original, to: copy, connection)
  }

  /// Makes a database whose files can be replaced by those of another one, which has the same locale and encoding.
  func create(_ database: String, like original: String, _ connection: Connection) throws(ServerError) {
    try copyFiles("template0", to: database, connection)
    // Rows that the other one has may be older or newer than those of the template.
    try connection.execute(
      """
      UPDATE pg_catalog.pg_database copy
      SET datfrozenxid = original.datfrozenxid, datminmxid = original.datminmxid
      FROM pg_catalog.pg_database original WHERE original.datname = $1 AND copy.datname = $2
      """, [original, database])
    try copySettings(original, to: database, connection)
  }

  private func copyFiles(_ original: String, to copy: String, _ connection: Connection) throws(ServerError) {
    // A server that was built without it copies.
    if connection.serverVersion >= 180_000, ClusterFiles(dataDirectory).sharesBlocks {
      _ = try? connection.execute("SET file_copy_method = clone")
    }
    // Copying files is faster than writing them to the WAL, which is the default since 15.
    let strategy = connection.serverVersion >= 150_000 ? " STRATEGY file_copy" : ""
    try connection.execute("CREATE DATABASE \(copy) TEMPLATE \(original)\(strategy)")
  }

  private func copySettings(_ original: String, to copy: String, _ connection: Connection) throws(ServerError) {
    // CREATE DATABASE does not copy a template's ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET.
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
