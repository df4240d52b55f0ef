import PlanCore

/// A note of a few words on a case, for lists of cases.
enum CaseNote {
  /// The note; empty for a case that passed without a remark.
  ///
  /// - Parameter isStrict: whether a case fails that reads empty tables.
  static func text(_ outcome: CaseOutcome, strict isStrict: Bool) -> String {
    var notes: [String] = []
    let failing = outcome.findings.filter(\.isFailing)
    switch outcome.verdict {
    case .passed: if outcome.isEmpty(strict: isStrict) { notes.append(outcome.emptiness) }
    case .unchecked: notes.append(shortReason(outcome))
    case .new: notes.append(outcome.newness)
    case .regressed: break
    case .improved:
      notes += outcome.tellingChange.map { [$0] } ?? []
      if outcome.hasBaselines { notes.append("record it, so that it stays") }
    case .changed: notes += outcome.tellingChange.map { [$0] } ?? []
    }
    if let first = failing.first {
      notes.append(shortText(first, outcome.comparison) + (failing.count > 1 ? " (+\(failing.count - 1))" : ""))
    }
    if let warnings = warningText(outcome, isRed: !failing.isEmpty) { notes.append(warnings) }
    if !outcome.waived.isEmpty { notes.append("\(outcome.waived.count) waived") }
    notes += outcome.remarks
    return notes.joined(separator: ", ").readable.visible
  }

  /// The first line of the reason without its place, which the details have.
  private static func shortReason(_ outcome: CaseOutcome) -> String {
    let line = outcome.reasonText.visibleLines.first { !$0.isEmpty } ?? ""
    guard let mark = line.firstRange(of: ": error: "), !line[..<mark.lowerBound].contains(" ") else { return line }
    return String(line[mark.upperBound...])
  }

  /// The warnings by name: `warning: parallelism: the plan is no longer parallel: 2 -> 0 workers planned, also jit`.
  ///
  /// Those of a red case are only named, since its failure comes first.
  private static func warningText(_ outcome: CaseOutcome, isRed: Bool) -> String? {
    guard let first = outcome.warnings.first else { return nil }
    var rules: [String] = []
    for warning in outcome.warnings where !rules.contains(warning.rule) { rules.append(warning.rule) }
    // The change of the plan may say it already.
    guard !isRed, first.message != outcome.tellingChange else {
      return "warning\(rules.count == 1 ? "" : "s"): \(names(rules))"
    }
    let others = Array(rules.dropFirst())
    return "warning: \(shortText(first, outcome.comparison))"
      + (others.isEmpty ? "" : ", also \(names(others))")
  }

  /// The first names, with the number of the others.
  private static func names(_ rules: [String]) -> String {
    let shown = rules.count > 4 ? 3 : rules.count
    return rules.prefix(shown).joined(separator: ", ")
      + (rules.count > shown ? " and \(rules.count - shown) more" : "")
  }

  /// A short text such as `orders: Index Scan -> Seq Scan` or `orders: estimated 20 rows, got 1,500`.
  private static func shortText(_ finding: Finding, _ comparison: CaseComparison?) -> String {
    let node = finding.path.flatMap { comparison?.current.plan.root.node(at: $0) }
    let before = finding.baselinePath.flatMap { comparison?.baseline?.plan.root.node(at: $0) }
    if let node, let before, node.nodeType != before.nodeType {
      return "\(finding.relation.map { "\($0.name): " } ?? "")\(before.nodeType) -> \(node.nodeType)"
    }
    if let node, finding.rule == "row-estimate", let figures = finding.figures, let actual = figures.actualRows {
      let (estimated, got) = (NodeFigures.count(figures.planRows), NodeFigures.count(actual))
      return "\(finding.relation?.name ?? node.nodeType): estimated \(estimated) rows, got \(got)"
    }
    return "\(finding.rule): \(finding.message)"
  }
}

extension CaseOutcome {
  /// The change of the plan that says most: an access path before a join, a join before a node that came or went; of a
  /// plan of the same shape the measure of work that fell most.
  fileprivate var tellingChange: String? {
    if let change = comparison?.differences.first { return change.text }
    return verdict == .improved ? comparison?.fallenWork.first?.text : nil
  }
}

/// A duration such as `3.2 s` or `2 min 5 s`.
func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "? s" }
  if seconds < 99.95 { return "\(NodeFigures.oneDecimal(max(seconds, 0))) s" }
  let whole = Int64(seconds.rounded())
  return "\(whole / 60) min \(whole % 60) s"
}
