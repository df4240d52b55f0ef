import JSON
import PlanCore
import Testing

/// Pairs of a plan that must fire and its nearest neighbour that must not.
@Suite struct `The rule row-estimate` {
  private func messages(
    _ before: ExplainNode, _ now: ExplainNode, _ values: [String: Rule.Parameter.Value] = [:]
  ) throws -> [String] {
    findings("row-estimate", try compare(before, now), values).map(\.message)
  }

  /// A scan with this estimate and this actual number of rows.
  private func scan(_ estimated: Double, _ actual: Double, loops: Double = 1) -> ExplainNode {
    .seq("orders", "o").expecting(estimated, got: actual, loops: loops)
  }

  // MARK: Threshold and floor

  @Test func `fires when the q-error crosses the threshold, over or under`() throws {
    #expect(
      try messages(scan(200, 200), scan(200, 2002))
        == ["public.orders o: estimated 200 rows, got 2,002, off by a factor of 10 (accepted: 1)"])
    #expect(
      try messages(scan(2002, 2002), scan(2002, 200))
        == ["public.orders o: estimated 2,002 rows, got 200, off by a factor of 10 (accepted: 1)"])
    #expect(try messages(scan(200, 200), scan(200, 2000)).isEmpty)
    #expect(try messages(scan(200, 200), scan(2000, 200)).isEmpty)
  }

  @Test func `names the scan with its figures`() throws {
    let now = ExplainNode("Sort", [], scan(10, 5000))
    let found = findings("row-estimate", try compare(ExplainNode("Sort", [], scan(10, 10)), now))
    let finding = try #require(found.first)
    #expect(found.count == 1)
    #expect(finding.rule == "row-estimate" && finding.severity == .fail && finding.path == [0])
    #expect(finding.relation?.description == "public.orders" && finding.alias == "o")
    #expect(finding.figures == FindingFigures(planRows: 10, actualRows: 5000, qError: 500))
  }

  @Test func `fires only when the counts differ by the floor`() throws {
    #expect(try messages(scan(1, 1), scan(1, 101)).count == 1)
    #expect(try messages(scan(1, 1), scan(1, 100)).isEmpty)
    #expect(try messages(scan(1, 1), scan(1, 100), ["floor": .number(99)]).count == 1)
  }

  @Test func `counts the difference over all loops`() throws {
    func join(_ loops: Double) -> ExplainNode {
      .join("Nested Loop", ExplainNode.seq("a").expecting(loops, got: loops), scan(1, 21, loops: loops))
    }
    #expect(try messages(join(4), join(4)).isEmpty)
    let exact = ExplainNode.join(
      "Nested Loop", ExplainNode.seq("a").expecting(5, got: 5), scan(21, 21, loops: 5))
    #expect(
      try messages(exact, join(5))
        == ["public.orders o: estimated 1 row, got 21 in each of 5 loops, off by a factor of 21 (accepted: 1)"])
    #expect(try messages(exact, join(4)).isEmpty)
  }

  @Test func `takes its threshold from the settings`() throws {
    #expect(try messages(scan(10, 10), scan(10, 5000), ["threshold": .number(500)]).isEmpty)
    #expect(try messages(scan(10, 10), scan(10, 5000), ["threshold": .number(499)]).count == 1)
    #expect(try messages(scan(1000, 1000), scan(1000, 2100), ["threshold": .number(2)]).count == 1)
  }

  // MARK: What the baseline accepted

  @Test func `fires below the accepted error times 1.25 only when that was above the threshold`() throws {
    // Accepted 9, at the threshold or below it.
    #expect(try messages(scan(100, 900), scan(100, 1125)).count == 1)
    #expect(try messages(scan(100, 900), scan(100, 1124)).isEmpty)
    #expect(try messages(scan(100, 1000), scan(100, 1250)).count == 1)
    #expect(try messages(scan(100, 1000), scan(100, 1249)).isEmpty)
    // Accepted 11, above the threshold.
    #expect(try messages(scan(100, 1100), scan(100, 2200)).count == 1)
    #expect(try messages(scan(100, 1100), scan(100, 2199)).isEmpty)
  }

  @Test func `says what was accepted`() throws {
    #expect(
      try messages(scan(100, 1100), scan(100, 3300))
        == ["public.orders o: estimated 100 rows, got 3,300, off by a factor of 33 (accepted: 11)"])
  }

  @Test func `is quiet when the error is the accepted one, or smaller`() throws {
    #expect(try messages(scan(1, 5000), scan(1, 5000)).isEmpty)
    #expect(try messages(scan(1, 5000), scan(1, 900)).isEmpty)
  }

  @Test func `treats an overestimate like an underestimate of the same size`() throws {
    #expect(try messages(scan(5000, 1), scan(1, 5000)).isEmpty)
  }

  @Test func `is quiet without a baseline`() throws {
    #expect(findings("row-estimate", try compare(nil, State(scan(1, 5000)))).isEmpty)
  }

  @Test func `ignores the baseline if it is absolute`() throws {
    let absolute = ["absolute": Rule.Parameter.Value.flag(true)]
    #expect(
      try messages(scan(1, 5000), scan(1, 5000), absolute)
        == ["public.orders o: estimated 1 row, got 5,000, off by a factor of 5,000"])
    #expect(try messages(scan(1, 5000), scan(500, 5000), absolute).isEmpty)
    #expect(findings("row-estimate", try compare(nil, State(scan(1, 5000))), absolute).count == 1)
    #expect(findings("row-estimate", try compare(nil, State(scan(500, 5000))), absolute).isEmpty)
  }

  @Test func `counts a node without a counterpart as accepted at 1`() throws {
    let other = ExplainNode.seq("items").expecting(1, got: 5000)
    #expect(
      try messages(scan(1, 5000), other)
        == ["public.items: estimated 1 row, got 5,000, off by a factor of 5,000 (accepted: 1)"])
    #expect(try messages(scan(1, 5000).neverExecuted, scan(1, 5000)).count == 1)
    #expect(try messages(scan(1, 5000).notRun, scan(1, 5000)).count == 1)
  }

  @Test func `matches a scan across access path, position and alias number`() throws {
    #expect(try messages(scan(1, 5000), ExplainNode.index("orders", "o").expecting(1, got: 5000)).isEmpty)
    #expect(try messages(scan(1, 5000), ExplainNode("Unique", [], scan(1, 5000)).expecting(9, got: 9)).isEmpty)
    let twice = ExplainNode.append(scan(1, 5000).filter("x"), .seq("orders", "o_1").expecting(1, got: 5000))
    #expect(try messages(twice, twice).isEmpty)
    // An alias is part of the identity; a scan without one still matches by the relations below it.
    #expect(try messages(scan(1, 5000), ExplainNode.seq("orders", "x").expecting(1, got: 5000)).count == 1)
  }

  @Test func `matches a join by the relations below it`() throws {
    func join(_ type: String, _ first: String, _ second: String, _ actual: Double = 5000) -> ExplainNode {
      .join(type, .seq(first), .seq(second)).expecting(1, got: actual)
    }
    #expect(try messages(join("Hash Join", "a", "b"), join("Nested Loop", "b", "a")).isEmpty)
    #expect(
      try messages(join("Hash Join", "a", "b", 1), join("Hash Join", "a", "b"))
        == ["Hash Join {a, b}: estimated 1 row, got 5,000, off by a factor of 5,000 (accepted: 1)"])
    #expect(try messages(join("Hash Join", "a", "b"), join("Hash Join", "a", "c")).count == 1)
    // An aggregate over the same relations does not match their join.
    let aggregate = ExplainNode("Aggregate", [], join("Hash Join", "a", "b", 1)).expecting(1, got: 5000)
    #expect(try messages(aggregate, join("Hash Join", "a", "b")).count == 1)
  }

  @Test func `does not count the relations of subplans among those of a join`() throws {
    let join = ExplainNode.join("Hash Join", .seq("a"), .seq("b")).expecting(1, got: 5000)
    var before = join
    before.children[1] = before.children[1].adding(ExplainNode.seq("c").subPlan(1))
    #expect(try messages(before, join).isEmpty)
  }

  @Test func `has no relation and no root for a join`() throws {
    let before = ExplainNode.join("Hash Join", .seq("a"), .seq("b"))
    let found = findings("row-estimate", try compare(before, before.expecting(1, got: 5000)))
    #expect(found.count == 1 && found.first?.relation == nil && found.first?.root == nil && found.first?.alias == nil)
  }

  @Test func `uses the worst partition as the accepted error`() throws {
    let partitions = facts(["p_a": table(partitionOf: "p"), "p_b": table(partitionOf: "p")])
    func append(_ a: Double, _ b: Double) -> ExplainNode {
      .append(ExplainNode.seq("p_a", "p_1").expecting(1, got: a), ExplainNode.seq("p_b", "p_2").expecting(1, got: b))
    }
    func count(_ before: ExplainNode, _ now: ExplainNode) throws -> Int {
      findings("row-estimate", try compare(before, now, partitions)).count
    }
    #expect(try count(append(5000, 1), append(5000, 1)) == 0)
    #expect(try count(append(5000, 1), append(1, 5000)) == 1)
    // A new partition matches the table as a whole.
    let alone = ExplainNode.append(ExplainNode.seq("p_a", "p_1").expecting(1, got: 5000))
    #expect(try count(alone, append(5000, 5000)) == 0)
  }

  // MARK: What can be judged

  @Test func `uses a lower bound only to prove an underestimate`() throws {
    func limited(_ estimated: Double, _ actual: Double) -> ExplainNode {
      ExplainNode("Limit", [], scan(estimated, actual)).expecting(actual, got: actual)
    }
    #expect(try messages(limited(500, 500), limited(5000, 20)).isEmpty)
    #expect(
      try messages(limited(500, 500), limited(1, 500))
        == ["public.orders o: estimated 1 row, got at least 500, off by a factor of at least 500 (accepted: 1)"])
  }

  @Test func `is quiet about what cannot be judged`() throws {
    let reread = ExplainNode.join("Merge Join", "Left", .seq("a"), scan(1, 5000))
    let exact = ExplainNode.join("Merge Join", "Left", .seq("a"), scan(1, 1))
    #expect(try messages(exact, reread).isEmpty)
    #expect(try messages(scan(5000, 5000), scan(5000, 0).neverExecuted).isEmpty)
    #expect(try messages(scan(1, 1), scan(5000, 1).notRun).isEmpty)
  }

  @Test func `only warns of a generic plan`() throws {
    var (before, now) = (State(scan(1, 1)), State(scan(1, 5000)))
    #expect(findings("row-estimate", try compare(before, now)).map(\.severity) == [.fail])
    (before.isGeneric, now.isGeneric) = (true, true)
    #expect(findings("row-estimate", try compare(before, now)).map(\.severity) == [.warn])
    #expect(judge(try compare(before, now), policy: policy).verdict == .passed)
  }

  @Test(arguments: [(14, 15), (15, 18), (18, 15)])
  func `judges on another server major too`(before: ServerMajor, now: ServerMajor) throws {
    let comparison = try compare(State(scan(1, 1), major: before), State(scan(1, 5000), major: now))
    #expect(judge(comparison, policy: policy).findings.map(\.severity) == [.fail])
  }

  @Test func `rounds like the server that made each plan`() throws {
    func join(_ actual: Double) -> ExplainNode {
      .join("Nested Loop", ExplainNode.seq("a").expecting(900, got: 900), scan(1, actual, loops: 900))
    }
    // 10.4 rows per loop: 17 prints 10, which may be 9.5; 18 prints decimals.
    #expect(findings("row-estimate", try compare(State(join(1)), State(join(10), major: 17))).isEmpty)
    #expect(findings("row-estimate", try compare(State(join(1)), State(join(10.4), major: 18))).count == 1)
  }

  // MARK: Where the error begins

  private func tree(_ scanned: Double, _ joined: Double, _ grouped: Double) -> ExplainNode {
    let join = ExplainNode.join("Hash Join", ExplainNode.seq("a").expecting(1, got: scanned), .seq("b"))
    return ExplainNode("Aggregate", [JSONMember("Strategy", "Hashed")], join.expecting(1, got: joined))
      .expecting(1, got: grouped)
  }

  @Test func `names the node where the error begins, not those that inherit it`() throws {
    func paths(_ now: ExplainNode) throws -> [NodePath?] {
      findings("row-estimate", try compare(tree(1, 1, 1), now)).map(\.path)
    }
    #expect(try paths(tree(1000, 1000, 1000)) == [[0, 0]])
    #expect(try paths(tree(1, 1000, 1000)) == [[0]])
    #expect(try paths(tree(1, 1, 1000)) == [[]])
    #expect(try paths(tree(1000, 1, 1)) == [[0, 0]])
    #expect(try paths(tree(1000, 1999, 1000)) == [[0, 0]])
    // At least twice as bad as its input is a separate error.
    #expect(try paths(tree(1000, 2000, 2000)) == [[0], [0, 0]])
    #expect(try paths(tree(1, 1, 1)).isEmpty)
  }

  @Test func `names the node above an input whose error is accepted`() throws {
    let found = findings("row-estimate", try compare(tree(1000, 1, 1), tree(1000, 1000, 1)))
    #expect(found.map(\.path) == [[0]])
  }

  @Test func `looks for the origin below nodes that repeat their child`() throws {
    func plan(_ actual: Double) -> ExplainNode {
      let sort = ExplainNode("Sort", [], ExplainNode("Materialize", [], scan(1, actual)).expecting(1, got: actual))
      return ExplainNode("Group", [], sort.expecting(1, got: actual)).expecting(1, got: actual)
    }
    #expect(findings("row-estimate", try compare(plan(1), plan(5000))).map(\.path) == [[0, 0, 0]])
  }

  @Test(arguments: GoldenCorpus.majors)
  func `finds the origin in real plans`(major: ServerMajor) throws {
    func absolute(_ name: String) throws -> [Finding] {
      let plan = try GoldenCorpus.plan(name, major)
      let item = CapturedCase(name: nil, sqlFingerprint: "", parametersFingerprint: "", plan: plan)
      let observation = Observation(item, facts: CatalogFacts(), serverMajor: major)
      return findings("row-estimate", CaseComparison(baseline: nil, current: observation), ["absolute": .flag(true)])
    }
    // Two columns with the same content: the planner multiplies their selectivities, and the join above inherits the
    // error.
    let found = try absolute("nestloop-misestimated-outer")
    #expect(found.map { $0.relation?.name } == ["bm"])
    #expect(found.first?.path == [0])
    #expect(try absolute("hash-semi").isEmpty)
    #expect(try absolute("limit-stops-early").isEmpty)
    #expect(try absolute("bitmap-lossy").isEmpty)
  }
}
