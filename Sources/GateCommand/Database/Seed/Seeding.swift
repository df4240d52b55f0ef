import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres
import Reporting

/// The environment and the console that steps run with.
struct StepRunner: Sendable {
  /// The environment, cleared of the caller's PG* variables.
  let environment: [String: String]
  let console: Console
}

/// Runs steps against a database, in order.
struct Seeding {
  let manifest: Manifest
  let server: DatabaseServer
  let database: DatabaseServer.Name
  let environment: [String: String]
  let console: Console
  /// The watch on a server that plangate does not run.
  let watch: GivenServerWatch?
  private let observer: SeedObserver

  /// - Parameters:
  ///   - manifest: says which directory the steps' paths are relative to and which rights they have.
  ///   - traces: of the steps that ran before.
  ///   - done: how many those were.
  init(
    _ manifest: Manifest, on server: DatabaseServer, in database: DatabaseServer.Name, _ steps: StepRunner,
    after traces: SeedTraces = SeedTraces(), done: Int = 0
  ) throws(Diagnostic) {
    self.manifest = manifest
    self.server = server
    self.database = database
    environment = steps.environment
    console = steps.console
    watch = try (server.host as? GivenServer).map { (given) throws(Diagnostic) in
      try GivenServerWatch(given, database: database.text)
    }
    observer = SeedObserver(server, database, traces, done: done)
  }

  /// What the steps so far did that VACUUM and ANALYZE will hide.
  var traces: SeedTraces { observer.traces }

  /// Forgets them, once the database was vacuumed and analyzed as production is.
  func forgetTraces() { observer.forget() }

  /// Goes on after the database was vacuumed and analyzed.
  ///
  /// - Parameter traces: of the steps so far.
  func goOn(after traces: SeedTraces) { observer.goOn(after: traces) }

  /// Runs all of some steps, unless a signal comes.
  func run(_ steps: [SeedStep]) throws(Diagnostic) {
    for (index, step) in steps.enumerated() {
      try run(step, after: index, of: steps.count)
      try checkInterruption()
    }
  }

  /// Runs one step.
  ///
  /// - Parameters:
  ///   - done: how many steps came before it.
  ///   - count: how many there are in all.
  ///   - migrationObserver: notes what a migration does beside its result.
  func run(
    _ step: SeedStep, after done: Int, of count: Int, watching migrationObserver: MigrationObserver? = nil
  ) throws(Diagnostic) {
    let started = ContinuousClock.now
    console.progress.show("seed", done, of: count, step.description)
    let output = "\(server.directory)/seed.log"
    reserveLog(output)
    try server.separateFiles(of: database, before: step)
    observer.beforeStep()
    // psql and commands may drop the database and make it anew.
    if case .migration = step.source {} else { server.closeConnections(to: database) }
    do {
      // Processes that a step left running must not change the database during the next one.
      try Orphans.afterStep { () throws(Diagnostic) in try run(step, output: output, migrationObserver) }
    } catch { throw watch?.completed(error, after: step) ?? error }
    try watch?.check(after: step)
    observer.afterStep()
    try? FileManager.default.removeItem(atPath: output)
    console.progress.clear()
    console.step("seed: \(step.description) (\(seconds(since: started)) s)")
  }

  private func run(_ step: SeedStep, output: String, _ observer: MigrationObserver?) throws(Diagnostic) {
    if case .migration(let file) = step.source {
      if let watch, let problem = watch.problem(of: file.path, in: manifest.directory) { throw problem }
      return try MigrationRunner(server: server, database: database, observer: observer).run(file)
    }
    if case .command(let text, _) = step.source {
      guard step.usesTCP else { return try run(command: text, step, output: output, observer) }
      return try server.listening { () throws(Diagnostic) in
        try run(command: text, step, output: output, observer)
      }
    }
    let rights = try StepRights(manifest, server.host, console)
    let opener = SeedOpener(directory: server.directory, user: rights.user, environment: environment)
    switch step.source {
    case .script(let path), .compressed(let path), .archive(let path):
      var isArchive = false
      if case .archive = step.source { isArchive = true }
      let seed = try opener.open(path, isArchive: isArchive)
      if seed.isArchive {
        try restore(seed, step, output: output, rights, opener)
      } else {
        try run(script: seed, step, output: output, rights, opener)
      }
    case .rows(let rows): try copy(rows, step, output: output, rights, opener)
    case .command, .migration: break
    }
  }

  // MARK: Kinds of steps

  private func run(
    command text: String, _ step: SeedStep, output: String, _ observer: MigrationObserver?
  ) throws(Diagnostic) {
    let rights = try StepRights(manifest, server.host, console)
    var command = command("/bin/sh", ["-c", text], output)
    command = try rights.command(command, for: step, file: nil, fromInput: [])
    command.environment.merge(server.commandEnvironment(database)) { $1 }
    let exit = try observed(observer) { () throws(Diagnostic) in
      do { return try ChildProcess.run(command) } catch { throw Diagnostic("the seed failed: \(error)") }
    }
    guard exit == .status(0) else {
      let log = printed(output)
      let opener = SeedOpener(directory: server.directory, user: rights.user, environment: environment)
      let socket = server.host.address == nil ? SocketTrouble.hint(for: step, output: log) : ""
      throw server.advised(
        failure(step, exit, output, socket + hint(step, log, rights) + advice(opener).lines(for: log, nil)))
    }
  }

  func command(_ program: String, _ arguments: [String], _ output: String) -> Command {
    // A relative directory would be looked up in CDPATH as well.
    Command(
      program, arguments, environment: environment, directory: absolutePath(manifest.directory), outputPath: output)
  }

  /// Runs a command, watched by event triggers where somebody wants to know and the server allows it.
  private func observed(
    _ observer: MigrationObserver?, _ command: () throws(Diagnostic) -> ChildExit
  ) throws(Diagnostic) -> ChildExit {
    guard let observer else { return try command() }
    var triggers: MigrationTriggers?
    do {
      triggers = try MigrationTriggers(on: server, in: database)
      if triggers != nil { try observer.begin(try server.newConnection(to: database)) }
    } catch { throw server.diagnostic(error) }
    let exit = try command()
    guard var triggers else { return exit }
    do {
      // What its sessions did is counted when they end.
      try server.waitUntilAlone(in: database)
      try observer.note(triggers.said(), try server.newConnection(to: database))
      try triggers.remove()
    } catch { throw server.diagnostic(error) }
    return exit
  }

  func client(_ name: String) throws(Diagnostic) -> String {
    do { return try server.client(name, environment: environment) } catch {
      throw Diagnostic(error.message)
    }
  }
}
