extension CaseComparison {
  /// Whether a plan of the same shape does far less work: blocks, cost or rows processed fell by half or more, and none
  /// of the others grew to what its rule warns of.
  ///
  /// A rule that is off does not count. Smaller tables are no better plan.
  func isImproved(under policy: CasePolicy) -> Bool {
    guard !isShapeChanged, !isOtherMajor else { return false }
    func limits(_ rule: Rule, _ limits: (RuleSettings) -> WorkLimits) -> WorkLimits? {
      let settings = policy.rules[rule.id] ?? RuleSettings(rule)
      return settings.severity == .off ? nil : limits(settings)
    }
    let measures: [(work: Work?, limits: WorkLimits?)] = [
      (blocks, limits(.buffers, \.buffersLimits)), (costs, limits(.cost, \.costLimits)),
      (rowsProcessed, limits(.rowsProcessed, \.rowsProcessedLimits)),
    ]
    let judged = measures.compactMap { measure -> (work: Work, limits: WorkLimits)? in
      guard let work = measure.work, let limits = measure.limits else { return nil }
      return (work, limits)
    }
    let share = 0.5 * min(smallestSizeRatio, 1)
    let haveFallen = judged.contains { work, limits in
      work.before - work.now >= limits.floor && work.now <= work.before * share
    }
    guard haveFallen else { return false }
    let isCostJudged = !(isLimited && blocks.map { $0.now < $0.before } ?? false)
    return judged.allSatisfy { work, limits in
      (work.name == costs?.name && !isCostJudged)
        || work.factor < limits.warn || work.now - work.before < limits.floor
    }
  }

  /// The measures of work that fell by half or more, the one that fell most first.
  package var fallenWork: [Work] {
    [blocks, costs, rowsProcessed].compactMap { $0 }.filter { $0.hasFallen(to: 0.5) }.enumerated()
      .sorted { ($0.element.factor, $0.offset) < ($1.element.factor, $1.offset) }.map(\.element)
  }

  /// How much of their rows or pages the relations of the plan still have, at least.
  private var smallestSizeRatio: Double {
    guard let baseline else { return 1 }
    let read = Set(current.scans.map(\.relation))
    return read.compactMap { relation in
      guard let before = baseline.facts[relation], let now = current.facts[relation] else { return nil }
      return min(max(now.rows, 1) / max(before.rows, 1), max(now.pages, 1) / max(before.pages, 1))
    }.min() ?? 1
  }
}
