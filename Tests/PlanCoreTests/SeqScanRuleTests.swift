import JSON
import PlanCore
import Testing

/// Pairs of a plan that must fire and its nearest neighbour that must not.
@Suite struct `The rule seq-scan` {
  private func messages(
    _ before: ExplainNode, _ now: ExplainNode, _ facts: CatalogFacts = CatalogFacts()
  ) throws -> [String] {
    findings("seq-scan", try compare(before, now, facts)).map(\.message)
  }

  // MARK: One relation

  static let byIndex: [ExplainNode] = [
    .index("orders", "o"), .indexOnly("orders", "o"), .bitmap("orders", "o"), .index("orders", "o").parallel,
    .indexOnly("orders", "o").parallel, .bitmap("orders", "o").parallel,
  ]

  @Test(arguments: byIndex, [ExplainNode.seq("orders", "o"), .seq("orders", "o").parallel])
  func `fires when an index scan became a seq scan, parallel or not`(before: ExplainNode, now: ExplainNode) throws {
    let comparison = try compare(ExplainNode("Limit", [], before), ExplainNode("Limit", [], now))
    let finding = try #require(findings("seq-scan", comparison).first)
    #expect(findings("seq-scan", comparison).count == 1)
    #expect(finding.severity == .fail && finding.path == [0] && finding.baselinePath == [0])
    #expect(finding.relation?.description == "public.orders" && finding.root == nil && finding.alias == "o")
    let (old, new) = (try #require(comparison.baseline?.scans.first), try #require(comparison.current.scans.first))
    #expect(finding.message == "public.orders o: \(old.accessDescription) -> \(new.accessDescription)")
    #expect(finding.figures == FindingFigures(planRows: 1, actualRows: 1, qError: 1))
  }

  @Test(arguments: byIndex, byIndex)
  func `is quiet when an index scan became another one`(before: ExplainNode, now: ExplainNode) throws {
    #expect(try messages(before, now).isEmpty)
  }

  @Test(arguments: byIndex)
  func `is quiet when a seq scan became an index scan`(now: ExplainNode) throws {
    #expect(try messages(.seq("orders", "o"), now).isEmpty)
  }

  @Test func `is quiet when a seq scan stays one, or becomes parallel`() throws {
    #expect(try messages(.seq("orders", "o"), .seq("orders", "o")).isEmpty)
    #expect(try messages(.seq("orders", "o"), .gather(.seq("orders", "o").parallel)).isEmpty)
  }

  @Test func `is quiet when the index was renamed`() throws {
    #expect(try messages(.index("orders", using: "a"), .index("orders", using: "b")).isEmpty)
  }

  @Test func `is quiet when the relation is read through another access path`() throws {
    #expect(try messages(.index("orders"), .scan("Tid Scan", "orders", nil)).isEmpty)
    #expect(try messages(.index("orders"), .scan("Sample Scan", "orders", nil)).isEmpty)
    #expect(try messages(.scan("Tid Scan", "orders", nil), .seq("orders")).isEmpty)
  }

  @Test func `is quiet when the relation is no longer read`() throws {
    #expect(try messages(.join("Nested Loop", .seq("a"), .index("b")), .seq("a")).isEmpty)
  }

  @Test func `is quiet without a baseline`() throws {
    #expect(findings("seq-scan", try compare(nil, State(.seq("orders")))).isEmpty)
  }

  @Test func `judges the relation of the same schema`() throws {
    let before = ExplainNode.append(.index("orders"), .seq("orders", "orders_1", schema: "archive"))
    let now = ExplainNode.append(.seq("orders"), .seq("orders", "orders_1", schema: "archive"))
    #expect(try messages(before, before).isEmpty)
    #expect(try messages(before, now) == ["public.orders: Index Scan using orders_pkey -> Seq Scan"])
  }

  // MARK: Plans that did not run

  @Test func `judges a plan without ANALYZE`() throws {
    let found = findings("seq-scan", try compare(.index("orders"), .seq("orders").notRun))
    #expect(found.map(\.message) == ["public.orders: Index Scan using orders_pkey -> Seq Scan"])
    #expect(found.first?.figures == FindingFigures(planRows: 1, actualRows: nil, qError: nil))
    #expect(try messages(.index("orders"), .index("orders").notRun).isEmpty)
    #expect(try messages(.index("orders").notRun, .seq("orders")).count == 1)
  }

  @Test func `judges a scan that never ran only when the baseline's did not run either`() throws {
    func plan(_ scan: ExplainNode) -> ExplainNode { .append(.seq("a"), scan) }
    #expect(try messages(plan(.index("b")), plan(.seq("b"))).count == 1)
    #expect(try messages(plan(.index("b")), plan(.seq("b").neverExecuted)).isEmpty)
    #expect(try messages(plan(.index("b").neverExecuted), plan(.seq("b").neverExecuted)).count == 1)
    #expect(try messages(plan(.index("b").neverExecuted), plan(.seq("b"))).count == 1)
  }

  // MARK: Aliases

  @Test func `finds the alias of a self-join that lost its index`() throws {
    let before = ExplainNode.join("Nested Loop", .index("orders", "a"), .index("orders", "b"))
    let now = ExplainNode.join("Nested Loop", .index("orders", "a"), .seq("orders", "b"))
    #expect(try messages(before, now) == ["public.orders b: Index Scan using orders_pkey -> Seq Scan"])
    let swapped = ExplainNode.join("Nested Loop", .index("orders", "b"), .index("orders", "a"))
    #expect(try messages(before, swapped).isEmpty)
  }

  @Test func `does not confuse aliases`() throws {
    let before = ExplainNode.join("Nested Loop", .seq("orders", "a"), .index("orders", "b"))
    let swapped = ExplainNode.join("Nested Loop", .index("orders", "a"), .seq("orders", "b"))
    let turned = ExplainNode.join("Nested Loop", .index("orders", "b"), .seq("orders", "a"))
    #expect(try messages(before, swapped) == ["public.orders b: Index Scan using orders_pkey -> Seq Scan"])
    #expect(try messages(before, turned).isEmpty)
  }

  @Test func `finds the scan of a self-join without alias that lost its index`() throws {
    func plan(_ first: ExplainNode, _ second: ExplainNode) -> ExplainNode { .join("Nested Loop", first, second) }
    let (byID, byDay) = (
      ExplainNode.index("orders").filter("(id = 1)"), ExplainNode.index("orders", "orders_1").filter("(day = 1)")
    )
    let lost = plan(byID, .seq("orders", "orders_1").filter("(day = 1)"))
    #expect(try messages(plan(byID, byDay), lost) == ["public.orders: Index Scan using orders_pkey -> Seq Scan"])
    // The numbers of the aliases follow the range table: another order is not a regression.
    let mixed = plan(.seq("orders").filter("(day = 1)"), .index("orders", "orders_1").filter("(id = 1)"))
    #expect(try messages(lost, mixed).isEmpty)
  }

  @Test func `matches a renamed alias`() throws {
    #expect(
      try messages(.index("orders", "o"), .seq("orders", "x"))
        == ["public.orders x: Index Scan using orders_pkey -> Seq Scan"])
    #expect(try messages(.index("orders", "o"), .index("orders", "x")).isEmpty)
    #expect(try messages(.seq("orders", "o"), .seq("orders", "x")).isEmpty)
  }

