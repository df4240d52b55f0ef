/// The nodes of two plans of one case in rows: what answers to each other stands in one row, and both plans keep
/// EXPLAIN's order from top to bottom. What has no counterpart has a row to itself.
package struct NodeAlignment: Equatable, Sendable {
  package struct Row: Equatable, Sendable {
    package let baseline: NodePath?
    package let current: NodePath?

    package init(baseline: NodePath?, current: NodePath?) {
      self.baseline = baseline
      self.current = current
    }
  }

  package let rows: [Row]
}

extension CaseComparison {
  /// Nil without a baseline.
  package var nodeAlignment: NodeAlignment? {
    guard let baseline else { return nil }
    var names: [NodeKey: Int] = [:]
    var kinds: [String: Int] = [:]
    let old = alignedNodes(baseline, &names, &kinds)
    let new = alignedNodes(current, &names, &kinds)
    let partners = Dictionary(
      matching.pairs.map { ($0.baseline.path, $0.current.path) }, uniquingKeysWith: { first, _ in first })
    return NodeAlignment(old, new) { before, now in
      if let partner = partners[before.path] { return partner == now.path ? 40 : 0 }
      return before.likeness(to: now)
    }
  }

  private func alignedNodes(
    _ observation: Observation, _ names: inout [NodeKey: Int], _ kinds: inout [String: Int]
  ) -> [AlignedNode] {
    var nodes: [AlignedNode] = []
    observation.plan.root.forEachNode { node, path in
      let key = observation.nodeKey(at: path)
      nodes.append(
        AlignedNode(
          path: path, node: node, key: names[key, default: names.count], kind: kinds[key.kind, default: kinds.count],
          isScan: key.kind == "scan"))
      names[key] = nodes[nodes.count - 1].key
      kinds[key.kind] = nodes[nodes.count - 1].kind
    }
    return nodes
  }
}

private struct AlignedNode {
  let path: NodePath
  let node: PlanNode
  /// Numbers that are equal where the keys and their kinds are.
  let key: Int
  let kind: Int
  let isScan: Bool

  /// Above 0 where this node of the baseline may stand beside that node of now.
  func likeness(to other: AlignedNode) -> Int {
    let closeness = (node.nodeType == other.node.nodeType ? 4 : 0) + (path.count == other.path.count ? 2 : 0)
    if key == other.key { return 20 + closeness }
    if isScan || other.isScan {
      return isScan && other.isScan && node.relation == other.node.relation ? 10 + closeness : 0
    }
    if kind == other.kind { return 4 + closeness }
    return path.isEmpty && other.path.isEmpty ? 3 : 0
  }
}

extension NodeAlignment {
  /// Beyond so many pairs the rows are simply counted off: a plan of thousands of nodes is not read row by row.
  private static let largest = 4_000_000

  /// The order-preserving pairing with the greatest sum of likenesses.
  fileprivate init(_ old: [AlignedNode], _ new: [AlignedNode], _ likeness: (AlignedNode, AlignedNode) -> Int) {
    guard old.count * new.count <= NodeAlignment.largest else {
      rows = (0..<max(old.count, new.count)).map { index in
        Row(
          baseline: index < old.count ? old[index].path : nil, current: index < new.count ? new[index].path : nil)
      }
      return
    }
    let width = new.count + 1
    // best[i * width + j] is the greatest sum for what follows old[i] and new[j].
    var best = [Int32](repeating: 0, count: (old.count + 1) * width)
    for i in old.indices.reversed() {
      for j in new.indices.reversed() {
        var sum = max(best[(i + 1) * width + j], best[i * width + j + 1])
        let pair = Int32(likeness(old[i], new[j]))
        if pair > 0 { sum = max(sum, best[(i + 1) * width + j + 1] + pair) }
        best[i * width + j] = sum
      }
    }
    var rows: [Row] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, j < new.count {
        let pair = Int32(likeness(old[i], new[j]))
        if pair > 0, best[i * width + j] == best[(i + 1) * width + j + 1] + pair {
          rows.append(Row(baseline: old[i].path, current: new[j].path))
          (i, j) = (i + 1, j + 1)
          continue
        }
      }
      if i < old.count, j == new.count || best[i * width + j] == best[(i + 1) * width + j] {
        rows.append(Row(baseline: old[i].path, current: nil))
        i += 1
      } else {
        rows.append(Row(baseline: nil, current: new[j].path))
        j += 1
      }
    }
    self.rows = rows
  }
}
