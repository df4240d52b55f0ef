import JSON
import PlanCore
import Testing

@testable import Reporting

@Suite struct TerminalReportTests {
  private let style = TerminalStyle(isColored: false, width: 80)

  @Test func `no text from a database or a manifest controls the terminal`() throws {
    var run = try Shop.run()
    run.manifest = hostile
    run.notes = [Note(hostile)]
    run.error = hostile
    var unchecked = Shop.unchecked()
    unchecked.reason = hostile
    run.cases.append(unchecked)
    for isStrict in [false, true] {
      run.isStrict = isStrict
      let plain = terminalText(run, style: style)
      let forbidden = plain.unicodeScalars.filter { scalar in
        scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7f...0x9f).contains(scalar.value)
          || scalar == "\u{202e}"
      }
      #expect(forbidden.isEmpty)
      // Colours are the only difference, and they are all from the style.
      let colored = terminalText(run, style: TerminalStyle(isColored: true, width: 80))
      #expect(colored.contains("\u{1b}["))
      #expect(colored.replacing(/\u{1b}\[(0|1|2|31|32|33|1;31)m/, with: "") == plain)
    }
  }

  @Test func `each verdict has its line`() throws {
    func line(_ outcome: CaseOutcome, strict: Bool = false) -> String {
      TerminalReport.caseLine(
        outcome, strict: strict, nameWidth: 30, style: TerminalStyle(isColored: false, width: 100, isTerminal: true))
    }
    #expect(
      try line(Shop.regressed())
        == "FAIL       orders_by_customer@typical      orders: Index Scan -> Seq Scan")
    #expect(
      try line(Shop.manyFindings())
        == "FAIL       order_search                    customers: Index Scan -> Seq Scan (+1), warning: new-seq…")
    #expect(
      try line(Shop.misestimated())
        == "FAIL       tenant_dashboard@whale+generic  items: estimated 1,000 rows, got 64k")
    #expect(try line(Shop.new()) == "NEW        month_close                     no baseline yet")
    #expect(
      line(Shop.unchecked()) == "UNCHECKED  tax_report@typical              ERROR 42703: column \"vatt\" does not exist"
    )
    #expect(
      try line(Shop.changed())
        == "changed    cart_prices                     public.customers c: Seq Scan -> Index Scan using custome…")
    #expect(try line(Shop.improved()).hasPrefix("improved   login_by_email"))
    #expect(try line(Shop.improved(), strict: true).hasPrefix("IMPROVED   login_by_email"))
    #expect(try line(Shop.passed()) == "ok         newest_customers")
  }

  @Test func `a line names the warnings and what became better`() throws {
    func line(_ outcome: CaseOutcome) -> String {
      TerminalReport.caseLine(outcome, strict: false, nameWidth: 10, style: TerminalStyle(isColored: false, width: 80))
    }
    var passed = try Shop.passed()
    passed.findings = [
      Finding(rule: "parallelism", severity: .warn, message: "the plan is no longer parallel: 2 -> 0 workers planned"),
      Finding(rule: "jit", severity: .warn, message: "total cost 140k is above jit_above_cost (100k)"),
    ]
    #expect(
      line(passed)
        == "ok         newest_customers  warning: parallelism: the plan is no longer parallel: 2 -> 0 workers planned, "
        + "also jit")
    passed.findings.removeLast()
    #expect(line(passed).hasSuffix("  warning: parallelism: the plan is no longer parallel: 2 -> 0 workers planned"))
    var better = outcome(
      "newest_customers", before: try observation(Shop.ordersByIndex(buffers: 2392)),
      now: try observation(Shop.ordersByIndex(buffers: 5)))
    better.verdict = .improved
    #expect(line(better) == "improved   newest_customers  buffers 2,392 -> 5, record it, so that it stays")
    let details = try #require(TerminalReport.details(better, strict: false, style: style))
    #expect(details.contains("\n  change: buffers 2,392 -> 5\n  improved: record it, so that it stays"))
  }

  @Test func `a passed case has details only if it has a finding`() throws {
    #expect(TerminalReport.details(try Shop.passed(), strict: true, style: style) == nil)
    let details = try #require(TerminalReport.details(try Shop.hostilePassed(), strict: true, style: style))
    #expect(details.contains("\n  warning: new-seq-scan: "))
    #expect(details.contains("\n  waived: seq-scan: "))
  }

  @Test func `the same shape is printed once`() throws {
    let details = try #require(TerminalReport.details(try Shop.misestimated(), strict: false, style: style))
    #expect(details.contains("plan (same shape as before)"))
    #expect(!details.contains("\n  before "))
    #expect(details.contains("\n  > -> Seq Scan on public.items i "))
  }

  @Test func `a changed plan is printed only when it fails`() throws {
    let short = try #require(TerminalReport.details(try Shop.changed(), strict: false, style: style))
    #expect(short.contains("  change: join {i, c}: Hash Join -> Nested Loop"))
    #expect(!short.contains("accept with"))
    let long = try #require(TerminalReport.details(try Shop.changed(), strict: true, style: style))
    #expect(long.contains("\n  *    -> Seq Scan on public.customers c "))
    #expect(long.contains("\n  > -> Index Scan using customers_pkey "))
  }

  @Test func `every line of a reason is indented`() {
    let details = TerminalReport.details(Shop.unchecked(), strict: false, style: style)
    #expect(
      details == """
        UNCHECKED tax_report@typical                              queries/tax_report.sql
          ERROR 42703: column "vatt" does not exist
          queries/tax_report.sql:3:10
          \tselect vatt \\x1b[2J
          \t       ^
          hint: perhaps you meant "vat"
        """)
  }

  @Test func `a reason is always given`() {
    for reason in [nil, "", "\n \r\n"] {
      var outcome = Shop.unchecked()
      outcome.reason = reason
      #expect(
        TerminalReport.details(outcome, strict: false, style: style)?.hasSuffix("\n  no reason was given") == true)
    }
  }

  @Test func `hundreds of findings do not flood the screen`() throws {
    func members(_ type: String, index: String?) -> JSON {
      node(
        "Append", nil, [],
        (0..<300).map { number in
          node(
            type, "events_\(number)", index: index.map { "\($0)_\(number)" }, as: "Member", [key("Filter", "(id = 1)")])
        })
    }
    let outcome = outcome(
      "events", before: try observation(members("Index Scan", index: "i")),
      now: try observation(members("Seq Scan", index: nil)))
    #expect(outcome.findings.count == 300)
    let lines = try #require(TerminalReport.details(outcome, strict: false, style: style)).split(separator: "\n")
    #expect(lines.count < 100)
    #expect(lines.contains("  … 288 more"))
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.cases = [outcome]
    let body = try #require(try ParsedXML.root(of: JUnitReport.text(run)).all("failure").first).text
    #expect(body.split(separator: "\n").count { $0.hasPrefix("  fail: seq-scan: ") } == 300)
  }

  @Test func `the summary of a run that passed is one line`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = [try Shop.passed(), try Shop.passed()]
    run.duration = .seconds(3.2174)
    #expect(TerminalReport.summary(run, style: style) == "2 passed in 3.2 s")
  }

  @Test func `the summary names the queries to accept, each once and only if checked`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = [try Shop.passed(), try Shop.regressed(), try Shop.regressed(), Shop.unchecked(), try Shop.new()]
    #expect(
      TerminalReport.summary(run, style: style) == """
        cause of 2 failures: index orders_customer_idx of public.orders is gone: btree
          (customer_id)
        1 passed, 1 new, 2 regressed, 1 unchecked in 0.0 s
        accept all with: plangate record orders_by_customer month_close
        """)
  }

  @Test func `the summary says record for new cases, and names a query only if not all fail`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = [try Shop.new()]
    #expect(TerminalReport.summary(run, style: style).hasSuffix("\nrecord with: plangate record month_close"))
    run.cases = [try Shop.regressed()]
    #expect(TerminalReport.summary(run, style: style).hasSuffix("\naccept with: plangate record orders_by_customer"))
  }

  @Test func `the command that accepts is printed once per run`() throws {
    let text = terminalText(try Shop.run(), style: style)
    #expect(text.split(separator: "\n").count { $0.contains("plangate record") } == 1)
  }

  @Test func `a log shows the whole note of a case, a screen cuts it`() throws {
    func line(isTerminal: Bool) throws -> String {
      TerminalReport.caseLine(
        try Shop.changed(), strict: false, style: TerminalStyle(isColored: false, width: 80, isTerminal: isTerminal))
    }
    #expect(try line(isTerminal: false).hasSuffix("public.customers c: Seq Scan -> Index Scan using customers_pkey"))
    #expect(try line(isTerminal: true).count == 80)
    #expect(try line(isTerminal: true).hasSuffix("…"))
  }

  @Test func `cases of several servers and of a shard are distinguished`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.servers = ["15.18"]
    run.shard = Shard(index: 2, count: 3)
    run.cases = try ["15.18", "16.14"].map { (server: ServerVersion) in
      var outcome = try Shop.regressed()
      outcome.server = server
      return outcome
    }
    #expect(
      TerminalReport.heading(run, style: style)
        == "plangate 0.1.0, PostgreSQL 15.18, queries/manifest.yml, shard 2 of 3")
    let details = TerminalReport.allDetails(run, isVerbose: false, style: style)
    #expect(details[0].hasPrefix("FAIL orders_by_customer@typical (PostgreSQL 15)\n"))
    #expect(details[1].hasPrefix("FAIL orders_by_customer@typical (PostgreSQL 16)\n"))
    #expect(details.allSatisfy { $0.contains("\n  before ") }, "the plans of another server are no twins")
    #expect(TerminalReport.summary(run, style: style).contains("2 regressed in 0.0 s, shard 2 of 3\n"))
  }

  @Test func `the same plan change in several cases of a query is shown once`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    var whale = try Shop.regressed()
    whale.id = CaseID(whale.query, "whale")
    run.cases = [try Shop.regressed(), whale]
    let details = TerminalReport.allDetails(run, isVerbose: false, style: style)
    #expect(details[0].contains("\n  before ") && details[0].contains("fix: "))
    #expect(!details[1].contains("\n  before "))
    #expect(details[1].contains("  same plan change as orders_by_customer@typical above"))
    #expect(details[1].contains("  seq-scan: public.orders o: ") && details[1].contains("x102"))
    #expect(TerminalReport.allDetails(run, isVerbose: true, style: style)[1].contains("\n  before "))
  }

  @Test func `a new plan shows its conditions unless there are very many new plans`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = [try Shop.new()]
    #expect(
      TerminalReport.allDetails(run, isVerbose: false, style: style)[0].contains("Index Cond: (o.customer_id = 42)"))
    run.cases = try (0..<6).map { _ in try Shop.new() }
    let details = TerminalReport.allDetails(run, isVerbose: false, style: style)
    #expect(details.count == 7)
    #expect(!details.contains { $0.contains("Index Cond") })
    #expect(details[6].contains("plangate check -v"))
    #expect(TerminalReport.allDetails(run, isVerbose: true, style: style).allSatisfy { $0.contains("Index Cond") })
  }

  @Test func `the values of a case are shown below its name`() throws {
    var outcome = try Shop.regressed()
    outcome.parameters = [
      BoundParameter(name: "$1", value: "42"), BoundParameter(name: "$2", value: nil),
      BoundParameter(name: "$3", value: hostile), BoundParameter(name: "$4", value: String(repeating: "x", count: 500)),
    ]
    let details = try #require(TerminalReport.details(outcome, strict: false, style: style))
    let lines = details.split(separator: "\n").map(String.init)
    #expect(lines[1].hasPrefix("  with $1 = 42, $2 = NULL, $3 = '<&"))
    #expect(!details.contains("\u{1b}"))
    #expect(lines[3].hasPrefix("  seq-scan: "), "a huge value takes two lines at most")
  }

  @Test func `an unchecked case says where it is defined`() throws {
    var outcome = Shop.unchecked()
    outcome.manifestLine = 12
    let details = try #require(TerminalReport.details(outcome, strict: false, manifest: "ci/m.yml", style: style))
    #expect(details.hasSuffix("\n  listed at ci/m.yml:12"))
  }

  @Test func `the summary of a run that ended early says why`() {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.error = "no server of PostgreSQL 15\ntry --server"
    #expect(
      TerminalReport.summary(run, style: style) == """
        error: no server of PostgreSQL 15
        try --server
        nothing was checked in 0.0 s
        """)
    run.error = "queries/manifest.yml:12:5: error: unknown key 'querys'"
    #expect(TerminalReport.summary(run, style: style).hasPrefix("queries/manifest.yml:12:5: error: unknown key"))
  }

  @Test func `notes are at the top or in the summary`() throws {
    let run = try Shop.run()
    let notes = try #require(TerminalReport.notes(run, style: style))
    #expect(notes.hasPrefix("note: the baseline is of PostgreSQL 14"))
    #expect(TerminalReport.summary(run, style: style).hasPrefix(notes + "\n"))
    #expect(!TerminalReport.summary(run, hasNotes: false, style: style).contains("note:"))
  }

  @Test func `the command can be pasted into a shell as it is`() {
    #expect(RecordCommand.text(queries: ["a", "b.c", "a"]) == "plangate record a b.c")
    #expect(
      RecordCommand.text(queries: ["a"], manifest: "my app/it's.yml")
        == "plangate record --manifest 'my app/it'\\''s.yml' a")
    #expect(RecordCommand.text(queries: ["$(rm)\n"]) == "plangate record '$(rm)\\n'")
    #expect(
      Array(RecordCommand.text(queries: ["'\u{301}; rm"]).unicodeScalars)
        == Array("plangate record ''\\''\u{301}; rm'".unicodeScalars))
  }

  @Test(arguments: [
    (0, "0.0 s"), (3.25, "3.3 s"), (99.9, "99.9 s"), (99.96, "1 min 40 s"), (125, "2 min 5 s"), (1e9, "? s"),
  ])
  func `durations are short`(_ seconds: Double, _ text: String) {
    #expect(durationText(seconds) == text)
  }
}
