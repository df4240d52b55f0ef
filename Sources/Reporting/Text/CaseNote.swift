import PlanCore

/// What a list of cases says of each in a few words.
enum CaseNote {
  /// Empty for a case that passed without a remark.
  static func text(_ outcome: CaseOutcome) -> String {
    var notes: [String] = []
    let failing = outcome.findings.filter(\.isFailing)
    switch outcome.verdict {
    case .passed: break
    case .unchecked: notes.append(outcome.reasonText.visibleLines.first { !$0.isEmpty } ?? "")
    case .new: notes.append("no baseline yet")
    case .regressed: break
    case .improved, .changed: notes += (outcome.comparison?.differences.first).map { [$0.text] } ?? []
    }
    if let first = failing.first {
      notes.append(shortText(first, outcome.comparison) + (failing.count > 1 ? " (+\(failing.count - 1))" : ""))
    }
    if !outcome.warnings.isEmpty { notes.append(counted(outcome.warnings.count, "warning")) }
    if !outcome.waived.isEmpty { notes.append("\(outcome.waived.count) waived") }
    return notes.joined(separator: ", ").readable.visible
  }

  /// `orders: Index Scan -> Seq Scan`, `orders: estimated 20 rows, got 1,500`.
  private static func shortText(_ finding: Finding, _ comparison: CaseComparison?) -> String {
    let node = finding.path.flatMap { comparison?.current.plan.root.node(at: $0) }
    let before = finding.baselinePath.flatMap { comparison?.baseline?.plan.root.node(at: $0) }
    if let node, let before, node.nodeType != before.nodeType {
      return "\(finding.relation.map { "\($0.name): " } ?? "")\(before.nodeType) -> \(node.nodeType)"
    }
    if let node, finding.rule == "row-estimate", let figures = finding.figures, let actual = figures.actualRows {
      let (estimated, came) = (NodeFigures.count(figures.planRows), NodeFigures.count(actual))
      return "\(finding.relation?.name ?? node.nodeType): estimated \(estimated) rows, got \(came)"
    }
    return "\(finding.rule): \(finding.message)"
  }
}

/// `3.2 s`, `2 min 5 s`.
func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "? s" }
  if seconds < 99.95 { return "\(NodeFigures.oneDecimal(max(seconds, 0))) s" }
  let whole = Int64(seconds.rounded())
  return "\(whole / 60) min \(whole % 60) s"
}
