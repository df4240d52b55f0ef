import JSON
import PlanCore
import Postgres

/// The tables of a database that have rows, between two steps of a seed.
struct SeedSnapshot: Equatable, Sendable {
  struct Table: Equatable, Sendable {
    let relation: RelationName
    /// The file node, which another one replaces when the table is rewritten or truncated.
    let file: String
    let rows: Double
    let dead: Double
    /// How often it was vacuumed.
    let vacuums: String
  }

  /// A column, an index with expressions or an extended statistics object.
  struct Key: Hashable, Sendable {
    let table: UInt32
    let kind: LostStatistics.Kind
    let name: String
  }

  /// By OID.
  var tables: [UInt32: Table] = [:]
  /// The tables, and the partitioned tables above them.
  var owners: [UInt32: RelationName] = [:]
  /// Of a column its number and type, of others the OID: where it is another one, statistics are gone.
  var objects: [Key: String] = [:]
  /// The values of `objects` that are columns, by table.
  private var columns: [UInt32: Set<String>] = [:]

  func hasColumn(_ column: String, of table: UInt32) -> Bool { columns[table]?.contains(column) ?? false }

  init() {}

  mutating func add(_ object: String, _ key: Key) {
    objects[key] = object
    if key.kind == .column { columns[key.table, default: []].insert(object) }
  }
}

/// Looks at the database between the steps of a seed.
///
/// What it sees fails nothing: a database that takes no connection between two steps only has no notes.
final class SeedObserver {
  private let server: DatabaseServer
  private let database: DatabaseServer.Name
  private var last: SeedSnapshot?
  /// How many steps ran.
  private var done: Int
  private(set) var traces: SeedTraces

  /// - Parameters:
  ///   - traces: of the steps that ran before.
  ///   - done: how many those were.
  init(_ server: DatabaseServer, _ database: DatabaseServer.Name, _ traces: SeedTraces, done: Int) {
    (self.server, self.database, self.traces, self.done) = (server, database, traces, done)
  }

  /// Forgets what the steps so far did.
  func forget() { (last, traces) = (nil, SeedTraces()) }

  /// Goes on after plangate itself has vacuumed and analyzed the database.
  ///
  /// - Parameter traces: of the steps so far.
  func goOn(after traces: SeedTraces) { (last, self.traces) = (nil, traces.asAnalyzed(after: done)) }

  func beforeStep() { if last == nil { last = try? snapshot() } }

  func afterStep() {
    let now = try? snapshot()
    if let before = last, let now { traces.add(step: done, from: before, to: now) }
    last = now
    done += 1
  }

  /// - Throws: also before PostgreSQL 15, where the counters of a session come late.
  private func snapshot() throws(ServerError) -> SeedSnapshot {
    let connection = try server.connect(to: database)
    guard connection.serverVersion >= 150_000 else { throw ServerError(message: "too old") }
    // A session's counters are there when it has ended.
    for _ in 0..<500 {
      if try connection.execute(SeedObserver.others).rows.isEmpty { break }
      try connection.execute("SELECT pg_catalog.pg_sleep(0.001)")
    }
    var snapshot = SeedSnapshot()
    for row in try connection.execute(SeedObserver.query).rows {
      guard let table = row[1].flatMap({ UInt32($0) }), let name = row[4], let value = row[7] else { continue }
      if let kind = row[0].flatMap(LostStatistics.Kind.init(rawValue:)) {
        snapshot.add(value, SeedSnapshot.Key(table: table, kind: kind, name: name))
        continue
      }
      guard let owner = row[2].flatMap({ UInt32($0) }), let schema = row[3], let ownerSchema = row[5],
        let ownerName = row[6], let rows = row[8].flatMap(Double.init), let dead = row[9].flatMap(Double.init),
        let vacuums = row[10]
      else { continue }
      snapshot.tables[table] = SeedSnapshot.Table(
        relation: RelationName(schema: schema, name: name), file: value, rows: max(rows, 0), dead: dead,
        vacuums: vacuums)
      snapshot.owners[owner] = RelationName(schema: ownerSchema, name: ownerName)
    }
    server.keep(connection, to: database)
    return snapshot
  }

  /// Without the view around the function, which takes a millisecond to plan.
  private static let others = """
    SELECT FROM pg_catalog.pg_stat_get_activity(NULL) AS a
    WHERE a.datid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
      AND a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
    """

