import Postgres

/// How a table looks on disk and to the planner, beside its rows.
struct TableState: Sendable {
  /// The sizes of all files of the table, its indexes and its TOAST table.
  var sizes: [String: String] = [:]
  /// What the planner knows of the size of each of them: pages, rows and visible pages, in the words of `pg_class`.
  var estimates: [String: [String]] = [:]
  /// Whether an index remembers rows that were rolled back and removed.
  ///
  /// BRIN keeps the ranges that were widened for them, GiST and SP-GiST the boxes, GIN its list of pending entries.
  var hasRememberingIndex = false
  /// Whether this session may vacuum it.
  var mayVacuum = true
}

/// Removing what a transaction wrote, once it was rolled back.
extension Connection {
  /// Removes the dead rows that a transaction left in tables.
  ///
  /// Files that grew stay as long as they are, and indexes keep their split pages.
  func removeRolledBackRows(of activity: RelationActivity) throws(ServerError) {
    for vacuum in try removal(ofRowsOf: activity) { try execute(vacuum) }
  }

  /// The statements that remove the dead rows that a transaction left in tables.
  ///
  /// - Parameters:
  ///   - activity: what the transaction did.
  ///   - skippingPages: whether pages may be skipped that hold no dead rows; the number of rows is then an estimate.
  func removal(ofRowsOf activity: RelationActivity, skippingPages: Bool = true) throws(ServerError) -> [String] {
    var tables = activity.written.values.map(\.quoted).sorted()
    if activity.writesCatalog {
      // Tables that the transaction made are gone.
      tables = try execute(
        """
        SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = ANY ($1::oid[]) ORDER BY 1
        """, ["{\(activity.written.keys.sorted().joined(separator: ","))}"]
      ).rows.compactMap { $0[0] }
    }
    if tables.isEmpty { return [] }
    let options = "INDEX_CLEANUP ON" + (skippingPages ? "" : ", DISABLE_PAGE_SKIPPING ON")
    return ["VACUUM (\(options)) " + tables.joined(separator: ", ")]
  }

  /// The states of some tables, by OID.
  func states(of tables: Set<String>) throws(ServerError) -> [String: TableState] {
    var states: [String: TableState] = [:]
    for row in try execute(TableState.query, ["{\(tables.sorted().joined(separator: ","))}"]).rows {
      guard let table = row[0], let relation = row[1] else { continue }
      var state = states[table] ?? TableState()
      state.sizes[relation] = row[2] ?? ""
      state.estimates[relation] = row[3...5].map { $0 ?? "" }
      if row[6] == "t" { state.hasRememberingIndex = true }
      if row[7] != "t" { state.mayVacuum = false }
      states[table] = state
    }
    return states
  }
}

extension TableState {
  /// The statements that set `pg_class` back to what it said of some tables, and then give the sizes of their files.
  ///
  /// Only a superuser may run them. The rows of the last one are the OID and the sizes of each relation.
  ///
  /// The session forgets what it knows of the relations, such as the page that took the last row, even if nothing is to
  /// be set back; then it opens them again.
  static func restoration(of originals: some Sequence<TableState>) -> [(sql: String, parameters: [String?])] {
    let estimates = originals.flatMap(\.estimates).sorted { $0.key < $1.key }
    if estimates.isEmpty { return [] }
    func array(_ words: [String]) -> String { "{\(words.joined(separator: ","))}" }
    let relations = array(estimates.map(\.key))
    return [
      (
        """
        UPDATE pg_catalog.pg_class c SET relpages = old.pages, reltuples = old.rows, relallvisible = old.visible
        FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::integer[]), pg_catalog.unnest($3::real[]),
          pg_catalog.unnest($4::integer[])) AS old (oid, pages, rows, visible)
        WHERE c.oid = old.oid
        """, [relations] + (0..<3).map { column in array(estimates.map { $0.value[column] }) }
      ),
      ("SELECT r, \(sizes(of: "r")) FROM pg_catalog.unnest($1::oid[]) AS r", [relations]),
    ]
  }

  /// An expression for the sizes of a relation's files.
  private static func sizes(of relation: String) -> String {
    """
    pg_catalog.concat_ws('/', pg_catalog.pg_relation_size(\(relation), 'main'),
      pg_catalog.pg_relation_size(\(relation), 'fsm'), pg_catalog.pg_relation_size(\(relation), 'vm'))
    """
  }
}

extension TableState {
  fileprivate static let query = """
    WITH related AS (
      SELECT c.oid AS owner, c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::oid[])
      UNION ALL SELECT c.oid, c.reltoastrelid FROM pg_catalog.pg_class c
        WHERE c.oid = ANY ($1::oid[]) AND c.reltoastrelid <> 0
    ), relations AS (
      SELECT owner, oid FROM related
      UNION ALL SELECT r.owner, i.indexrelid FROM related r JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
    )
    SELECT r.owner, c.oid,
      \(sizes(of: "c.oid")),
      c.relpages, c.reltuples, c.relallvisible,
      c.relkind = 'i' AND m.amname NOT IN ('btree', 'hash') AND NOT (m.amname = 'gin' AND EXISTS (
        SELECT FROM pg_catalog.pg_options_to_table(c.reloptions)
        WHERE option_name = 'fastupdate' AND NOT option_value::boolean)),
      pg_catalog.pg_has_role(o.relowner, 'USAGE')
    FROM relations r JOIN pg_catalog.pg_class c ON c.oid = r.oid JOIN pg_catalog.pg_class o ON o.oid = r.owner
    LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
    """
}
