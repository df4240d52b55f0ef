import Testing

@testable import PlanCore

@Suite struct `The fix of a finding` {
  @Test func `is the usual one of its rule`() throws {
    let found = findings("seq-scan", try compare(.index("a"), .seq("a")))
    #expect(found.map(\.fix) == [.usual(Fix.Usual(of: .seqScan))])
    #expect(found.first?.fix?.text == Rule.seqScan.fix)
  }

  @Test func `is advice for a case that timed out`() throws {
    let judgement = judge(
      try compare(.index("a"), .index("a")), policy: CasePolicy(today: "2026-11-21"), timeout: "it ran for too long")
    #expect(judgement.findings.map(\.fix) == [.timeout])
  }
}

@Suite struct `The fix for lost indexes` {
  private func lost(_ count: Int, atMost limit: Int) throws -> Fix? {
    let indexes = (0..<count).map { ("i\($0)", "btree (c\($0))") }
    let comparison = try compare(
      State(.seq("a"), facts(["a": table(Dictionary(uniqueKeysWithValues: indexes))])),
      State(.seq("a"), facts(["a": table()])))
    return Fix.recreatingIndexes(of: comparison, atMost: limit)
  }

  @Test func `has a statement for each, up to a limit`() throws {
    guard case .statements(let statements)? = try lost(3, atMost: 2) else {
      Issue.record("no statements")
      return
    }
    #expect(statements.purpose == "recreate the lost index")
    #expect(
      statements.sql == [
        "CREATE INDEX i0 ON public.a USING btree (c0);", "CREATE INDEX i1 ON public.a USING btree (c1);",
      ])
  }

  @Test func `is none where no index is lost`() throws { #expect(try lost(0, atMost: 5) == nil) }
}
