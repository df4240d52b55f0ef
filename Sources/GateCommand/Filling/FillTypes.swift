import Postgres

/// The types of a database, by their numbers in `pg_type`.
struct FillTypes {
  private struct Entry {
    let name: String
    let kind: String
    let base: UInt32
    let modifier: Int
    let element: UInt32
    let isNotNull: Bool
    /// As SQL writes it, without a modifier.
    let sql: String
  }

  private var entries: [UInt32: Entry] = [:]
  private var labels: [UInt32: [String]] = [:]
  private var checks: [UInt32: [String]] = [:]
  private var subtypes: [UInt32: UInt32] = [:]
  private var fields: [UInt32: [(type: UInt32, modifier: Int, sql: String)]] = [:]

  static func read(_ connection: Connection) throws(ServerError) -> FillTypes {
    var types = FillTypes()
    func number(_ text: String?) -> UInt32 { text.flatMap { UInt32($0) } ?? 0 }
    for row in try connection.execute(
      """
      SELECT oid, typname, typtype, typbasetype, typtypmod,
        CASE WHEN typcategory = 'A' AND typlen = -1 THEN typelem ELSE 0 END, typnotnull,
        pg_catalog.format_type(oid, NULL)
      FROM pg_catalog.pg_type
      """
    ).rows {
      types.entries[number(row[0])] = Entry(
        name: row[1] ?? "", kind: row[2] ?? "", base: number(row[3]), modifier: row[4].flatMap { Int($0) } ?? -1,
        element: number(row[5]), isNotNull: row[6] == "t", sql: row[7] ?? "")
    }
    for row in try connection.execute(
      "SELECT enumtypid, enumlabel FROM pg_catalog.pg_enum ORDER BY enumtypid, enumsortorder"
    ).rows {
      types.labels[number(row[0]), default: []].append(row[1] ?? "")
    }
    for row in try connection.execute(
      """
      SELECT contypid, pg_catalog.pg_get_expr(conbin, 0) FROM pg_catalog.pg_constraint
      WHERE contypid <> 0 AND contype = 'c' ORDER BY contypid, conname
      """
    ).rows {
      if let condition = row[1] { types.checks[number(row[0]), default: []].append(condition) }
    }
    for row in try connection.execute("SELECT rngtypid, rngsubtype FROM pg_catalog.pg_range").rows {
      types.subtypes[number(row[0])] = number(row[1])
    }
    for row in try connection.execute(
      """
      SELECT t.oid, a.atttypid, a.atttypmod, pg_catalog.format_type(a.atttypid, a.atttypmod)
      FROM pg_catalog.pg_type t
      JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY t.oid, a.attnum
      """
    ).rows {
      types.fields[number(row[0]), default: []].append(
        (number(row[1]), row[2].flatMap { Int($0) } ?? -1, row[3] ?? ""))
    }
    return types
  }

  /// The conditions of a type's domains, and whether one of them refuses NULL.
  func domains(of oid: UInt32) -> (checks: [String], isNotNull: Bool) {
    guard let entry = entries[oid], entry.kind == "d" else { return ([], false) }
    let below = domains(of: entry.base)
    return (below.checks + (checks[oid] ?? []), entry.isNotNull || below.isNotNull)
  }

  /// - Parameter sql: the type as SQL writes it, with its modifier.
  func type(_ oid: UInt32, _ modifier: Int, _ sql: String, depth: Int = 0) -> FillType {
    guard let entry = entries[oid], depth < 8 else { return .other(sql: sql) }
    func type(_ oid: UInt32) -> FillType { self.type(oid, -1, entries[oid]?.sql ?? "", depth: depth + 1) }
    switch entry.kind {
    case "d":
      let base = self.type(entry.base, entry.modifier, entries[entry.base]?.sql ?? "", depth: depth + 1)
      return base.with(modifier: entry.modifier)
    case "e": return .enumeration(sql: sql, labels: labels[oid] ?? [])
    case "r": return .range(of: type(subtypes[oid] ?? 0), sql: sql)
    case "c":
      let fields = (fields[oid] ?? []).map { self.type($0.type, $0.modifier, $0.sql, depth: depth + 1) }
      return fields.isEmpty ? .other(sql: sql) : .composite(fields: fields, sql: sql)
    case "b":
      if entry.element != 0 {
        // The modifier of an array is that of its elements.
        return .array(element: type(entry.element).with(modifier: modifier), sql: sql)
      }
      return .base(name: entry.name, sql: sql)
    default: return .other(sql: sql)
    }
  }
}

extension FillType {
  /// The type with a modifier that `pg_attribute.atttypmod` or `pg_type.typtypmod` has.
  func with(modifier: Int) -> FillType {
    guard modifier >= 4, case .base(let name, let sql) = self, !sql.contains("(") else { return self }
    switch name {
    case "varchar", "bpchar": return .base(name: name, sql: "\(sql)(\(modifier - 4))")
    case "numeric":
      let scale = ((modifier - 4) & 0x7ff) ^ 1024
      return .base(name: name, sql: "numeric(\((modifier - 4) >> 16 & 0xffff),\(scale - 1024))")
    default: return self
    }
  }
}