  @Test func `counts the unmatched scans of a relation`() throws {
    let before = ExplainNode.append(.index("orders", "a"), .seq("orders", "b"))
    #expect(try messages(before, .append(.index("orders", "x"), .seq("orders", "y"))).isEmpty)
    #expect(try messages(before, .append(.seq("orders", "x"), .seq("orders", "y"))).count == 1)
    #expect(try messages(before, .seq("orders", "x")).isEmpty)
    #expect(try messages(before, .append(.seq("orders", "x"), .seq("orders", "y"), .seq("orders", "z"))).count == 2)
  }

  @Test func `names the unmatched scan with another condition`() throws {
    let before = ExplainNode.append(
      .seq("orders", "a").filter("(note = 'x')"), .index("orders", "b").with("Index Cond", "(id = 1)"))
    let now = ExplainNode.append(.seq("orders", "y").filter("(id = 1)"), .seq("orders", "x").filter("(note = 'x')"))
    #expect(try messages(before, now) == ["public.orders y: Index Scan using orders_pkey -> Seq Scan"])
    // With several scans: three that were accepted under another alias, and one that was not.
    let notes = ["b", "c", "d"].map { ExplainNode.seq("orders", $0).filter("(note = 'x')") }
    let many = ExplainNode.append(notes[0], notes[1], notes[2], .index("orders", "a"))
    let more = ["s", "t", "u"].map { ExplainNode.seq("orders", $0).filter("(note = 'x')") }
    let renamed = ExplainNode.append(more[0], .seq("orders", "r").filter("(id = 1)"), more[1], more[2])
    #expect(try messages(many, renamed) == ["public.orders r: Index Scan using orders_pkey -> Seq Scan"])
  }

