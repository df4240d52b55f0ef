import PlanCore
import Reporting

extension Console {
  /// Prints the report for people.
  func show(_ outcome: RunOutcome) {
    if !isQuiet {
      print(
        "plangate \(outcome.plangateVersion), PostgreSQL \(outcome.server ?? "?"), \(outcome.manifest)")
      if let notes = TerminalReport.notes(outcome, style: style) { print(notes) }
      print("")
      let width = TerminalReport.nameWidth(outcome.cases.map(\.name), style: style)
      for item in outcome.cases {
        print(TerminalReport.caseLine(item, strict: outcome.isStrict, nameWidth: width, style: style))
      }
    }
    for item in outcome.cases where item.isFailed(strict: outcome.isStrict) || isVerbose {
      if let details = TerminalReport.details(item, strict: outcome.isStrict, manifest: outcome.manifest, style: style)
      {
        print("\n" + details)
      }
    }
    if isQuiet, outcome.result == .passed { return }
    print(
      (isQuiet ? "" : "\n") + TerminalReport.summary(outcome, hasNotes: isQuiet, style: style))
  }
}
