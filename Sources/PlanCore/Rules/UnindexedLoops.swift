extension Observation {
  /// Nested loops over more outer rows than given whose inner side is only read by Seq Scans.
  ///
  /// - Parameter innerRows: the least number of rows that one execution of the inner side goes through.
  func unindexedLoops(outerRows: Double, innerRows: Double) -> [KeyedNode] {
    keyedNodes { $0.nodeType == "Nested Loop" }.filter { loop in
      guard let outer = loop.node.input("Outer")?.totalActualRows, outer > outerRows, let inner = innerPath(of: loop)
      else { return false }
      let scans = Array(scans(feeding: inner))
      return !scans.isEmpty && scans.allSatisfy { $0.access == .seqScan } && plan.root[inner].comparedRows >= innerRows
    }
  }

  /// The aliases on the inner side of a loop, for messages.
  func innerName(of loop: KeyedNode) -> String { innerPath(of: loop).map(aliases(at:)) ?? "its inner side" }

  private func innerPath(of loop: KeyedNode) -> NodePath? {
    loop.node.children.firstIndex { $0.parentRelationship == "Inner" }.map { loop.path + [$0] }
  }
}

extension PlanNode {
  /// Rows that one execution goes through, including those that its filter removes.
  fileprivate var comparedRows: Double { (actual?.rows ?? planRows) + (number("Rows Removed by Filter") ?? 0) }
}
