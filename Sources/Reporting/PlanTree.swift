package import PlanCore

/// A plan as an indented tree, a line a node, with cost, rows and buffers in columns at its right.
///
/// ```
/// now                                          cost  rows est/actual  buffers
///   Limit                                     2,636            20/20      836
/// > -> Seq Scan on public.orders o            2,636            20/20      836
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

    fileprivate var symbol: String { self == .before ? "*" : ">" }
    fileprivate var ink: Ink { self == .before ? .green : .red }
  }

  /// One plan.
  ///
  /// - Parameters:
  ///   - marked: the nodes to point at.
  ///   - title: what stands in front of the column heads.
  ///   - indent: columns to leave free in front of each line, taken from the style's width.
  /// - Returns: Lines of at most the style's width, as long as it is 60 or more.
  package static func lines(
    _ plan: Plan, marked: Set<NodePath> = [], as mark: Mark = .now, conditions: Conditions = .automatic,
    title: String = "", indent: Int = 0, style: TerminalStyle
  ) -> [String] {
    let tree = Tree(plan: plan, marked: marked, mark: mark, conditions: conditions, title: title)
    return Layout([tree], indent: indent, style: style).lines(tree)
  }

  /// Two plans of one case, an empty line between them and the columns of both at one place.
  package static func lines(
    before: Plan, markedBefore: Set<NodePath> = [], now: Plan, markedNow: Set<NodePath> = [],
    conditions: Conditions = .automatic, titles: (before: String, now: String) = ("before", "now"), indent: Int = 0,
    style: TerminalStyle
  ) -> [String] {
    let old = Tree(plan: before, marked: markedBefore, mark: .before, conditions: conditions, title: titles.before)
    let new = Tree(plan: now, marked: markedNow, mark: .now, conditions: conditions, title: titles.now)
    let layout = Layout([old, new], indent: indent, style: style)
    return layout.lines(old) + [""] + layout.lines(new)
  }
}

/// A plan cut into rows.
private struct Tree {
  struct Row {
    enum Content {
      /// - isFull: it may take several lines.
      case node(NodeText, NodeFigures, isFull: Bool)
      case detail(String)
      /// A node's place in the tree, without the node.
      case omission(String)
    }

    let depth: Int
    let isMarked: Bool
    let content: Content
  }

  let plan: Plan
  let marked: Set<NodePath>
  let mark: PlanTree.Mark
  let title: String
  private(set) var rows: [Row] = []

  /// A plan of so many nodes fits a screen with all its conditions.
  private static let smallPlan = 8
  /// Members of an Append that are shown where none of them matters.
  private static let shownMembers = 3

  init(plan: Plan, marked: Set<NodePath>, mark: PlanTree.Mark, conditions: PlanTree.Conditions, title: String) {
    (self.plan, self.marked, self.mark, self.title) = (plan, marked, mark, title)
    var count = 0
    plan.root.forEachNode { _, _ in count += 1 }
    let showsAll = conditions == .all || conditions == .automatic && count <= Tree.smallPlan
    add(plan.root, at: [], showsConditions: showsAll, showsMembers: conditions == .all)
    guard showsAll else { return }
    for trigger in plan.triggers {
      let on = trigger.relation.isEmpty ? "" : " on \(trigger.relation)"
      let text = "Trigger \(trigger.name)\(on): \(Figures.grouped(trigger.calls)) calls"
      rows.append(Row(depth: 0, isMarked: false, content: .omission(text.visible)))
    }
  }

  private mutating func add(_ node: PlanNode, at path: NodePath, showsConditions: Bool, showsMembers: Bool) {
    let isMarked = marked.contains(path)
    let isFull = isMarked || showsConditions
    rows.append(
      Row(
        depth: path.count, isMarked: isMarked,
        content: .node(NodeText(node), NodeFigures(node), isFull: isFull)))
    if isFull {
      rows += node.detailLines.map { Row(depth: path.count, isMarked: false, content: .detail($0)) }
    }
    let isHomogeneous = ["Append", "Merge Append", "BitmapOr", "BitmapAnd"].contains(node.nodeType)
    var dull: [Int] = []
    if isHomogeneous, !showsMembers {
      dull = node.children.indices.filter { index in
        !node.children[index].isSubplan && !marked.contains { $0.starts(with: path + [index]) }
      }
    }
    // Leaving out a single one would save nothing.
    let omitted = dull.count > Tree.shownMembers + 1 ? Set(dull.dropFirst(Tree.shownMembers)) : []
    for (index, child) in node.children.enumerated() {
      if !omitted.contains(index) {
        add(child, at: path + [index], showsConditions: showsConditions, showsMembers: showsMembers)
      }
    }
    if !omitted.isEmpty {
      rows.append(Row(depth: path.count + 1, isMarked: false, content: .omission("… \(omitted.count) more")))
    }
  }
}

