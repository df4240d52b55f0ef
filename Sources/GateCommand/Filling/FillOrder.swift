import PlanCore

/// The order in which tables can be filled, parents first.
struct FillOrder: Sendable {
  /// The tables that can be filled, in order.
  private(set) var tables: [FillTable] = []
  /// Foreign keys that are NULL at first and set when both tables have rows, by table and name.
  private(set) var deferred: Set<Edge> = []
  /// The tables whose foreign keys wait for one another and refuse NULL.
  private(set) var stuck: [FillTable] = []

  struct Edge: Hashable, Sendable {
    let table: UInt32
    let foreignKey: String
  }

  /// - Parameter tables: those to fill; keys that reference others are no matter of order.
  init(_ tables: [FillTable]) {
    var rest = tables.sorted { $0.name < $1.name }
    while !rest.isEmpty {
      let waiting = Set(rest.map(\.oid))
      func isOpen(_ key: FillForeignKey, of table: FillTable) -> Bool {
        key.target != table.oid && waiting.contains(key.target)
          && !deferred.contains(Edge(table: table.oid, foreignKey: key.name))
      }
      if let ready = rest.firstIndex(where: { table in !table.foreignKeys.contains { isOpen($0, of: table) } }) {
        self.tables.append(rest.remove(at: ready))
        continue
      }
      // Every table waits for another one. One that waits with keys that may be NULL, and for a table that waits for
      // it in turn, goes first.
      let next = rest.first { table in
        let open = table.foreignKeys.filter { isOpen($0, of: table) }
        return open.allSatisfy { FillOrder.isNullable($0, in: table) }
          && open.contains { FillOrder.reaches(table.oid, from: $0.target, rest) }
      }
      if let next {
        for key in next.foreignKeys where isOpen(key, of: next) {
          deferred.insert(Edge(table: next.oid, foreignKey: key.name))
        }
        continue
      }
      let circle = rest.filter { table in
        table.foreignKeys.contains { key in
          isOpen(key, of: table) && !FillOrder.isNullable(key, in: table)
            && FillOrder.reaches(table.oid, from: key.target, rest, onlyRequired: true)
        }
      }
      // Without a circle of required keys there is a table that waits with others only.
      let removed = circle.isEmpty ? [rest[0]] : circle
      stuck += removed
      rest.removeAll { table in removed.contains { $0.oid == table.oid } }
    }
  }

  static func isNullable(_ key: FillForeignKey, in table: FillTable) -> Bool {
    key.columns.contains { table[column: $0]?.isNotNull == false }
  }

  /// Whether foreign keys lead from one table to another, itself included.
  private static func reaches(
    _ goal: UInt32, from start: UInt32, _ tables: [FillTable], onlyRequired: Bool = false
  ) -> Bool {
    var (seen, queue): (Set<UInt32>, [UInt32]) = ([start], [start])
    while let oid = queue.popLast() {
      if oid == goal { return true }
      guard let table = tables.first(where: { $0.oid == oid }) else { continue }
      for key in table.foreignKeys where !onlyRequired || !isNullable(key, in: table) {
        if seen.insert(key.target).inserted { queue.append(key.target) }
      }
    }
    return false
  }

  /// How many foreign keys lie between a table and one without any, by table.
  var depths: [UInt32: Int] {
    var depths: [UInt32: Int] = [:]
    for table in tables {
      let parents = table.foreignKeys.filter { key in
        key.target != table.oid && !deferred.contains(Edge(table: table.oid, foreignKey: key.name))
      }
      depths[table.oid] = parents.map { (depths[$0.target] ?? 0) + 1 }.max() ?? 0
    }
    return depths
  }
}
