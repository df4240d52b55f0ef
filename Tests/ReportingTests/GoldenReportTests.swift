import JSON
import PlanCore
import Testing

@testable import Reporting

@Suite struct GoldenReportTests {
  /// Every other report is derived from JSON's contents, and JSON has goldens of whole runs.
  private static let brief = ReportFormat.allCases.filter { $0 != .json }

  /// The report; a page without its style and its script, which are the same in all of them.
  private func text(_ format: ReportFormat, _ run: RunOutcome) throws -> String {
    guard format == .html else { return format.text(run) }
    let page = try ParsedPage(HTMLReport.text(run))
    return [HTMLStyle.hash, HTMLScript.hash].reduce(page.rest) {
      $0.replacingScalars($1, with: "sha256-…")
    }
  }

  /// Of the cases that are hostile in every text, one is enough to read.
  private func everyKind() throws -> RunOutcome {
    var run = try EveryKind.run()
    run.cases.removeAll { $0.query == "every" && $0.verdict != .regressed }
    return run
  }

  @Test(arguments: [80, 160, 220])
  func `the terminal report of a run`(width: Int) throws {
    try Golden.expect(
      terminalText(try Shop.run(), style: TerminalStyle(isColored: false, width: width)),
      is: "shop/terminal-\(width).txt")
  }

  @Test func `the terminal report of a run in colour, on a screen and strict`() throws {
    var run = try Shop.run()
    run.isStrict = true
    let style = TerminalStyle(isColored: true, width: 140, isTerminal: true)
    try Golden.expect(terminalText(run, isVerbose: false, style: style), is: "shop/terminal-strict-colored.txt")
  }

  @Test func `the JSON report of a run`() throws {
    try Golden.expect(JSONReport.text(try Shop.run()), is: "shop/json.txt")
  }

  @Test func `the sample run has every verdict, rule and severity, and hostile names`() throws {
    let run = try everyKind()
    let findings = run.cases.flatMap(\.findings)
    #expect(Set(run.cases.map(\.verdict)) == Set(Verdict.allCases))
    #expect(Set(findings.map(\.rule)).isSuperset(of: Rule.all.map(\.id) + [Rule.timeoutID]))
    #expect(Set(findings.map(\.severity)) == [.off, .warn, .fail] && findings.contains { $0.waiver != nil })
    #expect(run.cases.contains { $0.query.contains(markup) && ($0.caseName ?? "").contains(markup) })
  }

  @Test func `the terminal report of a run with every verdict, rule and severity`() throws {
    try Golden.expect(
      terminalText(try everyKind(), style: TerminalStyle(isColored: false, width: 80)), is: "every-kind/terminal-80.txt"
    )
  }

  @Test(arguments: ReportFormat.allCases)
  func `each report of a run with every verdict, rule and severity`(format: ReportFormat) throws {
    try Golden.expect(text(format, try everyKind()), is: "every-kind/\(format.rawValue).txt")
  }

  @Test func `the annotations of a run with every verdict, rule and severity`() throws {
    try Golden.expect(GitHubAnnotations.text(try everyKind()), is: "every-kind/annotations.txt")
  }

  @Test(arguments: brief)
  func `each report of a run that ended early`(format: ReportFormat) throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "ci/queries.yml")
    run.error = "ci/queries.yml:7:3: error: unknown key 'querys', did you mean 'queries'?\n  querys:\n  ^"
    run.errorPlace = Place(file: "ci/queries.yml", line: 7)
    try Golden.expect(text(format, run), is: "early-end/\(format.rawValue).txt")
  }

  @Test(arguments: brief)
  func `each report of several servers`(format: ReportFormat) throws {
    try Golden.expect(text(format, try Shop.matrix()), is: "servers/\(format.rawValue).txt")
  }
}
