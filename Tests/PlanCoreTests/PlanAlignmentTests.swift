import Testing

@testable import PlanCore

@Suite struct PlanAlignmentTests {
  /// `0=0 1=- -=1`: positions before and now, `-` where there is none.
  private func rows(_ before: ExplainNode, _ now: ExplainNode) throws -> String {
    text(PlanAlignment(try compare(before, now)).rows)
  }

  private func text(_ rows: [PlanAlignment.Row]) -> String {
    rows.map { row in [row.baseline, row.current].map { $0.map(String.init) ?? "-" }.joined(separator: "=") }
      .joined(separator: " ")
  }

  @Test func `equal plans stand row by row`() throws {
    let plan = ExplainNode.join("Hash Join", .seq("orders", "o"), ExplainNode("Hash", [], .seq("users", "u")))
    #expect(try rows(plan, plan) == "0=0 1=1 2=2 3=3")
  }

  @Test func `a scan answers to the scan of its relation, however it is read`() throws {
    let limit = { (scan: ExplainNode) in ExplainNode("Limit", [], scan) }
    #expect(try rows(limit(.index("orders")), limit(.seq("orders"))) == "0=0 1=1")
    // The Bitmap Index Scan below has nobody to answer to.
    #expect(try rows(limit(.index("orders")), limit(.bitmap("orders"))) == "0=0 1=1 -=2")
  }

  @Test func `another join method is the same join, and what it adds has a row of its own`() throws {
    let before = ExplainNode.join("Nested Loop", .seq("orders", "o"), .index("users", "u"))
    let now = ExplainNode.join("Hash Join", .seq("orders", "o"), ExplainNode("Hash", [], .seq("users", "u")))
    #expect(try rows(before, now) == "0=0 1=1 -=2 2=3")
  }

  @Test func `two scans of one relation are told apart by their alias`() throws {
    let before = ExplainNode.join("Nested Loop", .index("orders", "a"), .index("orders", "b"))
    let now = ExplainNode.join("Nested Loop", .index("orders", "b"), .seq("orders", "a"))
    let alignment = PlanAlignment(try compare(before, now))
    let pairs = (alignment.rows + alignment.moved).filter { $0.baseline != nil && $0.current != nil }
    #expect(text(pairs.sorted { ($0.baseline ?? 0) < ($1.baseline ?? 0) }) == "0=0 1=2 2=1")
    #expect(alignment.moved.count == 1)
  }

  @Test func `nodes that changed places are found again`() throws {
    let before = ExplainNode("Sort", [], ExplainNode("Aggregate", [], .seq("orders")))
    let now = ExplainNode("Aggregate", [], ExplainNode("Sort", [], .seq("orders")))
    let alignment = PlanAlignment(try compare(before, now))
    #expect(alignment.rows.count == 4)
    #expect(alignment.moved.count == 1)
  }

  @Test func `a partition that is read anew stands alone, the others stay beside each other`() throws {
    let relations = [
      "e": table(), "e1": table(partitionOf: "e"), "e2": table(partitionOf: "e"), "e3": table(partitionOf: "e"),
    ]
    let comparison = try compare(
      .append(.index("e1", "e_1"), .index("e3", "e_2")),
      .append(.index("e1", "e_1"), .index("e2", "e_2"), .index("e3", "e_3")), facts(relations))
    #expect(text(PlanAlignment(comparison).rows) == "0=0 1=1 -=2 2=3")
  }

  @Test func `without a baseline there is only what is now`() throws {
    #expect(text(PlanAlignment(try compare(nil, State(ExplainNode("Limit", [], .seq("a"))))).rows) == "-=0 -=1")
  }

  @Test func `plans with nothing in common stand below each other`() throws {
    #expect(try rows(ExplainNode("Result"), .seq("a")) == "0=- -=0")
  }

  /// All nodes once and in order, also beyond the size at which the best alignment is looked for.
  @Test(arguments: [3, 40, 700]) func `every node has one row, in EXPLAIN's order`(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    func plan() -> ExplainNode {
      var node = ExplainNode("Append")
      node.children = (0..<count).shuffled(using: &random).prefix(count * 9 / 10).map {
        ExplainNode.seq("t\($0)").as("Member")
      }
      return node
    }
    let alignment = PlanAlignment(try compare(plan(), plan()))
    let size = count * 9 / 10 + 1
    #expect(alignment.rows.compactMap(\.baseline) == Array(0..<size))
    #expect(alignment.rows.compactMap(\.current) == Array(0..<size))
    #expect(alignment.rows.contains(PlanAlignment.Row(baseline: 0, current: 0)))
  }
}
