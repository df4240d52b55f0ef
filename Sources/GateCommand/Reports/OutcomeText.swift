import PlanCore
import Reporting

extension Console {
  /// Prints the report for people.
  func show(_ outcome: RunOutcome) {
    if !isQuiet {
      print(TerminalReport.heading(outcome, style: style))
      if let notes = TerminalReport.notes(outcome, style: style) { print(notes) }
      print("")
      if outcome.cases.contains(where: { $0.server != nil }) {
        print(TerminalReport.matrix(outcome, style: style))
      } else {
        let width = TerminalReport.nameWidth(outcome.cases.map(\.name), style: style)
        for item in outcome.cases {
          print(TerminalReport.caseLine(item, strict: outcome.isStrict, nameWidth: width, style: style))
        }
      }
    }
    for details in TerminalReport.allDetails(outcome, isVerbose: isVerbose, style: style) { print("\n" + details) }
    if isQuiet, outcome.result == .passed { return }
    print("\n" + TerminalReport.summary(outcome, hasNotes: isQuiet, style: style))
  }
}

extension ReportFiles {
  /// Replaces yesterday's reports. One that cannot be written keeps neither the others nor the run from their work.
  func start(_ outcome: RunOutcome) {
    do throws(Diagnostic) { try begin(outcome) } catch {
      Console.error("\(error.description)\nthe run goes on, and ends with exit status 2 unless it can be written then")
    }
  }

  /// Writes the reports and tells people. A report that cannot be written hides nothing of what the run found.
  ///
  /// - Parameter published: the outcome as reports name its files.
  func finish(
    _ outcome: RunOutcome, published: RunOutcome, console: Console, environment: [String: String]
  ) throws(Diagnostic) {
    var failure: Diagnostic?
    do throws(Diagnostic) { try finish(published) } catch { failure = error }
    console.show(outcome)
    GitHubStep(environment: environment)?.publish(published, console: console)
    if let failure { throw failure }
  }
}
