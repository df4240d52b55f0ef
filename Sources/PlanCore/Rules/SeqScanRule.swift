/// The values of the key `require`.
private enum Requirement: String, CaseIterable, RuleKeyValue {
  case natural, indexable
}

private let require = RuleKey(
  "require", default: Requirement.natural,
  "natural: the plan as it is; indexable: an index must be able to serve what it could in the baseline")

extension RuleSettings {
  /// Whether `seq-scan` asks what an index could serve, and not what the planner chose.
  var requiresIndexable: Bool { self[require] == .indexable }
}

extension Rule {
  /// A relation that the baseline reached through an index is now read by a Seq Scan.
  ///
  /// A scan is matched by its identity, else by its relation: among the unmatched scans of a relation, Seq Scans must
  /// not outnumber the baseline's. A partition that the baseline did not read fires when it lacks an index that its
  /// siblings' scans used. Partitions under 8 pages are judged by their indexes alone, since no planner would use one
  /// there.
  static let seqScan = Rule(
    id: "seq-scan", defaultSeverity: .fail, isHeadline: true, isOfPart: true,
    summary: "a relation that the baseline reached through an index is now read by a Seq Scan",
    fix:
      "an index that serves the condition, or a condition that an index can serve",
    keys: [require],
    manual: RuleManual(
      why: """
        Without the index every execution reads the whole table. The few thousand rows of a seed hide that; in
        production the time grows with the table.
        """,
      details: """
        Scans are matched by schema, relation, alias and sub-select, so a self-join that loses its index on one side is
        found; scans that cannot be matched are counted by relation. A partition that the baseline did not read fails
        when it lacks an index that its siblings are read through; next month's empty partition does not. Partitions
        under 8 pages are judged by the catalog, since no planner would use an index there. Scans that never ran are
        judged only when the baseline's did not run either. Small tables that are not partitions are judged by the plan.

        The report says whether *no index can serve the condition*, or *an index could serve it and the planner
        preferred the scan*: plangate asks the server again with `enable_seqscan = off`. With `require: indexable` that
        is the rule: it fails when no index can serve what an index could serve in the baseline. Each report says once
        how many scans cannot be judged because the planner reads the table anyway.
        """,
      example: RuleExample(
        before: """
          -> Index Scan using orders_customer_id_idx on public.orders o  (cost=0.29..41.5 rows=20 width=44) (actual rows=21 loops=1) (buffers=24)
            Index Cond: (o.customer_id = 42)
          """,
        now: """
          -> Seq Scan on public.orders o  (cost=0..1734 rows=20 width=44) (actual rows=21 loops=1) (buffers=734)
            Filter: (o.customer_id = 42)
            Rows Removed by Filter: 79979
          """),
      silencing: """
        Waive the relation when the scan is intended, for example of a table that stays small. Set `require: indexable`
        when the seed is too small for index scans.
        """)
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    if settings.requiresIndexable { return comparison.lostIndexability }
    return SeqScanJudgement(comparison: comparison, baseline: baseline).findings
  }
}

private struct SeqScanJudgement {
  let comparison: CaseComparison
  let baseline: Observation
  /// The baseline's scans, by relation, and those that have no matching scan.
  private let known: [RelationName: [Scan]]
  private let unmatchedKnown: [RelationName: [Scan]]
  private let unmatchedPaths: Set<NodePath>
  /// The partitions that the baseline reads through an index, by their root.
  private let siblings: [RelationName: Siblings]

  private struct Siblings {
    let scans: [Scan]
    let byAlias: [String: Scan]
    /// The definitions of the indexes that they are read through, each once.
    let definitions: [String]
  }

  init(comparison: CaseComparison, baseline: Observation) {
    (self.comparison, self.baseline) = (comparison, baseline)
    known = Dictionary(grouping: baseline.scans, by: \.relation)
    unmatchedKnown = Dictionary(grouping: comparison.matching.unmatchedBaseline, by: \.relation)
    unmatchedPaths = Set(comparison.matching.unmatchedBaseline.map(\.path))
    let partitions = baseline.scans.filter { $0.identity.root != nil && $0.access.usesIndex }
    siblings = Dictionary(grouping: partitions) { $0.identity.root ?? $0.relation }.mapValues { scans in
      var seen: Set<String> = []
      return Siblings(
        scans: scans,
        byAlias: Dictionary(scans.map { ($0.identity.baseAlias, $0) }, uniquingKeysWith: { first, _ in first }),
        definitions: SeqScanJudgement.definitions(of: scans, in: baseline).filter { seen.insert($0).inserted })
    }
  }

