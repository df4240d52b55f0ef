import PlanCore

/// The parts of the text about a case, shared by the terminal and the body of a JUnit failure.
///
/// All lines are indented by two columns.
struct CaseText {
  let outcome: CaseOutcome
  let style: TerminalStyle
  /// Whether long lists are cut and long lines wrapped, as suits a screen.
  let isBrief: Bool

  private static let briefCount = 12
  private static let briefValue = 60
  /// The largest number of nodes for which a new plan is shown with all conditions, since it should be read once in
  /// full.
  private static let readableCount = 25

  // MARK: Lists

  /// Lines such as `seq-scan: …` for failures, then `warning: …` and `waived: …`.
  func findingLines(_ findings: [Finding]) -> [String] {
    let failing = findings.filter(\.isFailing)
    let waived = findings.filter { $0.waiver != nil }
    let warnings = findings.filter { !$0.isFailing && $0.waiver == nil }
    let labelled = [("", failing), ("warning: ", warnings), ("waived: ", waived)].flatMap { label, findings in
      folded(findings).map { (label, $0) }
    }
    return list(labelled) { label, folded in
      let finding = folded.first
      let ink: Ink = finding.isFailing ? .red : finding.waiver == nil ? .yellow : .dim
      return entry(label + finding.rule, folded.message + CaseText.excuse(finding), ink)
        + (finding.indexVerdict.map { entry("index", $0.description, nil, indent: isBrief ? 4 : 2) } ?? [])
    }
  }

  private func folded(_ findings: [Finding]) -> [Folded<Finding>] {
    isBrief ? Folded.folded(findings) : findings.map { Folded(first: $0) }
  }

  /// The ways to fix the case.
  var fixLines: [String] { outcome.fixes.flatMap(\.explainedLines).flatMap { entry("fix", $0, nil) } }

  /// The waiver of a finding, such as ` (waived: twelve rows, until 2027-06-30)`.
  private static func excuse(_ finding: Finding) -> String {
    guard let waiver = finding.waiver else { return "" }
    return " (\(waiver.reason)\(waiver.until.map { ", until \($0)" } ?? ""))"
  }

  /// The changes in the shape of the plan that no finding mentions, and their causes.
  var changeLines: [String] {
    guard let comparison = outcome.comparison else { return [] }
    let said = Set(outcome.findings.map(\.message))
    let isBetter = outcome.verdict == .improved && !comparison.isShapeChanged
    let changes = comparison.differences.map(\.text) + (isBetter ? comparison.fallenWork.map(\.text) : [])
    return list(changes.filter { !said.contains($0) }) { entry("change", $0, nil) }
      + list(isBrief ? Folded.folded(causes: outcome.causes) : outcome.causes.map { Folded(first: $0) }) {
        entry("cause", $0.message, .bold)
      }
  }

  var newnessLines: [String] { ["  " + outcome.newness.readable.visible] }

  /// The next step for an empty table.
  static let fillAdvice = "fill it in the seed; without --strict this is a note"

  /// Why a case fails that passed.
  var emptyLines: [String] {
    entry("empty", outcome.emptiness, .red) + ["  " + CaseText.fillAdvice]
  }

  /// What is said of the case beside its findings.
  var remarkLines: [String] { outcome.remarks.flatMap { entry("note", $0, .yellow) } }

  var reasonLines: [String] { outcome.reasonText.visibleLines.map { "  " + $0.readable } }

  /// The values that the plans were made with, such as `with $1 = 42, $2 = '2026-01-01'`.
  var parameterLines: [String] {
    guard !outcome.parameters.isEmpty else { return [] }
    let values = outcome.parameters.map { parameter in
      "\(parameter.name) = "
        + (parameter.value.map { value in
          let value = value.readable
          let isPlain = !value.isEmpty && value.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
          let text = isBrief ? value.cut(to: CaseText.briefValue) : value
          return isPlain ? text : "'\(text)'"
        } ?? "NULL")
    }
    return ("with " + values.joined(separator: ", ").visible).folded(
      first: style.width - 2, rest: style.width - 4, limit: isBrief ? 2 : .max
    ).enumerated().map { style.painted(($0 == 0 ? "  " : "    ") + $1, .dim) }
  }

  /// The command after which the case passes, if there is one.
  func commandLines(manifest: String) -> [String] {
    guard outcome.isRecordable else { return [] }
    let verb = outcome.verdict == .new ? "record" : "accept"
    return ["  \(verb) with: " + RecordCommand.text(queries: [outcome.query], manifest: manifest)]
  }

