import JSON

/// The inner statements of one run of a case, as their executions come in.
package struct InnerStatementLog: Sendable {
  private struct Key: Hashable {
    let text: String
    let origin: InnerOrigin
    let isAfterPlan: Bool
  }

  /// Statements, and plans of one statement, beyond which only calls are counted: a function that puts statements
  /// together can run thousands of different ones.
  private static let keptStatements = 200
  private static let keptPlans = 10

  private var keys: [Key: Int] = [:]
  private var statements: [InnerStatement] = []
  /// The place of each shape among a statement's plans, by statement.
  private var shapes: [[String: Int]] = []
  /// The executions so far.
  package private(set) var count = 0

  package init() {}

  /// Adds one execution.
  ///
  /// - Parameters:
  ///   - text: the statement as the server had it.
  ///   - plan: the plan that it ran, with ANALYZE.
  package mutating func add(text: String, origin: InnerOrigin, isAfterPlan: Bool, plan: Plan) {
    count += 1
    let key = Key(text: withoutLiterals(text), origin: origin, isAfterPlan: isAfterPlan)
    let place = keys[key] ?? statements.count
    if place == statements.count {
      guard place < InnerStatementLog.keptStatements else { return }
      keys[key] = place
      shapes.append([:])
      statements.append(
        InnerStatement(text: key.text, origin: origin, calls: 0, isAfterPlan: isAfterPlan, plans: []))
    }
    statements[place].calls += 1
    let shape = plan.shape(facts: CatalogFacts())
    if let known = shapes[place][shape] {
      statements[place].plans[known].root.add(plan.root)
    } else if statements[place].plans.count < InnerStatementLog.keptPlans {
      shapes[place][shape] = statements[place].plans.count
      var plan = plan.canonical
      plan.settings = [:]
      plan.triggers = []
      plan.root = plan.root.withoutLiterals
      statements[place].plans.append(plan)
    }
  }

  /// The statements so far.
  package var all: [InnerStatement] {
    statements.map { statement in
      var statement = statement
      for index in statement.plans.indices { statement.plans[index].root = statement.plans[index].root.rounded }
      return statement
    }
  }
}

extension PlanNode {
  /// Adds the figures of another execution of the same plan: loops and blocks are summed, all else is their mean.
  ///
  /// Where fewer or more members of an Append ran, the nodes below it keep the figures that they have.
  fileprivate mutating func add(_ other: PlanNode) {
    guard nodeType == other.nodeType, let own = actual, let added = other.actual else { return }
    let loops = own.loops + added.loops
    func mean(_ a: Double, _ b: Double) -> Double { loops == 0 ? a : (a * own.loops + b * added.loops) / loops }
    startupCost = mean(startupCost, other.startupCost)
    totalCost = mean(totalCost, other.totalCost)
    planRows = mean(planRows, other.planRows)
    actual = ActualRows(rows: mean(own.rows, added.rows), loops: loops)
    if let blocks = other.buffers { buffers = (buffers ?? 0) + blocks }
    if let blocks = other.temporaryBlocks { temporaryBlocks = (temporaryBlocks ?? 0) + blocks }
    for member in other.properties where ExplainKey.role(of: member.key) == .counter {
      guard case .number(let value) = member.value else { continue }
      let isPerLoop = member.key.hasPrefix("Rows Removed")
      let index = properties.firstIndex { $0.key == member.key }
      let before = index.flatMap { properties[$0].value.numberValue } ?? 0
      let sum = isPerLoop ? mean(before, value) : before + value
      if let index {
        properties[index] = JSONMember(member.key, .number(sum))
      } else if sum > 0 {
        properties.append(JSONMember(member.key, .number(sum)))
      }
    }
    // A counter that this execution does not have was 0 in it.
    for index in properties.indices where properties[index].key.hasPrefix("Rows Removed") {
      if other[properties[index].key] == nil, case .number(let value) = properties[index].value {
        properties[index] = JSONMember(properties[index].key, .number(mean(value, 0)))
      }
    }
    guard children.count == other.children.count else { return }
    for index in children.indices { children[index].add(other.children[index]) }
  }

  /// The node with as many digits as EXPLAIN prints.
  fileprivate var rounded: PlanNode {
    func hundredths(_ number: Double) -> Double { (number * 100).rounded() / 100 }
    var node = self
    node.startupCost = hundredths(startupCost)
    node.totalCost = hundredths(totalCost)
    node.planRows = max(planRows.rounded(), 0)
    node.actual = actual.map { ActualRows(rows: hundredths($0.rows), loops: $0.loops) }
    node.properties = properties.map { property in
      guard case .number(let value) = property.value else { return property }
      return JSONMember(property.key, .number(hundredths(value)))
    }
    node.children = children.map(\.rounded)
    return node
  }

  /// The node with `?` for the literals of its expressions.
  fileprivate var withoutLiterals: PlanNode {
    var node = self
    node.properties = properties.map { property in
      switch ExplainKey.role(of: property.key) {
      case .condition, .detail: JSONMember(property.key, property.value.withoutLiterals)
      case .field, .choice, .counter, .volatile: property
      }
    }
    node.children = children.map(\.withoutLiterals)
    return node
  }
}

extension JSON {
  fileprivate var withoutLiterals: JSON {
    switch self {
    case .string(let text): .string(PlanCore.withoutLiterals(text))
    case .array(let elements): .array(elements.map(\.withoutLiterals))
    default: self
    }
  }
}
