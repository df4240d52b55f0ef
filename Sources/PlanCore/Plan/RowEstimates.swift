/// How far the row counts of a node can judge its estimate.
package enum RowCount: Equatable, Sendable {
  /// The count is complete.
  case comparable
  /// The executor stopped early: there may be more rows, so only an underestimate can be proven.
  case lowerBound
  /// Not judged: never executed, or the node repeats its child, or its figures mean something else.
  case notJudged
}

/// The estimate of one node, held against what came.
package struct RowEstimate: Equatable, Sendable {
  package let path: NodePath
  package let rowCount: RowCount
  /// Rows expected per execution, over all processes.
  package let estimated: Double
  /// Rows that came per execution, over all processes.
  package let actual: Double
  /// Executions that `estimated` and `actual` refer to.
  package let executions: Double
  package let qError: QError

  /// By how many rows the two counts differ over all executions.
  package var difference: Double { abs(estimated - actual) * executions }
}

extension Plan {
  /// Judges every estimate of the plan in one pass from the root.
  ///
  /// About three scans in ten carry a count that is not the number of matching rows: a LIMIT stops them, a merge join
  /// re-reads them, workers share them. The pass carries down how each parent consumes its inputs. Its rules come from
  /// the executor's source (`nodeLimit.c`, `nodeMergejoin.c`, `nodeHashjoin.c`, `nodeSubplan.c`) and hold for 13 to 18.
  ///
  /// - Parameters:
  ///   - serverMajor: `Actual Rows` is rounded to whole rows up to 17, to hundredths from 18.
  ///   - isGeneric: made without the parameters' values, so that the estimate of a `LIMIT $1` is a guess.
  /// - Returns: one element a node, in EXPLAIN's order; empty for a plan that did not run.
  package func rowEstimates(serverMajor: ServerMajor, isGeneric: Bool = false) -> [RowEstimate] {
    guard isAnalyzed else { return [] }
    var pass = DemandPass(plan: self, serverMajor: serverMajor, isGeneric: isGeneric)
    pass.run()
    return pass.estimates.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }
}

/// How a parent consumes the rows of a node.
private enum Demand {
  /// To the end, in each loop.
  case full
  /// It may stop early.
  case prefix
  /// It may read rows again, or nothing is known of it.
  case opaque

  var weakened: Demand { self == .full ? .prefix : self }
}

private struct DemandPass {
  let plan: Plan
  let serverMajor: ServerMajor
  let isGeneric: Bool
  /// The SubPlans that some expression reads through a hash table, which drains them.
  let hashedSubplans: Set<Substring>
  var estimates: [RowEstimate] = []
  /// CTE bodies, met but not yet visited: what is known of their consumers is complete only after all else.
  var pendingCTEs: [(name: String, node: PlanNode, path: NodePath)] = []
  /// For each CTE name, whether each of its CTE Scans was read to the end.
  var cteScans: [String: [Bool]] = [:]
  /// The number of bodies of each CTE name; there are several in nested scopes.
  var cteBodies: [String: Int] = [:]
  /// The CTE names that scans give.
  var scannedCTEs: Set<String> = []

  init(plan: Plan, serverMajor: ServerMajor, isGeneric: Bool) {
    self.plan = plan
    self.serverMajor = serverMajor
    self.isGeneric = isGeneric
    hashedSubplans = plan.hashedSubplans
  }

  mutating func run() {
    plan.root.forEachNode { node, _ in
      if node.nodeType == "CTE Scan", let name = node.text("CTE Name") { scannedCTEs.insert(name) }
    }
    plan.root.forEachNode { node, _ in
      if let name = cteName(of: node) { cteBodies[name, default: 0] += 1 }
    }
    visit(plan.root, path: [], demand: .full, gather: nil)
    // A later CTE may read an earlier one and an inner one an outer one, never the reverse: last met, first visited.
    while let (name, node, path) = pendingCTEs.popLast() {
      let scans = cteScans[name] ?? []
      // With several bodies of one name nobody knows which scan reads which.
      let isReadToTheEnd = cteBodies[name] == 1 ? scans.contains(true) : !scans.isEmpty && scans.allSatisfy { $0 }
      visit(node, path: path, demand: node.nodeType == "ModifyTable" || isReadToTheEnd ? .full : .prefix, gather: nil)
    }
  }

