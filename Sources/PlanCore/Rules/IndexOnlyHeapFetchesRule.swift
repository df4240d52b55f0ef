private let ratio = RuleKey("ratio", default: 0.1, atLeast: 0, "heap fetches per row")
private let floor = RuleKey("floor", default: 100, atLeast: 0, "heap fetches from which it is judged")

extension Rule {
  /// An Index Only Scan that visits the table after all, or became an Index Scan.
  static let indexOnlyHeapFetches = Rule(
    id: "index-only-heap-fetches", defaultSeverity: .warn,
    summary: "an Index Only Scan visits the table, or became another scan",
    fix: "an index that covers the columns (INCLUDE); in production, VACUUM",
    keys: [ratio, floor],
    manual: RuleManual(
      why: """
        An Index Only Scan is fast because it does not read the table. When a column is missing from the index, or the
        visibility map is not up to date, it visits the table for each row.
        """,
      details: """
        The rule fires when the scan is no longer an Index Only Scan, and when its heap fetches grew, are at least
        `floor` and more than `ratio` times its rows.
        """,
      example: RuleExample(
        before: """
          -> Index Only Scan using orders_customer_total_idx on public.orders o  (cost=0.29..20 rows=500 width=12) (actual rows=500 loops=1) (buffers=6)
            Index Cond: (o.customer_id = 42)
            Heap Fetches: 0
          """,
        now: """
          -> Index Scan using orders_customer_total_idx on public.orders o  (cost=0.29..540 rows=500 width=16) (actual rows=500 loops=1) (buffers=506)
            Index Cond: (o.customer_id = 42)
          """),
      silencing: "Raise `ratio` or `floor` for a table that changes all the time, or record the new plan.")
  ) { comparison, settings in
    comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access == .indexOnlyScan, !pair.current.node.isNeverExecuted else { return nil }
      var message = "\(pair.current.identity.description): "
      if pair.current.access == .indexScan || pair.current.access == .bitmapHeapScan {
        message +=
          "\(pair.baseline.accessDescription) -> \(pair.current.accessDescription): the table is visited for each row"
      } else {
        let before = pair.baseline.node.number("Heap Fetches") ?? 0
        let now = pair.current.node.number("Heap Fetches") ?? 0
        let rows = pair.current.node.totalActualRows ?? 0
        guard now > before, now >= settings[floor], now > settings[ratio] * rows else { return nil }
        message +=
          "\(Figures.grouped(now)) heap fetches for \(Figures.grouped(rows)) rows, \(Figures.grouped(before)) in \(comparison.label)"
      }
      var finding = FindingDraft(pair.current, message)
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }
}
