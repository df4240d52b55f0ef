/// Which scan of the baseline answers to which scan now.
package struct ScanMatching: Sendable {
  package struct Pair: Sendable {
    package let baseline: Scan
    package let current: Scan
  }

  /// Scans of one identity, in the order of the current plan.
  package private(set) var pairs: [Pair] = []
  package private(set) var unmatchedBaseline: [Scan] = []
  package private(set) var unmatchedCurrent: [Scan] = []

  init(baseline: [Scan], current: [Scan]) {
    var pool = Dictionary(grouping: baseline) { $0.identity.withoutScopeNumbers }
    let groups = Dictionary(grouping: current) { $0.identity.withoutScopeNumbers }
    for (identity, scans) in groups {
      var rest = scans
      var candidates = pool[identity] ?? []
      // Sub-selects can swap their numbers and their order, so what a scan looks for tells more than where it stands.
      for isSame in ScanMatching.criteria {
        rest.removeAll { scan in
          guard let index = candidates.firstIndex(where: { isSame($0, scan) }) else { return false }
          pairs.append(Pair(baseline: candidates.remove(at: index), current: scan))
          return true
        }
      }
      unmatchedCurrent += rest
      pool[identity] = candidates
    }
    unmatchedBaseline = pool.values.flatMap { $0 }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    unmatchedCurrent.sort { $0.path.lexicographicallyPrecedes($1.path) }
    pairs.sort { $0.current.path.lexicographicallyPrecedes($1.current.path) }
  }

  private static let criteria: [@Sendable (Scan, Scan) -> Bool] = [
    { $0.identity == $1.identity && $0.conditionWords == $1.conditionWords },
    { $0.conditionWords == $1.conditionWords },
    { $0.identity == $1.identity },
    { _, _ in true },
  ]
}