  @Test func `ignores an unmatched scan that never ran`() throws {
    let before = ExplainNode.append(.seq("a"), .index("orders", "o"))
    #expect(try messages(before, .append(.seq("a"), .seq("orders", "x").neverExecuted)).isEmpty)
  }

  @Test func `fires for a second scan of a relation that was only read through an index`() throws {
    let now = ExplainNode.join("Hash Join", .index("orders", "o"), .seq("orders", "x"))
    #expect(
      try messages(.index("orders", "o"), now) == ["public.orders x: Index Scan using orders_pkey -> Seq Scan"])
    let other = ExplainNode.join("Hash Join", .index("orders", "o"), .seq("items", "x"))
    #expect(try messages(.index("orders", "o"), other).isEmpty)
  }

  // MARK: Subplans

  static let scopes: [@Sendable (ExplainNode) -> ExplainNode] = [
    { .seq("a").adding($0.cte("w")) }, { .seq("a").adding($0.subPlan(1)) }, { .seq("a").adding($0.initPlan(1)) },
    { ExplainNode("Subquery Scan", [JSONMember("Alias", "s")], $0.as("Subquery")) },
    { ExplainNode("Hash", [], ExplainNode("Sort", [], ExplainNode("Aggregate", [], $0))) },
  ]

  @Test(arguments: 0..<5)
  func `looks into CTEs, subplans, sub-selects and below any node`(scope: Int) throws {
    let plan = Self.scopes[scope]
    #expect(try messages(plan(.index("b")), plan(.seq("b"))).count == 1)
    #expect(try messages(plan(.index("b")), plan(.index("b"))).isEmpty)
  }

  @Test func `is quiet when two subplans swap their numbers and their order`() throws {
    let byID = ExplainNode.index("b").with("Index Cond", "(b.id = a.id)")
    let byNote = ExplainNode.seq("b", "b_1").filter("(b.note = a.note)")
    let before = ExplainNode.seq("a").adding(byID.subPlan(1), byNote.subPlan(2))
    let swapped = ExplainNode.seq("a").adding(
      ExplainNode.seq("b").filter("(b.note = a.note)").subPlan(1),
      ExplainNode.index("b", "b_1").with("Index Cond", "(b.id = a.id)").subPlan(2))
    #expect(try messages(before, swapped).isEmpty)
    let lost = ExplainNode.seq("a").adding(
      ExplainNode.seq("b").filter("(b.id = a.id)").subPlan(1), byNote.subPlan(2))
    #expect(try messages(before, lost) == ["public.b (in SubPlan 1): Index Scan using b_pkey -> Seq Scan"])
  }

  @Test func `sees through a subplan that became a join`() throws {
    let before = ExplainNode.seq("a").adding(.index("b").subPlan(1))
    #expect(try messages(before, .join("Hash Join", "Semi", .seq("a"), .seq("b"))).count == 1)
    #expect(try messages(before, .join("Nested Loop", "Semi", .seq("a"), .index("b"))).isEmpty)
  }

  // MARK: Partitions

  private static let definition = "btree (created_at)"

  private static func indexed(_ number: Int) -> ExplainNode {
    .index("events_\(number)_p", "e_\(number)", using: "events_\(number)_idx")
  }

  private static func read(_ number: Int) -> ExplainNode { .seq("events_\(number)_p", "e_\(number)") }

  private static func partition(_ number: Int, pages: Double = 100, hasIndex: Bool = true) -> RelationFacts {
    table(
      rows: pages * 100, pages: pages, partitionOf: "events",
      hasIndex ? ["events_\(number)_idx": definition, "events_\(number)_pkey": "btree (id)"] : [:])
  }

  private func messages(
    _ before: ExplainNode, _ now: ExplainNode, was: [RelationFacts], is: [RelationFacts]
  ) throws -> [String] {
    func named(_ partitions: [RelationFacts]) -> CatalogFacts {
      facts(Dictionary(uniqueKeysWithValues: partitions.enumerated().map { ("events_\($0 + 1)_p", $1) }))
    }
    return findings("seq-scan", try compare(State(before, named(was)), State(now, named(`is`)))).map(\.message)
  }

  @Test func `finds the one partition of many that lost its index`() throws {
    let partitions = [Self.partition(1), Self.partition(2), Self.partition(3)]
    let before = ExplainNode.append(Self.indexed(1), Self.indexed(2), Self.indexed(3))
    let now = ExplainNode.append(Self.indexed(1), Self.read(2), Self.indexed(3))
    let lost = [Self.partition(1), Self.partition(2, hasIndex: false), Self.partition(3)]
    #expect(
      try messages(before, now, was: partitions, is: lost)
        == ["public.events_2_p e: Index Scan using events_2_idx -> Seq Scan"])
    #expect(try messages(before, before, was: partitions, is: lost).isEmpty)
  }

  @Test func `fires for a partition that is large enough even when its index is still there`() throws {
    let partitions = [Self.partition(1), Self.partition(2)]
    let before = ExplainNode.append(Self.indexed(1), Self.indexed(2))
    #expect(try messages(before, .append(Self.indexed(1), Self.read(2)), was: partitions, is: partitions).count == 1)
  }

  @Test(arguments: [(7.0, 0), (8, 1)])
  func `judges a partition under eight pages by its indexes alone`(pages: Double, findings: Int) throws {
    let before = ExplainNode.append(Self.indexed(1), Self.indexed(2))
    let now = ExplainNode.append(Self.indexed(1), Self.read(2))
    let was = [Self.partition(1), Self.partition(2)]
    let kept = [Self.partition(1), Self.partition(2, pages: pages)]
    #expect(try messages(before, now, was: was, is: kept).count == findings)
    let dropped = [Self.partition(1), Self.partition(2, pages: pages, hasIndex: false)]
    #expect(try messages(before, now, was: was, is: dropped).count == 1)
  }

  @Test func `judges a small table that is no partition by its plan`() throws {
    let small = facts(["orders": table(rows: 5, pages: 1, ["orders_pkey": "btree (id)"])])
    #expect(try messages(.index("orders"), .seq("orders"), small).count == 1)
  }

  @Test func `identifies an index by its definition, not by its name`() throws {
    let before = ExplainNode.append(Self.indexed(1), Self.indexed(2))
    let now = ExplainNode.append(Self.indexed(1), Self.read(2))
    let was = [Self.partition(1), Self.partition(2, pages: 3)]
    let renamed = table(rows: 300, pages: 3, partitionOf: "events", ["other_name": Self.definition])
    #expect(try messages(before, now, was: was, is: [Self.partition(1), renamed]).isEmpty)
    let other = table(rows: 300, pages: 3, partitionOf: "events", ["events_2_idx": "btree (id)"])
    #expect(try messages(before, now, was: was, is: [Self.partition(1), other]).count == 1)
  }

  @Test func `fires for a new partition without the index of its siblings`() throws {
    let before = ExplainNode.append(Self.indexed(1))
    let now = ExplainNode.append(Self.indexed(1), Self.read(2))
    let was = [Self.partition(1)]
    #expect(
      try messages(before, now, was: was, is: [Self.partition(1), Self.partition(2, hasIndex: false)])
        == [
          "public.events_2_p e: Seq Scan of a partition without the index that its sibling public.events_1_p is read "
            + "through (Index Scan using events_1_idx): btree (created_at)"
        ])
    // With the index, the planner decides, whether the partition is empty or full.
    for pages in [0.0, 1000] {
      #expect(try messages(before, now, was: was, is: [Self.partition(1), Self.partition(2, pages: pages)]).isEmpty)
    }
    // Empty, but without the index: it will be filled.
    let empty = Self.partition(2, pages: 0, hasIndex: false)
    #expect(try messages(before, now, was: was, is: [Self.partition(1), empty]).count == 1)
  }

  @Test func `requires of a new partition only the indexes that were used`() throws {
    let before = ExplainNode.append(Self.indexed(1))
    let now = ExplainNode.append(Self.indexed(1), Self.read(2))
    let second = table(partitionOf: "events", ["x": Self.definition])
    #expect(try messages(before, now, was: [Self.partition(1)], is: [Self.partition(1), second]).isEmpty)
    let bySeqScan = ExplainNode.append(Self.read(1))
    let without = Self.partition(2, hasIndex: false)
    #expect(
      try messages(
        bySeqScan, .append(Self.read(1), Self.read(2)), was: [Self.partition(1)], is: [Self.partition(1), without]
      )
      .isEmpty)
  }

  @Test func `is quiet about a new partition that was not read`() throws {
    let now = ExplainNode.append(Self.indexed(1), Self.read(2).neverExecuted)
    let facts = [Self.partition(1), Self.partition(2, hasIndex: false)]
    #expect(try messages(.append(Self.indexed(1)), now, was: [Self.partition(1)], is: facts).isEmpty)
  }

  @Test func `is quiet about a new partition of another table`() throws {
    var other = Self.partition(2, hasIndex: false)
    other.root = RelationName(schema: "public", name: "visits")
    let now = ExplainNode.append(Self.indexed(1), Self.read(2))
    #expect(
      try messages(.append(Self.indexed(1)), now, was: [Self.partition(1)], is: [Self.partition(1), other]).isEmpty)
  }

  @Test func `recognizes a partition when pruning left only it`() throws {
    let partitions = [Self.partition(1), Self.partition(2)]
    let alone = ExplainNode.seq("events_2_p", "e")
    #expect(
      try messages(.append(Self.indexed(1), Self.indexed(2)), alone, was: partitions, is: partitions)
        == ["public.events_2_p e: Index Scan using events_2_idx -> Seq Scan"])
  }

  @Test func `reports in the order of the plan`() throws {
    let before = ExplainNode.append(.index("c"), .index("a"), .index("b"))
    let now = ExplainNode.append(.seq("c"), .seq("a"), .seq("b"))
    #expect(findings("seq-scan", try compare(before, now)).map(\.path) == [[0], [1], [2]])
  }

  @Test func `has the severity of its settings`() throws {
    let comparison = try compare(.index("a"), .seq("a"))
    let rule = try #require(Rule.all.first { $0.id == "seq-scan" })
    #expect(rule.findings(in: comparison, RuleSettings(severity: .warn)).map(\.severity) == [.warn])
    #expect(rule.isHeadline && rule.defaultSeverity == .fail)
  }
}

