import Postgres

/// Moves the rows of every other page of each table to its end, which changes the correlation of columns with row
/// order.
struct RowShuffle {
  let connection: Connection

  func run() throws(ServerError) {
    try connection.silenceTriggers()
    for row in try connection.execute(RowShuffle.query).rows {
      // The server wrote these statements and quoted the names in them.
      guard let update = row[0], let vacuum = row[1] else { continue }
      try connection.execute(update)
      try connection.execute(vacuum)
    }
  }

  private static let query = """
    SELECT pg_catalog.format('UPDATE ONLY %I.%I SET %I = %I WHERE ((ctid::text::point)[0])::bigint %% 2 = 1',
        n.nspname, c.relname, a.attname, a.attname),
      pg_catalog.format('VACUUM FULL %I.%I', n.nspname, c.relname)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN LATERAL (
      SELECT a.attname FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
      ORDER BY a.attnum LIMIT 1
    ) a ON true
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.relpages > 1
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY n.nspname, c.relname
    """
}
