import OperatingSystem
import Postgres

/// Sees that the steps of a seed stay in plangate's own database on a given server.
struct GivenServerWatch {
  let server: GivenServer
  let database: String
  private let before: GivenServerState

  /// Looks at the server as it is before the seed.
  init(_ server: GivenServer, database: String) throws(Diagnostic) {
    self.server = server
    self.database = database
    do { before = try GivenServerWatch.state(of: server) } catch { throw Diagnostic(error.description) }
  }

  /// Through a session of its own: one that is open has the settings of yesterday.
  private static func state(of server: GivenServer) throws(ServerError) -> GivenServerState {
    try GivenServerState.read(try server.connect(database: server.maintenanceDatabase))
  }

  // MARK: In the session of a script

  /// What is wrong with a script that is about to run.
  func problem(of path: String, in directory: String) -> Diagnostic? {
    SeedReach.diagnostic(of: path, directory: directory, allowing: server.allowedReach, isComplete: true)
  }

  /// What psql does last in the session of a script: it fails when the session is elsewhere by then. Nothing where a script
  /// may leave. That a transaction is still open is for `ScriptCheck` to say.
  var lastArguments: [String] {
    server.allowedReach.contains(.connect) ? [] : ["--command=ROLLBACK", "--command=\(proof)"]
  }

  /// Its message is a conversion's, since psql's output may be redirected by the script, and functions be its own.
  private var proof: String {
    """
    SELECT CASE WHEN (SELECT d.oid FROM pg_catalog.pg_database AS d \
    WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) \
    OPERATOR(pg_catalog.=) CAST(\(server.knownOID(of: database) ?? "0") AS pg_catalog.oid) THEN 0 \
    ELSE CAST(pg_catalog.concat('\(GivenServerWatch.marker)', pg_catalog.current_database()) AS pg_catalog.int4) END
    """
  }

  private static let marker = "plangate: the session is in the database "

  /// Where the session of a script was at its end, as psql's output tells; nil when it was at home.
  static func strayedTo(_ output: [String]) -> String? {
    for line in output {
      // Words of errors are in the server's language. The statement itself, which psql may echo, has a quote there.
      guard let start = line.firstRange(of: marker)?.upperBound, line[start...].first != "'" else { continue }
      return String(line[start...].dropLast(line.hasSuffix("\"") ? 1 : 0))
    }
    return nil
  }

  // MARK: After a step

  /// What is otherwise than before the seed and not plangate's.
  private func changes() throws(ServerError) -> [String] {
    let now = try GivenServerWatch.state(of: server)
    for role in now.newRoles(since: before) {
      server.note("the seed made the role '\(role)', which stays on the server")
    }
    return now.changes(since: before, allowing: server.allowedReach)
  }

  /// Throws when the database is no longer the one that plangate made, or when something else of the server changed.
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
        "the seed step '\(step.description)' replaced plangate's database by one of its own, without its settings\n"
          + "let it fill the database that it finds")
    }
    if !changes.isEmpty { throw Diagnostic(GivenServerWatch.text(changes, step)) }
  }

  /// The error of a step that failed, with what it had changed by then.
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
      + "if somebody else did, run plangate again"
  }
}
