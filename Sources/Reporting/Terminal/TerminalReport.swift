package import PlanCore

/// The report for people.
///
/// No text ends with a line feed, and none contains control characters except line feeds, tabs in reasons and the
/// style's own colours.
package enum TerminalReport {
  // MARK: Before the cases

  /// The first line: plangate's version, the server and the manifest.
  package static func heading(_ outcome: RunOutcome, style: TerminalStyle) -> String {
    let shard = outcome.shard.map { ", shard \($0.index) of \($0.count)" } ?? ""
    let server = outcome.server.map { _ in ", PostgreSQL \(outcome.serverText)" } ?? ""
    return "plangate \(outcome.plangateVersion)\(server), \(outcome.manifest)\(shard)\(outcome.comparedWith)".visible
  }

  // MARK: One line per case

  /// The width of the names of some cases, for `caseLine`.
  ///
  /// It needs no outcomes, so that lines can be printed during the run.
  package static func nameWidth(_ names: some Sequence<String>, style: TerminalStyle) -> Int {
    min(names.reduce(0) { max($0, $1.visible.columns) }, max(style.width * 2 / 5, 34))
  }

  /// A line such as `FAIL       orders_by_customer@typical  orders: Index Scan -> Seq Scan`.
  ///
  /// The verdict of a failing case is in capitals. The line is cut on a screen but not in a log.
  ///
  /// - Parameter nameWidth: the column where the note begins; see `nameWidth(_:style:)`.
  package static func caseLine(
    _ outcome: CaseOutcome, strict isStrict: Bool, nameWidth: Int = 34, style: TerminalStyle
  ) -> String {
    let word = word(outcome, isStrict: isStrict).padded(to: 9)
    let name = outcome.name.visible
    // The details have the whole reason of a case that could not be checked.
    let isCut = style.isTerminal || outcome.verdict == .unchecked
    let room = isCut ? max(style.width - word.count - max(name.columns, nameWidth) - 4, 12) : longestNote
    let note = CaseNote.text(outcome, strict: isStrict).cut(to: room)
    let head = style.painted(word, ink(outcome, isStrict: isStrict)) + "  "
    return note.isEmpty ? head + name : head + name.padded(to: nameWidth) + "  " + style.painted(note, .dim)
  }

  /// The longest note of a line in a log.
  private static let longestNote = 200

  static func word(_ outcome: CaseOutcome, isStrict: Bool) -> String {
    switch outcome.verdict {
    case .passed: outcome.isEmpty(strict: isStrict) ? "EMPTY" : "ok"
    case .regressed: "FAIL"
    case .new: outcome.isFailed(strict: isStrict) ? "NEW" : "new"
    case .unchecked: "UNCHECKED"
    case .improved, .changed:
      outcome.isFailed(strict: isStrict) ? outcome.verdict.rawValue.uppercased() : outcome.verdict.rawValue
    }
  }

  static func ink(_ outcome: CaseOutcome, isStrict: Bool) -> Ink {
    if outcome.isFailed(strict: isStrict) { return outcome.verdict == .new ? .yellow : .boldRed }
    return outcome.verdict == .changed ? .yellow : .green
  }

  // MARK: One block per case

  /// The block of a case: everything for one that fails, warnings and changes for one that does not.
  ///
  /// Nil when there is nothing to report.
  ///
  /// - Parameters:
  ///   - label: the run's name for the case; nil for the case's own name.
  ///   - manifest: the manifest as the user named it.
  ///   - twin: a case with the same plan change whose plans were already shown.
  ///   - hidesPlan: whether to omit the plan of a new case.
  package static func details(
    _ outcome: CaseOutcome, strict isStrict: Bool, label: String? = nil,
    manifest: String = RecordCommand.defaultManifest, twin: String? = nil, hidesPlan: Bool = false, style: TerminalStyle
  ) -> String? {
    let text = CaseText(outcome: outcome, style: style, isBrief: true)
    let findings = text.findingLines(outcome.findings)
    // Computed on demand: most cases passed and show no plans.
    var plans: [String] {
      twin.map { [style.painted("  same plan change as \($0.visible) above", .dim)] } ?? text.planLines
    }
    var blocks: [[String]]
    switch outcome.verdict {
    case .passed:
      let isEmpty = outcome.isEmpty(strict: isStrict)
      guard isEmpty || !findings.isEmpty else { return nil }
      blocks = [(isEmpty ? text.emptyLines : []) + findings]
    case .unchecked:
      blocks = [text.reasonLines + listed(outcome, manifest, style), findings]
    case .new:
      blocks = [text.newnessLines + findings, hidesPlan ? [] : text.planLines]
    case .improved, .changed:
      let advice =
        outcome.verdict == .improved && outcome.hasBaselines ? ["  improved: record it, so that it stays"] : []
      blocks = [findings + text.changeLines + advice]
      blocks += outcome.isFailed(strict: isStrict) ? [plans, text.totalLines] : [text.totalLines]
      blocks.append(text.historyLines)
    case .regressed:
      blocks = [findings + text.changeLines, plans, text.totalLines, text.historyLines]
      if twin == nil { blocks.append(text.fixLines) }
    }
    blocks.removeAll(where: \.isEmpty)
    let head = header(outcome, label ?? outcome.name, isStrict: isStrict, style: style)
    let parameters = (outcome.verdict == .passed ? [] : text.parameterLines) + text.remarkLines
    return (head + parameters + blocks.joined(separator: [""])).joinedLines
  }

  /// The blocks of all failing cases, in order; with `isVerbose`, those of all cases that have something to report.
  ///
  /// If several cases of a query change their plans in the same way, the plans are shown once. Those of new cases are
  /// omitted if there are many.
  package static func allDetails(_ run: RunOutcome, isVerbose: Bool, style: TerminalStyle) -> [String] {
    var shown: [CaseOutcome] = []
    let hidesNew = !isVerbose && run.count(.new) > shownNew
    var blocks = run.cases.compactMap { outcome -> String? in
      guard isVerbose || outcome.isFailed(strict: run.isStrict) else { return nil }
      let twin = isVerbose ? nil : shown.first { $0.isTwin(of: outcome) }
      if twin == nil, outcome.isFailed(strict: run.isStrict) { shown.append(outcome) }
      return details(
        outcome, strict: run.isStrict, label: run.label(outcome), manifest: run.manifest, twin: twin.map(run.label),
        hidesPlan: hidesNew, style: style)
    }
    if hidesNew { blocks.append("To show the plans of all new cases, run plangate check -v.") }
    return blocks
  }

  /// The number of new cases up to which their plans are shown.
  private static let shownNew = 5

  /// The entry in the manifest of a case that could not be checked, which gives its values, role and settings.
  private static func listed(_ outcome: CaseOutcome, _ manifest: String, _ style: TerminalStyle) -> [String] {
    guard let line = outcome.manifestLine else { return [] }
    return [style.painted("  listed at \(manifest.visible):\(line)", .dim)]
  }

  /// Verdict and name, with the place of the query on the right, or below them if the line is too short.
  private static func header(
    _ outcome: CaseOutcome, _ label: String, isStrict: Bool, style: TerminalStyle
  ) -> [String] {
    let word = word(outcome, isStrict: isStrict)
    let name = label.visible
    let head = style.painted(word, ink(outcome, isStrict: isStrict)) + " " + style.painted(name, .bold)
    guard let visiblePlace = outcome.place?.visible else { return [head] }
    let place = style.painted(visiblePlace, .dim)
    let gap = min(style.width, 100) - word.count - 1 - name.columns - visiblePlace.columns
    return gap < 2 ? [head, "  " + place] : [head + String.spaces(gap) + place]
  }

  // MARK: The run

  /// What each migration did beside the plans: locks, whom they block, rewritten files.
  ///
  /// Nil for a run that did not look at migrations.
  package static func migrations(_ outcome: RunOutcome, style: TerminalStyle) -> String? {
    guard !outcome.migrations.isEmpty else { return nil }
    return outcome.migrations.flatMap { migration in
      let sentences = migration.sentences
      let head = "migration " + style.painted(migration.file.visible, .bold)
      if sentences.isEmpty { return [head + ": blocks no reads or writes"] }
      return [head]
        + sentences.flatMap { $0.readable.visible.wrapped(indent: 2, hanging: 4, width: style.width) }
    }.joinedLines
  }

  /// The notes about the whole run, for the top of the report, each beginning with `note:`.
  ///
  /// - Parameter isVerbose: whether long lists of names are shown in full.
  package static func notes(_ outcome: RunOutcome, isVerbose: Bool = false, style: TerminalStyle) -> String? {
    guard !outcome.notes.isEmpty else { return nil }
    return outcome.notes.flatMap { note in
      var lines = "note: \((isVerbose ? note.fullText : note.text).readable.visible)".wrapped(
        indent: 0, hanging: 2, width: style.width)
      if lines[0].hasPrefix("note:") { lines[0] = style.painted("note:", .yellow) + lines[0].dropFirst(5) }
      return lines
    }.joinedLines
  }

  /// The last lines: notes, the reason the run ended early, common causes, counts, and the command that accepts
  /// failures.
  ///
  /// - Parameter hasNotes: whether to include the notes; false if `notes(_:style:)` was printed at the top.
  package static func summary(_ outcome: RunOutcome, hasNotes: Bool = true, style: TerminalStyle) -> String {
    var lines: [String] = []
    if hasNotes, let notes = notes(outcome, style: style) { lines.append(notes) }
    if let error = outcome.error {
      var text = error.visibleLines.map(\.readable)
      // An error with a position already contains the word: `queries/manifest.yml:12:5: error: unknown key`.
      if !(text.first ?? "").contains("error: ") { text = ["error: " + (text.first ?? "unknown")] + text.dropFirst() }
      lines.append(style.painted(text[0], .boldRed))
      lines += text.dropFirst()
    }
    lines += commonCauses(outcome, style: style)
    lines.append(counts(outcome, style: style))
    if outcome.isStrict, outcome.cases.contains(where: { $0.verdict == .changed || $0.verdict == .improved }) {
      lines.append("with --strict, changed plans fail")
    }
    if outcome.cases.contains(where: { $0.isEmpty(strict: outcome.isStrict) }) {
      lines.append("with --strict, cases that read empty tables fail")
    }
    if let command = RecordCommand.text(outcome) {
      let failed = outcome.cases.filter { $0.isFailed(strict: outcome.isStrict) && $0.isRecordable }
      let verb = failed.allSatisfy { $0.verdict == .new } ? "record" : "accept"
      lines.append("\(verb) \(failed.count > 1 ? "all " : "")with: " + command)
    }
    return lines.joinedLines
  }

  /// Lines such as `cause of 16 failures: index orders_tenant_idx of public.orders is gone`.
  private static func commonCauses(_ outcome: RunOutcome, style: TerminalStyle) -> [String] {
    var counts: [(cause: String, count: Int)] = []
    var places: [String: Int] = [:]
    for item in outcome.cases where item.isFailed(strict: outcome.isStrict) {
      for cause in Folded.folded(causes: item.knownCauses).map(\.first.text) {
        if let place = places[cause] {
          counts[place].count += 1
        } else {
          places[cause] = counts.count
          counts.append((cause, 1))
        }
      }
    }
    // Equal counts keep the manifest's order: `sorted` is stable in practice, but not by contract.
    let common = counts.enumerated().filter { $0.element.count > 1 }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.prefix(5).map(\.element)
    return common.flatMap { cause, count in
      let label = "cause of \(count) failures:"
      var lines = "\(label) \(cause.readable.visible)".wrapped(indent: 0, hanging: 2, width: style.width)
      if lines[0].hasPrefix(label) { lines[0] = style.painted(label, .bold) + lines[0].dropFirst(label.count) }
      return lines
    }
  }

  private static func counts(_ outcome: RunOutcome, style: TerminalStyle) -> String {
    let order: [Verdict] = [.passed, .improved, .changed, .new, .regressed, .unchecked]
    let counts = order.map { ($0, outcome.count($0)) }.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }
    var line = counts.isEmpty ? "nothing was checked" : counts.joined(separator: ", ")
    if let migrations = outcome.failedMigrations { line += ", \(migrations)" }
    line += " in \(durationText(outcome.duration.inSeconds))"
    if let shard = outcome.shard { line += ", shard \(shard.index) of \(shard.count)" }
    let warnings = outcome.cases.reduce(0) { $0 + $1.warnings.count }
    let waived = outcome.cases.reduce(0) { $0 + $1.waived.count }
    let more = (warnings > 0 ? [counted(warnings, "warning")] : []) + (waived > 0 ? ["\(waived) waived"] : [])
    if !more.isEmpty { line += " (\(more.joined(separator: ", ")))" }
    return line.wrapped(indent: 0, hanging: 2, width: style.width)
      .map { style.painted($0, outcome.result == .passed ? .green : .boldRed) }.joinedLines
  }
}

extension CaseOutcome {
  /// Whether the plans of another case of the same query change in the same way, so that they need not be shown twice.
  fileprivate func isTwin(of other: CaseOutcome) -> Bool {
    guard query == other.query, server == other.server, verdict == other.verdict, let a = comparison,
      let b = other.comparison, let before = a.baseline, let otherBefore = b.baseline
    else { return false }
    // Plans that keep their shape differ only in their figures, so they are always shown.
    return a.isShapeChanged && before.shape == otherBefore.shape && a.current.shape == b.current.shape
  }
}
