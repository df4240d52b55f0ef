extension Rule {
  /// A sub-select that is run again for each row, many times more often than in the baseline.
  static let subplanPerRow = Rule(
    id: "subplan-per-row", defaultSeverity: .fail, isHeadline: false,
    summary: "a sub-select is run for each row, many times more often than in the baseline",
    fix: "a join, or a LATERAL sub-select that aggregates first",
    parameters: [
      .number("floor", 1000, minimum: 1, "executions from which it is judged"),
      .number("warn", 2, minimum: 1, "times the baseline's executions from which it warns"),
      .number("fail", 10, minimum: 1, "times the baseline's executions from which it fails"),
    ]
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    func subplans(_ observation: Observation) -> [KeyedNode] {
      observation.keyedNodes { $0.parentRelationship == "SubPlan" && $0.actual != nil }
    }
    let now = subplans(comparison.current)
    if now.isEmpty { return [] }
    let before = Dictionary(grouping: subplans(baseline), by: \.key.relations)
      .mapValues { $0.compactMap(\.node.actual?.loops).max() ?? 0 }
    return now.compactMap { subplan in
      let loops = subplan.node.actual?.loops ?? 0
      let accepted = before[subplan.key.relations] ?? 0
      guard loops > settings.number("floor"), let severity = settings.severity(of: loops / max(accepted, 1)) else {
        return nil
      }
      var finding = comparison.current.finding(rule: "subplan-per-row", severity: severity, at: subplan.path)
      finding.message =
        "sub-select \(comparison.current.aliases(at: subplan.path)): run \(Figures.grouped(loops)) times, "
        + (accepted == 0 ? "and not so in the baseline" : "\(Figures.grouped(accepted)) times in the baseline")
      return finding
    }
  }
}
