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
      guard let schema = row[0], let name = row[1], let indexName = row[2], let definition = row[3] else { continue }
      let traits = (row[5] ?? "").split(separator: " ").compactMap { IndexTrait(rawValue: String($0)) }
      let index = IndexFacts(name: indexName, definition: definition, traits: Set(traits))
      let relation = RelationName(schema: schema, name: name)
      if row[4] == "t" {
        facts.relations[relation]?.indexes.append(index)
      } else {
        facts.relations[relation]?.invalidIndexes.append(index)
      }
    }
    for row in try connection.execute(foreignKeysQuery).rows {
      guard let schema = row[0], let table = row[1], let name = row[2], let target = row[3], let targetName = row[4],
        let definition = row[5]
      else { continue }
      let key = ForeignKeyFacts(
        name: name, relation: RelationName(schema: schema, name: table),
        references: RelationName(schema: target, name: targetName), definition: definition, index: row[6])
      facts.relations[key.relation]?.foreignKeys.append(key)
      facts.relations[key.references]?.referencedBy.append(key)
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
      SELECT c.oid, c.relrowsecurity, c.relispartition, n.nspname, c.relname
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ), columns AS (
      SELECT t.nspname, t.relname, a.attrelid, a.attname::text, a.attnum, a.atttypid, a.atttypmod, a.attnotnull,
        a.attstattarget, a.attoptions, a.attcollation, a.attgenerated
      FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      -- Partitions have their parent's.
      WHERE NOT t.relispartition
    ), details AS (
      SELECT 'column' AS kind, c.nspname, c.relname, c.attname::text AS name,
        pg_catalog.format_type(c.atttypid, c.atttypmod) AS text, c.attnum AS position
      FROM columns c
      UNION ALL
      SELECT 'column not null', c.nspname, c.relname, c.attname, '', c.attnum FROM columns c WHERE c.attnotnull
      UNION ALL
      SELECT 'column statistics', c.nspname, c.relname, c.attname, c.attstattarget::text, c.attnum
      FROM columns c WHERE c.attstattarget >= 0
      UNION ALL
      SELECT 'column ' || split_part(o.text, '=', 1), c.nspname, c.relname, c.attname, split_part(o.text, '=', 2),
        c.attnum
      FROM columns c CROSS JOIN LATERAL unnest(c.attoptions) AS o (text) WHERE c.attoptions IS NOT NULL
      UNION ALL
      SELECT 'column collation', c.nspname, c.relname, c.attname, k.collname::text, c.attnum
      FROM columns c JOIN pg_catalog.pg_type y ON y.oid = c.atttypid AND y.typcollation <> c.attcollation
      JOIN pg_catalog.pg_collation k ON k.oid = c.attcollation
      UNION ALL
      SELECT 'column generated', c.nspname, c.relname, c.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid), c.attnum
      FROM columns c JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.attrelid AND d.adnum = c.attnum
      WHERE c.attgenerated <> ''
      UNION ALL
      SELECT 'trigger', t.nspname, t.relname, g.tgname::text,
        regexp_replace(pg_catalog.pg_get_triggerdef(g.oid), '^CREATE (CONSTRAINT )?TRIGGER (".*?"|\\S+) ', '')
          || CASE g.tgenabled WHEN 'D' THEN ' (disabled)' WHEN 'R' THEN ' (on a replica only)' ELSE '' END, 0
      FROM tables t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
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

  /// Indexes, whether they are valid, and their traits; the text after USING is the same for the indexes of all
  /// partitions.
  private static let indexesQuery = """
    SELECT n.nspname, c.relname, x.relname,
      substr(d.text, strpos(d.text, ' USING ' || am.amname || ' (') + 7), i.indisvalid AND i.indisready,
      pg_catalog.concat_ws(' ', CASE WHEN i.indisprimary THEN 'primary' END, CASE WHEN i.indisunique THEN 'unique' END,
        CASE WHEN NOT i.indimmediate THEN 'deferrable' END, CASE WHEN i.indisreplident THEN 'replica-identity' END)
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    JOIN pg_catalog.pg_am am ON am.oid = x.relam
    CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_indexdef(i.indexrelid) AS text) d
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY x.relname
    """

  /// Foreign keys with the index that leads with their columns; those of partitions are their parent's.
  private static let foreignKeysQuery = """
    SELECT n.nspname, c.relname, k.conname, rn.nspname, r.relname, pg_catalog.pg_get_constraintdef(k.oid),
      (SELECT min(x.relname::text) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        CROSS JOIN LATERAL (SELECT (i.indkey::pg_catalog.int2[])[0:cardinality(k.conkey) - 1] AS columns) first
        WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indisready AND i.indpred IS NULL
          AND first.columns @> k.conkey AND first.columns <@ k.conkey)
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
    JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY n.nspname, c.relname, k.conname
    """
}

extension RelationFacts {
  fileprivate mutating func add(_ kind: String, _ name: String, _ text: String) {
    switch kind {
    case "column": columns.append(ColumnFacts(name: name, type: text))
    case "column not null": if let place = place(ofColumn: name) { columns[place].isNotNull = true }
    case "partitions": partitions = Int(text)
    case "constraint": constraints.append(DefinedObject(name: name, definition: text))
    case "statistics": statistics.append(DefinedObject(name: name, definition: text))
    case "trigger": triggers.append(DefinedObject(name: name, definition: text))
    case "policy": policies.append("\(name) \(text)")
    default:
      guard let word = kind.split(separator: " ").last, let attribute = ColumnAttribute(rawValue: String(word)),
        let place = place(ofColumn: name)
      else { return }
      columns[place].attributes[attribute] = text
    }
  }

  private func place(ofColumn name: String) -> Int? { columns.firstIndex { $0.name == name } }
}
