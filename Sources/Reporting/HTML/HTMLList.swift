import PlanCore

/// The list of all cases and its filters.
///
/// It is complete without scripts; they only hide rows.
struct HTMLList {
  let cases: [HTMLCase]
  let isStrict: Bool
  private let relations: [String]
  private let rules: [String]
  private let servers: [String]

  init(cases: [HTMLCase], isStrict: Bool) {
    (self.cases, self.isStrict) = (cases, isStrict)
    relations = Set(cases.flatMap(\.relations)).sorted()
    let found = Set(cases.flatMap(\.rules))
    let known = Rule.all.map(\.id) + [Rule.timeoutID]
    rules = known.filter(found.contains) + found.subtracting(known).sorted()
    servers = cases.compactMap(\.server).reduce(into: []) { seen, server in
      if !seen.contains(server) { seen.append(server) }
    }
  }

  /// The order of the groups: failures first.
  private static let order = ["regressed", "unchecked", "new", "empty", "changed", "improved", "passed"]

  /// The group of a case: its verdict, or `empty` for one that fails for its empty tables.
  private func group(of item: HTMLCase) -> String {
    item.outcome.isEmpty(strict: isStrict) ? "empty" : item.outcome.verdict.rawValue
  }

  var text: String {
    let groups = HTMLList.order.compactMap(group).joined(separator: "\n")
    return """
      <nav class="cases" aria-label="Cases">
      <form class="filters" role="search" hidden>
      <label class="search"><span class="unseen">Search</span>\
      <input type="search" id="search" placeholder="Search names, SQL, relations" autocomplete="off"\
       spellcheck="false">\
      <kbd>/</kbd></label>
      <fieldset class="verdicts"><legend class="unseen">Verdict</legend>\(verdictBoxes)</fieldset>
      <div class="selects">\(select("rule", "Rule", "All rules", rules))\
      \(select("relation", "Relation", "All relations", relations))\
      \(servers.count > 1 ? select("server", "Server", "All servers", servers) : "")</div>
      <p class="shown"><span id="shown" role="status"></span><button type="reset" hidden>Clear filters</button></p>
      </form>
      <div class="groups">
      \(groups)
      </div>
      </nav>
      """
  }

  private var verdictBoxes: String {
    HTMLList.order.map { verdict in (verdict, cases.count { group(of: $0) == verdict }) }.filter { $0.1 > 0 }
      .map { verdict, count in
        "<label class=\"chip \(HTMLList.tone(verdict, isStrict: isStrict))\"><input type=\"checkbox\" name=\"verdict\""
          + "\(HTMLText.attribute("value", verdict))><span>\(verdict) <b>\(count)</b></span></label>"
      }.joined()
  }

  private func select(_ id: String, _ label: String, _ all: String, _ names: [String]) -> String {
    let options = names.enumerated().map { "<option value=\"\($0)\">\(HTMLText.content($1))</option>" }.joined()
    return "<label><span class=\"unseen\">\(label)</span><select id=\"\(id)\"\(names.isEmpty ? " disabled" : "")>"
      + "<option value=\"\">\(all)</option>\(options)</select></label>"
  }

  private func group(_ verdict: String) -> String? {
    let members = cases.filter { group(of: $0) == verdict }
    if members.isEmpty { return nil }
    return """
      <section class="group \(HTMLList.tone(verdict, isStrict: isStrict))" data-verdict="\(verdict)">
      <h2>\(verdict) <span>\(members.count)</span></h2>
      <ol>
      \(members.map(row).joined(separator: "\n"))
      </ol>
      </section>
      """
  }

  private func row(_ item: HTMLCase) -> String {
    let outcome = item.outcome
    let relations = positions(item.relations, in: relations)
    let rules = positions(item.rules, in: rules)
    let server = item.server.map { " <span class=\"server\">\(HTMLText.content($0))</span>" } ?? ""
    let name =
      "<b>\(HTMLText.content(outcome.query))</b>\(outcome.caseName.map { "<wbr>" + HTMLText.content("@\($0)") } ?? "")"
    let note = CaseNote.text(outcome, strict: isStrict)
    return "<li data-relations=\"\(relations)\" data-rules=\"\(rules)\""
      + (servers.count > 1 ? " data-servers=\"\(positions(Set([item.server ?? ""]), in: servers))\"" : "")
      + "><a\(HTMLText.attribute("href", "#" + item.fragment)) data-case=\"\(item.position)\">"
      + "<span class=\"name\">\(name)\(server)</span>\(factor(outcome))"
      + (note.isEmpty ? "" : "<span class=\"note\">\(HTMLText.content(note))</span>") + "</a></li>"
  }

  private func positions(_ names: Set<String>, in all: [String]) -> String {
    names.compactMap { all.firstIndex(of: $0) }.sorted().map { "\($0)" }.joined(separator: " ")
  }

  /// The factor by which the buffers grew or shrank.
  private func factor(_ outcome: CaseOutcome) -> String {
    guard let comparison = outcome.comparison, let baseline = comparison.baseline else { return "" }
    let change = PlanTotals.change(baseline.plan.root.buffers, comparison.current.plan.root.buffers)
    let text = change.hasPrefix("x") ? "×" + change.dropFirst() : change
    // Blocks that fell are not why the case fails.
    let kind = text.hasPrefix("-") ? "factor fell" : "factor"
    return text.isEmpty ? "" : "<span class=\"\(kind)\" title=\"buffers\">\(HTMLText.content(text))</span>"
  }

  /// The class that colours a verdict.
  ///
  /// Red is for failures only.
  static func tone(_ group: String, isStrict: Bool) -> String {
    switch group {
    case "regressed", "empty": "bad"
    case "unchecked": "odd"
    case "new": "fresh"
    case "changed", "improved": isStrict ? "bad" : group == "changed" ? "moved" : "good"
    default: "good"
    }
  }
}
