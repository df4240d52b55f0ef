private let budget = RuleKey(
  "budget", default: 0, atLeast: 0, "partitions of one table that may be read at all; 0 is no budget")

extension Rule {
  /// More partitions are read than in the baseline, beyond those that were added.
  static let partitionPruning = Rule(
    id: "partition-pruning", defaultSeverity: .fail, isOfPart: true,
    summary: "more partitions are read than in the baseline, or than the budget allows",
    fix: "a condition on the bare partition key, with a value of the key's own type",
    keys: [budget],
    manual: RuleManual(
      why: """
        A query that names the partition key reads one partition of many. When the condition no longer fits the key, it
        reads all of them, and each new partition makes it slower.
        """,
      details: """
        With a `budget` the rule also fires when more partitions than that are read, whatever the baseline reads.
        """,
      example: RuleExample(
        before: """
          -> Append  (cost=0.29..84 rows=40 width=32) (actual rows=40 loops=1) (buffers=46)
            Member -> Index Scan using events_2026_01_user_id_idx on public.events_2026_01 e_1  (cost=0.29..42 rows=20 width=32) (actual rows=20 loops=1) (buffers=23)
              Index Cond: (e_1.user_id = 42)
            Member -> Index Scan using events_2026_02_user_id_idx on public.events_2026_02 e_2  (cost=0.29..42 rows=20 width=32) (actual rows=20 loops=1) (buffers=23)
              Index Cond: (e_2.user_id = 42)
          """,
        now: """
          -> Append  (cost=0.29..168 rows=80 width=32) (actual rows=80 loops=1) (buffers=92)
            Member -> Index Scan using events_2026_01_user_id_idx on public.events_2026_01 e_1  (cost=0.29..42 rows=20 width=32) (actual rows=20 loops=1) (buffers=23)
              Index Cond: (e_1.user_id = 42)
            Member -> Index Scan using events_2026_02_user_id_idx on public.events_2026_02 e_2  (cost=0.29..42 rows=20 width=32) (actual rows=20 loops=1) (buffers=23)
              Index Cond: (e_2.user_id = 42)
            Member -> Index Scan using events_2026_03_user_id_idx on public.events_2026_03 e_3  (cost=0.29..42 rows=20 width=32) (actual rows=20 loops=1) (buffers=23)
              Index Cond: (e_3.user_id = 42)
            Member -> Index Scan using events_2026_04_user_id_idx on public.events_2026_04 e_4  (cost=0.29..42 rows=20 width=32) (actual rows=20 loops=1) (buffers=23)
              Index Cond: (e_4.user_id = 42)
          """,
        partitioned: (RelationName(schema: "public", name: "events"), 12)),
      silencing: """
        Waive the table when the query has to read more of it, or record the new plan. Partitions that were added since
        the baseline do not count.
        """)
  ) { comparison, settings in
    let now = comparison.current.touchedPartitions
    let before = comparison.baseline?.touchedPartitions ?? [:]
    let limit = settings[budget]
    let paths = Dictionary(
      comparison.current.scans.compactMap { scan in scan.identity.root.map { ($0, scan.path) } },
      uniquingKeysWith: { first, _ in first })
    return now.sorted { $0.key.description < $1.key.description }.compactMap { table, touched in
      let added = comparison.addedPartitions(of: table.root)
      let accepted = before[table].map { Double($0) + max(0, added) }
      let isGrown = accepted.map { Double(touched) > $0 } ?? false
      let isOverBudget = limit > 0 && Double(touched) > limit
      guard isGrown || isOverBudget else { return nil }
      let was = before[table].map { ", \($0) in \(comparison.label)" } ?? ""
      let total = comparison.current.facts[table.root]?.partitions.map { " of \($0)" } ?? ""
      var finding = FindingDraft(
        "\(table.description): reads \(touched)\(total) partitions\(was)"
          + (isOverBudget ? ", the budget is \(Figures.grouped(limit))" : ""))
      finding.isFirm = isOverBudget
      finding.relation = table.root
      finding.root = table.root
      finding.alias = table.alias
      finding.path = paths[table.root]
      return finding
    }
  }
}

/// A partitioned table as one alias of the query reads it.
private struct PartitionedTable: Hashable {
  let root: RelationName
  let alias: String

  var description: String { alias == root.name ? root.description : "\(root) \(alias)" }
}

extension Observation {
  /// The number of partitions that were executed, by table.
  fileprivate var touchedPartitions: [PartitionedTable: Int] {
    var relations: [PartitionedTable: Set<RelationName>] = [:]
    for scan in scans where !scan.node.isNeverExecuted {
      guard let root = scan.identity.root else { continue }
      relations[PartitionedTable(root: root, alias: scan.identity.baseAlias), default: []].insert(scan.relation)
    }
    return relations.mapValues(\.count)
  }
}

extension CaseComparison {
  /// The number of partitions that a table has gained since the baseline.
  fileprivate func addedPartitions(of root: RelationName) -> Double {
    guard let before = baseline?.facts[root]?.partitions, let now = current.facts[root]?.partitions else { return 0 }
    return Double(now - before)
  }
}
