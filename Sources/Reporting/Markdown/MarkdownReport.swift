package import PlanCore

/// The report for a pull-request comment and for the summary of a job: a table of verdicts, then for each case that fails
/// a folded block with what got worse, why, what to do, and both plans.
///
/// What does not fit is left out from the least important on: cases that do not fail, then the plans, the blocks and the
/// lines of the last failing cases.
package enum MarkdownReport {
  /// What GitHub takes as a comment: 65,536 characters, counted in bytes to be on the safe side, less what a workflow may
  /// add to the first line.
  package static let commentLimit = 65_536 - 256
  /// What GitHub takes as the summary of a step: 1 MiB, less a few bytes that it counts otherwise.
  package static let summaryLimit = 1_048_576 - 1024

  /// A whole document, with a line feed at its end. Its first line is a hidden comment that is the same in every run of
  /// one manifest, so that a workflow finds the comment that it wrote before.
  ///
  /// - Parameter limit: how many bytes it may have; at least 20,000.
  package static func text(_ outcome: RunOutcome, limit: Int = commentLimit) -> String {
    let head = MarkdownHead(outcome: outcome, limit: limit / 3)
    let failing = outcome.failingCases.map { MarkdownCase(outcome: $0, run: outcome) }
    let others = outcome.otherCases.map { MarkdownCase(outcome: $0, run: outcome) }
    var room = limit - size(head.lines) - size(MarkdownCase.tableHead(outcome)) - size(head.accept) - reserve

    // Lines of the table, then blocks, then plans, each from the first failing case on. Where not all of it fits, the
    // lines leave most of the room to the blocks, and the blocks a little to the plans of the first cases.
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
    // What fails comes before all that does not.
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

  /// For what is written whatever else is left out.
  private static let reserve = 1000

  private static func size(_ lines: [String]) -> Int { lines.reduce(0) { $0 + $1.utf8.count + 1 } }

  private static func passedLines(_ outcome: RunOutcome) -> [String] {
    let passed = outcome.cases.count { $0.verdict == .passed }
    return passed == 0 || passed == outcome.cases.count ? [] : ["\(counted(passed, "case")) passed.", ""]
  }

  private static func omissions(_ parts: [String]) -> [String] {
    let parts = parts.filter { !$0.hasPrefix("0 ") && !$0.contains(" 0 ") }
    guard !parts.isEmpty else { return [] }
    return [
      "Left out for want of room: \(parts.joined(separator: "; ")). The log of the job has all of it, and so have the "
        + "reports of `--junit` and `--json`; `plangate explain` shows a plan.", "",
    ]
  }
}

extension RunOutcome {
  /// What is worst comes first; else in the manifest's order.
  var failingCases: [CaseOutcome] {
    let failing = cases.filter { $0.isFailed(strict: isStrict) }
    return [.regressed, .unchecked, .new, .changed, .improved].flatMap { (verdict: Verdict) in
      failing.filter { $0.verdict == verdict }
    }
  }

  /// What does not fail and is not plainly passed.
  var otherCases: [CaseOutcome] {
    let others = cases.filter { !$0.isFailed(strict: isStrict) }
    return [.changed, .improved, .passed].flatMap { (verdict: Verdict) in
      others.filter { $0.verdict == verdict && (verdict != .passed || !$0.findings.isEmpty) }
    }
  }
}
