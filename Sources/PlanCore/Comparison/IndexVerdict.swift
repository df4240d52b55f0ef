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

  /// How many scans with a condition there are, and how many of them no change of an index would be seen at: the
  /// planner reads the table although an index could serve, because the table is small or most of it is wanted.
  package var judgeability: (scans: Int, unjudgeable: Int) {
    let conditioned = scans.filter { $0.hasCondition && !$0.node.isNeverExecuted }
    return (
      conditioned.count,
      conditioned.count { $0.access == .seqScan && alternatives[$0.path]?.isLedByIndex ?? false }
    )
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
  /// Whether some scan reads a whole table and filters it, so that an index might do better.
  package var hasFilteredSeqScan: Bool {
    var isFound = false
    root.forEachNode { node, _ in
      if node.nodeType == "Seq Scan", node["Filter"] != nil { isFound = true }
    }
    return isFound
  }
}
