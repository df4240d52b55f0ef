/// One measure of the work of a whole plan: before and now.
package struct Work: Equatable, Sendable {
  /// `buffers`, `total cost`, `rows processed`.
  package let name: String
  package let before: Double
  package let now: Double
  /// The difference from which one of these figures means anything.
  let floor: Double

  var factor: Double { now / max(before, 1) }

  /// Whether it fell to at most a share of what it was, and by at least its floor.
  func hasFallen(to share: Double) -> Bool { before - now >= floor && now <= before * share * (1 + 1e-12) }

  /// Whether it grew by more than the noise of equal plans.
  var isWorse: Bool { now > before * 1.05 + floor / 10 }

  /// `buffers 2,392 -> 5`.
  package var text: String { "\(name) \(Figures.count(before)) -> \(Figures.count(now))" }
}

/// What a rule on a whole plan takes for a difference.
struct WorkLimits {
  /// The factor from which the rule warns.
  let warn: Double
  /// The least difference that counts.
  let floor: Double
}

extension CaseComparison {
  /// The blocks of both plans; nil when they cannot be compared.
  ///
  /// Up to format 1 baselines have those of a first, cold run of a statement that writes.
  package var blocks: Work? {
    guard let baseline, !baseline.hasColdBlocks, let before = baseline.plan.root.buffers,
      let now = current.plan.root.buffers
    else { return nil }
    let inner = blocksAfterPlan
    return Work(name: "buffers", before: before + inner.before, now: now + inner.now, floor: 16)
  }

  /// The costs of both plans; nil under other planner settings.
  package var costs: Work? {
    guard let baseline, baseline.plan.settings == current.plan.settings else { return nil }
    return Work(
      name: "total cost", before: baseline.plan.root.totalCost, now: current.plan.root.totalCost, floor: 100)
  }

  /// The rows that both plans processed; equal where the difference is less than what EXPLAIN rounds away.
  package var rowsProcessed: Work? {
    guard let before = baseline?.rowsProcessed, let now = current.rowsProcessed else { return nil }
    let isRounding = abs(now.count - before.count) <= max(before.uncertainty, now.uncertainty)
    return Work(
      name: "rows processed", before: before.count, now: isRounding ? before.count : now.count, floor: 1000)
  }

  /// Whether both plans stop at a LIMIT, whose cost is a guess at how soon that happens.
  var isLimited: Bool { baseline?.plan.isLimited ?? false && current.plan.isLimited }

  /// Whether a relation that both plans read has far fewer rows: on less data every plan is cheaper.
  private var hasLostRows: Bool {
    guard let baseline else { return false }
    let read = Set(current.scans.map { $0.identity.root ?? $0.relation })
    return read.contains { relation in
      guard let before = baseline.facts[relation], let now = current.facts[relation] else { return false }
      return now.rows < before.rows * 0.8
    }
  }

  /// Whether another plan is far cheaper as a whole, so that a node that became worse is no regression.
  ///
  /// A cost is only an estimate, and the estimate that fell may be the regression: what was counted, blocks or rows,
  /// must have fallen to a fifth, and nothing may be worse.
  package var isFarCheaper: Bool {
    guard isShapeChanged, !isOtherMajor, !hasLostRows, let blocks, let rowsProcessed else { return false }
    guard blocks.hasFallen(to: 0.2) || rowsProcessed.hasFallen(to: 0.2) else { return false }
    let isCostJudged = !(isLimited && blocks.hasFallen(to: 0.9))
    return !blocks.isWorse && !rowsProcessed.isWorse && !(isCostJudged && costs?.isWorse ?? false)
  }
}

extension Observation {
  /// Whether the blocks are those of a first run: writing cases were recorded so up to format 1.
  package var hasColdBlocks: Bool { format == .one && plan.writes }

  package var rowsProcessed: RowsProcessed? { RowsProcessed(plan, serverMajor: serverMajor) }
}

extension Plan {
  /// Whether the statement ends with a LIMIT.
  package var isLimited: Bool {
    var node = root
    while node.nodeType != "Limit" {
      guard ["LockRows", "Result", "Subquery Scan", "ModifyTable", "Gather", "Gather Merge"].contains(node.nodeType),
        let input = node.inputs.first
      else { return false }
      node = input
    }
    return true
  }
}
