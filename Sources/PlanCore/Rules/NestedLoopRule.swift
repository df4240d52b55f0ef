extension Rule {
  /// A nested loop with many outer rows whose inner side is read without an index, and is not so in the baseline.
  static let nestedLoop = Rule(
    id: "nested-loop", defaultSeverity: .fail, isHeadline: false,
    summary: "a nested loop over many rows reads its inner side without an index",
    fix: "an index on the inner side's join columns; with a wrong estimate of the outer side, statistics",
    parameters: [
      .number("outer", 10_000, minimum: 1, "rows of the outer side, over all loops"),
      .number("inner", 10, minimum: 1, "rows of the inner side that each of them is held against"),
    ]
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    let now = comparison.current.unindexedLoops(settings)
    if now.isEmpty { return [] }
    let known = Set(baseline.unindexedLoops(settings).map(\.key))
    return now.filter { !known.contains($0.key) }.map { loop in
      var finding = comparison.current.finding(rule: "nested-loop", severity: settings.severity, at: loop.path)
      finding.message +=
        ": \(Figures.grouped(loop.node.input("Outer")?.totalActualRows ?? 0)) outer rows, and each is held "
        + "against \(comparison.current.innerName(of: loop)) without an index"
      return finding
    }
  }
}

extension Observation {
  /// Nested loops over many outer rows whose inner side has a scan and none that is led by an index.
  func unindexedLoops(_ settings: RuleSettings) -> [KeyedNode] {
    keyedNodes { $0.nodeType == "Nested Loop" }.filter { loop in
      guard let outer = loop.node.input("Outer")?.totalActualRows, outer > settings.number("outer"),
        let inner = innerPath(of: loop)
      else { return false }
      let scans = Array(scans(feeding: inner))
      return !scans.isEmpty && scans.allSatisfy { $0.access == .seqScan }
        && plan.root[inner].comparedRows >= settings.number("inner")
    }
  }

  func innerName(of loop: KeyedNode) -> String { innerPath(of: loop).map(aliases(at:)) ?? "its inner side" }

  private func innerPath(of loop: KeyedNode) -> NodePath? {
    loop.node.children.firstIndex { $0.parentRelationship == "Inner" }.map { loop.path + [$0] }
  }
}

extension PlanNode {
  /// Rows that one execution goes through, those that its filter removes included.
  fileprivate var comparedRows: Double { (actual?.rows ?? planRows) + (number("Rows Removed by Filter") ?? 0) }
}
