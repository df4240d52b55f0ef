import OperatingSystem
import PlanCore

/// Judging by the baselines.
extension GateRun {
  /// What becomes of the selected cases in a seeded database, with the causes and the fixes that were tried.
  ///
  /// - Parameters:
  ///   - base: the revision that queries without a baseline are judged by.
  ///   - choice: the one of `--postgres` that the database's server was chosen by.
  func judged(
    _ database: DatabaseState, _ base: CheckBase? = nil, on choice: String?
  ) throws(Diagnostic) -> RunOutcome {
    let store = BaselineStore(manifest.baselines, serverMajor: database.server.major)
    let started = ContinuousClock.now
    defer { console.progress.clear() }
    let names = selected.map(\.name)
    let baselines = Background { store.capture(of: names) }
    var judged: RunOutcome
    if let base {
      judged = try base.judged(in: database, against: baselines)
    } else {
      judged = try database.judged(selected, against: baselines)
    }
    judged.cases = FixTrial(selected, in: database).tried(judged.cases)
    try nameMigrations(of: &judged.cases, against: store.capture(of: names), on: choice)
    if options.names.isEmpty {
      let orphans = store.orphans(among: manifest.queries.map(\.name)).filter { store.strangeness(of: $0) == nil }
      if !orphans.isEmpty { judged.notes.append(Note(.orphans(orphans))) }
    }
    if let advice = selected.adviceOnValues { judged.notes.append(Note(advice)) }
    console.progress.clear()
    showTimes(database, since: started)
    // A run that a signal cut short has no verdict.
    try checkInterruption()
    return judged
  }
}
