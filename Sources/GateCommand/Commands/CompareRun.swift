import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres

/// `plangate compare`: judges a state against another one, without baselines.
struct CompareRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    var options = options
    if case .plans(_, let after) = options.baseChoice { options.manifest = after }
    let reported = ReportedRun(options, console, environment)
    return try reported.run { (outcome) throws(Diagnostic) in
      switch options.baseChoice {
      case .plans(let before, let after):
        let judged = try PlanFile.compare(before, after, today: Day.containing(.now))
        (outcome.before, outcome.cases, outcome.notes) = (judged.before, judged.cases, judged.notes)
        try reported.finish(&outcome)
      case let choice?: try compare(choice, &outcome, reported)
      case nil:
        throw Diagnostic(
          "plangate compare needs a state to compare with: --base REV, --base-postgres MAJOR, --base-settings FILE, or "
            + "two files with EXPLAIN's JSON\nusage: \(options.command.usage)")
      }
    }
  }

  /// Captures the base, then judges the state of the manifest against it.
  private func compare(
    _ choice: BaseChoice, _ outcome: inout RunOutcome, _ reported: ReportedRun
  ) throws(Diagnostic) {
    var run = try GateRun(options, console: console, environment: environment, names: options.names)
    outcome.selection = run.selection
    var revision: BaseRevision?
    if case .revision(let name) = choice {
      revision = try BaseRevision(name, of: options.manifest, environment: environment)
    }
    defer { revision?.remove() }
    let (whenAbandoned, files) = (reported.whenAbandoned(outcome), revision)
    run.whenAbandoned = { signal in
      whenAbandoned(signal)
      files?.remove()
    }
    let settings: BaseSettings? = if case .settings(let path) = choice { try BaseSettings(path) } else { nil }
    let base = try state(choice, revision, beside: run)
    let captured = try base?.capture()
    try run.withDatabase { (database) throws(Diagnostic) in
      outcome.servers = [database.server.version]
      outcome.serverAddress = database.server.host.address
      var before = captured
      if let settings { before = try settings.capture(beside: database, of: run) }
      guard let before else { throw Diagnostic("no state to compare with") }
      let judged = try judged(run, database, against: before)
      (outcome.before, outcome.cases, outcome.notes) = (judged.before, judged.cases, judged.notes)
      if let base, options.names.isEmpty {
        let gone = base.queriesGone(from: run.manifest)
        if !gone.isEmpty {
          outcome.notes.append(
            Note("\(base.label) has queries that are gone from the manifest: \(gone.joined(separator: ", "))"))
        }
      }
      try reported.finish(&outcome)
      run.keepServer(database.server)
    }
  }

  /// The base as a state of its own; nil for settings, which the sessions of one server may have.
  private func state(
    _ choice: BaseChoice, _ revision: BaseRevision?, beside run: GateRun
  ) throws(Diagnostic) -> BaseState? {
    switch choice {
    case .revision:
      guard let revision else { return nil }
      if let state = try BaseState(revision, beside: run) { return state }
      throw Diagnostic(
        "\(revision.label) has no \(revision.manifestInRepository), so there is nothing to compare with\n"
          + "name a later revision, or record baselines and use plangate check", file: options.manifest)
    case .postgres(let server):
      let installations = (try run.installation(server), try run.installation(options.postgres.first))
      return BaseState(label: CompareRun.label(installations.0, beside: installations.1), run: run, server: server)
    case .settings, .plans: return nil
    }
  }

  /// `PostgreSQL 15`, with as much more as tells two servers apart.
  private static func label(_ base: ServerInstallation, beside other: ServerInstallation) -> StateLabel {
    if base.major != other.major { return StateLabel("PostgreSQL \(base.major)") }
    let name = "PostgreSQL \(base.versionText)"
    return StateLabel(base.versionText == other.versionText ? "\(name) of \(base.binaries)" : name)
  }

  private func judged(
    _ run: GateRun, _ database: DatabaseState, against before: Capture
  ) throws(Diagnostic) -> RunOutcome {
    let started = ContinuousClock.now
    defer { console.progress.clear() }
    var judged = try database.judged(run.selected, against: Background { before })
    judged.cases = FixTrial(run.selected, in: database).tried(judged.cases)
    // What another server or other settings do is no migration's fault.
    if options.base != nil { try run.nameMigrations(of: &judged.cases, against: before, on: options.postgres.first) }
    run.showTimes(database, since: started)
    // A run that a signal cut short has no verdict.
    try checkInterruption()
    return judged
  }
}
