extension Rule {
  /// A Seq Scan of a relation that the baseline did not read at all, or of a small one beside its index scans.
  static let newSeqScan = Rule(
    id: "new-seq-scan", defaultSeverity: .warn,
    summary: "a relation that the baseline did not read is read by a Seq Scan",
    fix: "check whether an index should serve it",
    manual: RuleManual(
      why: """
        A join or a sub-select was added to the query, and its table is read as a whole. There is no accepted plan to
        compare with, so the rule only points at it.
        """,
      details: """
        A Seq Scan of fewer than 16 pages beside index scans of the same table that are still there counts as new, too.
        """,
      example: RuleExample(
        before: """
          -> Index Scan using orders_pkey on public.orders o  (cost=0.29..8.31 rows=1 width=44) (actual rows=1 loops=1) (buffers=3)
            Index Cond: (o.id = 42)
          """,
        now: """
          -> Nested Loop  (cost=0.29..455 rows=1 width=60) (actual rows=1 loops=1) (buffers=203)
            Join Type: Inner
            Outer -> Index Scan using orders_pkey on public.orders o  (cost=0.29..8.31 rows=1 width=44) (actual rows=1 loops=1) (buffers=3)
              Index Cond: (o.id = 42)
            Inner -> Seq Scan on public.returns r  (cost=0..446 rows=1 width=16) (actual rows=1 loops=1) (buffers=200)
              Filter: (r.order_id = 42)
              Rows Removed by Filter: 19999
          """),
      silencing: """
        Record the new plan: the rule compares with the baseline and is then silent. Turn it off for a query that reads
        small tables.
        """)
  ) { comparison, _ in
    guard let baseline = comparison.baseline else { return [] }
    let known = Set(baseline.scans.flatMap { [$0.relation, $0.identity.root ?? $0.relation] })
    return comparison.matching.unmatchedCurrent.filter { scan in
      scan.access == .seqScan && !scan.node.isNeverExecuted
        && (comparison.isSmallAddition(scan)
          || !known.contains(scan.relation) && !(scan.identity.root.map(known.contains) ?? false))
    }.map { scan in
      let was = known.contains(scan.relation) ? "read only through an index" : "not read"
      var finding = FindingDraft(
        scan, "\(scan.identity.description): read by a \(scan.accessDescription), \(was) in \(comparison.label)")
      finding.figures = comparison.figures(at: scan.path)
      finding.indexVerdict = comparison.current.indexVerdict(of: scan)
      return finding
    }
  }
}
