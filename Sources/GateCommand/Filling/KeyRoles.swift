/// What columns have to do for the unique keys of a table.
struct KeyRoles {
  /// Columns whose values all differ.
  private(set) var unique: Set<String> = []
  /// Columns that count the rows with the same values of others, such as the lines of an order.
  private(set) var positions: [String: [String]] = [:]

  init(_ table: FillTable, _ links: [ParentLink]) {
    let linked = Set(links.flatMap { $0.sets.map(\.column) })
    let writer = ValueWriter(table, n: "n", rows: 1)
    for column in table.columns where column.sequence != nil { unique.insert(column.name) }
    for key in table.keys where !key.isExclusion {
      let free = key.columns.compactMap { table[column: $0] }.filter { column in
        !linked.contains(column.name) && writer.partitions[column.name] == nil
      }
      if free.contains(where: { unique.contains($0.name) || positions[$0.name] != nil }) { continue }
      // Few values that differ are for a key of their own.
      let able = key.columns.count == 1 ? free : free.filter { KeyRoles.isFree($0, writer) }
      guard let maker = able.first(where: { KeyRoles.makesText($0) }) ?? able.first else { continue }
      let others = key.columns.filter { $0 != maker.name }
      if !others.isEmpty, key.isWhole, KeyRoles.counts(maker) {
        positions[maker.name] = others
      } else if key.columns.count == 1 || !key.isPartial || KeyRoles.makesText(maker) {
        unique.insert(maker.name)
      }
    }
  }

  private static func makesText(_ column: FillColumn) -> Bool {
    ["text", "varchar", "citext", "uuid"].contains(column.type.baseName)
  }

  private static func counts(_ column: FillColumn) -> Bool {
    ["int2", "int4", "int8"].contains(column.type.baseName)
      && !ColumnWords(column.name).isReference && column.name.lowercased() != "id"
  }

  /// Whether a column can have as many values as there are rows.
  private static func isFree(_ column: FillColumn, _ writer: ValueWriter) -> Bool {
    if ColumnWords(column.name).isReference, column.type.baseName?.hasPrefix("int") == true { return false }
    return writer.capacity(column).map { $0 > 100_000 } ?? (column.type.baseName != "date")
  }
}
