import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A server that plangate does not run.
///
/// plangate makes its own databases there, with its own names, works in them and drops them. It does not look into any
/// other database.
final class GivenServer: ServerHost {
  let access: ServerAccess
  let version: ServerVersion
  let major: ServerMajor
  let databaseName: String
  let maintenanceDatabase: String
  let connectionLimit: Int?
  let configuration: ServerConfiguration
  /// Whether the manifest names the locale, so that no other is accepted.
  let namesLocale: Bool
  /// The effects that SQL seeds may have outside plangate's own database.
  let allowedReach: Set<SeedReach.Kind>
  private let files: PrivateDirectory

  /// The objects that plangate made on the server, and the state of the connection.
  struct State {
    /// The databases that are made or being made, by name, with their OIDs if these are known.
    var databases: [(name: String, oid: String?)] = []
    var roles: [String] = []
    var notes: [String] = []
    /// The time and message of the first failed connection since the last successful one.
    var failure: (since: ContinuousClock.Instant, message: String)?
    var isOver = false
  }

  let state = Mutex(State())

  /// Connects.
  ///
  /// - Parameters:
  ///   - conninfo: the server as the user gave it; it may hold a password.
  ///   - libpqEnvironment: the caller's variables for libpq.
  ///   - allowedReach: the effects that SQL seeds may have outside plangate's own database.
  init(
    _ conninfo: String, libpqEnvironment: [String: String], _ manifest: Manifest,
    allowing allowedReach: Set<SeedReach.Kind>
  ) throws(Diagnostic) {
    let info: ConnectionInfo
    do { info = try ConnectionInfo(conninfo) } catch {
      throw Diagnostic(
        "cannot parse --server: \(error.message)\n"
          + "it is a URI (postgresql://user@host:5432/database) or keywords (host=… port=… user=… dbname=…)")
    }
    let connection: Connection
    do { connection = try ServerAccess.open(info, environment: libpqEnvironment) } catch {
      throw Diagnostic("cannot connect to the server of --server: \(error.description)")
    }
    access = ServerAccess(of: connection)
    major = ServerMajor(versionNumber: connection.serverVersion)
    version = connection.version
    maintenanceDatabase = connection.database
    databaseName = "plangate_" + GivenServer.randomDigits()
    configuration = manifest.configuration
    namesLocale = manifest.namesLocale
    self.allowedReach = allowedReach
    do { files = try PrivateDirectory() } catch { throw Diagnostic(error.message) }
    guard major.number >= ServerInstallation.oldestMajor else {
      throw Diagnostic(
        "PostgreSQL \(version) on \(access.description) is too old: plangate needs "
          + "\(ServerInstallation.oldestMajor) or newer")
    }
    let isStandby: Bool
    do {
      try connection.liftLimits()
      isStandby = try connection.execute("SELECT pg_catalog.pg_is_in_recovery()").value == "t"
      connectionLimit = try connection.execute(GivenServer.freeConnections).value.flatMap { Int($0) }
    } catch { throw Diagnostic(error.description) }
    if isStandby {
      throw Diagnostic(
        "\(access.description) is a standby, which cannot create databases\npass its primary to --server")
    }
  }

  /// Random digits, so that a database name is unique and cannot be guessed.
  private static func randomDigits() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The number of connections that others leave free, within the limits of the role and the database.
  private static let freeConnections = """
    SELECT LEAST(
      pg_catalog.current_setting('max_connections')::int
        - COALESCE(pg_catalog.current_setting('superuser_reserved_connections', true)::int, 0)
        - COALESCE(pg_catalog.current_setting('reserved_connections', true)::int, 0)
        - (SELECT count(*)::int FROM pg_catalog.pg_stat_activity WHERE datid IS NOT NULL),
      (SELECT NULLIF(rolconnlimit, -1) FROM pg_catalog.pg_roles WHERE rolname = session_user),
      (SELECT NULLIF(datconnlimit, -1) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
    """

  // MARK: Properties

  var directory: String { files.path }
  var address: String? { access.description }
  var notes: [String] { state.withLock { $0.notes } }
  /// The sample memory; another machine may be a small one.
  var sampleMemory: Int? { access.isLocal ? nil : 256 << 20 }

  /// Adds a note for the reports, once.
  func note(_ text: String) {
    state.withLock { if !$0.notes.contains(text) { $0.notes.append(text) } }
  }

  var hasEnded: Bool {
    state.withLock { state in state.failure.map { ContinuousClock.now - $0.since > .seconds(20) } ?? false }
  }

  var logTail: String { state.withLock { "  " + ($0.failure?.message ?? "it answers") } }
  var logTitle: String { "\(access.description) is gone" }

  // MARK: Connections

  func connect(database: String) throws(ServerError) -> Connection {
    do {
      let connection = try access.connect(database: database, application: databaseName, endsWithRun: true)
      try connection.liftLimits()
      state.withLock { $0.failure = nil }
      return connection
    } catch {
      state.withLock { $0.failure = ($0.failure?.since ?? .now, error.message) }
      throw error
    }
  }

  // MARK: Children

  func client(_ program: String, environment: [String: String]) throws(ServerStartError) -> String {
    if let path = findProgram(program, in: environment["PATH"]) { return path }
    return try ServerInstallation.locate(nil, preferredMajor: major.number, environment: environment)
      .client(program, environment: environment)
  }

  func runClient(_ command: Command, database: String) throws(Diagnostic) -> ChildExit {
    var command = command
    command.environment.merge(access.clientEnvironment(database: database)) { $1 }
    command.environment.merge(access.passwordVariables) { $1 }
    // Set even without a password: the caller's own password file is for the caller.
    command.environment["PGPASSFILE"] = OpenFile.childPath
    do { command.inherited = try files.makeNamelessFile(access.passwordFile ?? "", for: command) } catch {
      throw Diagnostic(error.message)
    }
    do { return try ChildProcess.run(command) } catch { throw Diagnostic(error.description) }
  }

  func stepUser() throws(ServerStartError) -> StepUser? {
    access.dependsOnUser ? nil : try files.stepUser(environment: ProcessInfo.processInfo.environment)
  }

  func commandEnvironment(database: String) -> [String: String] { access.commandEnvironment(database: database) }

  func visibleURL(database: String) -> String { access.url(database: database) }

  func visible(_ output: String) -> String { access.withoutPassword(output) }

  // MARK: The end

  func end() -> [Leftover] {
    let last = state.withLock { state in
      defer { state.isOver = true }
      return state.isOver ? State() : state
    }
    defer { files.remove() }
    if last.databases.isEmpty, last.roles.isEmpty { return [] }
    var removal = Removal(server: self, databases: last.databases.map(\.name), roles: last.roles)
    return removal.run()
  }
}

extension Connection {
  /// Removes limits that a role's or a database's defaults would impose on plangate's own work.
  func liftLimits() throws(ServerError) {
    var attempts = 0
    while true {
      // Until it has run, the statement itself is subject to the old limit.
      do { try execute("SET statement_timeout = 0") } catch let error where error.sqlState == "57014" && attempts < 20 {
        attempts += 1
        continue
      }
      break
    }
    try execute("SET lock_timeout = 0")
    try execute("SET default_transaction_read_only = off")
  }

  /// Hides plangate's own statements from event triggers that a seed may have made.
  ///
  /// This needs a superuser. Without it the triggers see the statements and may reject them with an error.
  func silenceTriggers() throws(ServerError) {
    do {
      try execute("SELECT pg_catalog.set_config('session_replication_role', 'replica', false)")
    } catch let error where error.sqlState == "42501" {}
  }
}
