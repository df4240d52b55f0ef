import PlanCore
import Postgres

/// A database whose statistics are settled, so that plans can be captured from it.
struct SeededDatabase: Sendable {
  let server: GateServer
  let name: GateServer.Name
  let facts: CatalogFacts
  let definitions: DefinitionCatalog
  let report: Statistics.Report
  /// What concerns the whole run, for the reports.
  let notes: [String]
  /// How many cases run side by side.
  var jobs = 1
  /// Told of each case that is done.
  var progress: Progress?
  /// What the cases took in the server, over the whole run.
  let serverTime = ServerTime()

  /// Seeds a new database, vacuums and analyzes.
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
    do {
      try server.waitUntilAlone(in: name)
      try server.finishSeed(of: name)
      var statistics = Statistics(connection: try server.connect(to: name), isWhole: manifest.wholeStatistics)
      if let memory = server.host.sampleMemory { statistics.memory = memory }
      report = try statistics.collect()
    } catch { throw server.diagnostic(error) }
    try self.init(opening: name, on: server, manifest: manifest, report)
  }

  /// Reads the catalog of a database whose statistics are settled.
  init(
    opening name: GateServer.Name, on server: GateServer, manifest: Manifest, _ report: Statistics.Report
  ) throws(Diagnostic) {
    self.server = server
    self.name = name
    self.report = report
    do {
      let connection = try server.connect(to: name)
      facts = try CatalogFacts.read(connection)
      definitions = try DefinitionCatalog.read(connection)
      server.keep(connection, to: name)
    } catch { throw server.diagnostic(error) }
    notes = SeededDatabase.notes(report, manifest) + server.notes
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
}
