import JSON
import PlanCore
import Testing

@Suite struct `What changed in a plan` {
  private func differences(_ before: ExplainNode, _ now: ExplainNode) throws -> [String] {
    try compare(before, now).differences.map(\.text)
  }

  @Test func `is nothing for the same shape and without a baseline`() throws {
    #expect(try differences(.seq("a"), ExplainNode.seq("a").filter("x").expecting(1, got: 100)).isEmpty)
    #expect(try compare(nil, State(.seq("a"))).differences.isEmpty)
  }

  @Test func `is described for scans`() throws {
    #expect(
      try differences(.index("orders", "o", using: "x"), .gather(.seq("orders", "o").parallel))
        == ["public.orders o: Index Scan using x -> Parallel Seq Scan", "Gather: new"])
    #expect(
      try differences(.index("a", using: "x"), .bitmap("a", using: "x", "y"))
        == ["public.a: Index Scan using x -> Bitmap Heap Scan using x and y"])
    #expect(
      try differences(.index("a", using: "x"), .index("a", using: "y")) == [
        "public.a: Index Scan using x -> Index Scan using y"
      ])
    #expect(
      try differences(.append(.seq("a"), .seq("b")), .append(.seq("a"), .index("c")))
        == ["public.b: no longer read (was Seq Scan)", "public.c: now read by Index Scan using c_pkey"])
  }

  @Test func `is described for joins`() throws {
    func join(_ type: String, _ joinType: String = "Inner", turned: Bool = false) -> ExplainNode {
      let (o, c) = (ExplainNode.seq("orders", "o"), ExplainNode.seq("customers", "c"))
      return .join(type, joinType, turned ? c : o, turned ? o : c)
    }
    #expect(try differences(join("Nested Loop"), join("Hash Join")) == ["join {o, c}: Nested Loop -> Hash Join"])
    #expect(
      try differences(join("Hash Join"), join("Hash Join", "Left")) == ["join {o, c}: Hash Join -> Hash Join Left"])
    #expect(
      try differences(join("Hash Join"), join("Hash Join", turned: true)) == [
        "join {o, c}: the inner side is {o}, was {c}"
      ])
  }

  @Test func `is described for another join order`() throws {
    func join(_ a: String, _ b: String, _ c: String) -> ExplainNode {
      .join("Hash Join", .join("Hash Join", .seq(a), .seq(b)), .seq(c))
    }
    #expect(
      try differences(join("a", "b", "c"), join("a", "c", "b")) == [
        "join {a, b, c}: the inner side is {b}, was {c}", "join order: {a, b} is no longer joined first",
      ])
  }

  @Test func `is described for other nodes by their count`() throws {
    func grouped(_ strategy: String, _ input: ExplainNode) -> ExplainNode {
      ExplainNode(
        "Aggregate", [JSONMember("Strategy", .string(strategy)), JSONMember("Partial Mode", "Simple")], input)
    }
    func sorted(_ input: ExplainNode) -> ExplainNode { ExplainNode("Sort", [], input) }
    #expect(
      try differences(grouped("Sorted", sorted(.seq("a"))), grouped("Hashed", .seq("a")))
        == ["Aggregate Hashed: new", "Aggregate Sorted: gone", "Sort: gone"])
    #expect(try differences(sorted(.seq("a")), sorted(sorted(.seq("a")))) == ["Sort: 1 -> 2"])
  }

  @Test func `is described at least in general`() throws {
    let scan = ExplainNode.index("a").with("Scan Direction", "Forward")
    #expect(try differences(scan, scan.with("Scan Direction", "Backward")) == ["the plan's shape changed"])
  }

  @Test(arguments: GoldenCorpus.majors)
  func `is described for any two real plans`(major: ServerMajor) throws {
    let plans = GoldenCorpus.plans.filter { $0.major == major }
    let observations = try plans.map { answer in
      let item = try GoldenCorpus.capture(of: answer).cases[0]
      return Observation(item, facts: CatalogFacts(), serverMajor: major)
    }
    for (before, now) in zip(observations, observations.dropFirst()) {
      let comparison = CaseComparison(baseline: before, current: now)
      #expect(comparison.differences.isEmpty == !comparison.isShapeChanged)
      #expect(comparison.matching.pairs.count + comparison.matching.unmatchedCurrent.count == now.scans.count)
      #expect(comparison.matching.pairs.count + comparison.matching.unmatchedBaseline.count == before.scans.count)
      let judgement = judge(comparison, policy: policy)
      #expect(judgement.findings.allSatisfy { !$0.message.isEmpty && !$0.message.hasSuffix(".") })
      #expect(judgement.verdict != .new && judgement.verdict != .unchecked)
    }
  }
}

