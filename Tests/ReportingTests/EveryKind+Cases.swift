import JSON
import PlanCore

@testable import Reporting

extension EveryKind {
  /// A finding of each rule: failing, warning and waived in turn.
  static func everyRule() throws -> CaseOutcome {
    var outcome = try Shop.regressed()
    outcome.id = CaseID("every_rule", outcome.caseName)
    outcome.id = CaseID(outcome.query, nil)
    outcome.file = "queries/every rule, 100%: ä.sql"
    outcome.line = 12
    let rules = Rule.all.map(\.id) + [Rule.timeoutID]
    outcome.findings = rules.enumerated().map { index, rule in
      var finding = Finding(
        rule: rule, severity: index % 3 == 1 ? .warn : .fail, message: "public.orders o: what \(rule) says")
      finding.relation = RelationName(schema: "public", name: "orders")
      finding.alias = "o"
      if index % 3 == 2 {
        finding.waiver = Waiver(rule: rule, reason: "known, \(rule)", until: "2027-06-30", line: 40 + index)
      }
      return finding
    }
    return outcome
  }

  /// Hostile names everywhere: names of a manifest, of relations, in conditions and in messages.
  static func lostIndexes() throws -> CaseOutcome {
    func plan(_ type: String, index: String?, cost: Double) -> JSON {
      node(
        type, "t\(markup)", alias: markup, index: index, cost: cost, buffers: cost,
        [key("Filter", "(note = '\(markup)'::text)")])
    }
    let name = "t\(markup)"
    var outcome = outcome(
      "lost \(markup)", markup,
      before: try observation(
        plan("Index Scan", index: "i \(markup)", cost: 9),
        indexes: [name: [IndexFacts(name: "i \(markup)", definition: "btree (\"\(markup)\")")]]),
      now: try observation(plan("Seq Scan", index: nil, cost: 900), indexes: [name: []], sql: markup))
    outcome.file = "queries/\(markup).sql"
    for index in outcome.findings.indices { outcome.findings[index].fix = .advice("fix \(markup)") }
    outcome.fixes += [
      .advice("advice \(markup)"),
      .statements(
        Fix.Statements(purpose: "purpose \(markup)", sql: ["first \(markup);", "second \(markup);"], effect: markup)),
    ]
    return outcome
  }

  /// A query whose text is in the manifest.
  static func inManifest() -> CaseOutcome {
    var outcome = CaseOutcome(query: "in_place", caseName: nil, verdict: .new)
    outcome.manifestLine = 88
    return outcome
  }

  static func hostileUnchecked() -> CaseOutcome {
    var outcome = CaseOutcome(query: "broken", caseName: nil, verdict: .unchecked)
    outcome.file = "queries/broken.sql"
    outcome.line = 3
    outcome.reason = "ERROR: \(markup)\n::error::\(markup)\n```\n</details>\n\(markup)"
    return outcome
  }
}
