import JSON
import PlanCore
import Testing

@Suite struct `The shape of a plan` {
  private let partitions = facts([
    "p_a": table(partitionOf: "p", ["p_a_idx": "btree (day)", "p_a_pkey": "btree (id)"]),
    "p_b": table(partitionOf: "p", ["p_b_idx": "btree (day)", "p_b_pkey": "btree (id)"]),
    "p_c": table(partitionOf: "p", ["other_name": "btree (day)"]),
    "orders": table(["x": "btree (id)", "y": "btree (id)"]),
  ])

  private func shape(_ node: ExplainNode) throws -> String { try node.plan().shape(facts: partitions) }

  private func isEqual(_ a: ExplainNode, _ b: ExplainNode) throws -> Bool { try shape(a) == shape(b) }

  private let byDay = ExplainNode.index("p_a", "p_1", using: "p_a_idx")

  @Test func `has one line per node`() throws {
    let node = ExplainNode.join("Hash Join", "Left", .seq("orders", "o").parallel, ExplainNode("Hash", [], byDay))
      .adding(.seq("orders").cte("w"), .seq("orders").subPlan(3))
    #expect(
      try shape(node) == """
        Hash Join Left
          Outer: Parallel Seq Scan on public.orders
          Inner: Hash
            Outer: Index Scan using btree (day) on public.p
          CTE w: Seq Scan on public.orders
          SubPlan: Seq Scan on public.orders
        """)
  }

  @Test func `ignores figures, conditions, aliases and numbers of subplans`() throws {
    let node = ExplainNode.seq("orders", "o").filter("(o.id = 1)").adding(.seq("orders").subPlan(1))
    #expect(
      try isEqual(
        node,
        ExplainNode.seq("orders", "x").filter("(x.id = 2)").expecting(9, got: 7).costing(1, buffers: 2)
          .adding(.seq("orders", "orders_1").subPlan(2))))
    #expect(try isEqual(node, node.notRun))
    #expect(try isEqual(.seq("orders"), ExplainNode.seq("orders").with("Inner Unique", true)))
  }

  @Test(arguments: [
    ("Join Type", "Left"), ("Strategy", "Hashed"), ("Partial Mode", "Partial"), ("Operation", "Update"),
    ("Scan Direction", "Backward"), ("Command", "Except"), ("CTE Name", "w"), ("Function Name", "f"),
    ("Custom Plan Provider", "c"), ("Conflict Resolution", "NOTHING"),
  ])
  func `differs by what the planner chose`(key: String, value: String) throws {
    let node = ExplainNode("Result")
    #expect(try !isEqual(node, node.with(key, .string(value))))
  }

  @Test func `differs by type, relation, index, parallelism and position`() throws {
    let scan = ExplainNode.index("orders", using: "x")
    #expect(try !isEqual(scan, .indexOnly("orders", using: "x")))
    #expect(try !isEqual(scan, .index("items", using: "x")))
    #expect(try !isEqual(scan, .index("orders", using: "x", schema: "archive")))
    #expect(try !isEqual(scan, .index("orders", using: "y")))
    #expect(try !isEqual(scan, scan.parallel))
    #expect(try !isEqual(scan, ExplainNode("Unique", [], scan)))
    #expect(try !isEqual(.join("Hash Join", scan, .seq("p_a")), .join("Hash Join", .seq("p_a"), scan)))
    #expect(try !isEqual(.seq("orders").adding(scan.subPlan(1)), .seq("orders").adding(scan.initPlan(1))))
  }

  @Test(arguments: ["Append", "Merge Append", "BitmapAnd", "BitmapOr"])
  func `ignores the order of members`(type: String) throws {
    func node(_ members: ExplainNode...) -> ExplainNode {
      var node = ExplainNode(type)
      node.children = members.map { $0.as("Member") }
      return node
    }
    let (a, b) = (ExplainNode.seq("orders"), ExplainNode.index("items"))
    #expect(try isEqual(node(a, b), node(b, a)))
    #expect(try !isEqual(node(a, b), node(a)))
    #expect(try !isEqual(node(a), node(b)))
  }

  @Test func `counts partitions that are read the same way once`() throws {
    let second = ExplainNode.index("p_b", "p_2", using: "p_b_idx")
    let third = ExplainNode.index("p_c", "p_3", using: "other_name")
    #expect(try isEqual(.append(byDay, second), .append(byDay, second, third)))
    #expect(try isEqual(.append(byDay, second), .append(second)))
    #expect(try !isEqual(.append(byDay, second), .append(byDay, .seq("p_b", "p_2"))))
    #expect(try !isEqual(.append(byDay, second), .append(byDay, .index("p_b", "p_2", using: "p_b_pkey"))))
  }

  @Test func `identifies a partition's index by its definition, also in a bitmap`() throws {
    #expect(try isEqual(byDay, .index("p_b", "p_2", using: "p_b_idx")))
    #expect(try !isEqual(byDay, .index("p_a", "p_1", using: "p_a_pkey")))
    #expect(try isEqual(.bitmap("p_a", using: "p_a_idx"), .bitmap("p_b", using: "p_b_idx")))
    #expect(try !isEqual(.bitmap("p_a", using: "p_a_idx"), .bitmap("p_b", using: "p_b_pkey")))
    #expect(try isEqual(.bitmap("p_a", using: "p_a_idx", "p_a_pkey"), .bitmap("p_b", using: "p_b_pkey", "p_b_idx")))
  }

  @Test func `keeps the subplans of an Append apart from its members`() throws {
    let append = ExplainNode.append(.seq("p_a", "p_1"))
    #expect(try !isEqual(append, append.adding(.seq("p_a").initPlan(1))))
    #expect(
      try isEqual(append.adding(.seq("orders").initPlan(1)), append.adding(.seq("orders").initPlan(2))))
  }

  @Test(arguments: GoldenCorpus.plans)
  func `of a real plan has no figures and no numbers of subplans`(answer: GoldenAnswer) throws {
    let shape = try answer.plan.get().shape(facts: CatalogFacts())
    #expect(!shape.isEmpty)
    #expect(!shape.contains("SubPlan 1") && !shape.contains("InitPlan 1"))
    #expect(!shape.contains("rows=") && !shape.contains("cost"))
  }

  @Test func `is the same on 15 and 16 for almost all statements`() throws {
    let names = GoldenCorpus.plans.filter { $0.major == 15 }.map(\.name)
    let equal = try names.filter { name in
      try GoldenCorpus.plan(name, 15).shape(facts: CatalogFacts())
        == GoldenCorpus.plan(name, 16).shape(facts: CatalogFacts())
    }
    #expect(equal.count * 100 >= names.count * 90, "\(Set(names).subtracting(equal))")
  }
}

