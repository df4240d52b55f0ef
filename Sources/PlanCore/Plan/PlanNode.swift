package import JSON

/// One node of a plan, in EXPLAIN's own words.
///
/// All rows are per loop, all costs are cost units.
package struct PlanNode: Equatable, Sendable {
  package var nodeType: String
  /// `Outer`, `Inner`, `Member`, `Subquery`, `InitPlan`, `SubPlan`; nil on the root.
  package var parentRelationship: String?
  /// `CTE name`, `InitPlan 1 (returns $0)`, `SubPlan 2`: only on the root of a subplan.
  package var subplanName: String?
  package var isParallelAware = false
  package var relationName: String?
  package var schema: String?
  package var alias: String?
  package var indexName: String?
  package var startupCost: Double
  package var totalCost: Double
  package var planRows: Double
  package var planWidth: Double
  /// The actual rows and loops; nil if the plan was made without ANALYZE.
  package var actual: ActualRows?
  /// `Actual Total Time`, in milliseconds per loop; nil unless the run measures time.
  ///
  /// A baseline never holds it.
  package var actualTotalTime: Double?
  /// Blocks touched by the node and all below it, shared and local, hit and read together: the split depends on the
  /// cache, the sum does not.
  ///
  /// Nil without BUFFERS.
  package var buffers: Double?
  /// Temporary blocks read and written, likewise.
  package var temporaryBlocks: Double?
  /// Every other key that EXPLAIN printed, in its order.
  package var properties: [JSONMember] = []
  package var children: [PlanNode] = []

  /// The value of another key, for example `Join Type`.
  package subscript(key: String) -> JSON? { properties.first { $0.key == key }?.value }

  package func text(_ key: String) -> String? { self[key]?.stringValue }

  package func number(_ key: String) -> Double? { self[key]?.numberValue }

  package func isTrue(_ key: String) -> Bool { self[key] == .bool(true) }

  package var isNeverExecuted: Bool { actual?.loops == 0 }

  package var relation: RelationName? {
    guard let relationName else { return nil }
    return RelationName(schema: schema ?? "", name: relationName)
  }

  /// Whether this is the root of an InitPlan, a SubPlan or a CTE, and not an input of its parent.
  package var isSubplan: Bool { parentRelationship == "InitPlan" || parentRelationship == "SubPlan" }

  /// The children that feed this node: neither InitPlans nor SubPlans.
  package var inputs: [PlanNode] { children.filter { !$0.isSubplan } }

  package func input(_ relationship: String) -> PlanNode? {
    children.first { $0.parentRelationship == relationship }
  }

  /// The CTE whose body this node is the root of.
  package var cteName: String? {
    guard isSubplan, let subplanName, subplanName.hasPrefix("CTE ") else { return nil }
    return String(subplanName.dropFirst(4))
  }
}

/// The rows and loops of a node under ANALYZE.
package struct ActualRows: Equatable, Sendable {
  /// Rows per loop, over all processes; rounded to whole rows up to PostgreSQL 17, to 0.01 from 18.
  package var rows: Double
  /// Executions, leader and workers together; 0 means never executed.
  package var loops: Double

  package init(rows: Double, loops: Double) {
    self.rows = rows
    self.loops = loops
  }
}

/// Where a node sits: the index among `children` at each level, from the root.
///
/// Empty for the root.
package typealias NodePath = [Int]

extension PlanNode {
  package subscript(path: NodePath) -> PlanNode {
    path.reduce(self) { $0.children[$1] }
  }

  /// Calls `body` with every node and its path, parents first, in EXPLAIN's order.
  package func forEachNode(at path: NodePath = [], _ body: (PlanNode, NodePath) -> Void) {
    body(self, path)
    for (index, child) in children.enumerated() { child.forEachNode(at: path + [index], body) }
  }
}
