import JSON
package import PlanCore

/// The report as a web page: one file that needs no network.
///
/// Failures can be read without scripts; scripts draw the plans and filter the list.
package enum HTMLReport {
  /// A complete document that ends with a line feed.
  package static func text(_ outcome: RunOutcome) -> String {
    let cases = outcome.cases.enumerated().map { HTMLCase(outcome: $1, run: outcome, position: $0) }
    let list = HTMLList(cases: cases, isStrict: outcome.isStrict)
    let migrations = HTMLMigrations(outcome, cases)
    let histories = cases.compactMap { HTMLHistory($0)?.template }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy"\(HTMLText.attribute("content", policy))>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <title>\(HTMLText.content(outcome.headline)) · plangate</title>
      <link rel="icon"\(HTMLText.attribute("href", icon(outcome.result)))>
      <style>\(HTMLStyle.text)</style>
      </head>
      <body>
      <a class="skip" href="#case">Skip to the case</a>
      \(header(outcome, migrations))
      <div class="frame">
      \(list.text)
      <main id="case" tabindex="-1">\(([""] + [migrations.text].compactMap(\.self)).joined(separator: "\n"))
      <noscript>
      \(cases.filter { $0.outcome.verdict != .passed || !$0.outcome.findings.isEmpty }.map(\.plainText)
        .joined(separator: "\n"))
      </noscript>
      </main>
      </div>\(([""] + histories).joined(separator: "\n"))
      \(HTMLText.dataBlock("run", json(outcome, cases)))
      \(cases.map { HTMLText.dataBlock("data-\($0.position)", $0.json) }.joined(separator: "\n"))
      <script>\(HTMLScript.text)</script>
      </body>
      </html>

      """
  }

  /// Allows the page's own style and script, by their hashes, and nothing else: the page loads nothing, and no text
  /// becomes markup.
  private static let policy = [
    "default-src 'none'", "script-src '\(HTMLScript.hash)'",
    "style-src '\(HTMLStyle.hash)'", "img-src data:", "base-uri 'none'", "form-action 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].joined(separator: "; ")

  /// The fragment of the page's address that shows a case of a run on one server: `case=order_search@whale`.
  package static func fragment(of outcome: CaseOutcome) -> String { HTMLCase.fragment(of: outcome) }

  /// The icon of the browser's tab: a disc in the colour of the result.
  private static func icon(_ result: RunOutcome.Result) -> String {
    let color = result == .passed ? "2a7d4f" : result == .failed ? "c8281e" : "8a5a00"
    return "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
      + "%3Ccircle cx='8' cy='8' r='7' fill='%23\(color)'/%3E%3C/svg%3E"
  }

  // MARK: The run

  private static func header(_ outcome: RunOutcome, _ migrations: HTMLMigrations) -> String {
    var facts = [outcome.server.map { _ in "PostgreSQL \(outcome.serverText)" }, outcome.manifestFile].compactMap { $0 }
    if let shard = outcome.shard { facts.append("shard \(shard.index) of \(shard.count)") }
    if outcome.before != .baseline { facts.append("compared with \(outcome.before)") }
    if outcome.isStrict { facts.append("strict: a changed plan fails") }
    facts += [durationText(outcome.duration.inSeconds), "plangate \(outcome.plangateVersion)"]
    let items = facts.map { "<li>\(HTMLText.content($0))</li>" }.joined()
    return """
      <header class="run \(outcome.result.rawValue)">
      <h1><a href="#">\(HTMLText.content(outcome.headline))</a></h1>
      <ul class="facts">\(items)\(migrations.headerItem)</ul>
      \(([error(outcome), notes(outcome)]).compactMap { $0 }.joined(separator: "\n"))
      </header>
      """
  }

  private static func error(_ outcome: RunOutcome) -> String? {
    outcome.error.map { "<pre class=\"error\" role=\"alert\">\(HTMLText.lines($0))</pre>" }
  }

  private static func notes(_ outcome: RunOutcome) -> String? {
    guard !outcome.notes.isEmpty else { return nil }
    let items = outcome.notes.map { "<li>\(HTMLText.content($0.text))</li>" }.joined()
    return "<details class=\"notes\"\(outcome.notes.count > 3 ? "" : " open")>"
      + "<summary>\(counted(outcome.notes.count, "note"))</summary><ul>\(items)</ul></details>"
  }

  /// The data of the overview: each cause once, with the positions of the failing cases that it explains.
  private static func json(_ outcome: RunOutcome, _ cases: [HTMLCase]) -> JSON {
    var order: [String] = []
    var holders: [String: [JSON]] = [:]
    for item in cases where item.isFailed {
      for cause in item.outcome.knownCauses.map(\.text) {
        if holders[cause] == nil { order.append(cause) }
        holders[cause, default: []].append(.number(Double(item.position)))
      }
    }
    let causes = order.map { JSON.array([.string($0.visible), .array(holders[$0] ?? [])]) }
    let command = RecordCommand.text(outcome).map { [JSONMember("command", .string($0))] } ?? []
    return .object([JSONMember("causes", .array(causes))] + command)
  }
}
