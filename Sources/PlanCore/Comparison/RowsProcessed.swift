/// The rows that the nodes of a plan passed on or threw away, over all loops.
///
/// A measure of work that needs neither a clock nor a block: a function that is called for each row and a loop over
/// rows in memory show nowhere else.
package struct RowsProcessed: Equatable, Sendable {
  package var count = 0.0
  /// By how much the count may be off, since EXPLAIN rounds the rows of a node to its average loop.
  package var uncertainty = 0.0

  /// - Parameter serverMajor: rows per loop are whole numbers up to 17 and hundredths from 18; those that a filter
  ///   removed are whole numbers on every server.
  init?(_ plan: Plan, serverMajor: ServerMajor) {
    guard plan.isAnalyzed else { return nil }
    add(plan.root, rounding: serverMajor >= 18 ? 0.005 : 0.5)
  }

  private mutating func add(_ node: PlanNode, rounding: Double) {
    if let actual = node.actual, actual.loops > 0 {
      let rows = actual.rows + node.removedRowsPerLoop
      // A node that runs a thousand times and reads as 0 rows has still done its work a thousand times.
      count += (actual.loops > 1 ? max(rows, 1) : rows) * actual.loops
      if actual.loops > 1 {
        let filters = ["Filter", "Join Filter"].count { node[$0] != nil }
        uncertainty += actual.loops * (rounding + 0.5 * Double(filters))
      }
    }
    for child in node.children { add(child, rounding: rounding) }
  }
}

extension PlanNode {
  /// Rows that its own filters threw away, per loop.
  var removedRowsPerLoop: Double {
    ["Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter"]
      .compactMap { number($0) }.reduce(0, +)
  }
}
