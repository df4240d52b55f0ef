import JSON

extension CaseComparison {
  /// What another text of the query changed in the work of its plan, beside conditions.
  var effects: [PlanEffect] {
    guard let baseline else { return [] }
    let (old, new) = (PlanWork(baseline.plan), PlanWork(current.plan))
    let known = Set(baseline.scans.map(\.table))
    var seen: Set<RelationName> = []
    var effects = current.scans.filter { !known.contains($0.table) && seen.insert($0.table).inserted }
      .prefix(CaseComparison.shownConditions).map { PlanEffect.reads($0.tableDescription) }
    if old.sortKeys.isEmpty, let keys = new.sortKeys.first, baseline.scans.contains(where: \.access.usesIndex) {
      effects.append(.sorts(keys))
    }
    effects += scansInOrder.map { .filtersInOrder(index: $0.indexNames[0]) }
    effects += old.ctes.subtracting(new.ctes).sorted().map { .materialized(cte: $0, isNow: false) }
    effects += new.ctes.subtracting(old.ctes).sorted().map { .materialized(cte: $0, isNow: true) }
    let hashed = (baseline.plan.hashedSubplans.count, current.plan.hashedSubplans.count)
    if hashed.0 > hashed.1, new.subplans >= old.subplans { effects.append(.subplanNotHashed) }
    if new.subplans > old.subplans, new.initPlans < old.initPlans { effects.append(.subplanPerRow) }
    effects += new.readers.filter { !old.readers.contains($0) }.map(PlanEffect.readsAllRows)
    if new.hasUnique, !old.hasUnique { effects.append(.removesDuplicates) }
    if new.skipped > old.skipped * 2 + PlanWork.leastSkipped { effects.append(.skips(rows: new.skipped)) }
    return effects
  }
}

extension CaseComparison {
  /// Scans that walk an index for its order until a LIMIT is reached and filter the rows, and went another way before.
  var scansInOrder: [Scan] {
    matching.pairs.compactMap { pair in
      let scan = pair.current
      guard scan.access == .indexScan || scan.access == .indexOnlyScan, scan.node["Index Cond"] == nil,
        scan.node["Filter"] != nil, pair.baseline.indexNames != scan.indexNames,
        current.plan.root.isLimited(above: scan.path)
      else { return nil }
      return scan
    }
  }
}

extension PlanNode {
  /// Whether a LIMIT ends the scan at a path early: nothing in between needs all its rows.
  fileprivate func isLimited(above path: NodePath) -> Bool {
    var node = self
    var isLimited = false
    for index in path {
      switch node.nodeType {
      case "Limit": isLimited = true
      case "Sort", "Aggregate", "WindowAgg", "Hash": isLimited = false
      default: break
      }
      node = node.children[index]
      if node.isSubplan { isLimited = false }
    }
    return isLimited
  }
}

extension Scan {
  /// The partitioned table, for a partition of it.
  fileprivate var table: RelationName { identity.root ?? relation }

  fileprivate var tableDescription: String {
    identity.baseAlias == table.name ? table.description : "\(table) \(identity.baseAlias)"
  }
}

/// The parts of a plan that another text of its query often changes.
private struct PlanWork {
  static let leastSkipped = 100.0

  /// The keys of each sort, joined by commas.
  var sortKeys: [String] = []
  var ctes: Set<String> = []
  var subplans = 0
  /// Sub-selects that run once.
  var initPlans = 0
  var hasUnique = false
  /// What needs all its rows below a LIMIT.
  var readers: [String] = []
  /// The rows that a LIMIT reads and does not return.
  var skipped = 0.0

  init(_ plan: Plan) { visit(plan.root, isBelowLimit: false) }

  private mutating func visit(_ node: PlanNode, isBelowLimit: Bool) {
    if let name = node.cteName { ctes.insert(name) }
    if node.parentRelationship == "SubPlan" { subplans += 1 }
    if node.parentRelationship == "InitPlan", node.cteName == nil { initPlans += 1 }
    switch node.nodeType {
    case "Sort", "Incremental Sort":
      if case .array(let keys)? = node["Sort Key"] {
        sortKeys.append(keys.compactMap(\.stringValue).joined(separator: ", "))
      }
    case "Unique": hasUnique = true
    case "WindowAgg" where isBelowLimit: add("a window function")
    case "Aggregate" where isBelowLimit: add("an aggregate")
    case "Limit":
      if let below = node.inputs.first?.totalActualRows, let rows = node.totalActualRows, below - rows > rows {
        skipped = max(skipped, below - rows)
      }
    default: break
    }
    let isBelow = node.nodeType == "Limit" || isBelowLimit && !node.isSubplan
    for child in node.children { visit(child, isBelowLimit: isBelow && !child.isSubplan) }
  }

  private mutating func add(_ reader: String) { if !readers.contains(reader) { readers.append(reader) } }
}
