private let outer = RuleKey("outer", default: 10_000, atLeast: 1, "rows of the outer side, over all loops")
private let inner = RuleKey(
  "inner", default: 10, atLeast: 1, "rows of the inner side that each of them is held against")

extension Rule {
  /// A nested loop over many outer rows whose inner side is read without an index, unlike in the baseline.
  static let nestedLoop = Rule(
    id: "nested-loop", defaultSeverity: .fail,
    summary: "a nested loop over many rows reads its inner side without an index",
    fix: "an index on the inner side's join columns; with a wrong estimate of the outer side, statistics",
    keys: [outer, inner]
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    func loops(_ observation: Observation) -> [KeyedNode] {
      observation.unindexedLoops(outerRows: settings[outer], innerRows: settings[inner])
    }
    let now = loops(comparison.current)
    if now.isEmpty { return [] }
    let known = Set(loops(baseline).map(\.key))
    return now.filter { !known.contains($0.key) }.map { loop in
      var finding = comparison.current.finding(at: loop.path)
      finding.message +=
        ": \(Figures.grouped(loop.node.input("Outer")?.totalActualRows ?? 0)) outer rows, and each is held "
        + "against \(comparison.current.innerName(of: loop)) without an index"
      return finding
    }
  }
}
