import JSON
import PlanCore
import Postgres

/// Values of the rows of a seeded database, for parameters that are compared with them.
///
/// Everything is read in transactions that only read, with a time limit. A value that cannot be read is no value.
final class RowValues {
  /// The way to choose a value.
  enum Choice: Sendable {
    /// A value with an ordinary number of rows.
    case typical
    /// The value with the most rows.
    case frequent
  }

  private let connection: Connection
  /// The rows of a table that are looked at, in the order of the table.
  private static let most = 200_000
  /// The longest value that is proposed, in characters.
  private static let longest = 200

  init(_ connection: Connection) { self.connection = connection }

  /// A condition that chosen rows fulfil: an expression and the text of its value.
  typealias Fixed = (expression: String, value: String)

  // MARK: Values to compare with

  /// The order of values that are equally frequent: UUIDs, which may be random, by the place of their first row.
  private static let tie = "CASE WHEN v ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[47]' THEN place END, v"

  /// A query for the value that `values` chooses; it gives the value of the same row after another seed.
  func query(for use: ParameterUse, _ choice: Choice) -> String? {
    guard let relation = use.relation else { return nil }
    let alias = quotedIdentifier(use.alias)
    let table = "\(quotedIdentifier(relation.schema)).\(quotedIdentifier(relation.name))"
    let groups = "\(use.expression) from \(table) as \(alias)"
    let known = "where \(use.expression) is not null group by 1"
    guard choice == .typical else {
      return "select \(groups) \(known) order by count(*) desc, min(\(alias).ctid::text) limit 1"
    }
    let middle = column("SELECT (count(*) - 1) / 2 FROM (SELECT \(groups) \(known)) AS r").first
    return middle.map { "select \(groups) \(known) order by count(*), min(\(alias).ctid::text) limit 1 offset \($0)" }
  }

  /// Up to three values of an expression, the best first.
  func values(_ use: ParameterUse, _ choice: Choice, among fixed: [Fixed]) -> [String] {
    let order =
      switch choice {
      case .typical: "ORDER BY n, \(RowValues.tie) OFFSET (SELECT (count(*) - 1) / 2 FROM counted)"
      case .frequent: "ORDER BY n DESC, \(RowValues.tie)"
      }
    return column(
      """
      WITH counted AS (
        SELECT v, count(*) AS n, min(place) AS place
        FROM (
          SELECT (\(use.expression))::pg_catalog.text AS v,
            \(delimitedIdentifier(use.alias)).ctid::pg_catalog.text AS place
          \(from(use, fixed))) AS r
        WHERE v IS NOT NULL AND length(v) <= \(RowValues.longest) GROUP BY v
      )
      SELECT v FROM counted \(order) LIMIT 3
      """, fixed.map(\.value))
  }

  /// The value below which a part of the rows is.
  ///
  /// - Parameter part: from 0 to 1.
  func bound(_ use: ParameterUse, _ part: Double, among fixed: [Fixed]) -> String? {
    column(
      """
      SELECT (percentile_disc(\(part)::float8) WITHIN GROUP (ORDER BY v))::pg_catalog.text
      FROM (SELECT (\(use.expression)) AS v \(from(use, fixed))) AS r
      """, fixed.map(\.value)
    ).first
  }

  /// An element of an array, or a pair of a document, as a text that contains no more than that.
  func part(_ use: ParameterUse, _ choice: Choice, isDocument: Bool, among fixed: [Fixed]) -> String? {
    let order =
      choice == .typical ? "ORDER BY n, v OFFSET (SELECT (count(*) - 1) / 2 FROM counted)" : "ORDER BY n DESC, v"
    let parts =
      isDocument
      ? "SELECT jsonb_build_object(key, value)::pg_catalog.text FROM jsonb_each((\(use.expression))::pg_catalog.jsonb)"
      : "SELECT ARRAY[e]::pg_catalog.text FROM unnest(\(use.expression)) AS e"
    return column(
      """
      WITH counted AS (
        SELECT v, count(*) AS n
        FROM (SELECT p.v \(from(use, fixed, "CROSS JOIN LATERAL (\(parts)) AS p (v)"))) AS r
        WHERE v IS NOT NULL AND length(v) <= \(RowValues.longest) GROUP BY v
      )
      SELECT v FROM counted \(order) LIMIT 1
      """, fixed.map(\.value)
    ).first
  }

  /// A word of texts that are searched.
  func word(_ use: ParameterUse, _ choice: Choice) -> String? {
    let order = choice == .typical ? "OFFSET (SELECT (count(*) - 1) / 2 FROM counted)" : ""
    return column(
      """
      WITH counted AS (
        SELECT v, count(*) AS n
        FROM (SELECT unnest(tsvector_to_array((\(use.expression))::pg_catalog.tsvector)) AS v \(from(use, []))) AS r
        GROUP BY v
      )
      SELECT v FROM counted ORDER BY n DESC, v \(order) LIMIT 1
      """
    ).first
  }

  /// A value beyond all of a column's, in the direction of a sign; nil for a type that has none.
  func beyond(_ use: ParameterUse, isAbove: Bool) -> String? {
    let (function, sign) = isAbove ? ("max", "+") : ("min", "-")
    for step in ["1", "interval '400 days'"] {
      let value = column(
        "SELECT (\(function)(v) \(sign) \(step))::pg_catalog.text FROM (SELECT (\(use.expression)) AS v "
          + "\(from(use, []))) AS r")
      if let value = value.first { return value }
    }
    return nil
  }

