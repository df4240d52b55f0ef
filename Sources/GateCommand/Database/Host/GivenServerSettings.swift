import PlanCore
import Postgres

/// The settings of a disposable server's `postgresql.conf`; on a given server they become settings of the database.
extension GivenServer {
  /// The settings that plangate sets itself; the others in `ServerConfiguration.ownSettings` are up to the server.
  private static let own = [
    "synchronous_commit", "synchronize_seqscans", "jit", "track_io_timing", "statement_timeout", "lock_timeout",
    "idle_in_transaction_session_timeout", "datestyle", "intervalstyle", "bytea_output", "extra_float_digits",
  ]

  /// Settings that override defaults of a role or the server, which a disposable server does not have.
  private static let neutral = [
    "default_transaction_read_only": "off", "idle_session_timeout": "0", "transaction_timeout": "0",
    "search_path": "\"$user\", public",
  ]

  /// The settings that end statements and sessions, or make them read-only.
  ///
  /// A seed that gives its database such a setting means its own users.
  private static let limits: Set<String> = [
    "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
    "transaction_timeout", "default_transaction_read_only",
  ]

  private struct Setting {
    let name: String
    let value: String
    let isManifests: Bool
  }

  private var settings: [Setting] {
    var values = GivenServer.neutral
    for name in GivenServer.own { values[name] = ServerConfiguration.ownSettings[name] }
    values["timezone"] = configuration.timeZone
    values.merge(configuration.settings) { $1 }
    return values.sorted { $0.key < $1.key }.map { name, value in
      Setting(name: name, value: value, isManifests: configuration.settings[name] != nil || name == "timezone")
    }
  }

  /// Applies the settings to the database.
  ///
  /// They are set in a session and taken from there (`FROM CURRENT`), so that no value becomes part of a statement.
  ///
  /// - Parameter onlyLimits: whether to keep all other settings as a seed has left them.
  func applySettings(to database: String, onlyLimits: Bool = false) throws(ServerError) {
    let session = try connect(database: database)
    let settings = settings.filter { !onlyLimits || GivenServer.limits.contains($0.name) }
    var refused: [String] = []
    var wanted: [(name: String, value: String)] = []
    for setting in settings {
      let before = try session.current(setting.name)
      do {
        let value = try session.execute(
          "SELECT pg_catalog.set_config($1, $2, false)", [setting.name, setting.value]
        ).value
        wanted.append((setting.name, value ?? ""))
        if value != before { try session.execute(alter("DATABASE \(database)", setting.name)) }
      } catch let error where !error.isConnectionLost {
        // Settings differ between releases; one that this release lacks is not needed.
        if error.sqlState == "42704", !setting.isManifests { continue }
        if before?.lowercased() == setting.value.lowercased() { continue }
        guard let obstacle = GivenServer.obstacle(error) else {
          throw setting.isManifests ? GivenServer.named(setting.name, error) : error
        }
        refused.append("\(setting.name) (\(obstacle); it is \(before ?? "not set"))")
        wanted.removeAll { $0.name == setting.name }
      }
    }
    try noticeLostClients(of: database, session)
    refused += try overridden(wanted, in: database, session)
    if refused.isEmpty { return }
    note("settings not applied on this server: \(refused.sorted().joined(separator: ", "))")
  }

  /// Lets sessions in the database end when their client is gone, so that they do not compute on after a `kill -9` of
  /// plangate.
  ///
  /// Not every operating system supports it.
  private func noticeLostClients(of database: String, _ session: Connection) throws(ServerError) {
    let name = "client_connection_check_interval"
    do {
      try session.execute("SELECT pg_catalog.set_config($1, '2s', false)", [name])
      try session.execute(alter("DATABASE \(database)", name))
    } catch let error where !error.isConnectionLost {}
  }

