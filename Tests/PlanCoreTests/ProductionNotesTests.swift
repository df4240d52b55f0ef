import JSON
import Testing

@testable import PlanCore

@Suite struct `The notes on production` {
  private static let orders = RelationName(schema: "public", name: "orders")

  private func texts(_ node: ExplainNode, rows: Double = 5000, _ change: (inout MaskedFacts) -> Void) throws -> [String]
  {
    var masked = MaskedFacts()
    change(&masked)
    var orders = table(rows: rows, ["low": "btree (id, lower((\"Odd, name\")::text) text_pattern_ops)"])
    orders.statistics = [DefinedObject(name: "pair", definition: "(ndistinct) ON a, b FROM orders")]
    orders.columns = ["a", "b", "Odd, name"].map { ColumnFacts(name: $0, type: "text") }
    let plan = try State(node, facts(["orders": orders])).observation()
    return productionNotes([("q", plan)], masked).map(\.text)
  }

  private func lost(_ kind: LostStatistics.Kind, _ name: String) -> LostStatistics {
    LostStatistics(relation: Self.orders, kind: kind, name: name, step: "s.sql")
  }

  private let scan = ExplainNode.seq("orders", "o")

  @Test(arguments: [
    ("(o.a = 1)", LostStatistics.Kind.column, "a", true), ("(o.b = 'a'::text)", .column, "a", false),
    ("(o.\"Odd, name\" = 'x')", .column, "Odd, name", true),
    ("(lower((o.\"Odd, name\")::text) = 'x'::text)", .index, "low", true),
    ("((o.\"Odd, name\")::text = 'x'::text)", .index, "low", false), ("(o.id = 1)", .index, "low", false),
    ("((o.a = 1) AND (o.b = 2))", .extended, "pair", true), ("(o.a = 1)", .extended, "pair", false),
  ])
  func `stand at the conditions that lost statistics are for`(
    filter: String, kind: LostStatistics.Kind, name: String, isNamed: Bool
  ) throws {
    let texts = try texts(scan.filter(filter)) { $0.lostStatistics = [lost(kind, name)] }
    #expect(texts.count == (isNamed ? 1 : 0), "\(texts)")
    #expect(texts.allSatisfy { $0.hasSuffix("until ANALYZE runs, which plangate does itself (q)") })
    #expect(try self.texts(scan.filter(filter), rows: 99) { $0.lostStatistics = [lost(kind, name)] }.isEmpty)
  }

  @Test func `stand at joins and groups, by the alias of the relation`() throws {
    let override = StatisticsOverride(
      relation: Self.orders, column: "a", kind: .distinct, value: "5", sample: 0, rows: 10)
    func isNamed(_ node: ExplainNode) throws -> Bool { try !texts(node) { $0.overrides = [override] }.isEmpty }
    let lines = ExplainNode.seq("lines", "l")
    #expect(try isNamed(ExplainNode.join("Hash Join", lines, scan).with("Hash Cond", "(l.order_id = o.a)")))
    #expect(try !isNamed(ExplainNode.join("Hash Join", lines, scan).with("Hash Cond", "(l.a = o.id)")))
    #expect(try isNamed(ExplainNode("Aggregate", [JSONMember("Group Key", .array([.string("o.a")]))], scan)))
    #expect(try !isNamed(ExplainNode("Sort", [JSONMember("Sort Key", .array([.string("o.a")]))], scan)))
    let sort = ExplainNode("Sort", [JSONMember("Sort Key", .array([.string("o.a")]))], scan)
    #expect(try isNamed(ExplainNode("Unique", [], sort)))
  }

  @Test(arguments: [(999, 2000, 0), (1000, 2000, 1), (1000, 4001, 0), (5000, 0, 1)] as [(Double, Double, Int)])
  func `speak of dead rows where they are a fifth of a table, and a thousand`(
    dead: Double, rows: Double, count: Int
  ) throws {
    let texts = try texts(scan, rows: rows) { $0.deadRows = [DeadRows(relation: Self.orders, count: dead, step: "s")] }
    #expect(texts.count == count, "\(texts)")
    #expect(texts.allSatisfy { !$0.contains("index-only") })
  }

  @Test func `find names in conditions`() {
    let names = dottedNames(in: #"((o."a ""b"""."c" = 'it''s o.x') AND (f(t.y) > 12.5))"#)
    #expect(names.map(\.name) == [#"c"#, "AND", "f", "y", "5"])
    #expect(names.map(\.qualifier) == [#"a "b""#, nil, nil, "t", "12"])
  }
}
