import PlanCore

/// A case in a Markdown report: a row of the table, and a folded block.
struct MarkdownCase {
  let row: String
  /// The block up to the plans.
  let head: [String]
  /// The plans; empty where there are none.
  let plan: [String]
  /// The end of the block.
  let tail = ["</details>", ""]

  private static let shownFindings = 12

  static func tableHead(_ run: RunOutcome) -> [String] {
    ["| | case | what | cost | buffers |", "| --- | --- | --- | ---: | ---: |"]
  }

  init(outcome: CaseOutcome, run: RunOutcome) {
    let isFailed = outcome.isFailed(strict: run.isStrict)
    let name = run.label(outcome)
    let isEmpty = outcome.isEmpty(strict: run.isStrict)
    let word = isEmpty ? "empty" : outcome.verdict.rawValue
    let verdict = isFailed ? "❌ \(word)" : word
    let root = outcome.comparison?.current.plan.root
    let before = outcome.comparison?.baseline?.plan.root
    let cells = [
      verdict, MarkdownText.code(name, isCell: true), MarkdownCase.what(outcome, isEmpty: isEmpty),
      MarkdownCase.change(before?.totalCost, root?.totalCost, NodeFigures.cost),
      MarkdownCase.change(before?.buffers, root?.buffers, NodeFigures.count),
    ]
    row = "| " + cells.joined(separator: " | ") + " |"
    head = MarkdownCase.summary(outcome, word, name: name) + MarkdownCase.explanation(outcome, run: run)
    let lines = outcome.comparison == nil ? [] : PlanDiff.lines(outcome)
    let title = outcome.comparison?.baseline == nil ? "**The plan**" : "**The plan, before (-) and now (+)**"
    plan = lines.isEmpty ? [] : [title, ""] + MarkdownText.block(lines, language: "diff") + [""]
  }

  // MARK: The table

  private static func what(_ outcome: CaseOutcome, isEmpty: Bool) -> String {
    func cell(_ text: String) -> String { MarkdownText.code(text, isCell: true, limit: 200) }
    let failing = outcome.findings.filter(\.isFailing)
    var words: [String] = []
    switch outcome.verdict {
    case .unchecked: words.append(cell(outcome.reasonText.visibleLines.first { !$0.isEmpty } ?? ""))
    case .new: words.append(outcome.hasBaselines ? outcome.newness : cell(outcome.newness))
    case .improved, .changed: words += (outcome.comparison?.differences.first).map { [cell($0.text)] } ?? []
    case .passed: if isEmpty { words.append(cell(outcome.emptiness)) }
    case .regressed: break
    }
    if let first = failing.first {
      words.append(
        cell("\(first.rule): \(first.message)") + (failing.count > 1 ? " and \(failing.count - 1) more" : ""))
    }
    if !outcome.warnings.isEmpty { words.append(counted(outcome.warnings.count, "warning")) }
    if !outcome.waived.isEmpty { words.append("\(outcome.waived.count) waived") }
    words += outcome.remarks.map(cell)
    return words.joined(separator: ", ")
  }

  /// The change, such as `25.9 → 2,636`, or a single figure.
  private static func change(_ before: Double?, _ now: Double?, _ text: (Double) -> String) -> String {
    guard let now else { return "" }
    guard let before, text(before) != text(now) else { return text(now) }
    return "\(text(before)) → \(text(now))"
  }

  // MARK: The block

  private static func summary(_ outcome: CaseOutcome, _ verdict: String, name: String) -> [String] {
    let first = outcome.findings.first(where: \.isFailing)
    let relation = first?.relation.map { " of <code>\(MarkdownText.html($0.description))</code>" } ?? ""
    let rule = first.map { ": <code>\(MarkdownText.html($0.rule))</code>\(relation)" } ?? ""
    return [
      "<details>", "<summary><code>\(MarkdownText.html(name))</code> \(verdict)\(rule)</summary>", "",
    ]
  }

  private static func explanation(_ outcome: CaseOutcome, run: RunOutcome) -> [String] {
    var blocks: [[String]] = []
    if outcome.verdict == .unchecked {
      let reason = outcome.reasonText.visibleLines.map { $0.limited(to: 300) }
      blocks.append(["**Why it could not be checked**", ""] + MarkdownText.block(Array(reason.prefix(40))))
    }
    let findings = findingLines(outcome)
    let newness = outcome.hasBaselines ? outcome.newness : MarkdownText.code(outcome.newness)
    let what =
      (outcome.verdict == .new ? ["- " + newness] : [])
      + (outcome.isEmpty(strict: run.isStrict) ? items([outcome.emptiness, CaseText.fillAdvice]) : []) + findings
      + differenceLines(outcome)
      + items(outcome.remarks)
    let title = outcome.verdict == .regressed ? "**What got worse**" : "**Details**"
    if !what.isEmpty { blocks.append([title, ""] + what) }
    if !outcome.causes.isEmpty { blocks.append(["**Why**", ""] + items(outcome.causes.map(\.text))) }
    if let history = HistoryText(outcome) {
      blocks.append(["**After each migration**", ""] + MarkdownText.block(history.lines(title: "")))
    }
    let advice = adviceLines(outcome, run: run)
    if !advice.isEmpty { blocks.append(["**What to do**", ""] + advice) }
    if let place = outcome.place { blocks.append(["The query: \(MarkdownText.code(place))"]) }
    return blocks.flatMap { $0 + [""] }
  }

