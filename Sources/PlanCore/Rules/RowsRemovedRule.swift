private let ratio = RuleKey("ratio", default: 100, atLeast: 1, "rows removed for each row that is kept")
private let floor = RuleKey("floor", default: 10_000, atLeast: 1, "rows that must be removed, over all loops")
private let warn = RuleKey("warn", default: 1.3, atLeast: 1, "times the baseline's removed rows from which it warns")
private let fail = RuleKey("fail", default: 10, atLeast: 1, "times the baseline's removed rows from which it fails")

extension Rule {
  /// A filter that throws most rows away after they were fetched, and did not in the baseline.
  static let rowsRemoved = Rule(
    id: "rows-removed", defaultSeverity: .fail, isOfPart: true,
    summary: "a filter throws most rows away, many more than in the baseline",
    fix: "an index on the filtered columns, alone or together with those that lead the scan now",
    keys: [ratio, floor, warn, fail],
    manual: RuleManual(
      why: """
        Rows that a filter throws away were fetched for nothing. An index on the filtered columns would not have read
        them.
        """,
      details: """
        The filter must remove more than `floor` rows, more than `ratio` for each row that it keeps, and `fail` times as
        many as in the baseline to fail, `warn` times to warn.
        """,
      example: RuleExample(
        before: """
          -> Index Scan using orders_tenant_status_idx on public.orders o  (cost=0.29..62 rows=12 width=44) (actual rows=12 loops=1) (buffers=15)
            Index Cond: ((o.tenant_id = 7) AND (o.status = 'open'::text))
          """,
        now: """
          -> Index Scan using orders_tenant_id_idx on public.orders o  (cost=0.29..2100 rows=12 width=44) (actual rows=12 loops=1) (buffers=1900)
            Index Cond: (o.tenant_id = 7)
            Filter: (o.status = 'open'::text)
            Rows Removed by Filter: 49988
          """),
      silencing: """
        Raise `floor` or `ratio` for the query, or waive the relation. A waived `seq-scan` of the same node excuses this
        finding as well.
        """)
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    let now = comparison.current.wastefulFilters(ratio: settings[ratio], floor: settings[floor])
    if now.isEmpty { return [] }
    let before = Dictionary(grouping: baseline.keyedNodes { $0.actual != nil }, by: \.key)
      .mapValues { $0.map(\.node.totalRemovedRows).reduce(0, +) }
    let moved = comparison.rowsNoLongerRemoved(before)
    return now.compactMap { wasteful in
      let removed = wasteful.node.totalRemovedRows
      let factor = removed / max(before[wasteful.key] ?? 0, 1)
      guard var severity = settings.severity(of: factor, warn: warn, fail: fail) else { return nil }
      // The baseline threw as many away in another node, which no longer does.
      if severity == .fail, settings.severity(of: removed / max(moved, 1), warn: warn, fail: fail) == nil {
        severity = .warn
      }
      var finding = comparison.current.finding(at: wasteful.path)
      finding.severityLimit = severity
      finding.message +=
        ": \(Figures.grouped(removed)) rows removed by its filter for "
        + "\(Figures.grouped(wasteful.node.totalActualRows ?? 0)) kept; \(comparison.label) removes "
        + Figures.grouped(before[wasteful.key] ?? 0)
      return finding
    }
  }
}

extension CaseComparison {
  /// The rows that nodes of the baseline remove and their counterparts do not.
  ///
  /// - Parameter before: the rows removed in the baseline, by node.
  fileprivate func rowsNoLongerRemoved(_ before: [NodeKey: Double]) -> Double {
    let now = Dictionary(grouping: current.keyedNodes { $0.actual != nil }, by: \.key)
      .mapValues { $0.map(\.node.totalRemovedRows).reduce(0, +) }
    return before.reduce(0) { $0 + max(0, $1.value - (now[$1.key] ?? 0)) }
  }
}
