import OperatingSystem
import PlanCore
import Postgres
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The databases on a given server.
extension GivenServer {
  // MARK: Making

  func create(_ database: String, _ connection: Connection) throws(ServerError) {
    try making(database, connection) { () throws(ServerError) in
      do throws(ServerError) {
        try connection.execute(try createStatement(database, locale: configuration.locale, connection))
      } catch let error where error.sqlState == "42809" {
        // "Wrong object type" means that there is no such locale.
        guard !namesLocale else {
          throw ServerError(
            sqlState: "42809",
            message: "\(access.description) has no locale '\(configuration.locale)', which the manifest names")
        }
        try connection.execute(try createStatement(database, locale: nil, connection))
        let own = try connection.execute(
          "SELECT datcollate FROM pg_catalog.pg_database WHERE datname = $1", [database]
        ).value
        note(
          "the server has no locale \(configuration.locale): it sorts text by its own, \(own ?? "unknown"), and plans "
            + "may differ; name one in the manifest with 'locale:'")
      }
    }
    do { try prove(database) } catch {
      // It was made through this connection; another one may lead elsewhere.
      _ = try? drop(database, connection)
      throw error
    }
    try applySettings(to: database)
  }

  private func createStatement(
    _ database: String, locale: String?, _ connection: Connection
  ) throws(ServerError) -> String {
    var format = "CREATE DATABASE %1$I TEMPLATE template0 ENCODING %2$L"
    if locale != nil {
      format += " LC_COLLATE %3$L LC_CTYPE %3$L"
      // The provider that plangate's own clusters use.
      if major >= 15 { format += " LOCALE_PROVIDER libc" }
    }
    return try statement(format, [database, configuration.encoding, locale ?? ""], connection)
  }

  /// Registers a database before it is made: if the connection is lost meanwhile, it may exist or not.
  private func making(
    _ database: String, _ connection: Connection, _ body: () throws(ServerError) -> Void
  ) throws(ServerError) {
    let isNew = state.withLock { state in
      if state.databases.contains(where: { $0.name == database }) { return false }
      state.databases.append((database, nil))
      return true
    }
    do { try body() } catch {
      if isNew, !error.isConnectionLost { state.withLock { $0.databases.removeAll { $0.name == database } } }
      throw try explained(error, connection)
    }
    let oid = try connection.execute(GivenServer.oid, [database]).value
    state.withLock { state in
      for index in state.databases.indices where state.databases[index].name == database {
        state.databases[index].oid = oid
      }
    }
  }

  private static let oid = "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1"

  private func explained(_ error: ServerError, _ connection: Connection) throws(ServerError) -> ServerError {
    guard error.sqlState == "42501" else { return error }
    let isAllowed = try connection.execute(
      "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"
    ).value
    guard isAllowed == "f" else { return error }
    let grant = try statement("ALTER ROLE %1$I CREATEDB;", [access.user], connection)
    return ServerError(
      sqlState: "42501",
      message:
        "the role '\(access.user)' cannot create databases on \(access.description), and plangate needs one of "
        + "its own",
      hint: "ask a superuser, or a role with CREATEDB, CREATEROLE and the ADMIN option on it, to run: \(grant)")
  }

  // MARK: Checking

  /// Checks that connections lead to the database that was made, before anything is done in it.
  ///
  /// A pooler, or a name that stands for several servers, could lead elsewhere.
  private func prove(_ database: String) throws(ServerError) {
    let connection: Connection
    do {
      connection = try access.connect(database: database, application: databaseName, endsWithRun: true)
      try connection.liftLimits()
    } catch {
      if Interruption.shared.signal != nil { throw error }
      throw notOurs("cannot connect to the new database: \(error.message)")
    }
    let row = try connection.execute(
      """
      SELECT pg_catalog.current_database(), d.oid, pg_catalog.pg_is_in_recovery(),
        (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND n.nspname NOT LIKE 'pg\\_%'
            AND n.nspname <> 'information_schema'
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
              WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e'))
      FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
      """
    ).rows.first
    guard let row, row[0] == database else {
      throw notOurs("a connection to the new database leads to the database '\(row?[0] ?? "")'")
    }
    guard let oid = row[1], oid == knownOID(of: database), row[2] == "f" else {
      throw notOurs("the database that answers is not the one that plangate created")
    }
    guard row[3] == "0" else { throw notOurs("the new database already has relations") }
  }

