import PlanCore
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Vacuums and analyzes a seeded database so that each run on the same data has the same statistics.
///
/// ANALYZE reads a random sample of 300 rows times the largest statistics target. While it runs, each larger table has
/// one extended statistics object with a target so large that the sample is the whole table. The columns keep their own
/// targets, and so get as many most common values and histogram bounds as in production.
struct Statistics {
  let connection: Connection
  /// Whether whole tables are sampled; false for the random samples that ANALYZE takes by default.
  var isWhole = true
  /// The limit for waiting for a lock: the database has no other users, so a lock that is still held may stay for ever.
  var lockTimeout = "60s"
  /// The memory limit for the sample of one table, in bytes.
  var memory = Statistics.physicalMemory / 4

  /// Called before tables are written to, with their OIDs; with nil if it may be any.
  var beforeWriting: (Set<String>?, Connection) throws(ServerError) -> Void = { _, _ in }

  /// Remarks on the result.
  struct Report: Sendable {
    /// Relations too large to analyze in full: their statistics differ from run to run.
    var sampled: [String]
    /// Relations whose pages are not all marked visible, so that an Index Only Scan visits the table.
    var notAllVisible: [String]
    /// What the project set because ANALYZE takes samples, of tables that were analyzed whole.
    var overrides: [StatisticsOverride] = []
  }

  /// - Parameter basis: what complete statistics were made from, so that only what changed since is worked on; nil for
  ///   everything.
  func collect(since basis: StatisticsBasis? = nil) throws(ServerError) -> Report {
    do { return try report(since: basis) } catch let error where error.sqlState == "55P03" {
      throw ServerError(
        sqlState: "55P03",
        message: "VACUUM or ANALYZE waited \(lockTimeout) for a lock that another session holds",
        hint: "end in the seed whatever it starts")
    }
  }

  private func report(since basis: StatisticsBasis?) throws(ServerError) -> Report {
    try connection.execute("SELECT pg_catalog.set_config('lock_timeout', $1, false)", [lockTimeout])
    // Event triggers that a seed may have made must not see plangate's own statements.
    try connection.silenceTriggers()
    // From 18 on, ONLY leaves out partitions and children.
    let hasOnly = connection.serverVersion >= 180_000
    var work: StatisticsBasis.Work?
    if let basis {
      let now = try StatisticsBasis.read(connection)
      work = now.work(since: basis, analyzesPartitions: !hasOnly)
      try beforeWriting(now.changed(since: basis), connection)
    } else {
      try beforeWriting(nil, connection)
    }
    var analyzed: [String]?
    if case .some(let vacuum, let analyze)? = work {
      analyzed = analyze
      if !vacuum.isEmpty {
        try connection.execute("VACUUM (FREEZE, INDEX_CLEANUP ON) " + vacuum.joined(separator: ", "))
      }
    } else {
      try connection.execute("VACUUM (FREEZE, INDEX_CLEANUP ON)")
    }
    try connection.execute(
      "SELECT pg_catalog.set_config('plangate.sample_memory', $1, false)", [String(memory)])
    var sampled = try connection.execute(Statistics.tooLarge).rows.compactMap { $0.first ?? nil }
    let objects = isWhole ? try makeObjects(&sampled, of: analyzed) : []
    let overrides = isWhole ? try overrides(of: sampled) : []
    if let analyzed {
      let only = hasOnly ? "ONLY " : ""
      if !analyzed.isEmpty {
        try connection.execute("ANALYZE " + analyzed.map { only + $0 }.joined(separator: ", "))
      }
    } else {
      try connection.execute("ANALYZE")
    }
    for drop in objects { try connection.execute(drop) }
    let notVisible = try connection.execute(Statistics.notAllVisible).rows.compactMap { $0.first ?? nil }
    return Report(sampled: sampled, notAllVisible: notVisible, overrides: overrides)
  }

  /// - Parameter sampled: tables that are analyzed as in production.
  private func overrides(of sampled: [String]) throws(ServerError) -> [StatisticsOverride] {
    try connection.execute(Statistics.overrides).rows.compactMap { row in
      guard let schema = row[0], let name = row[1], let kind = row[3].flatMap(StatisticsOverride.Kind.init(rawValue:)),
        let value = row[4], let sample = row[5].flatMap(Double.init), let rows = row[6].flatMap(Double.init),
        !sampled.contains("\(schema).\(name)")
      else { return nil }
      return StatisticsOverride(
        relation: RelationName(schema: schema, name: name), column: row[2], kind: kind, value: value, sample: sample,
        rows: rows.rounded())
    }
  }

  /// Makes the statistics objects and returns the statements that drop them again.
  ///
  /// - Parameters:
  ///   - sampled: gets the tables that belong to other roles, on a given server.
  ///   - tables: those to make objects for, as the server quotes them; nil for all.
  private func makeObjects(_ sampled: inout [String], of tables: [String]?) throws(ServerError) -> [String] {
    var drops: [String] = []
    for row in try connection.execute(Statistics.samples(serverVersion: connection.serverVersion)).rows {
      // The server wrote these statements and quoted the names in them.
      guard let create = row[0], let raise = row[1], let drop = row[2], let table = row[3], let quoted = row[4],
        tables?.contains(quoted) != false
      else { continue }
      do { try connection.execute(create) } catch let error where error.sqlState == "42501" {
        sampled.append(table)
        continue
      }
      try connection.execute(raise)
      drops.append(drop)
    }
    return drops
  }

