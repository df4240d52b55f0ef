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
        root: root, rows: max(rows, 0), pages: max(pages, 0))
    }
    for row in try connection.execute(indexesQuery).rows {
      guard let schema = row[0], let name = row[1], let index = row[2], let definition = row[3] else { continue }
      facts.relations[RelationName(schema: schema, name: name)]?.indexes.append(
        IndexFacts(name: index, definition: definition))
    }
    for row in try connection.execute(detailsQuery).rows {
      guard let kind = row[0], let schema = row[1], let relation = row[2], let name = row[3], let text = row[4] else {
        continue
      }
      facts.relations[RelationName(schema: schema, name: relation)]?.add(kind, name, text)
    }
    return facts
  }

  /// Kind, schema, relation, name and text of other facts that plans depend on.
  ///
  /// Policies count only with row security on.
  private static let detailsQuery = """
    WITH tables AS (
      SELECT c.oid, c.relrowsecurity, n.nspname, c.relname
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ), details AS (
      SELECT 'column' AS kind, t.nspname, t.relname, a.attname::text AS name,
        pg_catalog.format_type(a.atttypid, a.atttypmod) AS text, a.attnum AS position
      FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      -- Partitions have their parent's.
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class p WHERE p.oid = t.oid AND p.relispartition)
      UNION ALL
      SELECT 'partitions', t.nspname, t.relname, '', count(*)::text, 0
      FROM tables t
      CROSS JOIN LATERAL (
        WITH RECURSIVE down AS (
          SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = t.oid
          UNION ALL
          SELECT i.inhrelid FROM down JOIN pg_catalog.pg_inherits i ON i.inhparent = down.inhrelid
        )
        SELECT FROM down JOIN pg_catalog.pg_class m ON m.oid = down.inhrelid AND m.relkind <> 'p'
      ) leaves
      GROUP BY t.nspname, t.relname
      UNION ALL
      SELECT 'statistics', t.nspname, t.relname, s.stxname::text,
        regexp_replace(pg_catalog.pg_get_statisticsobjdef(s.oid), '^CREATE STATISTICS \\S+ ', ''), 0
      FROM tables t JOIN pg_catalog.pg_statistic_ext s ON s.stxrelid = t.oid
      UNION ALL
      SELECT 'constraint', t.nspname, t.relname, k.conname::text, pg_catalog.pg_get_constraintdef(k.oid), 0
      FROM tables t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid AND k.contype = 'c'
      UNION ALL
      SELECT 'policy', t.nspname, t.relname, p.policyname::text,
        pg_catalog.concat_ws(' ', lower(p.permissive), lower(p.cmd), 'to ' || array_to_string(p.roles, ', '),
          'using ' || p.qual, 'with check ' || p.with_check), 0
      FROM tables t JOIN pg_catalog.pg_policies p ON p.schemaname = t.nspname AND p.tablename = t.relname
      WHERE t.relrowsecurity
    )
    SELECT kind, nspname, relname, name, text FROM details ORDER BY nspname, relname, kind, position, name
    """

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

  /// Valid indexes; the text after USING is the same for the indexes of all partitions.
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

extension RelationFacts {
  fileprivate mutating func add(_ kind: String, _ name: String, _ text: String) {
    switch kind {
    case "column": columns.append(ColumnFacts(name: name, type: text))
    case "partitions": partitions = Int(text)
    case "constraint": constraints.append(DefinedObject(name: name, definition: text))
    case "statistics": statistics.append(DefinedObject(name: name, definition: text))
    default: policies.append("\(name) \(text)")
    }
  }
}
