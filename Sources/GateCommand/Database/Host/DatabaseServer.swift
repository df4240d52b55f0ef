import OperatingSystem
import PlanCore
import Postgres
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The databases of plangate on a server: each state that is captured has its own.
///
/// It is used from several threads, each of which takes its own connections.
final class DatabaseServer: Sendable {
  /// The server with the databases.
  let host: any ServerHost
  /// The unused connections, by database: one to the maintenance database and those that wait to be used again.
  ///
  /// The maintenance database is the one from which others are made, copied and dropped.
  private let idle = Mutex<[(database: String, connection: Connection)]>([])
  /// A connection that is being opened while other work goes on.
  private let opening = Mutex<(name: Name, connection: Background<Connection?>)?>(nil)
  private let knownVersion = Mutex<ServerVersion?>(nil)
  private let lostConnections = Atomic(0)
  private let states = Atomic(0)
  private let clones = Atomic(0)
  private let commonFiles = Atomic(false)
  /// Databases that are not needed any more and go with the server.
  private let abandoned = Mutex<[Name]>([])

  /// - Parameter environment: the environment of the programs that run, cleared of the caller's PG* variables.
  init(
    _ installation: ServerInstallation, _ configuration: ServerConfiguration, environment: [String: String]
  ) throws(Diagnostic) {
    do { host = try DisposableServer(installation, configuration, environment: environment) } catch {
      throw Diagnostic(error.message)
    }
  }

  /// Works on a server that plangate does not run.
  init(_ given: GivenServer) {
    host = given
    knownVersion.withLock { $0 = given.version }
  }

  // MARK: The process

  /// The cluster, for code that made one: plangate may do anything with it.
  var cluster: DisposableServer {
    guard let cluster = host as? DisposableServer else {
      preconditionFailure("a given server has no cluster to manage")
    }
    return cluster
  }

  /// Makes a cluster.
  func makeCluster() throws(Diagnostic) {
    do { try cluster.makeCluster() } catch { throw advised(Diagnostic(error.message)) }
  }

  /// Starts the server of an existing cluster.
  func start() throws(Diagnostic) {
    try launch()
    try enter()
  }

  /// Starts the server's process and waits until it accepts connections.
  func launch() throws(Diagnostic) {
    do { try cluster.start() } catch { throw advised(Diagnostic(error.message)) }
  }

  /// Opens the first connection.
  ///
  /// - Parameter name: a database that is needed next; a connection to it is opened meanwhile.
  func enter(expecting name: Name? = nil) throws(Diagnostic) {
    if let name {
      // The first session in a database takes a while, and so does the one in the maintenance database.
      let connection = Background { [host] in try? host.connect(database: name.text) }
      opening.withLock { $0 = (name, connection) }
    }
    let connection: Connection
    do { connection = try host.connect(database: host.maintenanceDatabase) } catch {
      throw Diagnostic("cannot connect to the server: \(error.message)\(ProcessLimit.hint(in: error.message))")
    }
    knownVersion.withLock { $0 = connection.version }
    keep(connection, to: maintenance)
  }

  /// Stops the server with its cluster complete on disk.
  func stopCleanly() throws(Diagnostic) {
    closeIdle { _ in true }
    do { try cluster.stopCleanly() } catch { throw advised(Diagnostic(error.message)) }
  }

  /// Calls `body` while plangate's own server listens on TCP; a given server listens as it does.
  ///
  /// No connection outlives its beginning or its end.
  func listening(_ body: () throws(Diagnostic) -> Void) throws(Diagnostic) {
    guard host.address == nil else { return try body() }
    func change(_ action: () throws(ServerStartError) -> Void) throws(Diagnostic) {
      closeIdle { _ in true }
      do { try action() } catch { throw advised(Diagnostic(error.message)) }
    }
    try change { () throws(ServerStartError) in try cluster.openTCP() }
    do { try body() } catch {
      // The run may go on without this state, as a search for a migration does.
      if Interruption.shared.signal == nil { try? change { () throws(ServerStartError) in try cluster.closeTCP() } }
      throw error
    }
    try change { () throws(ServerStartError) in try cluster.closeTCP() }
  }

