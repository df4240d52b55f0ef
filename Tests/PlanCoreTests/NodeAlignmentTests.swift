import PlanCore
import Testing

@Suite struct NodeAlignmentTests {
  private func rows(_ before: ExplainNode, _ now: ExplainNode) throws -> [NodeAlignment.Row] {
    try #require(try compare(before, now).nodeAlignment).rows
  }

  private func row(_ baseline: NodePath?, _ current: NodePath?) -> NodeAlignment.Row {
    NodeAlignment.Row(baseline: baseline, current: current)
  }

  @Test func `a plan answers to itself row by row`() throws {
    let plan = ExplainNode.join("Hash Join", .seq("a"), .seq("b"))
    #expect(try rows(plan, plan) == [row([], []), row([0], [0]), row([1], [1])])
  }

  @Test func `a node that came between stands alone`() throws {
    let before = ExplainNode("Limit", [], .index("orders", "o"))
    let now = ExplainNode("Limit", [], ExplainNode("Sort", [], .seq("orders", "o")))
    #expect(try rows(before, now) == [row([], []), row(nil, [0]), row([0], [0, 0])])
  }

  @Test func `a scan through another index is the same scan, one of another relation is none`() throws {
    let before = ExplainNode.join("Nested Loop", .index("a"), .seq("b"))
    let now = ExplainNode.join("Nested Loop", .seq("a"), .seq("c"))
    #expect(try rows(before, now) == [row([], []), row([0], [0]), row([1], nil), row(nil, [1])])
  }

  @Test func `sides that change places cannot both stand in one row`() throws {
    let before = ExplainNode.join("Hash Join", .seq("a"), .seq("b"))
    let now = ExplainNode.join("Hash Join", .seq("b"), .seq("a"))
    let rows = try rows(before, now)
    #expect(rows.count == 4)
    #expect(rows.count { $0.baseline != nil && $0.current != nil } == 2)
    // Each plan from top to bottom in its own order.
    #expect(rows.compactMap(\.baseline) == [[], [0], [1]] && rows.compactMap(\.current) == [[], [0], [1]])
  }

  @Test func `without a baseline there is nothing to align`() throws {
    #expect(try compare(nil, State(.seq("a"))).nodeAlignment == nil)
  }

  @Test func `plans of thousands of nodes are counted off`() throws {
    let big = ExplainNode("Append", [], ExplainNode.seq("a"))
    var wide = big
    wide.children = (0..<2500).map { ExplainNode.seq("a_\($0)") }
    let rows = try rows(wide, wide)
    #expect(rows.count == 2501 && rows.allSatisfy { $0.baseline == $0.current })
  }
}
