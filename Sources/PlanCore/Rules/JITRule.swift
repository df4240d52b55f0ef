extension Rule {
  /// The plan's cost crossed the cost from which PostgreSQL compiles it. JIT itself stays off in a run.
  static let jit = Rule(
    id: "jit", defaultSeverity: .warn, summary: "the plan's cost crosses jit_above_cost",
    fix: "bring the cost down, or set jit_above_cost for such queries"
  ) { comparison, _ in
    guard let baseline = comparison.baseline else { return [] }
    let (before, now) = (baseline.plan, comparison.current.plan)
    let limit = now.jitAboveCost
    guard now.isCompiled, !before.isCompiled else { return [] }
    return [
      FindingDraft(
        "total cost \(Figures.count(now.root.totalCost)) is above jit_above_cost (\(Figures.count(limit))), "
          + "so that a server with JIT would compile it; the baseline's is \(Figures.count(before.root.totalCost))")
    ]
  }
}

extension Plan {
  /// The setting `jit_above_cost`; a negative one means never.
  fileprivate var jitAboveCost: Double { settings["jit_above_cost"].flatMap { Double($0) } ?? 100_000 }

  /// Whether a server with JIT would compile the plan.
  fileprivate var isCompiled: Bool { jitAboveCost >= 0 && root.totalCost > jitAboveCost }
}
