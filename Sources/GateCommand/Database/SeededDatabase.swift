import OperatingSystem
import PlanCore
import Postgres

/// A database with settled statistics, from which plans can be captured.
struct SeededDatabase: Sendable {
  let server: GateServer
  let name: GateServer.Name
  private let reading: Background<Result<Catalog, Diagnostic>>
  let report: Statistics.Report
  /// The notes about the whole run, for the reports.
  let notes: [String]
  /// The number of cases that run in parallel.
  var jobs = 1
  /// The progress display, updated after each case.
  var progress: Progress?
  /// The time that the cases took in the server, over the whole run.
  let serverTime = ServerTime()

  /// The facts that plans depend on, apart from the statistics.
  struct Catalog: Sendable {
    let facts: CatalogFacts
    let definitions: DefinitionCatalog
  }

  /// The catalog, once it has been read.
  var catalog: Catalog { get throws(Diagnostic) { try reading.value.get() } }

  /// Seeds a new database, then vacuums and analyzes it.
  static func seed(
    _ manifest: Manifest, on server: GateServer, as name: GateServer.Name, environment: [String: String],
    console: Console
  ) throws(Diagnostic) -> SeededDatabase {
    do { try server.create(name) } catch { throw server.diagnostic(error) }
    try Seeding(manifest: manifest, server: server, database: name, environment: environment, console: console).run()
    return try SeededDatabase(settling: name, on: server, manifest: manifest)
  }

  /// Vacuums and analyzes a database, and reads its catalog.
  init(settling name: GateServer.Name, on server: GateServer, manifest: Manifest) throws(Diagnostic) {
    let report: Statistics.Report
    try PreparedTransactions(database: name, server: server).check(manifest)
    do {
      try server.waitUntilAlone(in: name)
      try server.finishSeed(of: name)
      var statistics = Statistics(connection: try server.connect(to: name), isWhole: manifest.wholeStatistics)
      if let memory = server.host.sampleMemory { statistics.memory = memory }
      report = try statistics.collect()
    } catch { throw server.diagnostic(error) }
    try self.init(opening: name, on: server, manifest: manifest, report)
    _ = try catalog
  }

  /// Opens a database whose statistics are settled.
  ///
  /// Its catalog is read while the first cases run.
  ///
  /// - Parameter whenUnreadable: called when the database turns out to be damaged; returns the last line for the error.
  init(
    opening name: GateServer.Name, on server: GateServer, manifest: Manifest, _ report: Statistics.Report,
    whenUnreadable: @escaping @Sendable () -> String? = { nil }
  ) throws(Diagnostic) {
    self.server = server
    self.name = name
    self.report = report
    // The first use finds an open session.
    do { server.keep(try server.connect(to: name), to: name) } catch { throw server.diagnostic(error) }
    reading = Background {
      Result { () throws(Diagnostic) in
        do throws(ServerError) { return try SeededDatabase.read(name, on: server) } catch {
          var problem = server.diagnostic(error)
          if !error.isConnectionLost, let advice = whenUnreadable() { problem.message += "\n" + advice }
          throw problem
        }
      }
    }
    notes = SeededDatabase.notes(report, manifest) + server.notes
  }

  private static func read(_ name: GateServer.Name, on server: GateServer) throws(ServerError) -> Catalog {
    var attempts = 0
    while true {
      attempts += 1
      do {
        let connection = try server.newConnection(to: name)
        let catalog = Catalog(
          facts: try CatalogFacts.read(connection), definitions: try DefinitionCatalog.read(connection))
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
        "too large to analyze in full, so their estimates vary from run to run: "
          + report.sampled.joined(separator: ", "))
    }
    if !report.notAllVisible.isEmpty {
      notes.append(
        "not all pages are visible after VACUUM, so index-only scans visit the table: "
          + report.notAllVisible.joined(separator: ", "))
    }
    return notes
  }
}
