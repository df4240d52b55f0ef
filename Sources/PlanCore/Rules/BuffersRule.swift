extension Rule {
  /// The plan touches more blocks: shared and local, hit and read, and temporary ones. A serial plan repeats the count
  /// exactly, so this is the best measure of work that knows no clock.
  static let buffers = Rule(
    id: "buffers", defaultSeverity: .fail, isHeadline: false, isWholePlan: true,
    summary: "the plan touches more blocks",
    fix: "an index, fewer loops, or fewer columns and rows read",
    parameters: [
      .number("warn", 1.3, minimum: 1, "times the baseline's blocks from which it warns"),
      .number("fail", 2, minimum: 1, "times the baseline's blocks from which it fails"),
      .number("floor", 16, minimum: 0, "blocks that it must have grown by to fail; ten times as many to warn"),
    ]
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    // Apart, so that a spill that was always there does not hide the growth of the rest.
    let kinds: [(name: String, blocks: (PlanNode) -> Double?)] = [
      ("buffers", \.buffers), ("temporary blocks", \.temporaryBlocks),
    ]
    return kinds.compactMap { kind in
      guard let before = kind.blocks(baseline.plan.root), let total = kind.blocks(comparison.current.plan.root) else {
        return nil
      }
      let now = total - comparison.excusedGrowth { kind.blocks($0) ?? 0 }
      let factor = now / max(before, 1)
      guard let severity = settings.severity(of: factor),
        now - before >= settings.number("floor") * (factor >= settings.number("fail") ? 1 : 10)
      else { return nil }
      return Finding(
        rule: "buffers", severity: severity,
        message: "\(kind.name) \(Figures.count(before)) -> \(Figures.count(now)), "
          + (before == 0 ? "none in the baseline" : "\(Figures.factor(factor)) times the baseline's"))
    }
  }
}

extension CaseComparison {
  /// By how much a figure of the excused nodes grew.
  func excusedGrowth(of figure: (PlanNode) -> Double) -> Double {
    guard let baseline else { return 0 }
    return excused.reduce(0) { sum, pair in
      sum + max(0, figure(current.plan.root[pair.current]) - figure(baseline.plan.root[pair.baseline]))
    }
  }
}
