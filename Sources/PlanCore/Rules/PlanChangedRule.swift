extension Rule {
  /// Any change of the plan's shape, for strict teams.
  static let planChanged = Rule(
    id: "plan-changed", defaultSeverity: .off, summary: "the shape of the plan changed",
    fix: "no action if intended",
    manual: RuleManual(
      why: """
        A team that wants to see every change of a plan in review sets this rule to `warn` or `fail`. `check --strict`
        is the same for all queries of one run.
        """,
      details: """
        The shape of a plan is its node types, join types and order, relations and indexes. Costs, rows, conditions and
        new partitions do not change it.
        """,
      example: RuleExample(
        before: """
          -> Sort  (cost=45..46 rows=20 width=44) (actual rows=21 loops=1) (buffers=24)
            Sort Key: o.created_at
            Outer -> Index Scan using orders_customer_id_idx on public.orders o  (cost=0.29..41.5 rows=20 width=44) (actual rows=21 loops=1) (buffers=24)
              Index Cond: (o.customer_id = 42)
          """,
        now: """
          -> Index Scan using orders_customer_created_idx on public.orders o  (cost=0.29..42 rows=20 width=44) (actual rows=21 loops=1) (buffers=25)
            Index Cond: (o.customer_id = 42)
          """),
      silencing: "Record the new plan.")
  ) { comparison, _ in
    comparison.isShapeChanged ? [FindingDraft(comparison.differences.map(\.text).joined(separator: "; "))] : []
  }
}
