extension Rule {
  /// A sort that went to disk, where the baseline's stayed in memory.
  static let sortSpill = Rule(
    id: "sort-spill", defaultSeverity: .fail, isOfPart: true,
    summary: "a sort goes to disk that stayed in memory in the baseline",
    fix: "an index in the required order, narrower or fewer rows, or more work_mem",
    manual: RuleManual(
      why: """
        A sort that does not fit into `work_mem` writes to disk and reads it back, which is slower by far and competes
        with all other queries for the disk.
        """,
      details: "A spilled sort without a matching sort in the baseline only warns.",
      example: RuleExample(
        before: """
          -> Sort  (cost=2400..2450 rows=20000 width=44) (actual rows=20000 loops=1) (buffers=734)
            Sort Key: o.created_at
            Sort Method: quicksort
            Sort Space Type: Memory
            Outer -> Seq Scan on public.orders o  (cost=0..1234 rows=20000 width=44) (actual rows=20000 loops=1) (buffers=734)
          """,
        now: """
          -> Sort  (cost=2400..2450 rows=20000 width=244) (actual rows=20000 loops=1) (buffers=734 temp=1200)
            Sort Key: o.created_at
            Sort Method: external merge
            Sort Space Type: Disk
            Outer -> Seq Scan on public.orders o  (cost=0..1234 rows=20000 width=244) (actual rows=20000 loops=1) (buffers=734)
          """),
      silencing: """
        Record the plan when the sort has to spill, or set `work_mem` in the manifest as production has it.
        """)
  ) { comparison, _ in
    comparison.spills(
      of: { $0.nodeType == "Sort" || $0.nodeType == "Incremental Sort" },
      isSpilled: { $0.text("Sort Space Type") == "Disk" },
      figures: { _ in "on disk" })
  }
}
