import PlanCore

/// Writes the expressions for the values of one table's columns.
///
/// An expression may use the number of the row and `random()`; it is evaluated once per row, in the order of the rows.
struct ValueWriter {
  let table: FillTable
  /// The name of the row's number, from 1 to `rows`.
  let n: String
  let rows: Int
  /// The limits of CHECKs and domains, by column.
  let limits: [String: ColumnLimits]
  /// The values of the partition key for which there are partitions to fill, by column.
  let partitions: [String: PartitionValues]

  init(_ table: FillTable, n: String, rows: Int) {
    self.table = table
    self.n = n
    self.rows = max(rows, 1)
    limits = ValueWriter.limits(of: table)
    // A default partition takes the rows that no other one takes.
    partitions = PartitionValues.of(table.partitions.filter { !$0.isLeaf || $0.isEmpty || $0.isDefault })
  }

  static func limits(of table: FillTable) -> [String: ColumnLimits] {
    var result: [String: ColumnLimits] = [:]
    let names = Set(table.columns.map(\.name))
    for check in table.checks {
      for (column, limits) in CheckReader.limits(in: check.condition, of: names) {
        result[column, default: ColumnLimits()].add(limits)
      }
    }
    for column in table.columns {
      for check in column.domainChecks {
        if let limits = CheckReader.limits(in: check, of: ["value"])["value"] {
          result[column.name, default: ColumnLimits()].add(limits)
        }
      }
    }
    return result
  }

  func limits(of column: FillColumn) -> ColumnLimits { limits[column.name] ?? ColumnLimits() }

  /// An expression for a column's value; nil if values of its type cannot be made.
  ///
  /// - Parameter isUnique: whether the value differs from row to row.
  func sql(_ column: FillColumn, isUnique: Bool) -> String? {
    if let values = partitions[column.name], let value = partitionValue(column, values) { return value }
    if let values = choices(column), !values.isEmpty { return choice(of: values, column, isUnique) }
    return value(column.type, column, isUnique: isUnique)
  }

  // MARK: Lists

  /// The only values that a column takes, as texts; nil for any.
  func choices(_ column: FillColumn) -> [String]? {
    if case .enumeration(_, let labels) = column.type {
      return limits(of: column).values.map { $0.filter(labels.contains) } ?? labels
    }
    return limits(of: column).values
  }

  private func choice(of values: [String], _ column: FillColumn, _ isUnique: Bool) -> String {
    let isText = ["text", "varchar"].contains(column.type.baseName ?? "")
    if isUnique {
      let list = values.map(quotedLiteral).joined(separator: ", ")
      let chosen = "(ARRAY[\(list)])[1 + (\(n) - 1) % \(values.count)]"
      return isText ? chosen : "\(chosen)::\(column.type.sql)"
    }
    if case .enumeration(let sql, let labels) = column.type, labels == values {
      return "(enum_range(NULL::\(sql)))[1 + floor(\(labels.count) * power(random(), 2))::integer]"
    }
    return SkewedChoice.sql(values, power: 2, type: isText ? nil : column.type.sql)
  }

  /// How many different values a column can have, as far as it matters; nil for as many as are needed.
  func capacity(_ column: FillColumn) -> Int? {
    if let values = choices(column) { return values.count }
    switch column.type.baseName {
    case "bool": return 2
    case "int2", "int4", "int8":
      let limits = limits(of: column)
      let numbers = NamedNumbers(1, 1).within(limits, largest: largestInteger(column.type), unit: 1)
      let most = limits.upper.map { $0.isInclusive ? $0.value : $0.value - 1 } ?? largestInteger(column.type)
      return Int(max(0, min(1e9, most - numbers.low + 1)))
    case "text", "varchar", "bpchar", "citext":
      let limit = textLimit(column)
      if let pattern = pattern(column) { return pattern.capacity(from: shortest(column), to: limit) }
      return limit < 9 ? (0..<limit).reduce(1) { count, _ in count * 10 } - 1 : nil
    case "date": return 730
    default: return nil
    }
  }

  func largestInteger(_ type: FillType) -> Double { type.baseName == "int2" ? 32_767 : 2_000_000_000 }

  // MARK: Partitions

  private func partitionValue(_ column: FillColumn, _ values: PartitionValues) -> String? {
    switch values {
    case .list(let texts):
      return SkewedChoice.sql(texts, power: 2, type: column.type.baseName == "text" ? nil : column.type.sql)
    case .ranges(let ranges):
      let bounded = PartitionValues.merged(ranges).filter { $0.lower != nil || $0.upper != nil }
      guard !bounded.isEmpty else { return nil }
      let type = column.type.sql
      let (unit, isTime) = step(column.type)
      guard let unit else { return nil }
      func literal(_ text: String) -> String { "\(quotedLiteral(text))::\(type)" }
      // A range without a limit is as wide as a usual one.
      let lows = bounded.map { $0.lower.map(literal) ?? "\(literal($0.upper ?? "")) - \(unit)" }
      let highs = bounded.map { $0.upper.map(literal) ?? "\(literal($0.lower ?? "")) + \(unit)" }
      // Rows come in the order of the values, as they do where rows are added every day.
      let share = "((\(n) - random()) / \(rows))"
      if bounded.count == 1 { return within(lows[0], highs[0], share, column.type, isTime) }
      let k = bounded.count
      let place = "1 + (\(n) - 1) * \(k) / \(rows)"
      return within(
        "(ARRAY[\(lows.joined(separator: ", "))])[\(place)]", "(ARRAY[\(highs.joined(separator: ", "))])[\(place)]",
        "random()", column.type, isTime)
    }
  }

  /// The width of a range without a limit, and whether it is one of time; nil for types without arithmetic.
  private func step(_ type: FillType) -> (String?, isTime: Bool) {
    switch type.baseName {
    case "date": ("90", false)
    case "timestamp", "timestamptz": ("interval '90 days'", true)
    case "int2", "int4", "int8", "numeric": ("1000", false)
    default: (nil, false)
    }
  }

  private func within(_ low: String, _ high: String, _ share: String, _ type: FillType, _ isTime: Bool) -> String {
    switch type.baseName {
    case "timestamp", "timestamptz": "\(low) + \(share) * (\(high) - \(low))"
    case "date": "\(low) + floor(\(share) * (\(high) - \(low)))::integer"
    default: "(\(low) + floor(\(share) * (\(high) - \(low))))::\(type.sql)"
    }
  }
}
