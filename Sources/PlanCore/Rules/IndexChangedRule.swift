extension Rule {
  /// A scan goes through another index. An index that was only renamed is the same one.
  static let indexChanged = Rule(
    id: "index-changed", defaultSeverity: .warn, summary: "a scan goes through another index",
    fix: "none if it is as good; compare rows removed and buffers"
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
