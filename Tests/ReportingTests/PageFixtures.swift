import PlanCore

@testable import Reporting

/// What must stay text in a page: the end of a script and a new one, a comment that opens one, markup, entities, quotes, NUL,
/// ESC, line separators of JavaScript, overrides of the direction of writing.
let scripted =
  "</script><script>alert(1)</script><!--<script>\u{0}\u{1b}[31m\u{2028}\u{2029}\u{202e}\u{2066}"
  + "<img src=x onerror=alert(2)>\" onfocus='alert(3)' &lt;b&gt; ${alert(4)} `\n]]>"

/// Runs of which pages are made.
enum Pages {
  /// Every verdict, every rule, each severity, several servers, waivers, a case whose text is scripts, notes.
  static func everything() throws -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.server = "18.1"
    run.seconds = 73.2174
    run.shard = Shard(index: 2, count: 5)
    run.notes = ["baselines are of PostgreSQL 14, the server is 15: only the headline rules fail", scripted]
    run.cases = [
      try Shop.regressed(), try Shop.manyFindings(), try Shop.misestimated(), try everyRule(), try moved(),
      try partitions(), try timed(), try timedOut(), try Shop.new(), Shop.unchecked(), hostileUnchecked(),
      try Shop.improved(), try Shop.changed(), try Shop.passed(), try hostilePlan(), try onServer("16.14"),
      try onServer("18.1"),
    ]
    for index in run.cases.indices {
      run.cases[index].manifestLine = 10 + index
      if run.cases[index].sql == nil {
        run.cases[index].sql =
          "select o.id, o.placed_at\nfrom orders o\nwhere o.customer_id = $1\n\torder by o.placed_at\n"
        run.cases[index].parameters = [
          BoundParameter(name: "$1", value: "42"), BoundParameter(name: ":since", value: nil),
        ]
      }
    }
    return run
  }

  /// A finding of each rule there is, on one node or on none, by turns of each severity, some waived.
  static func everyRule() throws -> CaseOutcome {
    var outcome = try Shop.regressed()
    (outcome.query, outcome.caseName) = ("every_rule", nil)
    outcome.findings = (Rule.all.map(\.id) + [Rule.timeoutID]).enumerated().map { index, rule in
      var finding = Finding(
        rule: rule, severity: index.isMultiple(of: 2) ? .fail : .warn, message: "what \(rule) has to say")
      if index.isMultiple(of: 3) { (finding.path, finding.baselinePath) = ([0], [0]) }
      if index.isMultiple(of: 5) {
        finding.relation = RelationName(schema: "public", name: "orders")
        finding.alias = "o"
      }
      if index % 7 == 6 { finding.waiver = Waiver(rule: rule, reason: "until the migration", until: "2027-06-30") }
      finding.fix = Rule.all.first { $0.id == rule }?.fix
      return finding
    }
    outcome.findings[0].indexVerdict = .preferred(
      scanCost: 20, alternative: "Index Scan using orders_pkey", alternativeCost: 31)
    return outcome
  }

  /// The Sort and the Aggregate change places.
  static func moved() throws -> CaseOutcome {
    func scan(_ type: String, _ buffers: Double) -> JSON {
      node(type, "orders", alias: "o", cost: 100, rows: 1000, actual: 900, buffers: buffers, as: "Outer")
    }
    let before = node(
      "Sort", cost: 150, rows: 5, actual: 5, buffers: 30, [key("Sort Key", "o.status")],
      [
        node(
          "Aggregate", cost: 140, rows: 5, actual: 5, buffers: 30, as: "Outer", [key("Strategy", "Hashed")],
          [scan("Seq Scan", 30)])
      ])
    let now = node(
      "Aggregate", cost: 190, rows: 5, actual: 5, buffers: 31, [key("Strategy", "Sorted")],
      [
        node(
          "Sort", cost: 180, rows: 1000, actual: 900, buffers: 31, as: "Outer", [key("Sort Key", "o.status")],
          [scan("Seq Scan", 31)])
      ])
    return outcome("orders_by_status", before: try observation(before), now: try observation(now))
  }

  /// An Append of many members that are alike; one of them lost its index.
  static func partitions() throws -> CaseOutcome {
    func append(lost: Int?) -> JSON {
      let members = (0..<40).map { (index: Int) in
        node(
          index == lost ? "Seq Scan" : "Index Scan", "events_\(index)", alias: "e_\(index)",
          index: index == lost ? nil : "events_\(index)_idx", cost: 8, rows: 1, actual: 1,
          buffers: index == lost ? 90 : 3, as: "Member")
      }
      return node("Append", cost: 400, rows: 40, actual: 40, buffers: lost == nil ? 120 : 207, [], members)
    }
    return outcome("events_of_user", before: try observation(append(lost: nil)), now: try observation(append(lost: 20)))
  }

  /// Time is measured; an InitPlan and a CTE stand elsewhere than they run; workers share the rows.
  static func timed() throws -> CaseOutcome {
    var outcome = try outcome("timed", before: observation(timedPlan(hasTime: false)), now: observation(timedPlan()))
    outcome.comparison = try timedComparison()
    return outcome
  }

  static func timedComparison() throws -> CaseComparison {
    CaseComparison(baseline: try observation(timedPlan(hasTime: false)), current: try observation(timedPlan()))
  }

  static func timedPlan(hasTime: Bool = true) -> JSON {
    func time(_ milliseconds: Double) -> [JSONMember] { hasTime ? [key("Actual Total Time", milliseconds)] : [] }
    let recent = node(
      "Seq Scan", "orders", alias: "o", cost: 100, rows: 1000, actual: 4000, buffers: 60, as: "InitPlan",
      [key("Subplan Name", "CTE recent")] + time(30))
    let lowest = node(
      "Index Only Scan", "limits", index: "limits_pkey", cost: 4, actual: 1, buffers: 2, as: "InitPlan",
      [key("Subplan Name", "InitPlan 2 (returns $1)")] + time(1))
    let scan = node(
      "CTE Scan", cost: 20, rows: 10, actual: 4000, buffers: 62, as: "Outer",
      [key("CTE Name", "recent"), key("Alias", "recent"), key("Filter", "(total > $1)")] + time(36))
    let workers = node(
      "Gather", cost: 300, rows: 200, actual: 300, buffers: 40, as: "Inner", [key("Workers Planned", 2)] + time(20),
      [
        node(
          "Seq Scan", "items", alias: "i", cost: 250, rows: 100, actual: 100, loops: 3, buffers: 40, as: "Outer",
          [JSONMember("Parallel Aware", .bool(true))] + time(18))
      ])
    return node(
      "Hash Join", cost: 430, rows: 10, actual: 4000, buffers: 102, [key("Join Type", "Inner")] + time(60),
      [recent, lowest, scan, workers])
  }

  static func timedOut() throws -> CaseOutcome {
    func plan(_ type: String) throws -> Observation {
      try observation(node(type, "orders", cost: 10, rows: 7, actual: nil, buffers: nil))
    }
    let comparison = CaseComparison(baseline: try plan("Index Scan"), current: try plan("Seq Scan"))
    let judgement = judge(comparison, policy: CasePolicy(today: "2026-11-21"), timeout: "it did not end within 30 s")
    var outcome = CaseOutcome(query: "ledger_sum", caseName: nil, verdict: judgement.verdict)
    outcome.findings = judgement.findings
    outcome.comparison = comparison
    return outcome
  }

  static func hostileUnchecked() -> CaseOutcome {
    var outcome = CaseOutcome(query: "unchecked" + scripted, caseName: nil, verdict: .unchecked)
    outcome.reason = scripted + "\n\t^"
    outcome.file = scripted
    outcome.sql = "select '\(scripted)'"
    outcome.parameters = [BoundParameter(name: ":" + scripted, value: scripted)]
    return outcome
  }

  /// Hostile in every text that a plan, a finding and the catalog have.
  static func hostilePlan() throws -> CaseOutcome {
    let index = IndexFacts(name: scripted, definition: "btree (\(scripted))")
    func scan(_ type: String, index: String?) -> JSON {
      node(
        type, scripted, alias: scripted, index: index, cost: 10, rows: 1, actual: 1,
        [key("Filter", scripted), key(scripted, scripted)])
    }
    var outcome = outcome(
      "plan" + scripted, scripted,
      before: try observation(scan("Index Scan", index: scripted), indexes: [scripted: [index]]),
      now: try observation(scan("Seq Scan", index: nil), indexes: [scripted: []]))
    outcome.findings.append(Finding(rule: scripted, severity: .warn, message: scripted))
    outcome.findings[0].waiver = nil
    outcome.findings[0].fix = scripted
    var waived = Finding(rule: "buffers", severity: .fail, message: scripted)
    waived.waiver = Waiver(rule: "buffers", reason: scripted, until: scripted)
    outcome.findings.append(waived)
    outcome.sql = scripted
    outcome.server = scripted
    return outcome
  }

  static func onServer(_ server: String) throws -> CaseOutcome {
    var outcome = try Shop.passed()
    outcome.query = "on_each_server"
    outcome.server = server
    return outcome
  }

  /// Many cases, one in twenty failed.
  static func many(_ count: Int) throws -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.server = "18.1"
    run.seconds = 410
    let kinds = [
      try Shop.passed(), try Shop.regressed(), try Shop.misestimated(), try moved(), try timed(),
      try Shop.manyFindings(),
      try Shop.changed(), Shop.unchecked(),
    ]
    run.cases = (0..<count).map { index in
      let kind =
        index.isMultiple(of: 20) ? kinds[1 + index / 20 % 2] : index % 20 == 7 ? kinds[3 + index / 20 % 5] : kinds[0]
      var outcome = kind
      outcome.query = "query_\(index / 4)_of_the_\(["shop", "ledger", "catalog"][index % 3])"
      outcome.caseName = ["typical", "whale", "typical+generic", "empty"][index % 4]
      outcome.sql = "select /* \(index) */ *\nfrom orders o\nwhere o.customer_id = $1"
      outcome.parameters = [BoundParameter(name: "$1", value: String(index))]
      return outcome
    }
    return run
  }
}