  /// Below this many pages an index costs more than reading all.
  static let judgeablePages = 8.0

  var findings: [FindingDraft] {
    (matched + unmatched + smallPartitions + newPartitions).sorted {
      ($0.path ?? []).lexicographicallyPrecedes($1.path ?? [])
    }
  }

  /// Scans of one identity.
  private var matched: [FindingDraft] {
    comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access.usesIndex, pair.current.access == .seqScan,
        !pair.current.node.isNeverExecuted || pair.baseline.node.isNeverExecuted,
        !isExcusedSmallPartition(pair.current, definitions: definitions(of: [pair.baseline]))
      else { return nil }
      return finding(pair.current, before: pair.baseline)
    }
  }

  /// Scans without a counterpart, of relations that the baseline read.
  private var unmatched: [FindingDraft] {
    let matching = comparison.matching
    var findings: [FindingDraft] = []
    for (relation, scans) in Dictionary(grouping: matching.unmatchedCurrent, by: \.relation) {
      let indexed = (known[relation] ?? []).filter(\.access.usesIndex)
      guard let before = indexed.first(where: { unmatchedPaths.contains($0.path) }) ?? indexed.first else { continue }
      let seqScans = scans.filter { scan in
        scan.access == .seqScan && (!scan.node.isNeverExecuted || before.node.isNeverExecuted)
          && !comparison.isSmallAddition(scan)
      }
      let accepted = (unmatchedKnown[relation] ?? []).filter { $0.access == .seqScan }
      // Scans with the same conditions as one of the baseline's are the accepted ones.
      let words = Set(accepted.map(\.conditionWords))
      let isAccepted = seqScans.map { !words.isEmpty && words.contains($0.conditionWords) }
      let suspects =
        zip(seqScans, isAccepted).filter(\.1).map(\.0) + zip(seqScans, isAccepted).filter { !$0.1 }.map(\.0)
      for scan in suspects.dropFirst(accepted.count)
      where !isExcusedSmallPartition(scan, definitions: definitions(of: indexed)) {
        findings.append(finding(scan, before: before))
      }
    }
    return findings
  }

  /// Partitions that the baseline did not read.
  private var newPartitions: [FindingDraft] {
    comparison.matching.unmatchedCurrent.compactMap { scan in
      guard scan.access == .seqScan, !scan.node.isNeverExecuted,
        known[scan.relation] == nil
      else { return nil }
      return siblingFinding(scan, where: { _ in true })
    }
  }

  /// Partitions that are too small for an index scan, then and now, and that lost the index of their siblings.
  private var smallPartitions: [FindingDraft] {
    comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access == .seqScan, pair.current.access == .seqScan,
        !pair.current.node.isNeverExecuted || pair.baseline.node.isNeverExecuted,
        let now = comparison.current.facts[pair.current.relation], now.pages < SeqScanJudgement.judgeablePages,
        let before = baseline.facts[pair.current.relation]
      else { return nil }
      return siblingFinding(pair.current, where: before.hasIndex(like:))
    }
  }

  /// The finding on a partition that lacks an index which its siblings' scans used in the baseline.
  ///
  /// - Parameter isExpected: whether the partition ought to have an index of this definition.
  private func siblingFinding(_ scan: Scan, where isExpected: (String) -> Bool) -> FindingDraft? {
    guard let root = scan.identity.root, let siblings = siblings[root] else { return nil }
    let facts = comparison.current.facts[scan.relation]
    guard let sibling = siblings.byAlias[scan.identity.baseAlias] ?? siblings.scans.first,
      let missing = siblings.definitions.first(where: { isExpected($0) && !(facts?.hasIndex(like: $0) ?? false) })
    else { return nil }
    var finding = FindingDraft(
      scan,
      "\(scan.identity.description): \(scan.accessDescription) of a partition without the index that its sibling "
        + "\(sibling.relation) is read through (\(sibling.accessDescription)): \(missing)")
    finding.isFirm = true
    finding.figures = comparison.figures(at: scan.path)
    finding.indexVerdict = comparison.current.indexVerdict(of: scan)
    return finding
  }

  /// The definitions of the indexes that scans of the baseline went through.
  private func definitions(of scans: [Scan]) -> [String] { SeqScanJudgement.definitions(of: scans, in: baseline) }

  private static func definitions(of scans: [Scan], in baseline: Observation) -> [String] {
    scans.flatMap { scan in
      scan.indexNames.compactMap { baseline.facts[scan.relation]?.index(named: $0)?.definition }
    }
  }

  private func isExcusedSmallPartition(_ scan: Scan, definitions: [String]) -> Bool {
    guard scan.identity.root != nil, let facts = comparison.current.facts[scan.relation] else { return false }
    return facts.pages < SeqScanJudgement.judgeablePages && !definitions.isEmpty
      && definitions.allSatisfy(facts.hasIndex(like:))
  }

  private func finding(_ scan: Scan, before: Scan) -> FindingDraft {
    var finding = FindingDraft(
      scan, "\(scan.identity.description): \(before.accessDescription) -> \(scan.accessDescription)")
    finding.baselinePath = before.path
    finding.figures = comparison.figures(at: scan.path)
    finding.indexVerdict = comparison.current.indexVerdict(of: scan)
    finding.isFirm = finding.indexVerdict == .noIndex || comparison.isAnyIndexGone(of: before, for: scan.relation)
    return finding
  }
}

