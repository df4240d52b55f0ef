import JSON
import Testing

@testable import PlanCore

/// Plans that are made otherwise and are no worse for it, and their neighbours that are.
@Suite struct `A plan that is made otherwise` {
  private func severities(
    _ rule: String, _ before: ExplainNode, _ now: ExplainNode, _ facts: CatalogFacts = CatalogFacts()
  )
    throws -> [Severity]
  {
    findings(rule, try compare(before, now, facts)).map(\.severity)
  }

  // MARK: row-estimate

  private func join(_ outer: ExplainNode, _ inner: ExplainNode, got rows: Double) -> ExplainNode {
    ExplainNode.join("Hash Join", outer, inner).expecting(1, got: rows)
  }

  @Test func `joins in another order is held against the worst error that was accepted`() throws {
    let (a, b, c) = (ExplainNode.seq("a"), ExplainNode.seq("b"), ExplainNode.seq("c"))
    let before = join(join(a, b, got: 400), c, got: 400)
    #expect(try severities("row-estimate", before, join(join(b, c, got: 500), a, got: 400)).isEmpty)
    // Twice as bad, or where nothing was accepted.
    #expect(try severities("row-estimate", before, join(join(b, c, got: 900), a, got: 400)) == [.fail])
    let exact = join(join(a, b, got: 1), c, got: 1)
    #expect(try severities("row-estimate", exact, join(join(b, c, got: 500), a, got: 1)) == [.fail])
    // A scan answers for itself, and so does a join of a relation that is new.
    let missed = join(join(b.expecting(1, got: 500), c, got: 1), a, got: 400)
    #expect(try severities("row-estimate", before, missed) == [.fail])
    #expect(try severities("row-estimate", before, join(join(b, .seq("d"), got: 500), a, got: 1)) == [.fail])
  }

  @Test func `reads a filtered table in a join and no longer in a sub-select, with the same error`() throws {
    let filtered = ExplainNode.seq("b").expecting(1, got: 500)
    let before = ExplainNode.seq("a").adding(filtered.subPlan(1)).filter("(NOT (hashed SubPlan 1))")
    #expect(try severities("row-estimate", before, .join("Hash Join", .seq("a"), filtered)).isEmpty)
    let worse = ExplainNode.seq("b").expecting(1, got: 2000)
    #expect(try severities("row-estimate", before, .join("Hash Join", .seq("a"), worse)) == [.fail])
  }

  // MARK: seq-scan

  @Test func `scans a small table beside its index scan, which is none lost`() throws {
    let (small, large) = (facts(["c": table(rows: 250, pages: 2)]), facts(["c": table(rows: 9000, pages: 90)]))
    let count = ExplainNode("Aggregate", [], .seq("c"))
    func now(_ lookup: ExplainNode, _ count: ExplainNode) -> ExplainNode { lookup.adding(count.initPlan(1)) }
    let lookup = ExplainNode.index("c", "c")
    #expect(try severities("seq-scan", lookup, now(lookup, count), small).isEmpty)
    #expect(try severities("new-seq-scan", lookup, now(lookup, count), small) == [.warn])
    #expect(try severities("seq-scan", lookup, now(lookup, count), large) == [.fail])
    #expect(try severities("new-seq-scan", lookup, now(lookup, count), large).isEmpty)
    // The index scan is gone: this one may be what became of it.
    #expect(try severities("seq-scan", lookup, .result(count), small) == [.fail])
    #expect(try severities("seq-scan", lookup, now(.seq("c"), count), small).contains(.fail))
    // A scan of few pages for each of many rows is not small.
    let often = ExplainNode.seq("c").expecting(1, got: 1, loops: 500).subPlan(1)
    #expect(try severities("seq-scan", lookup, lookup.adding(often), small) == [.fail])
  }

  // MARK: index-cond-lost

  private func index(_ condition: String, filter: String? = nil, removed: Double = 0) -> ExplainNode {
    let scan = ExplainNode.index("t").with("Index Cond", .string(condition)).expecting(5, got: 5)
    guard let filter else { return scan }
    return scan.filter(filter).with("Rows Removed by Filter", .number(removed))
  }

  @Test func `is led to fewer rows by other columns`() throws {
    let before = index("(t.a = 1)", filter: "(t.b = 2)", removed: 900)
    #expect(try severities("index-cond-lost", before, index("(t.b = 2)", filter: "(t.a = 1)", removed: 20)).isEmpty)
    #expect(
      try severities(
        "index-cond-lost", before,
        index("(t.b = 2)", filter: "(t.a = 1)", removed: 5000).costing(10, buffers: 90)) == [.fail])
  }

  @Test func `filters by one arm of two when that takes no more blocks`() throws {
    func bitmap(_ conditions: [String], filter: String?, blocks: Double, removed: Double = 0) -> ExplainNode {
      let arms = conditions.map { condition in
        ExplainNode(
          "Bitmap Index Scan",
          [
            JSONMember("Index Name", .string("t_\(condition.dropFirst().first ?? "x")")),
            JSONMember("Index Cond", .string(condition)),
          ])
      }
      var scan = ExplainNode.bitmap("t").expecting(5, got: 5).costing(10, buffers: blocks)
      var source = arms[0]
      if arms.count > 1 {
        source = ExplainNode("BitmapAnd")
        source.children = arms.map { $0.as("Member") }
      }
      scan.children = [source.as("Outer")]
      guard let filter else { return scan }
      return scan.filter(filter).with("Rows Removed by Filter", .number(removed))
    }
    let before = bitmap(["(a = 1)", "(b = 2)"], filter: nil, blocks: 30)
    #expect(
      try severities("index-cond-lost", before, bitmap(["(a = 1)"], filter: "(t.b = 2)", blocks: 28, removed: 600))
        .isEmpty)
    #expect(
      try severities("index-cond-lost", before, bitmap(["(a = 1)"], filter: "(t.b = 2)", blocks: 210, removed: 600))
        == [.fail])
  }
}
