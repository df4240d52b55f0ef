extension CaseComparison {
  /// The blocks that the baseline's plan would touch on the relations as they are now, given how they and the rows that
  /// it returns grew; nil unless both plans are of one shape with the same conditions.
  ///
  /// Rows that a filter removes do not count: to remove more of them is what a worse plan does. Nor do those that an
  /// OFFSET skips.
  var expectedBlocks: Double? {
    guard let baseline, let blocks, !isShapeChanged, !isOtherMajor, matching.unmatchedBaseline.isEmpty,
      baseline.captured.parametersFingerprint == current.captured.parametersFingerprint,
      baseline.plan.joinConditions == current.plan.joinConditions,
      matching.pairs.allSatisfy({ $0.baseline.allConditions == $0.current.allConditions }),
      !effects.contains(where: { if case .skips = $0 { true } else { false } })
    else { return nil }
    return matching.pairs.reduce(blocks.before) { sum, pair in sum + expectedGrowth(pair) }
  }

  private func expectedGrowth(_ pair: ScanMatching.Pair) -> Double {
    let (old, new) = (pair.baseline.node, pair.current.node)
    guard let before = old.buffers, let ran = old.actual, let runs = new.actual, ran.loops > 0, runs.loops > 0 else {
      return 0
    }
    let size = sizeRatio(pair.current)
    let more = max(0, runs.rows * runs.loops - ran.rows * ran.loops)
    let perRow = min(max(0.25, before / max(ran.rows * ran.loops, 1)), CaseComparison.blocksPerRow)
    return max(before * size * max(runs.loops / ran.loops, 1), before * size + more * perRow) - before
  }

  /// By how much the relation of a scan grew, at least 1.
  private func sizeRatio(_ scan: Scan) -> Double {
    guard let before = baseline?.facts[scan.relation], let now = current.facts[scan.relation] else { return 1 }
    let rows = max(1, max(now.rows, 1) / max(before.rows, 1))
    let pages = max(now.pages, 1) / max(before.pages, 1)
    // Pages that are far emptier than they were, or rows that are far wider, are a change for the worse.
    let ratio = pages <= rows * CaseComparison.updatedOnce ? max(rows, pages) : rows
    // A lookup of a few rows hardly depends on the size of the table.
    return scan.access == .seqScan ? ratio : min(ratio, CaseComparison.updatedOnce)
  }

  /// An UPDATE of all rows leaves twice the pages, and some more where rows became wider by a column.
  private static let updatedOnce = 2.2
  /// The most blocks that one row more can reasonably take: a descent of an index and a page of the table.
  private static let blocksPerRow = 4.0
}

extension Scan {
  /// The conditions of a scan and of the Bitmap Index Scans below it.
  var allConditions: [String] {
    var conditions: [String] = []
    func collect(_ node: PlanNode) {
      conditions += ["Index Cond", "Recheck Cond", "Filter", "TID Cond"].compactMap { node.text($0) }
      for child in node.inputs { collect(child) }
    }
    collect(node)
    return conditions
  }
}

extension Plan {
  /// The conditions of nodes that are no scans, sorted.
  fileprivate var joinConditions: [String] {
    var conditions: [String] = []
    root.forEachNode { node, _ in
      guard node.relation == nil, !node.nodeType.hasPrefix("Bitmap") else { return }
      conditions += ["Hash Cond", "Merge Cond", "Join Filter", "Filter"].compactMap { node.text($0) }
    }
    return conditions.sorted()
  }
}
