import PlanCore
import Postgres

extension CatalogFacts {
  /// Reads the facts of all relations that a seed can have made.
  static func read(_ connection: Connection) throws(ServerError) -> CatalogFacts {
    var facts = CatalogFacts()
    for row in try connection.execute(relationsQuery).rows {
      guard let schema = row[0], let name = row[1], let rows = row[4].flatMap(Double.init),
        let pages = row[5].flatMap(Double.init)
      else { continue }
      let root = row[2].flatMap { schema in row[3].map { RelationName(schema: schema, name: $0) } }
      facts.relations[RelationName(schema: schema, name: name)] = RelationFacts(
        root: root, rows: max(rows, 0), pages: pages)
    }
    for row in try connection.execute(indexesQuery).rows {
      guard let schema = row[0], let name = row[1], let index = row[2], let definition = row[3] else { continue }
      facts.relations[RelationName(schema: schema, name: name)]?.indexes.append(
        IndexFacts(name: index, definition: definition))
    }
    return facts
  }

  private static let relationsQuery = """
    WITH RECURSIVE up AS (
      SELECT inhrelid AS member, inhparent AS ancestor, 1 AS depth FROM pg_catalog.pg_inherits
      UNION
      SELECT up.member, i.inhparent, up.depth + 1 FROM up JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.ancestor
    )
    SELECT n.nspname, c.relname, root.nspname, root.relname, c.reltuples, c.relpages
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
      SELECT rn.nspname, r.relname FROM up
      JOIN pg_catalog.pg_class r ON r.oid = up.ancestor
      JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
      WHERE up.member = c.oid ORDER BY up.depth DESC, r.oid LIMIT 1
    ) root ON true
    WHERE c.relkind IN ('r', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    """

  /// Valid indexes; what follows USING is the same for the indexes of all partitions.
  private static let indexesQuery = """
    SELECT n.nspname, c.relname, x.relname,
      substr(d.text, strpos(d.text, ' USING ' || am.amname || ' (') + 7)
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    JOIN pg_catalog.pg_am am ON am.oid = x.relam
    CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_indexdef(i.indexrelid) AS text) d
    WHERE i.indisvalid AND i.indisready AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY x.relname
    """
}
