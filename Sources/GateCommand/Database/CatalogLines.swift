import PlanCore
import Postgres

/// The catalog of a database by names: one line for each schema, table, column, constraint, index, policy, trigger,
/// function, type, sequence and statistics object, with its definition and privileges.
///
/// The order of columns, OIDs and files do not count, so that what was dropped and made again is the same.
struct CatalogLines {
  let lines: Set<String>

  init(_ connection: Connection) throws(ServerError) {
    lines = Set(try connection.execute(CatalogLines.query).rows.compactMap { $0[0] })
  }

  /// What a later state lacks and what it has more, in words.
  func differences(to later: CatalogLines) -> [String] {
    lines.subtracting(later.lines).sorted().map { "missing: \($0)" }
      + later.lines.subtracting(lines).sorted().map { "left over: \($0)" }
  }

  private static let query = """
    WITH spaces AS (
      SELECT oid, nspname, nspacl FROM pg_catalog.pg_namespace
      WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp)'
    ), relations AS (
      SELECT c.*, pg_catalog.format('%I.%I', s.nspname, c.relname) AS name
      FROM pg_catalog.pg_class c JOIN spaces s ON s.oid = c.relnamespace
    )
    SELECT pg_catalog.concat_ws(' ', 'schema', nspname, nspacl::text) FROM spaces
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
      WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'type' END, name,
      CASE WHEN relpersistence <> 'p' THEN 'unlogged' END, CASE WHEN relrowsecurity THEN 'row security' END,
      CASE WHEN relforcerowsecurity THEN 'forced' END, reloptions::text, relacl::text,
      pg_catalog.pg_get_expr(relpartbound, oid), pg_catalog.pg_get_partkeydef(oid),
      CASE WHEN relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(oid) END)
    FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'column', pg_catalog.format('%s.%I', r.name, a.attname),
      pg_catalog.format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
      'DEFAULT ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'COLLATE ' || NULLIF(l.collname, 'default'),
      NULLIF(a.attidentity, ''), NULLIF(a.attgenerated, ''), a.attoptions::text, a.attacl::text)
    FROM relations r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
    WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'constraint', pg_catalog.quote_ident(k.conname), 'of', r.name,
      pg_catalog.pg_get_constraintdef(k.oid))
    FROM pg_catalog.pg_constraint k JOIN relations r ON r.oid = k.conrelid
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'index', pg_catalog.pg_get_indexdef(i.indexrelid),
      CASE WHEN NOT i.indisvalid THEN 'invalid' END, CASE WHEN i.indisclustered THEN 'clustered' END)
    FROM pg_catalog.pg_index i JOIN relations r ON r.oid = i.indrelid
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'policy', pg_catalog.quote_ident(p.polname), 'on', r.name, p.polcmd::text,
      p.polpermissive::text, (SELECT pg_catalog.string_agg(role::pg_catalog.regrole::text, ',' ORDER BY 1)
        FROM pg_catalog.unnest(p.polroles) AS role),
      'USING ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid),
      'CHECK ' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_catalog.pg_policy p JOIN relations r ON r.oid = p.polrelid
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'trigger', pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled::text)
    FROM pg_catalog.pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'rule', pg_catalog.pg_get_ruledef(w.oid))
    FROM pg_catalog.pg_rewrite w JOIN relations r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'function', p.oid::pg_catalog.regprocedure::text,
      CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END, p.proacl::text)
    FROM pg_catalog.pg_proc p JOIN spaces s ON s.oid = p.pronamespace
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'type', t.oid::pg_catalog.regtype::text, t.typtype::text,
      (SELECT pg_catalog.string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
        WHERE e.enumtypid = t.oid),
      (SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ',' ORDER BY k.conname)
        FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid),
      CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END)
    FROM pg_catalog.pg_type t JOIN spaces s ON s.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'r', 'm')
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'sequence', r.name, pg_catalog.format_type(q.seqtypid, NULL), q.seqstart,
      q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle)
    FROM pg_catalog.pg_sequence q JOIN relations r ON r.oid = q.seqrelid
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'statistics', pg_catalog.pg_get_statisticsobjdef(x.oid))
    FROM pg_catalog.pg_statistic_ext x JOIN spaces s ON s.oid = x.stxnamespace
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'extension', e.extname, e.extversion) FROM pg_catalog.pg_extension e
    """
}

/// The contents of the tables of a database, column by column, as hashes.
struct TableContents {
  /// The number of rows and a sum of hashes for each column, by the names that the server quotes.
  private(set) var tables: [String: [String: String]] = [:]

  /// - Parameter names: the tables to read.
  init(of names: Set<String>, _ connection: Connection) throws(ServerError) {
    for row in try connection.execute(TableContents.statements).rows {
      // The server wrote these statements and quoted the names in them.
      guard let name = row[0], let statement = row[1], let columns = row[2], names.contains(name) else { continue }
      let values = try connection.execute(statement).rows.first?.map { $0 ?? "" } ?? []
      let keys = ["rows"] + columns.split(separator: "\u{1f}", omittingEmptySubsequences: true).map(String.init)
      tables[name] = Dictionary(zip(keys, values)) { $1 }
    }
  }

  /// Where each column is kept: the table and the number of the column, by quoted name of table and column.
  static func places(_ connection: Connection) throws(ServerError) -> [String: (table: String, place: String)] {
    var places: [String: (table: String, place: String)] = [:]
    for row in try connection.execute(placesQuery).rows {
      guard let table = row[0], let column = row[1], let place = row[2] else { continue }
      places[column] = (table, place)
    }
    return places
  }

  /// The columns whose values a later state has not.
  func differences(to later: TableContents) -> [String] {
    tables.sorted { $0.key < $1.key }.flatMap { name, columns -> [String] in
      guard let now = later.tables[name] else { return [] }
      if now["rows"] != columns["rows"] {
        return ["rows of \(name): \(columns["rows"] ?? "?") before, \(now["rows"] ?? "?") after the way down"]
      }
      return columns.keys.sorted().filter { $0 != "rows" && now[$0] != nil && now[$0] != columns[$0] }
        .map { "the values of \(name).\($0)" }
    }
  }

  private static let statements = """
    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
      pg_catalog.format('SELECT pg_catalog.count(*)%s FROM ONLY %I.%I', pg_catalog.string_agg(pg_catalog.format(
        ', pg_catalog.sum(pg_catalog.hashtextextended(%I::text, 0)::numeric)', a.attname), '' ORDER BY a.attname),
        n.nspname, c.relname),
      pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), E'\\x1f' ORDER BY a.attname)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    GROUP BY n.nspname, c.relname
    """

  private static let placesQuery = """
    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
      pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname),
      pg_catalog.concat_ws('|', c.oid, c.relfilenode, a.attnum)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    """
}
