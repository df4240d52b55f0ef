extension Rule {
  /// Any change of the plan's shape, for strict teams.
  static let planChanged = Rule(
    id: "plan-changed", defaultSeverity: .off, summary: "the shape of the plan changed",
    fix: "none if it is meant"
  ) { comparison, _ in
    comparison.isShapeChanged ? [FindingDraft(comparison.differences.map(\.text).joined(separator: "; "))] : []
  }
}
