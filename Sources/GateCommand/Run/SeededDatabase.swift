import PlanCore
import Postgres

/// A database whose statistics are settled, so that plans can be captured from it.
struct SeededDatabase {
  let server: GateServer
  let name: GateServer.Name
  let facts: CatalogFacts
  let definitions: DefinitionCatalog
  /// What concerns the whole run, for the reports.
  let notes: [String]

  /// Seeds a new database, vacuums and analyzes.
  static func seed(
    _ manifest: Manifest, on server: GateServer, as name: GateServer.Name = .seeded, environment: [String: String],
    console: Console
  ) throws(Diagnostic) -> SeededDatabase {
    do {
      try server.create(name)
      try server.make(roles: manifest.roles)
    } catch { throw server.diagnostic(error) }
    try Seeding(manifest: manifest, server: server, database: name, environment: environment, console: console).run()
    let started = ContinuousClock.now
    let database = try SeededDatabase(settling: name, on: server, manifest: manifest)
    console.step("statistics (\(seconds(since: started)) s)")
    return database
  }

  /// Vacuums and analyzes a database, and reads its catalog.
  init(settling name: GateServer.Name, on server: GateServer, manifest: Manifest) throws(Diagnostic) {
    self.server = server
    self.name = name
    do {
      try server.waitUntilAlone(in: name)
      let connection = try server.connect(to: name)
      let report = try Statistics(connection: connection, isWhole: manifest.wholeStatistics).collect()
      facts = try CatalogFacts.read(connection)
      definitions = try DefinitionCatalog.read(connection)
      notes = SeededDatabase.notes(report, manifest)
    } catch { throw server.diagnostic(error) }
  }

  private static func notes(_ report: Statistics.Report, _ manifest: Manifest) -> [String] {
    var notes: [String] = []
    if manifest.configuration.settings.isEmpty {
      notes.append("the manifest gives no settings: plans are those of the server's defaults, not of production")
    }
    if !manifest.wholeStatistics {
      notes.append("statistics are sampled, as the manifest asks: estimates vary from run to run")
    } else if !report.sampled.isEmpty {
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

  // MARK: Cases

  /// An answer and how long it took.
  typealias TimedAnswer = (answer: CaseAnswer, seconds: Double)

  /// Runs cases: those that read in this database, those that write each in a clone of it.
  ///
  /// - Parameter isWarm: Runs each case that reads twice and takes the second answer. The first run in a session looks up
  ///   operators and types in the catalog, and its node counts those blocks; the second does not, whatever ran before.
  /// - Returns: an answer for each case, in the order given.
  func answers(_ work: [(query: Query, item: QueryCase)], isWarm: Bool = false) -> [TimedAnswer] {
    var answers: [TimedAnswer] = []
    var reader: Connection?
    for (query, item) in work {
      let answer = timed { () throws(ServerError) in
        let connection: Connection
        if let open = reader { connection = open } else { connection = try server.connect(to: name) }
        reader = connection
        let runner = CaseRunner(connection: connection, isWritable: false)
        let first = try runner.run(item, of: query)
        guard isWarm, case .plans = first else { return first }
        return try runner.run(item, of: query)
      }
      // A lost connection takes no other case with it.
      if case .unchecked = answer.answer { reader = nil }
      answers.append(answer)
    }
    // A template is copied only while nobody else is in it.
    reader = nil
    for (index, (query, item)) in work.enumerated() {
      guard case .writes = answers[index].answer else { continue }
      answers[index] = timed { () throws(ServerError) in try onClone(item, of: query) }
    }
    return answers
  }

  private func onClone(_ item: QueryCase, of query: Query) throws(ServerError) -> CaseAnswer {
    let clone = GateServer.Name.clone(1)
    try server.copy(name, to: clone)
    defer { try? server.drop(clone) }
    return try CaseRunner(connection: try server.connect(to: clone), isWritable: true).run(item, of: query)
  }

  private func timed(_ body: () throws(ServerError) -> CaseAnswer) -> TimedAnswer {
    let started = ContinuousClock.now
    var answer: CaseAnswer
    do { answer = try body() } catch {
      if error.isConnectionLost { server.recover() }
      answer = .unchecked(server.hasEnded ? "the server is gone\n\(server.logTail)" : error.description)
    }
    return (answer, (ContinuousClock.now - started) / .seconds(1))
  }
}
