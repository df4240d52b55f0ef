import Testing

@testable import PlanCore

@Suite struct PlanAlignmentTests {
  private struct Row {
    let baseline: Int?
    let current: Int?
  }

  /// The rows and the moved nodes, as positions in EXPLAIN's order.
  private func alignment(_ comparison: CaseComparison) throws -> (rows: [Row], moved: [Row]) {
    func places(_ plan: Plan?) -> [NodePath: Int] {
      var places: [NodePath: Int] = [:]
      plan?.root.forEachNode { _, path in places[path] = places.count }
      return places
    }
    let (old, new) = (places(comparison.baseline?.plan), places(comparison.current.plan))
    let alignment = try #require(PlanAlignment(comparison))
    func placed(_ rows: [PlanAlignment.Row]) -> [Row] {
      rows.map { Row(baseline: $0.baseline.flatMap { old[$0] }, current: $0.current.flatMap { new[$0] }) }
    }
    return (placed(alignment.rows), placed(alignment.moved))
  }

  /// The alignment as text, `0=0 1=- -=1`: positions before and now, `-` where there is none.
  private func rows(_ before: ExplainNode, _ now: ExplainNode) throws -> String {
    text(try alignment(try compare(before, now)).rows)
  }

  private func text(_ rows: [Row]) -> String {
    rows.map { row in [row.baseline, row.current].map { $0.map(String.init) ?? "-" }.joined(separator: "=") }
      .joined(separator: " ")
  }

  private func paths(_ before: ExplainNode, _ now: ExplainNode) throws -> [PlanAlignment.Row] {
    try #require(PlanAlignment(try compare(before, now))).rows
  }

  private func row(_ baseline: NodePath?, _ current: NodePath?) -> PlanAlignment.Row {
    PlanAlignment.Row(baseline: baseline, current: current)
  }

  @Test func `equal plans are aligned row by row`() throws {
    let plan = ExplainNode.join("Hash Join", .seq("orders", "o"), ExplainNode("Hash", [], .seq("users", "u")))
    #expect(try rows(plan, plan) == "0=0 1=1 2=2 3=3")
  }

  @Test func `a scan matches the scan of its relation for any access path`() throws {
    let limit = { (scan: ExplainNode) in ExplainNode("Limit", [], scan) }
    #expect(try rows(limit(.index("orders")), limit(.seq("orders"))) == "0=0 1=1")
    // The Bitmap Index Scan below has no matching node.
    #expect(try rows(limit(.index("orders")), limit(.bitmap("orders"))) == "0=0 1=1 -=2")
  }

  @Test func `another join method is the same join, and added nodes have their own rows`() throws {
    let before = ExplainNode.join("Nested Loop", .seq("orders", "o"), .index("users", "u"))
    let now = ExplainNode.join("Hash Join", .seq("orders", "o"), ExplainNode("Hash", [], .seq("users", "u")))
    #expect(try rows(before, now) == "0=0 1=1 -=2 2=3")
  }

  @Test func `two scans of one relation are distinguished by alias`() throws {
    let before = ExplainNode.join("Nested Loop", .index("orders", "a"), .index("orders", "b"))
    let now = ExplainNode.join("Nested Loop", .index("orders", "b"), .seq("orders", "a"))
    let alignment = try alignment(try compare(before, now))
    let pairs = (alignment.rows + alignment.moved).filter { $0.baseline != nil && $0.current != nil }
    #expect(text(pairs.sorted { ($0.baseline ?? 0) < ($1.baseline ?? 0) }) == "0=0 1=2 2=1")
    #expect(alignment.moved.count == 1)
  }

  @Test func `nodes that swapped are matched`() throws {
    let before = ExplainNode("Sort", [], ExplainNode("Aggregate", [], .seq("orders")))
    let now = ExplainNode("Aggregate", [], ExplainNode("Sort", [], .seq("orders")))
    let alignment = try alignment(try compare(before, now))
    #expect(alignment.rows.count == 4)
    #expect(alignment.moved.count == 1)
  }

  @Test func `a partition that is newly read has its own row, the others stay aligned`() throws {
    let relations = [
      "e": table(), "e1": table(partitionOf: "e"), "e2": table(partitionOf: "e"), "e3": table(partitionOf: "e"),
    ]
    let comparison = try compare(
      .append(.index("e1", "e_1"), .index("e3", "e_2")),
      .append(.index("e1", "e_1"), .index("e2", "e_2"), .index("e3", "e_3")), facts(relations))
    #expect(text(try alignment(comparison).rows) == "0=0 1=1 -=2 2=3")
  }

  @Test func `without a baseline there is nothing to align`() throws {
    #expect(PlanAlignment(try compare(nil, State(.seq("a")))) == nil)
  }

  @Test func `plans with nothing in common are shown one below the other`() throws {
    #expect(try rows(ExplainNode("Result"), .seq("a")) == "0=- -=0")
  }

  /// All nodes appear once and in order, even above the size at which the best alignment is computed.
  @Test(arguments: [3, 40, 700]) func `every node has one row, in EXPLAIN's order`(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    func plan() -> ExplainNode {
      var node = ExplainNode("Append")
      node.children = (0..<count).shuffled(using: &random).prefix(count * 9 / 10).map {
        ExplainNode.seq("t\($0)").as("Member")
      }
      return node
    }
    let alignment = try alignment(try compare(plan(), plan()))
    let size = count * 9 / 10 + 1
    #expect(alignment.rows.compactMap(\.baseline) == Array(0..<size))
    #expect(alignment.rows.compactMap(\.current) == Array(0..<size))
    #expect(alignment.rows.contains { $0.baseline == 0 && $0.current == 0 })
  }

  @Test func `a plan matches itself row by row`() throws {
    let plan = ExplainNode.join("Hash Join", .seq("a"), .seq("b"))
    #expect(try paths(plan, plan) == [row([], []), row([0], [0]), row([1], [1])])
  }

  @Test func `an inserted node has its own row`() throws {
    let before = ExplainNode("Limit", [], .index("orders", "o"))
    let now = ExplainNode("Limit", [], ExplainNode("Sort", [], .seq("orders", "o")))
    #expect(try paths(before, now) == [row([], []), row(nil, [0]), row([0], [0, 0])])
  }

  @Test func `a scan through another index matches, one of another relation does not`() throws {
    let before = ExplainNode.join("Nested Loop", .index("a"), .seq("b"))
    let now = ExplainNode.join("Nested Loop", .seq("a"), .seq("c"))
    #expect(try paths(before, now) == [row([], []), row([0], [0]), row([1], nil), row(nil, [1])])
  }

  @Test func `swapped sides cannot both share a row`() throws {
    let before = ExplainNode.join("Hash Join", .seq("a"), .seq("b"))
    let now = ExplainNode.join("Hash Join", .seq("b"), .seq("a"))
    let rows = try paths(before, now)
    #expect(rows.count == 4)
    #expect(rows.count { $0.baseline != nil && $0.current != nil } == 2)
    // Each plan from top to bottom in its own order.
    #expect(rows.compactMap(\.baseline) == [[], [0], [1]] && rows.compactMap(\.current) == [[], [0], [1]])
  }

  @Test func `plans of a thousand nodes are aligned too`() throws {
    let big = ExplainNode("Append", [], ExplainNode.seq("a"))
    var wide = big
    wide.children = (0..<1000).map { ExplainNode.seq("a_\($0)") }
    let rows = try paths(wide, wide)
    #expect(rows.count == 1001 && rows.allSatisfy { $0.baseline == $0.current })
  }
}
