import PlanCore

/// Two plans as a unified diff, one line per node, its conditions below it.
///
/// Lines that differ in more than their figures are marked, as are the nodes named in findings.
struct PlanDiff {
  private struct Row {
    let text: String
    /// Cost, rows and buffers; empty for a condition.
    let cells: [String]
    let isMarked: Bool
  }

  private enum Edit {
    case same(Row), removed(Row), added(Row)
  }

  private static let textWidth = 96
  private static let contextLines = 3
  private static let longPlan = 40

  /// The lines of a `diff` block; empty without a plan.
  ///
  /// A case without a baseline has its plan with nothing marked.
  static func lines(_ outcome: CaseOutcome, limit: Int = 150) -> [String] {
    guard let comparison = outcome.comparison else { return [] }
    let failing = outcome.findings.filter(\.isFailing)
    let now = comparison.current.plan
    let new = rows(now, marked: Set(failing.compactMap(\.path)))
    guard let before = comparison.baseline?.plan else {
      return cut(rendered(new.map(Edit.same), heads: NodeFigures.heads([now])), to: limit)
    }
    let old = rows(before, marked: Set(failing.compactMap(\.baselinePath)))
    return cut(rendered(edits(old, new), heads: NodeFigures.heads([before, now])), to: limit)
  }

  private static func cut(_ lines: [String], to limit: Int) -> [String] {
    lines.count <= limit + 1 ? lines : lines.prefix(limit) + ["  … \(lines.count - limit) more lines"]
  }

  // MARK: Rows

  private static func rows(_ plan: Plan, marked: Set<NodePath>) -> [Row] {
    var rows: [Row] = []
    plan.root.forEachNode { node, path in
      let indent = String.spaces(max(path.count - 1, 0) * 3)
      let arrow = path.isEmpty ? "" : "-> "
      let text = indent + arrow + NodeText(node).parts.joined(separator: " ")
      rows.append(
        Row(text: text.limited(to: textWidth), cells: NodeFigures(node).cells, isMarked: marked.contains(path)))
      let column = String.spaces(path.isEmpty ? 2 : indent.count + 5)
      rows += node.detailLines.map { Row(text: (column + $0).limited(to: textWidth), cells: [], isMarked: false) }
    }
    return rows
  }

  // MARK: Differences

  private static func edits(_ old: [Row], _ new: [Row]) -> [Edit] {
    func isSame(_ a: Row, _ b: Row) -> Bool { a.text == b.text && !a.isMarked && !b.isMarked }
    let head = zip(old, new).prefix { isSame($0, $1) }.count
    let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed()).prefix { isSame($0, $1) }.count
    let (oldMiddle, newMiddle) = (Array(old[head..<old.count - tail]), Array(new[head..<new.count - tail]))
    return new[..<head].map(Edit.same) + middleEdits(oldMiddle, newMiddle, isSame)
      + new[(new.count - tail)...].map(Edit.same)
  }

  /// Compares by the longest common subsequence, unless that takes too long.
  private static func middleEdits(_ old: [Row], _ new: [Row], _ isSame: (Row, Row) -> Bool) -> [Edit] {
    guard old.count * new.count <= 1_000_000 else { return old.map(Edit.removed) + new.map(Edit.added) }
    var edits: [Edit] = []
    var (i, j) = (0, 0)
    for pair in heaviestPairs(old.count, new.count, { isSame(old[$0], new[$1]) ? 1 : 0 }) + [(old.count, new.count)] {
      edits += old[i..<pair.0].map(Edit.removed) + new[j..<pair.1].map(Edit.added)
      if pair.0 < old.count { edits.append(.same(new[pair.1])) }
      (i, j) = (pair.0 + 1, pair.1 + 1)
    }
    return edits
  }

  // MARK: Lines

  private static func rendered(_ edits: [Edit], heads: [String]) -> [String] {
    let rows = edits.map { edit in
      switch edit {
      case .same(let row): (" ", row)
      case .removed(let row): ("-", row)
      case .added(let row): ("+", row)
      }
    }
    let measured = rows.map(\.1).filter { !$0.cells.isEmpty }
    let textWidth = measured.map(\.text.count).reduce(4, max)
    let widths = heads.indices.map { column in
      let width = measured.map { $0.cells[column].count }.reduce(0, max)
      return width == 0 ? 0 : max(width, heads[column].count)
    }
    func line(_ mark: String, _ text: String, _ cells: [String]) -> String {
      let figures = zip(cells, widths).filter { $0.1 > 0 }.map { "  " + $0.padded(left: $1) }.joined()
      return mark + " " + (cells.isEmpty ? text : text.padded(to: textWidth)) + figures
    }
    let lines = [line(" ", "plan", heads)] + rows.map { line($0.0, $0.1.text, $0.1.cells) }
    return (lines.count <= longPlan ? lines : folded(lines)).withoutTrailingSpaces
  }

  /// Reduces a long plan to the changes, with a few lines around them.
  private static func folded(_ lines: [String]) -> [String] {
    let changed = lines.indices.filter { !lines[$0].hasPrefix(" ") }
    if changed.isEmpty { return lines }
    let kept = Set(changed.flatMap { ($0 - contextLines)...($0 + contextLines) }).union([0, 1])
    var output: [String] = []
    var hidden = 0
    func flush() {
      if hidden > 0 { output.append("  … \(counted(hidden, "unchanged line"))") }
      hidden = 0
    }
    for (index, line) in lines.enumerated() {
      guard kept.contains(index) else {
        hidden += 1
        continue
      }
      flush()
      output.append(line)
    }
    flush()
    return output
  }
}
