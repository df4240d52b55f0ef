import JSON
import PlanCore
import Testing

@Suite struct `Substantial equality` {
  private let base = ExplainNode.join(
    "Hash Join",
    ExplainNode.seq("orders", "o").expecting(1000, got: 1000).costing(1000, buffers: 1000).filter("(o.x = 1)"),
    ExplainNode.index("items").expecting(1000, got: 1000)
  ).expecting(1000, got: 1000).costing(2000, buffers: 2000)

  private func isEqual(_ a: State, _ b: State) throws -> Bool {
    let (left, right) = (try a.captured(), try b.captured())
    let result = left.isSubstantiallyEqual(to: right)
    #expect(right.isSubstantiallyEqual(to: left) == result)
    return result
  }

  private func isEqual(_ a: ExplainNode, _ b: ExplainNode) throws -> Bool { try isEqual(State(a), State(b)) }

  @Test(arguments: [(1000.0, true), (1020, true), (1021, false), (980, true), (979, false)])
  func `allows two percent`(figure: Double, expected: Bool) throws {
    let scan = ExplainNode.seq("orders").expecting(1000, got: 1000).costing(1000, buffers: 1000)
    #expect(try isEqual(scan, scan.costing(figure, buffers: 1000)) == expected)
    #expect(try isEqual(scan, scan.costing(1000, buffers: figure)) == expected)
    #expect(try isEqual(scan, scan.expecting(figure, got: 1000)) == expected)
    #expect(try isEqual(scan, scan.expecting(1000, got: figure)) == expected)
    let removing = scan.with("Rows Removed by Filter", 1000)
    #expect(try isEqual(removing, scan.with("Rows Removed by Filter", .number(figure))) == expected)
  }

  @Test func `allows a little more for small figures`() throws {
    let scan = ExplainNode.seq("orders").expecting(3, got: 3).costing(2, buffers: 3)
    #expect(try isEqual(scan, scan.expecting(5, got: 5).costing(3, buffers: 19)))
    #expect(try !isEqual(scan, scan.expecting(6, got: 3)))
    #expect(try !isEqual(scan, scan.costing(3.1, buffers: 3)))
    #expect(try !isEqual(scan, scan.costing(2, buffers: 20)))
  }

  @Test func `looks at every node`() throws {
    var changed = base
    changed.children[1] = changed.children[1].expecting(1000, got: 1100)
    #expect(try isEqual(base, base))
    #expect(try !isEqual(base, changed))
  }

  @Test func `ignores how workers divided the rows`() throws {
    func gather(_ rows: Double, _ loops: Double) -> ExplainNode {
      .gather(launched: loops - 1, ExplainNode.seq("a").parallel.expecting(1000, got: rows, loops: loops))
    }
    #expect(try isEqual(gather(1000, 3), gather(1500, 2)))
    #expect(try !isEqual(gather(1000, 3), gather(1100, 3)))
  }

  static let changes: [@Sendable (ExplainNode) -> ExplainNode] = [
    { $0.filter("(o.x = 2)") }, { $0.filter("(o.x = 1)").with("Order By", "x") }, { $0.with("Alias", "p") },
    { $0.with("Relation Name", "others") }, { $0.with("Schema", "archive") }, { $0.parallel }, { $0.neverExecuted },
    { $0.adding(ExplainNode.seq("b").subPlan(1)) }, { $0.with("Sort Method", "quicksort") }, { $0.notRun },
    { node in
      var node = node
      node.type = "Sample Scan"
      return node
    },
  ]

  @Test(arguments: 0..<11)
  func `detects every other change of a node`(change: Int) throws {
    let node = ExplainNode.seq("orders", "o").filter("(o.x = 1)")
    #expect(Self.changes.count == 11)
    #expect(try !isEqual(node, Self.changes[change](node)))
  }

  @Test func `detects another index and a moved subplan`() throws {
    #expect(try !isEqual(.index("a", using: "x"), .index("a", using: "y")))
    let (one, two) = (ExplainNode.seq("a"), ExplainNode.index("a"))
    #expect(try !isEqual(.append(one, two), .append(two, one)))
    #expect(try !isEqual(.seq("b").adding(one.subPlan(1)), .seq("b").adding(one.initPlan(1))))
  }