  private static var physicalMemory: Int { max(sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)), 1 << 30) }

  /// Every table with the number of rows that its sample must have.
  ///
  /// The sample of a parent is distributed by pages, so it has to be large enough for its fullest child.
  private static let wanted = """
    WITH RECURSIVE tree AS (
      SELECT c.oid AS parent, c.oid AS member FROM pg_catalog.pg_class c
      WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
      UNION
      SELECT tree.parent, i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.member
    ), sizes AS (
      SELECT tree.parent,
        GREATEST(max(m.reltuples) FILTER (WHERE m.oid = tree.parent),
          max(m.reltuples * total.pages / GREATEST(m.relpages, 1)) FILTER (WHERE m.relkind <> 'p')) AS rows,
        max(total.pages) * 8192.0 AS bytes, sum(m.reltuples) FILTER (WHERE m.relkind <> 'p') AS counted
      FROM tree JOIN pg_catalog.pg_class m ON m.oid = tree.member
      JOIN LATERAL (
        SELECT sum(p.relpages)::float8 AS pages FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.member
        WHERE t.parent = tree.parent AND p.relkind <> 'p'
      ) total ON true
      GROUP BY tree.parent
    ), wanted AS (
      SELECT c.oid, n.nspname, c.relname, ceil(sizes.rows / 300) AS target, sizes.counted, usual.rows AS sample,
        sizes.rows > 3000000 OR sizes.bytes > pg_catalog.current_setting('plangate.sample_memory')::float8 AS is_too_large
      FROM sizes JOIN pg_catalog.pg_class c ON c.oid = sizes.parent
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL (
        SELECT 300 * GREATEST(
          pg_catalog.current_setting('default_statistics_target')::int,
          (SELECT max(a.attstattarget) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0), 1
        ) AS rows
      ) usual
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND sizes.rows > usual.rows
    )
    """

  private static let tooLarge =
    wanted + " SELECT nspname || '.' || relname FROM wanted WHERE is_too_large ORDER BY 1"

  /// The statements that make, raise and drop an object for each table.
  ///
  /// One expression is enough since 14; 13 needs two sortable columns.
  private static func samples(serverVersion: Int) -> String {
    let columns =
      serverVersion >= 140_000
      ? """
      SELECT pg_catalog.format('((%I IS NULL))', a.attname) AS list FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = wanted.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum LIMIT 1
      """
      : """
      SELECT pg_catalog.string_agg(pg_catalog.quote_ident(s.attname), ', ') AS list FROM (
        SELECT a.attname FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = wanted.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND EXISTS (SELECT FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod
            WHERE m.amname = 'btree' AND o.opcdefault AND o.opcintype = a.atttypid)
        ORDER BY a.attnum LIMIT 2) s HAVING count(*) = 2
      """
    return wanted + """
       SELECT
        pg_catalog.format('CREATE STATISTICS %I.%I %s ON %s FROM %I.%I', nspname, name,
          CASE WHEN \(serverVersion) < 140000 THEN '(ndistinct)' ELSE '' END, list, nspname, relname),
        pg_catalog.format('ALTER STATISTICS %I.%I SET STATISTICS %s', nspname, name, LEAST(target, 10000)::int),
        pg_catalog.format('DROP STATISTICS %I.%I', nspname, name), nspname || '.' || relname,
        pg_catalog.format('%I.%I', nspname, relname)
      FROM wanted, LATERAL (\(columns)) AS chosen, LATERAL (SELECT 'plangate_sample_' || wanted.oid AS name) AS named
      WHERE NOT is_too_large ORDER BY nspname, relname
      """
  }

  /// Schema, table, column, kind, value, the rows of a sample and all rows.
  ///
  /// A target hides nothing where ANALYZE reads the whole table anyway; a number of distinct values stands for a larger
  /// table than the seed's.
  private static let overrides =
    wanted + """
       SELECT n.nspname, c.relname, a.attname, split_part(o.text, '=', 1), split_part(o.text, '=', 2), 0,
        GREATEST(c.reltuples, 0)
      FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL unnest(a.attoptions) AS o (text)
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE a.attoptions IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm')
        AND c.relpersistence <> 't' AND split_part(o.text, '=', 2)::float8 <> 0
      UNION ALL
      SELECT w.nspname, w.relname, a.attname, 'statistics', a.attstattarget::text, w.sample, w.counted
      FROM wanted w JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid
      WHERE w.counted > w.sample AND a.attstattarget > 0 AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL
      SELECT w.nspname, w.relname, NULL, 'default_statistics_target',
        pg_catalog.current_setting('default_statistics_target'), w.sample, w.counted
      FROM wanted w WHERE w.counted > w.sample AND pg_catalog.current_setting('default_statistics_target') <> '100'
      ORDER BY 1, 2, 4, 3
      """

  private static let notAllVisible = """
    SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.relallvisible < c.relpages
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY 1
    """
}
