import JSON
import PlanCore
import Testing

@Suite struct `Scans and their identity` {
  private let partitions = facts([
    "events_2026_01": table(partitionOf: "events"), "events_2026_02": table(partitionOf: "events"),
    "events_2026_03": table(partitionOf: "events"), "orders": table(), "orders_2": table(),
  ])

  private func scans(_ node: ExplainNode) throws -> [Scan] { try node.plan().scans(facts: partitions) }

  private func names(_ node: ExplainNode) throws -> [String] { try scans(node).map(\.identity.description) }

  @Test func `are every node that reads a relation, and no ModifyTable`() throws {
    let update = ExplainNode.scan("ModifyTable", "orders", nil).adding(.index("orders").as("Outer"))
    #expect(try scans(update).map(\.path) == [[0]])
    let other = ExplainNode.append(.seq("a"), .scan("Sample Scan", "b", nil), .scan("Foreign Scan", "c", nil))
    #expect(try scans(other).map(\.access) == [.seqScan, .other("Sample Scan"), .other("Foreign Scan")])
    #expect(try scans(.append(ExplainNode("Values Scan", [JSONMember("Alias", "v")]), ExplainNode("Result"))).isEmpty)
  }

  @Test func `reach their relation through an index or not`() throws {
    let node = ExplainNode.append(.index("a"), .indexOnly("a"), .bitmap("a"), .seq("a"), .scan("Tid Scan", "a", nil))
    #expect(try scans(node).map(\.access.usesIndex) == [true, true, true, false, false])
  }

  @Test func `name the indexes of a bitmap, each once`() throws {
    let scan = try #require(try scans(.bitmap("a", using: "a_x", "a_y", "a_x")).first)
    #expect(scan.indexNames == ["a_x", "a_y"])
    #expect(scan.accessDescription == "Bitmap Heap Scan using a_x and a_y")
    #expect(try scans(.seq("a").parallel).first?.accessDescription == "Parallel Seq Scan")
    #expect(try scans(.index("a", using: "a_x")).first?.accessDescription == "Index Scan using a_x")
  }

  @Test(arguments: GoldenCorpus.majors)
  func `name the indexes of a real bitmap`(major: ServerMajor) throws {
    let scans = try GoldenCorpus.plan("bitmap-and", major).scans(facts: CatalogFacts())
    #expect(scans.count == 1)
    #expect(scans.first.map { $0.indexNames.sorted() } == ["bm_a", "bm_c"])
  }

  @Test(
    arguments: [
      ("orders", nil, "public.orders"), ("orders", "o", "public.orders o"), ("orders", "orders_1", "public.orders"),
      ("orders", "o_1", "public.orders o_1"), ("orders_2", nil, "public.orders_2"),
      ("orders", "orders_x", "public.orders orders_x"),
      ("orders", "_1", "public.orders _1"), ("orders", "orders_", "public.orders orders_"),
      ("orders", "orders_١", "public.orders orders_١"),
    ] as [(String, String?, String)])
  func `have the alias of the query, without the number that EXPLAIN adds`(
    relation: String, alias: String?, name: String
  ) throws {
    #expect(try names(.seq(relation, alias)) == [name])
  }

  @Test func `are the same partition in any output format`() throws {
    let all = try scans(
      .append(.seq("events_2026_01", "e_1"), .seq("events_2026_02", "e_2"), .seq("events_2026_03", "e_3")))
    let prunedAtStart = try scans(.append(.seq("events_2026_02", "e_1")))
    let prunedAtPlanTime = try scans(.seq("events_2026_02", "e"))
    #expect(all.map(\.identity.baseAlias) == ["e", "e", "e"])
    #expect(all.map(\.identity.root) == Array(repeating: RelationName(schema: "public", name: "events"), count: 3))
    #expect(prunedAtStart.map(\.identity) == [all[1].identity])
    #expect(prunedAtPlanTime.map(\.identity) == [all[1].identity])
    #expect(Set(all.map(\.identity)).count == 3)
  }

  @Test func `drop a partition's alias number based on the plan or the catalog`() throws {
    // There are no facts about the relation, but it is below an Append.
    #expect(try names(.append(.seq("unknown_a", "u_1"))) == ["public.unknown_a u"])
    // It is alone below the ModifyTable, but it is known to be a partition.
    let update = ExplainNode.scan("ModifyTable", "events", "e").adding(.seq("events_2026_01", "e_1").as("Outer"))
    #expect(try names(update) == ["public.events_2026_01 e"])
  }

  @Test(arguments: GoldenCorpus.majors)
  func `are the same partition in real plans, pruned or not`(major: ServerMajor) throws {
    let part = RelationName(schema: "public", name: "part")
    let facts = CatalogFacts(
      relations: Dictionary(
        uniqueKeysWithValues: (1...4).map {
          (RelationName(schema: "public", name: "part_2024q\($0)"), RelationFacts(root: part, rows: 10_000, pages: 60))
        }))
    func second(_ name: String) throws -> ScanIdentity {
      let scans = try GoldenCorpus.plan(name, major).scans(facts: facts)
      return try #require(scans.first { $0.relation.name == "part_2024q2" }).identity
    }
    let one = try second("append-plan-time-one")
    #expect(one.baseAlias == "part" && one.root == part)
    for name in ["append-plan-time-two", "append-subplans-removed"] { #expect(try second(name) == one) }
    let all = try second("append-all-partitions")
    #expect(all.baseAlias == "p" && all.relation == one.relation)
  }

  @Test func `include their CTE, subplan or sub-select`() throws {
    let node = ExplainNode.seq("a")
      .adding(
        ExplainNode.seq("b").cte("w"), ExplainNode.seq("c").initPlan(7),
        ExplainNode("Subquery Scan", [JSONMember("Alias", "s")], .seq("d").as("Subquery")).as("Outer"),
        ExplainNode.seq("e").adding(ExplainNode.seq("f").subPlan(1)).subPlan(9))
    #expect(
      try names(node) == [
        "public.a", "public.b (in CTE w)", "public.c (in InitPlan 1)", "public.d (in sub-select s)",
        "public.e (in SubPlan 1)", "public.f (in SubPlan 1, SubPlan 2)",
      ])
  }

