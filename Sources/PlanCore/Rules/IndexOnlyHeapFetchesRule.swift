private let ratio = RuleKey("ratio", default: 0.1, atLeast: 0, "heap fetches for each row")
private let floor = RuleKey("floor", default: 100, atLeast: 0, "heap fetches that there must be")

extension Rule {
  /// An Index Only Scan that visits the table after all, or became an Index Scan.
  static let indexOnlyHeapFetches = Rule(
    id: "index-only-heap-fetches", defaultSeverity: .warn,
    summary: "an Index Only Scan visits the table, or is one no longer",
    fix: "an index that covers the columns (INCLUDE); in production, VACUUM",
    keys: [ratio, floor]
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
          "\(Figures.grouped(now)) heap fetches for \(Figures.grouped(rows)) rows, \(Figures.grouped(before)) in the baseline"
      }
      var finding = FindingDraft(pair.current, message)
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }
}