@Suite struct `The rule new-seq-scan` {
  @Test func `warns of a seq scan of a relation that was not read`() throws {
    let now = ExplainNode.join("Hash Join", .index("a"), .seq("b", "x"))
    let found = findings("new-seq-scan", try compare(.index("a"), now))
    #expect(found.map(\.message) == ["public.b x: read by a Seq Scan, not read in the baseline"])
    #expect(found.first?.severity == .warn && found.first?.path == [1] && found.first?.relation?.name == "b")
  }

  @Test func `is quiet when the relation was read, or is read through an index, or was not read now`() throws {
    func messages(_ before: ExplainNode, _ now: ExplainNode) throws -> [String] {
      findings("new-seq-scan", try compare(before, now)).map(\.message)
    }
    #expect(try messages(.seq("a"), .append(.seq("a"), .seq("a", "x"))).isEmpty)
    #expect(try messages(.index("a"), .seq("a", "x")).isEmpty)
    #expect(try messages(.seq("a"), .append(.seq("a"), .index("b"))).isEmpty)
    #expect(try messages(.seq("a"), .append(.seq("a"), .seq("b").neverExecuted)).isEmpty)
    #expect(findings("new-seq-scan", try compare(nil, State(.seq("a")))).isEmpty)
  }

  @Test func `is quiet about a new partition of a table that was read`() throws {
    let partitions = facts(["p_a": table(partitionOf: "p"), "p_b": table(partitionOf: "p")])
    let now = ExplainNode.append(.seq("p_a", "p_1"), .seq("p_b", "p_2"))
    #expect(findings("new-seq-scan", try compare(.append(.seq("p_a", "p_1")), now, partitions)).isEmpty)
    let without = facts(["p_a": table(partitionOf: "p"), "p_b": table()])
    #expect(findings("new-seq-scan", try compare(.append(.seq("p_a", "p_1")), now, without)).count == 1)
  }
}
