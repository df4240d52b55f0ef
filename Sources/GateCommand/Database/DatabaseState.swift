import OperatingSystem
import PlanCore
import Postgres

/// One state of a database, made by the seed of a manifest and by steps after it.
///
/// It is vacuumed and analyzed, so that plans can be captured from it. One run may have several, on one server.
struct DatabaseState: Sendable {
  /// How messages name it.
  var label = StateLabel.now
  let manifest: Manifest
  let server: DatabaseServer
  let name: DatabaseServer.Name
  /// Settings of the sessions that its cases are planned in, beside those of the manifest.
  ///
  /// A query's own come last.
  var settings: [String: String] = [:]
  /// How its steps are run.
  let steps: StepRunner
  private let reading: Background<Result<Catalog, Diagnostic>>
  let report: Statistics.Report
  /// What the steps did that VACUUM and ANALYZE hide.
  let traces: SeedTraces
  /// The facts that VACUUM and ANALYZE of plangate hide, for the notes on cases.
  let masked: MaskedFacts
  /// The notes about the whole run, for the reports.
  let notes: [String]
  /// The number of cases that run in parallel.
  var jobs = 1
  /// The progress display, updated after each case.
  var progress: Progress?
  /// The time that the cases took in the server, over the whole run.
  private(set) var serverTime = ServerTime()

  /// Called when its cases are done and the server is not needed any more.
  var whenDone: (@Sendable () -> Void)?

  /// The means to see what cases run inside.
  let probe = InnerProbe()

  /// The values of parameters that were read from it.
  private(set) var fetchedValues = FetchedValues()

  /// The facts that plans depend on, apart from the statistics.
  struct Catalog: Sendable {
    let facts: CatalogFacts
    let definitions: DefinitionCatalog
  }

  /// The catalog, once it has been read.
  var catalog: Catalog { get throws(Diagnostic) { try reading.value.get() } }

  /// Seeds and migrates a new database, then vacuums and analyzes it.
  static func seed(
    _ manifest: Manifest, on server: DatabaseServer, as name: DatabaseServer.Name, _ steps: StepRunner
  ) throws(Diagnostic) -> DatabaseState {
    do { try server.create(name) } catch { throw server.diagnostic(error) }
    return try DatabaseState(seeding: name, on: server, manifest: manifest, steps)
  }

  /// Runs the seed and the migrations in an empty database, and analyzes it after each of them.
  init(
    seeding name: DatabaseServer.Name, on server: DatabaseServer, manifest: Manifest, _ steps: StepRunner
  ) throws(Diagnostic) {
    let seeding = try Seeding(manifest, on: server, in: name, steps)
    try seeding.run(manifest.seed)
    var basis: StatisticsBasis?
    if !manifest.migrations.isEmpty {
      _ = try DatabaseState.analyze(name, on: server, manifest)
      seeding.forgetTraces()
      basis = try DatabaseState.basis(name, on: server)
      try seeding.run(manifest.migrations.map(\.step))
    }
    try self.init(analyzing: name, on: server, manifest: manifest, steps, since: basis, seeding.traces)
  }

  /// Copies the database, runs steps in the copy, and renews the statistics of what they changed.
  ///
  /// - Parameters:
  ///   - label: how messages name the new state.
  ///   - added: run in order, like steps of the manifest's seed.
  ///   - observer: notes what migrations among them do beside their result.
  /// - Returns: a state that the caller drops.
  func clone(
    _ label: StateLabel, applying added: [SeedStep] = [], observer: MigrationObserver? = nil
  ) throws(Diagnostic) -> DatabaseState {
    // Reading the catalog needs a session, and a database with sessions cannot be copied.
    _ = try catalog
    let clone = server.newState()
    do { try server.copy(name, to: clone) } catch { throw server.diagnostic(error) }
    do {
      let basis = try DatabaseState.basis(clone, on: server)
      let seeding = try Seeding(manifest, on: server, in: clone, steps)
      for (index, step) in added.enumerated() {
        try seeding.run(step, after: index, of: added.count, watching: observer)
        try checkInterruption()
      }
      var state = try DatabaseState(
        analyzing: clone, on: server, manifest: manifest, steps, since: basis, seeding.traces, of: added)
      state.label = label
      (state.settings, state.jobs, state.progress, state.serverTime) = (settings, jobs, progress, serverTime)
      state.fetchedValues = FetchedValues(after: fetchedValues)
      return state
    } catch {
      try? server.drop(clone)
      throw error
    }
  }

