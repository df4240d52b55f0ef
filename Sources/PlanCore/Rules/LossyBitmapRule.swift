extension Rule {
  /// A bitmap that did not fit into work_mem, so that whole pages are checked again.
  static let lossyBitmap = Rule(
    id: "lossy-bitmap", defaultSeverity: .warn,
    summary: "a bitmap became lossy and whole pages are checked again",
    fix: "more work_mem, or an index that finds fewer rows"
  ) { comparison, _ in
    comparison.matching.pairs.compactMap { pair in
      let lossy = pair.current.node.number("Lossy Heap Blocks") ?? 0
      guard lossy > 0, (pair.baseline.node.number("Lossy Heap Blocks") ?? 0) == 0 else { return nil }
      var finding = FindingDraft(
        pair.current,
        "\(pair.current.identity.description): \(Figures.grouped(lossy)) lossy blocks, none in the baseline")
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }
}
