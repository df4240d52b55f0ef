import PlanCore
import Postgres

/// The seeded database of a run on a server of its own, and clones of it for what writes.
final class GateDatabase {
  let server: DisposableServer
  let serverVersionText: String
  let facts: CatalogFacts
  /// What concerns the whole run, for the reports.
  let notes: [String]

  static let name = "plangate"
  private static let cloneName = "plangate_clone"

  /// Starts a server, seeds a database in it, vacuums and analyzes.
  init(
    _ manifest: Manifest, _ installation: ServerInstallation, environment: [String: String], console: Console
  ) throws(Diagnostic) {
    var started = ContinuousClock.now
    do {
      server = try DisposableServer.start(installation, manifest.configuration, environment: environment)
    } catch { throw Diagnostic(error.message) }
    do {
      console.step("server: PostgreSQL in \(installation.binaries) (\(seconds(since: started)) s)")
      let maintenance = try server.connect(database: "postgres")
      serverVersionText = maintenance.serverVersionText.split(separator: " ").first.map(String.init) ?? ""
      try maintenance.execute("CREATE DATABASE \(GateDatabase.name) TEMPLATE template0")
      try GateDatabase.makeRoles(manifest.roles, maintenance)
      try Seeding(
        manifest: manifest, server: server, database: GateDatabase.name, environment: environment, console: console
      ).run()
      started = ContinuousClock.now
      try GateDatabase.waitUntilAlone(maintenance)
      let connection = try server.connect(database: GateDatabase.name)
      let report = try Statistics(connection: connection).collect()
      facts = try CatalogFacts.read(connection)
      notes = GateDatabase.notes(report, manifest)
      console.step("statistics (\(seconds(since: started)) s)")
    } catch let error as Diagnostic {
      server.stop()
      throw error
    } catch {
      let log = server.hasEnded ? "\nthe server's log ends:\n\(server.logTail)" : ""
      server.stop()
      throw Diagnostic("\(error)\(log)")
    }
  }

  private static func makeRoles(_ roles: [String], _ connection: Connection) throws(ServerError) {
    for role in roles {
      let isThere = try connection.execute("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [role]).rows.count > 0
      if isThere { continue }
      // The server quotes the name.
      let create = try connection.execute("SELECT pg_catalog.format('CREATE ROLE %I', $1::text)", [role]).value
      try connection.execute(create ?? "")
    }
  }

  private static func notes(_ report: Statistics.Report, _ manifest: Manifest) -> [String] {
    var notes: [String] = []
    if manifest.configuration.settings.isEmpty {
      notes.append("the manifest gives no settings: plans are those of the server's defaults, not of production")
    }
    if !report.sampled.isEmpty {
      notes.append(
        "too large for a whole sample, their estimates vary from run to run: \(report.sampled.joined(separator: ", "))")
    }
    if !report.notAllVisible.isEmpty {
      notes.append(
        "not all pages are visible after VACUUM, index-only scans visit the table: "
          + report.notAllVisible.joined(separator: ", "))
    }
    return notes
  }

  /// Waits for other sessions to end: a seed's last backend may still be closing, and VACUUM would see its snapshot. Those
  /// that a seed left behind on purpose are ended.
  private static func waitUntilAlone(_ maintenance: Connection) throws(ServerError) {
    let others = "FROM pg_catalog.pg_stat_activity WHERE datname = $1"
    let deadline = ContinuousClock.now + .seconds(1)
    while try maintenance.execute("SELECT \(others)", [name]).rows.count > 0 {
      if ContinuousClock.now > deadline {
        try maintenance.execute("SELECT pg_catalog.pg_terminate_backend(pid) \(others)", [name])
      }
      try maintenance.execute("SELECT pg_catalog.pg_sleep(0.002)")
    }
  }

  // MARK: Cases

  /// Runs all cases: those that read in the seeded database, those that write each in a clone of it.
  ///
  /// - Returns: an answer and its duration for each case, in the order given.
  func answers(_ work: [(query: Query, item: QueryCase)]) -> [(answer: CaseAnswer, seconds: Double)] {
    var answers: [(answer: CaseAnswer, seconds: Double)?] = []
    var reader: Connection?
    for (query, item) in work {
      answers.append(
        timed { () throws(ServerError) in
          if reader == nil { reader = try server.connect(database: GateDatabase.name) }
          guard let connection = reader else { throw ServerError(message: "no connection") }
          return try CaseRunner(connection: connection, isWritable: false).run(item, of: query)
        })
      // A lost connection takes no other case with it.
      if case .unchecked? = answers.last??.answer { reader = nil }
    }
    // A template is copied only while nobody else is in it.
    reader = nil
    for (index, (query, item)) in work.enumerated() {
      guard case .writes? = answers[index]?.answer else { continue }
      answers[index] = timed { () throws(ServerError) in try onClone(item, of: query) }
    }
    return answers.map { $0 ?? (.unchecked("it was not run"), 0) }
  }

  private func onClone(_ item: QueryCase, of query: Query) throws(ServerError) -> CaseAnswer {
    let maintenance = try server.connect(database: "postgres")
    try GateDatabase.waitUntilAlone(maintenance)
    // Copying files beats writing them to the log, which is the default from 15 on.
    let strategy = maintenance.serverVersion >= 150_000 ? " STRATEGY file_copy" : ""
    try maintenance.execute("CREATE DATABASE \(GateDatabase.cloneName) TEMPLATE \(GateDatabase.name)\(strategy)")
    let answer: CaseAnswer
    do {
      let connection = try server.connect(database: GateDatabase.cloneName)
      answer = try CaseRunner(connection: connection, isWritable: true).run(item, of: query)
    } catch {
      _ = try? maintenance.execute("DROP DATABASE \(GateDatabase.cloneName) WITH (FORCE)")
      throw error
    }
    try maintenance.execute("DROP DATABASE \(GateDatabase.cloneName) WITH (FORCE)")
    return answer
  }

  private func timed(_ body: () throws(ServerError) -> CaseAnswer) -> (answer: CaseAnswer, seconds: Double) {
    let started = ContinuousClock.now
    var answer: CaseAnswer
    do { answer = try body() } catch {
      answer = .unchecked(server.hasEnded ? "the server is gone\n\(server.logTail)" : error.description)
    }
    return (answer, (ContinuousClock.now - started) / .seconds(1))
  }
}
