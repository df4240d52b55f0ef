package import JSON

extension Plan {
  /// The plan as `EXPLAIN (FORMAT JSON)` answers it: an array of one object, which other tools can draw.
  ///
  /// The model keeps sums where EXPLAIN has several figures. All blocks stand as shared hits and all temporary blocks
  /// as written, and the keys beside them are 0, since viewers want all or none of them.
  package var explainJSON: JSON {
    var members = [JSONMember("Plan", root.explainJSON)]
    if !settings.isEmpty {
      members.append(
        JSONMember(
          "Settings", .object(settings.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })))
    }
    if !triggers.isEmpty { members.append(JSONMember("Triggers", .array(triggers.map(\.explainJSON)))) }
    if let executionTime { members.append(JSONMember("Execution Time", .number(executionTime))) }
    return .array([.object(members)])
  }
}

extension Trigger {
  fileprivate var explainJSON: JSON {
    .object([
      JSONMember("Trigger Name", .string(name)), JSONMember("Relation", .string(relation)),
      JSONMember("Calls", .number(calls)),
    ])
  }
}

extension PlanNode {
  fileprivate var explainJSON: JSON {
    var members: [JSONMember] = []
    func add(_ key: String, _ text: String?) {
      if let text { members.append(JSONMember(key, .string(text))) }
    }
    func add(_ key: String, _ number: Double) { members.append(JSONMember(key, .number(number))) }

    add("Node Type", nodeType)
    add("Parent Relationship", parentRelationship)
    add("Subplan Name", subplanName)
    if isParallelAware { members.append(JSONMember("Parallel Aware", .bool(true))) }
    add("Index Name", indexName)
    add("Relation Name", relationName)
    add("Schema", schema)
    add("Alias", alias)
    add("Startup Cost", startupCost)
    add("Total Cost", totalCost)
    add("Plan Rows", planRows)
    add("Plan Width", planWidth)
    if let actualTotalTime { add("Actual Total Time", actualTotalTime) }
    if let actual {
      add("Actual Rows", actual.rows)
      add("Actual Loops", actual.loops)
    }
    members += properties
    if let buffers {
      add("Shared Hit Blocks", buffers)
      for key in ["Shared Read Blocks", "Shared Dirtied Blocks", "Shared Written Blocks"] { add(key, 0) }
    }
    if let temporaryBlocks {
      add("Temp Read Blocks", 0)
      add("Temp Written Blocks", temporaryBlocks)
    }
    if !children.isEmpty { members.append(JSONMember("Plans", .array(children.map(\.explainJSON)))) }
    return .object(members)
  }
}
