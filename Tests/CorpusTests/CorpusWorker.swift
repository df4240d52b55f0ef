import Foundation
import OperatingSystem
import PlanCore
import Postgres
import Synchronization
import Testing

@testable import GateCommand

/// A server with the seeded corpus and its baselines, on which the changes are tried one after the other.
final class CorpusWorker: @unchecked Sendable {
  private let server: GateServer
  private let database: SeededDatabase
  private let manifest: Manifest
  private let directory: String
  private var clones = 0

  private init() throws {
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
    let console = Console(Options(command: .check), environment: [:])
    manifest = try Manifest.load(corpus.appending(path: "manifest.yml").path, today: "2026-11-21")
    let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
    let installation = try ServerInstallation.locate(environment["PLANGATE_TEST_POSTGRES"], environment: environment)
    server = try GateServer(installation, manifest.configuration, environment: environment)
    try server.makeCluster()
    try server.start()
    try server.make(roles: manifest.roles)
    database = try SeededDatabase.seed(
      manifest, on: server, as: server.seeded, environment: environment, console: console)
    directory = server.directory + "/baselines"
    let capture = try Capture(of: manifest.queries, in: database) { _, _ in true }
    for item in capture.items {
      let (baseline, problems) = capture.queryCapture(of: item)
      try #require(problems.isEmpty, "\(problems)")
      try store.save(BaselineFile.text(baseline), query: item.query.name)
    }
  }

  private var store: BaselineStore { BaselineStore(directory, serverMajor: server.major) }

  var major: Int { server.major }

  // MARK: Sharing

  private static let idle = Mutex<[CorpusWorker]>([])

  /// Shuts down at process exit, since no test knows whether it is the last.
  private static let stopsAtExit: Void = {
    atexit {
      for worker in CorpusWorker.idle.withLock({ $0 }) { worker.server.stop() }
    }
  }()

  /// Calls `body` with an exclusive worker.
  ///
  /// There are as many workers as concurrent tests.
  static func with<Result>(_ body: (CorpusWorker) throws -> Result) throws -> Result {
    _ = stopsAtExit
    let worker = try idle.withLock { $0.popLast() } ?? CorpusWorker()
    defer { idle.withLock { $0.append(worker) } }
    return try body(worker)
  }

  // MARK: Changes

  /// The verdicts after a change: of the query alone, or of all queries.
  func outcomes(
    after change: PlantedRegression.Change?, of query: String, all: Bool, hasBaseline: Bool = true
  ) throws -> [CaseOutcome] {
    let store = hasBaseline ? store : BaselineStore(directory + "/none", serverMajor: server.major)
    func outcomes(of queries: [Query], in database: SeededDatabase) throws -> [CaseOutcome] {
      try Judging.outcomes(of: queries, in: database, store: store, manifest: manifest, selectsAll: false).cases
    }
    switch change {
    case nil:
      return try outcomes(of: [try self.query(query) { _ in }], in: database)
    case .sql(let sql):
      clones += 1
      let clone = server.clone(1000 + clones)
      try server.copy(database.name, to: clone)
      defer { try? server.drop(clone) }
      try run(sql, in: clone)
      let changed = try SeededDatabase(settling: clone, on: server, manifest: manifest)
      return try outcomes(of: all ? manifest.queries : [try self.query(query) { _ in }], in: changed)
    case .text(let text):
      return try outcomes(of: [try self.query(query) { $0.statement.text = text }], in: database)
    case .setting(let name, let value):
      return try outcomes(of: [try self.query(query) { $0.session.settings[name] = value }], in: database)
    }
  }

  private func query(_ name: String, changed change: (inout Query) -> Void) throws -> Query {
    var query = try #require(manifest.queries.first { $0.name == name.split(separator: "@")[0] })
    change(&query)
    return query
  }

  private func run(_ sql: String, in name: GateServer.Name) throws {
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
    environment.merge(server.commandEnvironment(name)) { $1 }
    let output = server.directory + "/change.log"
    try? FileManager.default.removeItem(atPath: output)
    let psql = try server.client("psql", environment: environment)
    let command = Command(
      psql, ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql], environment: environment,
      outputPath: output)
    let exit = try ChildProcess.run(command)
    try #require(exit == .status(0), "\(tail(of: output))")
  }
}
