extension RuleSettings {
  /// The severity of a growth, by the keys that say from which factor a rule warns and fails; nil below both.
  func severity(of factor: Double, warn: RuleKey<Double>, fail: RuleKey<Double>) -> Severity? {
    if factor >= self[fail] { return .fail }
    return factor >= self[warn] ? .warn : nil
  }
}

extension CaseComparison {
  /// The growth of a figure at the nodes that waivers excuse.
  func excusedGrowth(of figure: (PlanNode) -> Double) -> Double {
    guard let baseline else { return 0 }
    return excused.reduce(0) { sum, pair in
      sum + max(0, figure(current.plan.root[pair.current]) - figure(baseline.plan.root[pair.baseline]))
    }
  }
}
