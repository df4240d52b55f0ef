extension Observation {
  /// Nodes that remove more rows than `floor`, and more than `ratio` times the rows that they keep.
  func wastefulFilters(ratio: Double, floor: Double) -> [KeyedNode] {
    keyedNodes { node in
      let removed = node.totalRemovedRows
      return removed > floor && removed > ratio * max(node.totalActualRows ?? 0, 1)
    }
  }
}