  @Test func `detects changed settings, texts and parameters`() throws {
    let state = State(base)
    #expect(try isEqual(state, state))
    var other = state
    other.settings = ["work_mem": "4MB"]
    #expect(try !isEqual(state, other))
    other = state
    other.sql = "other"
    #expect(try !isEqual(state, other))
    other = state
    other.parameters = "other"
    #expect(try !isEqual(state, other))
    other = state
    other.isGeneric = true
    #expect(try !isEqual(state, other))
  }

  @Test func `detects other types of parameters, and misses none that were not recorded`() throws {
    func item(_ type: String?) throws -> CapturedCase {
      CapturedCase(
        name: nil, sqlFingerprint: "a", parametersFingerprint: "b",
        parameterTypes: type.map { [ParameterType(name: "$1", type: $0)] }, plan: try base.plan())
    }
    #expect(try item("integer").isSubstantiallyEqual(to: item("integer")))
    #expect(try !item("integer").isSubstantiallyEqual(to: item("bigint")))
    #expect(try item("integer").isSubstantiallyEqual(to: item(nil)))
    #expect(try item(nil).isSubstantiallyEqual(to: item("integer")))
  }

  @Test func `detects another name and other triggers`() throws {
    func item(_ name: String?, calls: Double) throws -> CapturedCase {
      var plan = try base.plan()
      plan.triggers = [Trigger(name: "fk", relation: "a", calls: calls)]
      return CapturedCase(name: name, sqlFingerprint: "a", parametersFingerprint: "b", plan: plan)
    }
    #expect(try item("a", calls: 1).isSubstantiallyEqual(to: item("a", calls: 1)))
    #expect(try !item("a", calls: 1).isSubstantiallyEqual(to: item("b", calls: 1)))
    #expect(try !item("a", calls: 1).isSubstantiallyEqual(to: item(nil, calls: 1)))
    #expect(try !item("a", calls: 1).isSubstantiallyEqual(to: item("a", calls: 2)))
  }

  // MARK: Facts

  private func areEqual(_ a: RelationFacts, _ b: RelationFacts) -> Bool {
    facts(["a": a]).isSubstantiallyEqual(to: facts(["a": b]))
  }

  @Test(arguments: [(1000.0, true), (1100, true), (1112, false), (900, true), (899, false)])
  func `allows a relation to grow or shrink by a tenth`(figure: Double, expected: Bool) {
    #expect(areEqual(table(rows: 1000), table(rows: figure)) == expected)
    #expect(areEqual(table(pages: 1000), table(pages: figure)) == expected)
  }

  @Test func `detects other indexes, another root and other relations`() {
    let a = table(["x": "btree (a)", "y": "btree (b)"])
    #expect(areEqual(a, a))
    var turned = a
    turned.indexes.reverse()
    #expect(areEqual(a, turned))
    #expect(!areEqual(a, table(["x": "btree (a)"])))
    #expect(!areEqual(a, table(["x": "btree (a)", "y": "btree (c)"])))
    #expect(!areEqual(a, table(["x": "btree (a)", "z": "btree (b)"])))
    #expect(!areEqual(table(), table(partitionOf: "p")))
    #expect(!facts(["a": a]).isSubstantiallyEqual(to: facts(["a": a, "b": a])))
    #expect(!facts(["a": a]).isSubstantiallyEqual(to: facts(["b": a])))
  }

  @Test func `keeps the facts of the relations that a plan reads`() {
    let all = facts(["a": table(), "b": table(partitionOf: "p")])
    let a = RelationName(schema: "public", name: "a")
    #expect(all.restricted(to: [a]) == facts(["a": table()]))
    #expect(all.restricted(to: [RelationName(schema: "public", name: "c")]) == CatalogFacts())
  }
}

@Suite struct `A fingerprint` {
  /// These values are in every committed baseline and must never change.
  @Test(arguments: [
    ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
    ("select 1", "02fb785a1a5a96f2"), ("größe", "b7450e1ef58140da"), ("10", "07f89207b4ba08a4"),
  ])
  func `is the same on every machine`(text: String, expected: String) {
    #expect(fingerprint(text) == expected)
  }

  @Test func `has 16 digits and differs with every byte`() {
    let texts = (0..<2000).map { "select \($0)" } + ["é", "e\u{301}", " a", "a "]
    let all = texts.map { fingerprint($0) }
    #expect(all.allSatisfy { $0.utf8.count == 16 })
    #expect(Set(all).count == all.count)
  }
}
