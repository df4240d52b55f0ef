/// Two plans laid beside each other, a row a node, with the nodes that answer to each other on one row. Both keep
/// EXPLAIN's order, so a node that changed its place stands on a row of its own and is listed among the moved ones.
package struct PlanAlignment: Equatable, Sendable {
  /// Nodes as their positions in EXPLAIN's order, from 0; one of the two at least.
  package struct Row: Equatable, Sendable {
    package let baseline: Int?
    package let current: Int?

    package init(baseline: Int?, current: Int?) {
      self.baseline = baseline
      self.current = current
    }
  }

  package private(set) var rows: [Row] = []
  /// Pairs that answer to each other from different rows.
  package private(set) var moved: [Row] = []

  /// Beyond so many pairs of nodes the best alignment is not worth its time, and the first that fits is taken.
  private static let pairsToWeigh = 250_000

  package init(_ comparison: CaseComparison) {
    guard let baseline = comparison.baseline else {
      var count = 0
      comparison.current.plan.root.forEachNode { _, _ in count += 1 }
      rows = (0..<count).map { Row(baseline: nil, current: $0) }
      return
    }
    let old = baseline.keyedNodes { _ in true }
    let new = comparison.current.keyedNodes { _ in true }
    let scanPairs = Set(
      comparison.matching.pairs.map { PathPair(baseline: $0.baseline.path, current: $0.current.path) })
    let weigh = { (b: Int, c: Int) in PlanAlignment.weight(old[b], new[c], scanPairs) }

    let anchors =
      old.count * new.count <= PlanAlignment.pairsToWeigh
      ? PlanAlignment.heaviest(old.count, new.count, weigh) : PlanAlignment.first(old.count, new.count, weigh)
    var (b, c) = (0, 0)
    for anchor in anchors + [(old.count, new.count)] {
      rows += (b..<anchor.0).map { Row(baseline: $0, current: nil) }
      rows += (c..<anchor.1).map { Row(baseline: nil, current: $0) }
      if anchor.0 < old.count { rows.append(Row(baseline: anchor.0, current: anchor.1)) }
      (b, c) = (anchor.0 + 1, anchor.1 + 1)
    }

    var rest = rows.filter { $0.current == nil }.compactMap(\.baseline)
    for current in rows.filter({ $0.baseline == nil }).compactMap(\.current) {
      guard let index = rest.firstIndex(where: { weigh($0, current) > 0 }) else { continue }
      moved.append(Row(baseline: rest.remove(at: index), current: current))
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

  /// The pairs in order whose weights have the largest sum.
  private static func heaviest(_ rows: Int, _ columns: Int, _ weigh: (Int, Int) -> Int) -> [(Int, Int)] {
    let width = columns + 1
    var best = [Int](repeating: 0, count: (rows + 1) * width)
    var weights = [Int](repeating: 0, count: rows * columns)
    for row in (0..<rows).reversed() {
      for column in (0..<columns).reversed() {
        let weight = weigh(row, column)
        weights[row * columns + column] = weight
        let skipped = max(best[(row + 1) * width + column], best[row * width + column + 1])
        let taken = weight > 0 ? weight + best[(row + 1) * width + column + 1] : 0
        best[row * width + column] = max(skipped, taken)
      }
    }
    var pairs: [(Int, Int)] = []
    var (row, column) = (0, 0)
    while row < rows, column < columns {
      let weight = weights[row * columns + column]
      let here = best[row * width + column]
      if weight > 0, here == weight + best[(row + 1) * width + column + 1] {
        pairs.append((row, column))
        row += 1
        column += 1
      } else if here == best[(row + 1) * width + column] {
        row += 1
      } else {
        column += 1
      }
    }
    return pairs
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