  /// One item per finding, failing ones first, and the figures of the whole plan.
  private static func findingLines(_ outcome: CaseOutcome) -> [String] {
    let failing = outcome.findings.filter(\.isFailing)
    let labelled =
      failing.map { ("", $0) } + outcome.warnings.map { ("warning, ", $0) } + outcome.waived.map { ("waived, ", $0) }
    var lines = labelled.prefix(shownFindings).flatMap { label, finding in
      let excuse = finding.waiver.map { waiver in
        let until = waiver.until.map { ", until \(MarkdownText.code($0.description))" } ?? ""
        return " (\(MarkdownText.code(waiver.reason))\(until))"
      }
      return [
        "- \(label)\(MarkdownText.code(finding.rule)): \(MarkdownText.code(finding.message, limit: 1000))\(excuse ?? "")"
      ] + (finding.indexVerdict.map { ["  - \(MarkdownText.code($0.description, limit: 1000))"] } ?? [])
    }
    if labelled.count > shownFindings { lines.append("- \(counted(labelled.count - shownFindings, "more finding"))") }
    let totals = totals(outcome)
    return lines + (totals.isEmpty ? [] : ["- whole plan: " + totals.joined(separator: ", ")])
  }

  /// Texts such as `cost 25.9 → 2,636 (x102)`, for each total of the plan that changed by 5 % or more.
  private static func totals(_ outcome: CaseOutcome) -> [String] {
    guard let now = outcome.comparison?.current.plan.root, let before = outcome.comparison?.baseline?.plan.root else {
      return []
    }
    let figures: [(name: String, before: Double?, now: Double?, text: (Double) -> String)] = [
      ("cost", before.totalCost, now.totalCost, NodeFigures.cost),
      ("rows", before.actual?.rows, now.actual?.rows, NodeFigures.count),
      ("buffers", before.buffers, now.buffers, NodeFigures.count),
      ("temporary blocks", before.temporaryBlocks, now.temporaryBlocks, NodeFigures.count),
    ]
    return figures.compactMap { figure in
      guard let old = figure.before, let new = figure.now, max(old, new) > 0 else { return nil }
      let factor = old > 0 ? new / old : 0
      if old > 0, abs(factor - 1) < 0.05 { return nil }
      let times = factor >= 2 ? " (x\(Figures.factor(factor)))" : ""
      return "\(figure.name) \(figure.text(old)) → \(figure.text(new))\(times)"
    }
  }

  private static func differenceLines(_ outcome: CaseOutcome) -> [String] {
    let said = Set(outcome.findings.map(\.message))
    return items((outcome.comparison?.differences ?? []).map(\.text).filter { !said.contains($0) })
  }

  private static func items(_ texts: [String]) -> [String] {
    let shown = texts.prefix(shownFindings).map { "- \(MarkdownText.code($0, limit: 1000))" }
    return shown + (texts.count > shown.count ? ["- … \(texts.count - shown.count) more"] : [])
  }

  private static func lines(_ fix: Fix) -> [String] {
    switch fix {
    case .advice(let text): ["- \(MarkdownText.code(text, limit: 1000))"]
    case .statements(let statements):
      ["- \(MarkdownText.code(fix.heading ?? statements.purpose, limit: 500)):", ""]
        + MarkdownText.block(statements.sql.map(\.visible), language: "sql").map { "  " + $0 }
    }
  }

  private static func adviceLines(_ outcome: CaseOutcome, run: RunOutcome) -> [String] {
    var lines = outcome.fixes.flatMap(MarkdownCase.lines)
    if outcome.isRecordable, outcome.isFailed(strict: run.isStrict) {
      let command = RecordCommand.text(queries: [outcome.query], manifest: run.manifest)
      if case .statements? = outcome.fixes.last { lines.append("") }
      lines += [outcome.verdict == .new ? "- record the plan:" : "- or, if the change is intended, accept it:", ""]
      lines += MarkdownText.block([command], language: "sh").map { "  " + $0 }
    }
    return lines
  }
}
