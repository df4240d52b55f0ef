/// Two plans of one case laid beside each other, a row a node, with the nodes that answer to each other on one row. Both
/// keep EXPLAIN's order, so a node that changed its place stands on a row of its own and is listed among the moved ones.
package struct PlanAlignment: Equatable, Sendable {
  /// One of the two at least.
  package struct Row: Equatable, Sendable {
    package let baseline: NodePath?
    package let current: NodePath?

    package init(baseline: NodePath?, current: NodePath?) {
      self.baseline = baseline
      self.current = current
    }
  }

  package private(set) var rows: [Row] = []
  /// Pairs that answer to each other from different rows.
  package private(set) var moved: [Row] = []

  /// Beyond so many pairs of nodes the best alignment is not worth its time, and the first that fits is taken.
  private static let pairsToWeigh = 250_000

  /// Nil without a baseline.
  package init?(_ comparison: CaseComparison) {
    guard let baseline = comparison.baseline else { return nil }
    let old = baseline.keyedNodes { _ in true }
    let new = comparison.current.keyedNodes { _ in true }
    let scanPairs = Set(
      comparison.matching.pairs.map { PathPair(baseline: $0.baseline.path, current: $0.current.path) })
    let weigh = { (b: Int, c: Int) in PlanAlignment.weight(old[b], new[c], scanPairs) }

    let anchors =
      old.count * new.count <= PlanAlignment.pairsToWeigh
      ? heaviestPairs(old.count, new.count, weigh) : PlanAlignment.first(old.count, new.count, weigh)
    // The nodes without a partner, by their positions.
    var (rest, added): ([Int], [Int]) = ([], [])
    var (b, c) = (0, 0)
    for anchor in anchors + [(old.count, new.count)] {
      rest += b..<anchor.0
      added += c..<anchor.1
      rows += old[b..<anchor.0].map { Row(baseline: $0.path, current: nil) }
      rows += new[c..<anchor.1].map { Row(baseline: nil, current: $0.path) }
      if anchor.0 < old.count { rows.append(Row(baseline: old[anchor.0].path, current: new[anchor.1].path)) }
      (b, c) = (anchor.0 + 1, anchor.1 + 1)
    }
    for current in added {
      guard let index = rest.firstIndex(where: { weigh($0, current) > 0 }) else { continue }
      moved.append(Row(baseline: old[rest.remove(at: index)].path, current: new[current].path))
    }
  }

  private struct PathPair: Hashable {
    let baseline: NodePath
    let current: NodePath
  }

  /// How well one node answers to another; 0 where it does not.
  private static func weight(_ old: KeyedNode, _ new: KeyedNode, _ scanPairs: Set<PathPair>) -> Int {
    let isSameScan = scanPairs.contains(PathPair(baseline: old.path, current: new.path))
    guard isSameScan || old.key == new.key else {
      // What reads other relations is another node, but the top of a plan is its top.
      return old.path.isEmpty && new.path.isEmpty && old.node.nodeType == new.node.nodeType ? 2 : 0
    }
    var weight = isSameScan ? 8 : old.node.nodeType == new.node.nodeType ? 6 : 5
    if old.node.parentRelationship == new.node.parentRelationship { weight += 1 }
    if old.path.count == new.path.count { weight += 1 }
    return weight
  }

  /// Each node with the next one that answers to it.
  private static func first(_ rows: Int, _ columns: Int, _ weigh: (Int, Int) -> Int) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    var next = 0
    for column in 0..<columns {
      guard let row = (next..<rows).first(where: { weigh($0, column) > 0 }) else { continue }
      pairs.append((row, column))
      next = row + 1
    }
    return pairs
  }
}
