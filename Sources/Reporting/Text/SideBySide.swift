import PlanCore

/// Two plans next to each other, with matching nodes in the same row.
struct SideBySide {
  private let before: TreeBlocks
  private let now: TreeBlocks
  private let alignment: PlanAlignment
  private let left: TreeLayout
  private let right: TreeLayout
  private let style: TerminalStyle

  private static let gutter = " | "

  /// Nil if one of the two would be squeezed.
  init?(_ before: TreeBlocks, _ now: TreeBlocks, _ alignment: PlanAlignment, width: Int, style: TerminalStyle) {
    let room = width - SideBySide.gutter.count
    let half = room / 2
    let isNarrow = half < 90
    let needs = [before, now].map { TreeLayout.naturalWidth($0, isNarrow: isNarrow) }
    for (tree, need) in zip([before, now], needs)
    where min(need, TreeLayout.pleasantWidth(tree, isNarrow: isNarrow)) > half { return nil }
    // Each side gets what it needs if there is enough room, otherwise what the other one leaves.
    let spare = needs.map { max(half - $0, 0) }
    let widths = (min(needs[0], half + spare[1]), min(needs[1], half + spare[0]))
    // The rest is for conditions, which are longer than names.
    let rest = max(room - widths.0 - widths.1, 0)
    (self.before, self.now, self.alignment, self.style) = (before, now, alignment, style)
    left = TreeLayout([before], width: widths.0 + rest / 2, isNarrow: isNarrow, style: style)
    right = TreeLayout([now], width: widths.1 + rest - rest / 2, isNarrow: isNarrow, style: style)
  }

  var lines: [PaintedLine] {
    var lines = row([left.head(before)], [right.head(now)])
    let old = blocks(before)
    let new = blocks(now)
    for pair in alignment.rows {
      lines += row(
        pair.baseline.flatMap { old[$0] }.map { left.lines($0, of: before) } ?? [],
        pair.current.flatMap { new[$0] }.map { right.lines($0, of: now) } ?? [])
    }
    let remarks = [(before, left), (now, right)].map { tree, layout in
      tree.blocks.filter { $0.path == nil }.flatMap { layout.lines($0, of: tree) }
    }
    return lines + row(remarks[0], remarks[1])
  }

  private func blocks(_ tree: TreeBlocks) -> [NodePath: TreeBlocks.Block] {
    Dictionary(
      tree.blocks.compactMap { block in block.path.map { ($0, block) } }, uniquingKeysWith: { first, _ in first })
  }

  private func row(_ old: [PaintedLine], _ new: [PaintedLine]) -> [PaintedLine] {
    (0..<max(old.count, new.count)).map { index in
      var line = index < old.count ? old[index] : PaintedLine()
      line.pad(to: left.width)
      line.add(SideBySide.gutter, .dim, style)
      if index < new.count { line.add(new[index]) }
      return line
    }
  }
}
