import JSON
import PlanCore
import Reporting

/// Markup, quotes, NUL, ESC, a C1 control, the end of CDATA, a line feed, a bidirectional override and an emoji.
let hostile = "<&\"'\u{0}\u{1b}[31m\u{9b}2J]]>\n\u{202e}👩‍🚀"

/// A node as EXPLAIN would print it, for `plan(_:)`.
func node(
  _ type: String, _ relation: String? = nil, alias: String? = nil, index: String? = nil, cost: Double = 10,
  rows: Double = 1, actual: Double? = 1, loops: Double = 1, buffers: Double? = 3, as relationship: String? = nil,
  _ keys: [JSONMember] = [], _ children: [JSON] = []
) -> JSON {
  var members = [JSONMember("Node Type", .string(type))]
  if let relationship { members.append(JSONMember("Parent Relationship", .string(relationship))) }
  if let index { members.append(JSONMember("Index Name", .string(index))) }
  if let relation {
    members += [
      JSONMember("Relation Name", .string(relation)), JSONMember("Schema", .string("public")),
      JSONMember("Alias", .string(alias ?? relation)),
    ]
  }
  members += [
    JSONMember("Startup Cost", .number(0)), JSONMember("Total Cost", .number(cost)),
    JSONMember("Plan Rows", .number(rows)), JSONMember("Plan Width", .number(8)),
  ]
  if let actual { members += [JSONMember("Actual Rows", .number(actual)), JSONMember("Actual Loops", .number(loops))] }
  members += keys
  if let buffers { members.append(JSONMember("Shared Hit Blocks", .number(buffers))) }
  if !children.isEmpty { members.append(JSONMember("Plans", .array(children))) }
  return .object(members)
}

func key(_ name: String, _ value: String) -> JSONMember { JSONMember(name, .string(value)) }

func key(_ name: String, _ value: Double) -> JSONMember { JSONMember(name, .number(value)) }

func plan(_ root: JSON) throws -> Plan {
  try Plan(explainJSON: JSON.array([.object([JSONMember("Plan", root)])]).text)
}

func observation(
  _ root: JSON, indexes: [String: [IndexFacts]] = [:], major: ServerMajor = 15, sql: String = "select 1",
  isGeneric: Bool = false
) throws -> Observation {
  let captured = CapturedCase(
    name: nil, isGeneric: isGeneric, sqlFingerprint: fingerprint(sql), parametersFingerprint: fingerprint(""),
    plan: try plan(root))
  let facts = indexes.map { name, indexes in
    (RelationName(schema: "public", name: name), RelationFacts(rows: 60_000, pages: 836, indexes: indexes))
  }
  return Observation(
    captured, facts: CatalogFacts(relations: Dictionary(uniqueKeysWithValues: facts)), serverMajor: major)
}

func outcome(
  _ query: String, _ caseName: String? = nil, before: Observation?, now: Observation, waivers: [Waiver] = []
) -> CaseOutcome {
  let comparison = CaseComparison(baseline: before, current: now)
  // A few rules are enough to show every form of a finding.
  let shown = ["seq-scan", "row-estimate", "new-seq-scan"]
  let quiet = Rule.all.filter { !shown.contains($0.id) }.map { ($0.id, RuleSettings(severity: .off)) }
  let judgement = judge(
    comparison,
    policy: CasePolicy(rules: Dictionary(uniqueKeysWithValues: quiet), waivers: waivers, today: "2026-11-21"))
  var outcome = CaseOutcome(query: query, caseName: caseName, verdict: judgement.verdict)
  outcome.findings = judgement.findings
  outcome.comparison = comparison
  outcome.fixes = outcome.proposedFixes
  outcome.file = "queries/\(query).sql"
  outcome.line = 1
  outcome.duration = .seconds(0.0424)
  return outcome
}

/// The plans and cases of a small shop.
enum Shop {
  static let customerIndex = IndexFacts(name: "orders_customer_idx", definition: "btree (customer_id)")

