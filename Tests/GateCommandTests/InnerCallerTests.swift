import Testing

@testable import GateCommand

@Suite struct InnerCallerTests {
  private static let statement = "SELECT count(*)\n-- function that loops\nFROM t"

  @Test(arguments: [
    (#"SQL function "f" statement 1"#, "f", "f"),
    (#"SQL function "a " line b" statement 12"#, #"a " line b"#, #"a " line b"#),
    (#"SQL function "f" during startup"#, "f", "f"),
    (#"PL/Python function "f""#, "f", "f"),
    ("PL/pgSQL function f(integer) line 3 at PERFORM", "f(integer)", "f"),
    (
      "PL/pgSQL function app.f(character varying,integer[]) while casting return value to function's return type",
      "app.f(character varying,integer[])", "f"
    ),
    (#"PL/pgSQL function "My f"() line 3 at RETURN"#, #""My f"()"#, "My f"),
    (
      #"PL/pgSQL function "we ird"."a "" line. b("(x."T (y") line 1 at RETURN"#, #""we ird"."a "" line. b("(x."T (y")"#,
      #"a " line. b("#
    ),
    (
      "PL/pgSQL function \"n\nSQL function l\"(integer) line 1 at RETURN", "\"n\nSQL function l\"(integer)",
      "n\nSQL function l"
    ),
    ("PL/pgSQL function inline_code_block line 1 at SQL statement", "inline_code_block", "inline_code_block"),
  ])
  func `the innermost function of a context is the caller`(line: String, description: String, name: String) throws {
    let outer = "\nPL/pgSQL function outer_one(integer) line 1 at RETURN"
    for context in [line, line + outer, "SQL statement \"\(Self.statement)\"\n\(line)\(outer)"] {
      let caller = try #require(InnerCaller(context: context, statement: Self.statement), "\(context)")
      #expect(caller.description == description, "\(context)")
      #expect(caller.name == name, "\(context)")
    }
  }

  @Test func `a comment of the statement that reads like a function is none`() {
    #expect(InnerCaller(context: "SQL statement \"\(Self.statement)\"", statement: Self.statement) == nil)
    #expect(InnerCaller(context: "", statement: Self.statement) == nil)
  }
}