  @Test func `do not depend on the number of a subplan`() throws {
    let one = try scans(.seq("a").adding(.seq("b").subPlan(1)))
    let two = try scans(.seq("a").adding(.seq("b").subPlan(2)))
    #expect(one.map(\.identity) == two.map(\.identity))
  }

  @Test(arguments: GoldenCorpus.majors)
  func `distinguish two schemas`(major: ServerMajor) throws {
    let scans = try GoldenCorpus.plan("two-schemas-without-alias", major).scans(facts: CatalogFacts())
    #expect(Set(scans.map(\.relation.description)) == ["public.orders", "archive.orders"])
    #expect(scans.allSatisfy { $0.identity.baseAlias == "orders" })
    #expect(Set(scans.map(\.identity)).count == 2)
  }

  @Test(arguments: GoldenCorpus.majors)
  func `have the same identity for both scans of a self-join without alias`(major: ServerMajor) throws {
    let scans = try GoldenCorpus.plan("view-twice", major).scans(facts: CatalogFacts())
    #expect(scans.count == 2)
    #expect(Set(scans.compactMap(\.node.alias)).count == 2)
    #expect(Set(scans.map(\.identity)).count == 1)
  }

  @Test(arguments: GoldenCorpus.majors)
  func `read temporary tables in the schema pg_temp`(major: ServerMajor) throws {
    let scans = try GoldenCorpus.plan("temp-table", major).scans(facts: CatalogFacts())
    #expect(scans.contains { $0.relation.schema == "pg_temp" })
    let old = try self.scans(.seq("t", schema: "pg_temp_3"))
    #expect(old.first?.relation == RelationName(schema: "pg_temp", name: "t"))
  }

  @Test(arguments: GoldenCorpus.majors)
  func `keep unusual names unchanged`(major: ServerMajor) throws {
    let scans = try GoldenCorpus.plan("odd-names", major).scans(facts: CatalogFacts())
    #expect(scans.first?.relation.schema == "Odd Schema")
    #expect(scans.first?.relation.name == "Bestellung \"größe\"\nzweite Zeile 表")
    #expect(scans.first?.identity.baseAlias == "A \"b\"\nc — 表")
  }
}

@Suite struct `Which scan answers to which` {
  private func pairs(_ before: ExplainNode, _ now: ExplainNode) throws -> [[NodePath]] {
    try compare(before, now).matching.pairs.map { [$0.baseline.path, $0.current.path] }
  }

  @Test func `is matched by alias, not by position`() throws {
    let before = ExplainNode.join("Hash Join", .seq("a", "x"), .seq("a", "y"))
    let now = ExplainNode.join("Hash Join", .seq("a", "y"), .seq("a", "x"))
    #expect(try pairs(before, now) == [[[1], [0]], [[0], [1]]])
  }

  @Test func `is matched by condition if the alias is the same`() throws {
    func scan(_ column: String) -> ExplainNode { .seq("a").filter("(a.\(column) = 1)") }
    let before = ExplainNode.join("Hash Join", scan("x"), scan("y"))
    let now = ExplainNode.join("Hash Join", scan("y"), scan("x"))
    #expect(try pairs(before, now) == [[[1], [0]], [[0], [1]]])
  }

  @Test func `is matched across changed conditions, numbers and order of subplans`() throws {
    let before = ExplainNode.result(ExplainNode.seq("a").filter("(a.x = 1)").subPlan(1), .seq("b").subPlan(2))
    let now = ExplainNode.result(ExplainNode.seq("b").subPlan(1), .seq("a").filter("(a.y = 1)").subPlan(2))
    #expect(try pairs(before, now) == [[[1], [0]], [[0], [1]]])
  }

  @Test func `is matched by the order of subplans if all else is the same`() throws {
    let before = ExplainNode.result(ExplainNode.index("b").subPlan(1), .seq("b", "b_1").subPlan(2))
    let now = ExplainNode.result(ExplainNode.seq("c").subPlan(1), .seq("b").subPlan(2))
    #expect(try pairs(before, now) == [[[1], [1]]])
  }

  @Test func `is none without a counterpart`() throws {
    let matching = try compare(
      ExplainNode.join("Hash Join", .seq("a"), .seq("b")), ExplainNode.join("Hash Join", .seq("a"), .seq("c"))
    ).matching
    #expect(matching.pairs.map(\.current.relation.name) == ["a"])
    #expect(matching.unmatchedBaseline.map(\.relation.name) == ["b"])
    #expect(matching.unmatchedCurrent.map(\.relation.name) == ["c"])
  }

  @Test func `is used for at most one pair`() throws {
    let matching = try compare(.append(.seq("a"), .seq("a")), .append(.seq("a"), .seq("a"), .seq("a"))).matching
    #expect(matching.pairs.count == 2 && matching.unmatchedCurrent.count == 1 && matching.unmatchedBaseline.isEmpty)
    #expect(Set(matching.pairs.map(\.baseline.path)).count == 2)
  }
}
