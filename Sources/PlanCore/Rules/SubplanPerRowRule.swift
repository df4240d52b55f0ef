private let floor = RuleKey("floor", default: 1000, atLeast: 1, "executions from which it is judged")
private let warn = RuleKey("warn", default: 2, atLeast: 1, "times the baseline's executions from which it warns")
private let fail = RuleKey("fail", default: 10, atLeast: 1, "times the baseline's executions from which it fails")

extension Rule {
  /// A sub-select that is run again for each row, many times more often than in the baseline.
  static let subplanPerRow = Rule(
    id: "subplan-per-row", defaultSeverity: .fail,
    summary: "a sub-select is run for each row, many times more often than in the baseline",
    fix: "a join, or a LATERAL sub-select that aggregates first",
    keys: [floor, warn, fail]
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
      guard loops > settings[floor],
        let severity = settings.severity(of: loops / max(accepted, 1), warn: warn, fail: fail)
      else { return nil }
      var finding = comparison.current.finding(at: subplan.path)
      finding.severityLimit = severity
      finding.message =
        "sub-select \(comparison.current.aliases(at: subplan.path)): run \(Figures.grouped(loops)) times, "
        + (accepted == 0 ? "and not so in the baseline" : "\(Figures.grouped(accepted)) times in the baseline")
      return finding
    }
  }
}
