import OperatingSystem
import PlanCore
import Postgres

/// The state that a run compares with, made from the manifest of a git revision, on another server or with other
/// settings.
struct BaseState {
  let label: StateLabel
  /// The run that makes it: its manifest and the queries that the other state is judged on.
  let run: GateRun
  /// Which local server, as `--postgres` takes it.
  let server: String?
  /// An error of making it, as the user should read it.
  var explained: @Sendable (Diagnostic) -> Diagnostic = { $0 }

  /// Seeds it, captures cases, and leaves it.
  ///
  /// - Parameter isWanted: which of its cases are run.
  func capture(where isWanted: (CaseID) -> Bool = { _ in true }) throws(Diagnostic) -> Capture {
    run.console.step("the state to compare with: \(label)")
    do {
      return try run.withDatabase(on: server) { (database) throws(Diagnostic) in
        var state = database
        state.label = label
        return try run.capture(of: state, where: isWanted)
      }
    } catch {
      try checkInterruption()
      throw explained(error)
    }
  }

  /// The queries of its manifest that another manifest does not have.
  func queriesGone(from manifest: Manifest) -> [String] {
    let names = Set(manifest.queries.map(\.name))
    return run.manifest.queries.map(\.name).filter { !names.contains($0) }
  }
}

extension BaseState {
  /// The state of a git revision; nil if it has no such manifest.
  ///
  /// - Parameter run: the run on the working tree, whose server and queries it takes.
  init?(_ revision: BaseRevision, beside run: GateRun) throws(Diagnostic) {
    guard let path = revision.manifest else { return nil }
    var options = run.options
    options.manifest = path
    options.shard = nil
    options.keepsServer = false
    var base: GateRun
    do {
      base = try GateRun(options, console: run.console, environment: run.environment, names: [])
    } catch { throw revision.explained(error) }
    // The cache lists the project by it, and the copy is gone after the run.
    base.manifest.path = run.manifest.path
    base.whenAbandoned = run.whenAbandoned
    let names = Set(run.selected.map(\.name))
    base.selected = base.manifest.queries.filter { names.contains($0.name) }
    self.init(
      label: revision.label, run: base,
      server: options.server == nil ? try run.installation(options.postgres.first).binaries : nil,
      explained: { revision.explained($0) })
  }
}

extension GateRun {
  /// Captures the selected queries in a state, each case warm.
  func capture(of state: DatabaseState, where isWanted: (CaseID) -> Bool = { _ in true }) throws(Diagnostic) -> Capture
  {
    let started = ContinuousClock.now
    defer { console.progress.clear() }
    let capture = try state.capture(of: selected, where: isWanted)
    showTimes(state, since: started)
    try checkInterruption()
    return capture
  }
}
