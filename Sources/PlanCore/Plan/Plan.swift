/// One EXPLAIN result.
package struct Plan: Equatable, Sendable {
  package var root: PlanNode
  /// The planner's settings that differ from the built-in default (`SETTINGS`), by name.
  package var settings: [String: String]
  /// The triggers that fired after the statement (`Triggers`): foreign keys are checked there, unseen by the plan.
  package var triggers: [Trigger]
  /// In milliseconds; nil unless the run measures time.
  ///
  /// A baseline never holds it.
  package var executionTime: Double?
  /// The JSON was not valid and had to be repaired (MERGE on a partitioned table).
  package var isRepaired = false

  package init(root: PlanNode, settings: [String: String] = [:], triggers: [Trigger] = [], isRepaired: Bool = false) {
    self.root = root
    self.settings = settings
    self.triggers = triggers
    self.isRepaired = isRepaired
  }

  /// Whether the plan was run, so that it has actual rows.
  package var isAnalyzed: Bool { root.actual != nil }
}

/// A trigger and how often it fired.
///
/// A foreign key's trigger is known by its constraint: its own name holds an OID.
package struct Trigger: Equatable, Sendable {
  package let name: String
  package let relation: String
  package let calls: Double

  package init(name: String, relation: String, calls: Double) {
    self.name = name
    self.relation = relation
    self.calls = calls
  }
}
