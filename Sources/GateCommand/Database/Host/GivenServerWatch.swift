import OperatingSystem
import Postgres

/// Checks that the steps of a seed stay in plangate's own database on a given server.
struct GivenServerWatch {
  let server: GivenServer
  let database: String
  private let before: GivenServerState

  /// Records the state of the server before the seed.
  init(_ server: GivenServer, database: String) throws(Diagnostic) {
    self.server = server
    self.database = database
    do { before = try GivenServerWatch.state(of: server) } catch { throw Diagnostic(error.description) }
  }

  /// Reads the state in a new session, because an open one still has the old settings.
  private static func state(of server: GivenServer) throws(ServerError) -> GivenServerState {
    try GivenServerState.read(try server.connect(database: server.maintenanceDatabase))
  }

  // MARK: In the session of a script

  /// The problem with a script that is about to run.
  func problem(of path: String, in directory: String) -> Diagnostic? {
    SeedReach.diagnostic(of: path, directory: directory, allowing: server.allowedReach, isComplete: true)
  }

  /// The problem with a script that is about to run, perhaps from a copy.
  func problem(of seed: OpenedSeed, in directory: String) -> Diagnostic? {
    SeedReach.diagnostic(
      of: seed.path, readFrom: seed.file, directory: directory, allowing: server.allowedReach, isComplete: true)
  }

  /// The arguments for psql after a script: the last command fails if the session is in another database by then.
  ///
  /// They are empty if a script may leave the database. `ScriptCheck` reports a transaction that is still open.
  var lastArguments: [String] {
    server.allowedReach.contains(.connect) ? [] : ["--command=ROLLBACK", "--command=\(proof)"]
  }

  /// The statement that proves it.
  ///
  /// Its message comes from a failed cast: the script may redirect psql's output or define its own functions.
  private var proof: String {
    """
    SELECT CASE WHEN (SELECT d.oid FROM pg_catalog.pg_database AS d \
    WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) \
    OPERATOR(pg_catalog.=) CAST(\(server.knownOID(of: database) ?? "0") AS pg_catalog.oid) THEN 0 \
    ELSE CAST(pg_catalog.concat('\(GivenServerWatch.marker)', pg_catalog.current_database()) AS pg_catalog.int4) END
    """
  }

  private static let marker = "plangate: the session is in the database "

  /// The database in which the session of a script ended, from psql's output; nil if it was plangate's own.
  static func strayedTo(_ output: [String]) -> String? {
    for line in output {
      // Error messages are in the server's language. The statement itself, which psql may echo, has a quote there.
      guard let start = line.firstRange(of: marker)?.upperBound, line[start...].first != "'" else { continue }
      return String(line[start...].dropLast(line.hasSuffix("\"") ? 1 : 0))
    }
    return nil
  }

  // MARK: After a step

  /// The changes since before the seed that plangate did not make.
  private func changes() throws(ServerError) -> [String] {
    let now = try GivenServerWatch.state(of: server)
    for role in now.newRoles(since: before) {
      server.note("the seed made the role '\(role)', which stays on the server")
    }
    return now.changes(since: before, allowing: server.allowedReach)
  }

  /// Throws if the database is not the one that plangate made, or if anything else on the server changed.
  func check(after step: SeedStep) throws(Diagnostic) {
    let changes: [String]
    let oid: String?
    do {
      oid = try server.connect(database: database).execute(
        "SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
      ).value
      changes = try self.changes()
    } catch {
      throw Diagnostic(
        "after the seed step '\(step.description)' plangate's database \(database) does not answer: \(error.description)"
      )
    }
    guard oid == server.knownOID(of: database) else {
      throw Diagnostic(
        "the seed step '\(step.description)' replaced plangate's database with its own, without plangate's settings\n"
          + "let it fill the existing database")
    }
    if !changes.isEmpty { throw Diagnostic(GivenServerWatch.text(changes, step)) }
  }

  /// The error of a failed step, with the changes that it had made by then.
  func completed(_ error: Diagnostic, after step: SeedStep) -> Diagnostic {
    guard Interruption.shared.signal == nil, let changes = try? changes(), !changes.isEmpty else { return error }
    var error = error
    error.others.append(Diagnostic(GivenServerWatch.text(changes, step)))
    return error
  }

  private static func text(_ changes: [String], _ step: SeedStep) -> String {
    let shown = changes.prefix(20).map { "\n  \($0)" }.joined()
    let rest = changes.count > 20 ? "\n  … and \(changes.count - 20) more" : ""
    return "during the seed step '\(step.description)' something outside plangate's database changed on the server:"
      + "\(shown)\(rest)\nif the step did it, undo it there and remove it from the seed; "
      + "otherwise run plangate again"
  }
}
