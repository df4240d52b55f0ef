import Testing

@testable import PlanCore

@Suite struct LostIndexesTests {
  private func statements(
    from old: [IndexFacts], to new: [IndexFacts]?,
    relation: RelationName = RelationName(schema: "public", name: "orders")
  ) -> [String] {
    func observation(_ indexes: [IndexFacts]?) -> Observation {
      let scan = PlanNode(nodeType: "Result", startupCost: 0, totalCost: 1, planRows: 1, planWidth: 4)
      let captured = CapturedCase(
        name: nil, isGeneric: false, sqlFingerprint: "", parametersFingerprint: "", plan: Plan(root: scan))
      let facts = indexes.map { [relation: RelationFacts(rows: 1, pages: 1, indexes: $0)] } ?? [:]
      return Observation(captured, facts: CatalogFacts(relations: facts), serverMajor: 15)
    }
    return CaseComparison(baseline: observation(old), current: observation(new)).lostIndexStatements
  }

  private let byCustomer = IndexFacts(name: "orders_customer_idx", definition: "btree (customer_id) INCLUDE (total)")

  @Test func `a missing index comes with the statement that restores it`() {
    #expect(
      statements(from: [byCustomer], to: []) == [
        "CREATE INDEX orders_customer_idx ON public.orders USING btree (customer_id) INCLUDE (total);"
      ])
  }

  @Test func `an existing, renamed or new index is not lost`() {
    #expect(statements(from: [byCustomer], to: [byCustomer]).isEmpty)
    #expect(
      statements(from: [byCustomer], to: [IndexFacts(name: "other", definition: byCustomer.definition)]).isEmpty)
    #expect(statements(from: [], to: [byCustomer]).isEmpty)
  }

  @Test func `an index whose name is taken is restored without a name`() {
    #expect(
      statements(from: [byCustomer], to: [IndexFacts(name: byCustomer.name, definition: "btree (id)")]) == [
        "CREATE INDEX ON public.orders USING btree (customer_id) INCLUDE (total);"
      ])
  }

  @Test func `a dropped relation has lost no index`() { #expect(statements(from: [byCustomer], to: nil).isEmpty) }

  @Test(arguments: [
    ("orders", "orders"), ("_1", "_1"), ("Orders", "\"Orders\""), ("1a", "\"1a\""), ("a b", "\"a b\""), ("", "\"\""),
    ("a\"; DROP TABLE x; --", "\"a\"\"; DROP TABLE x; --\""), ("order", "\"order\""), ("user", "\"user\""),
    ("ä", "\"ä\""), ("a\u{301}", "\"a\u{301}\""), ("a\"\u{301}", "\"a\"\"\u{301}\""),
  ])
  func `a name is quoted if SQL requires it`(_ name: String, _ quoted: String) {
    #expect(Array(quotedIdentifier(name).unicodeScalars) == Array(quoted.unicodeScalars))
  }
}
