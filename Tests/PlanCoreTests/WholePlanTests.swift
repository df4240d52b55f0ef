import JSON
import Testing

@testable import PlanCore

/// Rows processed, the third measure of a plan's work.
@Suite struct `Rows processed` {
  private func rows(_ node: ExplainNode, major: ServerMajor = 15) throws -> RowsProcessed {
    try #require(RowsProcessed(node.plan(), serverMajor: major))
  }

  @Test func `are the rows of every node and those removed, over all loops`() throws {
    let scan = ExplainNode.seq("a").expecting(1, got: 20).with("Rows Removed by Filter", 80)
    #expect(try rows(scan).count == 100)
    let inner = ExplainNode.index("b").expecting(1, got: 3, loops: 20)
    let join = ExplainNode.join("Nested Loop", scan, inner).expecting(1, got: 60)
    #expect(try rows(join).count == 100 + 60 + 60)
  }

  @Test func `that are rounded to nothing in many loops count once per loop`() throws {
    let inner = ExplainNode.index("b").expecting(1, got: 0, loops: 1000)
    #expect(try rows(inner).count == 1000)
    #expect(try rows(inner.expecting(1, got: 0.33, loops: 1000), major: 18).count == 1000)
    #expect(try rows(inner).uncertainty == 500)
    #expect(try rows(inner, major: 18).uncertainty == 5)
  }

  @Test func `of a plan that did not run are not known`() throws {
    #expect(try RowsProcessed(ExplainNode.seq("a").notRun.plan(), serverMajor: 15) == nil)
    #expect(try rows(ExplainNode.append(.seq("a").expecting(1, got: 7), .seq("b").neverExecuted)).count == 8)
  }

  @Test func `differ only by more than half a row per loop`() throws {
    func work(_ rows: Double) throws -> Work? {
      let outer = ExplainNode.seq("a").expecting(1, got: 1000)
      let inner = ExplainNode.index("b").expecting(1, got: rows, loops: 1000)
      let before = ExplainNode.join("Nested Loop", outer, inner.expecting(1, got: 2, loops: 1000))
      return try compare(before, ExplainNode.join("Nested Loop", outer, inner)).rowsProcessed
    }
    #expect(try work(2.4).map { $0.before == $0.now } == true)
    #expect(try work(4).map { $0.now - $0.before } == 2000)
  }

  @Test func `that grew many times are a warning, and only when they are many`() throws {
    func severities(_ before: Double, _ now: Double) throws -> [Severity] {
      let scan = ExplainNode.seq("a")
      return findings("rows-processed", try compare(scan.expecting(1, got: before), scan.expecting(1, got: now)))
        .map(\.severity)
    }
    #expect(try severities(100, 2000) == [.warn])
    #expect(try severities(100, 1000).isEmpty)
    #expect(try severities(20_000, 41_000) == [.warn])
    #expect(try severities(2000, 5000).isEmpty)
    #expect(try severities(20_000, 2000).isEmpty)
  }
}

@Suite struct `A plan of the same shape` {
  private let on = policy(
    Dictionary(
      uniqueKeysWithValues: [Rule.buffers, .cost, .rowsProcessed].map { ($0.id, RuleSettings($0)) }))

  private func verdict(_ before: ExplainNode, _ now: ExplainNode, _ policy: CasePolicy? = nil) throws -> Verdict {
    judge(try compare(before, now), policy: policy ?? on).verdict
  }

  private func index(_ cost: Double, _ blocks: Double, _ rows: Double = 5) -> ExplainNode {
    ExplainNode.index("orders", "o").costing(cost, buffers: blocks).expecting(rows, got: rows)
  }

  @Test(arguments: [
    // Blocks, cost, rows; each by half and by its floor.
    (100.0, 2392.0, 5.0, 100.0, 5.0, 5.0, Verdict.improved), (100, 40, 5, 100, 24, 5, .passed),
    (100, 32, 5, 100, 16, 5, .improved), (100, 30, 5, 100, 15, 5, .passed), (200, 40, 5, 100, 40, 5, .improved),
    (150, 40, 5, 75, 40, 5, .passed), (100, 40, 2000, 100, 40, 1000, .improved), (100, 40, 1500, 100, 40, 600, .passed),
    // Another measure became worse.
    (100, 2392, 5, 450, 5, 5, .passed), (100, 2392, 5, 190, 5, 5, .improved), (1000, 100, 5, 100, 250, 5, .regressed),
    (1000, 100, 5, 100, 114, 5, .improved), (1000, 40, 500, 100, 40, 2000, .passed),
  ])
  func `is improved when a measure fell by half and none became worse`(
    cost: Double, blocks: Double, rows: Double, costNow: Double, blocksNow: Double, rowsNow: Double, expected: Verdict
  ) throws {
    #expect(try verdict(index(cost, blocks, rows), index(costNow, blocksNow, rowsNow)) == expected)
  }

  @Test func `is not improved by a measure whose rule is off`() throws {
    #expect(try verdict(index(100, 2392), index(100, 5), policy) == .passed)
  }