/// Where the columns of one or several trees stand.
private struct Layout {
  let indent: Int
  let style: TerminalStyle
  let heads: [String]
  let widths: [Int]
  let step: Int
  /// Columns of the tree itself.
  let treeWidth: Int

  /// For the mark and the space after it.
  private static let margin = 2
  private static let gap = "  "

  init(_ trees: [Tree], indent: Int, style: TerminalStyle) {
    (self.indent, self.style) = (indent, style)
    var widths = NodeFigures.heads(trees.map(\.plan)).map(\.count)
    heads = NodeFigures.heads(trees.map(\.plan))
    var nodes: [(depth: Int, length: Int)] = []
    for row in trees.flatMap(\.rows) {
      guard case .node(let text, let figures, _) = row.content else { continue }
      widths = zip(widths, figures.cells).map { max($0, $1.count) }
      nodes.append((row.depth, text.parts.joined(separator: " ").count))
    }
    self.widths = widths
    let columns = widths.filter { $0 > 0 }.reduce(0) { $0 + Layout.gap.count + $1 }
    let room = max(style.width - indent - Layout.margin - columns, 24)
    let depth = nodes.map(\.depth).max() ?? 0
    let step = [3, 2].first { depth * $0 <= room / 2 } ?? 1
    self.step = step
    treeWidth = min(room, nodes.map { $0.depth * step + $0.length }.max() ?? room)
  }

  func lines(_ tree: Tree) -> [String] {
    let title = style.painted(tree.title.visible, .bold)
    let fill = String(spaces: Layout.margin + treeWidth - tree.title.visible.count)
    return [prefix + title + fill + style.painted(figures(heads), .dim)] + tree.rows.flatMap { lines($0, of: tree) }
  }

  private var prefix: String { String(spaces: indent) }

  /// The column in which a node's text begins, behind its arrow.
  private func column(_ depth: Int) -> Int { min(depth * step, max(treeWidth - 24, 0)) }

  private func figures(_ cells: [String]) -> String {
    zip(cells, widths).filter { $0.1 > 0 }.map { Layout.gap + $0.padded(left: $1) }.joined()
  }

  private func lines(_ row: Tree.Row, of tree: Tree) -> [String] {
    let column = column(row.depth)
    switch row.content {
    case .detail(let text):
      let start = Layout.margin + column + 2
      return [prefix + String(spaces: start) + style.painted(text.cut(to: max(style.width - indent - start, 24)), .dim)]
    case .omission(let text):
      let start = Layout.margin + column
      return [prefix + String(spaces: start) + style.painted(text.cut(to: max(style.width - indent - start, 24)), .dim)]
    case .node(let text, let nodeFigures, let isFull):
      var heads = isFull ? flowed(text.parts, column: column) : [text.text(within: treeWidth - column)]
      let first = arrow(row.depth, column) + heads.removeFirst()
      let fill = String(spaces: treeWidth - first.count) + figures(nodeFigures.cells)
      let mark = row.isMarked ? "\(tree.mark.symbol) " : String(spaces: Layout.margin)
      let ink = row.isMarked ? tree.mark.ink : nil
      return [prefix + style.painted(mark + first, ink) + fill]
        + heads.map { prefix + String(spaces: Layout.margin + column) + style.painted($0, ink) }
    }
  }

  private func arrow(_ depth: Int, _ column: Int) -> String {
    guard depth > 0 else { return "" }
    let arrow = step == 3 ? "-> " : step == 2 ? "- " : ""
    return String(spaces: column - arrow.count) + arrow
  }

  /// The parts of a node's text on as many lines as they need. Only the first line has figures beside it.
  private func flowed(_ parts: [String], column: Int) -> [String] {
    var lines = [""]
    for part in parts {
      let room = lines.count == 1 ? treeWidth - column : style.width - indent - Layout.margin - column
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = part.cut(to: room)
      } else if line.count + 1 + part.count <= room {
        lines[lines.count - 1] += " " + part
      } else {
        lines.append(part.cut(to: style.width - indent - Layout.margin - column))
      }
    }
    return lines
  }
}
