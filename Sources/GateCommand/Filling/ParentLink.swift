import PlanCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// How rows get the values of a foreign key: by a join with the referenced table, whose rows are numbered.
struct ParentLink: Equatable, Sendable {
  let key: FillForeignKey
  /// The name of the referenced table in the statement, without quotes.
  let alias: String
  /// The columns that get their values from it, with the referenced ones.
  let sets: [Pair]
  /// The columns that have a value already, with the referenced ones that must be equal.
  let matches: [Pair]
  let isNullable: Bool
  /// Whether no two rows may reference the same one.
  let isUnique: Bool

  struct Pair: Equatable, Sendable {
    let column: String
    let target: String
  }

  /// The column that says which row is referenced: its number or, with `matches`, its place among those that match.
  func pickName(besides columns: Set<String>) -> String {
    let name = alias + (matches.isEmpty ? "_number" : "_place")
    return columns.contains(name) ? "picked_" + name : name
  }

  /// The links of a table, in the order in which they set columns.
  ///
  /// - Parameters:
  ///   - tables: all of the database, by number.
  ///   - isLeftOut: whether a key gets its values in another way.
  static func links(
    of table: FillTable, among tables: [UInt32: FillTable], leavingOut isLeftOut: (FillForeignKey) -> Bool
  ) -> [ParentLink] {
    let keys = table.foreignKeys.filter { !isLeftOut($0) && $0.target != table.oid }
    let whole = keys.map { extended($0, in: table, keys, tables) }
    func isRequired(_ key: FillForeignKey) -> Bool { !FillOrder.isNullable(key, in: table) }
    let sorted = whole.enumerated().sorted { a, b in
      let (left, right) = (a.element, b.element)
      func rank(_ key: FillForeignKey) -> (Int, Int, Int) {
        (isRequired(key) ? 0 : 1, isUnique(key, in: table) ? 0 : 1, -key.columns.count)
      }
      return rank(left) == rank(right) ? a.offset < b.offset : rank(left) < rank(right)
    }
    var determined: Set<String> = []
    var aliases: Set<String> = ["r", "new", table.name.name]
    var links: [ParentLink] = []
    for (_, key) in sorted {
      let pairs = zip(key.columns, key.targetColumns).map { Pair(column: $0, target: $1) }
      let sets = pairs.filter { !determined.contains($0.column) }
      if sets.isEmpty || pairs.count < key.columns.count { continue }
      determined.formUnion(sets.map(\.column))
      links.append(
        ParentLink(
          key: key, alias: alias(for: sets, key, &aliases), sets: sets,
          matches: pairs.filter { !sets.contains($0) },
          isNullable: sets.allSatisfy { table[column: $0.column]?.isNotNull == false },
          isUnique: isUnique(key, in: table)))
    }
    return links
  }

  private static func isUnique(_ key: FillForeignKey, in table: FillTable) -> Bool {
    table.keys.contains { $0.isWhole && Set($0.columns).isSubset(of: key.columns) }
  }

  /// The key together with the columns that the referenced row has in common with this one.
  ///
  /// An order and its customer have the same tenant, also where each of them has a foreign key of its own.
  private static func extended(
    _ key: FillForeignKey, in table: FillTable, _ keys: [FillForeignKey], _ tables: [UInt32: FillTable]
  ) -> FillForeignKey {
    guard key.columns.count == 1, let parent = tables[key.target] else { return key }
    let common = keys.filter { other in
      other.columns.count == 1 && other.target != key.target && other.columns != key.columns
        && parent[column: other.columns[0]]?.isNotNull == true
        && parent.foreignKeys.contains {
          $0.columns == other.columns && $0.target == other.target && $0.targetColumns == other.targetColumns
        }
    }.map { $0.columns[0] }
    if common.isEmpty { return key }
    return FillForeignKey(
      name: key.name, columns: common + key.columns, target: key.target, targetName: key.targetName,
      targetColumns: common + key.targetColumns)
  }

  private static func alias(for sets: [Pair], _ key: FillForeignKey, _ taken: inout Set<String>) -> String {
    let column = sets.last?.column ?? key.targetName.name
    var name = column
    for ending in ["_id", "_uuid", "_code", "_key", "Id"] where name.hasSuffix(ending) && name.count > ending.count {
      name = String(name.dropLast(ending.count))
      break
    }
    if name == "id" { name = key.targetName.name }
    while !taken.insert(name).inserted { name += "_" }
    return name
  }

  /// The power that gives the most referenced of `count` rows a twentieth of all references or more.
  static func power(for count: Int) -> Int {
    max(3, Int((log(Double(max(count, 1))) / log(20)).rounded(.up)))
  }
}
