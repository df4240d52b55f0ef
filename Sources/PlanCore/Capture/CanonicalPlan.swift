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
    if spills, node["Sort Space Type"] != .string("Disk") {
      node.properties.removeAll { $0.key == "Sort Space Type" }
      node.properties.append(JSONMember("Sort Space Type", .string("Disk")))
    }
    node.children = children.map(\.canonical)
    return node
  }

  /// Whether a worker's sort, or one group of an incremental sort, went to disk: the node's own key is the leader's.
  private var spilledSort: Bool {
    if case .array(let workers)? = self["Workers"] {
      if workers.contains(where: { $0["Sort Space Type"] == .string("Disk") }) { return true }
    }
    return ["Full-sort Groups", "Pre-sorted Groups"].contains { self[$0]?["Sort Space Disk"] != nil }
  }
}
