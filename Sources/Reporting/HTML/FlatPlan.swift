import PlanCore

/// A plan as a list of nodes in EXPLAIN's order; a node is identified by its position in it.
struct FlatPlan {
  struct Entry {
    let node: PlanNode
    let depth: Int
    let parent: Int?
    var children: [Int] = []
    /// The position after the last node below it.
    var end = 0
  }

  private(set) var entries: [Entry] = []
  private(set) var positions: [NodePath: Int] = [:]

  init(_ plan: Plan) { add(plan.root, at: [], below: nil) }

  private mutating func add(_ node: PlanNode, at path: NodePath, below parent: Int?) {
    let position = entries.count
    entries.append(Entry(node: node, depth: path.count, parent: parent))
    positions[path] = position
    if let parent { entries[parent].children.append(position) }
    for (index, child) in node.children.enumerated() { add(child, at: path + [index], below: position) }
    entries[position].end = entries.count
  }

  /// The positions from a node up to a node above it, which is not included.
  func climb(from position: Int, to holder: Int) -> [Int] {
    var path: [Int] = []
    var place: Int? = position
    while let here = place, here != holder {
      path.append(here)
      place = entries[here].parent
    }
    return path
  }

  /// The positions of a node and of all nodes below it.
  func subtree(_ position: Int) -> Range<Int> {
    position..<entries[position].end
  }
}
