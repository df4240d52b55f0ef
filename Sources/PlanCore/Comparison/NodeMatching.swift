/// A node with its path, and the key that finds it in another plan: its kind and the relations that it reads.
struct KeyedNode {
  let node: PlanNode
  let path: NodePath
  let key: NodeKey
}

struct NodeKey: Hashable {
  /// `join` for all kinds of join, `grouping` for aggregates and their like, else the node type.
  let kind: String
  /// The relations below it, as the query names them.
  let relations: RelationSet
}

extension Observation {
  /// The nodes for which `isWanted` holds, in EXPLAIN's order.
  func keyedNodes(where isWanted: (PlanNode) -> Bool) -> [KeyedNode] {
    var nodes: [KeyedNode] = []
    var position = 0
    plan.root.forEachNode { node, path in
      if isWanted(node) { nodes.append(KeyedNode(node: node, path: path, key: nodeKey(of: node, at: position))) }
      position += 1
    }
    return nodes
  }

  /// The kind of node that may match another: a Hash Join for a Nested Loop, but no Aggregate.
  ///
  /// - Parameter position: of the node in EXPLAIN's order.
  func nodeKey(of node: PlanNode, at position: Int) -> NodeKey {
    let kind =
      switch node.nodeType {
      case "Nested Loop", "Hash Join", "Merge Join": "join"
      case "Aggregate", "Group", "Unique", "SetOp": "grouping"
      case "Sort", "Incremental Sort": "sort"
      case _ where node.relationName != nil: "scan"
      case let other: other
      }
    return NodeKey(kind: kind, relations: relationSets[position])
  }

  /// How a node is called in a message: the scan's name, or `Hash Join {o, c}`.
  func name(at path: NodePath) -> String {
    if let scan = scan(at: path) { return scan.identity.description }
    let aliases = aliases(at: path)
    return plan.root[path].nodeType + (aliases == "{}" ? "" : " \(aliases)")
  }

  func scan(at path: NodePath) -> Scan? { scans.element(at: path) }
}

extension PlanNode {
  /// Rows over all loops and processes; nil for a plan that did not run.
  var totalActualRows: Double? { actual.map { $0.rows * $0.loops } }

  /// Rows that its own filters threw away, over all loops.
  var totalRemovedRows: Double { removedRowsPerLoop * (actual?.loops ?? 0) }
}
