package import PlanCore

/// A plan as an indented tree, one line per node, with its figures in columns on the right and its conditions below it.
/// ```
/// now                                          cost  rows est -> actual  buffers
///   Limit                                     2,636            20 -> 20      836
/// > -> Seq Scan on public.orders o            2,636            20 -> 20      836
///        Filter: (o.customer_id = 42)
/// ```
package enum PlanTree {
  /// The nodes below which conditions are shown.
  package enum Conditions: Sendable {
    case all
    case marked
    /// Below all nodes of a small plan, otherwise below the marked ones.
    case automatic
  }

  package enum Mark: Sendable {
    case before, now

    var symbol: String { self == .before ? "*" : ">" }
    var ink: Ink { self == .before ? .green : .red }
  }

  /// The lines of one plan.
  ///
  /// - Parameters:
  ///   - marked: the nodes to mark.
  ///   - estimates: the plan's estimates, for the column with the error of the estimate.
  ///   - title: the text before the column heads.
  ///   - indent: the number of columns to leave free at the start of each line, out of the style's width.
  /// - Returns: lines of at most the style's width, if that is 60 or more.
  package static func lines(
    _ plan: Plan, marked: Set<NodePath> = [], as mark: Mark = .now, estimates: [RowEstimate] = [],
    conditions: Conditions = .automatic, title: String = "", indent: Int = 0, style: TerminalStyle
  ) -> [String] {
    let tree = TreeBlocks(
      plan: plan, marked: marked, mark: mark, estimates: estimates, conditions: conditions, title: title)
    return TreeLayout([tree], width: style.width - indent, style: style).lines(tree).map { text($0, indent: indent) }
  }

  /// Two plans of one case, separated by an empty line, with the columns of both aligned.
  package static func lines(
    before: Plan, markedBefore: Set<NodePath> = [], now: Plan, markedNow: Set<NodePath> = [],
    estimates: (before: [RowEstimate], now: [RowEstimate]) = ([], []), conditions: Conditions = .automatic,
    titles: (before: String, now: String) = ("before", "now"), indent: Int = 0, style: TerminalStyle
  ) -> [String] {
    let old = TreeBlocks(
      plan: before, marked: markedBefore, mark: .before, estimates: estimates.before, conditions: conditions,
      title: titles.before)
    let new = TreeBlocks(
      plan: now, marked: markedNow, mark: .now, estimates: estimates.now, conditions: conditions, title: titles.now)
    let layout = TreeLayout([old, new], width: style.width - indent, style: style)
    return layout.lines(old).map { text($0, indent: indent) } + [""]
      + layout.lines(new).map { text($0, indent: indent) }
  }

  /// Two plans of one case side by side, with matching nodes in the same row; nil if there is too little room.
  ///
  /// - Parameter alignment: the alignment of the two plans.
  package static func linesSideBySide(
    before: Plan, markedBefore: Set<NodePath> = [], now: Plan, markedNow: Set<NodePath> = [],
    alignment: PlanAlignment, estimates: (before: [RowEstimate], now: [RowEstimate]) = ([], []),
    conditions: Conditions = .automatic, titles: (before: String, now: String) = ("before", "now"), indent: Int = 0,
    style: TerminalStyle
  ) -> [String]? {
    let old = TreeBlocks(
      plan: before, marked: markedBefore, mark: .before, estimates: estimates.before, conditions: conditions,
      title: titles.before)
    let new = TreeBlocks(
      plan: now, marked: markedNow, mark: .now, estimates: estimates.now, conditions: conditions, title: titles.now)
    return SideBySide(old, new, alignment, width: style.width - indent, style: style)?.lines.map {
      text($0, indent: indent)
    }
  }

  private static func text(_ line: PaintedLine, indent: Int) -> String {
    line.count == 0 ? "" : String.spaces(indent) + line.text
  }
}

/// A line whose colours take no columns.
struct PaintedLine {
  private(set) var text = ""
  /// The width in columns.
  private(set) var count = 0

  init() {}

  init(_ plain: String, _ ink: Ink? = nil, _ style: TerminalStyle) { add(plain, ink, style) }

  mutating func add(_ plain: String, _ ink: Ink? = nil, _ style: TerminalStyle) {
    text += style.painted(plain, ink)
    count += plain.columns
  }

  mutating func add(_ other: PaintedLine) {
    text += other.text
    count += other.count
  }

  mutating func pad(to width: Int) {
    text += String.spaces(width - count)
    count = max(count, width)
  }
}
