import TestSupport
import Testing

/// A seed that did not do its work gives no pass: what reads few rows is always fast.
@Suite struct CollapsedSeedTests {
  @Test func `cases that read an emptied table are unchecked, whatever a waiver says`() throws {
    let project = try Sample.recorded()
    try project.append("seed/04-access.sql", "TRUNCATE orders;\nTRUNCATE events_q1;\n")
    try project.edit(
      "queries/manifest.yml", "  - file: pay_order.sql\n",
      "  - file: pay_order.sql\n    waive: [{rule: seq-scan, reason: small}]\n")
    let run = try project.plangate("check", "--json", "report.json", "--junit", "junit.xml")
    try expect(
      run, exits: 2, stdout: ["public.orders had 20,000 rows", "has none now", "9 unchecked"], not: ["10 unchecked"],
      leavingNothingIn: project)
    let report = try project.json()
    for name in Sample.cases {
      // One emptied partition of four is nothing unusual, and what is equal to NULL is looked for nowhere.
      let isEmptied = !["nap", "events_of_account", "orders_of_nobody"].contains(name)
      #expect(try (report[name].verdict == "unchecked") == isEmptied, "\(name): \(run)")
      #expect(try (report[name].reason?.contains("public.orders had 20,000 rows") == true) == isEmptied, "\(name): \(run)")
    }
    #expect(try project.junit()["order_by_id@generic"].error?.text.contains("20,000 rows") == true, "\(run)")

    let record = try project.plangate("record", "order_by_id")
    try expect(
      record, exits: 0,
      stdout: ["accepted, order_by_id: public.orders is empty now; the baseline had 20,000 rows"])
    try expect(project.plangate("check", "order_by_id"), exits: 0, stdout: ["2 passed"])
  }
}
