private let outer = RuleKey("outer", default: 10_000, atLeast: 1, "rows of the outer side, over all loops")
private let inner = RuleKey(
  "inner", default: 10, atLeast: 1, "rows of the inner side that each of them scans")

extension Rule {
  /// A nested loop over many outer rows whose inner side is read without an index, unlike in the baseline.
  static let nestedLoop = Rule(
    id: "nested-loop", defaultSeverity: .fail, isOfPart: true,
    summary: "a nested loop over many rows reads its inner side without an index",
    fix: "an index on the inner side's join columns; better statistics if the outer side is misestimated",
    keys: [outer, inner],
    manual: RuleManual(
      why: """
        Each outer row reads the whole inner side: the work is the product of the two, and it grows with both.
        """,
      example: RuleExample(
        before: """
          -> Hash Join  (cost=5..1400 rows=50000 width=60) (actual rows=50000 loops=1) (buffers=736)
            Join Type: Inner
            Hash Cond: (o.country = c.code)
            Outer -> Seq Scan on public.orders o  (cost=0..1234 rows=50000 width=44) (actual rows=50000 loops=1) (buffers=734)
            Inner -> Hash  (cost=4..4 rows=195 width=16) (actual rows=195 loops=1) (buffers=2)
              Outer -> Seq Scan on public.countries c  (cost=0..4 rows=195 width=16) (actual rows=195 loops=1) (buffers=2)
          """,
        now: """
          -> Nested Loop  (cost=0..190000 rows=50000 width=60) (actual rows=50000 loops=1) (buffers=100734)
            Join Type: Inner
            Join Filter: (lower(o.country) = lower(c.code))
            Rows Removed by Join Filter: 9700000
            Outer -> Seq Scan on public.orders o  (cost=0..1234 rows=50000 width=44) (actual rows=50000 loops=1) (buffers=734)
            Inner -> Seq Scan on public.countries c  (cost=0..4 rows=195 width=16) (actual rows=195 loops=50000) (buffers=100000)
          """),
      silencing: "Raise `outer` or `inner` for the query, or waive it.")
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    func loops(_ observation: Observation) -> [KeyedNode] {
      observation.unindexedLoops(outerRows: settings[outer], innerRows: settings[inner])
    }
    let now = loops(comparison.current)
    if now.isEmpty { return [] }
    let known = Set(loops(baseline).map(\.key))
    return now.filter { !known.contains($0.key) }.map { loop in
      var finding = comparison.current.finding(at: loop.path)
      finding.message +=
        ": \(Figures.grouped(loop.node.input("Outer")?.totalActualRows ?? 0)) outer rows, each scans "
        + "\(comparison.current.innerName(of: loop)) without an index"
      return finding
    }
  }
}