  private func notOurs(_ reason: String) -> ServerError {
    ServerError(
      sqlState: "3D000", message: "\(access.description) does not lead to plangate's own database: \(reason)",
      hint: "one address may stand for several servers, or a pooler with its own databases; name the server "
        + "itself")
  }

  /// The OID of a database that plangate made.
  func knownOID(of database: String) -> String? {
    state.withLock { $0.databases.first { $0.name == database }?.oid }
  }

  // MARK: After the seed

  func finishSeed(of database: String) throws(ServerError) {
    try resetRole(of: database)
    let connection = try connect(database: database)
    guard try connection.execute(GivenServer.oid, [database]).value == knownOID(of: database) else {
      throw ServerError(
        sqlState: "3D000", message: "the seed dropped and recreated the database, without plangate's settings",
        hint: "on a given server, the seed must load into the existing database")
    }
    try applySettings(to: database, onlyLimits: true)
    try connection.silenceTriggers()
    var failures: [String] = []
    var reason = ""
    for row in try connection.execute(GivenServer.tables).rows {
      // The server wrote the statement and quoted the names in it.
      guard let statement = row[0], let table = row[1] else { continue }
      do { try connection.execute(statement) } catch let error where !error.isConnectionLost {
        failures.append(table)
        reason = error.message
      }
    }
    if failures.isEmpty { return }
    note(
      "autovacuum could not be disabled (\(reason)), so figures may vary: \(failures.joined(separator: ", "))")
  }

  /// Resets the role that a seed gives to all sessions of its database.
  ///
  /// The role may lack the right to vacuum, and a session has it only until the first DISCARD ALL. Settings that
  /// plangate's role has in every database stay.
  private func resetRole(of database: String) throws(ServerError) {
    let connection = try connect(database: maintenanceDatabase)
    let rows = try connection.execute(
      """
      SELECT CASE s.setrole WHEN 0 THEN 'ALTER DATABASE ' || d.datname || ' RESET role'
        ELSE 'ALTER ROLE SESSION_USER IN DATABASE ' || d.datname || ' RESET role' END
      FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
      CROSS JOIN LATERAL unnest(s.setconfig) AS entry
      WHERE d.datname = $1 AND split_part(entry, '=', 1) = 'role'
        AND s.setrole IN (0, (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = session_user))
      """, [database]
    ).rows
    // The name of the database is plangate's own.
    for row in rows { if let statement = row[0] { try connection.execute(statement) } }
  }

  private static let tables = """
    SELECT pg_catalog.format('ALTER %s %I.%I SET (autovacuum_enabled = false, toast.autovacuum_enabled = false)',
        CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, n.nspname, c.relname),
      n.nspname || '.' || c.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY 2
    """

  // MARK: Copying

  func copy(_ original: String, to copy: String, _ connection: Connection) throws(ServerError) {
    // The server's default strategy: copying files forces checkpoints, which would affect its other users.
    try making(copy, connection) { () throws(ServerError) in
      try connection.execute("CREATE DATABASE \(copy) TEMPLATE \(original)")
    }
    try copySettings(of: original, to: copy, connection)
  }

  func drop(_ database: String, _ connection: Connection) throws(ServerError) {
    let statement = "DROP DATABASE IF EXISTS \(database)"
    do { try connection.execute(statement + " WITH (FORCE)") } catch {
      switch error.sqlState {
      case "55006":
        // A seed that failed may have left a prepared transaction, which FORCE does not end.
        try PreparedTransactions.rollBack(
          on: try access.connect(database: database, application: databaseName, endsWithRun: false))
        try connection.execute(statement + " WITH (FORCE)")
      case "42501":
        // FORCE must not end a worker of autovacuum, which belongs to no role; without it, the server ends that one.
        try connection.execute(statement)
      default: throw error
      }
    }
    state.withLock { $0.databases.removeAll { $0.name == database } }
  }

  func endSessions(
    _ found: String, _ parameters: [String], since: ContinuousClock.Instant, _ connection: Connection
  ) throws(ServerError) {
    do {
      try connection.execute("SELECT pg_catalog.pg_terminate_backend(pid) \(found)", parameters)
    } catch let error where error.sqlState == "42501" {
      // The session has more privileges and will leave; it may be a monitor.
      guard ContinuousClock.now - since < .seconds(30) else {
        let who = try connection.execute("SELECT DISTINCT usename \(found)", parameters).rows.compactMap { $0[0] }
        throw ServerError(
          sqlState: "55006",
          message: "other sessions are connected to plangate's database and cannot be terminated: "
            + who.joined(separator: ", "))
      }
      usleep(100_000)
    }
  }
}
