extension Rule {
  /// A filter that throws most rows away after they were fetched, and did not in the baseline.
  static let rowsRemoved = Rule(
    id: "rows-removed", defaultSeverity: .fail, isHeadline: false,
    summary: "a filter throws most rows away, many more than in the baseline",
    fix: "an index on the filtered columns, alone or together with those that lead the scan now",
    parameters: [
      .number("ratio", 100, minimum: 1, "rows removed for each row that is kept"),
      .number("floor", 10_000, minimum: 1, "rows that must be removed, over all loops"),
      .number("warn", 1.3, minimum: 1, "times the baseline's removed rows from which it warns"),
      .number("fail", 10, minimum: 1, "times the baseline's removed rows from which it fails"),
    ]
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    let now = comparison.current.wastefulFilters(settings)
    if now.isEmpty { return [] }
    let before = Dictionary(grouping: baseline.keyedNodes { $0.actual != nil }, by: \.key)
      .mapValues { $0.map(\.node.totalRemovedRows).reduce(0, +) }
    return now.compactMap { wasteful in
      let removed = wasteful.node.totalRemovedRows
      guard let severity = settings.severity(of: removed / max(before[wasteful.key] ?? 0, 1)) else { return nil }
      var finding = comparison.current.finding(rule: "rows-removed", severity: severity, at: wasteful.path)
      finding.message +=
        ": \(Figures.grouped(removed)) rows removed by its filter for "
        + "\(Figures.grouped(wasteful.node.totalActualRows ?? 0)) kept; the baseline removes "
        + Figures.grouped(before[wasteful.key] ?? 0)
      return finding
    }
  }
}

extension Observation {
  /// Nodes that remove more rows than `floor`, and more than `ratio` times what they keep.
  func wastefulFilters(_ settings: RuleSettings) -> [KeyedNode] {
    keyedNodes { node in
      let removed = node.totalRemovedRows
      return removed > settings.number("floor")
        && removed > settings.number("ratio") * max(node.totalActualRows ?? 0, 1)
    }
  }

  /// A finding about a node; its message is the node's name, for the caller to go on.
  func finding(rule: String, severity: Severity, at path: NodePath) -> Finding {
    guard let scan = scan(at: path) else {
      var finding = Finding(rule: rule, severity: severity, message: name(at: path))
      finding.path = path
      return finding
    }
    return Finding(rule: rule, severity: severity, scan: scan, message: scan.identity.description)
  }
}