  @Test func `under a LIMIT is improved although its cost rose`() throws {
    func limit(_ cost: Double, _ blocks: Double) -> ExplainNode {
      ExplainNode("Limit", [], index(cost, blocks)).costing(cost, buffers: blocks)
    }
    #expect(try verdict(limit(100, 2392), limit(2000, 5)) == .improved)
    #expect(try verdict(limit(100, 5), limit(2000, 5)) == .passed)
    #expect(try verdict(index(100, 2392), index(2000, 5)) == .passed)
  }

  @Test func `is not improved when its table shrank`() throws {
    let (large, small) = (facts(["orders": table(rows: 9000)]), facts(["orders": table(rows: 900)]))
    func verdict(_ now: Double, _ facts: CatalogFacts) throws -> Verdict {
      judge(try compare(State(index(100, 2000), large), State(index(100, now), facts)), policy: on).verdict
    }
    #expect(try verdict(200, small) == .passed)
    #expect(try verdict(90, small) == .improved)
    #expect(try verdict(200, large) == .improved)
  }

  @Test func `that writes is not judged by the blocks of a cold run`() throws {
    func node(_ blocks: Double) -> ExplainNode {
      ExplainNode("ModifyTable", [JSONMember("Operation", "Update")], index(100, blocks)).costing(100, buffers: blocks)
    }
    func verdict(_ before: Double, _ now: Double, _ format: BaselineFormat) throws -> Verdict {
      let old = Observation(
        try State(node(before)).captured(), facts: CatalogFacts(), serverMajor: 15, format: format)
      return judge(CaseComparison(baseline: old, current: try State(node(now)).observation()), policy: on).verdict
    }
    #expect(try verdict(257, 6, .two) == .improved)
    #expect(try verdict(257, 6, .one) == .passed)
    #expect(try verdict(6, 257, .two) == .regressed)
    #expect(try verdict(6, 257, .one) == .passed)
  }
}

@Suite struct `A plan that became far cheaper` {
  private let defaults = CasePolicy(today: "2026-06-15")
  private let indexes = facts([
    "orders": table(["orders_pkey": "btree (id)"]), "lines": table(["lines_pkey": "btree (id)"]),
  ])

  /// A join whose Hash Batches and rows are given, below an Aggregate with the figures of the whole plan.
  private func plan(
    _ scan: ExplainNode, cost: Double, blocks: Double, rows: Double = 10, temp: Double = 0
  ) -> ExplainNode {
    ExplainNode("Aggregate", [JSONMember("Strategy", "Plain"), JSONMember("Temp Read Blocks", .number(temp))], scan)
      .costing(cost, buffers: blocks).expecting(rows, got: rows)
  }

  private func findings(_ before: State, _ now: State) throws -> [String] {
    judge(try compare(before, now), policy: defaults).findings.filter { $0.severity == .fail }.map(\.rule)
  }

  private let index = ExplainNode.index("orders", "o").expecting(10, got: 10)
  private let seq = ExplainNode.seq("orders", "o").expecting(10, got: 10)

  @Test func `warns of a scan that an index could still serve`() throws {
    let before = State(plan(index, cost: 9000, blocks: 9000), indexes)
    #expect(try findings(before, State(plan(seq, cost: 900, blocks: 900), indexes)).isEmpty)
    // Not far cheaper, or one measure is worse.
    #expect(try findings(before, State(plan(seq, cost: 900, blocks: 2000), indexes)) == ["seq-scan"])
    #expect(try findings(before, State(plan(seq, cost: 9900, blocks: 900), indexes)) == ["seq-scan"])
    #expect(try findings(before, State(plan(seq, cost: 900, blocks: 900, rows: 500), indexes)) == ["seq-scan"])
  }

