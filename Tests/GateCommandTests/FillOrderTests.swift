import Foundation
import PlanCore
import Testing

@testable import GateCommand

/// A table with a key and a foreign key to each of the named tables; `?` marks those that may be NULL.
private func table(_ oid: UInt32, _ name: String, _ parents: [(UInt32, Bool)] = []) -> FillTable {
  func column(_ name: String, isNotNull: Bool) -> FillColumn {
    FillColumn(
      name: name, number: 1, type: .base(name: "int4", sql: "integer"), declaredType: "integer", isNotNull: isNotNull,
      isGenerated: false, isAlwaysIdentity: false, defaultValue: nil, sequence: nil, hasOtherSequence: false,
      domainChecks: [])
  }
  var table = FillTable(oid: oid, name: RelationName(schema: "public", name: name), isPartitioned: false)
  table.columns = [column("id", isNotNull: true)] + parents.map { column("p\($0.0)", isNotNull: !$0.1) }
  table.keys = [FillKey(columns: ["id"], isPrimary: true)]
  table.foreignKeys = parents.map { parent, _ in
    FillForeignKey(
      name: "fk\(parent)", columns: ["p\(parent)"], target: parent,
      targetName: RelationName(schema: "public", name: "t\(parent)"), targetColumns: ["id"])
  }
  return table
}

@Suite struct FillOrderTests {
  @Test func `parents come first, and depths count levels`() {
    let order = FillOrder([
      table(1, "a", [(2, false)]), table(2, "b", [(3, true)]), table(3, "c"), table(4, "d", [(4, true)]),
    ])
    #expect(order.tables.map(\.name.name) == ["c", "b", "a", "d"])
    #expect(order.deferred.isEmpty && order.stuck.isEmpty)
    #expect(order.depths == [3: 0, 2: 1, 1: 2, 4: 0])
  }

  @Test func `a circle is broken where NULL is allowed, and nowhere else`() {
    let order = FillOrder([
      table(1, "a", [(2, true)]), table(2, "b", [(3, false)]), table(3, "c", [(2, true)]), table(4, "d", [(1, false)]),
    ])
    #expect(order.tables.map(\.name.name) == ["c", "b", "a", "d"])
    #expect(order.deferred == [FillOrder.Edge(table: 3, foreignKey: "fk2")])
    #expect(order.stuck.isEmpty)
  }

  @Test func `a circle that refuses NULL is stuck, and what does not need it goes on`() {
    let order = FillOrder([
      table(1, "a", [(2, false)]), table(2, "b", [(1, false)]), table(3, "c", [(1, true)]), table(4, "d", [(1, false)]),
    ])
    #expect(Set(order.stuck.map(\.name.name)) == ["a", "b"])
    #expect(Set(order.tables.map(\.name.name)) == ["c", "d"])
  }

  @Test func `numbers of rows grow by level, words win, and names are checked`() throws {
    let tables = [table(1, "t1"), table(2, "t2", [(1, false)]), table(3, "log", [(2, false)])]
    let order = FillOrder(tables)
    let wishes = try ["t2=50", "lo*=7"].map { text throws(Diagnostic) in try FillSizes.Wish(text) }
    #expect(FillSizes(wishes: [], base: nil, statistics: nil).rows(of: order) == [1: 1000, 2: 3000, 3: 9000])
    #expect(FillSizes(wishes: wishes, base: 10, statistics: nil).rows(of: order) == [1: 10, 2: 50, 3: 7])
    for text in ["t2=", "t2=many", "=5", "t2=-1"] { #expect(throws: Diagnostic.self) { try FillSizes.Wish(text) } }
    #expect(try FillSizes.Wish("public.a=b=1,000") == FillSizes.Wish("public.a=b=1000"))
  }

  @Test func `statistics keep proportions, and small tables as they are`() {
    var statistics = DumpedStatistics()
    for (name, rows) in [("t1", 40.0), ("t2", 500_000.0), ("log", 10_000_000.0)] {
      statistics.relations[RelationName(schema: "public", name: name)] = RelationStatistics(rows: rows)
    }
    let order = FillOrder([table(1, "t1"), table(2, "t2", [(1, false)]), table(3, "log", [(2, false)])])
    #expect(
      FillSizes(wishes: [], base: nil, statistics: statistics).rows(of: order) == [1: 40, 2: 5000, 3: 100_000])
  }

  @Test func `references of a shared tenant come from the same tenant`() {
    let tenants = table(1, "tenants")
    var users = table(2, "users", [(1, false)])
    var orders = table(3, "orders", [(1, false), (2, false)])
    users.columns[1] = orders.columns[1]
    orders.foreignKeys.reverse()
    let links = ParentLink.links(of: orders, among: [1: tenants, 2: users, 3: orders]) { _ in false }
    #expect(links.count == 1)
    #expect(links.first?.sets.map(\.column) == ["p1", "p2"])
  }

  @Test func `the most referenced of any number of rows has a twentieth or more`() {
    for count in [1, 100, 8000, 9000, 200_000, 5_000_000] {
      #expect(pow(1 / Double(count), 1 / Double(ParentLink.power(for: count))) >= 0.05)
    }
  }
}
