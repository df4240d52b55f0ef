import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres
import Reporting

/// The steps that are files: scripts, archives and rows.
extension Seeding {
  /// Runs a script in psql.
  func run(
    script opened: OpenedSeed, _ step: SeedStep, output: String, _ rights: StepRights, _ opener: SeedOpener
  ) throws(Diagnostic) {
    let seed = try prepared(opened, opener)
    let path = seed.path
    if let watch, let problem = watch.problem(of: seed, in: manifest.directory) { throw problem }
    let script = ScriptCheck(path: path, file: seed.file, directory: manifest.directory)
    if let problem = script.problem() { throw problem }
    let transaction = try SeedTransaction(step.transaction, path, seed.file, in: manifest.directory)
    let options =
      [
        "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
        // random() repeats from here on. Each file starts with the same seed, so that a change in one does not affect
        // the others.
        "--command=SELECT pg_catalog.setseed(0.5)",
      ] + transaction.firstArguments
    let lastArguments = transaction.lastArguments + ScriptCheck.lastArguments + (watch?.lastArguments ?? [])
    let command = try rights.command(
      command(try client("psql"), options + ["--file=\(seed.file)"] + lastArguments, output), for: step,
      file: seed.file, fromInput: options + ["--file=-"] + lastArguments)
    let exit = try server.runClient(command, in: database)
    let log = printed(output, file: seed.file, as: absolutePath(path), isInput: command.input != nil)
    guard exit == .status(0) else {
      let hint = hint(step, log, rights) + transaction.hint(in: log) + advice(opener).lines(for: log, seed)
      throw server.advised(failure(ofScript: path, step, exit, output, log, hint))
    }
    if let problem = script.problem(in: log) { throw problem }
    if watch == nil, let last = script.lastDatabase(in: log), last != database.text {
      console.say(
        "note: \(path.visible) ends in the database '\(last.visible)', and plangate looks at its own database only: "
          + "remove \\connect if the queries need what follows it")
    }
  }

  /// The script, changed where it could not run in plangate's own database or on this server.
  private func prepared(_ seed: OpenedSeed, _ opener: SeedOpener) throws(Diagnostic) -> OpenedSeed {
    let target = DumpScript.Target(
      major: server.major.number, user: server.host.address == nil ? DisposableServer.user : "",
      isGiven: server.host.address != nil, knowsRestrict: try knowsRestrict(seed))
    let dump = seed.bytes.withUnsafeBytes { DumpScript($0, for: target) }
    if !dump.databases.isEmpty {
      throw Diagnostic(
        "the dump holds several databases: \(dump.databases.joined(separator: ", "))\n"
          + "plangate seeds one: dump it alone (pg_dump DATABASE), or remove the others", file: seed.path)
    }
    if let newest = dump.skipped.values.max() {
      let names = dump.skipped.keys.sorted().joined(separator: ", ")
      console.say(
        "note: \(seed.path.visible): PostgreSQL \(server.major.number) does not know \(names), which PostgreSQL "
          + "\(newest) brought: the file's SET was skipped")
    }
    var text = dump.text
    if text != nil || seed.file != absolutePath(seed.path) {
      // psql would look for them beside the copy.
      let whole = text ?? seed.bytes
      text = whole.withUnsafeBytes { DumpScript.withPlacedIncludes($0, beside: absolutePath(seed.path)) } ?? text
    }
    guard let text else { return seed }
    return try opener.copy(text, of: seed)
  }

  /// Whether psql knows the `\restrict` that newer dumps begin with; true for a script without it.
  private func knowsRestrict(_ seed: OpenedSeed) throws(Diagnostic) -> Bool {
    guard seed.bytes.prefix(1 << 12).firstRange(of: Array("\n\\restrict ".utf8)) != nil else { return true }
    return DumpScript.knowsRestrict(try version(of: try client("psql")))
  }

  /// The version of a client program, such as `15.18`.
  private func version(of program: String) throws(Diagnostic) -> String {
    let text = (try? ChildProcess.output(of: Command(program, ["--version"], environment: environment))) ?? nil
    return text?.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init) ?? ""
  }

  /// Restores an archive with pg_restore.
  func restore(
    _ seed: OpenedSeed, _ step: SeedStep, output: String, _ rights: StepRights, _ opener: SeedOpener
  ) throws(Diagnostic) {
    let options =
      ["--exit-on-error", "--no-password", "--dbname=\(database.text)"]
      + (step.transaction == .no ? [] : ["--single-transaction"])
    let program = try client("pg_restore")
    let command = try rights.command(
      command(program, options + [seed.file], output), for: step, file: seed.file, fromInput: options)
    let exit = try server.runClient(command, in: database)
    guard exit != .status(0) else { return }
    let log = printed(output)
    if let format = SeedAdvice.quoted(in: log, between: "unsupported version (", and: ")") {
      throw Diagnostic(
        DumpScript.unreadable(format, pgRestore: try version(of: program), seed.path), file: seed.path)
    }
    throw server.advised(failure(step, exit, output, hint(step, log, rights) + advice(opener).lines(for: log, seed)))
  }

  /// Copies the rows of a CSV file into a table.
  func copy(
    _ rows: RowsFile, _ step: SeedStep, output: String, _ rights: StepRights, _ opener: SeedOpener
  ) throws(Diagnostic) {
    let seed = try opener.open(rows.path)
    let connection: Connection
    do { connection = try server.newConnection(to: database) } catch { throw server.diagnostic(error) }
    let copy = try RowsStep(rows: rows, seed: seed).command(connection)
    let options = [
      "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--command=\(copy)",
    ]
    var command = command(try client("psql"), options, output)
    command.input = OpenFile(reading: seed.file)
    if let user = rights.user { command = user.command(command) }
    let exit = try server.runClient(command, in: database)
    guard exit != .status(0) else { return }
    let log = printed(output)
    throw server.advised(
      RowsStep.failure(
        rows, step.subject, log, exit.description, hint(step, log, rights) + advice(opener).lines(for: log, seed)))
  }
}
