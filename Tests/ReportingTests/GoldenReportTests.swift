import PlanCore
import Reporting
import Testing

@Suite struct GoldenReportTests {
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
}
