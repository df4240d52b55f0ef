package import PlanCore

/// The report in the JUnit format that CI services read.
///
/// A case that fails has a `failure` and one that could not be checked an `error`; `skipped` is never written.
package enum JUnitReport {
  /// A whole document, ending with a line feed.
  package static func text(_ outcome: RunOutcome) -> String {
    let suites = JUnitReport.suites(outcome)
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    lines.append("<testsuites\(XMLText.attribute("name", "plangate"))\(counts(outcome))>")
    for (index, suite) in suites.enumerated() {
      // The error of the run goes into the first suite.
      var part = outcome
      part.cases = suite.cases
      if index > 0 { (part.error, part.migrations) = (nil, []) }
      if suites.count > 1 { part.duration = suite.cases.reduce(.zero) { $0 + $1.duration } }
      lines.append("  <testsuite\(XMLText.attribute("name", suite.name))\(counts(part))>")
      lines += properties(outcome, server: suite.server)
      if let error = part.error {
        lines += testCase(
          XMLText.attribute("name", "plangate") + XMLText.attribute("classname", suite.name)
            + XMLText.attribute("time", seconds(outcome.duration)) + placeAttributes(outcome.errorPlace),
          [result("error", "unchecked", headline(error), error)])
      }
      lines += suite.cases.flatMap { testCase($0, in: outcome, suite: suite.name) }
      if index == 0 { lines += outcome.migrations.flatMap { testCase($0, suite: suite.name) } }
      lines.append("  </testsuite>")
    }
    lines += ["</testsuites>", ""]
    return lines.joined(separator: "\n")
  }

  private struct Suite {
    let name: String
    let server: String?
    let cases: [CaseOutcome]
  }

  /// One suite for the manifest, or one per server.
  private static func suites(_ outcome: RunOutcome) -> [Suite] {
    var servers: [ServerVersion?] = []
    for item in outcome.cases where !servers.contains(item.server) { servers.append(item.server) }
    if servers.isEmpty { servers = [nil] }
    return servers.map { server in
      let name =
        server.map { "\(outcome.manifestFile) (PostgreSQL \(outcome.serverLabel($0)))" } ?? outcome.manifestFile
      return Suite(
        name: name, server: server?.text ?? outcome.server, cases: outcome.cases.filter { $0.server == server })
    }
  }

  private static func counts(_ outcome: RunOutcome) -> String {
    let failed = outcome.cases.filter { $0.isFailed(strict: outcome.isStrict) }
    let errors = failed.count { $0.verdict == .unchecked }
    let own = outcome.error == nil ? 0 : 1
    let migrations = outcome.migrations
    return XMLText.attribute("tests", String(outcome.cases.count + own + migrations.count))
      + XMLText.attribute("failures", String(failed.count - errors + migrations.count(where: \.isFailed)))
      + XMLText.attribute("errors", String(errors + own)) + XMLText.attribute("time", seconds(outcome.duration))
  }

  private static func properties(_ outcome: RunOutcome, server: String?) -> [String] {
    var properties = [("plangate", outcome.plangateVersion)]
    if let server { properties.append(("postgresql", server)) }
    if outcome.before != .baseline { properties.append(("before", outcome.before.description)) }
    if let address = outcome.serverAddress { properties.append(("server", address)) }
    if let shard = outcome.shard { properties.append(("shard", "\(shard.index)/\(shard.count)")) }
    properties += outcome.notes.map { ("note", $0.text) }
    return ["    <properties>"]
      + properties.map { name, value in
        "      <property\(XMLText.attribute("name", name))\(XMLText.attribute("value", value))/>"
      } + ["    </properties>"]
  }

  // MARK: A case

  private static func placeAttributes(_ place: Place?) -> String {
    guard let place else { return "" }
    return XMLText.attribute("file", place.file) + (place.line.map { XMLText.attribute("line", String($0)) } ?? "")
  }

  /// A migration fails by the rules on migrations; what else it does goes to its output.
  private static func testCase(_ migration: MigrationReport, suite: String) -> [String] {
    let attributes =
      XMLText.attribute("name", "migration \(migration.file)") + XMLText.attribute("classname", suite)
      + XMLText.attribute("time", seconds(.zero)) + placeAttributes(Place(file: migration.file))
    let text = migration.sentences.joined(separator: "\n")
    guard let finding = migration.findings.first(where: \.isFailing) else {
      return testCase(attributes, text.isEmpty ? [] : ["<system-out>\(content(text))</system-out>"])
    }
    return testCase(attributes, [result("failure", finding.rule, headline(finding.message), text)])
  }

  private static func testCase(_ outcome: CaseOutcome, in run: RunOutcome, suite: String) -> [String] {
    let attributes =
      XMLText.attribute("name", outcome.name) + XMLText.attribute("classname", suite)
      + XMLText.attribute("time", seconds(outcome.duration))
      + placeAttributes(outcome.file.map { Place(file: $0, line: outcome.line) })

    let text = CaseText(outcome: outcome, style: .plain, isBrief: false)
    var elements: [String] = []
    if outcome.verdict == .unchecked {
      let reason = outcome.reasonText
      let body = ([reason] + text.findingLines(outcome.findings) + text.remarkLines).joined(separator: "\n")
      elements.append(result("error", "unchecked", headline(reason), body))
    } else if outcome.isFailed(strict: run.isStrict) {
      let type = outcome.failureType(strict: run.isStrict) ?? outcome.verdict.rawValue
      elements.append(result("failure", type, message(outcome), body(outcome, text, manifest: run.manifest)))
    }
    var output = text.findingLines(outcome.warnings + outcome.waived)
    if outcome.verdict == .changed || outcome.verdict == .improved, !outcome.isFailed(strict: run.isStrict) {
      output = ["  \(outcome.verdict.rawValue)"] + text.changeLines + output
    }
    if !output.isEmpty { elements.append("<system-out>\(content(output.joinedLines))</system-out>") }
    return testCase(attributes, elements)
  }

  private static func testCase(_ attributes: String, _ elements: [String]) -> [String] {
    guard !elements.isEmpty else { return ["    <testcase\(attributes)/>"] }
    return ["    <testcase\(attributes)>"] + elements.map { "      " + $0 } + ["    </testcase>"]
  }

  private static func result(_ element: String, _ type: String, _ message: String, _ body: String) -> String {
    "<\(element)\(XMLText.attribute("type", type))\(XMLText.attribute("message", message))>"
      + "\(content(body))</\(element)>"
  }

  /// The text with GitLab's and Jenkins' `[[ATTACHMENT|path]]` disabled, by which an output links to a file.
  private static func content(_ text: String) -> String {
    XMLText.content(text.replacingScalars("[[ATTACHMENT|", with: "[ [ATTACHMENT|"))
  }

  /// The first finding that fails; services show it in a list, and the body only on demand.
  private static func message(_ outcome: CaseOutcome) -> String {
    let failing = outcome.findings.filter(\.isFailing)
    let more = failing.count > 1 ? " (and \(failing.count - 1) more)" : ""
    let text =
      switch outcome.verdict {
      case .new: outcome.newness
      case .improved, .changed: outcome.comparison?.differences.first?.text ?? "the plan changed"
      case .passed: outcome.emptiness
      case .regressed, .unchecked: failing.first?.message ?? "the plan regressed"
      }
    return headline(text, more: outcome.verdict == .regressed ? more : "")
  }

  private static func headline(_ text: String, more: String = "") -> String {
    (text.visibleLines.first { !$0.isEmpty } ?? "").visible.cut(to: 300) + more
  }

  private static func body(_ outcome: CaseOutcome, _ text: CaseText, manifest: String) -> String {
    let findings = outcome.findings.flatMap { finding in
      let weight = finding.waiver == nil ? finding.severity.rawValue : "waived"
      return text.findingLines([finding]).map { line in finding.isFailing ? "  \(weight): " + line.dropFirst(2) : line }
    }
    let start = outcome.verdict == .new ? text.newnessLines : outcome.verdict == .passed ? text.emptyLines : []
    let head = start + text.remarkLines
    let command = text.commandLines(manifest: manifest)
    let blocks = [head + findings + text.changeLines, text.planLines, text.totalLines, text.fixLines + command]
    return "\n" + Array(blocks.filter { !$0.isEmpty }.joined(separator: [""])).joinedLines + "\n"
  }

  // MARK: Figures

  /// Seconds with three decimals, such as `0.042`.
  static func seconds(_ duration: Duration) -> String {
    guard duration > .zero, duration < .seconds(1e12) else { return "0.000" }
    let milliseconds = Int64((duration.inSeconds * 1000).rounded())
    let decimals = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - decimals.count) + decimals
  }
}
