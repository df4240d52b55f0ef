import PlanCore

/// A case's cost and buffers before and after each migration, as rows of figures.
///
/// One migration makes no rows: the report has the plans before and after it.
struct HistoryText {
  private let steps: [CaseOutcome.Step]
  /// The position of the first state in which the case fails; nil if that is unknown.
  let failing: Int?

  /// Nil for a case without a history worth showing.
  init?(_ outcome: CaseOutcome) {
    guard outcome.history.count > 2 else { return nil }
    steps = outcome.history
    failing = outcome.migration.flatMap { migration in outcome.history.firstIndex { $0.label == migration } }
  }

  /// The number of rows up to which none is left out.
  private static let mostRows = 12
  private static let longestName = 60
  static let failure = "fails since"

  /// The rows, each as name, cost, buffers, and a mark at the migration since which the case fails.
  ///
  /// Where there are many, states in which nothing changed are counted only.
  ///
  /// - Parameter title: the head of the column of names.
  func lines(title: String) -> [String] {
    enum Row {
      case cells([String])
      case unchanged(Int)
    }
    var rows = [Row.cells([title, "cost", "buffers", ""])]
    for (position, step) in steps.enumerated() {
      let isSame = position > 0 && position != failing && figures(step) == figures(steps[position - 1])
      if steps.count > HistoryText.mostRows, isSame {
        if case .unchanged(let count) = rows[rows.count - 1] {
          rows[rows.count - 1] = .unchanged(count + 1)
        } else {
          rows.append(.unchanged(1))
        }
      } else {
        let mark = position == failing ? HistoryText.failure : ""
        rows.append(.cells([HistoryText.name(step)] + figures(step) + [mark]))
      }
    }
    let widths = (0..<3).map { column in
      rows.map { row in if case .cells(let cells) = row { cells[column].columns } else { 0 } }.max() ?? 0
    }
    return rows.map { row in
      switch row {
      case .unchanged(let count): "… \(counted(count, "migration")) without a change"
      case .cells(let row):
        ([row[0].padded(to: widths[0])] + (1..<3).map { row[$0].padded(left: widths[$0]) }
          + (row[3].isEmpty ? [] : [row[3]])).joined(separator: "  ")
      }
    }
  }

  private func figures(_ step: CaseOutcome.Step) -> [String] {
    [Figures.grouped(step.cost), step.blocks.map(Figures.grouped) ?? "-"]
  }

  /// The end of a long name, which tells files of one directory apart.
  private static func name(_ step: CaseOutcome.Step) -> String {
    let name = step.label.visible
    return name.count > longestName ? "…" + name.suffix(longestName - 1) : name
  }
}
