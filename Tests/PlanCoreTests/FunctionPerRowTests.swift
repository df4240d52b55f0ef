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

  @Test func `in the output of a sub-select that is computed once was called once`() throws {
    let result = ExplainNode("Result").with("Output", .array(["auth.uid()"])).initPlan(1)
    let before = scan("(note.user_id = $0)").adding(result)
    let kept = scan("(note.user_id = auth.uid())").adding(ExplainNode("Result").initPlan(1))
    #expect(try found(before, kept).map { $0.prefix(4) } == ["fail"])
    #expect(try found(before, before).isEmpty)
  }

  @Test func `in the output is seen where it is computed, and for the rows that it is computed for`() throws {
    func scan(_ output: String, rows: Double = 20_000) -> ExplainNode {
      ExplainNode.seq("note").expecting(rows, got: rows).with("Output", .array([.string("id"), .string(output)]))
    }
    let parameter = scan("$0").adding(ExplainNode("Result").initPlan(1))
    #expect(
      try found(parameter, scan("app.rank(note.kind)")) == [
        "fail public.note: app.rank() is called for each of 20,000 rows (output), once in the baseline"
      ])
    #expect(try found(parameter, scan("app.rank(note.kind)", rows: 20)).isEmpty)
    // Computed below, for fewer rows.
    let below = scan("app.rank(note.kind)", rows: 20)
    #expect(
      try found(
        parameter,
        ExplainNode("Nested Loop", [JSONMember("Output", .array(["(app.rank(note.kind))"]))], below)
          .expecting(5000, got: 5000)
      ).isEmpty)
    let sum = ExplainNode("Aggregate", [JSONMember("Output", .array(["sum(app.rank(note.kind))"]))], scan("kind"))
    #expect(try found(parameter, sum).map { $0.prefix(4) } == ["fail"])
    // A baseline of format 1 does not say what it computes.
    let old = Observation(
      try State(parameter).captured(), facts: CatalogFacts(), serverMajor: 15, format: .one)
    let comparison = CaseComparison(baseline: old, current: try State(scan("app.rank(note.kind)")).observation())
    #expect(findings("function-per-row", comparison).isEmpty)
  }

  @Test(arguments: [
    ("app.f(x)", ["app.f"]), ("(app.f(x))", []), ("((app.f(x) || 'a'::text))", []),
    ("(app.f(x) || 'a'::text)", ["app.f"]), ("(app.f((app.g(x))))", []), ("app.f((app.g(x)))", ["app.f"]),
    ("(app.f(x) + app.f(y))", ["app.f", "app.f"]), ("sum((app.f(x)))", ["sum"]),
    ("lower(app.f(x))", ["lower", "app.f"]),
    ("(app.f(x", ["app.f"]),
  ])
  func `is left out of an output that was computed below`(output: String, calls: [String]) {
    #expect(functionCalls(in: output, isOutput: true) == calls)
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