  /// The reason that a setting cannot be applied; nil when the setting itself is wrong.
  private static func obstacle(_ error: ServerError) -> String? {
    switch error.sqlState {
    case "55P02": error.message.contains("restart") ? "needs a restart" : "belongs to the server's configuration"
    case "42501": "needs a superuser"
    default: nil
    }
  }

  /// The error with the setting's name, which `Manifest.settingError` needs; most of the server's messages include it.
  private static func named(_ name: String, _ error: ServerError) -> ServerError {
    if error.message.contains("parameter \"\(name)\"") { return error }
    return ServerError(
      sqlState: error.sqlState, message: "for parameter \"\(name)\": \(error.message)", detail: error.detail,
      hint: error.hint)
  }

  /// The settings that the role overrides.
  ///
  /// The role's own settings win over the database's; the role's settings in this database win over both.
  private func overridden(
    _ wanted: [(name: String, value: String)], in database: String, _ session: Connection
  ) throws(ServerError) -> [String] {
    func differing() throws(ServerError) -> [(name: String, value: String, now: String)] {
      let rows = try asItComes(
        "SELECT n, pg_catalog.current_setting(n, true) FROM unnest($1::pg_catalog.text[]) AS n",
        ["{\(wanted.map(\.name).joined(separator: ","))}"], in: database)
      return zip(wanted, rows).compactMap { setting, row in
        row[1] == setting.value ? nil : (setting.name, setting.value, row[1] ?? "not set")
      }
    }
    for setting in try differing() {
      do {
        try session.execute(alter("ROLE SESSION_USER IN DATABASE \(database)", setting.name))
      } catch let error where !error.isConnectionLost {}
    }
    return try differing().map { "\($0.name) (the connection sets it to \($0.now))" }
  }

  /// The result of a query in a new session without lifted limits; a time limit may be too short on a busy machine, so
  /// it retries.
  private func asItComes(
    _ query: String, _ parameters: [String], in database: String
  ) throws(ServerError) -> [[String?]] {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try access.connect(database: database, application: databaseName, endsWithRun: true)
          .execute(query, parameters).rows
      } catch let error where error.sqlState == "57014" && attempts < 10 {}
    }
  }

  private func alter(_ what: String, _ name: String) -> String {
    let parts = name.split(separator: ".").map { delimitedIdentifier(String($0)) }
    return "ALTER \(what) SET \(parts.joined(separator: ".")) FROM CURRENT"
  }

  /// Gives a copy the settings of its original, which CREATE DATABASE does not copy: those for all roles and plangate's
  /// role.
  ///
  /// The role that sessions start with is left out: plangate's own sessions have none, and it must not be set here
  /// before the rest.
  func copySettings(of original: String, to copy: String, _ connection: Connection) throws(ServerError) {
    let rows = try connection.execute(
      """
      SELECT s.setrole = 0, split_part(entry, '=', 1), substr(entry, strpos(entry, '=') + 1)
      FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
      CROSS JOIN LATERAL unnest(s.setconfig) AS entry
      WHERE d.datname = $1 AND split_part(entry, '=', 1) NOT IN ('role', 'session_authorization')
        AND s.setrole IN (0, (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = session_user))
      """, [original]
    ).rows
    if rows.isEmpty { return }
    // Set for the transaction only, since they are meant for the copy.
    try connection.execute("BEGIN")
    do {
      for row in rows {
        guard let isForAll = row[0], let name = row[1], let value = row[2] else { continue }
        try connection.execute("SELECT pg_catalog.set_config($1, $2, true)", [name, value])
        let what = isForAll == "t" ? "DATABASE \(copy)" : "ROLE SESSION_USER IN DATABASE \(copy)"
        try connection.execute(alter(what, name))
      }
      try connection.execute("COMMIT")
    } catch {
      _ = try? connection.execute("ROLLBACK")
      throw error
    }
  }
}

extension Connection {
  /// The value of a setting; nil for one that does not exist.
  fileprivate func current(_ name: String) throws(ServerError) -> String? {
    try execute("SELECT pg_catalog.current_setting($1, true)", [name]).value
  }
}
