extension Rule {
  /// The plan's total cost grew. Costs are comparable only under equal planner settings, so it does not judge when those
  /// differ from the baseline's; that difference is told once for the run. A cost that grew while the blocks did not is only
  /// warned of.
  static let cost = Rule(
    id: "cost", defaultSeverity: .fail, isHeadline: false, isWholePlan: true,
    summary: "the total cost of the plan grew",
    fix:
      "look at the nodes whose cost grew; a cost that grew under the same plan means that data or statistics changed",
    parameters: [
      .number("warn", 2, minimum: 1, "times the baseline's cost from which it warns"),
      .number("fail", 10, minimum: 1, "times the baseline's cost from which it fails"),
      .number("floor", 100, minimum: 0, "cost units that it must have grown by"),
    ]
  ) { comparison, settings in
    guard let baseline = comparison.baseline, baseline.plan.settings == comparison.current.plan.settings else {
      return []
    }
    let before = baseline.plan.root.totalCost
    let now =
      comparison.current.plan.root.totalCost
      - comparison.excusedGrowth { $0.totalCost * max($0.actual?.loops ?? 1, 1) }
    guard now - before >= settings.number("floor"),
      var severity = settings.severity(of: now / max(before, 0.01))
    else { return [] }
    // An estimate that came closer to the truth can raise the cost of the same work.
    if let blocks = baseline.plan.root.buffers, let blocksNow = comparison.current.plan.root.buffers,
      blocksNow < blocks * 1.3
    {
      severity = min(severity, .warn)
    }
    return [
      Finding(
        rule: "cost", severity: severity,
        message: "total cost \(Figures.count(before)) -> \(Figures.count(now)), "
          + "\(Figures.factor(now / max(before, 0.01))) times the baseline's")
    ]
  }
}

extension RuleSettings {
  /// The severity of a growth: by the rule's parameters `warn` and `fail`, and never above its own severity.
  func severity(of factor: Double) -> Severity? {
    if factor >= number("fail") { return severity }
    return factor >= number("warn") ? min(severity, .warn) : nil
  }
}

extension Rule.Parameter {
  static func number(_ name: String, _ value: Double, minimum: Double, _ summary: String) -> Rule.Parameter {
    Rule.Parameter(name: name, defaultValue: .number(value), minimum: minimum, summary: summary)
  }
}
