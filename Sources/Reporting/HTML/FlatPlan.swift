import PlanCore

/// A plan as a list in EXPLAIN's order, where a node is known by its position.
struct FlatPlan {
  struct Entry {
    let node: PlanNode
    let depth: Int
    let parent: Int?
    var children: [Int] = []
    /// The position behind the last node below it.
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

  /// The nodes from one upwards to another above it, which is left out.
  func climb(from position: Int, to holder: Int) -> [Int] {
    var path: [Int] = []
    var place: Int? = position
    while let here = place, here != holder {
      path.append(here)
      place = entries[here].parent
    }
    return path
  }

  /// The positions of a node and all below it: they follow one another.
  func subtree(_ position: Int) -> Range<Int> {
    position..<entries[position].end
  }
}
