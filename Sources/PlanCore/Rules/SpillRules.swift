extension Rule {
  /// A sort that went to disk, where the baseline's stayed in memory.
  static let sortSpill = Rule(
    id: "sort-spill", defaultSeverity: .fail, isHeadline: false,
    summary: "a sort goes to disk that did not in the baseline",
    fix: "an index in the wanted order, narrower or fewer rows, or more work_mem",
    parameters: []
  ) { comparison, settings in
    comparison.spills(
      rule: "sort-spill", settings, of: { $0.nodeType == "Sort" || $0.nodeType == "Incremental Sort" },
      isSpilled: { $0.text("Sort Space Type") == "Disk" },
      figures: { $0.number("Sort Space Used").map { "\(Figures.grouped($0)) kB on disk" } ?? "on disk" })
  }

  /// A hash table, of a join or an aggregate, that did not fit into memory, where the baseline's did.
  static let hashSpill = Rule(
    id: "hash-spill", defaultSeverity: .fail, isHeadline: false,
    summary: "a hash table goes to disk that did not in the baseline",
    fix: "better estimates (ANALYZE, CREATE STATISTICS), fewer rows, or more work_mem",
    parameters: []
  ) { comparison, settings in
    comparison.spills(
      rule: "hash-spill", settings, of: { $0.nodeType == "Hash" || $0.nodeType == "Aggregate" },
      isSpilled: { $0.hashBatches > 1 }, figures: { "\(Figures.grouped($0.hashBatches)) batches" })
  }
}

extension CaseComparison {
  /// Spilled nodes: failing where the baseline's counterpart was in memory, a warning where there is none.
  fileprivate func spills(
    rule: String, _ settings: RuleSettings, of isKind: (PlanNode) -> Bool, isSpilled: (PlanNode) -> Bool,
    figures: (PlanNode) -> String
  ) -> [Finding] {
    guard let baseline else { return [] }
    let now = current.keyedNodes { isKind($0) && isSpilled($0) }
    if now.isEmpty { return [] }
    let before = Dictionary(grouping: baseline.keyedNodes(where: isKind), by: \.key)
    return now.compactMap { spilled in
      let counterparts = before[spilled.key] ?? []
      if counterparts.contains(where: { isSpilled($0.node) }) { return nil }
      let was = counterparts.isEmpty ? "and the baseline has none" : "the baseline's stays in memory"
      var finding = Finding(
        rule: rule, severity: counterparts.isEmpty ? min(settings.severity, .warn) : settings.severity,
        message: "\(current.name(at: spilled.path)): \(figures(spilled.node)), \(was)")
      finding.path = spilled.path
      finding.baselinePath = counterparts.first?.path
      return finding
    }
  }
}

extension PlanNode {
  /// The parts that a hash table was split into; 1 is in memory.
  var hashBatches: Double {
    max(number("Hash Batches") ?? 1, number("HashAgg Batches") ?? 1, (number("Disk Usage") ?? 0) > 0 ? 2 : 1)
  }
}
