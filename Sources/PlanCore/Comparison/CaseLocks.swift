extension Observation {
  /// The locks that running the case takes.
  package var locks: Set<RelationLock> {
    var locks: Set<RelationLock> = []
    for plan in [plan] + (captured.inner.statements ?? []).flatMap(\.plans) {
      plan.root.forEachNode { node, _ in
        guard let relation = node.relation else { return }
        let mode: LockMode = node.nodeType == "ModifyTable" ? .rowExclusive : .accessShare
        for name in [relation, facts.root(of: relation)].compactMap(\.self) { locks.insert(RelationLock(name, mode)) }
      }
      // FOR UPDATE and its like lock all that they read.
      if plan.root.contains(where: { $0.nodeType == "LockRows" }) {
        plan.root.forEachNode { node, _ in
          if let relation = node.relation { locks.insert(RelationLock(relation, .rowShare)) }
        }
      }
    }
    return locks
  }
}
