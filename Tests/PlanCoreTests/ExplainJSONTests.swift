import JSON
import PlanCore
import Testing

@Suite struct `Reading EXPLAIN's answer` {
  @Test func `keeps the fields and all other keys in their order`() throws {
    let node = ExplainNode.index("orders", "o", using: "orders_idx").expecting(20, got: 21, loops: 3)
      .with("Scan Direction", "Backward").with("Some New Key", .object([JSONMember("a", 1)])).parallel
    let plan = try ExplainNode("Some New Node", [], node.as("Outer")).plan(settings: [JSONMember("work_mem", "4MB")])
    #expect(plan.root.nodeType == "Some New Node")
    #expect(plan.settings == ["work_mem": "4MB"])
    #expect(plan.isAnalyzed && !plan.isRepaired && plan.triggers.isEmpty)
    let scan = plan.root.children[0]
    #expect(scan.relation == RelationName(schema: "public", name: "orders"))
    #expect(scan.alias == "o" && scan.indexName == "orders_idx" && scan.isParallelAware)
    #expect(scan.actual == ActualRows(rows: 21, loops: 3))
    #expect(scan.planRows == 20 && scan.totalCost == 10 && scan.startupCost == 0 && scan.planWidth == 8)
    #expect(scan.buffers == 5 && scan.temporaryBlocks == 0)
    #expect(scan.properties.map(\.key) == ["Scan Direction", "Some New Key"])
  }

  @Test func `adds up the blocks of all kinds`() throws {
    let node = ExplainNode(
      "Result",
      [
        JSONMember("Local Hit Blocks", 7), JSONMember("Local Read Blocks", 11),
        JSONMember("Shared Dirtied Blocks", 100),
      ])
    #expect(try node.plan().root.buffers == 23)
    #expect(try node.notRun.plan().root.buffers == 18)
    #expect(try ExplainNode("Result").notRun.plan().root.buffers == nil)
  }

