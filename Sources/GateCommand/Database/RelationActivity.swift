import PlanCore
import Postgres

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
  init(_ connection: Connection) throws(ServerError) {
    for row in try connection.execute(RelationActivity.query).rows {
      let words = row.compactMap(\.self)
      guard words.count == row.count, words.count == 11 else { continue }
      func number(_ index: Int) -> Double { Double(words[index]) ?? 0 }
      works[words[0]] = Work(
        relation: RelationName(schema: words[1], name: words[2]), quoted: words[3], kind: words[4], table: words[5],
        scans: number(6), rows: number(7), inserted: number(8), deleted: number(9), blocks: number(10))
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
  /// Names are looked up for the few relations that are returned.
  private static let query = """
    SELECT c.oid, (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = c.relnamespace), c.relname,
      pg_catalog.format('%I.%I', (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = c.relnamespace), c.relname),
      c.relkind, COALESCE((SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = c.oid), c.oid),
      pg_catalog.pg_stat_get_xact_numscans(c.oid), pg_catalog.pg_stat_get_xact_tuples_returned(c.oid),
      pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid),
      pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid), pg_catalog.pg_stat_get_xact_blocks_fetched(c.oid)
    FROM pg_catalog.pg_class c
    WHERE c.relpersistence <> 't' AND CASE
      WHEN c.relnamespace IN ('pg_catalog'::pg_catalog.regnamespace, 'information_schema'::pg_catalog.regnamespace)
      THEN c.relkind = 'r' AND pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
        + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0
      WHEN c.relkind IN ('r', 'm', 'i', 'S') AND c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
      THEN pg_catalog.pg_stat_get_xact_blocks_fetched(c.oid) + pg_catalog.pg_stat_get_xact_numscans(c.oid)
        + pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0
      ELSE false END
    """
}