  /// Stops the server of a cluster that is no longer needed.
  func halt() {
    closeIdle { _ in true }
    cluster.halt()
  }

  /// Stops the server, or leaves it, and removes everything that plangate made; reports what could not be removed.
  ///
  /// - Returns: whether all databases are gone. A role to which other roles have granted rights may stay.
  @discardableResult
  func stop() -> Bool {
    closeIdle { _ in true }
    let leftovers = host.end()
    for leftover in leftovers { Console.error("\(leftover.isDatabase ? "error" : "warning"): \(leftover.text)") }
    return !leftovers.contains(where: \.isDatabase)
  }

  /// The version, known from the first connection on.
  var version: ServerVersion { knownVersion.withLock { $0 } ?? "" }
  var major: ServerMajor { version.major ?? 0 }

  /// A private directory that is removed with the server.
  var directory: String { host.directory }
  var hasEnded: Bool { host.hasEnded }
  var logTail: String { host.logTail }

  /// Limitations of the server, for the reports.
  var notes: [String] { host.notes }

  /// Runs a client program such as psql on a database.
  func runClient(_ command: Command, in name: Name) throws(Diagnostic) -> ChildExit {
    try host.runClient(command, database: name.text)
  }

  /// The variables with which a user's command reaches a database.
  func commandEnvironment(_ name: Name) -> [String: String] { host.commandEnvironment(database: name.text) }

  /// A URI for people.
  func visibleURL(_ name: Name) -> String { host.visibleURL(database: name.text) }

  /// The output of a child, without secrets.
  func visible(_ output: String) -> String { host.visible(output) }

  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String {
    try host.client(program, environment: environment)
  }

  /// The error for people, with the end of the log if the server is gone.
  func diagnostic(_ error: ServerError) -> Diagnostic {
    advised(Diagnostic(error.description + (hasEnded ? "\n\(host.logTitle):\n\(logTail)" : "")))
  }

  // MARK: Databases

  /// Whether the seeded database has files in common with the cache, which must not be written to.
  var hasCommonFiles: Bool {
    get { commonFiles.load(ordering: .relaxed) }
    set { commonFiles.store(newValue, ordering: .relaxed) }
  }

  /// The name of a database that plangate made: letters, digits and underscores.
  ///
  /// SQL is built only from these names.
  struct Name: Equatable, Sendable {
    let text: String
  }

  /// The database from which others are made, copied and dropped.
  private var maintenance: Name { Name(text: host.maintenanceDatabase) }

  var seeded: Name { Name(text: host.databaseName) }

  /// A clone of a database for cases that write, a new name each time.
  func newClone(of name: Name) -> Name {
    Name(text: "\(name.text)_clone_\(clones.wrappingAdd(1, ordering: .relaxed).newValue)")
  }

  /// The database of another state, a new name each time.
  func newState() -> Name {
    Name(text: "\(host.databaseName)_state_\(states.wrappingAdd(1, ordering: .relaxed).newValue)")
  }

  func create(_ name: Name) throws(ServerError) {
    try maintain { (connection) throws(ServerError) in try host.create(name.text, connection) }
  }

  /// Copies a database including its statistics.
  ///
  /// It must have no other sessions.
  func copy(_ original: Name, to name: Name) throws(ServerError) {
    try waitUntilAlone(in: original)
    try maintain { (connection) throws(ServerError) in
      try host.copy(original.text, to: name.text, connection)
    }
  }

  /// Prepares a seeded database for the collection of its statistics.
  func finishSeed(of name: Name) throws(ServerError) { try host.finishSeed(of: name.text) }

  func drop(_ name: Name) throws(ServerError) {
    closeIdle { $0 == name.text }
    try maintain { (connection) throws(ServerError) in try host.drop(name.text, connection) }
  }

  /// Gives up a database.
  ///
  /// A disposable server keeps it until it stops: removing all files at once is quicker than DROP DATABASE.
  func abandon(_ name: Name) {
    if host.address != nil {
      try? drop(name)
    } else {
      closeIdle { $0 == name.text }
      abandoned.withLock { $0.append(name) }
    }
  }

