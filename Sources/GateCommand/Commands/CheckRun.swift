import OperatingSystem
import PlanCore
import Postgres

/// `plangate check`.
struct CheckRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let reported = ReportedRun(options, console, environment)
    return try reported.run { (outcome) throws(Diagnostic) in
      var run = try GateRun(options, console: console, environment: environment, names: options.names)
      let whenAbandoned = reported.whenAbandoned(outcome)
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
      for files in run.manifest.reordered { console.say("note: \(files.note)") }
      if run.selected.isEmpty {
        console.say("shard \(options.shard?.index ?? 0) of \(options.shard?.count ?? 0) has no cases")
        try reported.finish(&outcome)
      } else if options.postgres.count > 1 {
        try judgeEach(run, &outcome, reported)
        try Interruption.shared.endingInTime(
          { signal in
            whenAbandoned(signal)
            Program.reportEnd(by: signal, ofServer: true)
          },
          { () throws(Diagnostic) in try reported.finish(&outcome) })
      } else {
        // The reports are written while the server is up: with --keep that may be for hours.
        try run.withDatabase { (database) throws(Diagnostic) in
          outcome.servers = [database.server.version]
          outcome.serverAddress = database.server.host.address
          let judged = try run.judged(database, base, on: options.postgres.first)
          (outcome.before, outcome.cases, outcome.notes) = (judged.before, judged.cases, judged.notes)
          try reported.finish(&outcome)
          run.keepServer(database.server)
        }
      }
    }
  }

  /// Judges on several servers, one after the other.
  ///
  /// One that is not there leaves the others to be judged.
  private func judgeEach(
    _ run: GateRun, _ outcome: inout RunOutcome, _ reported: ReportedRun
  ) throws(Diagnostic) {
    var errors: [String] = []
    for choice in options.postgres {
      do {
        try run.withDatabase(on: choice) { (database) throws(Diagnostic) in
          let server = database.server.version
          let judged = try run.judged(database, on: choice)
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
        if outcome.errorPlace == nil { outcome.errorPlace = reported.place(of: error) }
      }
    }
    outcome.error = errors.isEmpty ? nil : errors.joined(separator: "\n")
  }
}
