import JSON
import Testing

@testable import PlanCore

@Suite struct `The notes of a run` {
  private func outcome(_ name: String, _ node: ExplainNode, _ other: ExplainNode?, _ facts: CatalogFacts) throws
    -> CaseOutcome
  {
    var captured = try State(node).captured()
    captured.planWithoutSeqScans = try other?.notRun.plan()
    let current = Observation(captured, facts: facts, serverMajor: 15)
    var outcome = CaseOutcome(query: name, caseName: nil, verdict: .passed)
    outcome.comparison = CaseComparison(baseline: current, current: current)
    return outcome
  }

  private func unjudgeable(_ node: ExplainNode, _ other: ExplainNode) throws -> [String] {
    let comparison = try #require(try outcome("q", node, other, CatalogFacts()).comparison)
    return comparison.current.judgeability.unjudgeable.map(\.identity.description)
  }

  private let seq = ExplainNode.seq("orders", "o")
  private let walked = ExplainNode.index("orders", "o")
  private let led = ExplainNode.index("orders", "o").with("Index Cond", "(o.id = 1)")

  @Test func `name a scan whose condition, join or order an index could serve`() throws {
    #expect(try unjudgeable(seq.filter("(o.id = 1)"), led) == ["public.orders o"])
    // Walking an index from end to end serves nothing.
    #expect(try unjudgeable(seq.filter("(o.id = 1)"), walked.filter("(o.id = 1)")).isEmpty)
    let lines = ExplainNode.index("lines")
    #expect(
      try unjudgeable(.join("Hash Join", lines, seq), .join("Nested Loop", lines, led)) == ["public.orders o"])
    #expect(try unjudgeable(.join("Hash Join", lines, seq), .join("Hash Join", lines, walked)).isEmpty)
    #expect(try unjudgeable(ExplainNode("Sort", [], seq), walked) == ["public.orders o"])
    #expect(try unjudgeable(ExplainNode("Sort", [], seq), ExplainNode("Sort", [], walked)).isEmpty)
    #expect(try unjudgeable(seq, walked).isEmpty)
  }

  @Test(arguments: [
    (ExplainNode.seq("a").filter("x"), true), (.seq("a"), false), (ExplainNode("Sort", [], .seq("a")), true),
    (.join("Hash Join", .index("b"), .seq("a")), true), (ExplainNode("Aggregate", [], .seq("a")), false),
    (ExplainNode("Sort", [], ExplainNode.index("b").adding(ExplainNode.seq("a").subPlan(1))), false),
    (ExplainNode("Sort", [], .index("b")), false),
  ])
  func `need another plan only where an index might do better`(node: ExplainNode, expected: Bool) throws {
    #expect(try node.plan().hasServableSeqScan == expected)
  }

  @Test func `name tables without rows, empty results and scans that never ran`() throws {
    let facts = facts(["a": table(rows: 0), "b": table(rows: 10), "p_1": table(rows: 0, partitionOf: "b")])
    func texts(_ node: ExplainNode) throws -> [String] {
      let item = try outcome("q", node, nil, facts)
      return emptinessNotes([(item.name, try #require(item.comparison).current, [])]).map(\.text)
    }
    #expect(
      try texts(ExplainNode.seq("a").expecting(1, got: 0))
        == ["tables without rows, on which every plan is fast: public.a"])
    #expect(
      try texts(ExplainNode.seq("b").expecting(1, got: 0))
        == ["cases that return no row, so that their plans show little: q"])
    let half = ExplainNode.append(.seq("b"), ExplainNode.seq("b", "other").neverExecuted)
    #expect(try texts(half) == ["scans that never ran, of which nothing is judged: q: public.b other"])
    #expect(try texts(.append(.seq("b"), ExplainNode.seq("p_1", "b_1").neverExecuted)).isEmpty)
    #expect(try texts(.seq("b")).isEmpty)
    let update = ExplainNode("ModifyTable", [JSONMember("Operation", "Update")], .seq("b"))
    #expect(try texts(update.expecting(0, got: 0)).isEmpty)
  }

  @Test func `show the first of many names, and all of them when asked`() {
    let note = Note(.emptyResults((1...9).map { "q\($0)" }))
    #expect(note.text.hasSuffix(": q1, q2, q3, q4, q5 and 4 more, shown with -v"))
    #expect(note.fullText.hasSuffix(": q1, q2, q3, q4, q5, q6, q7, q8, q9"))
    #expect(Note(.emptyResults((1...6).map { "q\($0)" })).text.hasSuffix("q5, q6"))
  }
}
