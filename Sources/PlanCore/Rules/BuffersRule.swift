private let warn = RuleKey("warn", default: 1.3, atLeast: 1, "times the baseline's blocks from which it warns")
private let fail = RuleKey("fail", default: 2, atLeast: 1, "times the baseline's blocks from which it fails")
private let floor = RuleKey(
  "floor", default: 16, atLeast: 0, "blocks that it must have grown by to fail; ten times as many to warn")

extension Rule {
  /// The plan touches more blocks: shared and local, hit and read, and temporary ones.
  ///
  /// A serial plan repeats the count exactly, so this is the best measure of work that does not depend on time.
  static let buffers = Rule(
    id: "buffers", defaultSeverity: .fail, isWholePlan: true,
    summary: "the plan touches more blocks",
    fix: "an index, fewer loops, or fewer columns and rows read",
    keys: [warn, fail, floor]
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    // Each kind by itself, so that a spill that was always there does not hide the growth of the rest.
    let kinds: [(name: String, blocks: (PlanNode) -> Double?)] = [
      ("buffers", \.buffers), ("temporary blocks", \.temporaryBlocks),
    ]
    return kinds.compactMap { kind in
      guard let before = kind.blocks(baseline.plan.root), let total = kind.blocks(comparison.current.plan.root) else {
        return nil
      }
      let now = total - comparison.excusedGrowth { kind.blocks($0) ?? 0 }
      let factor = now / max(before, 1)
      guard let severity = settings.severity(of: factor, warn: warn, fail: fail),
        now - before >= settings[floor] * (severity == .fail ? 1 : 10)
      else { return nil }
      return FindingDraft(
        "\(kind.name) \(Figures.count(before)) -> \(Figures.count(now)), "
          + (before == 0 ? "none in the baseline" : "\(Figures.factor(factor)) times the baseline's"),
        severityLimit: severity)
    }
  }
}
