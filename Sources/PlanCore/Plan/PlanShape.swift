extension Plan {
  /// The choices of the planner as text, one line a node: node types, join types and order, relations, indexes. Costs,
  /// rows, conditions and the numbers of subplans are not in it, so equal shapes mean the same plan for other data.
  ///
  /// Members of an Append are sorted, and partitions that are read alike count once: next month's partition changes
  /// nothing.
  package func shape(facts: CatalogFacts) -> String {
    PlanShape(facts: facts).lines(root).joined(separator: "\n")
  }
}

private struct PlanShape {
  let facts: CatalogFacts

  /// Keys beside the node type that are a choice of the planner or an object that it picked.
  private static let keys = [
    "Strategy", "Partial Mode", "Operation", "Join Type", "Scan Direction", "Command", "Conflict Resolution",
    "Conflict Arbiter Indexes", "Custom Plan Provider", "Single Copy", "Function Name", "CTE Name",
  ]

  /// - Parameter heap: the Bitmap Heap Scan above, whose relation the Bitmap Index Scans do not name.
  func lines(_ node: PlanNode, heap: RelationName? = nil) -> [String] {
    let heap = node.nodeType == "Bitmap Heap Scan" ? node.relation : heap
    var groups = node.children.map { child in lines(child, heap: heap).map { "  " + $0 } }
    if ["Append", "Merge Append", "BitmapAnd", "BitmapOr"].contains(node.nodeType) {
      let members = Set(zip(node.children, groups).filter { !$0.0.isSubplan }.map(\.1))
      let subplans = zip(node.children, groups).filter { $0.0.isSubplan }.map(\.1)
      groups = subplans + members.sorted { $0.lexicographicallyPrecedes($1) }
    }
    return [line(node, heap: heap)] + groups.flatMap { $0 }
  }

  private func line(_ node: PlanNode, heap: RelationName?) -> String {
    var words: [String] = []
    if let name = node.cteName {
      words.append("CTE \(name):")
    } else if let relationship = node.parentRelationship {
      words.append(relationship + ":")
    }
    if node.isParallelAware { words.append("Parallel") }
    words.append(node.nodeType)
    for key in PlanShape.keys {
      if let value = node[key] { words.append(value.stringValue ?? value.text) }
    }
    if let index = node.indexName {
      let scanned = (node.relation ?? heap).flatMap { facts[$0] }
      // Each partition's index has a name of its own; what they share is the definition.
      words.append("using \(scanned?.root == nil ? index : scanned?.index(named: index)?.definition ?? index)")
    }
    if let relation = node.relation { words.append("on \(facts.root(of: relation) ?? relation)") }
    return words.joined(separator: " ")
  }
}
