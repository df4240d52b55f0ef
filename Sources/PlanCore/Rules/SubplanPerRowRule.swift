private let floor = RuleKey("floor", default: 1000, atLeast: 1, "executions from which it is judged")
private let warn = RuleKey("warn", default: 2, atLeast: 1, "times the baseline's executions from which it warns")
private let fail = RuleKey("fail", default: 10, atLeast: 1, "times the baseline's executions from which it fails")

extension Rule {
  /// A sub-select that is run again for each row, many times more often than in the baseline.
  static let subplanPerRow = Rule(
    id: "subplan-per-row", defaultSeverity: .fail, isOfPart: true,
    summary: "a sub-select is run for each row, many times more often than in the baseline",
    fix: "a join, or a LATERAL sub-select that aggregates first",
    keys: [floor, warn, fail],
    manual: RuleManual(
      why: """
        A correlated sub-select is run once for each row of the outer query. Over twenty rows nobody notices; over fifty
        thousand it is most of the time.
        """,
      example: RuleExample(
        before: """
          -> Index Scan using orders_customer_id_idx on public.orders o  (cost=0.29..210 rows=20 width=12) (actual rows=21 loops=1) (buffers=87)
            Index Cond: (o.customer_id = 42)
            SubPlan -> Aggregate  (cost=8.4..8.5 rows=1 width=8) (actual rows=1 loops=21) (buffers=63)
              Subplan Name: SubPlan 1
              Strategy: Plain
              Partial Mode: Simple
              Outer -> Index Scan using lines_order_id_idx on public.lines l  (cost=0.29..8.4 rows=3 width=8) (actual rows=3 loops=21) (buffers=63)
                Index Cond: (l.order_id = o.id)
          """,
        now: """
          -> Seq Scan on public.orders o  (cost=0..420000 rows=50000 width=12) (actual rows=50000 loops=1) (buffers=150734)
            SubPlan -> Aggregate  (cost=8.4..8.5 rows=1 width=8) (actual rows=1 loops=50000) (buffers=150000)
              Subplan Name: SubPlan 1
              Strategy: Plain
              Partial Mode: Simple
              Outer -> Index Scan using lines_order_id_idx on public.lines l  (cost=0.29..8.4 rows=3 width=8) (actual rows=3 loops=50000) (buffers=150000)
                Index Cond: (l.order_id = o.id)
          """),
      silencing: "Raise `floor` for the query, or waive it.")
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    func subplans(_ observation: Observation) -> [KeyedNode] {
      observation.keyedNodes { $0.parentRelationship == "SubPlan" && $0.actual != nil }
    }
    let now = subplans(comparison.current)
    if now.isEmpty { return [] }
    let before = Dictionary(grouping: subplans(baseline), by: \.key.relations)
      .mapValues { $0.compactMap(\.node.actual?.loops).max() ?? 0 }
    let once = Set(
      baseline.keyedNodes { $0.parentRelationship == "InitPlan" && $0.cteName == nil && $0.actual != nil }
        .map { baseline.aliases(at: $0.path) })
    return now.compactMap { subplan in
      let loops = subplan.node.actual?.loops ?? 0
      let accepted = before[subplan.key.relations] ?? 0
      guard loops > settings[floor],
        let severity = settings.severity(of: loops / max(accepted, 1), warn: warn, fail: fail)
      else { return nil }
      var finding = comparison.current.finding(at: subplan.path)
      finding.severityLimit = severity
      let aliases = comparison.current.aliases(at: subplan.path)
      let times =
        accepted > 0 ? "\(Figures.grouped(accepted)) times" : once.contains(aliases) ? "once" : "not run per row"
      finding.message =
        "sub-select \(aliases): run \(Figures.grouped(loops)) times, \(times) in \(comparison.label)"
      return finding
    }
  }
}
