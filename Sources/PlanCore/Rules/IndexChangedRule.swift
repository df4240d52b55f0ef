extension Rule {
  /// A scan goes through another index.
  ///
  /// An index that was only renamed is the same one.
  static let indexChanged = Rule(
    id: "index-changed", defaultSeverity: .warn, summary: "a scan goes through another index",
    fix: "no action if it is as good; compare rows removed and buffers",
    manual: RuleManual(
      why: """
        Another index may be as good or not; costs alone do not tell. Often the planner moved to it because the better
        one is gone.
        """,
      details: "Indexes are compared by their definitions, so an index that was only renamed is the same one.",
      example: RuleExample(
        before: """
          -> Index Scan using orders_tenant_created_idx on public.orders o  (cost=0.29..62 rows=30 width=44) (actual rows=31 loops=1) (buffers=34)
            Index Cond: (o.tenant_id = 7)
          """,
        now: """
          -> Index Scan using orders_tenant_status_idx on public.orders o  (cost=0.29..70 rows=30 width=44) (actual rows=31 loops=1) (buffers=36)
            Index Cond: (o.tenant_id = 7)
          """),
      silencing: "Record the new plan.")
  ) { comparison, _ in
    guard let baseline = comparison.baseline else { return [] }
    return comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access.usesIndex, pair.current.access.usesIndex,
        baseline.indexDefinitions(pair.baseline) != comparison.current.indexDefinitions(pair.current)
      else { return nil }
      var finding = FindingDraft(
        pair.current,
        "\(pair.current.identity.description): \(pair.baseline.accessDescription) -> \(pair.current.accessDescription)")
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }
}

extension Observation {
  /// The definitions of a scan's indexes; the name where the definition is not known.
  fileprivate func indexDefinitions(_ scan: Scan) -> Set<String> {
    Set(scan.indexNames.map { facts[scan.relation]?.index(named: $0)?.definition ?? $0 })
  }
}