extension CaseComparison {
  /// Whether a Seq Scan is an addition to the query that reads few pages: every index scan that the baseline has of the
  /// relation is still one, so that none of them became this scan.
  ///
  /// It is for `new-seq-scan` then.
  func isSmallAddition(_ scan: Scan) -> Bool {
    guard let baseline, let pages = current.facts[scan.relation]?.pages,
      max(pages, 1) * max(scan.node.actual?.loops ?? 1, 1) < CaseComparison.smallAddition
    else { return false }
    let indexed = baseline.scans.filter { $0.relation == scan.relation && $0.access.usesIndex }
    let kept = Set(matching.pairs.filter { $0.current.access.usesIndex }.map(\.baseline.path))
    return !indexed.isEmpty && indexed.allSatisfy { kept.contains($0.path) }
  }

  /// In pages, over all loops: as many as `buffers` takes for none.
  private static let smallAddition = 16.0

  /// Whether an index that a scan of the baseline goes through is not there any more, whatever its name, or was not
  /// recorded.
  ///
  /// - Parameter relation: the relation that is read now.
  func isAnyIndexGone(of before: Scan, for relation: RelationName) -> Bool {
    before.indexNames.contains { name in
      guard let definition = baseline?.facts[before.relation]?.index(named: name)?.definition else { return true }
      return !(current.facts[relation]?.hasIndex(like: definition) ?? false)
    }
  }
}

extension CaseComparison {
  /// Scans that an index could serve in the baseline and none can now, whatever the planner prefers: the rule for seeds
  /// that are too small for natural plans.
  fileprivate var lostIndexability: [FindingDraft] {
    guard let before = baseline?.alternativeScans, let now = current.alternativeScans else { return [] }
    let matching = ScanMatching(baseline: before, current: now)
    var lost = matching.pairs.filter { $0.baseline.isLedByIndex && $0.current.hasCondition && !$0.current.isLedByIndex }
      .map { (scan: $0.current, before: $0.baseline) }
    let known = Dictionary(grouping: before, by: \.relation)
    let unmatched = Dictionary(grouping: matching.unmatchedBaseline, by: \.relation)
    for (relation, scans) in Dictionary(grouping: matching.unmatchedCurrent, by: \.relation) {
      guard let indexed = known[relation]?.first(where: \.isLedByIndex) else { continue }
      let unserved = scans.filter { $0.hasCondition && !$0.isLedByIndex }
      let accepted = unmatched[relation]?.count { !$0.isLedByIndex } ?? 0
      lost += unserved.dropFirst(accepted).map { (scan: $0, before: indexed) }
    }
    let paths = Dictionary(current.scans.map { ($0.identity, $0.path) }, uniquingKeysWith: { first, _ in first })
    return lost.map { scan, indexed in
      var finding = FindingDraft(
        scan,
        "\(scan.identity.description): no index can serve its condition any more "
          + "(\(label) has \(indexed.accessDescription))")
      // The scan's own path is one of the plan without Seq Scans, which is not the plan that is shown.
      finding.path = paths[scan.identity]
      finding.indexVerdict = .noIndex
      finding.isFirm = true
      return finding
    }
  }
}
