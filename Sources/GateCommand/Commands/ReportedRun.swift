import OperatingSystem
import PlanCore

/// A run that judges and writes reports.
///
/// The reports of an earlier run are replaced before anything else happens, and complete however the run ends.
struct ReportedRun {
  let options: Options
  let console: Console
  let environment: [String: String]
  private let reports: ReportFiles
  private let started = ContinuousClock.now

  init(_ options: Options, _ console: Console, _ environment: [String: String]) {
    self.options = options
    self.console = console
    self.environment = environment
    reports = ReportFiles(options)
  }

  /// - Parameter body: fills the outcome and calls `finish`, while its server is still up.
  func run(_ body: (inout RunOutcome) throws(Diagnostic) -> Void) throws(Diagnostic) -> ExitStatus {
    var outcome = RunOutcome(manifest: options.manifest)
    outcome.isStrict = options.isStrict
    outcome.shard = options.shard
    reports.start(published(outcome))
    do { try body(&outcome) } catch {
      guard outcome.duration == .zero else { throw error }
      outcome.error = Interruption.shared.signal.map { "ended by signal \($0)" } ?? error.description
      outcome.duration = ContinuousClock.now - started
      outcome.errorPlace = place(of: error)
      let published = published(outcome)
      try? reports.finish(published)
      GitHubStep(environment: environment)?.publish(published, console: console)
      throw error
    }
    return outcome.exitStatus
  }

  /// Writes all reports of an outcome that is complete.
  func finish(_ outcome: inout RunOutcome) throws(Diagnostic) {
    outcome.duration = ContinuousClock.now - started
    try reports.finish(outcome, published: published(outcome), console: console, environment: environment)
  }

  /// What writes the reports if a signal ends the run while it computes.
  ///
  /// - Parameter outcome: as far as it is known.
  func whenAbandoned(_ outcome: RunOutcome) -> @Sendable (Int32) -> Void {
    { [self] signal in reports.takeOver(published(outcome.ended(by: signal))) }
  }

  /// An error without a position is shown at the manifest.
  func place(of error: Diagnostic) -> Place { Place(file: error.file ?? options.manifest, line: error.line) }

  /// The outcome as reports name its files.
  private func published(_ outcome: RunOutcome) -> RunOutcome {
    outcome.renamingFiles(RepositoryPaths(environment: environment).name(of:))
  }
}

extension RunOutcome {
  /// The outcome of a run that a signal cut short.
  func ended(by signal: Int32) -> RunOutcome {
    var outcome = self
    outcome.error = "ended by signal \(signal)"
    return outcome
  }

  var exitStatus: ExitStatus {
    switch result {
    case .passed: .passed
    case .failed: .failed
    case .unchecked: .unchecked
    }
  }
}
