import FoundationEssentials
import OperatingSystem
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
  private let manifest: Manifest
  private let server: DatabaseServer
  private let database: DatabaseServer.Name
  private let environment: [String: String]
  private let console: Console
  /// The watch on a server that plangate does not run.
  private let watch: GivenServerWatch?
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
    if case .migration(let file) = step {
      if let watch, let problem = watch.problem(of: file.path, in: manifest.directory) { throw problem }
      return try MigrationRunner(server: server, database: database, observer: observer).run(file)
    }
    let rights = try StepRights(manifest, server.host, console)
    var command: Command
    var file: String?
    var fromInput: [String] = []
    switch step {
    case .script(let path):
      if let watch, let problem = watch.problem(of: path, in: manifest.directory) { throw problem }
      let script = ScriptCheck(path: path, directory: manifest.directory)
      if let problem = script.problem() { throw problem }
      let options = [
        "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
        // random() repeats from here on. Each file starts with the same seed, so that a change in one does not affect
        // the others.
        "--command=SELECT pg_catalog.setseed(0.5)",
      ]
      file = absolutePath(path)
      let lastArguments = ScriptCheck.lastArguments + (watch?.lastArguments ?? [])
      fromInput = options + ["--file=-"] + lastArguments
      command = Command(
        try client("psql"), options + ["--file=\(absolutePath(path))"] + lastArguments,
        environment: environment)
    case .archive(let path):
      file = absolutePath(path)
      fromInput = ["--exit-on-error", "--no-password", "--dbname=\(database.text)"]
      command = Command(try client("pg_restore"), fromInput + [absolutePath(path)], environment: environment)
    case .command(let text, _):
      command = Command("/bin/sh", ["-c", text], environment: environment)
    case .migration: return
    }
    // A relative directory would be looked up in CDPATH as well.
    command.directory = absolutePath(manifest.directory)
    command.outputPath = output
    command = try rights.command(command, for: step, file: file, fromInput: fromInput)
    let exit: ChildExit
    if case .command = step {
      command.environment.merge(server.commandEnvironment(database)) { $1 }
      exit = try observed(observer) { () throws(Diagnostic) in
        do { return try ChildProcess.run(command) } catch { throw Diagnostic("the seed failed: \(error)") }
      }
    } else {
      exit = try server.runClient(command, in: database)
    }
    let isRead = file != nil || exit != .status(0)
    let log = isRead ? printed(output, isInput: command.input != nil, file: file ?? "") : ""
    guard exit == .status(0) else { throw server.advised(failure(step, exit, output, log, rights)) }
    if case .script(let path) = step {
      if let problem = ScriptCheck(path: path, directory: manifest.directory).problem(in: log) { throw problem }
    }
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

  private func client(_ name: String) throws(Diagnostic) -> String {
    do { return try server.client(name, environment: environment) } catch {
      throw Diagnostic(error.message)
    }
  }

  /// The output of a step, in which a file that psql read from standard input has its own name.
  private func printed(_ output: String, isInput: Bool, file: String) -> String {
    let bytes = FileManager.default.contents(atPath: output) ?? Data()
    let text = server.visible(String(decoding: bytes, as: UTF8.self))
    guard isInput else { return text }
    let name = "psql:<stdin>:"
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix(name) ? "psql:\(file):" + line.dropFirst(name.count) : String(line)
    }.joined(separator: "\n")
  }

  /// The error of a failed step.
  ///
  /// Its position is the file and line that psql names: `psql:/project/seed/01.sql:12: ERROR:  …`.
  private func failure(
    _ step: SeedStep, _ exit: ChildExit, _ output: String, _ printed: String, _ rights: StepRights
  ) -> Diagnostic {
    let limit = ProcessLimit.hint(in: printed)
    let hint = limit.isEmpty ? rights.hint(for: step, output: printed) : limit
    guard case .script(let path) = step else {
      return Diagnostic(
        "the seed step '\(step.description)' failed (\(exit)); its output ends:\n\(server.visible(tail(of: output)))\(hint)"
      )
    }
    let prefix = "psql:\(absolutePath(path)):"
    let lines = printed.split(separator: "\n").map(String.init)
    if watch != nil, let other = GivenServerWatch.strayedTo(lines) {
      return Diagnostic(
        "the seed ends in the database '\(other)', which is not plangate's\nremove the statement that connects to it",
        file: path)
    }
    guard let index = lines.lastIndex(where: { $0.hasPrefix(prefix) && $0.contains(": ERROR:") }) else {
      return Diagnostic(
        "the seed failed (psql: \(exit)); its output ends:\n\(server.visible(tail(of: output)))\(hint)", file: path)
    }
    let rest = lines[index].dropFirst(prefix.count)
    let number = rest.prefix { $0.isNumber }
    let message = rest.dropFirst(number.count).split(separator: "ERROR:", maxSplits: 1).last.map(String.init) ?? ""
    let details = lines[(index + 1)...].prefix(6).map { "\n  \($0)" }.joined()
    return Diagnostic(
      "the seed failed: \(message.drop { $0 == " " })\(details)\(hint)", file: path, line: Int(number))
  }
}

extension SeedStep {
  /// The step on one line: its path, or a command's first line.
  var description: String {
    switch self {
    case .script(let path), .archive(let path): return path.visible
    case .migration(let file): return file.path.visible
    case .command(let text, _):
      let lines = text.visibleLines.filter { !$0.allSatisfy(\.isWhitespace) }
      return (lines.first ?? "").visible + (lines.count > 1 ? " …" : "")
    }
  }
}
