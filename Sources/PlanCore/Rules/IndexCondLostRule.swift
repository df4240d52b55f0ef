private let fail = RuleKey(
  "fail", default: 2, atLeast: 1, "times the baseline's examined rows from which it fails; below it warns")
private let floor = RuleKey(
  "floor", default: 100, atLeast: 0, "rows more that must be examined to fail, over all loops")

extension Rule {
  /// An index scan whose Index Cond lost columns or is gone, so that the scan walks the index and filters.
  static let indexCondLost = Rule(
    id: "index-cond-lost", defaultSeverity: .fail, isOfPart: true,
    summary: "the condition of an index scan lost columns, which are only filtered now",
    fix: "an index that has these columns first, or a condition on the bare columns",
    keys: [fail, floor],
    manual: RuleManual(
      why: """
        The scan still uses an index, so nothing looks wrong at first sight; but it walks through many more entries and
        throws most of them away.
        """,
      details: """
        A column that is neither in the Index Cond nor in the Filter any more is not lost: the query no longer asks for
        it. Below `fail` and `floor`, and when the blocks did not grow, the rule only warns. It is silent when fewer rows
        are examined than before, and for one arm of a BitmapAnd that is only filtered now without more blocks.
        """,
      example: RuleExample(
        before: """
          -> Index Scan using orders_tenant_created_idx on public.orders o  (cost=0.29..62 rows=30 width=44) (actual rows=31 loops=1) (buffers=34)
            Index Cond: ((o.tenant_id = 7) AND (o.created_at >= '2025-12-01'::date))
          """,
        now: """
          -> Index Scan using orders_tenant_created_idx on public.orders o  (cost=0.29..640 rows=30 width=44) (actual rows=31 loops=1) (buffers=512)
            Index Cond: (o.tenant_id = 7)
            Filter: ((o.created_at)::text >= '2025-12-01'::text)
            Rows Removed by Filter: 469
          """),
      silencing: "Raise `floor` when the scan examines few rows anyway, or waive the relation.")
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    return comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access.usesIndex, pair.current.access.usesIndex, !pair.current.node.isNeverExecuted else {
        return nil
      }
      let current = comparison.current
      // Most pairs have equal conditions, and then nothing is lost.
      if pair.baseline.indexConditions == pair.current.indexConditions,
        baseline.facts.columnTypes(of: pair.baseline.relation)
          == current.facts.columnTypes(of: pair.current.relation)
      {
        return nil
      }
      let lost = baseline.indexColumns(pair.baseline).subtracting(current.indexColumns(pair.current))
      // A column that is not filtered either is no longer asked for: the query changed, and not for the worse.
      let filtered = lost.intersection(current.filteredColumns(pair.current))
      guard !filtered.isEmpty else { return nil }
      let (before, now) = (pair.baseline.examinedRows, pair.current.examinedRows)
      // A BitmapAnd counts the rows that are left; its blocks tell what it took to find them.
      let blocks =
        baseline.hasColdBlocks ? (nil, nil) : (pair.baseline.node.buffers, pair.current.node.buffers)
      // The index leads to fewer rows by the columns that are left, or one arm of two is not worth its blocks.
      if now < before || pair.hasFewerArms && comparison.takesAsManyBlocks(pair) { return nil }
      let takesMoreBlocks = blocks.0.map { before in blocks.1.map { $0 > before * 1.05 } ?? true } ?? true
      let isWorse = now - before >= settings[floor] && now >= before * settings[fail] && takesMoreBlocks
      var finding = FindingDraft(
        pair.current,
        "\(pair.current.identity.description): \(pair.baseline.accessDescription) -> \(pair.current.accessDescription), "
          + "\(filtered.sorted().joined(separator: ", ")) is filtered and no longer led by the index: "
          + "\(Figures.grouped(before)) -> \(Figures.grouped(now)) rows examined")
      finding.severityLimit = isWorse ? .fail : .warn
      finding.isFirm = comparison.isAnyIndexGone(of: pair.baseline, for: pair.current.relation)
      finding.baselinePath = pair.baseline.path
      finding.figures = comparison.figures(at: pair.current.path)
      return finding
    }
  }
}

extension ScanMatching.Pair {
  /// Whether the baseline combines several indexes, and the scan now goes through fewer of them.
  fileprivate var hasFewerArms: Bool {
    baseline.node.contains { $0.nodeType == "BitmapAnd" } && current.indexNames.count < baseline.indexNames.count
  }
}

extension CaseComparison {
  /// Whether a scan touches about as many blocks as before, and the whole plan does, too.
  fileprivate func takesAsManyBlocks(_ pair: ScanMatching.Pair) -> Bool {
    guard let blocks, let before = pair.baseline.node.buffers, let now = pair.current.node.buffers else { return false }
    return !blocks.isWorse && now <= before * 1.05 + 16
  }
}

extension Scan {
  /// Rows that the scan looked at, over all loops; estimated where it did not run.
  fileprivate var examinedRows: Double { (node.totalActualRows ?? node.planRows) + node.totalRemovedRows }

  /// The conditions by which it searches its indexes.
  fileprivate var indexConditions: [String] {
    var conditions = node.text("Index Cond").map { [$0] } ?? []
    func collect(_ node: PlanNode) {
      for child in node.inputs {
        if let condition = child.text("Index Cond") { conditions.append(condition) }
        collect(child)
      }
    }
    if access == .bitmapHeapScan { collect(node) }
    return conditions
  }
}

extension Observation {
  /// The columns of its relation by which a scan searches its indexes.
  fileprivate func indexColumns(_ scan: Scan) -> Set<String> {
    Set(scan.indexConditions.flatMap { columns(in: $0, of: scan) })
  }

  fileprivate func filteredColumns(_ scan: Scan) -> Set<String> {
    scan.node.text("Filter").map { columns(in: $0, of: scan) } ?? []
  }

  /// The columns that a condition names.
  ///
  /// The condition of a Bitmap Index Scan has them without the alias.
  private func columns(in condition: String, of scan: Scan) -> Set<String> {
    let known = Set(facts.columns(of: scan.relation).map(\.name))
    var names: Set<String> = []
    for word in namesInCondition(condition) where !known.isEmpty ? known.contains(word) : word != "AND" && word != "OR"
    {
      names.insert(word)
    }
    return names
  }
}
