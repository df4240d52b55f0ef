import Postgres
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The databases of plangate on a server: each state that is captured has one of its own.
///
/// It is used from several threads; each takes connections of its own.
final class GateServer: Sendable {
  /// The cluster, of which plangate may do what it wants.
  let cluster: DisposableServer
  /// Connections for making, copying and dropping databases that nobody is using just now.
  private let idle = Mutex<[Connection]>([])
  private let version = Mutex<Version?>(nil)

  private struct Version {
    let text: String
    let number: Int
  }

  /// - Parameter environment: of the programs that run, cleared of the caller's PG*.
  init(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, environment: [String: String]
  ) throws(Diagnostic) {
    do { cluster = try DisposableServer(installation, configuration, environment: environment) } catch {
      throw Diagnostic(error.message)
    }
  }

  // MARK: The process

  /// Makes a cluster.
  func makeCluster() throws(Diagnostic) {
    do { try cluster.makeCluster() } catch { throw Diagnostic(error.message) }
  }

  /// Starts the server of the cluster that is there.
  func start() throws(Diagnostic) {
    let connection: Connection
    do { connection = try cluster.start() } catch { throw Diagnostic(error.message) }
    version.withLock {
      $0 = Version(
        text: connection.serverVersionText.split(separator: " ").first.map(String.init) ?? "",
        number: connection.serverVersion)
    }
    idle.withLock { $0 = [connection] }
  }

  /// Stops the server with its cluster complete on disk.
  func stopCleanly() throws(Diagnostic) {
    idle.withLock { $0 = [] }
    do { try cluster.stopCleanly() } catch { throw Diagnostic(error.message) }
  }

  /// Stops the server and removes all that is plangate's.
  func stop() { cluster.stop() }

  /// `15.18`.
  var versionText: String { version.withLock { $0?.text ?? "" } }
  var versionNumber: Int { version.withLock { $0?.number ?? 0 } }
  var major: Int { versionNumber / 10_000 }

  /// A private directory that goes with the server.
  var directory: String { cluster.directory }
  var hasEnded: Bool { cluster.hasEnded }
  var logTail: String { cluster.logTail }

  /// What client programs need to reach a database.
  func clientEnvironment(_ name: Name) -> [String: String] { cluster.clientEnvironment(database: name.text) }

  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String {
    try cluster.installation.client(program, environment: environment)
  }

  /// An error as a person can act on it: with the end of the log when the server is gone.
  func diagnostic(_ error: ServerError) -> Diagnostic {
    Diagnostic(error.description + (hasEnded ? "\nthe server's log ends:\n\(logTail)" : ""))
  }

  // MARK: Databases

  /// A name of plangate's own, of letters, digits and underscores; no SQL is made of anybody else's.
  struct Name: Equatable, Sendable {
    let text: String
  }

  let seeded = Name(text: "plangate")

  func clone(_ number: Int) -> Name { Name(text: "plangate_clone_\(number)") }

  func create(_ name: Name) throws(ServerError) {
    try maintain { (connection) throws(ServerError) in
      try connection.execute("CREATE DATABASE \(name.text) TEMPLATE template0")
    }
  }

  /// Copies a database, statistics and all. Nobody else may be in it.
  func copy(_ original: Name, to name: Name) throws(ServerError) {
    try waitUntilAlone(in: original)
    try maintain { (connection) throws(ServerError) in
      // Copying files beats writing them to the log, which is the default from 15 on.
      let strategy = connection.serverVersion >= 150_000 ? " STRATEGY file_copy" : ""
      try connection.execute("CREATE DATABASE \(name.text) TEMPLATE \(original.text)\(strategy)")
      // A template's ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET stay behind.
      try connection.execute(
        """
        INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
        SELECT copy.oid, s.setrole, s.setconfig
        FROM pg_catalog.pg_db_role_setting s
        JOIN pg_catalog.pg_database original ON original.oid = s.setdatabase AND original.datname = $1
        JOIN pg_catalog.pg_database copy ON copy.datname = $2
        """, [original.text, name.text])
    }
  }

  func drop(_ name: Name) throws(ServerError) {
    try maintain { (connection) throws(ServerError) in
      try connection.execute("DROP DATABASE IF EXISTS \(name.text) WITH (FORCE)")
    }
  }

  /// Waits for other sessions to end: the last backend of a seed may still be closing, and VACUUM would see its snapshot.
  /// Those that a seed left behind on purpose are ended.
  func waitUntilAlone(in name: Name) throws(ServerError) {
    let others = "FROM pg_catalog.pg_stat_activity WHERE datname = $1"
    let deadline = ContinuousClock.now + .seconds(1)
    try maintain { (connection) throws(ServerError) in
      while try connection.execute("SELECT \(others)", [name.text]).rows.count > 0 {
        if ContinuousClock.now > deadline {
          try connection.execute("SELECT pg_catalog.pg_terminate_backend(pid) \(others)", [name.text])
        }
        try connection.execute("SELECT pg_catalog.pg_sleep(0.002)")
      }
    }
  }

  /// Makes the roles that are missing.
  func make(roles: [String]) throws(ServerError) {
    try maintain { (connection) throws(ServerError) in
      for role in roles {
        let isThere =
          try connection.execute("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [role]).rows.count > 0
        if isThere { continue }
        // The server quotes the name.
        let create = try connection.execute("SELECT pg_catalog.format('CREATE ROLE %I', $1::text)", [role]).value
        try connection.execute(create ?? "")
      }
    }
  }

  // MARK: Connections

  /// Connects to a database. A server that just crashed under a query needs a moment to be back.
  func connect(to name: Name) throws(ServerError) -> Connection { try connect(toDatabase: name.text) }

  private func connect(toDatabase name: String) throws(ServerError) -> Connection {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do { return try cluster.connect(database: name) } catch {
        guard Interruption.shared.signal == nil, !hasEnded, error.isConnectionLost, ContinuousClock.now < deadline
        else { throw error }
        usleep(20_000)
      }
    }
  }

  /// Waits until the server is itself again after a crash under a query: for a moment it still takes connections, only to
  /// end them.
  func recover() {
    usleep(200_000)
    while !hasEnded, Interruption.shared.signal == nil {
      if let connection = try? connect(toDatabase: "postgres"), (try? connection.execute("SELECT 1")) != nil { return }
    }
  }

  /// Calls `body` with a connection that nobody else uses meanwhile, and once more with a new one when it was lost: a
  /// crash that a query caused takes all connections along.
  private func maintain(_ body: (Connection) throws(ServerError) -> Void) throws(ServerError) {
    if let connection = idle.withLock({ $0.popLast() }) {
      do {
        try body(connection)
        return idle.withLock { $0.append(connection) }
      } catch {
        guard error.isConnectionLost else {
          idle.withLock { $0.append(connection) }
          throw error
        }
      }
    }
    let connection = try connect(toDatabase: "postgres")
    try body(connection)
    idle.withLock { $0.append(connection) }
  }
}
