extension Rule {
  /// Another join method or order.
  static let joinChanged = Rule(
    id: "join-changed", defaultSeverity: .warn, summary: "the join method or the join order changed",
    fix: "no action if it is as good; compare cost and buffers",
    manual: RuleManual(
      why: """
        The join method and the order of joins are the largest decisions of the planner. A change is not wrong by
        itself, but it is the change to look at first when a query became slower.
        """,
      example: RuleExample(
        before: """
          -> Nested Loop  (cost=0.58..620 rows=20 width=60) (actual rows=21 loops=1) (buffers=87)
            Join Type: Inner
            Outer -> Index Scan using orders_customer_id_idx on public.orders o  (cost=0.29..41.5 rows=20 width=44) (actual rows=21 loops=1) (buffers=24)
              Index Cond: (o.customer_id = 42)
            Inner -> Index Scan using lines_order_id_idx on public.lines l  (cost=0.29..8.4 rows=3 width=16) (actual rows=3 loops=21) (buffers=63)
              Index Cond: (l.order_id = o.id)
          """,
        now: """
          -> Hash Join  (cost=42..1900 rows=20 width=60) (actual rows=21 loops=1) (buffers=758)
            Join Type: Inner
            Hash Cond: (l.order_id = o.id)
            Outer -> Seq Scan on public.lines l  (cost=0..1234 rows=50000 width=16) (actual rows=50000 loops=1) (buffers=734)
            Inner -> Hash  (cost=41.5..41.5 rows=20 width=44) (actual rows=21 loops=1) (buffers=24)
              Outer -> Index Scan using orders_customer_id_idx on public.orders o  (cost=0.29..41.5 rows=20 width=44) (actual rows=21 loops=1) (buffers=24)
                Index Cond: (o.customer_id = 42)
          """),
      silencing: "Record the new plan.")
  ) { comparison, _ in
    comparison.joinDifferences.map { FindingDraft($0.text) }
  }
}
