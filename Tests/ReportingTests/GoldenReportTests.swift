import PlanCore
import Reporting
import Testing

@Suite struct GoldenReportTests {
  /// JSON has a golden of its own.
  private static let golden = ReportFormat.allCases.filter { $0 != .json }

  @Test(arguments: [80, 100, 160, 220])
  func `the terminal report of a run`(width: Int) throws {
    try Golden.expect(
      terminalText(try Shop.run(), style: TerminalStyle(isColored: false, width: width)), is: "terminal-\(width).txt")
  }

  @Test func `the terminal report of a run in colour, on a screen and strict`() throws {
    var run = try Shop.run()
    run.isStrict = true
    let style = TerminalStyle(isColored: true, width: 140, isTerminal: true)
    try Golden.expect(terminalText(run, isVerbose: false, style: style), is: "terminal-strict-colored.txt")
  }

  @Test func `the JUnit report of a run`() throws {
    try Golden.expect(JUnitReport.text(try Shop.run()), is: "junit.xml")
  }

  @Test func `the JSON report of a run`() throws {
    try Golden.expect(JSONReport.text(try Shop.run()), is: "report.json")
  }

  @Test(arguments: golden)
  func `each report of a run with every verdict, rule and severity`(format: ReportFormat) throws {
    try Golden.expect(format.text(try Everything.run()), is: "everything/\(format.rawValue).txt")
  }

  @Test func `the annotations of a run with every verdict, rule and severity`() throws {
    try Golden.expect(GitHubAnnotations.text(try Everything.run()), is: "everything/annotations.txt")
  }

  @Test(arguments: golden)
  func `each report of a run that ended early`(format: ReportFormat) throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "ci/queries.yml")
    run.error = "ci/queries.yml:7:3: error: unknown key 'querys', did you mean 'queries'?\n  querys:\n  ^"
    run.errorPlace = Place(file: "ci/queries.yml", line: 7)
    try Golden.expect(format.text(run), is: "early-end/\(format.rawValue).txt")
  }

  @Test(arguments: golden)
  func `each report of several servers`(format: ReportFormat) throws {
    try Golden.expect(format.text(try Everything.matrix()), is: "servers/\(format.rawValue).txt")
  }
}
