extension Rule {
  /// A hash table, of a join or an aggregate, that did not fit into memory, where the baseline's did.
  static let hashSpill = Rule(
    id: "hash-spill", defaultSeverity: .fail, isOfPart: true,
    summary: "a hash table goes to disk that stayed in memory in the baseline",
    fix: "better estimates (ANALYZE, CREATE STATISTICS), fewer rows, or more work_mem",
    manual: RuleManual(
      why: """
        A hash table that does not fit into memory is split into batches that are written to disk and read back. The
        usual cause is an estimate that is too low.
        """,
      details: """
        Hash joins and hashed aggregates are judged. A spilled hash table without a matching one in the baseline only
        warns.
        """,
      example: RuleExample(
        before: """
          -> Hash Join  (cost=900..3000 rows=50000 width=60) (actual rows=50000 loops=1) (buffers=1034)
            Join Type: Inner
            Hash Cond: (o.customer_id = c.id)
            Outer -> Seq Scan on public.orders o  (cost=0..1234 rows=50000 width=44) (actual rows=50000 loops=1) (buffers=734)
            Inner -> Hash  (cost=500..500 rows=20000 width=16) (actual rows=20000 loops=1) (buffers=300)
              Hash Batches: 1
              Outer -> Seq Scan on public.customers c  (cost=0..500 rows=20000 width=16) (actual rows=20000 loops=1) (buffers=300)
          """,
        now: """
          -> Hash Join  (cost=900..3000 rows=50000 width=260) (actual rows=50000 loops=1) (buffers=1034 temp=2100)
            Join Type: Inner
            Hash Cond: (o.customer_id = c.id)
            Outer -> Seq Scan on public.orders o  (cost=0..1234 rows=50000 width=44) (actual rows=50000 loops=1) (buffers=734)
            Inner -> Hash  (cost=500..500 rows=20000 width=216) (actual rows=20000 loops=1) (buffers=300 temp=900)
              Hash Batches: 8
              Outer -> Seq Scan on public.customers c  (cost=0..500 rows=20000 width=216) (actual rows=20000 loops=1) (buffers=300)
          """),
      silencing: """
        Record the plan when the table has to spill, or set `work_mem` in the manifest as production has it.
        """)
  ) { comparison, _ in
    comparison.spills(
      of: { $0.nodeType == "Hash" || $0.nodeType == "Aggregate" }, isSpilled: { $0.hashBatches > 1 },
      figures: { "\(Figures.grouped($0.hashBatches)) batches" })
  }
}
