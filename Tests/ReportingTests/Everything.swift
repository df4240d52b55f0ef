import PlanCore
import Reporting

/// All that a format could obey: mentions, links, images, HTML, fences, table cells, workflow commands, attachments.
let markup =
  "@octocat `` ` | \\| ![x](https://evil.example/x.png) [y](https://evil.example) <img src=x onerror=alert(1)> "
  + "</details></code> --> ``` ~~~ # **b** _i_ www.evil.example https://evil.example a@evil.example #1 "
  + "::error::x ##[error]x %0A::error::y [[ATTACHMENT|/etc/passwd]] {0} $(id) 100%,=: `\u{301}|\u{301}"

/// One run with every verdict, every rule, every severity and hostile names.
enum Everything {
  static func run() throws -> RunOutcome {
    var run = try Shop.run()
    run.cases += [try everyRule(), try lostIndexes(), inManifest(), hostileUnchecked()]
    let note = "the waiver of seq-scan for orders_by_customer (\(markup)) matches nothing"
    run.notes.append(note)
    run.notePlaces[note] = Place(file: "ci/queries.yml", line: 31)
    return run
  }

  /// A finding of each rule that can be found: failing, warning and waived in turn.
  static func everyRule() throws -> CaseOutcome {
    var outcome = try Shop.regressed()
    outcome.query = "every_rule"
    outcome.caseName = nil
    outcome.file = "queries/every rule, 100%: ä.sql"
    outcome.line = 12
    let rules = Rule.all.map { ($0.id, $0.fix) } + [(Rule.timeoutID, "make it faster")]
    outcome.findings = rules.enumerated().map { index, rule in
      var finding = Finding(
        rule: rule.0, severity: index % 3 == 1 ? .warn : .fail, message: "public.orders o: what \(rule.0) says")
      finding.fix = rule.1
      finding.relation = RelationName(schema: "public", name: "orders")
      finding.alias = "o"
      if index % 3 == 2 {
        finding.waiver = Waiver(rule: rule.0, reason: "known, \(rule.0)", until: "2027-06-30", line: 40 + index)
      }
      return finding
    }
    return outcome
  }

  /// Hostile names in every place: names of a manifest, of relations, in conditions and in messages.
  static func lostIndexes() throws -> CaseOutcome {
    func plan(_ type: String, index: String?, cost: Double) -> JSON {
      node(
        type, "t\(markup)", alias: markup, index: index, cost: cost, buffers: cost,
        [key("Filter", "(note = '\(markup)\n\(hostile)'::text)")])
    }
    let name = "t\(markup)"
    var outcome = outcome(
      "lost \(markup)", markup,
      before: try observation(
        plan("Index Scan", index: "i \(markup)", cost: 9),
        indexes: [name: [IndexFacts(name: "i \(markup)", definition: "btree (\"\(markup)\")")]]),
      now: try observation(plan("Seq Scan", index: nil, cost: 900), indexes: [name: []], sql: markup))
    outcome.file = "queries/\(markup).sql"
    for index in outcome.findings.indices { outcome.findings[index].fix = "fix \(markup)" }
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
    outcome.reason = "ERROR: \(markup)\n::error::\(markup)\n```\n</details>\n\(markup)\n\(hostile)"
    return outcome
  }

  /// The shop judged by three servers, two of them of one major.
  static func matrix() throws -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "ci/queries.yml")
    run.seconds = 4
    for server in ["15.18", "16.14", "16.9"] {
      for item in [try Shop.regressed(), try Shop.passed()] {
        var item = item
        item.server = server
        run.cases.append(item)
      }
    }
    return run
  }

  /// The same as another run would find it, with other figures.
  static func again() throws -> RunOutcome {
    var run = try run()
    for index in run.cases.indices {
      for place in run.cases[index].findings.indices {
        var finding = Finding(
          rule: run.cases[index].findings[place].rule, severity: run.cases[index].findings[place].severity,
          message: "other figures, \(index * 7) of them")
        let old = run.cases[index].findings[place]
        (finding.relation, finding.alias, finding.waiver) = (old.relation, old.alias, old.waiver)
        run.cases[index].findings[place] = finding
      }
      run.cases[index].seconds += 1
    }
    run.server = "15.19"
    return run
  }
}
