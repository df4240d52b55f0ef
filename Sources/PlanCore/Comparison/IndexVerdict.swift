/// Whether an index could serve the condition of a sequential scan: what the server says when it is asked again with
/// `enable_seqscan = off`.
package enum IndexVerdict: Equatable, Sendable {
  /// The filtered scan survives, or the index is only walked and filtered.
  case noIndex
  /// The planner preferred the scan. Costs are those of the scan nodes.
  case preferred(scanCost: Double, alternative: String, alternativeCost: Double)

  /// One line, for every report.
  package var description: String {
    switch self {
    case .noIndex: "no index can serve this condition"
    case .preferred(let scanCost, let alternative, let alternativeCost):
      "an index could serve it and the planner preferred the scan: cost \(Figures.count(scanCost)) against "
        + "\(Figures.count(alternativeCost)) for \(alternative)"
    }
  }
}

extension Observation {
  /// The index verdict on a scan of this plan; nil when it has no condition to serve, when the server was not asked or
  /// when the scan cannot be found again.
  package func indexVerdict(of scan: Scan) -> IndexVerdict? {
    guard scan.hasCondition, let alternative = alternatives[scan.path] else { return nil }
    guard alternative.isLedByIndex else { return .noIndex }
    return .preferred(
      scanCost: scan.node.totalCost, alternative: alternative.accessDescription,
      alternativeCost: alternative.node.totalCost)
  }

  /// How many scans an index leads or could lead, and those of them at which no change of an index would be seen: the
  /// planner reads the table although an index could serve a condition, a join or the order, because the table is small
  /// or most of it is wanted.
  package var judgeability: (scans: Int, unjudgeable: [Scan]) {
    var (count, unjudgeable) = (0, [Scan]())
    for scan in scans where !scan.node.isNeverExecuted {
      let isUnjudgeable = scan.access == .seqScan && isServable(scan)
      if isUnjudgeable { unjudgeable.append(scan) }
      if isUnjudgeable || scan.hasCondition || scan.access.usesIndex { count += 1 }
    }
    return (count, unjudgeable)
  }

  /// Whether an index leads to the rows of a sequential scan, or gives their order, when such scans are switched off.
  private func isServable(_ scan: Scan) -> Bool {
    guard let alternative = alternatives[scan.path], let root = captured.planWithoutSeqScans?.root else { return false }
    if alternative.isLedByIndex { return true }
    return alternative.access.usesIndex && plan.root.isSorted(above: scan.path)
      && !root.isSorted(above: alternative.path)
  }
}

extension PlanNode {
  /// Whether a node above the given one sorts its rows, in the same sub-select.
  fileprivate func isSorted(above path: NodePath) -> Bool {
    var node = self
    var isSorted = false
    for index in path {
      if node.nodeType == "Sort" || node.nodeType == "Incremental Sort" { isSorted = true }
      node = node.children[index]
      if node.isSubplan { isSorted = false }
    }
    return isSorted
  }
}

extension Scan {
  /// Whether an index leads it to its rows, as against an index that is walked from end to end and filtered.
  package var isLedByIndex: Bool {
    guard access.usesIndex else { return false }
    var isLed = node["Index Cond"] != nil
    func look(_ node: PlanNode) {
      for child in node.inputs {
        if child["Index Cond"] != nil { isLed = true }
        look(child)
      }
    }
    if access == .bitmapHeapScan { look(node) }
    return isLed
  }

  var hasCondition: Bool { node["Filter"] != nil || isLedByIndex }
}

extension Plan {
  /// Whether some scan reads a whole table where an index might do better: it filters, or it feeds a sort or a join.
  package var hasServableSeqScan: Bool {
    func look(_ node: PlanNode, _ isWanted: Bool) -> Bool {
      if node.nodeType == "Seq Scan", isWanted || node["Filter"] != nil { return true }
      let feeds = ["Sort", "Incremental Sort", "Nested Loop", "Hash Join", "Merge Join"].contains(node.nodeType)
      return node.children.contains { look($0, $0.isSubplan ? false : isWanted || feeds) }
    }
    return look(root, false)
  }
}
