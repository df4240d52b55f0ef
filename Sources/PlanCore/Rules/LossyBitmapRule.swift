extension Rule {
  /// A bitmap that did not fit into work_mem, so that whole pages are checked again.
  static let lossyBitmap = Rule(
    id: "lossy-bitmap", defaultSeverity: .warn,
    summary: "a bitmap became lossy and whole pages are checked again",
    fix: "more work_mem, or an index that finds fewer rows",
    manual: RuleManual(
      why: """
        When a bitmap does not fit into `work_mem`, PostgreSQL remembers pages and not rows, and checks every row of
        these pages again.
        """,
      example: RuleExample(
        before: """
          -> Bitmap Heap Scan on public.events e  (cost=190..4100 rows=9000 width=32) (actual rows=9100 loops=1) (buffers=3100)
            Recheck Cond: (e.kind = 'view'::text)
            Exact Heap Blocks: 3068
            Outer -> Bitmap Index Scan using events_kind_idx  (cost=0..188 rows=9000 width=0) (actual rows=9100 loops=1) (buffers=32)
              Index Cond: (e.kind = 'view'::text)
          """,
        now: """
          -> Bitmap Heap Scan on public.events e  (cost=190..4100 rows=9000 width=32) (actual rows=9100 loops=1) (buffers=3100)
            Recheck Cond: (e.kind = 'view'::text)
            Rows Removed by Index Recheck: 61000
            Exact Heap Blocks: 1020
            Lossy Heap Blocks: 2048
            Outer -> Bitmap Index Scan using events_kind_idx  (cost=0..188 rows=9000 width=0) (actual rows=9100 loops=1) (buffers=32)
              Index Cond: (e.kind = 'view'::text)
          """),
      silencing: "Record the new plan, or set `work_mem` in the manifest as production has it.")
  ) { comparison, _ in
    comparison.matching.pairs.compactMap { pair in
      let lossy = pair.current.node.number("Lossy Heap Blocks") ?? 0
      guard lossy > 0, (pair.baseline.node.number("Lossy Heap Blocks") ?? 0) == 0 else { return nil }
      var finding = FindingDraft(
        pair.current,
        "\(pair.current.identity.description): \(Figures.grouped(lossy)) lossy blocks, none in \(comparison.label)")
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }
}
