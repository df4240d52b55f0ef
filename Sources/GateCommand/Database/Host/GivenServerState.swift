import Postgres

/// The visible state that all databases of a given server share, which a seed must not change.
///
/// Values are stored only as digests, since some are secret.
struct GivenServerState: Equatable, Sendable {
  /// An object or setting that exists and has a value.
  struct Entry: Hashable, Sendable {
    let kind: Kind
    /// The name of a setting, a role, a database or a tablespace.
    let name: String
    /// The role that a setting belongs to, or the entry's own role if it is one.
    let role: String
    let database: String
  }

  enum Kind: String, Sendable {
    case setting, configuration, parameterRight = "parameter", role, password, membership, roleSetting = "role setting"
    case database, tablespace
  }

  private(set) var digests: [Entry: String] = [:]
  /// The roles that this run of plangate or another one has made: they come and go.
  private var plangateRoles: Set<String> = []

  static func read(_ connection: Connection) throws(ServerError) -> GivenServerState {
    var state = GivenServerState()
    // One snapshot for all queries. The connection ends after its use, and so does the transaction.
    try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    let roles = try connection.execute(
      """
      SELECT rolname FROM pg_catalog.pg_roles
      WHERE pg_catalog.shobj_description(oid, 'pg_authid') ~ '^made by plangate_[0-9a-f]{16}$'
      """)
    state.plangateRoles = Set(roles.rows.compactMap { $0[0] })
    for query in try queries(connection) {
      for row in try connection.execute(query).rows {
        guard row.count == 5, let kind = Kind(rawValue: row[0] ?? "") else { continue }
        let entry = Entry(kind: kind, name: row[1] ?? "", role: row[2] ?? "", database: row[3] ?? "")
        state.digests[entry] = row[4] ?? ""
      }
    }
    return state
  }

  /// Kind, name, role, database and digest of the value.
  private static func queries(_ connection: Connection) throws(ServerError) -> [String] {
    let own = "d.datname ~ '^plangate_[0-9a-f]{16}'"
    var queries = [
      """
      SELECT 'role', '', rolname, '', pg_catalog.md5(ROW(rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
        rolreplication, rolconnlimit, rolvaliduntil, rolbypassrls)::pg_catalog.text)
      FROM pg_catalog.pg_roles
      """,
      """
      SELECT 'membership', r.rolname, m.rolname, '', '' FROM pg_catalog.pg_auth_members a
      JOIN pg_catalog.pg_roles r ON r.oid = a.roleid JOIN pg_catalog.pg_roles m ON m.oid = a.member
      """,
      """
      SELECT 'role setting', split_part(entry, '=', 1), COALESCE(r.rolname, ''), COALESCE(d.datname, ''),
        pg_catalog.md5(entry)
      FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS entry
      LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
      WHERE (\(own)) IS NOT TRUE
      """,
      """
      SELECT 'database', '', '', d.datname, pg_catalog.md5(ROW(d.oid, d.datdba, d.datistemplate, d.datallowconn,
        d.datconnlimit, d.dattablespace)::pg_catalog.text)
      FROM pg_catalog.pg_database d WHERE NOT \(own)
      """,
      """
      SELECT 'tablespace', spcname, '', '', pg_catalog.md5(ROW(oid, spcowner, spcoptions)::pg_catalog.text)
      FROM pg_catalog.pg_tablespace
      """,
      """
      SELECT 'setting', name, '', '', pg_catalog.md5(COALESCE(reset_val, '')) FROM pg_catalog.pg_settings
      WHERE context <> 'internal' AND source NOT IN ('client', 'session', 'user', 'database', 'database user')
      """,
    ]
    if connection.serverVersion >= 150_000 {
      queries.append(
        "SELECT 'parameter', parname, '', '', pg_catalog.md5(paracl::pg_catalog.text) "
          + "FROM pg_catalog.pg_parameter_acl")
    }
    // The rest is visible to superusers only.
    let rights = try connection.execute(
      """
      SELECT pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT'),
        pg_catalog.has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE')
      """
    ).rows.first
    if rights?[0] == "t" {
      queries.append(
        "SELECT 'password', '', rolname, '', pg_catalog.md5(rolpassword) FROM pg_catalog.pg_authid "
          + "WHERE rolpassword IS NOT NULL")
    }
    if rights?[1] == "t" {
      // ALTER SYSTEM shows here before it takes effect.
      queries.append(
        """
        SELECT 'configuration', name, '', '', pg_catalog.md5(pg_catalog.string_agg(
          ROW(sourcefile, sourceline, setting)::pg_catalog.text, ',' ORDER BY seqno))
        FROM pg_catalog.pg_show_all_file_settings() WHERE name IS NOT NULL GROUP BY name
        """)
    }
    return queries
  }

