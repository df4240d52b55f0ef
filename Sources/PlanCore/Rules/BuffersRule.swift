private let warn = RuleKey("warn", default: 1.3, atLeast: 1, "times the baseline's blocks from which it warns")
private let fail = RuleKey("fail", default: 2, atLeast: 1, "times the baseline's blocks from which it fails")
private let floor = RuleKey(
  "floor", default: 16, atLeast: 0, "blocks by which it must grow to fail; ten times as many to warn")

extension Rule {
  /// The plan touches more blocks: shared and local, hit and read, and temporary ones.
  ///
  /// A serial plan repeats the count exactly, so this is the best measure of work that does not depend on time.
  static let buffers = Rule(
    id: "buffers", defaultSeverity: .fail, isWholePlan: true,
    summary: "the plan touches more blocks",
    fix: "an index, fewer loops, or fewer columns and rows read",
    keys: [warn, fail, floor],
    manual: RuleManual(
      why: """
        Blocks are the work of a query, and unlike its time they are the same in each run. Twice the blocks are about
        twice the work, whatever the cause: a worse index, more loops, wider rows.
        """,
      details: """
        Those of foreign keys and triggers that run after the plan count too; while they are new and look up rows through an
        index, they only warn. Shared and local blocks count together, hit
        or read; temporary blocks are judged by themselves. A waiver on a
        scan also excuses that scan's share of the growth. When the plan has the same shape and conditions, and its blocks
        grew as the pages of its tables did, or as the rows that it returns, the rule only warns.
        """,
      example: RuleExample(
        before: """
          -> Index Scan using events_user_id_idx on public.events e  (cost=0.29..84 rows=50 width=32) (actual rows=50 loops=1) (buffers=53)
            Index Cond: (e.user_id = 42)
          """,
        now: """
          -> Index Scan using events_kind_idx on public.events e  (cost=0.29..480 rows=50 width=32) (actual rows=50 loops=1) (buffers=412)
            Index Cond: (e.kind = 'view'::text)
            Filter: (e.user_id = 42)
            Rows Removed by Filter: 950
          """),
      silencing: """
        Raise `fail` or `floor` for a query whose data varies between runs, for example with parallel plans.
        """)
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    // Each kind by itself, so that a spill that was always there does not hide the growth of the rest.
    let kinds: [(name: String, blocks: (PlanNode) -> Double?)] = [
      ("buffers", \.buffers), ("temporary blocks", \.temporaryBlocks),
    ]
    return kinds.compactMap { kind in
      if kind.name == "buffers", baseline.hasColdBlocks { return nil }
      guard let own = kind.blocks(baseline.plan.root), let total = kind.blocks(comparison.current.plan.root) else {
        return nil
      }
      let inner = kind.name == "buffers" ? comparison.blocksAfterPlan : (before: 0, now: 0)
      let before = own + inner.before
      let now = total + inner.now - comparison.excusedGrowth { kind.blocks($0) ?? 0 }
      let factor = now / max(before, 1)
      guard var severity = settings.severity(of: factor, warn: warn, fail: fail) else { return nil }
      var reason = ""
      if severity == .fail {
        if kind.name == "buffers", let expected = comparison.expectedBlocks,
          now < max(expected, 1) * settings[fail] || now - expected < settings[floor]
        {
          (severity, reason) = (.warn, "; the same plan over more pages or rows")
        } else if kind.name == "buffers", comparison.isNewWorkOfOthers(before: before, now: now, settings) {
          (severity, reason) = (.warn, "; a foreign key or trigger is new")
        } else if kind.name != "buffers", comparison.isFarCheaper, now - before <= comparison.savedBlocks {
          (severity, reason) = (.warn, "; the whole plan became far cheaper")
        }
      }
      guard now - before >= settings[floor] * (severity == .fail ? 1 : 10)
      else { return nil }
      return FindingDraft(
        "\(kind.name) \(Figures.count(before)) -> \(Figures.count(now)), "
          + (before == 0 ? "none in \(comparison.label)" : "\(Figures.factor(factor)) times \(comparison.label)'s")
          + reason,
        severityLimit: severity)
    }
  }
}

extension CaseComparison {
  /// Whether only a new foreign key or trigger made the blocks grow, and not by very much.
  ///
  /// To look up each row through an index is what one asks for by making it.
  fileprivate func isNewWorkOfOthers(before: Double, now: Double, _ settings: RuleSettings) -> Bool {
    let new = newBlocksAfterPlan
    let rest = now - new
    let isRestFine =
      settings.severity(of: rest / max(before, 1), warn: warn, fail: fail) != .fail
      || rest - before < settings[floor]
    return new > 0 && isRestFine && new < max(1000, before * 10)
  }

  /// What fell, in blocks; fifty rows that are processed in memory stand for one.
  fileprivate var savedBlocks: Double {
    max(0, blocks.map { $0.before - $0.now } ?? 0) + max(0, rowsProcessed.map { $0.before - $0.now } ?? 0) / 50
  }
}

extension RuleSettings {
  /// What `buffers` takes for a difference.
  var buffersLimits: WorkLimits { WorkLimits(warn: self[warn], floor: self[floor]) }
}