  /// The name by which scans read a CTE's body; nil for any other node.
  ///
  /// PostgreSQL 19 makes the names of bodies unique in a query: the second `x` is "CTE x_1", and its scans say "x".
  private func cteName(of node: PlanNode) -> String? {
    guard let name = node.cteName else { return nil }
    guard serverMajor >= 19, !scannedCTEs.contains(name), let end = name.lastIndex(of: "_") else { return name }
    let number = name[name.index(after: end)...]
    return !number.isEmpty && number.allSatisfy(\.isWholeNumber) ? String(name[..<end]) : name
  }

  mutating func visit(_ node: PlanNode, path: NodePath, demand: Demand, gather: PlanNode?) {
    estimates.append(estimate(of: node, path: path, demand: demand, gather: gather))
    if node.nodeType == "CTE Scan", let name = node.text("CTE Name") {
      cteScans[name, default: []].append(demand == .full && !node.isNeverExecuted)
    }
    let innerGather = node.nodeType == "Gather" || node.nodeType == "Gather Merge" ? node : gather
    for (index, child) in node.children.enumerated() {
      let childPath = path + [index]
      if let name = cteName(of: child) {
        pendingCTEs.append((name, child, childPath))
      } else if child.parentRelationship == "InitPlan" {
        visit(child, path: childPath, demand: .prefix, gather: nil)
      } else if child.parentRelationship == "SubPlan" {
        visit(
          child, path: childPath,
          demand: child.subplanName.map { hashedSubplans.contains($0[...]) } ?? false ? .full : .prefix, gather: nil)
      } else {
        visit(child, path: childPath, demand: self.demand(of: node, on: child, demand, gather), gather: innerGather)
      }
    }
  }

  private func demand(of node: PlanNode, on child: PlanNode, _ demand: Demand, _ gather: PlanNode?) -> Demand {
    let isInner = child.parentRelationship == "Inner"
    let joinType = node.text("Join Type") ?? ""
    switch node.nodeType {
    case "Sort", "Hash", "Bitmap Heap Scan", "BitmapAnd", "BitmapOr", "ModifyTable":
      return .full
    case "Aggregate":
      return ["Plain", "Hashed"].contains(node.text("Strategy")) ? .full : demand
    case "SetOp":
      return node.text("Strategy") == "Hashed" ? .full : demand.weakened
    case "Materialize":
      return demand == .opaque ? .prefix : demand
    case "WindowAgg":
      return node["Run Condition"] == nil ? demand : demand.weakened
    case "Limit":
      return limitRanDry(node, demand) ? .full : demand.weakened
    case "Nested Loop":
      return isInner && (["Semi", "Anti"].contains(joinType) || node.isTrue("Inner Unique")) ? demand.weakened : demand
    case "Hash Join":
      if isInner { return .full }
      // With an empty hash table these joins are over before the outer side is read.
      let isEmptyEnding = ["Inner", "Semi", "Right", "Right Semi", "Right Anti"].contains(joinType)
      guard isEmptyEnding, let actual = node.input("Inner")?.actual, actual.loops > 0 else { return demand }
      if actual.rows == 0 { return .opaque }
      // Built more often than there are processes, it may have been empty in some of its loops. Each process runs the
      // child of its Gather once; `Workers Launched` is not kept in a baseline.
      let executions = max(gather?.actual?.loops ?? 1, 1)
      let processes = (gather?.inputs.first?.actual?.loops ?? 1) / executions
      return actual.loops > processes ? demand.weakened : demand
    case "Merge Join":
      if !isInner { return ["Left", "Full", "Anti"].contains(joinType) ? demand : demand.weakened }
      let readsOnce =
        (node.isTrue("Inner Unique") || ["Semi", "Anti"].contains(joinType)) && node["Join Filter"] == nil
      guard readsOnce else { return .opaque }
      return ["Right", "Full", "Right Anti"].contains(joinType) ? demand : demand.weakened
    case "Custom Scan":
      return .opaque
    default:
      return demand
    }
  }

