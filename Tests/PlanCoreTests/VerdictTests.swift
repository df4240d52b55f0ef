import PlanCore
import Testing

@Suite struct `The verdict on a case` {
  private let index = ExplainNode.index("orders", "o")
  private let seq = ExplainNode.seq("orders", "o")

  private func verdict(_ before: ExplainNode, _ now: ExplainNode) throws -> Verdict {
    judge(try compare(before, now), policy: policy).verdict
  }

  @Test func `is new without a baseline, for any findings`() throws {
    #expect(judge(try compare(nil, State(seq)), policy: policy).verdict == .new)
    let settings = RuleSettings(
      severity: .fail, values: ["threshold": .number(10), "floor": .number(100), "absolute": .flag(true)])
    let absolute = policy(["row-estimate": settings])
    let judgement = judge(try compare(nil, State(seq.expecting(1, got: 5000))), policy: absolute)
    #expect(judgement.verdict == .new)
    #expect(judgement.findings.map(\.rule) == ["row-estimate"])
  }

  @Test func `is regressed by a finding that fails`() throws {
    #expect(try verdict(index, seq) == .regressed)
    #expect(try verdict(index, index.expecting(1, got: 5000)) == .regressed)
    // Cheaper, but regressed comes first.
    #expect(try verdict(index, seq.costing(1, buffers: 1)) == .regressed)
  }

  @Test func `is not affected by a warning or a rule that is off`() throws {
    for severity in [Severity.warn, .off] {
      let settings = policy(["seq-scan": RuleSettings(severity: severity)])
      let judgement = judge(try compare(index, seq), policy: settings)
      #expect(judgement.verdict == .changed)
      #expect(judgement.findings.map(\.severity) == (severity == .warn ? [.warn] : []))
    }
  }

  @Test func `is passed for the same shape, cheaper or more expensive`() throws {
    #expect(try verdict(index, index) == .passed)
    #expect(try verdict(index, index.costing(1, buffers: 1)) == .passed)
    #expect(try verdict(index, index.costing(1000, buffers: 1000)) == .passed)
  }

  @Test(arguments: [
    (90.0, 900.0, Verdict.improved), (90.01, 900, .changed), (90, 901, .changed), (1, 1, .improved), (200, 1, .changed),
    (1, 2000, .changed), (100, 1000, .changed),
  ])
  func `is improved if cost and buffers both fall by ten percent`(
    cost: Double, buffers: Double, expected: Verdict
  ) throws {
    #expect(try verdict(seq.costing(100, buffers: 1000), index.costing(cost, buffers: buffers)) == expected)
  }

  @Test func `is improved by exactly ten percent of any figure`() throws {
    // As EXPLAIN prints them, with two decimals. A tenth of some of these has no exact binary form.
    for tenths in stride(from: 1, through: 5000, by: 7) {
      let (before, now) = (try #require(Double("\(tenths / 10).\(tenths % 10)0")), Double(tenths * 9) / 100)
      let judged = try verdict(
        seq.costing(before, buffers: Double(tenths * 10)), index.costing(now, buffers: Double(tenths * 9)))
      #expect(judged == .improved, "\(before) -> \(now)")
      if judged != .improved { break }
    }
  }

  @Test func `is changed if the figures of one plan are unknown`() throws {
    let cheap = index.costing(1, buffers: 1)
    #expect(try verdict(seq, cheap.notRun) == .changed)
    #expect(try verdict(seq.notRun, cheap) == .changed)
    #expect(try verdict(seq, index.costing(1, buffers: nil)) == .changed)
  }

  @Test func `lists rules in rule order`() throws {
    let before = ExplainNode.append(.index("a"), .index("b"))
    let now = ExplainNode.append(ExplainNode.seq("a"), ExplainNode.seq("b").expecting(1, got: 5000), .seq("c"))
    let judgement = judge(try compare(before, now), policy: policy)
    #expect(judgement.findings.map(\.rule) == ["seq-scan", "seq-scan", "row-estimate", "new-seq-scan"])
    #expect(Rule.all.filter(\.isHeadline).map(\.id) == ["seq-scan", "row-estimate"])
    #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
  }

  // MARK: Another major

  @Test func `on another server major depends on the headline rules only`() throws {
    let strict = policy(["new-seq-scan": RuleSettings(severity: .fail)])
    let (before, now) = (ExplainNode.index("a"), ExplainNode.append(.index("a"), .seq("b")))
    #expect(judge(try compare(State(before), State(now)), policy: strict).verdict == .regressed)
    let other = judge(try compare(State(before, major: 15), State(now, major: 16)), policy: strict)
    #expect(other.verdict == .changed)
    #expect(other.findings.map(\.severity) == [.warn])
    #expect(judge(try compare(State(index, major: 15), State(seq, major: 16)), policy: policy).verdict == .regressed)
  }

  // MARK: Timeouts

  @Test func `is regressed by a timeout`() throws {
    let judgement = judge(try compare(index, index.notRun), policy: policy, timeout: "it ran for more than 1 s")
    #expect(judgement.verdict == .regressed)
    #expect(judgement.findings.map(\.rule) == ["timeout"])
    #expect(judgement.findings.map(\.severity) == [.fail])
    #expect(judgement.findings.map(\.message) == ["it ran for more than 1 s"])
  }

  @Test func `after a timeout still depends on the rules that need only the plan`() throws {
    let judgement = judge(try compare(index, seq.notRun), policy: policy, timeout: "too long")
    #expect(judgement.findings.map(\.rule) == ["seq-scan", "timeout"])
  }
}

@Suite struct `A waiver` {
  private let partitions = facts(["p_a": table(partitionOf: "p")])