  @Test func `knows a trigger by its constraint`() throws {
    let text = """
      [{"Plan": {"Node Type": "Result", "Startup Cost": 0, "Total Cost": 1, "Plan Rows": 1, "Plan Width": 0},
        "Triggers": [
          {"Trigger Name": "RI_ConstraintTrigger_a_17923", "Constraint Name": "fk", "Relation": "orders", "Calls": 4},
          {"Trigger Name": "audit", "Relation": "orders", "Calls": 1}]}]
      """
    let plan = try Plan(explainJSON: text)
    #expect(
      plan.triggers == [
        Trigger(name: "fk", relation: "orders", calls: 4), Trigger(name: "audit", relation: "orders", calls: 1),
      ])
    #expect(plan.settings.isEmpty && !plan.isAnalyzed)
  }

  @Test(arguments: [
    ("", "EXPLAIN's answer is not valid JSON: unexpected end at byte 0"),
    ("[{]", "EXPLAIN's answer is not valid JSON: expected a key at byte 2"),
    ("{}", "EXPLAIN's answer is not a JSON array"), ("\"x\"", "EXPLAIN's answer is not a JSON array"),
    ("[]", "the server has no plan for it: a rule replaces the statement by nothing"),
    ("[{}, {}]", "a rule turns the statement into 2 statements; list them one by one"),
    ("[\"Notify\"]", "the server has no plan for it: Notify"), ("[{}]", "EXPLAIN's answer has no key 'Plan'"),
    ("[1]", "EXPLAIN's answer has no key 'Plan'"), ("[{\"Plan\": []}]", "Plan is not an object"),
    ("[{\"Plan\": {}}]", "Plan has no key 'Node Type'"),
  ])
  func `says why an answer is no plan`(text: String, message: String) {
    let error = #expect(throws: ExplainError.self) { try Plan(explainJSON: text) }
    #expect(error?.description == message)
  }

  @Test(arguments: ["Node Type", "Startup Cost", "Total Cost", "Plan Rows", "Plan Width"])
  func `treats a missing figure as an error, never as zero`(key: String) throws {
    let child = ExplainNode("Result", [], ExplainNode("Result")).json.without(key, at: ["Plans", "0"])
    let error = #expect(throws: ExplainError.self) { try Plan(explainJSON: child.asAnswer) }
    #expect(error?.message == "Plan.Plans[0] has no key '\(key)'")
  }

  @Test(
    arguments: [
      ("Node Type", 1, "is not a string"), ("Alias", true, "is not a string"), ("Plan Rows", "7", "is not a number"),
      ("Actual Loops", .null, "is not a number"), ("Plans", .object([]), "is not an array"),
      ("Shared Hit Blocks", "many", "is not a number"), ("Actual Rows", -1, "is negative"),
      ("Plan Rows", -0.5, "is negative"), ("Temp Read Blocks", -1, "is negative"),
    ] as [(String, JSON, String)])
  func `treats a value of another type as an error`(key: String, value: JSON, problem: String) {
    let json = ExplainNode("Result").json.without(key, at: []).adding(JSONMember(key, value))
    let error = #expect(throws: ExplainError.self) { try Plan(explainJSON: json.asAnswer) }
    #expect(error?.message == "'\(key)' of Plan \(problem)")
  }

  @Test(arguments: ["Actual Rows", "Actual Loops"])
  func `requires rows and loops together`(key: String) {
    let json = ExplainNode("Result").json.without(key, at: [])
    let error = #expect(throws: ExplainError.self) { try Plan(explainJSON: json.asAnswer) }
    #expect(error?.message == "Plan has only one of 'Actual Rows' and 'Actual Loops'")
  }

  @Test func `finds inputs by their relationship, not by their order`() throws {
    let join = ExplainNode("Nested Loop").adding(
      ExplainNode.seq("a").initPlan(1), ExplainNode.seq("b").as("Outer"), ExplainNode.seq("c").as("Inner"),
      ExplainNode.seq("d").subPlan(1))
    let root = try join.plan().root
    #expect(root.input("Outer")?.relationName == "b" && root.input("Inner")?.relationName == "c")
    #expect(root.inputs.map(\.relationName) == ["b", "c"])
    #expect(root.children.map(\.isSubplan) == [true, false, false, true])
  }

  @Test(arguments: [
    ("CTE w", "w" as String?), ("CTE a b", "a b"), ("InitPlan 1 (returns $0)", nil), ("SubPlan 1", nil),
  ])
  func `distinguishes a CTE from other subplans`(name: String, cte: String?) throws {
    let root = try ExplainNode.result(ExplainNode.seq("a").as("InitPlan").with("Subplan Name", .string(name))).plan()
      .root
    #expect(root.children[0].cteName == cte)
  }

  @Test(arguments: [
    ("pg_temp", "pg_temp"), ("pg_temp_3", "pg_temp"), ("pg_temp_41", "pg_temp"), ("pg_temp_x", "pg_temp_x"),
    ("pg_toast", "pg_toast"), ("public", "public"),
  ])
  func `uses one name for every temporary schema`(printed: String, schema: String) {
    #expect(RelationName(schema: printed, name: "t").schema == schema)
  }
}

extension JSON {
  /// The value as the plan in an answer.
  fileprivate var asAnswer: String { JSON.array([.object([JSONMember("Plan", self)])]).text }

  fileprivate func adding(_ member: JSONMember) -> JSON {
    guard case .object(let members) = self else { return self }
    return .object(members + [member])
  }

  /// The value without one key of the object at a path of keys and indexes.
  fileprivate func without(_ key: String, at path: [String]) -> JSON {
    let rest = Array(path.dropFirst())
    switch self {
    case .object(let members):
      guard let first = path.first else { return .object(members.filter { $0.key != key }) }
      return .object(members.map { $0.key == first ? JSONMember($0.key, $0.value.without(key, at: rest)) : $0 })
    case .array(let elements):
      return .array(elements.enumerated().map { "\($0)" == path.first ? $1.without(key, at: rest) : $1 })
    default: return self
    }
  }
}
