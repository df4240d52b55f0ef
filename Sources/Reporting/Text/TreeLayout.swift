import PlanCore

/// The columns of one tree, or of several trees below one another.
struct TreeLayout {
  let style: TerminalStyle
  /// The width of a whole line.
  let width: Int
  private let heads: [String]
  private let widths: [Int]
  private let step: Int
  /// The width of the tree itself.
  private let treeWidth: Int

  /// The room for the mark and the space after it.
  private static let margin = 2
  private static let gap = "  "
  /// The most lines that a condition takes on a screen.
  private static let shownLines = 4
  /// The least width for a node's text, and the width for comfortable reading.
  private static let (least, pleasant) = (16, 30)

  /// - Parameter isNarrow: whether the heads of the columns are as short as possible.
  init(_ trees: [TreeBlocks], width: Int, isNarrow: Bool = false, style: TerminalStyle) {
    (self.width, self.style) = (width, style)
    let table = FigureTable(trees, isNarrow: isNarrow || width < 70)
    (heads, widths) = (table.heads, table.widths)
    let room = max(width - TreeLayout.margin - table.width, TreeLayout.least)
    let nodes = TreeLayout.nodes(trees)
    let depth = nodes.map(\.depth).max() ?? 0
    let step = [3, 2].first { depth * $0 <= room / 2 } ?? 1
    self.step = step
    treeWidth = min(room, nodes.map { $0.depth * step + $0.length }.max() ?? room)
  }

  /// The width of the longest line if none is broken, not counting conditions.
  static func naturalWidth(_ tree: TreeBlocks, isNarrow: Bool) -> Int {
    margin + (nodes([tree]).map { $0.depth * 3 + $0.length }.max() ?? 0) + FigureTable([tree], isNarrow: isNarrow).width
  }

  /// The width below which a wider tree should get the whole screen.
  static func pleasantWidth(_ tree: TreeBlocks, isNarrow: Bool) -> Int {
    margin + pleasant + min(nodes([tree]).map(\.depth).max() ?? 0, 6) + FigureTable([tree], isNarrow: isNarrow).width
  }

  private static func nodes(_ trees: [TreeBlocks]) -> [(depth: Int, length: Int)] {
    trees.flatMap(\.blocks).compactMap { block in
      guard case .node(let text, _, _) = block.content else { return nil }
      return (block.depth, text.parts.joined(separator: " ").columns)
    }
  }

  // MARK: Lines

  func lines(_ tree: TreeBlocks) -> [PaintedLine] {
    [head(tree)] + tree.blocks.flatMap { lines($0, of: tree) }
  }

  func head(_ tree: TreeBlocks) -> PaintedLine {
    let title = tree.title.visible.cut(to: TreeLayout.margin + treeWidth)
    var line = PaintedLine(title, .bold, style)
    line.pad(to: TreeLayout.margin + treeWidth)
    line.add(figures(heads), .dim, style)
    return line
  }

  func lines(_ block: TreeBlocks.Block, of tree: TreeBlocks) -> [PaintedLine] {
    let column = column(block.depth)
    var lines: [PaintedLine] = []
    switch block.content {
    case .remark(let text):
      lines += detail(text, column: TreeLayout.margin + column)
    case .node(let text, let nodeFigures, let isFull):
      var heads = flowed(isFull ? text.parts : text.parts(within: treeWidth - column), column: column)
      let mark = block.isMarked ? "\(tree.mark.symbol) " : String.spaces(TreeLayout.margin)
      let ink = block.isMarked ? tree.mark.ink : nil
      var line = PaintedLine(mark + arrow(block.depth, column) + heads.removeFirst(), ink, style)
      line.pad(to: TreeLayout.margin + treeWidth)
      line.add(figures(nodeFigures.cells), block.isMisestimated ? .yellow : nil, style)
      lines.append(line)
      for head in heads {
        var line = PaintedLine(String.spaces(TreeLayout.margin + column), nil, style)
        line.add(head, ink, style)
        lines.append(line)
      }
    }
    return lines + block.details.flatMap { detail($0, column: TreeLayout.margin + column + 2) }
  }

  /// A condition, on as many lines as it needs, or on a few lines of a screen.
  private func detail(_ text: String, column: Int) -> [PaintedLine] {
    let folded = text.folded(
      first: width - column, rest: width - column - 2, limit: style.isTerminal ? TreeLayout.shownLines : .max)
    return folded.enumerated().map { index, text in
      var line = PaintedLine(String.spaces(column + (index == 0 ? 0 : 2)), nil, style)
      line.add(text, .dim, style)
      return line
    }
  }

  private func figures(_ cells: [String]) -> String {
    zip(cells, widths).filter { $0.1 > 0 }.map { TreeLayout.gap + $0.padded(left: $1) }.joined()
  }

  /// The column in which a node's text begins, after its arrow.
  private func column(_ depth: Int) -> Int { min(depth * step, max(treeWidth - TreeLayout.least, 0)) }

  private func arrow(_ depth: Int, _ column: Int) -> String {
    guard depth > 0 else { return "" }
    let arrow = step == 3 ? "-> " : step == 2 ? "- " : ""
    return String.spaces(column - arrow.count) + arrow
  }

  /// The parts of a node's text on as many lines as they need.
  ///
  /// Only the first line has figures beside it.
  private func flowed(_ parts: [String], column: Int) -> [String] {
    let rest = width - TreeLayout.margin - column
    var lines = [""]
    for part in parts {
      let line = lines[lines.count - 1]
      let room = lines.count == 1 ? treeWidth - column : rest
      if !line.isEmpty, line.columns + 1 + part.columns <= room {
        lines[lines.count - 1] += " " + part
      } else {
        let folded = part.folded(first: line.isEmpty ? room : rest, rest: rest)
        if line.isEmpty { lines.removeLast() }
        lines += folded
      }
    }
    return lines
  }
}

/// The columns of figures that some trees need.
private struct FigureTable {
  let heads: [String]
  /// The widths; 0 for an empty column.
  let widths: [Int]
  /// The total width, including the gaps before the columns.
  var width: Int { widths.filter { $0 > 0 }.reduce(0) { $0 + 2 + $1 } }

  init(_ trees: [TreeBlocks], isNarrow: Bool) {
    let heads = NodeFigures.heads(trees.map(\.plan), isNarrow: isNarrow)
    var widths = heads.map { _ in 0 }
    for block in trees.flatMap(\.blocks) {
      guard case .node(_, let figures, _) = block.content else { continue }
      widths = zip(widths, figures.cells).map { max($0, $1.columns) }
    }
    self.heads = heads
    self.widths = zip(widths, heads).map { $0 == 0 ? 0 : max($0, $1.columns) }
  }
}