  private func judgement(_ waivers: Waiver..., today: Day = "2026-06-15") throws -> Judgement {
    let before = ExplainNode.append(.index("p_a", "e_1"), .index("orders", "o"))
    let now = ExplainNode.append(.seq("p_a", "e_1"), .seq("orders", "o"))
    return judge(try compare(before, now, partitions), policy: policy(waivers: waivers, today: today))
  }

  private func waived(_ waiver: Waiver, today: Day = "2026-06-15") throws -> [String] {
    try judgement(waiver, today: today).findings.filter { $0.waiver == waiver }.compactMap { $0.relation?.name }
  }

  @Test(
    arguments: [
      (nil, nil, ["p_a", "orders"]), ("public.orders", nil, ["orders"]), ("public.p", nil, ["p_a"]),
      ("public.p_a", nil, ["p_a"]), ("public.*", nil, ["p_a", "orders"]), ("*.p_?", nil, ["p_a"]), ("orders", nil, []),
      ("public.order", nil, []), ("other.orders", nil, []), (nil, "o", ["orders"]), (nil, "e", ["p_a"]),
      (nil, "e_1", []),
      ("public.orders", "e", []), ("public.*", "o", ["orders"]),
    ] as [(String?, String?, [String])])
  func `applies by relation, by the root of a partition and by alias`(
    relation: String?, alias: String?, expected: [String]
  ) throws {
    let waiver = Waiver(rule: "seq-scan", relation: relation, alias: alias, reason: "known")
    #expect(try waived(waiver) == expected)
    #expect(try judgement(waiver).usedWaivers == (expected.isEmpty ? [] : [waiver]))
  }

  @Test func `applies only to its rule`() throws {
    #expect(try waived(Waiver(rule: "row-estimate", reason: "known")).isEmpty)
  }

  @Test(arguments: [
    ("2026-06-14", true), ("2026-06-15", true), ("2026-06-16", false), ("2027-01-01", false), ("2025-12-31", true),
  ])
  func `is valid through its last day`(today: Day, counts: Bool) throws {
    let waiver = Waiver(rule: "seq-scan", reason: "until the migration", until: "2026-06-15")
    #expect(try waived(waiver, today: today).isEmpty == !counts)
    #expect(waiver.isExpired(on: today) == !counts)
    #expect(try judgement(waiver, today: today).usedWaivers.isEmpty == !counts)
    #expect(!Waiver(rule: "seq-scan", reason: "for ever").isExpired(on: today))
  }

  @Test func `leaves the verdict to the findings that it does not waive`() throws {
    let (one, all) = (
      Waiver(rule: "seq-scan", relation: "public.orders", reason: "a"), Waiver(rule: "seq-scan", reason: "b")
    )
    #expect(try judgement(one).verdict == .regressed)
    #expect(try judgement(all).verdict == .changed)
    let both = try judgement(one, Waiver(rule: "seq-scan", relation: "public.p", reason: "c"))
    #expect(both.verdict == .changed && both.usedWaivers.count == 2)
    #expect(both.findings.allSatisfy { !$0.isFailing && $0.severity == .fail })
  }

  @Test func `that has expired is ignored if another one is valid`() throws {
    let old = Waiver(rule: "seq-scan", reason: "old", until: "2020-01-01")
    let new = Waiver(rule: "seq-scan", reason: "new")
    let judgement = try judgement(old, new)
    #expect(judgement.usedWaivers == [new] && judgement.verdict == .changed)
  }

  @Test func `is marked as used when it matches, even after another one`() throws {
    let (wide, narrow) = (
      Waiver(rule: "seq-scan", reason: "all"), Waiver(rule: "seq-scan", relation: "public.orders", reason: "one")
    )
    let judgement = try judgement(wide, narrow, Waiver(rule: "seq-scan", relation: "public.x", reason: "none"))
    #expect(judgement.usedWaivers == [wide, narrow])
    #expect(judgement.findings.allSatisfy { $0.waiver == wide })
  }

