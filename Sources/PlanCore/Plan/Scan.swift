/// How a scan reaches the rows of its relation.
package enum AccessPath: Hashable, Sendable {
  case seqScan
  case indexScan
  case indexOnlyScan
  case bitmapHeapScan
  /// Sample Scan, Tid Scan, Foreign Scan, Custom Scan …, in EXPLAIN's words.
  case other(String)

  init(nodeType: String) {
    switch nodeType {
    case "Seq Scan": self = .seqScan
    case "Index Scan": self = .indexScan
    case "Index Only Scan": self = .indexOnlyScan
    case "Bitmap Heap Scan": self = .bitmapHeapScan
    default: self = .other(nodeType)
    }
  }

  package var usesIndex: Bool {
    switch self {
    case .indexScan, .indexOnlyScan, .bitmapHeapScan: true
    case .seqScan, .other: false
    }
  }
}

/// A subplan, or a sub-select kept apart, that encloses a scan.
///
/// The number that EXPLAIN prints with a SubPlan moves with the planner's choices, so it is the order of appearance
/// that counts.
package enum PlanScope: Hashable, Sendable {
  case cte(String)
  case initPlan(Int)
  case subPlan(Int)
  case subquery(String)

  /// The scope without its number.
  var kind: PlanScope {
    switch self {
    case .initPlan: .initPlan(0)
    case .subPlan: .subPlan(0)
    case .cte, .subquery: self
    }
  }

  package var description: String {
    switch self {
    case .cte(let name): "CTE \(name)"
    case .initPlan(let order): "InitPlan \(order)"
    case .subPlan(let order): "SubPlan \(order)"
    case .subquery(let alias): "sub-select \(alias)"
    }
  }
}

/// The identity of a scan across plans of the same query: its relation, the alias that the query gave it and the
/// subplan that it is in.
///
/// The printed alias alone will not do: `events_3` is the third partition that was printed.
package struct ScanIdentity: Hashable, Sendable {
  package let scopes: [PlanScope]
  package let baseAlias: String
  package let relation: RelationName
  /// The partitioned or inheritance parent at the top, if the relation has one.
  package let root: RelationName?

  /// The identity without the numbers of its scopes, which two sub-selects can swap.
  var withoutScopeNumbers: ScanIdentity {
    ScanIdentity(scopes: scopes.map(\.kind), baseAlias: baseAlias, relation: relation, root: root)
  }

  /// As a reader of the query knows it: `public.orders o`, `public.events_2026_01 e`, with the scopes where there are
  /// any.
  package var description: String {
    let name = baseAlias == relation.name || baseAlias == root?.name ? relation.description : "\(relation) \(baseAlias)"
    return scopes.isEmpty ? name : "\(name) (in \(scopes.map(\.description).joined(separator: ", ")))"
  }
}

/// A node that reads a relation.
package struct Scan: Sendable {
  package let path: NodePath
  package let node: PlanNode
  package let identity: ScanIdentity
  package let access: AccessPath
  /// The indexes that it goes through; those of a Bitmap Heap Scan stand on the Bitmap Index Scans below it.
  package let indexNames: [String]
  /// How deep the root of the subplan stands that it is in; 0 outside of subplans.
  let subplanDepth: Int

  package var relation: RelationName { identity.relation }

  /// `Index Scan using orders_pkey`, `Parallel Seq Scan`, `Bitmap Heap Scan using a and b`.
  package var accessDescription: String {
    let name = (node.isParallelAware ? "Parallel " : "") + node.nodeType
    return indexNames.isEmpty ? name : "\(name) using \(indexNames.joined(separator: " and "))"
  }

  /// The words of its conditions, sorted: they identify two scans of one alias even if the scans swap positions.
  var conditionWords: [Substring] {
    let conditions = ["Index Cond", "Recheck Cond", "Filter", "TID Cond"].compactMap { node.text($0) }
    // By bytes: Characters of a condition of megabytes would take seconds.
    let words = conditions.joined(separator: " ").utf8.split { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...,
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
        false
      default: true
      }
    }
    let names = words.filter { word in
      !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= word[word.startIndex]) && !word.elementsEqual("AND".utf8)
    }
    return Set(names.map { Substring($0) }).sorted()
  }
}

extension Plan {
  /// All scans of relations, in EXPLAIN's order.
  package func scans(facts: CatalogFacts) -> [Scan] {
    var collector = ScanCollector(facts: facts)
    collector.visit(root, path: [], scopes: [], subplanDepth: 0)
    return collector.scans
  }
}

private struct ScanCollector {
  let facts: CatalogFacts
  var scans: [Scan] = []
  var initPlans = 0
  var subPlans = 0

  mutating func visit(_ node: PlanNode, path: NodePath, scopes outer: [PlanScope], subplanDepth outerDepth: Int) {
    var scopes = outer
    let subplanDepth = node.isSubplan ? path.count : outerDepth
    if let name = node.cteName {
      scopes.append(.cte(name))
    } else if node.parentRelationship == "InitPlan" {
      initPlans += 1
      scopes.append(.initPlan(initPlans))
    } else if node.parentRelationship == "SubPlan" {
      subPlans += 1
      scopes.append(.subPlan(subPlans))
    }
    if let relation = node.relation, node.nodeType != "ModifyTable" {
      let root = facts.root(of: relation)
      scans.append(
        Scan(
          path: path, node: node,
          identity: ScanIdentity(
            scopes: scopes,
            baseAlias: baseAlias(of: node, isPartition: root != nil), relation: relation, root: root),
          access: AccessPath(nodeType: node.nodeType),
          indexNames: node.indexName.map { [$0] } ?? bitmapIndexNames(below: node), subplanDepth: subplanDepth))
    }
    if node.nodeType == "Subquery Scan", let alias = node.alias { scopes.append(.subquery(alias)) }
    for (index, child) in node.children.enumerated() {
      visit(child, path: path + [index], scopes: scopes, subplanDepth: subplanDepth)
    }
  }

  /// The alias of the query, without the number that EXPLAIN adds to tell partitions and repeated names apart.
  private func baseAlias(of node: PlanNode, isPartition: Bool) -> String {
    guard let alias = node.alias else { return node.relationName ?? "" }
    guard let underscore = alias.lastIndex(of: "_"), underscore != alias.startIndex,
      !alias[alias.index(after: underscore)...].isEmpty,
      alias[alias.index(after: underscore)...].allSatisfy({ $0.isASCII && $0.isNumber })
    else { return alias }
    let base = String(alias[..<underscore])
    return isPartition || node.parentRelationship == "Member" || base == node.relationName ? base : alias
  }

  private func bitmapIndexNames(below node: PlanNode) -> [String] {
    guard node.nodeType == "Bitmap Heap Scan" else { return [] }
    var names: [String] = []
    func collect(_ node: PlanNode) {
      for child in node.inputs {
        if let name = child.indexName, !names.contains(name) { names.append(name) }
        collect(child)
      }
    }
    collect(node)
    return names
  }
}