  /// Drops the databases that were given up, for a server or a cluster that lives on.
  func dropAbandoned() {
    for name in abandoned.withLock({ names in
      defer { names = [] }
      return names
    }) { try? drop(name) }
  }

  /// Waits for other sessions to end.
  ///
  /// Those that a seed left behind on purpose are ended.
  ///
  /// The last backend of a seed may still be closing, and VACUUM would see its snapshot.
  ///
  /// - Parameters:
  ///   - limit: how long a session may take to end; those of a background worker may come back for ever.
  ///   - own: a session that stays.
  func waitUntilAlone(
    in name: Name, atMost limit: Duration = .seconds(60), besides own: Connection? = nil
  ) throws(ServerError) {
    closeIdle { $0 == name.text }
    // Autovacuum workers belong to no user and make way for a copy by themselves.
    let others = "FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND usesysid IS NOT NULL AND pid <> $2::integer"
    let parameters = [name.text, String(own?.processID ?? 0)]
    let start = ContinuousClock.now
    let deadline = start + .seconds(1)
    try maintain { (connection) throws(ServerError) in
      while try connection.execute("SELECT \(others)", parameters).rows.count > 0 {
        if ContinuousClock.now > deadline {
          try host.endSessions(others, parameters, since: deadline, connection)
        }
        if ContinuousClock.now - start > limit {
          throw try DatabaseServer.stayingSessions(others, parameters, connection)
        }
        try connection.execute("SELECT pg_catalog.pg_sleep(0.002)")
      }
    }
  }

  /// A connection to a database in which there is no other session; a kept one serves.
  ///
  /// A new session takes as long as some statements.
  func connectAlone(to name: Name) throws(ServerError) -> Connection {
    let kept = takeIdle(name.text)
    try waitUntilAlone(in: name, besides: kept)
    if let kept { return kept }
    return try newConnection(to: name)
  }

  /// The error for sessions that do not end.
  private static func stayingSessions(
    _ others: String, _ parameters: [String], _ connection: Connection
  ) throws(ServerError) -> ServerError {
    let sessions = try connection.execute(
      """
      SELECT pg_catalog.concat_ws(' ', backend_type, 'of', usename, '"' || NULLIF(application_name, '') || '"',
        '(process ' || pid || ')', NULLIF(left(query, 60), ''))
      \(others) ORDER BY pid LIMIT 5
      """, parameters
    ).rows.compactMap { $0[0] }
    return ServerError(
      sqlState: "55006",
      message: "the seed left sessions in the database that do not end: " + sessions.joined(separator: ", "),
      hint: "end in the seed whatever it starts: dblink connections, background workers, schedulers")
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

  /// A connection to a database, either a kept one or a new one.
  ///
  /// A server that just crashed under a query needs a moment to recover.
  func connect(to name: Name) throws(ServerError) -> Connection {
    if let connection = takeIdle(name.text) { return connection }
    return try newConnection(to: name)
  }

  func newConnection(to name: Name) throws(ServerError) -> Connection { try connect(toDatabase: name.text) }

  /// Keeps a connection for the next use of its database.
  ///
  /// Its session must be in the state of a new one.
  func keep(_ connection: Connection, to name: Name) { idle.withLock { $0.append((name.text, connection)) } }

  /// Closes the unused connections to a database.
  func closeConnections(to name: Name) { closeIdle { $0 == name.text } }

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

  /// Whether a connection was lost while a case ran, perhaps because the server crashed.
  var mayHaveCrashed: Bool { lostConnections.load(ordering: .relaxed) > 0 }

  /// Waits until the server has recovered from a crash under a query.
  ///
  /// For a moment it still accepts connections and then ends them.
  func recover() {
    lostConnections.add(1, ordering: .relaxed)
    // A crash ends all connections.
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

  /// Calls `body` with an exclusive connection, and again with a new one if that was lost.
  ///
  /// A crash that a query caused ends all connections.
  func maintain(_ body: (Connection) throws(ServerError) -> Void) throws(ServerError) {
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

extension Connection {
  /// The server's version without what a distribution adds to it: `15.18` of `15.18 (Debian 15.18-1)`.
  var version: ServerVersion { ServerVersion(serverVersionText.split(separator: " ").first.map(String.init) ?? "") }
}
