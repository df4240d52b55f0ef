import Postgres

/// What a transaction wrote, and how it is removed once the transaction was rolled back.
extension Connection {
  /// The tables that the open transaction wrote to, as the server quotes them.
  func tablesWritten() throws(ServerError) -> [String] {
    try execute(
      """
      SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        AND pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
          + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0
      ORDER BY 1
      """
    ).rows.compactMap { $0.first ?? nil }
  }

  /// Removes the dead rows that a rolled back transaction left in tables.
  ///
  /// Files that grew stay as long as they are, and indexes keep their split pages.
  ///
  /// - Parameter tables: as the server quotes them.
  func removeRolledBackRows(of tables: [String]) throws(ServerError) {
    if !tables.isEmpty { try execute("VACUUM (INDEX_CLEANUP ON) " + tables.joined(separator: ", ")) }
  }
}