  /// Whether a text is no value of a column.
  func isAbsent(_ value: String, _ use: ParameterUse) -> Bool {
    column(
      "SELECT count(*) FROM (SELECT \(from(use, [(use.expression, value)]))) AS r", [value]
    ) == ["0"]
  }

  private func from(_ use: ParameterUse, _ fixed: [Fixed], _ join: String = "") -> String {
    let conditions = fixed.enumerated().map { "(\($1.expression))::pg_catalog.text = $\($0 + 1)" }
    return "FROM \(RowValues.table(use.relation)) AS \(delimitedIdentifier(use.alias)) \(join) "
      + (conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")) + " LIMIT \(RowValues.most)"
  }

  static func table(_ name: RelationName?) -> String {
    guard let name else { return "" }
    return name.schema.isEmpty
      ? delimitedIdentifier(name.name) : "\(delimitedIdentifier(name.schema)).\(delimitedIdentifier(name.name))"
  }

  // MARK: Values to write

  /// Some columns of a row in the middle of a table.
  func row(_ columns: [String], of table: RelationName) -> [String?]? {
    let list = columns.map { "\(delimitedIdentifier($0))::pg_catalog.text" }.joined(separator: ", ")
    return rows(
      """
      SELECT \(list) FROM \(RowValues.table(table))
      OFFSET (SELECT count(*) / 2 FROM (SELECT FROM \(RowValues.table(table)) LIMIT 20000) AS r) LIMIT 1
      """
    ).first
  }

  /// A key of the referenced table with which a row is new among those that have the other values.
  func freeKey(_ key: ForeignKey, of table: RelationName, beside others: [(column: String, value: String)]) -> String? {
    let conditions = others.enumerated().map {
      "AND o.\(delimitedIdentifier($1.column))::pg_catalog.text = $\($0 + 1)"
    }
    return column(
      """
      SELECT k.\(delimitedIdentifier(key.referenced))::pg_catalog.text FROM \(RowValues.table(key.table)) AS k
      WHERE NOT EXISTS (
        SELECT FROM \(RowValues.table(table)) AS o
        WHERE o.\(delimitedIdentifier(key.column)) = k.\(delimitedIdentifier(key.referenced))
          \(conditions.joined(separator: " ")))
      ORDER BY 1 LIMIT 1
      """, others.map(\.value)
    ).first
  }

  /// Any key of the referenced table.
  func anyKey(_ key: ForeignKey) -> String? {
    column(
      "SELECT \(delimitedIdentifier(key.referenced))::pg_catalog.text FROM \(RowValues.table(key.table)) LIMIT 1"
    ).first
  }

  /// The first label of an enum, or nil for any other type.
  func label(ofType type: String) -> String? {
    column(
      """
      SELECT enumlabel FROM pg_catalog.pg_enum
      WHERE enumtypid = pg_catalog.to_regtype($1)::pg_catalog.oid ORDER BY enumsortorder LIMIT 1
      """, [type]
    ).first
  }

  // MARK: Catalog

  /// A foreign key of one column.
  struct ForeignKey {
    let column: String
    let table: RelationName
    let referenced: String
  }

  func foreignKeys(of table: RelationName) -> [ForeignKey] {
    rows(
      """
      SELECT a.attname, n.nspname, c.relname, r.attname
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class c ON c.oid = k.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
      JOIN pg_catalog.pg_attribute r ON r.attrelid = k.confrelid AND r.attnum = k.confkey[1]
      WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND k.conrelid = pg_catalog.to_regclass($1)
      """, [RowValues.table(table)]
    ).compactMap { row in
      guard let column = row[0], let schema = row[1], let name = row[2], let referenced = row[3] else { return nil }
      return ForeignKey(column: column, table: RelationName(schema: schema, name: name), referenced: referenced)
    }
  }

  /// The columns of each unique index of plain columns.
  func uniqueKeys(of table: RelationName) -> [[String]] {
    rows(
      """
      SELECT (
        SELECT pg_catalog.json_agg(a.attname ORDER BY k.position)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.position <= i.indnkeyatts)
      FROM pg_catalog.pg_index i
      WHERE i.indisunique AND i.indexprs IS NULL AND i.indrelid = pg_catalog.to_regclass($1)
      """, [RowValues.table(table)]
    ).compactMap { $0[0].flatMap { RowValues.names(in: $0) } }
  }

  // MARK: Reading

  private func column(_ sql: String, _ parameters: [String?] = []) -> [String] {
    rows(sql, parameters).compactMap { $0.first ?? nil }
  }

  private func rows(_ sql: String, _ parameters: [String?] = []) -> [[String?]] {
    defer { try? connection.send(together: [("ROLLBACK", [])]) }
    do {
      try connection.send(together: [
        ("BEGIN READ ONLY", []),
        ("SELECT pg_catalog.set_config('statement_timeout', '10s', true)", []),
      ])
      return try connection.execute(sql, parameters).rows
    } catch { return [] }
  }
}

extension RowValues {
  fileprivate static func names(in text: String) -> [String]? {
    guard case .array(let names)? = try? JSON(parsing: text) else { return nil }
    return names.compactMap(\.stringValue)
  }
}
