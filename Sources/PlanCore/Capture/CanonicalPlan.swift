import JSON

extension Plan {
  /// The plan without what differs from run to run or machine to machine: times, hit against read, launched workers,
  /// memory, the columns that each node passes on; and without the settings that are plangate's own.
  package var canonical: Plan {
    var plan = self
    for name in ["jit", "plan_cache_mode"] { plan.settings[name] = nil }
    plan.root = root.canonical
    plan.triggers.sort { ($0.relation, $0.name) < ($1.relation, $1.name) }
    return plan
  }
}

extension PlanNode {
  /// The key under which a canonical plan keeps the functions of a node's output: `app.rank, auth.uid`.
  static let outputFunctionsKey = "Output Functions"

  fileprivate var canonical: PlanNode {
    var node = self
    let spills = spilledSort
    node.properties = properties.filter { property in
      ExplainKey.role(of: property.key) != .volatile
        && !(property.key == "Disabled" && property.value == .bool(false))
        // A filter that removed nothing says no more than the filter alone.
        && !((property.key.hasPrefix("Rows Removed") || property.key == "Subplans Removed")
          && property.value == .number(0))
    }
    let functions = outputFunctions
    if !functions.isEmpty {
      node.properties.append(JSONMember(PlanNode.outputFunctionsKey, .string(functions.joined(separator: ", "))))
    }
    if spills, node["Sort Space Type"] != .string("Disk") {
      node.properties.removeAll { $0.key == "Sort Space Type" }
      node.properties.append(JSONMember("Sort Space Type", .string("Disk")))
    }
    node.children = children.map(\.canonical)
    return node
  }

  /// The functions that the node calls for the columns that it passes on, in order.
  ///
  /// The columns themselves are dropped. Only functions that EXPLAIN prints with a schema are known not to be built in.
  private var outputFunctions: [String] {
    guard case .array(let columns)? = self["Output"] else { return [] }
    let calls = columns.compactMap(\.stringValue).filter { $0.utf8.contains(UInt8(ascii: ".")) }.flatMap {
      functionCalls(in: $0, isOutput: true)
    }
    return Set(calls.filter { $0.contains(".") && !$0.hasPrefix("pg_catalog.") }).sorted()
  }

  /// Whether a worker's sort, or one group of an incremental sort, went to disk: the node's own key is the leader's.
  private var spilledSort: Bool {
    if case .array(let workers)? = self["Workers"] {
      if workers.contains(where: { $0["Sort Space Type"] == .string("Disk") }) { return true }
    }
    return ["Full-sort Groups", "Pre-sorted Groups"].contains { self[$0]?["Sort Space Disk"] != nil }
  }
}
