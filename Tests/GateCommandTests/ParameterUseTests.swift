import PlanCore
import Testing

@testable import GateCommand

/// What a statement's own text says of its parameters, where no plan says more.
@Suite struct ParameterUseTests {
  private func uses(_ sql: String, writes: Bool) throws -> ParameterUses {
    let plan = try Plan(
      explainJSON: """
        [{"Plan": {"Node Type": "\(writes ? "ModifyTable" : "Seq Scan")", "Relation Name": "orders", "Schema": "public",
          "Alias": "o", "Startup Cost": 0, "Total Cost": 1, "Plan Rows": 1, "Plan Width": 1}}]
        """)
    return ParameterUses(plan, sql) { _ in ["id", "customer", "placed", "tags"] }
  }

  private func described(_ sql: String, writes: Bool = false) throws -> [String] {
    let uses = try uses(sql, writes: writes)
    return (1...4).map { number in uses[number].map { "\($0.kind) \($0.expression)" } ?? "nothing" }
  }

  @Test func `comparisons, lists, patterns and limits`() throws {
    #expect(
      try described("select * from orders o where o.id = $1 and customer <> all ($2) and $3 < placed limit $4 + 1") == [
        #"equal "orders"."id""#, #"anyOf "orders"."customer""#, #"lower "orders"."placed""#, "limit ",
      ])
    #expect(
      try described(
        "select * from orders where customer like '%' || $1 || '%' and tags @> $2 and f($3) is null offset $4")
        == [#"partOfPattern "orders"."customer""#, #"contained "orders"."tags""#, "nothing", "offset "])
    #expect(
      try described("select * from orders where (placed, id) > ($1, $2) and $3 = any (tags)")[..<3] == [
        #"lower "orders"."placed""#, #"lower "orders"."id""#, #"equal ("orders"."tags")[1]"#,
      ])
  }

  @Test func `columns that are written`() throws {
    #expect(
      try described("insert into public.orders as x (placed, id) values (now(), $2), ($1::date, 7)", writes: true)[..<2]
        == ["inserted placed", "inserted id"])
    #expect(
      try described("insert into orders select $1, coalesce($2, 'x') from other", writes: true)[..<2]
        == ["inserted id", "inserted customer"])
    #expect(
      try described("update orders set customer = coalesce($1, customer), placed = $2 where id = $3", writes: true)[
        ..<3]
        == ["updated customer", "updated placed", #"equal "orders"."id""#])
    #expect(
      try described(
        "with x as (insert into orders (id) values ($1) returning id) select * from x where id = $2", writes: true)[0]
        == "inserted id")
  }

  @Test func `what is no comparison with one row, and no SQL at all`() throws {
    #expect(try described("select sum(id) from orders having sum(id) > $1")[0] == "nothing")
    #expect(try described("select $1 = '$2' -- id = $3")[..<3] == ["nothing", "nothing", "nothing"])
    for text in ["", "(((", ")", "insert into", "insert into orders (", "set", "'", "\"", "limit", "update set a ="] {
      #expect(try described(text, writes: true) == ["nothing", "nothing", "nothing", "nothing"])
    }
    #expect(try described(String(repeating: "(", count: 5000) + "id = $1")[0].hasPrefix("equal"))
  }
}