  static func ordersByIndex(cost: Double = 25.93, buffers: Double = 24, filter: String = "42") -> JSON {
    node(
      "Limit", cost: cost, rows: 20, actual: 20, buffers: buffers, [],
      [
        node(
          "Index Scan", "orders", alias: "o", index: "orders_customer_idx", cost: cost, rows: 20, actual: 20,
          buffers: buffers, as: "Outer",
          [key("Scan Direction", "Backward"), key("Index Cond", "(o.customer_id = \(filter))")])
      ])
  }

  static func ordersBySeqScan(filter: String = "42") -> JSON {
    node(
      "Limit", cost: 2636.02, rows: 20, actual: 20, buffers: 836, [],
      [
        node(
          "Seq Scan", "orders", alias: "o", cost: 2636.02, rows: 20, actual: 20, buffers: 836, as: "Outer",
          [key("Filter", "(o.customer_id = \(filter))"), key("Rows Removed by Filter", 59_979)])
      ])
  }

  /// A case that lost an index.
  static func regressed() throws -> CaseOutcome {
    outcome(
      "orders_by_customer", "typical", before: try observation(ordersByIndex(), indexes: ["orders": [customerIndex]]),
      now: try observation(ordersBySeqScan(), indexes: ["orders": []]))
  }

  static func joined(_ method: String, customersByIndex: Bool, itemsRows: Double) -> JSON {
    let customers =
      customersByIndex
      ? node(
        "Index Scan", "customers", alias: "c", index: "customers_pkey", cost: 0.3, actual: 1, loops: 1200,
        buffers: 2400, as: "Inner", [key("Index Cond", "(c.id = o.customer_id)")])
      : node(
        "Hash", cost: 150, rows: 5000, actual: 5000, buffers: 60, as: "Inner", [],
        [node("Seq Scan", "customers", alias: "c", cost: 150, rows: 5000, actual: 5000, buffers: 60, as: "Outer")])
    let items = node("Seq Scan", "items", alias: "i", cost: 90, rows: 1000, actual: itemsRows, buffers: 40, as: "Outer")
    return node(
      method, cost: 900, rows: 1200, actual: 1200, buffers: 2500, [key("Join Type", "Inner")], [items, customers])
  }

  /// A case with two failing findings, one waived and one warning, other joins, and another major.
  static func manyFindings() throws -> CaseOutcome {
    let countries = { (isNew: Bool) in
      isNew
        ? node("Seq Scan", "countries", cost: 1.2, rows: 12, actual: 12, buffers: 1, as: "Member")
        : node(
          "Index Only Scan", "countries", index: "countries_pkey", cost: 4.3, rows: 12, actual: 12, buffers: 2,
          as: "Member")
    }
    let audit = node(
      "Seq Scan", "audit_\(hostile)", cost: 3, rows: 2, actual: 0, loops: 1, buffers: 1, as: "Member",
      [key("Filter", "(note = '\(hostile)'::text)")])
    func append(_ members: [JSON]) -> JSON {
      node("Append", cost: 950, rows: 1212, actual: 1212, buffers: 2600, [], members)
    }
    func member(_ json: JSON) -> JSON {
      guard case .object(let members) = json else { return json }
      return .object(members + [JSONMember("Parent Relationship", .string("Member"))])
    }
    let before = append([member(joined("Nested Loop", customersByIndex: true, itemsRows: 1000)), countries(false)])
    let now = append([member(joined("Hash Join", customersByIndex: false, itemsRows: 64_000)), countries(true), audit])
    return outcome(
      "order_search", before: try observation(before, major: 14, sql: "select 2"), now: try observation(now),
      waivers: [Waiver(rule: "seq-scan", relation: "public.countries", reason: "twelve rows", until: "2027-06-30")])
  }

  /// The same plan, with far more rows than it was made for.
  static func misestimated() throws -> CaseOutcome {
    outcome(
      "tenant_dashboard", "whale+generic",
      before: try observation(joined("Nested Loop", customersByIndex: true, itemsRows: 1000)),
      now: try observation(joined("Nested Loop", customersByIndex: true, itemsRows: 64_000)))
  }

  static func new() throws -> CaseOutcome {
    outcome("month_close", before: nil, now: try observation(ordersByIndex()))
  }

