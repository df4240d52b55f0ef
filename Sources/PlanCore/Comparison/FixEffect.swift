extension CaseComparison {
  /// What another plan brings for the case, which was made with a fix: `buffers 2,392 -> 5`; nil if it is not much
  /// better.
  package func effect(ofPlan plan: Plan, _ inner: InnerWork) -> String? {
    var captured = current.captured
    captured.plan = plan.canonical
    captured.inner = inner
    let fixed = Observation(captured, facts: current.facts, serverMajor: current.serverMajor)
    let gain = CaseComparison(baseline: current, current: fixed, label: .now)
    // What runs inside may be seen by the counters alone.
    let reads = Work(
      name: "rows read sequentially", before: current.captured.inner.sequentialRows, now: inner.sequentialRows,
      floor: 1000)
    let works = [gain.blocks, gain.rowsProcessed, gain.costs, reads].compactMap(\.self)
    guard let best = works.first(where: { $0.hasFallen(to: 0.7) }), !(gain.blocks?.isWorse ?? false) else { return nil }
    return best.text
  }
}

extension InnerWork {
  fileprivate var sequentialRows: Double { sequentialReads.values.reduce(0) { $0 + $1.rows } }
}
