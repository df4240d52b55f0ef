import JSON
import Testing

@testable import PlanCore

@Suite struct `A function per row` {
  private func scan(_ filter: String, rows: Double = 40, removed: Double = 19_960) -> ExplainNode {
    ExplainNode.seq("note").filter(filter).expecting(rows, got: rows).with("Rows Removed by Filter", .number(removed))
  }

  private var once: ExplainNode { scan("(note.user_id = $0)").adding(ExplainNode("Result").initPlan(1)) }

  private func found(_ before: ExplainNode, _ now: ExplainNode, _ facts: CatalogFacts = CatalogFacts()) throws
    -> [String]
  {
    findings("function-per-row", try compare(before, now, facts)).map { "\($0.severity) \($0.message)" }
  }

  @Test func `that was computed once fails, with the number of rows`() throws {
    #expect(
      try found(once, scan("(note.user_id = auth.uid())")) == [
        "fail public.note: auth.uid() is called for each of 20,000 rows (Filter), once in the baseline"
      ])
    let index = ExplainNode.index("note").with("Index Cond", "(note.user_id = auth.uid())")
    #expect(try found(index, scan("(note.user_id = auth.uid())")).map { $0.prefix(4) } == ["fail"])
  }

  @Test func `that is merely new warns`() throws {
    #expect(try found(scan("(note.kind = 1)"), scan("(app.rank(note.kind) = 1)")).map { $0.prefix(4) } == ["warn"])
  }

  @Test(arguments: [
    "(note.user_id = current_setting('app.uid'::text)::bigint)", "(note.user_id = pg_catalog.abs(7))",
    "(note.name = 'auth.uid()'::text)", "((note.price)::numeric(10,2) > 3.00)",
    "((note.name)::app.label(20) = 'x'::app.label)", "((note.name)::character varying(20) = 'x')",
    "(note.kind = ANY ('{1,2}'::integer[]))", "(NOT (hashed SubPlan 1))", "(note.user_id = $0)",
  ])
  func `is none where only what is built in is called`(filter: String) throws {
    #expect(try found(once, scan(filter)).isEmpty)
  }

  @Test func `over few rows is none`() throws {
    #expect(try found(once, scan("(note.user_id = auth.uid())", rows: 20, removed: 900)).isEmpty)
  }

  @Test func `that was there before is none, wherever it moved`() throws {
    let filter = scan("(note.user_id = auth.uid())")
    #expect(try found(filter, filter).isEmpty)
    let join = ExplainNode.join("Nested Loop", .seq("other"), .index("note"))
      .with("Join Filter", "(note.user_id = auth.uid())").expecting(20_000, got: 20_000)
    #expect(try found(filter, join).isEmpty)
    #expect(try found(once, join).map { $0.prefix(4) } == ["fail"])
  }

  @Test func `that leads an index is called once per scan`() throws {
    let index = ExplainNode.index("note").with("Index Cond", "(note.user_id = auth.uid())").expecting(1, got: 20_000)
    #expect(try found(once, index).isEmpty)
  }

  @Test func `in the search path is known by the catalog`() throws {
    var facts = CatalogFacts()
    #expect(try found(once, scan("(norm(note.body) = 'a'::text)"), facts).isEmpty)
    facts.definitions["function app.norm"] = "0"
    #expect(try found(once, scan("(norm(note.body) = 'a'::text)"), facts).map { $0.prefix(4) } == ["fail"])
  }

  @Test(arguments: [
    ("(a = auth.uid())", ["auth.uid"]), ("app.f(app.g(x), 'app.h(1)'::text)", ["app.f", "app.g"]),
    (#"("My App"."F"(x) > 1)"#, ["My App.F"]), ("((x)::numeric(10,2) = f(1))", ["f"]), ("(x = ANY (ARRAY[1]))", []),
    ("('it''s f(1)'::text = g(y))", ["g"]), ("(x OPERATOR(app.=) y)", ["OPERATOR"]), ("", []), ("'open f(", []),
  ])
  func `is read from an expression`(expression: String, calls: [String]) {
    #expect(functionCalls(in: expression) == calls)
  }

  @Test func `lets a cost that grew fail without more blocks`() throws {
    func severities(_ now: ExplainNode) throws -> [Severity] {
      findings("cost", try compare(once.costing(100, buffers: 200), now.costing(2000, buffers: 200))).map(\.severity)
    }
    #expect(try severities(scan("(note.user_id = auth.uid())")) == [.fail])
    #expect(try severities(scan("(note.user_id = 7)")) == [.warn])
    // More rows are more work, too.
    #expect(try severities(scan("(note.user_id = 7)", rows: 9000)) == [.fail])
  }
}
