import JSON
import PlanCore
import Postgres

extension CatalogFacts {
  /// Adds the most common values of some columns, as their statistics have them.
  mutating func readShares(of columns: [RelationName: Set<String>], _ connection: Connection) throws(ServerError) {
    if columns.isEmpty { return }
    let wanted = columns.sorted { $0.key < $1.key }.flatMap { relation, names in
      names.sorted().map { name in
        JSON.object([
          JSONMember("schema", .string(relation.schema)), JSONMember("relation", .string(relation.name)),
          JSONMember("name", .string(name)),
        ])
      }
    }
    for row in try connection.execute(CatalogFacts.sharesQuery, [JSON.array(wanted).text]).rows {
      guard let schema = row[0], let relation = row[1], let column = row[2], let share = row[4].flatMap(Double.init)
      else { continue }
      let name = RelationName(schema: schema, name: relation)
      guard let place = relations[name]?.columns.firstIndex(where: { $0.name == column }) else { continue }
      let value = CommonValue(value: row[3], share: share)
      guard value.share >= CommonValue.leastShare, (value.value ?? "").count <= CommonValue.longest,
        let count = relations[name]?.columns[place].commonValues.count, count < CommonValue.limit
      else { continue }
      relations[name]?.columns[place].commonValues.append(value)
    }
  }

  /// Schema, relation, column, value and share, the largest shares of a column first; arrays would be flattened.
  private static let sharesQuery = """
    SELECT s.schemaname, s.tablename, s.attname, v.value, v.share
    FROM pg_catalog.json_to_recordset($1::pg_catalog.json) AS w (schema text, relation text, name text)
    JOIN pg_catalog.pg_stats s
      ON s.schemaname = w.schema AND s.tablename = w.relation AND s.attname = w.name
    JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(format('%I.%I', w.schema, w.relation))
      AND s.inherited = (c.relkind = 'p')
    CROSS JOIN LATERAL (
      SELECT m.value, m.share
      FROM ROWS FROM (unnest(s.most_common_vals::text::text[]), unnest(s.most_common_freqs)) AS m (value, share)
      WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attname = w.name AND t.typcategory = 'A')
      UNION ALL
      SELECT NULL, s.null_frac WHERE s.null_frac > 0
    ) v
    ORDER BY s.schemaname, s.tablename, s.attname, v.share DESC, v.value
    """
}
