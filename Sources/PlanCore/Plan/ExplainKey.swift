/// A key that EXPLAIN prints for a node: what plangate does with it, and which values it can have.
///
/// This table is the only place that sorts keys. A key that is not in it, for example of a newer server, is a detail
/// unless its name says otherwise.
package struct ExplainKey: Sendable {
  package enum Role: Sendable {
    /// The key has a field of `PlanNode`, or is added up into one.
    case field
    /// A choice of the planner, or an object that it picked: part of the plan's shape.
    case choice
    /// A count of work, which varies a little between runs.
    case counter
    /// An expression of the query.
    case condition
    /// The value differs between runs or machines and is dropped.
    case volatile
    /// Any other fact, kept and compared as it is.
    case detail
  }

  /// The values of a key in a plan that a server printed.
  enum Values: Sendable {
    /// Any value, as long as no other line got into it.
    case any
    /// A number of at least 0.
    case number
    case flag
    case words(Set<String>)
    /// A text whose brackets and quotes close.
    case expression
  }

  let name: String
  let role: Role
  var values = Values.any
  /// Whether only nodes that read a relation have the key.
  var isOfScan = false
  /// Whether reports print the key below its node.
  var isShown = false

  private init(_ name: String, _ role: Role, _ values: Values = .any, isOfScan: Bool = false, isShown: Bool = false) {
    self.name = name
    self.role = role
    self.values = values
    self.isOfScan = isOfScan
    self.isShown = isShown
  }

  private static let table: [ExplainKey] =
    [
      "Node Type", "Parent Relationship", "Subplan Name", "Parallel Aware", "Relation Name", "Schema", "Alias",
      "Index Name", "Startup Cost", "Total Cost", "Plan Rows", "Plan Width", "Actual Rows", "Actual Loops", "Plans",
      "Actual Total Time", "Shared Hit Blocks", "Shared Read Blocks", "Local Hit Blocks", "Local Read Blocks",
      "Temp Read Blocks", "Temp Written Blocks",
    ].map { ExplainKey($0, .field) } + [
      ExplainKey("Strategy", .choice, .words(["Plain", "Sorted", "Hashed", "Mixed"])),
      ExplainKey("Partial Mode", .choice, .words(["Simple", "Partial", "Finalize"])),
      ExplainKey("Operation", .choice),
      ExplainKey(
        "Join Type", .choice,
        .words(["Inner", "Left", "Full", "Right", "Semi", "Anti", "Right Semi", "Right Anti"])),
      ExplainKey("Scan Direction", .choice, .words(["Forward", "Backward", "NoMovement"]), isOfScan: true),
      ExplainKey("Command", .choice),
      ExplainKey("Conflict Resolution", .choice),
      ExplainKey("Conflict Arbiter Indexes", .choice),
      ExplainKey("Custom Plan Provider", .choice),
      ExplainKey("Single Copy", .choice, .flag),
      ExplainKey("Function Name", .choice),
      ExplainKey("CTE Name", .choice),

      ExplainKey("Heap Fetches", .counter, .number, isOfScan: true, isShown: true),
      ExplainKey("Exact Heap Blocks", .counter, .number, isOfScan: true),
      ExplainKey("Lossy Heap Blocks", .counter, .number, isOfScan: true),
      ExplainKey("Index Searches", .counter, .number, isOfScan: true),
      ExplainKey("Rows Removed by Index Recheck", .counter, .number, isOfScan: true),
      ExplainKey("Disk Usage", .counter, .number),
      ExplainKey("Cache Hits", .counter),
      ExplainKey("Cache Misses", .counter),
      ExplainKey("Cache Evictions", .counter),
      ExplainKey("Cache Overflows", .counter),

      ExplainKey("Index Cond", .condition, .expression, isOfScan: true),
      ExplainKey("Recheck Cond", .condition, .expression, isOfScan: true),
      ExplainKey("TID Cond", .condition, .expression, isOfScan: true),
      ExplainKey("Order By", .condition, isOfScan: true, isShown: true),
      ExplainKey("Run Condition", .condition, isShown: true),

      ExplainKey("Workers Planned", .detail, .number, isShown: true),
      ExplainKey("Subplans Removed", .detail, .number, isShown: true),
      ExplainKey("Hash Batches", .detail, .number),
      ExplainKey("HashAgg Batches", .detail, .number),
      ExplainKey("Original Hash Batches", .detail, .number),
      ExplainKey("Inner Unique", .detail, .flag),
      ExplainKey("Disabled", .detail, .flag),
      ExplainKey("Sort Space Type", .detail, .words(["Memory", "Disk"])),
      ExplainKey("Grouping Sets", .detail, isShown: true),
      ExplainKey("Remote SQL", .detail, isShown: true),
    ]
    + [
      "Output", "Async Capable", "Workers", "Workers Launched", "Cache Mode", "Params Evaluated",
      "Actual Startup Time", "Sort Space Used", "Peak Memory Usage", "Hash Buckets", "Original Hash Buckets",
      "Maximum Storage", "Shared Dirtied Blocks", "Shared Written Blocks", "Local Dirtied Blocks",
      "Local Written Blocks", "Full-sort Groups", "Pre-sorted Groups", "Target Tables",
    ].map { ExplainKey($0, .volatile) }

  private static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })

  /// The number of keys with a field of their own.
  static let fieldCount = table.count { $0.role == .field }

  /// The choices that make the shape of a plan, in the order of its text.
  static let choices = table.filter { $0.role == .choice }.map(\.name)

  /// The keys that only nodes that read a relation have.
  static let ofScans = table.filter(\.isOfScan).map(\.name)

  package static func role(of name: String) -> Role { byName[name]?.role ?? family(of: name).role }

  static func values(of name: String) -> Values { byName[name]?.values ?? family(of: name).values }

  /// Whether reports print a key below its node.
  package static func isShown(_ name: String) -> Bool { byName[name]?.isShown ?? false }

  /// The role of a key that is not in the table, as its name tells.
  private static func family(of name: String) -> (role: Role, values: Values) {
    if name.hasPrefix("Rows Removed") { return (.counter, .number) }
    let isExpression = name.hasSuffix("Cond") || name.hasSuffix("Filter")
    if name.hasPrefix("WAL ") || name[...].parts(at: "I/O") != nil {
      return (.volatile, isExpression ? .expression : .any)
    }
    return isExpression ? (.condition, .expression) : (.detail, .any)
  }
}
