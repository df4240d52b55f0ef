import Foundation
import JSON
import PlanCore
import Testing

/// The baselines of the example project, and small ones made here.
enum Baselines {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../baselines").standardizedFileURL

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".plan") }.sorted()

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// A capture with every kind of entry.
  static func sample() throws -> QueryCapture {
    let node = ExplainNode("Limit", [], .index("orders", "o", using: "orders_idx").expecting(20, got: 20)).adding(
      ExplainNode.seq("small").neverExecuted.subPlan(1))
    var plan = try node.plan(settings: [JSONMember("work_mem", "16MB"), JSONMember("random_page_cost", "1.1")])
    plan.triggers = [Trigger(name: "fk", relation: "orders", calls: 3)]
    plan.isRepaired = true
    let facts = facts([
      "orders": table(rows: 60_000, pages: 1200, ["orders_idx": "btree (customer_id)", "orders_pkey": "btree (id)"]),
      "small": table(rows: 0, pages: 0, partitionOf: "all"), "all": table(rows: 0, pages: 0),
    ])
    return QueryCapture(
      query: "order_search", serverMajor: 15, facts: facts,
      cases: [
        CapturedCase(
          name: "typical", sqlFingerprint: "aa", parametersFingerprint: "bb",
          parameterTypes: [
            ParameterType(name: "$10", type: "integer"), ParameterType(name: ":b", type: #"odd."a: b"[]"#),
          ], plan: plan),
        CapturedCase(
          name: "typical+generic", isGeneric: true, sqlFingerprint: "aa", parametersFingerprint: "cc",
          plan: try ExplainNode.seq("orders").notRun.plan()),
      ])
  }
}

@Suite struct `A baseline file` {
  @Test func `holds no time, unlike a capture that measured it`() throws {
    func capture(_ node: ExplainNode) throws -> QueryCapture {
      QueryCapture(
        query: "a", serverMajor: 15, facts: CatalogFacts(),
        cases: [CapturedCase(name: nil, sqlFingerprint: "a", parametersFingerprint: "b", plan: try node.plan())])
    }
    let timed = try capture(.seq("orders").with("Actual Startup Time", 0.1).with("Actual Total Time", 12.5))
    #expect(timed.cases[0].plan.root.actualTotalTime == 12.5)
    #expect(BaselineFile.text(timed) == BaselineFile.text(try capture(.seq("orders"))))
  }

