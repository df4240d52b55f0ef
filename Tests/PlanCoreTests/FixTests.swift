import Testing

@testable import PlanCore

@Suite struct `The fix of a finding` {
  @Test func `is none where nothing is known of the case`() throws {
    #expect(findings("seq-scan", try compare(.index("a"), .seq("a"))).map(\.fix) == [nil])
  }

  @Test func `is advice for a case that timed out`() throws {
    let judgement = judge(
      try compare(.index("a"), .index("a")), policy: CasePolicy(today: "2026-11-21"), timeout: "it ran for too long")
    #expect(judgement.findings.map(\.fix) == [.timeout])
  }
}

@Suite struct `The fix for lost indexes` {
  private func fixes(_ count: Int) throws -> [Fix] {
    let indexes = (0..<count).map { ("i\($0)", "btree (c\($0))") }
    let comparison = try compare(
      State(.index("a"), facts(["a": table(Dictionary(uniqueKeysWithValues: indexes))])),
      State(.seq("a"), facts(["a": table()])))
    var outcome = CaseOutcome(query: "q", caseName: nil, verdict: .regressed)
    outcome.comparison = comparison
    outcome.findings = findings("seq-scan", comparison)
    return outcome.proposedFixes
  }

  @Test func `has a statement for each, up to a limit`() throws {
    guard case .statements(let statements)? = try fixes(25).first else {
      Issue.record("no statements")
      return
    }
    #expect(statements.purpose == "recreate the lost indexes, with CONCURRENTLY where the table is in use")
    #expect(statements.sql.count == 20)
    #expect(statements.sql.first == "CREATE INDEX i0 ON public.a USING btree (c0);")
  }

  @Test func `is none where no index is lost`() throws { #expect(try fixes(0) == []) }
}

@Suite struct `The same index under two names` {
  private func fix(_ sql: String...) -> Fix { .statements(Fix.Statements(purpose: "p", sql: sql)) }

  @Test func `is offered once, under the name that it had`() throws {
    let comparison = try compare(
      State(.index("a"), facts(["a": table(["i": "btree (c)"])])), State(.seq("a"), facts(["a": table()])))
    var outcome = CaseOutcome(query: "q", caseName: nil, verdict: .regressed)
    outcome.comparison = comparison
    outcome.findings = findings("seq-scan", comparison)
    outcome.findings[0].fix = fix("CREATE INDEX ON public.a (c);")
    #expect(outcome.proposedFixes.map(\.lines) == [["CREATE INDEX i ON public.a USING btree (c);"]])
  }

  @Test func `is known by its table and columns`() {
    let plain = fix("CREATE INDEX ON public.a (c);")
    #expect(plain.makesSameIndexes(as: fix("CREATE UNIQUE INDEX \"x y\" ON public.a USING btree (c);")))
    #expect(!plain.makesSameIndexes(as: fix("CREATE INDEX ON public.a (d);")))
    #expect(!plain.makesSameIndexes(as: fix("CREATE INDEX ON public.a USING gin (c);")))
    #expect(!plain.makesSameIndexes(as: fix("CREATE INDEX ON public.a (c);", "CREATE INDEX ON public.b (c);")))
    #expect(!plain.makesSameIndexes(as: fix("REINDEX INDEX public.i;")))
    #expect(!plain.makesSameIndexes(as: .advice("CREATE INDEX ON public.a (c);")))
  }
}
