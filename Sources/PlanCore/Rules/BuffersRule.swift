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
    guard let before = comparison.baseline?.plan.root.touchedBlocks,
      let total = comparison.current.plan.root.touchedBlocks
    else { return [] }
    let now = total - comparison.excusedGrowth { $0.touchedBlocks ?? 0 }
    guard let severity = settings.severity(of: now / max(before, 1)),
      now - before >= settings.number("floor") * (now > before * settings.number("fail") ? 1 : 10)
    else { return [] }
    return [
      Finding(
        rule: "buffers", severity: severity,
        message: "buffers \(Figures.count(before)) -> \(Figures.count(now)), "
          + "\(Figures.factor(now / max(before, 1))) times the baseline's")
    ]
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

extension PlanNode {
  /// Blocks of 8 kB, temporary ones included; nil without BUFFERS.
  var touchedBlocks: Double? { buffers.map { $0 + (temporaryBlocks ?? 0) } }
}
