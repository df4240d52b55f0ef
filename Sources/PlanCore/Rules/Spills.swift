extension CaseComparison {
  /// Findings on spilled nodes: failing where the matching node of the baseline was in memory, a warning where there is
  /// none.
  func spills(
    of isKind: (PlanNode) -> Bool, isSpilled: (PlanNode) -> Bool, figures: (PlanNode) -> String
  ) -> [FindingDraft] {
    guard let baseline else { return [] }
    let now = current.keyedNodes { isKind($0) && isSpilled($0) }
    if now.isEmpty { return [] }
    let before = Dictionary(grouping: baseline.keyedNodes(where: isKind), by: \.key)
    return now.compactMap { spilled in
      let counterparts = before[spilled.key] ?? []
      if counterparts.contains(where: { isSpilled($0.node) }) { return nil }
      let was = counterparts.isEmpty ? "and \(label) has none" : "\(label)'s stays in memory"
      var finding = FindingDraft("\(current.name(at: spilled.path)): \(figures(spilled.node)), \(was)")
      finding.severityLimit = counterparts.isEmpty ? .warn : .fail
      finding.path = spilled.path
      finding.baselinePath = counterparts.first?.path
      return finding
    }
  }
}

extension PlanNode {
  /// The number of parts that a hash table was split into; 1 is in memory.
  var hashBatches: Double {
    max(number("Hash Batches") ?? 1, number("HashAgg Batches") ?? 1, (number("Disk Usage") ?? 0) > 0 ? 2 : 1)
  }
}
