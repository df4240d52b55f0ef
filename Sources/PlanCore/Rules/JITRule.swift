extension Rule {
  /// The plan's cost crossed the cost from which PostgreSQL compiles it.
  ///
  /// JIT itself stays off in a run.
  static let jit = Rule(
    id: "jit", defaultSeverity: .warn, summary: "the plan's cost crosses jit_above_cost",
    fix: "lower the cost, or set jit_above_cost for such queries",
    manual: RuleManual(
      why: """
        From `jit_above_cost` on a server with JIT compiles the plan before it runs it, which takes tens of milliseconds
        each time. In a run of plangate JIT is off, so nothing else shows that the plan crossed the line.
        """,
      example: RuleExample(
        before: """
          -> Seq Scan on public.orders o  (cost=0..80000 rows=20 width=44) (actual rows=21 loops=1) (buffers=7340)
            Filter: (o.note ~~ '%gift%'::text)
          """,
        now: """
          -> Seq Scan on public.orders o  (cost=0..140000 rows=20 width=44) (actual rows=21 loops=1) (buffers=9340)
            Filter: (o.note ~~ '%gift%'::text)
          """),
      silencing: "Record the new plan. Turn the rule off where production has `jit = off`.")
  ) { comparison, _ in
    guard let baseline = comparison.baseline else { return [] }
    let (before, now) = (baseline.plan, comparison.current.plan)
    let limit = now.jitAboveCost
    guard now.isCompiled, !before.isCompiled else { return [] }
    return [
      FindingDraft(
        "total cost \(Figures.count(now.root.totalCost)) is above jit_above_cost (\(Figures.count(limit))), "
          + "so that a server with JIT would compile it; \(comparison.label)'s is \(Figures.count(before.root.totalCost))"
      )
    ]
  }
}

extension Plan {
  /// The setting `jit_above_cost`; a negative one means never.
  fileprivate var jitAboveCost: Double { settings["jit_above_cost"].flatMap { Double($0) } ?? 100_000 }

  /// Whether a server with JIT would compile the plan.
  fileprivate var isCompiled: Bool { jitAboveCost >= 0 && root.totalCost > jitAboveCost }
}
