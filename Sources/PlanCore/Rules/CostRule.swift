private let warn = RuleKey("warn", default: 2, atLeast: 1, "times the baseline's cost from which it warns")
private let fail = RuleKey("fail", default: 10, atLeast: 1, "times the baseline's cost from which it fails")
private let floor = RuleKey("floor", default: 100, atLeast: 0, "cost units by which it must grow")

extension Rule {
  /// The plan's total cost grew.
  ///
  /// Costs are comparable only under equal planner settings, so the rule does not judge when those differ from the
  /// baseline's; the run reports that difference once. When the cost grew and no work that can be counted did, the rule
  /// only warns.
  static let cost = Rule(
    id: "cost", defaultSeverity: .fail, isWholePlan: true,
    summary: "the total cost of the plan grew",
    fix:
      "look at the nodes whose cost grew; a cost that grew under the same plan means that data or statistics changed",
    keys: [warn, fail, floor],
    manual: RuleManual(
      why: """
        The total cost is what the planner itself expects. A cost that is ten times higher is a different plan, or the
        same plan over far more data.
        """,
      details: """
        Costs are comparable only under equal planner settings, so the rule does not judge when they differ from the
        baseline's. When neither the blocks nor the rows processed grew by a third and no function entered a condition
        the rule only warns: an estimate that came closer to the truth can raise the cost of the same work. Under a
        LIMIT a cost that grew while the blocks fell is none.
        """,
      example: RuleExample(
        before: """
          -> Index Scan using orders_customer_id_idx on public.orders o  (cost=0.29..84 rows=20 width=44) (actual rows=21 loops=1) (buffers=24)
            Index Cond: (o.customer_id = 42)
          """,
        now: """
          -> Seq Scan on public.orders o  (cost=0..1734 rows=20 width=44) (actual rows=21 loops=1) (buffers=734)
            Filter: (o.customer_id = 42)
            Rows Removed by Filter: 79979
          """),
      silencing: """
        Raise `fail` or `floor`, or waive the scan that costs more: its share of the cost is then excused.
        """)
  ) { comparison, settings in
    guard let baseline = comparison.baseline, baseline.plan.settings == comparison.current.plan.settings else {
      return []
    }
    let before = baseline.plan.root.totalCost
    let now =
      comparison.current.plan.root.totalCost
      - comparison.excusedGrowth { $0.totalCost * max($0.actual?.loops ?? 1, 1) }
    let factor = now / max(before, 0.01)
    guard now - before >= settings[floor], var severity = settings.severity(of: factor, warn: warn, fail: fail) else {
      return []
    }
    if let blocks = comparison.blocks {
      // Fewer blocks show that the guess at how soon a LIMIT is reached was a bad one.
      if comparison.isLimited, blocks.hasFallen(to: 0.9) { return [] }
      // An estimate that came closer to the truth can raise the cost of the same work.
      if blocks.now < blocks.before * 1.3, !comparison.takesMoreThanBlocks { severity = .warn }
    }
    return [
      FindingDraft(
        "total cost \(Figures.count(before)) -> \(Figures.count(now)), \(Figures.factor(factor)) times \(comparison.label)'s",
        severityLimit: severity)
    ]
  }
}

extension CaseComparison {
  /// Whether there is more work than the blocks show: more rows, or a function that is called for each of them.
  fileprivate var takesMoreThanBlocks: Bool {
    let hasMoreRows = rowsProcessed.map { $0.now >= $0.before * 1.3 && $0.now - $0.before >= $0.floor } ?? false
    return hasMoreRows || !functionsEntered.isEmpty
  }
}

extension RuleSettings {
  /// What `cost` takes for a difference.
  var costLimits: WorkLimits { WorkLimits(warn: self[warn], floor: self[floor]) }
}