  @Test func `with a relation does not match a finding without one`() throws {
    let join = ExplainNode.join("Hash Join", .seq("a"), .seq("b"))
    func judgement(_ waiver: Waiver) throws -> Judgement {
      judge(try compare(join, join.expecting(1, got: 5000)), policy: policy(waivers: [waiver]))
    }
    #expect(try judgement(Waiver(rule: "row-estimate", relation: "*", reason: "x")).verdict == .regressed)
    #expect(try judgement(Waiver(rule: "row-estimate", reason: "x")).verdict == .passed)
  }
}

@Suite struct `A glob` {
  @Test(arguments: [
    ("", "", true), ("", "a", false), ("a", "", false), ("*", "", true), ("*", "anything.at all", true),
    ("?", "", false),
    ("?", "a", true), ("?", "ab", false), ("?", "é", true), ("a*", "a", true), ("a*", "ba", false), ("*a", "bba", true),
    ("*a", "bab", false), ("a*c", "abbc", true), ("a*c", "ac", true), ("a*c", "acb", false), ("a**c", "abc", true),
    ("*a*b*", "xaxxbx", true), ("*a*b*", "xbxa", false), ("a?c", "abc", true), ("a?c", "ac", false),
    ("public.*", "public.orders", true), ("public.*", "publicXorders", false), ("Public.*", "public.orders", false),
    ("*.events_2026_*", "app.events_2026_01", true), ("[ab]", "a", false), ("[ab]", "[ab]", true),
    ("a.b", "axb", false),
    ("*ab*ab", "abab", true), ("*ab*ab", "ab", false), ("*aab", "aaaab", true), ("?*", "", false), ("**", "", true),
  ])
  func `matches the whole text`(glob: String, text: String, expected: Bool) {
    #expect(isGlob(glob, matching: text) == expected)
  }

  @Test func `handles many stars fast`() {
    let glob = String(repeating: "*a", count: 20) + "b"
    #expect(!isGlob(glob, matching: String(repeating: "a", count: 200)))
  }

  @Test func `agrees with the plain definition for random texts`() {
    func matches(_ glob: Substring, _ text: Substring) -> Bool {
      guard let first = glob.first else { return text.isEmpty }
      if first == "*" {
        return text.indices.contains { matches(glob.dropFirst(), text[$0...]) } || matches(glob.dropFirst(), "")
      }
      return !text.isEmpty && (first == "?" || first == text.first) && matches(glob.dropFirst(), text.dropFirst())
    }
    var random = SeededGenerator(seed: 3)
    var hits = 0
    for _ in 0..<2000 {
      let glob = String(
        (0..<Int.random(in: 0...5, using: &random)).map { _ in "ab*?".randomElement(using: &random) ?? "a" })
      let text = String(
        (0..<Int.random(in: 0...6, using: &random)).map { _ in "ab".randomElement(using: &random) ?? "a" })
      let expected = matches(glob[...], text[...])
      hits += expected ? 1 : 0
      #expect(isGlob(glob, matching: text) == expected, "\(glob) \(text)")
    }
    #expect(hits > 100)
  }
}

@Suite struct `The outcome` {
  private func outcome(_ verdicts: Verdict...) -> RunOutcome {
    var outcome = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    outcome.cases = verdicts.map { CaseOutcome(query: "q", caseName: nil, verdict: $0) }
    return outcome
  }

  @Test(arguments: [
    (Verdict.passed, RunOutcome.Result.passed, RunOutcome.Result.passed), (.changed, .passed, .failed),
    (.improved, .passed, .failed), (.new, .failed, .failed), (.regressed, .failed, .failed),
    (.unchecked, .unchecked, .unchecked),
  ])
  func `follows from the verdicts`(verdict: Verdict, result: RunOutcome.Result, strict: RunOutcome.Result) {
    var run = outcome(.passed, verdict, .passed)
    #expect(run.result == result)
    run.isStrict = true
    #expect(run.result == strict)
    #expect(run.count(verdict) == (verdict == .passed ? 3 : 1))
  }

  @Test func `is never passed if a case was not checked`() {
    #expect(outcome(.regressed, .unchecked, .passed).result == .unchecked)
    var ended = outcome(.passed)
    ended.error = "the seed failed"
    #expect(ended.result == .unchecked)
  }

  @Test func `names the failure of a case`() {
    func type(_ verdict: Verdict, strict: Bool, _ findings: [Finding] = []) -> String? {
      var item = CaseOutcome(query: "q", caseName: nil, verdict: verdict)
      item.findings = findings
      return item.failureType(strict: strict)
    }
    var waived = Finding(rule: "a", severity: .fail, message: "")
    waived.waiver = Waiver(rule: "a", reason: "known")
    let findings = [
      waived, Finding(rule: "b", severity: .warn, message: ""), Finding(rule: "c", severity: .fail, message: ""),
    ]
    #expect(type(.regressed, strict: false, findings) == "c")
    #expect(type(.new, strict: false, findings) == "no-baseline")
    #expect(type(.changed, strict: true) == "plan-changed" && type(.improved, strict: true) == "plan-changed")
    #expect(type(.changed, strict: false) == nil && type(.passed, strict: true, findings) == nil)
  }

  @Test func `names a case by its query and its name`() {
    #expect(CaseOutcome(query: "orders", caseName: nil, verdict: .passed).name == "orders")
    #expect(CaseOutcome(query: "orders", caseName: "whale+generic", verdict: .passed).name == "orders@whale+generic")
  }

  @Test func `counts only failing severities`() {
    #expect(Severity.off < .warn && Severity.warn < .fail)
    #expect(min(Severity.fail, .warn) == .warn)
  }
}
