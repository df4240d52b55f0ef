import JSON
import PlanCore

/// A plan as the page's script draws it: an array of nodes in EXPLAIN's order, with all figures as text for people.
struct HTMLPlan {
  let observation: Observation
  let flat: FlatPlan

  init(_ observation: Observation) {
    self.observation = observation
    flat = FlatPlan(observation.plan)
  }

  /// - Parameter marks: the positions of the case's findings that name a node.
  func json(marks: [NodePath: [Int]]) -> JSON {
    var marked: [Int: [Int]] = [:]
    for (path, findings) in marks { if let position = flat.positions[path] { marked[position] = findings } }
    let own = OwnFigures(flat)
    let metrics = [
      Metric("buffers", own.buffers, NodeFigures.count), Metric("cost", own.cost, NodeFigures.cost),
      Metric("time", own.time, HTMLPlan.milliseconds),
    ].compactMap { $0 }
    let nodes = flat.entries.indices.map { node($0, metrics, marks: marked[$0] ?? []) }
    return .object([
      JSONMember("nodes", .array(nodes)),
      JSONMember("metrics", .array(metrics.map { .string($0.name) })),
      JSONMember("triggers", .array(triggers)),
    ])
  }

  private struct Metric {
    let name: String
    let figures: [Double]
    let total: Double
    let text: (Double) -> String

    init?(_ name: String, _ figures: [Double]?, _ text: @escaping (Double) -> String) {
      guard let figures else { return nil }
      (self.name, self.figures, self.text) = (name, figures, text)
      total = figures.reduce(0, +)
    }

    /// The figure and its share of the plan, in thousandths.
    func json(_ position: Int) -> JSON {
      let share = total > 0 ? figures[position] / total : 0
      return .array([.string(text(figures[position])), .number((share * 1000).rounded())])
    }
  }

  private func node(_ position: Int, _ metrics: [Metric], marks: [Int]) -> JSON {
    let entry = flat.entries[position]
    let text = NodeText(entry.node)
    var members = [JSONMember("depth", .number(Double(entry.depth))), JSONMember("name", .string(text.name))]
    if let index = text.index { members.append(JSONMember("index", .string(index))) }
    if let target = text.target { members.append(JSONMember("target", .string(target))) }
    let lines = entry.node.detailLines
    if !lines.isEmpty { members.append(JSONMember("lines", .array(lines.map(JSON.string)))) }
    members.append(JSONMember("rows", rows(position)))
    members += metrics.map { JSONMember($0.name, $0.json(position)) }
    if !marks.isEmpty { members.append(JSONMember("marks", .array(marks.map { .number(Double($0)) }))) }
    // They can have many children that are much alike.
    if ["Append", "Merge Append", "BitmapAnd", "BitmapOr"].contains(entry.node.nodeType) {
      members.append(JSONMember("folds", .bool(true)))
    }
    members.append(JSONMember("facts", .array(facts(entry.node))))
    return .object(members)
  }

  // MARK: Rows

  /// `est` and `act` per loop, `loops` where there are several, and the factor by which the estimate misses: `q` as
  /// text and `miss` as a number, which is negative if there were fewer rows than estimated.
  ///
  /// `judged` is false where the count is not the number of all matching rows.
  private func rows(_ position: Int) -> JSON {
    let node = flat.entries[position].node
    var members = [JSONMember("est", .string(NodeFigures.count(node.planRows)))]
    guard let actual = node.actual else { return .object(members) }
    guard actual.loops > 0 else { return .object(members + [JSONMember("never", .bool(true))]) }
    members.append(JSONMember("act", .string(NodeFigures.count(actual.rows))))
    if actual.loops > 1 { members.append(JSONMember("loops", .string(Figures.grouped(actual.loops)))) }

    let estimate = observation.estimates.indices.contains(position) ? observation.estimates[position] : nil
    let plain = QError(estimated: node.planRows, actual: actual.rows...actual.rows)
    let isJudged =
      switch estimate?.rowCount {
      case .comparable: true
      // A node that was stopped early proves that there are more rows than estimated, never that there are fewer.
      case .lowerBound: plain.value == 1 || plain.isUnderestimate
      case .notJudged, nil: false
      }
    let error = isJudged ? estimate?.qError ?? plain : plain
    if error.value > 1.05 {
      members.append(JSONMember("q", .string(Figures.factor(error.value))))
      let factor = (error.value * 100).rounded() / 100
      members.append(JSONMember("miss", .number(error.isUnderestimate ? factor : -factor)))
    }
    if !isJudged {
      members.append(JSONMember("judged", .bool(false)))
      let reason = estimate?.rowCount == .lowerBound ? "the node was stopped early" : "row count not comparable"
      members.append(JSONMember("why", .string("not judged: \(reason)")))
    }
    return .object(members)
  }

  // MARK: Facts

  /// Pairs of a name and a text: everything that EXPLAIN reports about a node and that is not shown elsewhere.
  private func facts(_ node: PlanNode) -> [JSON] {
    var facts = [
      (
        "Cost",
        "\(NodeFigures.oneDecimal(node.startupCost)) to \(NodeFigures.oneDecimal(node.totalCost)), including children"
      ),
      ("Estimated rows", Figures.grouped(node.planRows)),
    ]
    if let actual = node.actual {
      let rows = NodeFigures.oneDecimal(actual.rows)
      facts.append(
        ("Actual rows", actual.loops > 0 ? rows.hasSuffix(".0") ? Figures.grouped(actual.rows) : rows : "–"))
      facts.append(("Loops", Figures.grouped(actual.loops)))
    }
    if let buffers = node.buffers {
      facts.append(("Buffers", "\(Figures.grouped(buffers)) blocks, including children"))
    }
    if let blocks = node.temporaryBlocks, blocks > 0 { facts.append(("Temp blocks", Figures.grouped(blocks))) }
    if let time = node.actualTotalTime {
      facts.append(("Time", "\(HTMLPlan.milliseconds(time)) per loop, including children"))
    }
    facts.append(("Row width", "\(Figures.grouped(node.planWidth)) bytes"))
    let shown = Set(node.detailLines.map { String(Substring($0.utf8.prefix { $0 != UInt8(ascii: ":") })) })
    for property in node.properties where !shown.contains(property.key.visible) {
      facts.append((property.key.visible, (property.value.stringValue ?? property.value.text).readable.visible))
    }
    return facts.map { .array([.string($0.0), .string($0.1)]) }
  }

  private var triggers: [JSON] {
    observation.plan.triggers.map { trigger in
      let on = trigger.relation.isEmpty ? "" : " on \(trigger.relation)"
      return .string("Trigger \(trigger.name)\(on): \(Figures.grouped(trigger.calls)) calls".visible)
    }
  }

  /// `0.4 ms`, `12 ms`, `3.2 s`.
  static func milliseconds(_ time: Double) -> String {
    guard time < 9_999.5 else { return durationText(time / 1000) }
    return time < 9.95 ? "\(NodeFigures.oneDecimal(time)) ms" : "\(Figures.grouped(time)) ms"
  }
}
