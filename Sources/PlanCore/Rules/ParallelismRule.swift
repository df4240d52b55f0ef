extension Rule {
  /// The plan became parallel or serial, or plans another number of workers.
  static let parallelism = Rule(
    id: "parallelism", defaultSeverity: .warn,
    summary: "the plan became parallel or serial, or plans another number of workers",
    fix: "no action if intended; the table's size or the settings moved it across a threshold",
    manual: RuleManual(
      why: """
        A parallel plan takes several processors for one query. In production there may be no workers left, and the
        query then runs as slowly as without them.
        """,
      example: RuleExample(
        before: """
          -> Seq Scan on public.orders o  (cost=0..1734 rows=20 width=44) (actual rows=21 loops=1) (buffers=734)
            Filter: (o.note ~~ '%gift%'::text)
          """,
        now: """
          -> Gather  (cost=1000..9800 rows=20 width=44) (actual rows=21 loops=1) (buffers=7340)
            Workers Planned: 2
            Single Copy: false
            Outer -> Parallel Seq Scan on public.orders o  (cost=0..8796 rows=8 width=44) (actual rows=7 loops=3) (buffers=7340)
              Filter: (o.note ~~ '%gift%'::text)
          """),
      silencing: """
        Record the new plan, or set `max_parallel_workers_per_gather` in the manifest as production has it.
        """)
  ) { comparison, _ in
    guard let baseline = comparison.baseline else { return [] }
    func workers(_ plan: Plan) -> Double {
      var count = 0.0
      plan.root.forEachNode { node, _ in count += node.number("Workers Planned") ?? 0 }
      return count
    }
    let (before, now) = (workers(baseline.plan), workers(comparison.current.plan))
    guard before != now else { return [] }
    let words =
      before == 0 ? "the plan became parallel" : now == 0 ? "the plan is no longer parallel" : "parallelism changed"
    return [FindingDraft("\(words): \(Figures.grouped(before)) -> \(Figures.grouped(now)) workers planned")]
  }
}
