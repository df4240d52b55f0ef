import JSON
import Testing

@testable import PlanCore

@Suite struct EmptiedRelationsTests {
  private let orders = ExplainNode.scan("Seq Scan", "orders", "o")

  private func emptied(_ before: State?, _ now: State) throws -> [String] {
    try compare(before, now).emptiedRelations.map { "\($0.relation) \(Figures.grouped($0.rows))" }
  }

  @Test func `a relation that had rows and has none is emptied`() throws {
    let before = State(orders, facts(["orders": table(rows: 20_000)]))
    let now = State(orders, facts(["orders": table(rows: 0, pages: 0)]))
    #expect(try emptied(before, now) == ["public.orders 20,000"])
    #expect(try emptied(State(orders, facts(["orders": table(rows: 1)])), now) == ["public.orders 1"])
  }

  @Test func `a relation that has rows, or never had any, is not emptied`() throws {
    let empty = State(orders, facts(["orders": table(rows: 0)]))
    #expect(
      try emptied(
        State(orders, facts(["orders": table(rows: 20_000)])), State(orders, facts(["orders": table(rows: 1)]))
      ).isEmpty)
    #expect(try emptied(empty, empty).isEmpty)
    #expect(try emptied(nil, empty).isEmpty)
  }

  @Test func `a relation that the case does not read is ignored`() throws {
    let before = State(orders, facts(["orders": table(), "other": table()]))
    let now = State(orders, facts(["orders": table(), "other": table(rows: 0)]))
    #expect(try emptied(before, now).isEmpty)
  }

  @Test func `a relation missing from the catalog is not an empty one`() throws {
    #expect(try emptied(State(orders, facts(["orders": table()])), State(orders)).isEmpty)
  }

  @Test func `a relation that only the baseline's plan or only the plan now reads counts`() throws {
    let other = ExplainNode.scan("Seq Scan", "other", "x")
    let before = facts(["orders": table(), "other": table()])
    let now = facts(["orders": table(), "other": table(rows: 0)])
    #expect(try emptied(State(other, before), State(orders, now)) == ["public.other 10,000"])
    #expect(try emptied(State(orders, before), State(other, now)) == ["public.other 10,000"])
  }

  @Test func `a relation that is only written to does not count`() throws {
    let write = ExplainNode(
      "ModifyTable",
      [JSONMember("Operation", "Insert"), JSONMember("Relation Name", "orders"), JSONMember("Schema", "public")],
      ExplainNode("Result"))
    let before = State(write, facts(["orders": table()]))
    #expect(try emptied(before, State(write, facts(["orders": table(rows: 0)]))).isEmpty)
  }

  private let january = ExplainNode.scan("Seq Scan", "events_1", "e")

  private func events(root: Double, _ january: Double, _ february: Double) -> CatalogFacts {
    facts([
      "events": table(rows: root, pages: 0), "events_1": table(rows: january, partitionOf: "events"),
      "events_2": table(rows: february, partitionOf: "events"),
    ])
  }

  @Test func `one emptied partition of several is not an emptied relation`() throws {
    let before = State(january, events(root: 30, 10, 20))
    #expect(try emptied(before, State(january, events(root: 20, 0, 20))).isEmpty)
    // PostgreSQL 13 counts no rows for the root.
    #expect(try emptied(before, State(january, events(root: 0, 0, 20))).isEmpty)
  }

  @Test func `partitions that are all empty count as their emptied root`() throws {
    let now = State(january, events(root: 0, 0, 0))
    #expect(try emptied(State(january, events(root: 30, 10, 20)), now) == ["public.events 30"])
    #expect(try emptied(State(january, events(root: 0, 10, 20)), now) == ["public.events 30"])
  }

  @Test func `the reason names the empty relation and the next step`() throws {
    let before = State(orders, facts(["orders": table(rows: 20_000)]))
    let comparison = try compare(before, State(orders, facts(["orders": table(rows: 0)])))
    #expect(
      comparison.collapse == """
        public.orders had 20,000 rows in the baseline and has none now: the seed may not have run to its end
        fix the seed or, if the change is intended, record the baseline again
        """)
    #expect(try compare(before, before).collapse == nil)
  }
}