  /// The plan's cost and blocks after each migration.
  var historyLines: [String] {
    let lines = HistoryText(outcome)?.lines(title: "after each migration") ?? []
    return lines.enumerated().map { "  " + style.painted($1, $0 == 0 ? .dim : nil) }
  }

  private func list<Element>(_ elements: [Element], _ lines: (Element) -> [String]) -> [String] {
    let shown = brief(elements)
    let rest = elements.count - shown.count
    return shown.flatMap(lines) + (rest > 0 ? [style.painted("  … \(rest) more", .dim)] : [])
  }

  /// The elements, limited to a number that suits a screen.
  private func brief<Element>(_ elements: [Element]) -> [Element] {
    isBrief && elements.count > CaseText.briefCount + 1 ? Array(elements.prefix(CaseText.briefCount)) : elements
  }

  private func entry(_ label: String, _ text: String, _ ink: Ink?, indent: Int = 2) -> [String] {
    let label = label.visible + ":"
    let start = String.spaces(indent)
    let plain = "\(label) \(text.readable.visible)"
    var lines = isBrief ? plain.wrapped(indent: indent, hanging: indent + 2, width: style.width) : [start + plain]
    if lines[0].hasPrefix(start + label) {
      lines[0] = start + style.painted(label, ink) + lines[0].dropFirst(indent + label.count)
    }
    return lines
  }

  // MARK: Plans

  /// The plan before and now, with the nodes named in findings marked.
  ///
  /// They are side by side on a wide screen, otherwise one below the other, or only the current one if both have the
  /// same shape.
  var planLines: [String] {
    guard let comparison = outcome.comparison else { return [] }
    let (now, before) = (comparison.current, comparison.baseline)
    let marks = marks(comparison)
    guard let before else {
      return PlanTree.lines(
        now.plan, marked: marks.now, estimates: now.estimates, conditions: newConditions(now.plan), title: "plan",
        indent: 2, style: style)
    }
    let conditions: PlanTree.Conditions = isBrief ? .automatic : .all
    let versions = comparison.isOtherMajor ? [before, now].map { " (PostgreSQL \($0.serverMajor))" } : ["", ""]
    let titles = ("before" + versions[0], "now" + versions[1])
    if isBrief, let alignment = PlanAlignment(comparison),
      let lines = PlanTree.linesSideBySide(
        before: before.plan, markedBefore: marks.before, now: now.plan, markedNow: marks.now, alignment: alignment,
        estimates: (before.estimates, now.estimates), conditions: conditions, titles: titles, indent: 2, style: style)
    {
      return lines
    }
    guard comparison.isShapeChanged else {
      return PlanTree.lines(
        now.plan, marked: marks.now, estimates: now.estimates, conditions: conditions,
        title: "plan (same shape as before)", indent: 2, style: style)
    }
    return PlanTree.lines(
      before: before.plan, markedBefore: marks.before, now: now.plan, markedNow: marks.now,
      estimates: (before.estimates, now.estimates), conditions: conditions, titles: titles, indent: 2, style: style)
  }

  private func newConditions(_ plan: Plan) -> PlanTree.Conditions {
    var count = 0
    plan.root.forEachNode { _, _ in count += 1 }
    return !isBrief || count <= CaseText.readableCount ? .all : .marked
  }

  var totalLines: [String] {
    guard let comparison = outcome.comparison, let baseline = comparison.baseline else { return [] }
    return PlanTotals(baseline: baseline.plan, current: comparison.current.plan).lines.map { "  " + $0 }
  }

  /// The nodes named in failing findings; without any, the scans whose access changed.
  private func marks(_ comparison: CaseComparison) -> (before: Set<NodePath>, now: Set<NodePath>) {
    let failing = brief(folded(outcome.findings.filter(\.isFailing))).map(\.first)
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
  /// The place of the query, such as `queries/orders.sql:1`; nil when the file is not known.
  var place: String? { file.map { file in line.map { "\(file):\($0)" } ?? file } }

  /// The reason that it could not be checked, never empty.
  var reasonText: String {
    guard let reason, !reason.visibleLines.isEmpty else { return "no reason was given" }
    return reason
  }

  var warnings: [Finding] { findings.filter { $0.severity == .warn && $0.waiver == nil } }

  var waived: [Finding] { findings.filter { $0.waiver != nil } }
}

/// A count with its noun, such as `1 warning` or `2 warnings`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
