import PlanCore

/// A case's cost and buffers before and after each migration: a chart, and a table of the figures.
///
/// The chart is SVG without styles of its own, as the page's policy allows only the page's.
struct HTMLHistory {
  private let outcome: CaseOutcome
  private let history: HistoryText
  /// The migrations to which the page has a section.
  private let migrations: Set<String>
  /// What begins the names of the chart's elements.
  private let id: String

  /// Nil for a case without a history worth showing.
  init?(_ item: HTMLCase) {
    guard let history = HistoryText(item.outcome) else { return nil }
    (outcome, self.history) = (item.outcome, history)
    migrations = Set(item.run.migrations.map(\.file))
    id = "history-\(item.position)"
  }

  private var steps: [CaseOutcome.Step] { outcome.history }

  /// For the script, which puts it into its case.
  var template: String { "<template\(HTMLText.attribute("id", id))>\(figure)\n</template>" }

  var figure: String {
    isFlat ? "<p>\(HTMLText.content(flatText))</p>" : "<figure class=\"history\">\(chart)\n\(table)</figure>"
  }

  /// Whether no migration changes anything.
  private var isFlat: Bool {
    history.failing == nil && steps.allSatisfy { $0.cost == steps[0].cost && $0.blocks == steps[0].blocks }
  }

  private var flatText: String {
    let buffers = steps[0].blocks.map { " and \(Figures.grouped($0)) buffers" } ?? ""
    return "Cost \(HTMLHistory.cost(steps[0].cost))\(buffers) before and after each of \(steps.count - 1) migrations."
  }

  private static func cost(_ cost: Double) -> String {
    cost < 100 ? NodeFigures.oneDecimal(cost) : Figures.grouped(cost)
  }

  // MARK: The table

  private static let shownRows = 13

  private var table: String {
    let rows = steps.enumerated().map { position, step in
      let isFailing = position == history.failing
      let name = HTMLText.content(step.label)
      let link =
        migrations.contains(step.label)
        ? "<a\(HTMLText.attribute("href", "#" + HTMLMigrations.fragment(step.label)))>\(name)</a>" : name
      return "<tr\(isFailing ? " class=\"bad\"" : "")><td>\(position)</td><th scope=\"row\">\(link)</th>"
        + "<td>\(HTMLHistory.cost(step.cost))</td><td>\(step.blocks.map(Figures.grouped) ?? "–")</td>"
        + "<td>\(isFailing ? HistoryText.failure : "")</td></tr>"
    }
    let table = """
      <table class="totals"><caption class="unseen">Cost and buffers before and after each migration</caption>\
      <thead><tr><td></td><th scope="col">State</th><th scope="col">Cost</th><th scope="col">Buffers</th><td></td></tr>\
      </thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table>
      """
    return rows.count > HTMLHistory.shownRows
      ? "<details><summary>The figures of \(rows.count) states</summary>\(table)</details>" : table
  }

  // MARK: The chart

  private enum Size {
    static let panel = 250.0
    static let gap = 30.0
    static let top = 24.0
    static let plot = 84.0
    static let widest = 26.0
    static let bottom = 18.0
  }

  private var chart: String {
    let series: [(name: String, values: [Double?], text: (Double) -> String)] = [
      ("Cost", steps.map(\.cost), HTMLHistory.cost), ("Buffers", steps.map(\.blocks), Figures.grouped),
    ]
    let panels = series.filter { $0.values.contains { $0 != nil } }
    let width = Double(panels.count) * (Size.panel + Size.gap) - Size.gap
    let size = "\(HTMLHistory.number(width)) \(HTMLHistory.number(Size.top + Size.plot + Size.bottom))"
    let drawn = panels.enumerated().map { index, panel in
      let left = Double(index) * (Size.panel + Size.gap)
      return "<g transform=\"translate(\(HTMLHistory.number(left)) 0)\">"
        + self.panel(panel.name, panel.values, panel.text) + "</g>"
    }
    return """
      <svg class="chart\(panels.count == 1 ? " one" : "")" role="img" viewBox="0 0 \(size)" aria-labelledby="\(id)-title \(id)-text">\
      <title id="\(id)-title">\(HTMLText.content(title))</title>\
      <desc id="\(id)-text">\(HTMLText.content(description))</desc>
      \(drawn.joined(separator: "\n"))</svg>
      """
  }

  private var title: String { "Cost and buffers of \(outcome.name) before and after each migration" }

  private var description: String {
    let (first, last) = (steps[0], steps[steps.count - 1])
    var text = "Cost from \(HTMLHistory.cost(first.cost)) to \(HTMLHistory.cost(last.cost))"
    if let before = first.blocks, let now = last.blocks {
      text += ", buffers from \(Figures.grouped(before)) to \(Figures.grouped(now))"
    }
    text += ", over \(steps.count - 1) migrations."
    return text + (history.failing.map { " Fails since \(steps[$0].label)." } ?? "")
  }

  /// Columns that stand on one line, as high as their figures; the number below each is that of its row in the table.
  private func panel(_ name: String, _ values: [Double?], _ text: (Double) -> String) -> String {
    let most = max(values.compactMap(\.self).max() ?? 0, 0)
    let slot = Size.panel / Double(values.count)
    let column = min(slot * 0.7, Size.widest)
    let foot = Size.top + Size.plot
    let number = HTMLHistory.number
    // Numbers of up to three digits have room once in 24 units.
    let every = Int((24 / slot).rounded(.up))
    var parts = [
      "<text class=\"name\" y=\"12\">\(name)</text>",
      "<text class=\"most\" x=\"\(number(Size.panel))\" y=\"12\">\(HTMLText.content("up to " + text(most)))</text>",
    ]
    for (position, value) in values.enumerated() {
      let middle = (Double(position) + 0.5) * slot
      if let value {
        let share = most > 0 ? max(value, 0) / most : 0
        // A column of no height would look like a missing one.
        let height = max(share * Size.plot, 1)
        parts.append(
          "<rect class=\"\(tone(position))\" x=\"\(number(middle - column / 2))\" y=\"\(number(foot - height))\""
            + " width=\"\(number(column))\" height=\"\(number(height))\"/>")
      }
      if position == history.failing {
        // A wedge above the column, so that not only its colour tells.
        let tip = foot - Size.plot - 2
        parts.append(
          "<path class=\"mark\" d=\"M\(number(middle - 4)) \(number(tip - 6))h8l-4 6z\"/>")
      }
      if position.isMultiple(of: every) {
        parts.append(
          "<text class=\"number\" x=\"\(number(middle))\" y=\"\(number(foot + 13))\">\(position)</text>")
      }
    }
    parts.append(
      "<line class=\"foot\" y1=\"\(number(foot))\" x2=\"\(number(Size.panel))\" y2=\"\(number(foot))\"/>")
    return parts.joined()
  }

  private func tone(_ position: Int) -> String {
    if let failing = history.failing, position >= failing { return "bad" }
    return position == 0 ? "before" : "now"
  }

  /// A coordinate with at most one decimal.
  private static func number(_ number: Double) -> String { NodeFigures.oneDecimal(number) }
}
