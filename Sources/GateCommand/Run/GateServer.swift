import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The databases of a disposable server: each state that is captured has one of its own.
final class GateServer {
  private let server: DisposableServer
  /// For making, copying and dropping databases.
  private var maintenance: Connection
  /// `15.18`.
  let versionText: String
  let major: Int

  init(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, environment: [String: String]
  ) throws(Diagnostic) {
    do { server = try DisposableServer.start(installation, configuration, environment: environment) } catch {
      throw Diagnostic(error.message)
    }
    do { maintenance = try server.connect(database: "postgres") } catch {
      server.stop()
      throw Diagnostic(error.description)
    }
    versionText = maintenance.serverVersionText.split(separator: " ").first.map(String.init) ?? ""
    major = maintenance.serverVersion / 10_000
  }

  // MARK: Databases

  /// A name of plangate's own; no SQL is made of anybody else's.
  struct Name: Equatable, Sendable {
    let text: String
    static let seeded = Name(text: "plangate")
    static func clone(_ number: Int) -> Name { Name(text: "plangate_clone_\(number)") }
  }

  func create(_ name: Name) throws(ServerError) {
    try maintain("CREATE DATABASE \(name.text) TEMPLATE template0")
  }

  /// Copies a database, statistics and all. Nobody else may be in it.
  func copy(_ original: Name, to name: Name) throws(ServerError) {
    try waitUntilAlone(in: original)
    // Copying files beats writing them to the log, which is the default from 15 on.
    let strategy = maintenance.serverVersion >= 150_000 ? " STRATEGY file_copy" : ""
    try maintain("CREATE DATABASE \(name.text) TEMPLATE \(original.text)\(strategy)")
    // A template's ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET stay behind.
    try maintain(
      """
      INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
      SELECT copy.oid, s.setrole, s.setconfig
      FROM pg_catalog.pg_db_role_setting s
      JOIN pg_catalog.pg_database original ON original.oid = s.setdatabase AND original.datname = $1
      JOIN pg_catalog.pg_database copy ON copy.datname = $2
      """, [original.text, name.text])
  }

  func drop(_ name: Name) throws(ServerError) {
    try maintain("DROP DATABASE IF EXISTS \(name.text) WITH (FORCE)")
  }

  /// Connects to a database. A server that just crashed under a query needs a moment to be back.
  func connect(to name: Name) throws(ServerError) -> Connection { try connect(toDatabase: name.text) }

  private func connect(toDatabase name: String) throws(ServerError) -> Connection {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do { return try server.connect(database: name) } catch {
        guard Interruption.shared.signal == nil, !server.hasEnded, error.isConnectionLost,
          ContinuousClock.now < deadline
        else { throw error }
        usleep(20_000)
      }
    }
  }

  /// Waits until the server is itself again after a crash under a query: for a moment it still takes connections, only to
  /// end them.
  func recover() {
    usleep(200_000)
    while !server.hasEnded, Interruption.shared.signal == nil {
      if let connection = try? connect(toDatabase: "postgres"), (try? connection.execute("SELECT 1")) != nil { return }
    }
  }

  @discardableResult
  private func maintain(_ sql: String, _ values: [String] = []) throws(ServerError) -> QueryResult {
    do { return try maintenance.execute(sql, values) } catch {
      // A crash that a query caused has taken this connection along.
      guard error.isConnectionLost else { throw error }
      maintenance = try connect(toDatabase: "postgres")
      return try maintenance.execute(sql, values)
    }
  }

  /// Waits for other sessions to end: the last backend of a seed may still be closing, and VACUUM would see its snapshot.
  /// Those that a seed left behind on purpose are ended.
  func waitUntilAlone(in name: Name) throws(ServerError) {
    let others = "FROM pg_catalog.pg_stat_activity WHERE datname = $1"
    let deadline = ContinuousClock.now + .seconds(1)
    while try maintain("SELECT \(others)", [name.text]).rows.count > 0 {
      if ContinuousClock.now > deadline {
        try maintain("SELECT pg_catalog.pg_terminate_backend(pid) \(others)", [name.text])
      }
      try maintain("SELECT pg_catalog.pg_sleep(0.002)")
    }
  }

  /// Makes the roles that are missing.
  func make(roles: [String]) throws(ServerError) {
    for role in roles {
      let isThere = try maintain("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [role]).rows.count > 0
      if isThere { continue }
      // The server quotes the name.
      let create = try maintain("SELECT pg_catalog.format('CREATE ROLE %I', $1::text)", [role]).value
      try maintain(create ?? "")
    }
  }

  // MARK: The process

  /// What client programs need to reach a database.
  func clientEnvironment(_ name: Name) -> [String: String] { server.clientEnvironment(database: name.text) }

  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String {
    try server.installation.client(program, environment: environment)
  }

  /// A private directory that goes with the server.
  var directory: String { server.directory }
  var hasEnded: Bool { server.hasEnded }
  var logTail: String { server.logTail }
  func stop() { server.stop() }

  /// An error as a person can act on it: with the end of the log when the server is gone.
  func diagnostic(_ error: ServerError) -> Diagnostic {
    Diagnostic(error.description + (server.hasEnded ? "\nthe server's log ends:\n\(server.logTail)" : ""))
  }
}
