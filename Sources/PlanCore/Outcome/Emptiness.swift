/// The notes on what shows nothing: tables without rows, cases that return none, scans that never ran.
///
/// - Parameter cases: each with its name and what was found at it.
package func emptinessNotes(_ cases: [(name: String, plan: Observation, findings: [Finding])]) -> [Note] {
  var relations: Set<RelationName> = []
  var (results, scans) = ([String](), [String]())
  for item in cases {
    relations.formUnion(item.plan.emptyRelations)
    // An empty table explains the rest.
    guard item.plan.emptyRelations.isEmpty else { continue }
    if item.plan.plan.returnsNothing {
      results.append(item.name)
    } else {
      let found = Set(item.findings.compactMap(\.path))
      scans += item.plan.scans.filter { scan in
        // Partitions are left out at run time by design.
        scan.node.isNeverExecuted && scan.identity.root == nil && !found.contains(scan.path)
      }.map { "\(item.name): \($0.identity.description)" }
    }
  }
  return (relations.isEmpty ? [] : [Note(.emptyRelations(relations.sorted()))])
    + (results.isEmpty ? [] : [Note(.emptyResults(results))])
    + (scans.isEmpty ? [] : [Note(.neverExecuted(scans))])
}

extension Observation {
  /// The relations that the plan reads and that have no rows; a partition counts as its root.
  var emptyRelations: [RelationName] {
    Set(scans.map { $0.identity.root ?? $0.relation }).filter { relation in
      facts[relation] != nil && facts.rowsBelow(relation) == 0
    }.sorted()
  }
}

extension Plan {
  /// Whether the statement ran and gave, or wrote, no row.
  fileprivate var returnsNothing: Bool {
    let node = root.nodeType == "ModifyTable" ? root.inputs.first ?? root : root
    return node.actual.map { $0.loops > 0 && $0.rows == 0 } ?? false
  }
}
