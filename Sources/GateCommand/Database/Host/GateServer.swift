import OperatingSystem
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
  /// Where the databases are.
  let host: any ServerHost
  /// Connections that nobody is using just now, by their databases: one to the maintenance database, from which others
  /// are made, copied and dropped, and those that wait to be used again.
  private let idle = Mutex<[(database: String, connection: Connection)]>([])
  /// A connection that is being opened while other work goes on.
  private let opening = Mutex<(name: Name, connection: Background<Connection?>)?>(nil)
  private let version = Mutex<Version?>(nil)
  private let lostConnections = Atomic(0)
  private let states = Atomic(0)

  private struct Version {
    let text: String
    let number: Int
  }

  /// - Parameter environment: of the programs that run, cleared of the caller's PG*.
  init(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, environment: [String: String]
  ) throws(Diagnostic) {
    do { host = try DisposableServer(installation, configuration, environment: environment) } catch {
      throw Diagnostic(error.message)
    }
  }

  /// Works on a server that somebody else runs.
  init(_ given: GivenServer) {
    host = given
    version.withLock { $0 = Version(text: given.versionText, number: given.versionNumber) }
  }

  // MARK: The process

  /// The cluster, of which plangate may do what it wants: for who made one.
  var cluster: DisposableServer {
    guard let cluster = host as? DisposableServer else { preconditionFailure("a given server is no cluster to handle") }
    return cluster
  }

  /// Makes a cluster.
  func makeCluster() throws(Diagnostic) {
    do { try cluster.makeCluster() } catch { throw advised(Diagnostic(error.message)) }
  }

  /// Starts the server of the cluster that is there.
  func start() throws(Diagnostic) {
    try launch()
    try enter()
  }

  /// Starts the server's process and waits until it takes connections.
  func launch() throws(Diagnostic) {
    do { try cluster.start() } catch { throw advised(Diagnostic(error.message)) }
  }

  /// Opens the first connection.
  ///
  /// - Parameter name: a database that is needed next; a connection to it is opened meanwhile.
  func enter(expecting name: Name? = nil) throws(Diagnostic) {
    if let name {
      // The first session in a database takes its time, and so does the one in the maintenance database.
      let connection = Background { [host] in try? host.connect(database: name.text) }
      opening.withLock { $0 = (name, connection) }
    }
    let connection: Connection
    do { connection = try host.connect(database: host.maintenanceDatabase) } catch {
      throw Diagnostic("the server takes no connection: \(error.message)\(ProcessLimit.hint(in: error.message))")
    }
    version.withLock {
      $0 = Version(
        text: connection.serverVersionText.split(separator: " ").first.map(String.init) ?? "",
        number: connection.serverVersion)
    }
    keep(connection, to: maintenance)
  }

  /// Stops the server with its cluster complete on disk.
  func stopCleanly() throws(Diagnostic) {
    closeIdle { _ in true }
    do { try cluster.stopCleanly() } catch { throw advised(Diagnostic(error.message)) }
  }

  /// Stops the server of a cluster that is of no use.
  func halt() {
    closeIdle { _ in true }
    cluster.halt()
  }

  /// Stops the server, or leaves it, and removes all that is plangate's; what cannot be removed is named.
  ///
  /// - Returns: whether all databases are gone; a role that others have given rights to may stay.
  @discardableResult
  func stop() -> Bool {
    closeIdle { _ in true }
    let leftovers = host.end()
    for leftover in leftovers { Console.error("\(leftover.isDatabase ? "error" : "warning"): \(leftover.text)") }
    return !leftovers.contains(where: \.isDatabase)
  }

  /// `15.18`.
  var versionText: String { version.withLock { $0?.text ?? "" } }
  var versionNumber: Int { version.withLock { $0?.number ?? 0 } }
  var major: Int { versionNumber / 10_000 }

  /// A private directory that goes with the server.
  var directory: String { host.directory }
  var hasEnded: Bool { host.hasEnded }
  var logTail: String { host.logTail }

  /// What could not be had there, for the reports.
  var notes: [String] { host.notes }

  /// Runs psql or its like on a database.
  func runClient(_ command: Command, in name: Name) throws(Diagnostic) -> ChildExit {
    try host.runClient(command, database: name.text)
  }

  /// What a command of somebody else's needs to reach a database.
  func commandEnvironment(_ name: Name) -> [String: String] { host.commandEnvironment(database: name.text) }

  /// A URI for people.
  func visibleURL(_ name: Name) -> String { host.visibleURL(database: name.text) }

  /// What a child printed, without what nobody may see.
  func visible(_ output: String) -> String { host.visible(output) }

  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String {
    try host.client(program, environment: environment)
  }

  /// An error as a person can act on it: with the end of the log when the server is gone.
  func diagnostic(_ error: ServerError) -> Diagnostic {
    advised(Diagnostic(error.description + (hasEnded ? "\n\(host.logTitle):\n\(logTail)" : "")))
  }

  // MARK: Databases

  /// A name of plangate's own, of letters, digits and underscores; no SQL is made of anybody else's.
  struct Name: Equatable, Sendable {
    let text: String
  }

  /// The database from which others are made, copied and dropped.
  private var maintenance: Name { Name(text: host.maintenanceDatabase) }

  var seeded: Name { Name(text: host.databaseName) }

  /// A clone of a database for one case.
  func clone(_ number: Int, of name: Name) -> Name { Name(text: "\(name.text)_clone_\(number)") }

  /// The database of another state, a new name each time.
  func newState() -> Name {
    Name(text: "\(host.databaseName)_state_\(states.wrappingAdd(1, ordering: .relaxed).newValue)")
  }

  func create(_ name: Name) throws(ServerError) {
    try maintain { (connection) throws(ServerError) in try host.create(name.text, connection) }
  }

  /// Copies a database, statistics and all. Nobody else may be in it.
  func copy(_ original: Name, to name: Name) throws(ServerError) {
    try waitUntilAlone(in: original)
    try maintain { (connection) throws(ServerError) in
      try host.copy(original.text, to: name.text, connection)
    }
  }

  /// What a seeded database needs before its statistics are collected.
  func finishSeed(of name: Name) throws(ServerError) { try host.finishSeed(of: name.text) }

  func drop(_ name: Name) throws(ServerError) {
    closeIdle { $0 == name.text }
    try maintain { (connection) throws(ServerError) in try host.drop(name.text, connection) }
  }

  /// Waits for other sessions to end: the last backend of a seed may still be closing, and VACUUM would see its snapshot.
  /// Those that a seed left behind on purpose are ended.
  ///
  /// - Parameter limit: how long a session may take to end; those of a background worker may come back for ever.
  func waitUntilAlone(in name: Name, atMost limit: Duration = .seconds(60)) throws(ServerError) {
    closeIdle { $0 == name.text }
    // A worker of autovacuum is nobody's, and makes way for a copy by itself.
    let others = "FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND usesysid IS NOT NULL"
    let start = ContinuousClock.now
    let deadline = start + .seconds(1)
    try maintain { (connection) throws(ServerError) in
      while try connection.execute("SELECT \(others)", [name.text]).rows.count > 0 {
        if ContinuousClock.now > deadline {
          try host.endSessions(others, [name.text], since: deadline, connection)
        }
        if ContinuousClock.now - start > limit {
          throw try GateServer.stayingSessions(others, name, connection)
        }
        try connection.execute("SELECT pg_catalog.pg_sleep(0.002)")
      }
    }
  }

  /// What to say of sessions that do not end.
  private static func stayingSessions(
    _ others: String, _ name: Name, _ connection: Connection
  ) throws(ServerError) -> ServerError {
    let sessions = try connection.execute(
      """
      SELECT pg_catalog.concat_ws(' ', backend_type, 'of', usename, '"' || NULLIF(application_name, '') || '"',
        '(process ' || pid || ')', NULLIF(left(query, 60), ''))
      \(others) ORDER BY pid LIMIT 5
      """, [name.text]
    ).rows.compactMap { $0[0] }
    return ServerError(
      sqlState: "55006",
      message: "sessions that the seed left in the database do not end: " + sessions.joined(separator: ", "),
      hint: "let the seed end what it starts: connections of dblink, background workers, schedulers")
  }

  /// Makes the roles that are missing.
  func make(roles: [String]) throws(ServerError) {
    try maintain { (connection) throws(ServerError) in
      for role in roles {
        let isThere =
          try connection.execute("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [role]).rows.count > 0
        if !isThere { try host.make(role: role, connection) }
      }
    }
  }

  // MARK: Connections

  /// A connection to a database, one that was kept or a new one. A server that just crashed under a query needs a moment
  /// to be back.
  func connect(to name: Name) throws(ServerError) -> Connection {
    if let connection = takeIdle(name.text) { return connection }
    return try newConnection(to: name)
  }

  func newConnection(to name: Name) throws(ServerError) -> Connection { try connect(toDatabase: name.text) }

  /// Keeps a connection for whoever connects to its database next. Its session has to be as a new one's.
  func keep(_ connection: Connection, to name: Name) { idle.withLock { $0.append((name.text, connection)) } }

  private func takeIdle(_ database: String) -> Connection? {
    waitForOpening()
    return idle.withLock { idle in
      idle.lastIndex { $0.database == database }.map { idle.remove(at: $0).connection }
    }
  }

  private func closeIdle(_ isMeant: (String) -> Bool) {
    waitForOpening()
    idle.withLock { $0.removeAll { isMeant($0.database) } }
  }

  private func waitForOpening() {
    opening.withLock { opening in
      if let opening, let connection = opening.connection.value { keep(connection, to: opening.name) }
      opening = nil
    }
  }

  private func connect(toDatabase name: String) throws(ServerError) -> Connection {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do { return try host.connect(database: name) } catch {
        guard Interruption.shared.signal == nil, !hasEnded, error.isConnectionLost, ContinuousClock.now < deadline
        else { throw error }
        usleep(20_000)
      }
    }
  }

  /// Whether a connection was lost under a case, to a crash of the server perhaps.
  var mayHaveCrashed: Bool { lostConnections.load(ordering: .relaxed) > 0 }

  /// Waits until the server is itself again after a crash under a query: for a moment it still takes connections, only to
  /// end them.
  func recover() {
    lostConnections.add(1, ordering: .relaxed)
    // A crash ends them all.
    closeIdle { _ in true }
    if hasEnded || Interruption.shared.signal != nil { return }
    usleep(200_000)
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline, !hasEnded, Interruption.shared.signal == nil {
      if let connection = try? connect(toDatabase: host.maintenanceDatabase),
        (try? connection.execute("SELECT 1")) != nil
      {
        return
      }
    }
  }

  /// Calls `body` with a connection that nobody else uses meanwhile, and once more with a new one when it was lost: a
  /// crash that a query caused takes all connections along.
  private func maintain(_ body: (Connection) throws(ServerError) -> Void) throws(ServerError) {
    if let connection = takeIdle(host.maintenanceDatabase) {
      do {
        try body(connection)
        return keep(connection, to: maintenance)
      } catch {
        guard error.isConnectionLost else {
          keep(connection, to: maintenance)
          throw error
        }
      }
    }
    let connection = try connect(toDatabase: host.maintenanceDatabase)
    try body(connection)
    keep(connection, to: maintenance)
  }
}
