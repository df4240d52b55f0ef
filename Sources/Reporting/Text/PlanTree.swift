package import PlanCore

/// A plan as an indented tree, a line a node, with its figures in columns at its right. What explains a node stands below
/// it.
///
/// ```
/// now                                          cost  rows est -> actual  buffers
///   Limit                                     2,636            20 -> 20      836
/// > -> Seq Scan on public.orders o            2,636            20 -> 20      836
///        Filter: (o.customer_id = 42)
/// ```
package enum PlanTree {
  /// Below which nodes their conditions are shown.
  package enum Conditions: Sendable {
    case all
    case marked
    /// Below all of them in a small plan, else below the marked ones.
    case automatic
  }

  package enum Mark: Sendable {
    case before, now

    var symbol: String { self == .before ? "*" : ">" }
    var ink: Ink { self == .before ? .green : .red }
  }

  /// One plan.
  ///
  /// - Parameters:
  ///   - marked: the nodes to point at.
  ///   - estimates: those of the plan, for the column that tells by how much an estimate misses.
  ///   - title: what stands in front of the column heads.
  ///   - indent: columns to leave free in front of each line, taken from the style's width.
  /// - Returns: Lines of at most the style's width, as long as it is 60 or more.
  package static func lines(
    _ plan: Plan, marked: Set<NodePath> = [], as mark: Mark = .now, estimates: [RowEstimate] = [],
    conditions: Conditions = .automatic, title: String = "", indent: Int = 0, style: TerminalStyle
  ) -> [String] {
    let tree = TreeBlocks(
      plan: plan, marked: marked, mark: mark, estimates: estimates, conditions: conditions, title: title)
    return TreeLayout([tree], width: style.width - indent, style: style).lines(tree).map { text($0, indent: indent) }
  }

  /// Two plans of one case, an empty line between them and the columns of both at one place.
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

  /// Two plans of one case side by side, what answers to each other in one row; nil where there is too little room for
  /// that.
  ///
  /// - Parameter alignment: of the two plans.
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
  /// Columns.
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
