package import JSON

/// Why a text is no plan that can be judged.
package struct ExplainError: Error, Equatable, Sendable, CustomStringConvertible {
  package let message: String
  package var description: String { message }
}

extension Plan {
  /// Reads the answer of `EXPLAIN (…, FORMAT JSON)`.
  ///
  /// Unknown node types and keys are kept. A text that is not JSON is read once more with the one repair that is known
  /// to be needed (see `JSON.init(parsing:repairing:)`). A missing figure is an error, never a zero.
  package init(explainJSON text: String) throws(ExplainError) {
    let document: JSON
    var isRepaired = false
    do {
      document = try JSON(parsing: text)
    } catch {
      guard let repaired = try? JSON(parsing: text, repairing: true) else {
        throw ExplainError(message: "EXPLAIN's answer is not valid JSON: \(error.message) at byte \(error.offset)")
      }
      document = repaired
      isRepaired = true
    }
    try self.init(explain: document)
    self.isRepaired = isRepaired
  }

  /// Reads the value that `EXPLAIN (…, FORMAT JSON)` answers.
  package init(explain document: JSON) throws(ExplainError) {
    guard case .array(let statements) = document else {
      throw ExplainError(message: "EXPLAIN's answer is not a JSON array")
    }
    guard let statement = statements.first else {
      throw ExplainError(message: "the server has no plan for it: a rule replaces the statement by nothing")
    }
    guard statements.count == 1 else {
      throw ExplainError(
        message: "a rule turns the statement into \(statements.count) statements; list them one by one")
    }
    if case .string(let text) = statement {
      throw ExplainError(message: "the server has no plan for it: \(text)")
    }
    guard let root = statement["Plan"] else {
      throw ExplainError(message: "EXPLAIN's answer has no key 'Plan'")
    }
    self.init(
      root: try PlanNode(explain: root, at: "Plan"),
      settings: try Plan.settings(statement["Settings"]),
      triggers: Plan.triggers(statement["Triggers"]))
    executionTime = statement["Execution Time"]?.numberValue
  }

  private static func settings(_ json: JSON?) throws(ExplainError) -> [String: String] {
    guard let json else { return [:] }
    guard case .object(let members) = json else { throw ExplainError(message: "'Settings' is not an object") }
    var settings: [String: String] = [:]
    for member in members { settings[member.key] = member.value.stringValue ?? member.value.text }
    return settings
  }

  private static func triggers(_ json: JSON?) -> [Trigger] {
    guard case .array(let elements)? = json else { return [] }
    return elements.compactMap { element in
      guard let name = (element["Constraint Name"] ?? element["Trigger Name"])?.stringValue,
        let calls = element["Calls"]?.numberValue
      else { return nil }
      return Trigger(name: name, relation: element["Relation"]?.stringValue ?? "", calls: calls)
    }
  }
}

extension PlanNode {
  /// - Parameter location: where the node is, for errors.
  fileprivate init(explain json: JSON, at location: @autoclosure () -> String) throws(ExplainError) {
    guard case .object(let members) = json else { throw ExplainError(message: "\(location()) is not an object") }
    var values = [String: JSON](minimumCapacity: ExplainKey.fieldCount)
    var others: [JSONMember] = []
    for member in members {
      if ExplainKey.role(of: member.key) == .field {
        values[member.key] = member.value
      } else {
        others.append(member)
      }
    }

    func text(_ key: String) throws(ExplainError) -> String? {
      guard let value = values[key] else { return nil }
      guard let text = value.stringValue else {
        throw ExplainError(message: "'\(key)' of \(location()) is not a string")
      }
      return text
    }
    func number(_ key: String) throws(ExplainError) -> Double? {
      guard let value = values[key] else { return nil }
      guard let number = value.numberValue else {
        throw ExplainError(message: "'\(key)' of \(location()) is not a number")
      }
      // A range of rows would end before it begins. The width alone can overflow in the server.
      guard number >= 0 || key.hasSuffix("Cost") || key.hasSuffix("Width") else {
        throw ExplainError(message: "'\(key)' of \(location()) is negative")
      }
      return number
    }
    func required<Value>(_ value: Value?, _ key: String) throws(ExplainError) -> Value {
      guard let value else { throw ExplainError(message: "\(location()) has no key '\(key)'") }
      return value
    }
    func sum(_ keys: [String]) throws(ExplainError) -> Double? {
      var total: Double?
      for key in keys { if let blocks = try number(key) { total = (total ?? 0) + blocks } }
      return total
    }

    self.init(
      nodeType: try required(try text("Node Type"), "Node Type"),
      startupCost: try required(try number("Startup Cost"), "Startup Cost"),
      totalCost: try required(try number("Total Cost"), "Total Cost"),
      planRows: try required(try number("Plan Rows"), "Plan Rows"),
      planWidth: try required(try number("Plan Width"), "Plan Width"))
    parentRelationship = try text("Parent Relationship")
    subplanName = try text("Subplan Name")
    isParallelAware = values["Parallel Aware"] == .bool(true)
    relationName = try text("Relation Name")
    schema = try text("Schema")
    alias = try text("Alias")
    indexName = try text("Index Name")
    switch (try number("Actual Rows"), try number("Actual Loops")) {
    case (let rows?, let loops?): actual = ActualRows(rows: rows, loops: loops)
    case (nil, nil): actual = nil
    default: throw ExplainError(message: "\(location()) has only one of 'Actual Rows' and 'Actual Loops'")
    }
    actualTotalTime = try number("Actual Total Time")
    buffers = try sum(["Shared Hit Blocks", "Shared Read Blocks", "Local Hit Blocks", "Local Read Blocks"])
    temporaryBlocks = try sum(["Temp Read Blocks", "Temp Written Blocks"])
    properties = others
    if let plans = values["Plans"] {
      guard case .array(let elements) = plans else {
        throw ExplainError(message: "'Plans' of \(location()) is not an array")
      }
      for (index, element) in elements.enumerated() {
        children.append(try PlanNode(explain: element, at: "\(location()).Plans[\(index)]"))
      }
    }
  }
}