  @Test func `describes in words what was accepted`() throws {
    #expect(
      BaselineFile.text(try Baselines.sample()) == """
        plangate baseline 2
        query: order_search
        server: 15
        relation public.all: 0 rows, 0 pages
        relation public.orders: 60000 rows, 1200 pages
          index orders_idx: btree (customer_id)
          index orders_pkey: btree (id)
        relation public.small: 0 rows, 0 pages
          partition of public.all
        case: typical
          sql: aa
          parameters: bb
          types: {"$10": "integer", ":b": "odd.\\"a: b\\"[]"}
          settings: {"random_page_cost": "1.1", "work_mem": "16MB"}
          trigger: ["fk", "orders", 3]
          repaired: true
          -> Limit  (cost=0..10 rows=1 width=8) (actual rows=1 loops=1) (buffers=5)
            Outer -> Index Scan using orders_idx on public.orders o  (cost=0..10 rows=20 width=8) (actual rows=20 loops=1) (buffers=5)
            SubPlan -> Seq Scan on public.small  (cost=0..10 rows=1 width=8) (never executed) (buffers=5)
              Subplan Name: SubPlan 1
        case: typical+generic
          sql: aa
          parameters: cc
          plan: generic
          settings: {}
          -> Seq Scan on public.orders  (cost=0..10 rows=1 width=8)
        end

        """)
  }

  @Test func `is read back equal`() throws {
    let capture = try Baselines.sample()
    #expect(try BaselineFile.capture(parsing: BaselineFile.text(capture)) == capture)
    #expect(capture.capturedCase(named: "typical+generic")?.isGeneric == true)
    #expect(capture.capturedCase(named: nil) == nil)
  }

  @Test(arguments: Baselines.names)
  func `of the example project is read and written back byte for byte`(name: String) throws {
    let text = try Baselines.text(name)
    let capture = try BaselineFile.capture(parsing: text)
    #expect(capture.query + ".plan" == name)
    #expect(Array(BaselineFile.text(capture).utf8) == Array(text.utf8))
  }

  @Test func `exists in the example project`() {
    #expect(Baselines.names.count >= 20)
  }

  @Test(arguments: Baselines.names)
  func `may have Windows line ends from git`(name: String) throws {
    let text = try Baselines.text(name)
    let capture = try BaselineFile.capture(parsing: text)
    let windows = text.replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try BaselineFile.capture(parsing: windows) == capture)
    #expect(try BaselineFile.capture(parsing: String(windows.dropLast())) == capture)
    #expect(try BaselineFile.capture(parsing: String(text.dropLast())) == capture)
  }

  static let oddNames = [
    "\"", "\\", "a\"b", "\"x\"", "a\\", "\\\"", "'", "two\nlines", "two\r\nlines", "\r", "\t", " ", " a ", "a b", "a,b",
    ".", "a.b", ":", ": ", ")", "#", "[", "{}", "$1", "12", "-1", "1e5", "null", "true", "on", "using", "select", "-> ",
    "Outer -> Seq Scan", "  (cost=0..1", "Key: value", "case: x", "relation x", "end", "<<<<<<< HEAD", "Orders",
    "größe", "表", "😀", "👨‍👩‍👧", "e\u{301}", "\u{301}a", "\u{301}", "a\u{301}", "\u{feff}a", "\u{200d}", "\u{2028}",
    "\u{85}", "\u{0}", "\u{1b}[31m",
    // Swift combines each of these separators into another Character; the file does not.
    ".\u{301}", "a.\u{301}b", ": \u{301}", ":\u{301} a", " \u{301}", "\"\u{301}", "a\"\u{301}", "\\\u{301}\"",
    "-> \u{301}", "Outer -> \u{301}", "  (cost=\u{301}", ") (\u{301}", "=\u{301}", "\u{600}\"", "\u{600}: ",
  ]

  @Test(arguments: oddNames)
  func `keeps every name`(name: String) throws {
    var nodes = [
      ExplainNode.seq("orders", schema: name).cte(name),
      .index(name, name, using: name, schema: name), .index(name, "o", using: "i"), .seq("o", name + "_3"),
      .bitmap("o", "o_1", using: name),
      ExplainNode("CTE Scan", [JSONMember("CTE Name", .string(name)), JSONMember("Alias", .string(name + "_1"))]),
      ExplainNode("Function Scan", [JSONMember("Schema", .string(name)), JSONMember("Alias", .string(name + "_2"))]),
      .scan("Foreign Scan", "a", name).with("Remote SQL", .string(name)),
      ExplainNode.seq("a").with("Sort Key", .array([.string(name)])),
      ExplainNode("Result").with("Output of mine", .object([JSONMember(name, .string(name))])),
    ]
    for index in nodes.indices where nodes[index].relationship == nil { nodes[index].relationship = "Member" }
    var append = ExplainNode("Append")
    append.children = nodes
    var plan = try append.plan(settings: [JSONMember(name, .string(name))])
    plan.triggers = [Trigger(name: name, relation: name, calls: 1)]
    let relation = RelationName(schema: name, name: name)
    let other = RelationName(schema: "public", name: name)
    var facts = RelationFacts(root: other, rows: 1, pages: 1)
    facts.indexes = [IndexFacts(name: name, definition: name), IndexFacts(name: "~~", definition: "btree (\(name))")]
    facts.indexes.sort { $0.name < $1.name }
    facts.columns = [ColumnFacts(name: name, type: name), ColumnFacts(name: "b", type: "text")]
    facts.partitions = 3
    facts.statistics = [DefinedObject(name: name, definition: name)]
    facts.policies = [name]
    let item = CapturedCase(
      name: "c", sqlFingerprint: "aa", parametersFingerprint: "bb", plan: plan,
      planWithoutSeqScans: try ExplainNode.index(name, name, using: name, schema: name).notRun.plan())
    let table = RelationFacts(
      rows: 0.5, pages: 1e20, indexes: ["i", name].sorted().map { IndexFacts(name: $0, definition: "btree (a)") })
    let capture = QueryCapture(
      query: "q", serverMajor: 15,
      facts: CatalogFacts(relations: [
        relation: facts, other: table, RelationName(schema: name, name: "orders"): table,
        RelationName(schema: "public", name: "o"): table, RelationName(schema: "public", name: "a"): table,
      ]), cases: [item])
    let text = BaselineFile.text(capture)
    let read = try BaselineFile.capture(parsing: text)
    #expect(read == capture)
    // Strings compare equal in all their normal forms; bytes do not.
    #expect(Array(BaselineFile.text(read).utf8) == Array(text.utf8))
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
  }

  @Test(arguments: [
    "some new node", "Some New Node", "Parallelogram Scan", "Scan on", "Seq Scan using", "表 Scan", "BitmapXor", "X  Y",
    "Parallel",
  ])
  func `keeps unknown node types`(type: String) throws {
    for node in [ExplainNode(type), ExplainNode(type).parallel, ExplainNode(type, [JSONMember("Alias", "x")])] {
      let item = CapturedCase(name: nil, sqlFingerprint: "a", parametersFingerprint: "b", plan: try node.plan())
      let capture = QueryCapture(query: "q", serverMajor: 18, facts: CatalogFacts(), cases: [item])
      #expect(try BaselineFile.capture(parsing: BaselineFile.text(capture)) == capture)
    }
  }

  @Test(arguments: [
    "text", "", " leading", "trailing ", "12", "-1.5e3", "true", "null", "\"quoted\"", "[1]", "{", "(a -> 'b'::text)",
    "a: b: c", "tab\there", "é first", "-> Seq Scan", "x\u{2028}y", "\u{301}", "-", "-0", "0.10", "t", "tenant_id = 7",
    "nullif(a, 1)", "\n1", "\t[1]", "\u{a0}1", "1\u{301}", "true\u{301}", "[\u{301}1]",
  ])
  func `keeps the type of every value`(text: String) throws {
    let values: [JSON] = [.string(text), .array([.string(text)]), .object([JSONMember(text, .null)])]
    for value in values {
      let item = CapturedCase(
        name: nil, sqlFingerprint: "a", parametersFingerprint: "b",
        plan: try ExplainNode("Result").with("Key", value).plan())
      let capture = QueryCapture(query: "q", serverMajor: 18, facts: CatalogFacts(), cases: [item])
      let read = try BaselineFile.capture(parsing: BaselineFile.text(capture))
      #expect(read.cases[0].plan.root["Key"] == value)
    }
  }

  @Test(arguments: [0.01, 0.1, 33333.33, 8.1e21, 1e-7, 1_000_000, 9_007_199_254_740_994] as [Double])
  func `keeps every figure`(number: Double) throws {
    let node = ExplainNode("Result").expecting(number, got: number, loops: number).costing(number, buffers: number)
      .with("Temp Read Blocks", .number(number))
    let item = CapturedCase(name: nil, sqlFingerprint: "a", parametersFingerprint: "b", plan: try node.plan())
    let capture = QueryCapture(query: "q", serverMajor: 18, facts: CatalogFacts(), cases: [item])
    #expect(try BaselineFile.capture(parsing: BaselineFile.text(capture)) == capture)
  }
}
