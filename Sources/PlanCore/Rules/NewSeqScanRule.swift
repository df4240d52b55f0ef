extension Rule {
  /// A Seq Scan of a relation that the baseline did not read at all.
  static let newSeqScan = Rule(
    id: "new-seq-scan", defaultSeverity: .warn,
    summary: "a relation that the baseline did not read is read by a Seq Scan",
    fix: "look whether an index should serve it"
  ) { comparison, _ in
    guard let baseline = comparison.baseline else { return [] }
    let known = Set(baseline.scans.flatMap { [$0.relation, $0.identity.root ?? $0.relation] })
    return comparison.matching.unmatchedCurrent.filter { scan in
      scan.access == .seqScan && !scan.node.isNeverExecuted && !known.contains(scan.relation)
        && !(scan.identity.root.map(known.contains) ?? false)
    }.map { scan in
      var finding = FindingDraft(
        scan, "\(scan.identity.description): read by a \(scan.accessDescription), and not at all in the baseline")
      finding.figures = comparison.figures(at: scan.path)
      finding.indexVerdict = comparison.current.indexVerdict(of: scan)
      return finding
    }
  }
}
