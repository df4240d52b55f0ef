import PlanCore

/// The parts of what is said of a case to people, shared by the terminal and by the body of a JUnit failure. All lines
/// are indented by two columns.
struct CaseText {
  let outcome: CaseOutcome
  let style: TerminalStyle
  /// Whether long lists are cut and long lines wrapped, as befits a screen.
  let isBrief: Bool

  private static let briefCount = 12

  // MARK: Lists

  /// `seq-scan: …` for what fails, `warning: …` and `waived: …` for the rest, in this order.
  func findingLines(_ findings: [Finding]) -> [String] {
    let failing = findings.filter(\.isFailing)
    let waived = findings.filter { $0.waiver != nil }
    let warnings = findings.filter { !$0.isFailing && $0.waiver == nil }
    let labelled = failing.map { ("", $0) } + warnings.map { ("warning: ", $0) } + waived.map { ("waived: ", $0) }
    return list(labelled) { label, finding in
      let ink: Ink = finding.isFailing ? .red : finding.waiver == nil ? .yellow : .dim
      return entry(label + finding.rule, finding.message + CaseText.excuse(finding), ink)
        + (finding.indexVerdict.map { entry("index", $0.description, nil) } ?? [])
    }
  }

  /// What usually mends the first finding that fails; the others mostly follow from it.
  var fixLines: [String] {
    outcome.findings.first(where: \.isFailing)?.fix.map { entry("fix", $0, nil) } ?? []
  }

  /// ` (waived: twelve rows, until 2027-06-30)`.
  private static func excuse(_ finding: Finding) -> String {
    guard let waiver = finding.waiver else { return "" }
    return " (\(waiver.reason)\(waiver.until.map { ", until \($0)" } ?? ""))"
  }

  /// What changed in the shape of the plan, without what a finding said already, and what changed around it.
  var changeLines: [String] {
    guard let comparison = outcome.comparison else { return [] }
    let said = Set(outcome.findings.map(\.message))
    return list(comparison.differences.filter { !said.contains($0) }) { entry("change", $0, nil) }
      + list(outcome.causes) { entry("cause", $0, .bold) }
  }

  var reasonLines: [String] { outcome.reasonText.visibleLines.map { "  " + $0 } }

  /// The command after which the case passes, where there is one.
  func commandLines(manifest: String) -> [String] {
    guard outcome.isRecordable else { return [] }
    let verb = outcome.verdict == .new ? "record" : "accept"
    return ["  \(verb) with: " + RecordCommand.text(queries: [outcome.query], manifest: manifest)]
  }

  private func list<Element>(_ elements: [Element], _ lines: (Element) -> [String]) -> [String] {
    let shown = brief(elements)
    let rest = elements.count - shown.count
    return shown.flatMap(lines) + (rest > 0 ? [style.painted("  … \(rest) more", .dim)] : [])
  }

  /// As many as a screen can bear.
  private func brief<Element>(_ elements: [Element]) -> [Element] {
    isBrief && elements.count > CaseText.briefCount + 1 ? Array(elements.prefix(CaseText.briefCount)) : elements
  }

  private func entry(_ label: String, _ text: String, _ ink: Ink?) -> [String] {
    let label = label.visible + ":"
    let plain = "\(label) \(text.visible)"
    var lines = isBrief ? plain.wrapped(indent: 2, hanging: 4, width: style.width) : ["  " + plain]
    if lines[0].hasPrefix("  " + label) {
      lines[0] = "  " + style.painted(label, ink) + lines[0].dropFirst(2 + label.count)
    }
    return lines
  }

  // MARK: Plans

  /// The plan before and now, or only the one of now where both have one shape, with the guilty nodes marked.
  var planLines: [String] {
    guard let comparison = outcome.comparison else { return [] }
    let (now, before) = (comparison.current, comparison.baseline)
    let marks = marks(comparison)
    let conditions: PlanTree.Conditions = isBrief ? before == nil ? .marked : .automatic : .all
    guard let before, comparison.isShapeChanged else {
      let title = before == nil ? "plan" : "plan (same shape as before)"
      return PlanTree.lines(
        now.plan, marked: marks.now, conditions: conditions, title: title, indent: 2, style: style)
    }
    let versions = comparison.isOtherMajor ? [before, now].map { " (PostgreSQL \($0.serverMajor))" } : ["", ""]
    return PlanTree.lines(
      before: before.plan, markedBefore: marks.before, now: now.plan, markedNow: marks.now, conditions: conditions,
      titles: ("before" + versions[0], "now" + versions[1]), indent: 2, style: style)
  }

  var totalLines: [String] {
    guard let comparison = outcome.comparison, let baseline = comparison.baseline else { return [] }
    return PlanTotals(baseline: baseline.plan, current: comparison.current.plan).lines.map { "  " + $0 }
  }

  /// The nodes of the findings that fail; without any, the scans that are read otherwise than before.
  private func marks(_ comparison: CaseComparison) -> (before: Set<NodePath>, now: Set<NodePath>) {
    let failing = brief(outcome.findings.filter(\.isFailing))
    guard failing.isEmpty, comparison.baseline != nil else {
      return (Set(failing.compactMap(\.baselinePath)), Set(failing.compactMap(\.path)))
    }
    let matching = comparison.matching
    let changed = matching.pairs.filter { $0.baseline.accessDescription != $0.current.accessDescription }
    return (
      Set(changed.map(\.baseline.path) + matching.unmatchedBaseline.map(\.path)),
      Set(changed.map(\.current.path) + matching.unmatchedCurrent.map(\.path))
    )
  }
}

extension CaseOutcome {
  /// `queries/orders.sql:1`; nil when the file is not known.
  var place: String? { file.map { file in line.map { "\(file):\($0)" } ?? file } }

  /// Why it could not be checked, never empty.
  var reasonText: String {
    guard let reason, !reason.visibleLines.isEmpty else { return "no reason was given" }
    return reason
  }

  var warnings: [Finding] { findings.filter { $0.severity == .warn && $0.waiver == nil } }

  var waived: [Finding] { findings.filter { $0.waiver != nil } }
}

/// `1 warning`, `2 warnings`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
