extension Rule {
  /// The plan became parallel or serial, or plans another number of workers.
  static let parallelism = Rule(
    id: "parallelism", defaultSeverity: .warn,
    summary: "the plan became parallel or serial, or plans another number of workers",
    fix: "none if it is meant; the table's size or the settings moved it across a threshold"
  ) { comparison, _ in
    guard let baseline = comparison.baseline else { return [] }
    func workers(_ plan: Plan) -> Double {
      var count = 0.0
      plan.root.forEachNode { node, _ in count += node.number("Workers Planned") ?? 0 }
      return count
    }
    let (before, now) = (workers(baseline.plan), workers(comparison.current.plan))
    guard before != now else { return [] }
    let words =
      before == 0 ? "the plan became parallel" : now == 0 ? "the plan is no longer parallel" : "other parallelism"
    return [FindingDraft("\(words): \(Figures.grouped(before)) -> \(Figures.grouped(now)) workers planned")]
  }
}
