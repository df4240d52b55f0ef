import PlanCore

/// The columns beside a tree of nodes.
struct NodeFigures {
  /// The cells `cost`, `rows`, `off by` and `buffers`; a column that is empty everywhere is left out.
  let cells: [String]

  /// - Parameter isNarrow: whether there is little room.
  static func heads(_ plans: [Plan], isNarrow: Bool = false) -> [String] {
    let rows = plans.contains(where: \.isAnalyzed) ? (isNarrow ? "" : "rows ") + "est -> actual" : "rows"
    return ["cost", rows, "off by", "buffers"]
  }

  /// - Parameter qError: the q-error; nil where the counts cannot be judged.
  init(_ node: PlanNode, qError: Double? = nil) {
    cells = [
      NodeFigures.cost(node.totalCost), NodeFigures.rows(node), NodeFigures.miss(qError),
      node.buffers.map(NodeFigures.count) ?? "",
    ]
  }

  /// The factor by which an estimate is off, such as `x64`; empty for an estimate that is about right.
  static func miss(_ qError: Double?) -> String {
    guard let qError, qError >= 2.95 else { return "" }
    return "x" + (qError < 100_000 ? Figures.factor(qError) : Figures.count(qError))
  }

  /// A cost such as `25.9`, `2,636` or `3.2M`; with one decimal below 100.
  static func cost(_ cost: Double) -> String {
    guard cost >= 100 else { return oneDecimal(cost) }
    return cost < 999_999.5 ? Figures.grouped(cost) : Figures.count(cost)
  }

  /// Estimated and actual rows per loop, such as `20 -> 21` or `1 -> 0.9 x 1,200`.
  static func rows(_ node: PlanNode) -> String {
    let estimated = count(node.planRows)
    guard let actual = node.actual else { return estimated }
    if actual.loops == 0 { return "never executed" }
    let text = "\(estimated) -> \(count(actual.rows))"
    return actual.loops > 1 ? "\(text) x \(Figures.grouped(actual.loops))" : text
  }

  /// A count such as `0.3`, `21`, `1,200` or `21.4k`.
  static func count(_ count: Double) -> String { Figures.count(count) }

  static func oneDecimal(_ number: Double) -> String {
    guard abs(number) < 1e9 else { return Figures.count(number) }
    let tenths = Int64((abs(number) * 10).rounded())
    return "\(number < 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
  }
}

/// The totals of a plan before and now, as a small table.
struct PlanTotals {
  private struct Row {
    let name: String
    let before: Double?
    let now: Double?
    let text: (Double) -> String
  }

  let baseline: Plan
  let current: Plan

  /// The lines; empty if no total differs by much.
  var lines: [String] {
    let rows = [
      Row(name: "cost", before: baseline.root.totalCost, now: current.root.totalCost) { cost in
        cost < 100 ? NodeFigures.oneDecimal(cost) : Figures.grouped(cost)
      },
      Row(name: "rows", before: baseline.root.actual?.rows, now: current.root.actual?.rows, text: Figures.grouped),
      Row(name: "buffers", before: baseline.root.buffers, now: current.root.buffers, text: Figures.grouped),
      Row(
        name: "temp blocks", before: baseline.root.temporaryBlocks, now: current.root.temporaryBlocks,
        text: Figures.grouped),
    ].filter { ($0.before ?? 0) != 0 || ($0.now ?? 0) != 0 }
    let isDifferent = rows.contains { row in
      ((row.before ?? 0) == 0) != ((row.now ?? 0) == 0) || !PlanTotals.change(row.before, row.now).isEmpty
    }
    guard isDifferent else { return [] }
    let nameWidth = rows.map(\.name.count).reduce(0, max)
    let cells = rows.map { row in [row.before, row.now].map { $0.map(row.text) ?? "-" } }
    let widths = [("before", 0), ("now", 1)].map { head, column in
      cells.map { $0[column].count }.reduce(head.count, max)
    }
    func line(_ name: String, _ cells: [String], _ last: String) -> String {
      "\(name.padded(to: nameWidth))  \(cells[0].padded(left: widths[0]))  \(cells[1].padded(left: widths[1]))  \(last)"
    }
    return [line("", ["before", "now"], "")]
      + zip(rows, cells).map { row, cells in line(row.name, cells, PlanTotals.change(row.before, row.now)) }
  }

  /// The change, such as `x35`, `+40 %` or `-97 %`; empty below 5 %.
  static func change(_ before: Double?, _ now: Double?) -> String {
    guard let before, let now, before > 0, now >= 0 else { return "" }
    let factor = now / before
    if factor >= 2 { return "x\(Figures.factor(factor))" }
    if abs(factor - 1) < 0.05 { return "" }
    let percent = min(abs(factor - 1) * 100, now > 0 ? 99 : 100)
    return "\(factor > 1 ? "+" : "-")\(Figures.grouped(percent)) %"
  }
}
