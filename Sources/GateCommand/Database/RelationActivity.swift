import PlanCore
import Postgres
import Synchronization

/// What a transaction did to the relations of its database, by the counters of its backend.
///
/// They count what triggers, foreign keys and functions do, and what was rolled back to a savepoint. What parallel
/// workers read is missing.
struct RelationActivity: Sendable {
  /// The work on a table, an index, a materialized view or a sequence.
  struct Work: Sendable {
    let relation: RelationName
    /// The name as the server quotes it.
    let quoted: String
    /// The letter of `pg_class.relkind`.
    let kind: String
    /// The OID of the relation, or of an index's table.
    let table: String
    /// Sequential scans, and the rows that they read.
    var scans: Double
    var rows: Double
    /// Rows that were inserted, those of updates included.
    var inserted: Double
    var deleted: Double
    /// Blocks that were looked at.
    var blocks: Double

    fileprivate var isTable: Bool { ["r", "m"].contains(kind) && !isCatalog }
    fileprivate var isCatalog: Bool { ["pg_catalog", "information_schema"].contains(relation.schema) }
    fileprivate var isWritten: Bool { inserted + deleted > 0 }
  }

  /// By OID.
  private var works: [String: Work] = [:]

  init() {}

  /// The activity of the open transaction, and of those before it whose counts were not sent on yet.
  ///
  /// - Parameter known: what is known of relations; it learns of those that are new to it.
  init(_ connection: Connection, _ known: KnownRelations) throws(ServerError) {
    let rows = try connection.execute(RelationActivity.query).rows.filter { !$0.contains(nil) }.map {
      $0.compactMap(\.self)
    }
    func number(_ text: String) -> Double { Double(text) ?? 0 }
    let writesCatalog = rows.contains { $0[1] == "t" }
    let relations = try known.relations(rows.map { $0[0] }, connection, remembers: !writesCatalog)
    for row in rows {
      guard let relation = relations[row[0]] else { continue }
      works[row[0]] = Work(
        relation: relation.name, quoted: relation.quoted, kind: relation.kind, table: relation.table,
        scans: number(row[2]), rows: number(row[3]), inserted: number(row[4]) + number(row[5]),
        deleted: number(row[6]), blocks: number(row[7]))
    }
  }

  /// The activity after an earlier moment of the same transaction.
  func since(_ before: RelationActivity) -> RelationActivity {
    var rest = self
    for (relation, known) in before.works {
      rest.works[relation]?.scans -= known.scans
      rest.works[relation]?.rows -= known.rows
      rest.works[relation]?.inserted -= known.inserted
      rest.works[relation]?.deleted -= known.deleted
      rest.works[relation]?.blocks -= known.blocks
    }
    rest.works = rest.works.filter { $0.value.scans + $0.value.inserted + $0.value.deleted + $0.value.blocks > 0 }
    return rest
  }

  /// The activity of two runs together.
  func merged(_ other: RelationActivity) -> RelationActivity {
    var sum = self
    for (relation, work) in other.works {
      guard let known = sum.works[relation] else {
        sum.works[relation] = work
        continue
      }
      sum.works[relation]?.inserted = known.inserted + work.inserted
      sum.works[relation]?.deleted = known.deleted + work.deleted
    }
    return sum
  }

  /// Whether rows of the catalog or large objects were written.
  var writesCatalog: Bool { works.values.contains { $0.isCatalog && $0.isWritten } }

  /// The tables that rows were written to or deleted from, by OID.
  ///
  /// Rows of a TOAST table come with rows of its table.
  var written: [String: Work] { works.filter { $0.value.isTable && $0.value.isWritten } }

  /// The sequences that were looked at, as the server quotes them.
  var sequences: [String] { works.values.filter { $0.kind == "S" }.map(\.quoted).sorted() }

  /// The OIDs of tables that were read or written, or whose indexes were.
  var touched: Set<String> { Set(works.values.map(\.table)) }

  /// The sequential scans, by table.
  var sequentialReads: [RelationName: SequentialReads] {
    var reads: [RelationName: SequentialReads] = [:]
    for work in works.values where work.isTable && work.scans > 0 {
      reads[work.relation] = SequentialReads(scans: work.scans, rows: max(work.rows, 0))
    }
    return reads
  }

  /// Of the catalog only what was written is of interest: every statement reads it.
  ///
  /// It runs after each case, and the server plans it each time, so that names are looked up elsewhere. Relations of
  /// initdb have OIDs below 16384, and 99 is the OID of the namespace of TOAST tables (catalog/pg_namespace.dat).
  private static let query = """
    SELECT c.oid, c.oid < 16384, pg_catalog.pg_stat_get_xact_numscans(c.oid),
      pg_catalog.pg_stat_get_xact_tuples_returned(c.oid), pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid),
      pg_catalog.pg_stat_get_xact_tuples_updated(c.oid), pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid),
      pg_catalog.pg_stat_get_xact_blocks_fetched(c.oid)
    FROM pg_catalog.pg_class c
    WHERE c.relpersistence <> 't' AND CASE
      WHEN c.oid < 16384 THEN c.relkind = 'r' AND pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
        + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0
      WHEN c.relkind IN ('r', 'm', 'i', 'S') AND c.relnamespace <> 99
      THEN pg_catalog.pg_stat_get_xact_blocks_fetched(c.oid) + pg_catalog.pg_stat_get_xact_numscans(c.oid)
        + pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0
      ELSE false END
    """
}

/// What is known of the relations of a database and its clones, by OID.
final class KnownRelations: Sendable {
  struct Relation: Sendable {
    let name: RelationName
    /// The name as the server quotes it.
    let quoted: String
    /// The letter of `pg_class.relkind`.
    let kind: String
    /// The OID of the relation, or of an index's table.
    let table: String
  }

  private let known = Mutex<[String: Relation]>([:])

  /// - Parameter remembers: whether what the server says now is also true later.
  fileprivate func relations(
    _ oids: [String], _ connection: Connection, remembers: Bool
  ) throws(ServerError) -> [String: Relation] {
    var relations = known.withLock { $0 }
    let new = oids.filter { relations[$0] == nil }
    if new.isEmpty { return relations }
    for row in try connection.execute(KnownRelations.query, ["{\(new.joined(separator: ","))}"]).rows {
      let words = row.compactMap(\.self)
      guard words.count == 6 else { continue }
      relations[words[0]] = Relation(
        name: RelationName(schema: words[1], name: words[2]), quoted: words[3], kind: words[4], table: words[5])
    }
    if remembers { known.withLock { $0.merge(relations) { $1 } } }
    return relations
  }

  private static let query = """
    SELECT c.oid, n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind,
      COALESCE((SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = c.oid), c.oid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = ANY ($1::oid[])
    """
}