  /// Drops the database of a state that was made by `clone` or `seed`.
  ///
  /// One that stays goes with the server.
  func drop() { try? server.drop(name) }

  /// Vacuums and analyzes a database, and reads its catalog.
  ///
  /// - Parameters:
  ///   - basis: what its statistics were made from when they were last complete; nil for a database without any.
  ///   - traces: what its steps did.
  ///   - made: those steps, if they are not the manifest's seed and migrations.
  init(
    analyzing name: DatabaseServer.Name, on server: DatabaseServer, manifest: Manifest, _ steps: StepRunner,
    since basis: StatisticsBasis? = nil, _ traces: SeedTraces = SeedTraces(), of made: [SeedStep]? = nil
  ) throws(Diagnostic) {
    var traces = traces
    let report = try DatabaseState.analyze(name, on: server, manifest, since: basis, &traces)
    try self.init(opening: name, on: server, manifest: manifest, steps, report, traces, of: made)
    _ = try catalog
  }

  /// Vacuums and analyzes a database that no steps are known of.
  static func analyze(
    _ name: DatabaseServer.Name, on server: DatabaseServer, _ manifest: Manifest
  ) throws(Diagnostic) -> Statistics.Report {
    var traces = SeedTraces()
    return try analyze(name, on: server, manifest, &traces)
  }

  /// Vacuums and analyzes a database.
  ///
  /// - Parameter traces: loses the statistics that were gathered again meanwhile.
  static func analyze(
    _ name: DatabaseServer.Name, on server: DatabaseServer, _ manifest: Manifest,
    since basis: StatisticsBasis? = nil, _ traces: inout SeedTraces
  ) throws(Diagnostic) -> Statistics.Report {
    var connection: Connection
    let problem: Diagnostic?
    do {
      connection = try server.connectAlone(to: name)
      problem = try PreparedTransactions.problem(in: manifest, connection)
    } catch { throw server.diagnostic(error) }
    if let problem { throw problem }
    do {
      try server.finishSeed(of: name)
      // What that sets is for new sessions.
      if server.host.address != nil { connection = try server.newConnection(to: name) }
      var statistics = Statistics(connection: connection, isWhole: manifest.wholeStatistics)
      if let memory = server.host.sampleMemory { statistics.memory = memory }
      statistics.beforeWriting = { (tables, connection) throws(ServerError) in
        try server.separateFiles(of: name, tables, connection)
      }
      try traces.removeGathered(statistics.connection)
      return try statistics.collect(since: basis)
    } catch { throw server.diagnostic(error) }
  }

  /// What the statistics of a database that was just analyzed were made from.
  ///
  /// Nil where a change cannot be seen: only a superuser sees all, and up to 14 counts of changes arrive late.
  static func basis(
    _ name: DatabaseServer.Name, on server: DatabaseServer
  ) throws(Diagnostic) -> StatisticsBasis? {
    do {
      let connection = try server.connect(to: name)
      let basis = try basis(connection, of: server)
      server.keep(connection, to: name)
      return basis
    } catch { throw server.diagnostic(error) }
  }

  /// The same, on a connection to the database.
  static func basis(_ connection: Connection, of server: DatabaseServer) throws(ServerError) -> StatisticsBasis? {
    guard server.major >= 15, server.host.address == nil else { return nil }
    return try StatisticsBasis.read(connection)
  }