  // MARK: Comparing

  /// The changes, described without any value.
  ///
  /// - Parameters:
  ///   - before: the state before.
  ///   - allowed: what seeds may change.
  func changes(since before: GivenServerState, allowing allowed: Set<SeedReach.Kind>) -> [String] {
    let ownRoles = plangateRoles.union(before.plangateRoles)
    return Set(digests.keys).union(before.digests.keys).compactMap { entry -> String? in
      let (was, now) = (before.digests[entry], digests[entry])
      if was == now || ownRoles.contains(entry.role) || entry.kind == .membership && ownRoles.contains(entry.name) {
        return nil
      }
      // A setting of the role or database hides the server's value.
      if entry.kind == .setting, was == nil || now == nil { return nil }
      let isNewRole = !entry.role.isEmpty && !before.hasRole(entry.role)
      // A new role changes nothing that existed; docs/server.md says that it stays.
      if isNewRole || entry.kind == .membership && !before.hasRole(entry.name) { return nil }
      let isDroppedRole = !entry.role.isEmpty && !hasRole(entry.role)
      let kinds = entry.kind.allowances(isGone: now == nil && (entry.kind == .role || isDroppedRole))
      if !kinds.isDisjoint(with: allowed) { return nil }
      let verb = was == nil ? "is new" : now == nil ? "is gone" : "changed"
      return "\(entry.text) \(verb)"
    }.sorted()
  }

  private func hasRole(_ name: String) -> Bool {
    digests[Entry(kind: .role, name: "", role: name, database: "")] != nil
  }

  /// The roles that did not exist before.
  func newRoles(since before: GivenServerState) -> [String] {
    let own = plangateRoles.union(before.plangateRoles)
    return digests.keys.filter { $0.kind == .role && before.digests[$0] == nil && !own.contains($0.role) }.map(\.role)
      .sorted()
  }
}

extension GivenServerState.Kind {
  /// The values of `--allow-seed` that let a seed change it.
  fileprivate func allowances(isGone: Bool) -> Set<SeedReach.Kind> {
    switch self {
    case .setting, .configuration, .parameterRight: [.alterSystem]
    case .role, .password, .membership: isGone ? [.dropRole] : [.alterRole]
    case .roleSetting: isGone ? [.dropRole] : [.alterRole, .database]
    case .database: [.database]
    case .tablespace: [.tablespace]
    }
  }
}

extension GivenServerState.Entry {
  /// The entry's name for messages.
  fileprivate var text: String {
    switch kind {
    case .setting: "the server's setting \(name)"
    case .configuration: "\(name) in the server's configuration files"
    case .parameterRight: "the right to set \(name)"
    case .role: "the role '\(role)'"
    case .password: "the password of the role '\(role)'"
    case .membership: "the membership of '\(role)' in '\(name)'"
    case .roleSetting:
      "the setting \(name)" + (role.isEmpty ? "" : " of the role '\(role)'")
        + (database.isEmpty ? "" : " in the database '\(database)'")
        + (role.isEmpty && database.isEmpty ? " of all roles" : "")
    case .database: "the database '\(database)'"
    case .tablespace: "the tablespace '\(name)'"
    }
  }
}
