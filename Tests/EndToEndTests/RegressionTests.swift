import TestSupport
import Testing

/// The gate fails when it should.
///
/// One run has all of these regressions, since each case is judged on its own; each test examines one of them.
@Suite struct RegressionTests {
  private struct Regressed {
    let run: ProgramRun
    let json: JSONReport
    let junit: JUnitReport
  }

  private static let result = Result { () throws -> Regressed in
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    try project.edit("seed/03-indexes.sql", "CREATE INDEX events_q3_account_idx ON events_q3 (account_id);\n", "")
    try project.edit(
      "seed/03-indexes.sql", "CREATE STATISTICS orders_place (dependencies) ON city, country FROM orders;\n", "")
    try project.write(
      "seed/05-next-year.sql",
      """
      CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
      INSERT INTO events
      SELECT n, date '2027-01-01' + n % 365, n % 400, repeat('x', 40) FROM generate_series(1, 20000) AS n;
      """)
    let run = try project.plangate("check", "--color", "never", "--junit", "junit.xml", "--json", "report.json")
    return Regressed(run: run, json: try project.json(), junit: try project.junit())
  }

  private let regressed: Regressed

  init() throws { regressed = try RegressionTests.result.get() }

  @Test func `a regression gives exit status 1 and fails only its own cases`() throws {
    try expect(regressed.run, exits: 1, stdout: ["6 passed", "6 regressed"], not: ["\u{1B}"])
    #expect(regressed.json.outcome == "failed")
    #expect(regressed.json.counts["regressed"] == 6)
    let failed = regressed.json.cases.filter(\.failed).map(\.name)
    #expect(
      failed == [
        "orders_by_customer@typical", "orders_by_customer@whale", "order_and_parent", "events_of_account",
        "orders_of_place", "my_orders",
      ])
    #expect(regressed.junit.cases.filter { $0.failure != nil }.map(\.name) == failed)
    #expect(regressed.junit.cases.allSatisfy { $0.error == nil })
    #expect(regressed.junit.suites.first?["failures"] == "6")
  }

  @Test func `a lost index is reported with query, relation, alias, index, before and after`() throws {
    let lost = try regressed.json["orders_by_customer@typical"]
    #expect(lost.verdict == "regressed")
    let finding = try #require(lost.findings.first)
    #expect(lost.findings.count { $0.rule == "seq-scan" } == 1)
    #expect(finding.rule == "seq-scan")
    #expect(finding.severity == "fail")
    #expect(finding.relation == "public.orders")
    #expect(finding.root == nil)
    #expect(finding.alias == "o")
    #expect(finding.waived == nil)
    #expect(try #require(finding.figures).planRows == (try #require(finding.figures).actualRows))

    let failure = try #require(try regressed.junit["orders_by_customer@typical"].failure)
    #expect(failure.type == "seq-scan")
    let message = try #require(failure.message)
    for text in [regressed.run.stdout, failure.text] {
      for word in [
        "public.orders o", "orders_customer_idx", "Bitmap Heap Scan", "Seq Scan", "record orders_by_customer",
      ] {
        #expect(text.contains(word), "'\(word)' is missing\n\(regressed.run)\n\(failure)")
      }
    }
    #expect(message.contains("public.orders o") && message.contains("-> Seq Scan"), "\(message)")
    #expect(regressed.run.stdout.contains("orders_by_customer@typical"), "\(regressed.run)")
  }

  @Test func `a self-join that lost the index of one alias fails only for that alias`() throws {
    let findings = try regressed.json["order_and_parent"].findings.filter { $0.rule == "seq-scan" }
    #expect(findings.map(\.relation) == ["public.orders"])
    #expect(findings.map(\.alias) == ["child"])
  }

  @Test func `a partition without its index fails, and so does a new one without its siblings' index`() throws {
    let findings = try regressed.json["events_of_account"].findings.filter { $0.rule == "seq-scan" }
    #expect(Set(findings.map(\.relation)) == ["public.events_q3", "public.events_2027"], "\(regressed.run)")
    #expect(findings.allSatisfy { $0.root == "public.events" && $0.alias == "e" && $0.severity == "fail" })
    for word in ["events_q3_account_idx", "events_2027", "account_id"] {
      #expect(regressed.run.stdout.contains(word), "'\(word)' is missing\n\(regressed.run)")
    }
  }

  @Test func `an estimate that crosses the threshold fails`() throws {
    let findings = try regressed.json["orders_of_place"].findings
    #expect(findings.map(\.rule) == ["row-estimate"])
    let finding = try #require(findings.first)
    #expect(finding.severity == "fail")
    #expect(finding.relation == "public.orders")
    #expect(finding.alias == "o")
    #expect(finding.figures == JSONReport.Figures(planRows: 4, actualRows: 200, qError: 50))
    #expect(try regressed.junit["orders_of_place"].failure?.type == "row-estimate")
    #expect(regressed.run.stdout.contains("estimated 4 rows, got 200"), "\(regressed.run)")
  }

  @Test func `a query under row-level security is judged by the plan of its role`() throws {
    let finding = try #require(try regressed.json["my_orders"].findings.first)
    #expect(finding.rule == "seq-scan")
    #expect(finding.relation == "public.orders")
  }
}

/// The effect of a waiver on a finding.
@Suite struct WaiverTests {
  @Test func `a waiver makes a failing case pass until its date`() throws {
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    try project.edit(
      "queries/manifest.yml", "    whale: [1]\n",
      """
          whale: [1]
          waive:
            - {rule: seq-scan, relation: public.orders, reason: "index comes back", until: 2099-12-31}

      """)
    try project.edit(
      "queries/manifest.yml", "  - file: order_and_parent.sql\n",
      """
        - file: order_and_parent.sql
          waive:
            - {rule: seq-scan, relation: public.orders, alias: child, reason: "was to be back", until: 2026-01-01}

      """)
    try project.edit(
      "queries/manifest.yml", "    sql: SELECT id FROM orders\n",
      """
          sql: SELECT id FROM orders
          waive:
            - {rule: seq-scan, relation: public.countries, reason: "twelve rows"}

      """)
    let waived = try project.plangate("check", "orders_by_customer", "--json", "report.json", "--junit", "junit.xml")
    try expect(waived, exits: 0, stdout: ["waived"])
    let item = try project.json()["orders_by_customer@typical"]
    #expect(!item.failed)
    #expect(item.verdict == "changed")
    #expect(item.findings.first?.rule == "seq-scan")
    #expect(item.findings.first?.waived == JSONReport.Waiver(reason: "index comes back", until: "2099-12-31"))
    #expect(try project.junit()["orders_by_customer@typical"].failure == nil)
    #expect(try project.junit()["orders_by_customer@typical"].systemOut?.text.contains("index comes back") == true)

    let expired = try project.plangate("check", "order_and_parent", "my_orders", "--json", "report.json")
    try expect(expired, exits: 1, stdout: ["2026-01-01", "matches nothing", "2 regressed"])
    #expect(try project.json()["order_and_parent"].verdict == "regressed")
    #expect(try project.json()["order_and_parent"].findings.first?.waived == nil)
    #expect(try project.json()["my_orders"].verdict == "regressed")
  }
}
