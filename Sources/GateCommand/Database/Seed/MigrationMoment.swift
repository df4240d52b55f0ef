import PlanCore
import Postgres

/// What a server says of the relations of a database at one moment.
struct MigrationMoment {
  struct Relation {
    let name: RelationName
    let kind: String
    /// The OID of the relation, or of the table of an index.
    let table: String
    /// The number of its file; changes when it is written anew.
    let file: String
    let counts: Counts
    /// The number of its rows, as ANALYZE counted them.
    let rows: Double
  }

  /// The rows that were read and written since the statistics began.
  struct Counts: Equatable {
    var read = 0.0
    /// Inserted, updated or deleted.
    var written = 0.0
    /// Updated or deleted.
    var changed = 0.0
  }

  /// By OID.
  private(set) var relations: [String: Relation] = [:]
  private(set) var wal = 0.0

  init() {}

  init(_ connection: Connection) throws(ServerError) {
    // Parallel workers count for themselves, and a transaction sees only once what others counted.
    let result = try connection.execute(together: [
      ("SELECT pg_catalog.pg_stat_clear_snapshot()", []), (MigrationMoment.query, []),
    ])
    for row in result?.rows ?? [] {
      wal = number(row[9] ?? "")
      // The row of a database without relations has nothing else.
      let words = row.compactMap(\.self)
      guard words.count == row.count, words.count == 11 else { continue }
      relations[words[0]] = Relation(
        name: RelationName(schema: words[1], name: words[2]), kind: words[3], table: words[4], file: words[5],
        counts: Counts(read: number(words[6]), written: number(words[7]) + number(words[8]), changed: number(words[8])),
        rows: number(words[10]))
    }
  }

  /// The expressions of the rows of relation `c` that were read, inserted, and changed.
  ///
  /// Counts that were sent and those of the session that were not sent yet, which a transaction keeps until its end.
  /// Rows that an index scan fetches are counted for the index.
  static let countExpressions = [
    count("returned") + " + " + count("fetched")
      + " + COALESCE((SELECT sum(\(count("fetched", of: "i.indexrelid"))) FROM pg_catalog.pg_index i "
      + "WHERE i.indrelid = c.oid), 0)",
    count("inserted"), count("updated") + " + " + count("deleted"),
  ]

  private static func count(_ word: String, of oid: String = "c.oid") -> String {
    "pg_catalog.pg_stat_get_tuples_\(word)(\(oid)) + pg_catalog.pg_stat_get_xact_tuples_\(word)(\(oid))"
  }

  private static let query = """
    SELECT c.oid, n.nspname, c.relname, c.relkind, COALESCE(i.indrelid, c.oid), c.relfilenode,
      \(countExpressions.map { "CASE WHEN c.relkind IN ('r', 'm') THEN \($0) ELSE 0 END" }.joined(separator: ", ")),
      w.position, GREATEST(c.reltuples, 0)
    FROM (SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0') AS position) w
    LEFT JOIN (pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    ) ON c.relkind IN ('r', 'm', 'p', 'f', 'i', 'I', 'v')
    """
}

private func number(_ text: String) -> Double { Double(text) ?? 0 }