  /// Tables with rows, in one statement with what statistics are gathered for, since each has to be planned anew.
  ///
  /// Its columns are the kind, the table, its root, schema, name, schema and name of the root, and what tells whether
  /// it is the same; then rows, dead rows and how often it was vacuumed. Nothing here locks a table: a seed may leave a
  /// transaction prepared that holds one. Of a partitioned table ANALYZE gathers no statistics of expressions.
  private static let query = """
    WITH stored AS MATERIALIZED (
      SELECT c.oid, o.oid AS owner, n.nspname, c.relname, p.nspname AS root_schema, o.relname AS root_name,
        pg_catalog.pg_relation_filenode(c.oid) AS file,
        GREATEST(pg_catalog.pg_stat_get_live_tuples(c.oid), c.reltuples) AS rows,
        pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead,
        pg_catalog.pg_stat_get_vacuum_count(c.oid) + pg_catalog.pg_stat_get_autovacuum_count(c.oid) AS vacuums
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_class o
        ON o.oid = CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid ELSE c.oid END
      JOIN pg_catalog.pg_namespace p ON p.oid = o.relnamespace
      WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        AND (pg_catalog.pg_stat_get_live_tuples(c.oid) > 0 OR pg_catalog.pg_stat_get_dead_tuples(c.oid) > 0
          OR c.reltuples > 0)
    ), owners AS (SELECT DISTINCT owner AS oid FROM stored)
    SELECT 'table', s.oid, s.owner, s.nspname::text, s.relname::text, s.root_schema::text, s.root_name::text,
      s.file::text, s.rows::text, s.dead::text, s.vacuums::text
    FROM stored s
    UNION ALL
    SELECT 'column', o.oid, NULL, NULL, a.attname, NULL, NULL,
      pg_catalog.concat_ws(' ', a.attnum, a.atttypid, a.atttypmod, a.attcollation), NULL, NULL, NULL
    FROM owners o JOIN pg_catalog.pg_attribute a ON a.attrelid = o.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'index', o.oid, NULL, NULL, x.relname, NULL, NULL, x.oid::text, NULL, NULL, NULL
    FROM owners o JOIN pg_catalog.pg_index i ON i.indrelid = o.oid JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    WHERE i.indexprs IS NOT NULL AND x.relkind = 'i'
    UNION ALL
    SELECT 'statistics', o.oid, NULL, NULL, e.stxname, NULL, NULL, e.oid::text, NULL, NULL, NULL
    FROM owners o JOIN pg_catalog.pg_statistic_ext e ON e.stxrelid = o.oid
    """
}

extension SeedTraces {
  /// Leaves out the statistics that a later ANALYZE gathered, those that none would gather, and those that this session
  /// may not see.
  mutating func removeGathered(_ connection: Connection) throws(ServerError) {
    // The others were asked about before plangate gathered statistics.
    let recent = lost.enumerated().filter { $0.element.step >= analyzedSteps }
    if recent.isEmpty { return }
    let asked = JSON.array(
      recent.map { place, item in
        .object([
          JSONMember("place", .number(Double(place))), JSONMember("relation", .number(Double(item.table))),
          JSONMember("kind", .string(item.kind.rawValue)), JSONMember("name", .string(item.name)),
        ])
      })
    let gathered = try connection.execute(SeedTraces.gathered, [asked.text]).rows
    removeLost(at: Set(gathered.compactMap { row in row[0].flatMap { Int($0) } }))
  }

  private static let gathered = """
    SELECT w.place FROM pg_catalog.json_to_recordset($1::pg_catalog.json)
      AS w (place integer, relation pg_catalog.oid, kind text, name text)
    JOIN pg_catalog.pg_class c ON c.oid = w.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.row_security_active(c.oid)
      OR CASE w.kind
        WHEN 'column' THEN EXISTS (
          SELECT FROM pg_catalog.pg_stats s
          WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = w.name)
          OR EXISTS (
            SELECT FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attname = w.name AND a.attstattarget = 0)
        WHEN 'index' THEN EXISTS (
          SELECT FROM pg_catalog.pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = w.name)
        ELSE EXISTS (
          SELECT FROM pg_catalog.pg_stats_ext s
          WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.statistics_name = w.name)
      END
    """
}
