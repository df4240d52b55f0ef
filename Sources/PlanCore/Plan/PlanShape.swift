import JSON

extension Plan {
  /// The choices of the planner as text, one line a node: node types, join types and order, relations, indexes.
  ///
  /// Costs, rows, conditions and the numbers of subplans are not in it, so equal shapes mean the same plan for other
  /// data.
  ///
  /// Members of an Append are sorted, and partitions that are read alike count once: next month's partition changes
  /// nothing.
  package func shape(facts: CatalogFacts) -> String {
    var text = ""
    PlanShape(facts: facts).write(root, depth: 0, to: &text)
    return text
  }
}

private struct PlanShape {
  let facts: CatalogFacts

  /// - Parameter heap: the relation of the Bitmap Heap Scan above, which the Bitmap Index Scans do not name.
  func write(_ node: PlanNode, depth: Int, heap: RelationName? = nil, to text: inout String) {
    let heap = node.nodeType == "Bitmap Heap Scan" ? node.relation : heap
    text += (text.isEmpty ? "" : "\n") + String(repeating: "  ", count: depth) + line(node, heap: heap)
    let areAlike = ["Append", "Merge Append", "BitmapAnd", "BitmapOr"].contains(node.nodeType)
    for child in node.children where !areAlike || child.isSubplan {
      write(child, depth: depth + 1, heap: heap, to: &text)
    }
    guard areAlike else { return }
    let members = node.children.filter { !$0.isSubplan }.map { child in
      var member = ""
      write(child, depth: depth + 1, heap: heap, to: &member)
      return member
    }
    for member in Set(members).sorted() { text += "\n" + member }
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
    for key in ExplainKey.choices {
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
