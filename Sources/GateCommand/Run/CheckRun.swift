import PlanCore
import Postgres
import Reporting

/// `plangate check`.
struct CheckRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let started = ContinuousClock.now
    let reports = ReportFiles(options)
    var outcome = RunOutcome(plangateVersion: Help.version, manifest: options.manifest)
    outcome.isStrict = options.isStrict
    try reports.begin(outcome)
    do {
      let run = try GateRun(options, console: console, environment: environment, names: options.names)
      // The reports are written while the server is up: with --keep that may be for hours.
      try run.withDatabase { (database) throws(Diagnostic) in
        try judge(run, database, &outcome)
        outcome.seconds = (ContinuousClock.now - started) / .seconds(1)
        try reports.finish(outcome)
        show(outcome)
        run.keepServer(database.server)
      }
    } catch {
      guard outcome.seconds == 0 else { throw error }
      outcome.error = Interruption.shared.signal.map { "ended by signal \($0)" } ?? error.description
      outcome.seconds = (ContinuousClock.now - started) / .seconds(1)
      try? reports.finish(outcome)
      throw error
    }
    return outcome.exitStatus
  }

  private func judge(
    _ run: GateRun, _ database: SeededDatabase, _ outcome: inout RunOutcome
  ) throws(Diagnostic) {
    let store = BaselineStore(run.manifest.baselines, serverMajor: database.server.major)
    outcome.server = database.server.versionText
    outcome.serverAddress = database.server.host.address
    let started = ContinuousClock.now
    (outcome.cases, outcome.notes) = Judging.outcomes(
      of: run.selected, in: database, store: store, manifest: run.manifest, selectsAll: options.names.isEmpty)
    run.showTimes(database, since: started)
    // What a signal cut short is no verdict.
    do { try checkInterruption() } catch {
      outcome.cases = []
      throw error
    }
  }

  private func show(_ outcome: RunOutcome) {
    let style = console.style
    if !console.isQuiet {
      console.print(
        "plangate \(outcome.plangateVersion), PostgreSQL \(outcome.serverText), \(outcome.manifest)")
      if let notes = TerminalReport.notes(outcome, style: style) { console.print(notes) }
      console.print("")
      let width = TerminalReport.nameWidth(outcome.cases.map(\.name), style: style)
      for item in outcome.cases {
        console.print(TerminalReport.caseLine(item, strict: outcome.isStrict, nameWidth: width, style: style))
      }
    }
    for item in outcome.cases where item.isFailed(strict: outcome.isStrict) || console.isVerbose {
      if let details = TerminalReport.details(item, strict: outcome.isStrict, manifest: outcome.manifest, style: style)
      {
        console.print("\n" + details)
      }
    }
    if console.isQuiet, outcome.result == .passed { return }
    console.print(
      (console.isQuiet ? "" : "\n") + TerminalReport.summary(outcome, hasNotes: console.isQuiet, style: style))
  }
}

extension RunOutcome {
  var exitStatus: ExitStatus {
    switch result {
    case .passed: .passed
    case .failed: .failed
    case .unchecked: .unchecked
    }
  }
}
