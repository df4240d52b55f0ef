import JSON
import PlanCore
import Testing

/// Literals of values that come from the database are replaced by the names of their parameters.
@Suite struct NamedValuesTests {
  private func named(_ condition: String, _ values: [String: String]) throws -> String? {
    let json = JSON.array([
      .object([
        JSONMember(
          "Plan",
          .object([
            JSONMember("Node Type", .string("Seq Scan")), JSONMember("Relation Name", .string("t")),
            JSONMember("Schema", .string("public")), JSONMember("Alias", .string("t")),
            JSONMember("Startup Cost", .number(0)), JSONMember("Total Cost", .number(1)),
            JSONMember("Plan Rows", .number(1)), JSONMember("Plan Width", .number(1)),
            JSONMember("Filter", .string(condition)),
          ]))
      ])
    ])
    let plan = try Plan(explainJSON: json.text)
    let names = Dictionary(uniqueKeysWithValues: values.map { ($1, $0) })
    return plan.naming(names).root.text("Filter")
  }

  @Test func `whole literals are replaced and nothing else`() throws {
    #expect(try named("(id = '5-a'::uuid)", ["$1": "5-a"]) == "(id = $1::uuid)")
    #expect(try named("((n = 42) AND (m = 421))", [":n": "42"]) == "((n = :n) AND (m = 421))")
    #expect(try named("(x42 = '42'::bigint)", [":n": "42"]) == "(x42 = :n::bigint)")
    #expect(try named("(x = 42.5)", ["$1": "42", "$2": "42.5"]) == "(x = $2)")
    #expect(try named("(name = 'it''s'::text)", ["$1": "it's"]) == "(name = $1::text)")
    #expect(try named(#"(name = E'a\\b'::text)"#, ["$1": #"a\b"#]) == "(name = $1::text)")
    #expect(try named("(\"42\" = 'say \"42\"'::text)", ["$1": "42"]) == "(\"42\" = 'say \"42\"'::text)")
    #expect(try named("(name = ''::text)", ["$1": ""]) == "(name = $1::text)")
    #expect(try named("(id = ANY ('{a,b}'::uuid[]))", ["$1": "{a,b}"]) == "(id = ANY ($1::uuid[]))")
    #expect(try named("(name = 'open", ["$1": "open"]) == "(name = $1")
    #expect(try named("(name IS NULL)", [:]) == "(name IS NULL)")
  }
}