  /// Whether a Limit got fewer rows than it would have taken, so that its input was read to the end.
  ///
  /// An InitPlan as the limit, the parameter of a generic plan and a volatile expression make its estimate a guess: a
  /// tenth of its input (`preprocess_limit` in `planner.c`).
  private func limitRanDry(_ node: PlanNode, _ demand: Demand) -> Bool {
    guard demand == .full, !isGeneric, let actual = node.actual, let input = node.inputs.first else { return false }
    let isGuess = abs(node.planRows - max(1, input.planRows * 0.1)) <= 0.5
    return actual.loops == 1 && actual.rows < node.planRows && !isGuess
      && !node.children.contains { $0.parentRelationship == "InitPlan" }
  }

  private func estimate(of node: PlanNode, path: NodePath, demand: Demand, gather: PlanNode?) -> RowEstimate {
    let actual = node.actual ?? ActualRows(rows: 0, loops: 0)
    var rowCount = DemandPass.rowCount(of: node, demand)
    var estimated = node.planRows
    var executions = actual.loops
    let halfWidth = actual.loops == 1 ? 0 : serverMajor >= 18 ? 0.005 : 0.5
    var interval = max(0, actual.rows - halfWidth)...(actual.rows + halfWidth)
    var rows = actual.rows
    if let gather, DemandPass.isPartial(node) {
      if DemandPass.hasPartialAggregate(node) { rowCount = .notJudged }
      // Each process counts its share of the rows, so sums are compared: per execution of the Gather, of which there
      // are several inside a SubPlan.
      let gatherLoops = max(gather.actual?.loops ?? 1, 1)
      estimated = (estimated * divisor(workers: gather.number("Workers Planned") ?? 0)).finite
      let share = actual.loops / gatherLoops
      interval = (interval.lowerBound * share).finite...(interval.upperBound * share).finite
      rows = (rows * share).finite
      executions = actual.loops == 0 ? 0 : gatherLoops
    }
    var qError = QError(estimated: estimated, actual: interval)
    if rowCount == .notJudged || rowCount == .lowerBound && !qError.isUnderestimate {
      qError = QError(estimated: 1, actual: 1...1)
    }
    return RowEstimate(
      path: path, rowCount: rowCount, estimated: estimated, actual: rows, executions: executions, qError: qError)
  }

  private static func rowCount(of node: PlanNode, _ demand: Demand) -> RowCount {
    guard let actual = node.actual, actual.loops > 0 else { return .notJudged }
    switch node.nodeType {
    case "BitmapAnd", "BitmapOr", "Bitmap Index Scan", "ModifyTable", "Recursive Union", "WorkTable Scan":
      return .notJudged  // the figures mean something else
    case "Hash", "Materialize", "Sort", "Incremental Sort", "Gather", "Gather Merge", "Memoize", "LockRows", "Append",
      "Merge Append", "Limit":
      return .notJudged  // repeats its child
    case "Aggregate" where node.text("Partial Mode") == "Partial":
      return .notJudged
    default:
      if node["One-Time Filter"] != nil { return .notJudged }
    }
    switch demand {
    case .full: return .comparable
    case .prefix: return .lowerBound
    case .opaque: return .notJudged
    }
  }

  /// Whether the node's rows are shared among the processes below a Gather, as against a full copy in each.
  private static func isPartial(_ node: PlanNode) -> Bool {
    switch node.nodeType {
    case "Gather", "Gather Merge": return false
    case _ where node.isParallelAware: return true
    case "Nested Loop", "Hash Join", "Merge Join": return node.input("Outer").map(isPartial) ?? false
    case "Append", "Merge Append": return node.inputs.contains(where: isPartial)
    default: return node.inputs.first.map(isPartial) ?? false
    }
  }

  private static func hasPartialAggregate(_ node: PlanNode) -> Bool {
    node.text("Partial Mode") == "Partial"
      || node.inputs.contains { $0.nodeType != "Gather" && $0.nodeType != "Gather Merge" && hasPartialAggregate($0) }
  }

  /// By what `Plan Rows` of a partial node was divided (`get_parallel_divisor` in `costsize.c`).
  private func divisor(workers: Double) -> Double {
    guard plan.settings["parallel_leader_participation"] != "off" else { return max(workers, 1) }
    return workers + max(0, 1 - 0.3 * workers)
  }
}

extension Double {
  /// The number, or the largest one for a product too large for a `Double`: reports hold no infinity.
  fileprivate var finite: Double { Swift.min(self, .greatestFiniteMagnitude) }
}