  @Test func `still fails when an index is lost`() throws {
    let before = State(plan(index, cost: 9000, blocks: 9000), indexes)
    let lost = facts(["orders": table(["orders_pkey": "btree (number)"])])
    #expect(try findings(before, State(plan(seq, cost: 9, blocks: 9), lost)) == ["seq-scan"])
    // Nor is it known that the index is there when no facts are recorded.
    #expect(
      try findings(State(plan(index, cost: 9000, blocks: 9000)), State(plan(seq, cost: 9, blocks: 9))) == ["seq-scan"])
  }

  @Test func `over far fewer rows is no better plan`() throws {
    let before = State(plan(index, cost: 9000, blocks: 9000), indexes)
    let emptied = facts(["orders": table(rows: 97, pages: 2, ["orders_pkey": "btree (id)"])])
    #expect(try findings(before, State(plan(seq, cost: 9, blocks: 9), emptied)) == ["seq-scan"])
  }

  @Test func `by its estimated cost alone is not cheaper`() throws {
    let before = State(plan(index, cost: 9000, blocks: 100), indexes)
    #expect(try findings(before, State(plan(seq, cost: 9, blocks: 100), indexes)) == ["seq-scan"])
    let missed = index.expecting(1, got: 900)
    #expect(
      try findings(
        State(plan(index.expecting(900, got: 900), cost: 9000, blocks: 100), indexes),
        State(plan(missed, cost: 9, blocks: 100), indexes)) == ["row-estimate"])
  }

  @Test func `of the same shape is less data and no better plan`() throws {
    let before = State(plan(index.expecting(9000, got: 9000), cost: 9000, blocks: 9000, rows: 9000), indexes)
    let now = State(plan(index.expecting(9000, got: 90), cost: 900, blocks: 900), indexes)
    #expect(try findings(before, now) == ["row-estimate"])
  }

  @Test func `warns of temporary blocks, but not of more than it saves`() throws {
    func now(_ temp: Double) -> State { State(plan(index, cost: 900, blocks: 900, temp: temp), indexes) }
    func before(_ blocks: Double) -> State { State(plan(seq, cost: 9000, blocks: blocks), indexes) }
    #expect(try findings(before(9000), now(267)).isEmpty)
    #expect(try findings(before(9000), now(20_000)) == ["buffers"])
    #expect(try findings(before(900), now(267)) == ["buffers"])
  }

  @Test func `still fails by a limit that the manifest sets`() throws {
    let settings = RuleSettings(severity: .fail, values: ["absolute": .flag(true)])
    let absolute = CasePolicy(rules: ["row-estimate": settings], today: "2026-06-15")
    let missed = plan(index.expecting(1, got: 900), cost: 900, blocks: 900)
    let comparison = try compare(
      State(plan(seq.expecting(1, got: 900), cost: 9000, blocks: 9000), indexes), State(missed, indexes))
    #expect(judge(comparison, policy: absolute).verdict == .regressed)
  }

  @Test func `and removes in one node what it removed in another is no failure`() throws {
    func removing(_ rows: Double, _ relation: String) -> ExplainNode {
      ExplainNode.index(relation).filter("(kind = 1)").with("Rows Removed by Filter", .number(rows))
    }
    func failing(_ before: ExplainNode, _ now: ExplainNode) throws -> [Severity] {
      PlanCoreTests.findings("rows-removed", try compare(before, now)).map(\.severity)
    }
    let none = ExplainNode.index("orders")
    #expect(
      try failing(.append(removing(4_800_000, "lines"), none), .append(.index("lines"), removing(50_000, "orders")))
        == [.warn])
    // What the other node removed it still removes.
    #expect(
      try failing(
        .append(removing(4_800_000, "lines"), none), .append(removing(4_800_000, "lines"), removing(50_000, "orders")))
        == [.fail])
    #expect(try failing(none, removing(50_000, "orders")) == [.fail])
  }
}

@Suite struct `The same plan over a larger table` {
  private func severities(
    _ before: ExplainNode, _ now: ExplainNode, pages: (Double, Double) = (100, 100),
    rows: (Double, Double) = (1e4, 1e4),
    sql: String = "sql"
  ) throws -> [Severity] {
    let old = State(before, facts(["t": table(rows: rows.0, pages: pages.0)]))
    var new = State(now, facts(["t": table(rows: rows.1, pages: pages.1)]))
    new.sql = sql
    return findings("buffers", try compare(old, new)).map(\.severity)
  }

  private func seq(_ blocks: Double) -> ExplainNode { ExplainNode.seq("t").costing(100, buffers: blocks) }
  private func index(_ blocks: Double, _ rows: Double) -> ExplainNode {
    ExplainNode.index("t").with("Index Cond", "(t.id = 1)").expecting(rows, got: rows).costing(100, buffers: blocks)
  }

  @Test func `after a backfill touches twice the blocks and only warns`() throws {
    #expect(try severities(seq(400), seq(800), pages: (400, 800)) == [.warn])
    #expect(try severities(seq(400), seq(800)) == [.fail])
    // Three times the pages for as many rows are no backfill.
    #expect(try severities(seq(400), seq(1300), pages: (400, 1300)) == [.fail])
    #expect(try severities(seq(400), seq(1300), pages: (400, 1300), rows: (1e4, 3.2e4)) == [.warn])
  }

  @Test func `that returns more rows touches their blocks`() throws {
    #expect(try severities(index(6, 3), index(40, 35)).isEmpty)
    #expect(try severities(index(6, 3), index(40, 3)) == [.fail])
    // A condition that changed tells another story.
    #expect(try severities(index(6, 3), index(40, 35).with("Index Cond", "(t.id > 1)")) == [.fail])
    // Fewer rows per page: they were scattered.
    #expect(try severities(index(400, 4000), index(1200, 4000), pages: (400, 410)) == [.fail])
    // Five times as many rows lay together and no longer do.
    let grown = ((546.0, 2730.0), (3e4, 1.5e5))
    #expect(try severities(index(274, 24_800), index(58_700, 118_500), pages: grown.0, rows: grown.1) == [.fail])
    #expect(try severities(index(274, 24_800), index(1400, 118_500), pages: grown.0, rows: grown.1) == [.warn])
  }

  @Test func `does not excuse what a filter removes`() throws {
    let now = index(900, 3).filter("(t.kind = 1)").with("Rows Removed by Filter", 890)
    #expect(try severities(index(6, 3).filter("(t.kind = 1)"), now) == [.fail])
  }
}
