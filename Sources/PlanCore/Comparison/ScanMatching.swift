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
      let known = pool[identity] ?? []
      // Usually there is only one of each.
      if scans.count == 1, known.count == 1 {
        pairs.append(Pair(baseline: known[0], current: scans[0]))
        pool[identity] = []
        continue
      }
      var rest = scans.map(Candidate.init)
      var candidates = known.map(Candidate.init)
      // Sub-selects can swap their numbers and their order, so what a scan looks for tells more than where it stands.
      for key in ScanMatching.keys {
        // The candidates of each key, the first one last.
        var waiting = Dictionary(grouping: candidates.indices.reversed()) { key(candidates[$0]) }
        var taken: Set<Int> = []
        rest.removeAll { item in
          guard let index = waiting[key(item)]?.popLast() else { return false }
          taken.insert(index)
          pairs.append(Pair(baseline: candidates[index].scan, current: item.scan))
          return true
        }
        candidates = candidates.indices.filter { !taken.contains($0) }.map { candidates[$0] }
        if rest.isEmpty || candidates.isEmpty { break }
      }
      unmatchedCurrent += rest.map(\.scan)
      pool[identity] = candidates.map(\.scan)
    }
    unmatchedBaseline = pool.values.flatMap { $0 }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    unmatchedCurrent.sort { $0.path.lexicographicallyPrecedes($1.path) }
    pairs.sort { $0.current.path.lexicographicallyPrecedes($1.current.path) }
  }

  private struct Candidate {
    let scan: Scan
    let conditionWords: [Substring]

    init(_ scan: Scan) {
      self.scan = scan
      conditionWords = scan.conditionWords
    }
  }

  private struct Key: Hashable {
    var identity: ScanIdentity?
    var conditionWords: [Substring]?
  }

  /// The properties that two scans must share, the strictest first.
  private static let keys: [@Sendable (Candidate) -> Key] = [
    { Key(identity: $0.scan.identity, conditionWords: $0.conditionWords) },
    { Key(conditionWords: $0.conditionWords) },
    { Key(identity: $0.scan.identity) },
    { _ in Key() },
  ]
}