  static func unchecked() -> CaseOutcome {
    var outcome = CaseOutcome(query: "tax_report", caseName: "typical", verdict: .unchecked)
    outcome.reason = """
      ERROR 42703: column "vatt" does not exist
      queries/tax_report.sql:3:10
      \tselect vatt \u{1b}[2J
      \t       ^
      hint: perhaps you meant "vat"

      """
    outcome.file = "queries/tax_report.sql"
    return outcome
  }

  static func improved() throws -> CaseOutcome {
    outcome("login_by_email", before: try observation(ordersBySeqScan()), now: try observation(ordersByIndex()))
  }

  static func changed() throws -> CaseOutcome {
    outcome(
      "cart_prices", before: try observation(joined("Hash Join", customersByIndex: false, itemsRows: 1000)),
      now: try observation(joined("Nested Loop", customersByIndex: true, itemsRows: 1000)))
  }

  static func passed() throws -> CaseOutcome {
    outcome("newest_customers", before: try observation(ordersByIndex()), now: try observation(ordersByIndex()))
  }

  /// A passed case with a warning and a waived finding, and a name that no manifest allows.
  static func hostilePassed() throws -> CaseOutcome {
    let plan = try observation(ordersByIndex())
    var outcome = outcome("q\(hostile)", hostile, before: plan, now: plan)
    var waived = Finding(rule: "seq-scan", severity: .fail, message: "public.\(hostile): Index Scan -> Seq Scan")
    waived.waiver = Waiver(rule: "seq-scan", reason: hostile)
    outcome.findings = [Finding(rule: "new-seq-scan", severity: .warn, message: hostile), waived]
    return outcome
  }

  /// Every verdict and every severity.
  static func run() throws -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "ci/queries.yml")
    run.servers = ["15.18"]
    run.duration = .seconds(3.2174)
    run.notes = [Note(.otherMajor(before: 14, now: 15, label: .baseline))]
    run.cases = [
      try regressed(), try manyFindings(), try misestimated(), try new(), unchecked(), try improved(), try changed(),
      try passed(), try hostilePassed(),
    ]
    return run
  }

  /// A run on three servers, two of them of the same major.
  static func matrix() throws -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "ci/queries.yml")
    run.duration = .seconds(4)
    for server: ServerVersion in ["15.18", "16.14", "16.9"] {
      for item in [try regressed(), try passed()] {
        var item = item
        item.server = server
        run.cases.append(item)
      }
    }
    return run
  }

  /// Many cases, one in twenty failed.
  static func many(_ count: Int) throws -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.servers = ["18.1"]
    run.duration = .seconds(410)
    let kinds = [
      try passed(), try regressed(), try misestimated(), try EveryKind.moved(), try EveryKind.timed(),
      try manyFindings(),
      try changed(), unchecked(),
    ]
    run.cases = (0..<count).map { index in
      let kind =
        index.isMultiple(of: 20) ? kinds[1 + index / 20 % 2] : index % 20 == 7 ? kinds[3 + index / 20 % 5] : kinds[0]
      var outcome = kind
      outcome.id = CaseID("query_\(index / 4)_of_the_\(["shop", "ledger", "catalog"][index % 3])", outcome.caseName)
      outcome.id = CaseID(outcome.query, ["typical", "whale", "typical+generic", "empty"][index % 4])
      outcome.sql = "select /* \(index) */ *\nfrom orders o\nwhere o.customer_id = $1"
      outcome.parameters = [BoundParameter(name: "$1", value: String(index))]
      return outcome
    }
    return run
  }
}

/// Everything that the program prints for a run.
func terminalText(_ run: RunOutcome, isVerbose: Bool = true, style: TerminalStyle) -> String {
  let width = TerminalReport.nameWidth(run.cases.map(\.name), style: style)
  let lines = run.cases.map { TerminalReport.caseLine($0, strict: run.isStrict, nameWidth: width, style: style) }
  let head = [TerminalReport.heading(run, style: style), ""]
  let details = TerminalReport.allDetails(run, isVerbose: isVerbose, style: style)
  let blocks = [(head + lines).joined(separator: "\n")] + details + [TerminalReport.summary(run, style: style)]
  return blocks.joined(separator: "\n\n") + "\n"
}
