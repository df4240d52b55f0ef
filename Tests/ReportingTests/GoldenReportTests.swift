import PlanCore
import Reporting
import Testing

@Suite struct GoldenReportTests {
  @Test func `the terminal report of a run`() throws {
    try Golden.expect(
      terminalText(try Shop.run(), style: TerminalStyle(isColored: false, width: 80)), is: "terminal.txt")
  }

  @Test func `the terminal report of a run in colour, wide and strict`() throws {
    var run = try Shop.run()
    run.isStrict = true
    try Golden.expect(
      terminalText(run, style: TerminalStyle(isColored: true, width: 140)), is: "terminal-strict-colored.txt")
  }

  @Test func `the JUnit report of a run`() throws {
    try Golden.expect(JUnitReport.text(try Shop.run()), is: "junit.xml")
  }

  @Test func `the JSON report of a run`() throws {
    try Golden.expect(JSONReport.text(try Shop.run()), is: "report.json")
  }
}
