import PlanCore
import Reporting

extension Console {
  /// Prints the report for people.
  func show(_ outcome: RunOutcome) {
    if !isQuiet {
      print(TerminalReport.heading(outcome, style: style))
      if let notes = TerminalReport.notes(outcome, isVerbose: isVerbose, style: style) { print(notes) }
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
    if let migrations = TerminalReport.migrations(outcome, style: style) { print("\n" + migrations) }
    if isQuiet, outcome.result == .passed { return }
    print("\n" + TerminalReport.summary(outcome, hasNotes: isQuiet, style: style))
  }
}

extension ReportFiles {
  /// Replaces yesterday's reports.
  ///
  /// If one cannot be written, the others and the run go on.
  func start(_ outcome: RunOutcome) {
    do throws(Diagnostic) { try begin(outcome) } catch {
      Console.error(
        "\(error.description)\nthe run continues; it ends with exit status 2 if the report still cannot be written")
    }
  }

  /// Writes the reports and prints the outcome.
  ///
  /// A report that cannot be written hides nothing of what the run found.
  ///
  /// - Parameter published: the outcome with the file names that reports use.
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
