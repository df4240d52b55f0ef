package import PlanCore

/// The report in the JUnit format that CI services read: a `failure` for a case that fails, an `error` for one that
/// could not be checked, never `skipped`.
package enum JUnitReport {
  /// A whole document, with a line feed at its end.
  package static func text(_ outcome: RunOutcome) -> String {
    let failed = outcome.cases.filter { $0.isFailed(strict: outcome.isStrict) }
    let errors = failed.count { $0.verdict == .unchecked }
    let counts =
      XMLText.attribute("tests", String(outcome.cases.count + (outcome.error == nil ? 0 : 1)))
      + XMLText.attribute("failures", String(failed.count - errors))
      + XMLText.attribute("errors", String(errors + (outcome.error == nil ? 0 : 1)))
      + XMLText.attribute("time", seconds(outcome.seconds))
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    lines.append("<testsuites\(XMLText.attribute("name", "plangate"))\(counts)>")
    lines.append("  <testsuite\(XMLText.attribute("name", outcome.manifest))\(counts)>")
    lines += properties(outcome)
    if let error = outcome.error {
      lines += testCase(
        XMLText.attribute("name", "plangate") + XMLText.attribute("classname", outcome.manifest)
          + XMLText.attribute("time", seconds(outcome.seconds)), [result("error", "unchecked", headline(error), error)])
    }
    lines += outcome.cases.flatMap { testCase($0, in: outcome) }
    lines += ["  </testsuite>", "</testsuites>", ""]
    return lines.joined(separator: "\n")
  }

  private static func properties(_ outcome: RunOutcome) -> [String] {
    var properties = [("plangate", outcome.plangateVersion)]
    if let server = outcome.server { properties.append(("postgresql", server)) }
    if let address = outcome.serverAddress { properties.append(("server", address)) }
    properties += outcome.notes.map { ("note", $0) }
    return ["    <properties>"]
      + properties.map { name, value in
        "      <property\(XMLText.attribute("name", name))\(XMLText.attribute("value", value))/>"
      } + ["    </properties>"]
  }

  // MARK: A case

  private static func testCase(_ outcome: CaseOutcome, in run: RunOutcome) -> [String] {
    var attributes =
      XMLText.attribute("name", outcome.name) + XMLText.attribute("classname", run.manifest)
      + XMLText.attribute("time", seconds(outcome.seconds))
    if let file = outcome.file { attributes += XMLText.attribute("file", file) }
    if let line = outcome.line { attributes += XMLText.attribute("line", String(line)) }

    let text = CaseText(outcome: outcome, style: .plain, isBrief: false)
    var elements: [String] = []
    if outcome.verdict == .unchecked {
      let reason = outcome.reasonText
      let body = ([reason] + text.findingLines(outcome.findings)).joined(separator: "\n")
      elements.append(result("error", "unchecked", headline(reason), body))
    } else if outcome.isFailed(strict: run.isStrict) {
      let type = outcome.failureType(strict: run.isStrict) ?? outcome.verdict.rawValue
      elements.append(result("failure", type, message(outcome), body(outcome, text, manifest: run.manifest)))
    }
    var output = text.findingLines(outcome.warnings + outcome.waived)
    if outcome.verdict == .changed || outcome.verdict == .improved, !outcome.isFailed(strict: run.isStrict) {
      output = ["  \(outcome.verdict.rawValue)"] + text.changeLines + output
    }
    if !output.isEmpty { elements.append("<system-out>\(XMLText.content(output.joinedLines))</system-out>") }
    return testCase(attributes, elements)
  }

  private static func testCase(_ attributes: String, _ elements: [String]) -> [String] {
    guard !elements.isEmpty else { return ["    <testcase\(attributes)/>"] }
    return ["    <testcase\(attributes)>"] + elements.map { "      " + $0 } + ["    </testcase>"]
  }

  private static func result(_ element: String, _ type: String, _ message: String, _ body: String) -> String {
    "<\(element)\(XMLText.attribute("type", type))\(XMLText.attribute("message", message))>"
      + "\(XMLText.content(body))</\(element)>"
  }

  /// The first finding that fails; services show it in a list, the body only on demand.
  private static func message(_ outcome: CaseOutcome) -> String {
    let failing = outcome.findings.filter(\.isFailing)
    let more = failing.count > 1 ? " (and \(failing.count - 1) more)" : ""
    let text =
      switch outcome.verdict {
      case .new: "no baseline yet"
      case .improved, .changed: outcome.comparison?.differences.first ?? "the plan changed"
      case .regressed, .passed, .unchecked: failing.first?.message ?? "the plan regressed"
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
    let head = outcome.verdict == .new ? ["  no baseline yet"] : []
    let command = text.commandLines(manifest: manifest)
    let blocks = [head + findings + text.changeLines, text.planLines, text.totalLines, text.fixLines + command]
    return "\n" + Array(blocks.filter { !$0.isEmpty }.joined(separator: [""])).joinedLines + "\n"
  }

  // MARK: Figures

  /// `0.042`: seconds with three decimals.
  static func seconds(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds > 0, seconds < 1e12 else { return "0.000" }
    let milliseconds = Int64((seconds * 1000).rounded())
    let decimals = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - decimals.count) + decimals
  }
}
