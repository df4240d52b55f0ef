package import PlanCore

/// The report for people. No text ends with a line feed, and none holds a control character besides line feeds, tabs in
/// reasons and the style's own colours.
package enum TerminalReport {
  // MARK: One line a case

  /// The column that the names of some cases need, for `caseLine`.
  package static func nameWidth(_ names: some Sequence<String>, style: TerminalStyle) -> Int {
    min(names.reduce(0) { max($0, $1.visible.count) }, max(style.width / 3, 34))
  }

  /// `FAIL       orders_by_customer@typical  orders: Index Scan -> Seq Scan`. The word of a case that fails is in
  /// capitals.
  ///
  /// - Parameter nameWidth: where the note begins; see `nameWidth(_:style:)`.
  package static func caseLine(
    _ outcome: CaseOutcome, strict isStrict: Bool, nameWidth: Int = 34, style: TerminalStyle
  ) -> String {
    let word = word(outcome, isStrict: isStrict).padded(to: 9)
    let name = outcome.name.visible
    let note = note(outcome).cut(to: max(style.width - word.count - max(name.count, nameWidth) - 4, 12))
    let head = style.painted(word, ink(outcome, isStrict: isStrict)) + "  "
    return note.isEmpty ? head + name : head + name.padded(to: nameWidth) + "  " + style.painted(note, .dim)
  }

  private static func word(_ outcome: CaseOutcome, isStrict: Bool) -> String {
    switch outcome.verdict {
    case .passed: "ok"
    case .regressed: "FAIL"
    case .new: "NEW"
    case .unchecked: "UNCHECKED"
    case .improved, .changed:
      outcome.isFailed(strict: isStrict) ? outcome.verdict.rawValue.uppercased() : outcome.verdict.rawValue
    }
  }

  private static func ink(_ outcome: CaseOutcome, isStrict: Bool) -> Ink {
    if outcome.isFailed(strict: isStrict) { return outcome.verdict == .new ? .yellow : .boldRed }
    return outcome.verdict == .changed ? .yellow : .green
  }

  /// What is to be said of a case in a few words; empty for one that is plainly passed.
  static func note(_ outcome: CaseOutcome) -> String {
    var notes: [String] = []
    let failing = outcome.findings.filter(\.isFailing)
    switch outcome.verdict {
    case .passed: break
    case .unchecked: notes.append(outcome.reasonText.visibleLines.first { !$0.isEmpty } ?? "")
    case .new: notes.append("no baseline yet")
    case .regressed: break
    case .improved, .changed: notes += (outcome.comparison?.differences.first).map { [$0] } ?? []
    }
    if let first = failing.first {
      notes.append(shortText(first, outcome.comparison) + (failing.count > 1 ? " (+\(failing.count - 1))" : ""))
    }
    if !outcome.warnings.isEmpty { notes.append(counted(outcome.warnings.count, "warning")) }
    if !outcome.waived.isEmpty { notes.append("\(outcome.waived.count) waived") }
    return notes.joined(separator: ", ").visible
  }

  /// `orders: Index Scan -> Seq Scan`, `orders: 20 rows estimated, 1,500 came`.
  private static func shortText(_ finding: Finding, _ comparison: CaseComparison?) -> String {
    let node = finding.path.flatMap { comparison?.current.plan.root.node(at: $0) }
    let before = finding.baselinePath.flatMap { comparison?.baseline?.plan.root.node(at: $0) }
    if let node, let before, node.nodeType != before.nodeType {
      return "\(finding.relation.map { "\($0.name): " } ?? "")\(before.nodeType) -> \(node.nodeType)"
    }
    if let node, finding.rule == "row-estimate", let figures = finding.figures, let actual = figures.actualRows {
      let (estimated, came) = (NodeFigures.count(figures.planRows), NodeFigures.count(actual))
      return "\(finding.relation?.name ?? node.nodeType): \(estimated) rows estimated, \(came) came"
    }
    return "\(finding.rule): \(finding.message)"
  }

  // MARK: One block a case

  /// What there is to say of a case: everything for one that fails, its warnings and changes for one that does not.
  /// Nil when there is nothing to say.
  ///
  /// - Parameter manifest: as the user named it, for the command that accepts the plan.
  package static func details(
    _ outcome: CaseOutcome, strict isStrict: Bool, manifest: String = RecordCommand.defaultManifest,
    style: TerminalStyle
  ) -> String? {
    let text = CaseText(outcome: outcome, style: style, isBrief: true)
    let findings = text.findingLines(outcome.findings)
    let command = text.commandLines(manifest: manifest)
    var blocks: [[String]]
    switch outcome.verdict {
    case .passed:
      guard !findings.isEmpty else { return nil }
      blocks = [findings]
    case .unchecked:
      blocks = [text.reasonLines, findings]
    case .new:
      blocks = [["  no baseline yet"] + findings, text.planLines, command]
    case .improved, .changed:
      blocks = [findings + text.changeLines]
      blocks += outcome.isFailed(strict: isStrict) ? [text.planLines, text.totalLines, command] : [text.totalLines]
    case .regressed:
      blocks = [findings + text.changeLines, text.planLines, text.totalLines, text.fixLines + command]
    }
    blocks.removeAll(where: \.isEmpty)
    return (header(outcome, isStrict: isStrict, style: style) + blocks.joined(separator: [""])).joinedLines
  }

  /// Verdict and name, and at the right where the query stands, or below them when the line is too short.
  private static func header(_ outcome: CaseOutcome, isStrict: Bool, style: TerminalStyle) -> [String] {
    let word = word(outcome, isStrict: isStrict)
    let name = outcome.name.visible
    let head = style.painted(word, ink(outcome, isStrict: isStrict)) + " " + style.painted(name, .bold)
    guard let visiblePlace = outcome.place?.visible else { return [head] }
    let place = style.painted(visiblePlace, .dim)
    let gap = min(style.width, 100) - word.count - 1 - name.count - visiblePlace.count
    return gap < 2 ? [head, "  " + place] : [head + String(spaces: gap) + place]
  }

  // MARK: The run

  /// `note: …`, a line each: what concerns the whole run, for the top of the report.
  package static func notes(_ outcome: RunOutcome, style: TerminalStyle) -> String? {
    guard !outcome.notes.isEmpty else { return nil }
    return outcome.notes.flatMap { note in
      var lines = "note: \(note.visible)".wrapped(indent: 0, hanging: 2, width: style.width)
      if lines[0].hasPrefix("note:") { lines[0] = style.painted("note:", .yellow) + lines[0].dropFirst(5) }
      return lines
    }.joinedLines
  }

  /// The last lines: counts, notes, why the run ended early, and the command that accepts what failed.
  ///
  /// - Parameter hasNotes: false when `notes(_:style:)` was printed at the top.
  package static func summary(_ outcome: RunOutcome, hasNotes: Bool = true, style: TerminalStyle) -> String {
    var lines: [String] = []
    if hasNotes, let notes = notes(outcome, style: style) { lines.append(notes) }
    if let error = outcome.error {
      var text = error.visibleLines
      // An error with a place says so itself: `queries/manifest.yml:12:5: error: unknown key`.
      if !(text.first ?? "").contains("error: ") { text = ["error: " + (text.first ?? "unknown")] + text.dropFirst() }
      lines.append(style.painted(text[0], .boldRed))
      lines += text.dropFirst()
    }
    lines.append(counts(outcome, style: style))
    if outcome.isStrict, outcome.cases.contains(where: { $0.verdict == .changed || $0.verdict == .improved }) {
      lines.append("with --strict, a plan that changed fails")
    }
    if let command = RecordCommand.text(outcome) { lines.append("accept with: " + command) }
    return lines.joinedLines
  }

  private static func counts(_ outcome: RunOutcome, style: TerminalStyle) -> String {
    let order: [Verdict] = [.passed, .improved, .changed, .new, .regressed, .unchecked]
    let counts = order.map { ($0, outcome.count($0)) }.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }
    var line = counts.isEmpty ? "nothing was checked" : counts.joined(separator: ", ")
    line += " in \(duration(outcome.seconds))"
    let warnings = outcome.cases.reduce(0) { $0 + $1.warnings.count }
    let waived = outcome.cases.reduce(0) { $0 + $1.waived.count }
    let more = (warnings > 0 ? [counted(warnings, "warning")] : []) + (waived > 0 ? ["\(waived) waived"] : [])
    if !more.isEmpty { line += " (\(more.joined(separator: ", ")))" }
    return line.wrapped(indent: 0, hanging: 2, width: style.width)
      .map { style.painted($0, outcome.result == .passed ? .green : .boldRed) }.joinedLines
  }

  /// `3.2 s`, `2 min 5 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "? s" }
    if seconds < 99.95 { return "\(NodeFigures.oneDecimal(max(seconds, 0))) s" }
    let whole = Int64(seconds.rounded())
    return "\(whole / 60) min \(whole % 60) s"
  }
}
