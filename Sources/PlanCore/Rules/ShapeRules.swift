extension Rule {
  /// Another join method or order.
  static let joinChanged = Rule(
    id: "join-changed", defaultSeverity: .warn, isHeadline: false, summary: "another join method or order",
    fix: "none if it is as good; compare cost and buffers",
    parameters: []
  ) { comparison, settings in
    comparison.joinDifferences.map { Finding(rule: "join-changed", severity: settings.severity, message: $0.text) }
  }

  /// The plan became parallel or serial, or plans another number of workers.
  static let parallelism = Rule(
    id: "parallelism", defaultSeverity: .warn, isHeadline: false,
    summary: "the plan became parallel or serial, or plans another number of workers",
    fix: "none if it is meant; the table's size or the settings moved it across a threshold",
    parameters: []
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    func workers(_ plan: Plan) -> Double {
      var count = 0.0
      plan.root.forEachNode { node, _ in count += node.number("Workers Planned") ?? 0 }
      return count
    }
    let (before, now) = (workers(baseline.plan), workers(comparison.current.plan))
    guard before != now else { return [] }
    let words =
      before == 0 ? "the plan became parallel" : now == 0 ? "the plan is no longer parallel" : "other parallelism"
    return [
      Finding(
        rule: "parallelism", severity: settings.severity,
        message: "\(words): \(Figures.grouped(before)) -> \(Figures.grouped(now)) workers planned")
    ]
  }

  /// The plan's cost crossed the cost from which PostgreSQL compiles it. JIT itself stays off in a run.
  static let jit = Rule(
    id: "jit", defaultSeverity: .warn, isHeadline: false, summary: "the plan's cost crosses jit_above_cost",
    fix: "bring the cost down, or set jit_above_cost for such queries",
    parameters: []
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    let (before, now) = (baseline.plan, comparison.current.plan)
    let limit = now.settings["jit_above_cost"].flatMap { Double($0) } ?? 100_000
    let accepted = before.settings["jit_above_cost"].flatMap { Double($0) } ?? 100_000
    let isCompiled = limit >= 0 && now.root.totalCost > limit
    guard isCompiled, !(accepted >= 0 && before.root.totalCost > accepted) else { return [] }
    return [
      Finding(
        rule: "jit", severity: settings.severity,
        message: "total cost \(Figures.count(now.root.totalCost)) is above jit_above_cost (\(Figures.count(limit))), "
          + "so that a server with JIT would compile it; the baseline's is \(Figures.count(before.root.totalCost))")
    ]
  }

  /// Any change of the plan's shape, for strict teams.
  static let planChanged = Rule(
    id: "plan-changed", defaultSeverity: .off, isHeadline: false, summary: "the shape of the plan changed",
    fix: "none if it is meant",
    parameters: []
  ) { comparison, settings in
    comparison.isShapeChanged
      ? [
        Finding(
          rule: "plan-changed", severity: settings.severity,
          message: comparison.differences.map(\.text).joined(separator: "; "))
      ]
      : []
  }
}