@Suite struct `A canonical plan` {
  @Test func `leaves out everything that differs from run to run`() throws {
    let volatile = [
      "Output", "Workers Launched", "Actual Startup Time", "Actual Total Time", "Sort Space Used", "Peak Memory Usage",
      "Hash Buckets", "Shared Dirtied Blocks", "I/O Read Time", "Shared I/O Write Time", "WAL Records", "WAL Bytes",
      "Async Capable", "Cache Mode", "Maximum Storage",
    ]
    let kept = [
      "Filter", "Sort Method", "Hash Batches", "Workers Planned", "Heap Fetches", "Index Searches", "Cache Hits",
      "Some New Key",
    ]
    let node = ExplainNode("Result", (volatile + kept).map { JSONMember($0, 1) })
    let root = try ExplainNode("Result", [], node).plan().canonical.root
    #expect(root.children[0].properties.map(\.key) == kept)
  }

  @Test func `keeps filters that removed rows`() throws {
    let node = ExplainNode.seq("a").with("Rows Removed by Filter", 0).with("Rows Removed by Join Filter", 3)
      .with("Subplans Removed", 0).with("Disabled", false)
    #expect(try node.plan().canonical.root.properties.map(\.key) == ["Rows Removed by Join Filter"])
    #expect(try ExplainNode("Result").with("Disabled", true).plan().canonical.root.isTrue("Disabled"))
  }

  @Test func `detects a sort that spilled in a worker or a group`() throws {
    let workers: JSON = .array([
      .object([JSONMember("Worker Number", 0), JSONMember("Sort Space Type", "Memory")]),
      .object([JSONMember("Worker Number", 1), JSONMember("Sort Space Type", "Disk")]),
    ])
    func spaceType(_ node: ExplainNode) throws -> String? { try node.plan().canonical.root.text("Sort Space Type") }
    let sort = ExplainNode("Sort").with("Sort Space Type", "Memory")
    #expect(try spaceType(sort) == "Memory")
    #expect(try spaceType(sort.with("Workers", workers)) == "Disk")
    let groups: JSON = .object([JSONMember("Group Count", 3), JSONMember("Sort Space Disk", .object([]))])
    #expect(try spaceType(ExplainNode("Incremental Sort").with("Pre-sorted Groups", groups)) == "Disk")
    #expect(try spaceType(ExplainNode("Incremental Sort").with("Pre-sorted Groups", .object([]))) == nil)
  }

  @Test func `leaves out plangate's own settings and orders its triggers`() throws {
    var plan = try ExplainNode("Result").plan(settings: [
      JSONMember("jit", "off"), JSONMember("plan_cache_mode", "force_generic_plan"), JSONMember("work_mem", "4MB"),
    ])
    plan.triggers = [
      Trigger(name: "b", relation: "x", calls: 1), Trigger(name: "a", relation: "x", calls: 2),
      Trigger(name: "c", relation: "a", calls: 3),
    ]
    #expect(plan.canonical.settings == ["work_mem": "4MB"])
    #expect(plan.canonical.triggers.map(\.name) == ["c", "a", "b"])
  }
}
