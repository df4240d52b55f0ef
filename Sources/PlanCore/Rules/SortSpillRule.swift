extension Rule {
  /// A sort that went to disk, where the baseline's stayed in memory.
  static let sortSpill = Rule(
    id: "sort-spill", defaultSeverity: .fail,
    summary: "a sort goes to disk that did not in the baseline",
    fix: "an index in the wanted order, narrower or fewer rows, or more work_mem"
  ) { comparison, _ in
    comparison.spills(
      of: { $0.nodeType == "Sort" || $0.nodeType == "Incremental Sort" },
      isSpilled: { $0.text("Sort Space Type") == "Disk" },
      figures: { $0.number("Sort Space Used").map { "\(Figures.grouped($0)) kB on disk" } ?? "on disk" })
  }
}
