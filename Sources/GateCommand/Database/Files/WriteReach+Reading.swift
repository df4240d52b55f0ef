import Postgres

extension WriteReach {
  /// Reads what the catalog tells.
  static func read(_ connection: Connection) throws(ServerError) -> WriteReach {
    var reach = WriteReach()
    func pairs(_ query: String, _ body: (String, String) -> Void) throws(ServerError) {
      for row in try connection.execute(query).rows {
        if let first = row[0], let second = row[1] { body(first, second) }
      }
    }
    for row in try connection.execute(relationsQuery).rows {
      guard let oid = row[0], let name = row[1], let kind = row[2], let table = row[3] else { continue }
      reach.relations[oid] = Relation(name: name, kind: kind, table: table)
    }
    for row in try connection.execute(functionsQuery(serverVersion: connection.serverVersion)).rows {
      guard let oid = row[0], let name = row[1], let language = row[2], let body = row[4] else { continue }
      reach.functions[oid] = Function(name: name, language: language, isVolatile: row[3] == "v", body: body)
    }
    for row in try connection.execute(foreignKeysQuery).rows {
      guard let referencing = row[0], let referenced = row[1] else { continue }
      reach.foreignKeys.append(ForeignKey(referencing: referencing, referenced: referenced, writes: row[2] == "t"))
    }
    try pairs("SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits") { reach.parents.append(($0, $1)) }
    try pairs("SELECT tgrelid, tgfoid FROM pg_catalog.pg_trigger WHERE NOT tgisinternal") {
      reach.triggers[$0, default: []].insert($1)
    }
    for row in try connection.execute(dependenciesQuery).rows {
      guard let owner = row[1], let other = row[2] else { continue }
      switch row[0] {
      case "function of relation": reach.functionsOfRelations[owner, default: []].insert(other)
      case "relation of relation": reach.relationsOfRelations[owner, default: []].insert(other)
      case "function of function": reach.functionsOfFunctions[owner, default: []].insert(other)
      default: reach.alwaysReached.insert(other)
      }
    }
    reach.writingFunctions = Set(try connection.execute(writingFunctionsQuery).rows.compactMap { $0[0] })
    return reach
  }

  /// Objects of initdb have smaller OIDs.
  private static let firstOwn = "16384"

  private static let relationsQuery = """
    SELECT c.oid, c.relname, c.relkind, COALESCE(i.indrelid, c.oid)
    FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    WHERE c.oid >= \(firstOwn) AND c.relkind NOT IN ('S', 't', 'c')
      AND c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
    """

  /// Functions with their text; one in standard SQL has none in `prosrc`.
  private static func functionsQuery(serverVersion: Int) -> String {
    let standard = serverVersion >= 140_000 ? "pg_catalog.pg_get_function_sqlbody(p.oid)" : "NULL"
    return """
      SELECT p.oid, p.proname, l.lanname, p.provolatile, COALESCE(\(standard), p.prosrc, '')
      FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.oid >= \(firstOwn)
      """
  }

  private static let foreignKeysQuery = """
    SELECT conrelid, confrelid, confupdtype IN ('c', 'n', 'd') OR confdeltype IN ('c', 'n', 'd')
    FROM pg_catalog.pg_constraint WHERE contype = 'f'
    """

  private static let dependenciesQuery = """
    WITH owned AS (
      SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass AS class, oid, ev_class AS relation FROM pg_catalog.pg_rewrite
      UNION ALL SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, oid, adrelid FROM pg_catalog.pg_attrdef
      UNION ALL SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, oid, conrelid FROM pg_catalog.pg_constraint
      UNION ALL SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, oid, polrelid FROM pg_catalog.pg_policy
      UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, indexrelid, indrelid FROM pg_catalog.pg_index
      UNION ALL SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid, stxrelid
        FROM pg_catalog.pg_statistic_ext
    ), used AS (
      SELECT d.*, d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AS is_function,
        d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AS is_relation
      FROM pg_catalog.pg_depend d WHERE d.refobjid >= \(firstOwn)
    )
    SELECT CASE WHEN u.is_function THEN 'function of relation' ELSE 'relation of relation' END, o.relation, u.refobjid
    FROM owned o JOIN used u ON u.classid = o.class AND u.objid = o.oid
    WHERE o.relation <> 0 AND o.relation >= \(firstOwn)
      AND (u.is_function OR u.is_relation AND u.refobjid <> o.relation
        AND o.class = 'pg_catalog.pg_rewrite'::pg_catalog.regclass)
    UNION SELECT 'function of function', u.objid, u.refobjid
    FROM used u WHERE u.is_function AND u.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    UNION SELECT 'always', 0, u.refobjid
    FROM used u WHERE u.is_function AND u.classid IN ('pg_catalog.pg_operator'::pg_catalog.regclass,
      'pg_catalog.pg_cast'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass,
      'pg_catalog.pg_amproc'::pg_catalog.regclass, 'pg_catalog.pg_opclass'::pg_catalog.regclass,
      'pg_catalog.pg_opfamily'::pg_catalog.regclass, 'pg_catalog.pg_conversion'::pg_catalog.regclass,
      'pg_catalog.pg_constraint'::pg_catalog.regclass) AND NOT EXISTS (SELECT FROM owned o
      WHERE o.class = u.classid AND o.oid = u.objid AND o.relation <> 0)
    UNION SELECT 'always', 0, evtfoid FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'
    """

  /// Volatile functions, except those that are only volatile because they tell or wait for something, set settings or
  /// take locks, or write to sequences.
  private static let writingFunctionsQuery = """
    SELECT DISTINCT proname FROM pg_catalog.pg_proc
    WHERE oid < \(firstOwn) AND provolatile = 'v' AND prokind IN ('f', 'p')
      AND proname NOT IN ('random', 'random_normal', 'setseed', 'clock_timestamp', 'timeofday', 'gen_random_uuid',
        'uuidv4', 'uuidv7', 'nextval', 'setval', 'currval', 'lastval', 'set_config', 'pg_sleep', 'pg_sleep_for',
        'pg_sleep_until', 'pg_notify')
      AND proname !~ '^pg_(try_)?advisory_'
    """
}
