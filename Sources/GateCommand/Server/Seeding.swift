import FoundationEssentials
import Postgres
import Reporting

/// Runs the steps of a seed against a database, in order.
struct Seeding {
  let manifest: Manifest
  let server: GateServer
  let database: GateServer.Name
  /// Cleared of the caller's PG*.
  let environment: [String: String]
  let console: Console
  /// On a server that somebody else runs.
  private let watch: GivenServerWatch?

  init(
    manifest: Manifest, server: GateServer, database: GateServer.Name, environment: [String: String], console: Console
  ) throws(Diagnostic) {
    self.manifest = manifest
    self.server = server
    self.database = database
    self.environment = environment
    self.console = console
    watch = try (server.host as? GivenServer).map { (given) throws(Diagnostic) in
      try GivenServerWatch(given, database: database.text)
    }
  }

  /// Runs all steps of the manifest.
  func run() throws(Diagnostic) {
    for step in manifest.seed { try run(step) }
  }

  /// Runs one step.
  func run(_ step: SeedStep) throws(Diagnostic) {
    let started = ContinuousClock.now
    let index = manifest.seed.firstIndex(of: step) ?? 0
    console.progress.show("seed", index, of: manifest.seed.count, step.description)
    let output = "\(server.directory)/seed.log"
    reserveLog(output)
    do {
      try run(step, output: output)
    } catch { throw watch?.completed(error, after: step) ?? error }
    try watch?.check(after: step)
    try? FileManager.default.removeItem(atPath: output)
    console.progress.clear()
    console.step("seed: \(step.description) (\(seconds(since: started)) s)")
  }

  private func run(_ step: SeedStep, output: String) throws(Diagnostic) {
    var command: Command
    switch step {
    case .script(let path):
      if let watch, let problem = watch.problem(of: path, in: manifest.directory) { throw problem }
      let script = ScriptCheck(path: path, directory: manifest.directory)
      if let problem = script.problem() { throw problem }
      command = Command(
        try client("psql"),
        [
          "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
          // random() repeats from here on; each file starts alike, so that a change in one leaves the others alone.
          "--command=SELECT pg_catalog.setseed(0.5)", "--file=\(absolutePath(path))",
        ] + ScriptCheck.lastArguments + (watch?.lastArguments ?? []), environment: environment)
    case .archive(let path):
      command = Command(
        try client("pg_restore"),
        ["--exit-on-error", "--no-password", "--dbname=\(database.text)", absolutePath(path)],
        environment: environment)
    case .command(let text, _):
      command = Command("/bin/sh", ["-c", text], environment: environment)
    }
    // A relative one would be looked up in CDPATH as well.
    command.directory = absolutePath(manifest.directory)
    command.outputPath = output
    let exit: ChildExit
    if case .command = step {
      command.environment.merge(server.commandEnvironment(database)) { $1 }
      do { exit = try ChildProcess.run(command) } catch { throw Diagnostic("the seed failed: \(error)") }
    } else {
      exit = try server.runClient(command, in: database)
    }
    guard exit == .status(0) else { throw server.advised(failure(step, exit, output)) }
    if case .script(let path) = step {
      let bytes = FileManager.default.contents(atPath: output) ?? Data()
      let log = server.visible(String(decoding: bytes, as: UTF8.self))
      if let problem = ScriptCheck(path: path, directory: manifest.directory).problem(in: log) { throw problem }
    }
  }

  private func client(_ name: String) throws(Diagnostic) -> String {
    do { return try server.client(name, environment: environment) } catch {
      throw Diagnostic(error.message)
    }
  }

  /// psql names the file and line of an error: `psql:/project/seed/01.sql:12: ERROR:  …`. They become the place.
  private func failure(_ step: SeedStep, _ exit: ChildExit, _ output: String) -> Diagnostic {
    guard case .script(let path) = step else {
      return Diagnostic(
        "the seed step '\(step.description)' failed (\(exit)); its output ends:\n\(server.visible(tail(of: output)))")
    }
    let prefix = "psql:\(absolutePath(path)):"
    let bytes = FileManager.default.contents(atPath: output) ?? Data()
    let lines = server.visible(String(decoding: bytes, as: UTF8.self)).split(separator: "\n").map(String.init)
    if watch != nil, let other = GivenServerWatch.strayedTo(lines) {
      return Diagnostic(
        "the seed ends in the database '\(other)', which is not plangate's\nremove what leads there", file: path)
    }
    guard let index = lines.lastIndex(where: { $0.hasPrefix(prefix) && $0.contains(": ERROR:") }) else {
      return Diagnostic(
        "the seed failed (psql: \(exit)); its output ends:\n\(server.visible(tail(of: output)))", file: path)
    }
    let rest = lines[index].dropFirst(prefix.count)
    let number = rest.prefix { $0.isNumber }
    let message = rest.dropFirst(number.count).split(separator: "ERROR:", maxSplits: 1).last.map(String.init) ?? ""
    let details = lines[(index + 1)...].prefix(6).map { "\n  \($0)" }.joined()
    return Diagnostic(
      "the seed failed: \(message.drop { $0 == " " })\(details)", file: path, line: Int(number))
  }
}

extension SeedStep {
  /// How it is called in one line: its path, or a command's first line.
  var description: String {
    switch self {
    case .script(let path), .archive(let path): return path.visible
    case .command(let text, _):
      let lines = text.visibleLines.filter { !$0.allSatisfy(\.isWhitespace) }
      return (lines.first ?? "").visible + (lines.count > 1 ? " …" : "")
    }
  }
}

/// Seconds since an instant, to the millisecond.
func seconds(since start: ContinuousClock.Instant) -> String {
  milliseconds((ContinuousClock.now - start) / .seconds(1))
}

/// A number of seconds with three decimals.
func milliseconds(_ seconds: Double) -> String {
  let count = Int((seconds * 1000).rounded())
  let digits = String(count % 1000)
  return "\(count / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
}
