extension Rule {
  /// A hash table, of a join or an aggregate, that did not fit into memory, where the baseline's did.
  static let hashSpill = Rule(
    id: "hash-spill", defaultSeverity: .fail,
    summary: "a hash table goes to disk that did not in the baseline",
    fix: "better estimates (ANALYZE, CREATE STATISTICS), fewer rows, or more work_mem"
  ) { comparison, _ in
    comparison.spills(
      of: { $0.nodeType == "Hash" || $0.nodeType == "Aggregate" }, isSpilled: { $0.hashBatches > 1 },
      figures: { "\(Figures.grouped($0.hashBatches)) batches" })
  }
}
