import OperatingSystem
import PlanCore
import Postgres

/// `plangate check`.
struct CheckRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let started = ContinuousClock.now
    let reports = ReportFiles(options)
    var outcome = RunOutcome(manifest: options.manifest)
    outcome.isStrict = options.isStrict
    outcome.shard = options.shard
    reports.start(published(outcome))
    do {
      var run = try GateRun(options, console: console, environment: environment, names: options.names)
      let unfinished = outcome
      let whenAbandoned: @Sendable (Int32) -> Void = { signal in
        reports.takeOver(published(unfinished.ended(by: signal)))
      }
      run.whenAbandoned = whenAbandoned
      outcome.selection = run.selection
      let base = try CheckBase(run)
      defer { base?.remove() }
      if let revision = base?.revision {
        run.whenAbandoned = { signal in
          whenAbandoned(signal)
          revision.remove()
        }
      }
      if run.selected.isEmpty {
        console.say("shard \(options.shard?.index ?? 0) of \(options.shard?.count ?? 0) has no cases")
        try finish(&outcome, reports, since: started)
      } else if options.postgres.count > 1 {
        try judgeEach(run, &outcome)
        try Interruption.shared.endingInTime(
          { signal in
            whenAbandoned(signal)
            Program.reportEnd(by: signal, ofServer: true)
          },
          { () throws(Diagnostic) in try finish(&outcome, reports, since: started) })
      } else {
        // The reports are written while the server is up: with --keep that may be for hours.
        try run.withDatabase { (database) throws(Diagnostic) in
          outcome.servers = [database.server.version]
          outcome.serverAddress = database.server.host.address
          let judged = try judged(run, database, base)
          (outcome.before, outcome.cases, outcome.notes) = (judged.before, judged.cases, judged.notes)
          try finish(&outcome, reports, since: started)
          run.keepServer(database.server)
        }
      }
    } catch {
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

  private func finish(
    _ outcome: inout RunOutcome, _ reports: ReportFiles, since start: ContinuousClock.Instant
  ) throws(Diagnostic) {
    outcome.duration = ContinuousClock.now - start
    try reports.finish(outcome, published: published(outcome), console: console, environment: environment)
  }

  private func judged(
    _ run: GateRun, _ database: DatabaseState, _ base: CheckBase? = nil
  ) throws(Diagnostic) -> RunOutcome {
    let store = BaselineStore(run.manifest.baselines, serverMajor: database.server.major)
    let started = ContinuousClock.now
    defer { console.progress.clear() }
    let names = run.selected.map(\.name)
    let baselines = Background { store.capture(of: names) }
    var judged: RunOutcome
    if let base {
      judged = try base.judged(in: database, against: baselines)
    } else {
      judged = try database.judged(run.selected, against: baselines)
    }
    judged.cases = FixTrial(run.selected, in: database).tried(judged.cases)
    if options.names.isEmpty {
      let orphans = store.orphans(among: run.manifest.queries.map(\.name)).filter { store.strangeness(of: $0) == nil }
      if !orphans.isEmpty { judged.notes.append(Note(.orphans(orphans))) }
    }
    console.progress.clear()
    run.showTimes(database, since: started)
    // A run that a signal cut short has no verdict.
    try checkInterruption()
    return judged
  }

  /// Judges on several servers, one after the other.
  ///
  /// One that is not there leaves the others to be judged.
  private func judgeEach(_ run: GateRun, _ outcome: inout RunOutcome) throws(Diagnostic) {
    var errors: [String] = []
    for choice in options.postgres {
      do {
        try run.withDatabase(on: choice) { (database) throws(Diagnostic) in
          let server = database.server.version
          let judged = try judged(run, database)
          outcome.servers.append(server)
          outcome.before = judged.before
          outcome.cases += judged.cases.map { item in
            var item = item
            item.server = server
            return item
          }
          for note in judged.notes where !outcome.notes.contains(note) { outcome.notes.append(note) }
        }
      } catch {
        try checkInterruption()
        errors.append("PostgreSQL \(choice): \(error.description)")
        if outcome.errorPlace == nil { outcome.errorPlace = place(of: error) }
      }
    }
    outcome.error = errors.isEmpty ? nil : errors.joined(separator: "\n")
  }

  /// An error without a position is shown at the manifest.
  private func place(of error: Diagnostic) -> Place { Place(file: error.file ?? options.manifest, line: error.line) }

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
