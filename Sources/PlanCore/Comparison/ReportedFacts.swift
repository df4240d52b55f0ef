extension CaseComparison {
  /// The facts that a comparison needs of the state now, without the rest of the catalog: those of the relations that
  /// its plans name and of those that the baseline knows.
  package var reportedFacts: CatalogFacts {
    var names: Set<RelationName> = []
    for plan in [current.plan, current.captured.planWithoutSeqScans].compactMap({ $0 }) {
      plan.root.forEachNode { node, _ in
        guard let relation = node.relation else { return }
        names.insert(relation)
        if let root = current.facts.root(of: relation) { names.insert(root) }
      }
    }
    if let baseline { names.formUnion(baseline.facts.relations.keys) }
    // `restricted` adds those that the query names now.
    return current.facts.restricted(to: names)
  }
}
