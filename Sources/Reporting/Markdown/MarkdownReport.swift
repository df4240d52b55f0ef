package import PlanCore

/// The report for a pull-request comment and for a job summary.
///
/// It has a table of verdicts, then for each failing case a folded block with what got worse, why, what to do, and both
/// plans.
///
/// If it is too long, the least important parts are omitted first: cases that do not fail, then the plans, the blocks
/// and the rows of the last failing cases.
package enum MarkdownReport {
  /// The size limit of a GitHub comment, less what a workflow may add to the first line.
  ///
  /// GitHub counts 65,536 characters; bytes are counted here to be on the safe side.
  package static let commentLimit = 65_536 - 256
  /// The size limit of a GitHub step summary: 1 MiB, less a margin for differences in counting.
  package static let summaryLimit = 1_048_576 - 1024

  /// A whole document, ending with a line feed.
  ///
  /// Its first line is a hidden comment that is the same in every run of a manifest, so that a workflow finds its
  /// previous comment.
  ///
  /// - Parameter limit: the most bytes that it may have; at least 20,000.
  package static func text(_ outcome: RunOutcome, limit: Int = commentLimit) -> String {
    let head = MarkdownHead(outcome: outcome, limit: limit / 3)
    let failing = outcome.failingCases.map { MarkdownCase(outcome: $0, run: outcome) }
    let others = outcome.otherCases.map { MarkdownCase(outcome: $0, run: outcome) }
    var room = limit - size(head.lines) - size(MarkdownCase.tableHead(outcome)) - size(head.accept) - reserve

    // Rows of the table, then blocks, then plans, each from the first failing case on. If they do not all fit, the rows
    // leave most of the room to the blocks, and the blocks leave a little to the plans of the first cases.
    func take(_ lines: [String]) -> Bool {
      guard size(lines) <= room else { return false }
      room -= size(lines)
      return true
    }
    func prefix<Part>(_ parts: [Part], within budget: Int, _ lines: (Part) -> [String]) -> [Part] {
      let floor = room - budget
      return Array(parts.prefix { room - size(lines($0)) >= floor && take(lines($0)) })
    }
    let plansSize = failing.reduce(0) { $0 + size($1.plan) }
    let blocksSize = failing.reduce(0) { $0 + size($1.head + $1.tail) }
    let rows = prefix(failing, within: max(room / 3, room - blocksSize - plansSize)) { [$0.row] }
    let blocks = prefix(rows, within: max(room / 8 * 7, room - plansSize)) { $0.head + $0.tail }
    var plans: Set<Int> = []
    for (index, item) in blocks.enumerated() where !item.plan.isEmpty && take(item.plan) { plans.insert(index) }
    // All failing cases come before the others.
    let isWhole = blocks.count == failing.count && plans.count == blocks.count { !$0.plan.isEmpty }
    let otherRows = isWhole ? others.filter { take([$0.row]) } : []

    var lines = head.lines
    let table = rows.map(\.row) + otherRows.map(\.row)
    if !table.isEmpty { lines += MarkdownCase.tableHead(outcome) + table + [""] }
    lines += passedLines(outcome)
    for (index, item) in blocks.enumerated() {
      lines += item.head + (plans.contains(index) ? item.plan : []) + item.tail
    }
    lines += head.accept
    let withoutPlan = blocks.indices.count { !plans.contains($0) && !blocks[$0].plan.isEmpty }
    lines += omissions([
      counted(failing.count - rows.count, "failing case"),
      "the details of " + counted(rows.count - blocks.count, "failing case"),
      "the plans of " + counted(withoutPlan, "failing case"),
      counted(others.count - otherRows.count, "other case"),
    ])
    return lines.joined(separator: "\n") + "\n"
  }

  /// The room for parts that are never omitted.
  private static let reserve = 1000

  private static func size(_ lines: [String]) -> Int { lines.reduce(0) { $0 + $1.utf8.count + 1 } }

  private static func passedLines(_ outcome: RunOutcome) -> [String] {
    let passed = outcome.cases.count { $0.verdict == .passed && !$0.isFailed(strict: outcome.isStrict) }
    return passed == 0 || passed == outcome.cases.count ? [] : ["\(counted(passed, "case")) passed.", ""]
  }

  private static func omissions(_ parts: [String]) -> [String] {
    let parts = parts.filter { !$0.hasPrefix("0 ") && !$0.contains(" 0 ") }
    guard !parts.isEmpty else { return [] }
    return [
      "Omitted to fit the size limit: \(parts.joined(separator: "; ")). The job log and the reports of `--junit` and "
        + "`--json` have everything; `plangate explain` shows a plan.", "",
    ]
  }
}

extension RunOutcome {
  /// The failing cases, the worst first, otherwise in the manifest's order.
  var failingCases: [CaseOutcome] {
    let failing = cases.filter { $0.isFailed(strict: isStrict) }
    return [.regressed, .unchecked, .new, .changed, .improved, .passed].flatMap { (verdict: Verdict) in
      failing.filter { $0.verdict == verdict }
    }
  }

  /// The cases that do not fail and did not pass cleanly.
  var otherCases: [CaseOutcome] {
    let others = cases.filter { !$0.isFailed(strict: isStrict) }
    return [.changed, .improved, .passed].flatMap { (verdict: Verdict) in
      others.filter { $0.verdict == verdict && (verdict != .passed || !$0.findings.isEmpty) }
    }
  }
}
