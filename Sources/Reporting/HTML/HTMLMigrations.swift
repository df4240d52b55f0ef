import PlanCore

/// The page's section of migrations, one article each: what its rules find, what it did, whom it blocks.
///
/// It is complete without scripts; with them it is a part of the overview.
struct HTMLMigrations {
  private let migrations: [MigrationReport]
  /// The fragments of the page's cases.
  private let fragments: [CaseID: String]
  /// By migration, the cases that fail since it.
  private let failing: [String: [CaseID]]

  init(_ outcome: RunOutcome, _ cases: [HTMLCase]) {
    migrations = outcome.migrations
    fragments = Dictionary(cases.map { ($0.outcome.id, $0.fragment) }) { first, _ in first }
    failing = Dictionary(grouping: cases.filter { $0.isFailed && $0.outcome.migration != nil }) {
      $0.outcome.migration ?? ""
    }.mapValues { $0.map(\.outcome.id) }
  }

  /// The fragment that links to a migration: `migration=db%2F0042_drop.sql`.
  static func fragment(_ file: String) -> String { "migration=" + HTMLText.fragment(file) }

  /// Nil for a run without migrations.
  var text: String? {
    if migrations.isEmpty { return nil }
    return """
      <section class="migrations" id="migrations" aria-labelledby="migrations-title">
      <h2 id="migrations-title">Migrations</h2>
      \(migrations.map(article).joined(separator: "\n"))
      </section>
      """
  }

  /// `<li><a href="#migrations">3 migrations</a></li>`, for the head of the page.
  var headerItem: String {
    migrations.isEmpty ? "" : "<li><a href=\"#migrations\">\(counted(migrations.count, "migration"))</a></li>"
  }

  private func article(_ migration: MigrationReport) -> String {
    let id = HTMLMigrations.fragment(migration.file)
    let findings = migration.findings.filter(\.isFailing) + migration.findings.filter { !$0.isFailing }
    var blocks: [String] = []
    if !findings.isEmpty { blocks.append(list(findings.map(item), name: "findings")) }
    let facts = migration.facts
    if facts.isEmpty, findings.isEmpty { blocks.append("<p>Blocks no reads or writes.</p>") }
    if !facts.isEmpty { blocks.append(list(facts.map(item), name: "did")) }
    blocks += down(migration)
    if let cases = failing[migration.file] {
      blocks.append("<h4>\(counted(cases.count, "case")) fail\(cases.count == 1 ? "s" : "") since it</h4>")
      blocks.append(links(cases))
    }
    return """
      <article class="migration\(migration.isFailed ? " failed" : "")"\(HTMLText.attribute("id", id))>
      <h3><a\(HTMLText.attribute("href", "#" + id))>\(HTMLText.content(migration.file))</a></h3>
      \(blocks.joined(separator: "\n"))
      </article>
      """
  }

  private func item(_ finding: MigrationFinding) -> String {
    let weight = finding.severity.rawValue
    return "<li class=\"\(weight)\"><p><span class=\"weight \(weight)\">\(weight)</span> "
      + "<b>\(HTMLText.content(finding.rule))</b> \(HTMLText.content(finding.text.readable))</p>"
      + "<p class=\"aside\"><b>Fix</b> \(HTMLText.content(finding.fix.readable))</p></li>"
  }

  private func item(_ fact: MigrationReport.Fact) -> String {
    "<li>\(HTMLText.content(fact.text.readable))\(fact.blocked.isEmpty ? "" : ":" + links(fact.blocked))</li>"
  }

  private func down(_ migration: MigrationReport) -> [String] {
    guard let problems = migration.downProblems else { return [] }
    if problems.isEmpty { return ["<p>The way down brings everything back.</p>"] }
    return ["<h4>The way down does not bring back</h4>"]
      + [list(problems.map { "<li>\(HTMLText.content($0.readable))</li>" }, name: "down")]
  }

  /// The names of cases, those of the page as links.
  private func links(_ cases: [CaseID]) -> String {
    let items = cases.map { id in
      let name = HTMLText.content(id.description)
      return "<li>" + (fragments[id].map { "<a\(HTMLText.attribute("href", "#" + $0))>\(name)</a>" } ?? name) + "</li>"
    }
    return list(items, name: "links")
  }

  private static let shown = 12

  /// A list whose items beyond the first ones are folded.
  private func list(_ items: [String], name: String) -> String {
    let first = items.count > HTMLMigrations.shown + 1 ? Array(items.prefix(HTMLMigrations.shown)) : items
    let rest = items.dropFirst(first.count)
    let list = "<ul class=\"\(name)\">\(first.joined())</ul>"
    return rest.isEmpty
      ? list
      : list + "<details><summary>\(rest.count) more</summary><ul class=\"\(name)\">\(rest.joined())</ul></details>"
  }
}
