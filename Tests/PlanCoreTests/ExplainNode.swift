import JSON
import PlanCore

/// A node of a handmade EXPLAIN output: a test writes only what it is about; the other figures are harmless.
struct ExplainNode: Sendable {
  var type: String
  var members: [JSONMember] = []
  var rows = 1.0
  /// The actual figures; nil for a plan without ANALYZE.
  var actual: Double? = 1
  var loops = 1.0
  var cost = 10.0
  var buffers: Double? = 5
  var relationship: String?
  var children: [ExplainNode] = []

  init(_ type: String, _ members: [JSONMember] = [], _ children: ExplainNode...) {
    self.type = type
    self.members = members
    self.children = children
    let names = type.hasSuffix("Append") || type == "BitmapAnd" || type == "BitmapOr" ? [] : ["Outer", "Inner"]
    for index in self.children.indices where self.children[index].relationship == nil {
      self.children[index].relationship = index < names.count ? names[index] : "Member"
    }
  }

  var json: JSON {
    var all = [JSONMember("Node Type", .string(type))]
    if let relationship { all.append(JSONMember("Parent Relationship", .string(relationship))) }
    all += [
      JSONMember("Startup Cost", 0), JSONMember("Total Cost", .number(cost)), JSONMember("Plan Rows", .number(rows)),
      JSONMember("Plan Width", 8),
    ]
    if let actual {
      all += [JSONMember("Actual Rows", .number(actual)), JSONMember("Actual Loops", .number(loops))]
    }
    all += members
    if let buffers {
      all += [JSONMember("Shared Hit Blocks", .number(buffers)), JSONMember("Shared Read Blocks", 0)]
      if !members.contains(where: { $0.key == "Temp Read Blocks" }) { all.append(JSONMember("Temp Read Blocks", 0)) }
      all.append(JSONMember("Temp Written Blocks", 0))
    }
    if !children.isEmpty { all.append(JSONMember("Plans", .array(children.map(\.json)))) }
    return .object(all)
  }

  func plan(settings: [JSONMember] = []) throws -> Plan {
    let statement: JSON = .object([
      JSONMember("Plan", json), JSONMember("Settings", .object(settings)), JSONMember("Triggers", .array([])),
    ])
    return try Plan(explainJSON: JSON.array([statement]).prettyText)
  }
}

// MARK: Kinds of nodes

extension ExplainNode {
  static func scan(_ type: String, _ relation: String, _ alias: String?, schema: String = "public") -> ExplainNode {
    ExplainNode(
      type,
      [
        JSONMember("Relation Name", .string(relation)), JSONMember("Schema", .string(schema)),
        JSONMember("Alias", .string(alias ?? relation)),
      ])
  }

  static func seq(_ relation: String, _ alias: String? = nil, schema: String = "public") -> ExplainNode {
    scan("Seq Scan", relation, alias, schema: schema)
  }

  static func index(
    _ relation: String, _ alias: String? = nil, using index: String? = nil, schema: String = "public"
  ) -> ExplainNode {
    var node = scan("Index Scan", relation, alias, schema: schema)
    node.members.append(JSONMember("Index Name", .string(index ?? "\(relation)_pkey")))
    return node
  }

  static func indexOnly(_ relation: String, _ alias: String? = nil, using index: String? = nil) -> ExplainNode {
    var node = self.index(relation, alias, using: index)
    node.type = "Index Only Scan"
    return node
  }

  static func bitmap(_ relation: String, _ alias: String? = nil, using indexes: String...) -> ExplainNode {
    var node = scan("Bitmap Heap Scan", relation, alias)
    let names = indexes.isEmpty ? ["\(relation)_pkey"] : indexes
    let scans = names.map { ExplainNode("Bitmap Index Scan", [JSONMember("Index Name", .string($0))]) }
    var source = scans[0]
    if scans.count > 1 {
      source = ExplainNode("BitmapAnd")
      source.children = scans.map { $0.as("Member") }
    }
    node.children = [source.as("Outer")]
    return node
  }

  static func join(_ type: String, _ outer: ExplainNode, _ inner: ExplainNode) -> ExplainNode {
    join(type, "Inner", outer, inner)
  }

  static func join(_ type: String, _ joinType: String, _ outer: ExplainNode, _ inner: ExplainNode) -> ExplainNode {
    ExplainNode(type, [JSONMember("Join Type", .string(joinType))], outer, inner)
  }

  static func append(_ members: ExplainNode...) -> ExplainNode {
    var node = ExplainNode("Append")
    node.children = members.map { $0.as("Member") }
    return node
  }

  static func gather(planned: Double = 2, launched: Double = 2, _ input: ExplainNode) -> ExplainNode {
    ExplainNode(
      "Gather",
      [JSONMember("Workers Planned", .number(planned)), JSONMember("Workers Launched", .number(launched))], input)
  }

  static func result(_ children: ExplainNode...) -> ExplainNode {
    var node = ExplainNode("Result")
    node.children = children
    return node
  }

  // MARK: Variants of a node

  /// Sets the estimated rows, the actual rows per loop, and the number of loops.
  func expecting(_ rows: Double, got actual: Double, loops: Double = 1) -> ExplainNode {
    var node = self
    (node.rows, node.actual, node.loops) = (rows, actual, loops)
    return node
  }

  var neverExecuted: ExplainNode { expecting(rows, got: 0, loops: 0) }

  /// The node as EXPLAIN prints it without ANALYZE.
  var notRun: ExplainNode {
    var node = self
    node.actual = nil
    node.buffers = nil
    node.children = children.map(\.notRun)
    return node
  }

  func costing(_ cost: Double, buffers: Double?) -> ExplainNode {
    var node = self
    (node.cost, node.buffers) = (cost, buffers)
    return node
  }

  func with(_ key: String, _ value: JSON) -> ExplainNode {
    var node = self
    node.members.removeAll { $0.key == key }
    node.members.append(JSONMember(key, value))
    return node
  }

  var parallel: ExplainNode { with("Parallel Aware", true) }

  func `as`(_ relationship: String) -> ExplainNode {
    var node = self
    node.relationship = relationship
    return node
  }

  func subPlan(_ number: Int) -> ExplainNode { self.as("SubPlan").with("Subplan Name", .string("SubPlan \(number)")) }

  func initPlan(_ number: Int) -> ExplainNode {
    self.as("InitPlan").with("Subplan Name", .string("InitPlan \(number) (returns $\(number - 1))"))
  }

  func cte(_ name: String) -> ExplainNode { self.as("InitPlan").with("Subplan Name", .string("CTE \(name)")) }

  func filter(_ condition: String) -> ExplainNode { with("Filter", .string(condition)) }

  /// Adds a child without changing its relationship.
  func adding(_ children: ExplainNode...) -> ExplainNode {
    var node = self
    node.children += children
    return node
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}