  /// Opens a database that is vacuumed and analyzed.
  ///
  /// Its catalog is read while the first cases run.
  ///
  /// - Parameters:
  ///   - traces: what its steps did.
  ///   - made: those steps, if they are not the manifest's seed.
  ///   - whenUnreadable: called when the database turns out to be damaged; returns the last line for the error.
  init(
    opening name: DatabaseServer.Name, on server: DatabaseServer, manifest: Manifest, _ steps: StepRunner,
    _ report: Statistics.Report, _ traces: SeedTraces, of made: [SeedStep]? = nil,
    whenUnreadable: @escaping @Sendable () -> String? = { nil }
  ) throws(Diagnostic) {
    self.server = server
    self.name = name
    self.manifest = manifest
    self.steps = steps
    self.report = report
    self.traces = traces
    var masked = traces.masked(by: made ?? manifest.seed + manifest.migrations.map(\.step))
    masked.overrides = report.overrides
    self.masked = masked
    // The first use finds an open session.
    do { server.keep(try server.connect(to: name), to: name) } catch { throw server.diagnostic(error) }
    reading = Background {
      Result { () throws(Diagnostic) in
        do throws(ServerError) { return try DatabaseState.read(name, on: server) } catch {
          var problem = server.diagnostic(error)
          if !error.isConnectionLost, let advice = whenUnreadable() { problem.message += "\n" + advice }
          throw problem
        }
      }
    }
    notes = DatabaseState.notes(report, manifest) + server.notes
  }

  /// Some facts of this state with the most common values of some columns.
  func withShares(of columns: [RelationName: Set<String>], _ facts: CatalogFacts) throws(Diagnostic) -> CatalogFacts {
    if columns.isEmpty { return facts }
    do {
      var facts = facts
      let connection = try server.connect(to: name)
      try facts.readShares(of: columns, connection)
      server.keep(connection, to: name)
      return facts
    } catch { throw server.diagnostic(error) }
  }

  /// The names of types, with their schemas where a session without a path of its own needs them.
  func typeNames(of types: Set<UInt32>) throws(Diagnostic) -> [UInt32: String] {
    if types.isEmpty { return [:] }
    do {
      let connection = try server.connect(to: name)
      let rows = try connection.execute(
        "SELECT t, pg_catalog.format_type(t, NULL) FROM unnest($1::pg_catalog.oid[]) AS t",
        ["{" + types.sorted().map(String.init).joined(separator: ",") + "}"]
      ).rows
      server.keep(connection, to: name)
      let names = rows.compactMap { row in row[0].flatMap { UInt32($0) }.flatMap { type in row[1].map { (type, $0) } } }
      return Dictionary(names) { first, _ in first }
    } catch { throw server.diagnostic(error) }
  }

  private static func read(_ name: DatabaseServer.Name, on server: DatabaseServer) throws(ServerError) -> Catalog {
    var attempts = 0
    while true {
      attempts += 1
      do {
        let connection = try server.newConnection(to: name)
        let facts = try CatalogFacts.read(connection)
        let catalog = Catalog(facts: facts, definitions: try DefinitionCatalog.read(connection, facts))
        server.keep(connection, to: name)
        return catalog
      } catch {
        // A case may have crashed the server meanwhile.
        guard error.isConnectionLost, attempts < 5, !server.hasEnded else { throw error }
        server.recover()
      }
    }
  }

  private static func notes(_ report: Statistics.Report, _ manifest: Manifest) -> [String] {
    var notes: [String] = []
    if manifest.configuration.settings.isEmpty {
      notes.append("the manifest has no settings: plans use the server's defaults, not production's")
    }
    if !manifest.wholeStatistics {
      notes.append("statistics are sampled, as the manifest asks: estimates vary from run to run")
    } else if !report.sampled.isEmpty {
      notes.append(
        "too large to analyze in full, so their estimates vary from run to run: \(report.sampled.joined(separator: ", "))"
      )
    }
    if !report.notAllVisible.isEmpty {
      notes.append(
        "not all pages are visible after VACUUM, so index-only scans visit the table: "
          + report.notAllVisible.joined(separator: ", "))
    }
    return notes
  }
}
