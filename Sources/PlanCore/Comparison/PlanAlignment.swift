/// Two plans of one case side by side, one row per node, with matching nodes in one row.
///
/// Both keep EXPLAIN's order, so a node that moved has its own row and is listed among the moved ones.
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
    let positions = Dictionary(old.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    let scans = Dictionary(
      comparison.matching.pairs.map { ($0.current.path, positions[$0.baseline.path]) },
      uniquingKeysWith: { first, _ in first })
    // The same scan in the baseline, by position.
    let partners = new.map { scans[$0.path] ?? nil }
    let weigh = { (b: Int, c: Int) in PlanAlignment.weight(old[b], new[c], isSameScan: partners[c] == b) }

    let anchors =
      old.count * new.count <= PlanAlignment.pairsToWeigh
      ? heaviestPairs(old.count, new.count, weigh) : PlanAlignment.first(old, new, partners)
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
    var waiting = Waiting(old, rest)
    for current in added {
      guard let index = waiting.first(for: new[current], partner: partners[current], from: 0) else { continue }
      waiting.remove(index)
      moved.append(Row(baseline: old[index].path, current: new[current].path))
    }
  }

  /// How well one node answers to another; 0 where it does not.
  private static func weight(_ old: KeyedNode, _ new: KeyedNode, isSameScan: Bool) -> Int {
    guard isSameScan || old.key == new.key else {
      // A node that reads other relations is another node, except at the top of a plan.
      return old.path.isEmpty && new.path.isEmpty && old.node.nodeType == new.node.nodeType ? 2 : 0
    }
    var weight = isSameScan ? 8 : old.node.nodeType == new.node.nodeType ? 6 : 5
    if old.node.parentRelationship == new.node.parentRelationship { weight += 1 }
    if old.path.count == new.path.count { weight += 1 }
    return weight
  }

  /// Each node with the next one that answers to it.
  private static func first(_ old: [KeyedNode], _ new: [KeyedNode], _ partners: [Int?]) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    var waiting = Waiting(old, Array(old.indices))
    var next = 0
    for column in new.indices {
      guard let row = waiting.first(for: new[column], partner: partners[column], from: next) else { continue }
      pairs.append((row, column))
      next = row + 1
    }
    return pairs
  }

  /// Nodes of the baseline that still have no partner, by what they are known by.
  private struct Waiting {
    private let old: [KeyedNode]
    private var positionsByKey: [NodeKey: [Int]]
    private var open: Set<Int>

    /// - Parameter positions: ascending.
    init(_ old: [KeyedNode], _ positions: [Int]) {
      self.old = old
      open = Set(positions)
      positionsByKey = Dictionary(grouping: positions.reversed()) { old[$0].key }
    }

    mutating func remove(_ position: Int) { open.remove(position) }

    /// The first node, from a position on, that answers to another: of the same key, or the same scan, or the top of a
    /// plan to the top.
    mutating func first(for node: KeyedNode, partner: Int?, from next: Int) -> Int? {
      while let position = positionsByKey[node.key]?.last, position < next || !open.contains(position) {
        positionsByKey[node.key]?.removeLast()
      }
      let top = node.path.isEmpty && old.first?.node.nodeType == node.node.nodeType ? 0 : nil
      return [positionsByKey[node.key]?.last, partner, top].compactMap { $0 }.filter { $0 >= next && open.contains($0) }
        .min()
    }
  }
}
