extension Plan {
  /// Whether the plan writes to a table.
  package var writes: Bool { root.contains { $0.nodeType == "ModifyTable" } }
}

extension CatalogFacts {
  /// Whether running a plan can change rows: it has a node that does, or the query comes to a function that is not
  /// declared to change nothing.
  func mayWrite(_ plan: Plan) -> Bool {
    plan.writes || objects.contains { $0.key.hasPrefix("function ") && $0.value.attributes["volatility"] == nil }
  }
}

extension PlanNode {
  /// Whether a node at or below this one is of some kind.
  func contains(where isWanted: (PlanNode) -> Bool) -> Bool {
    isWanted(self) || children.contains { $0.contains(where: isWanted) }
  }
}