@Suite struct `What changed around a plan` {
  private func causes(_ before: CatalogFacts, _ now: CatalogFacts) throws -> [String] {
    try compare(State(.seq("a"), before), State(.seq("a"), now)).causes.map(\.text)
  }

  @Test func `is nothing if nothing changed, and without a baseline`() throws {
    let same = facts(["a": table(["x": "btree (a)"])])
    #expect(try causes(same, same).isEmpty)
    #expect(try compare(nil, State(.seq("a"))).causes.isEmpty)
  }

  @Test func `is described for indexes`() throws {
    let before = facts(["a": table(["x": "btree (a)", "y": "btree (b)"])])
    #expect(try causes(before, facts(["a": table(["x": "btree (a)"])])) == ["index y of public.a is gone: btree (b)"])
    #expect(
      try causes(before, facts(["a": table(["x": "btree (a)", "z": "btree (b)"])]))
        == ["index y of public.a is now called z"])
    #expect(
      try causes(before, facts(["a": table(["x": "btree (a)", "y": "btree (b, c)"])]))
        == ["index y of public.a is now btree (b, c), was btree (b)"])
    #expect(try causes(before, facts([:])) == ["public.a is gone"])
    #expect(
      try causes(before, facts(["a": table(["w": "gin (c)", "x": "btree (a)", "y": "btree (b)"])]))
        == ["index w of public.a is new: gin (c)"])
  }

  @Test func `is described for the query's text, parameters, settings and server`() throws {
    var (before, now) = (State(.seq("a")), State(.seq("a"), major: 16))
    before.settings = ["work_mem": "64MB", "jit_above_cost": "1"]
    now.settings = ["work_mem": "4MB", "random_page_cost": "1.1"]
    (now.sql, now.parameters) = ("other", "other")
    #expect(
      try compare(before, now).causes.map(\.text) == [
        "the query's text changed", "the parameters' values changed", "jit_above_cost 1 -> default",
        "random_page_cost default -> 1.1", "work_mem 64MB -> 4MB", "server 15 -> 16",
      ])
  }

  @Test(
    arguments: [
      (10_000.0, 15_000.0, "1.5 times"), (10_000, 14_999, nil), (15_000, 10_000, "fewer rows"), (14_999, 10_000, nil),
      (1, 999, nil), (0, 1000, "1,000 times"), (-1, 1_000_000, "1,000,000 times"),
    ] as [(Double, Double, String?)])
  func `is described for significant sizes`(before: Double, now: Double, words: String?) throws {
    let sentences = try causes(facts(["a": table(rows: before)]), facts(["a": table(rows: now)]))
    #expect(sentences.count == (words == nil ? 0 : 1))
    if let words {
      #expect(sentences.allSatisfy { $0.hasPrefix("public.a has ") && $0.contains(words) }, "\(sentences)")
    }
  }
}

@Suite struct `Figures for people` {
  @Test(arguments: [
    (0.0, "0"), (0.04, "0"), (0.5, "0.5"), (7, "7"), (9.96, "10"), (940, "940"), (940.4, "940"), (9999, "9,999"),
    (9_999.4, "9,999"),
    (10_000, "10k"),
    (21_449, "21.4k"), (999_949, "999.9k"), (999_950, "1M"), (3_200_000, "3.2M"), (999_950_000, "1G"),
    (8.1e21, "8100000000000G"),
    (-21_449, "-21.4k"),
  ])
  func `are short as counts`(number: Double, text: String) {
    #expect(Figures.count(number) == text)
  }

  @Test(arguments: [
    (1.0, "1"), (1.25, "1.3"), (9.94, "9.9"), (53.4, "53"), (2536, "2,536"), (.infinity, "?"), (.nan, "?"),
  ])
  func `are rounded as factors`(number: Double, text: String) {
    #expect(Figures.factor(number) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (999, "999"), (1000, "1,000"), (1_002_536, "1,002,536"), (-1000, "-1,000"), (-100, "-100"),
    (999.5, "1,000"),
    (8.1e21, "8.1e+21"),
  ])
  func `are grouped in thousands`(number: Double, text: String) {
    #expect(Figures.grouped(number) == text)
  }
}
