import Foundation
import OperatingSystem
import PlanCore
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import GateCommand

/// A server with the seeded corpus and its baselines, on which the changes are tried one after the other.
final class CorpusWorker: @unchecked Sendable {
  let server: DatabaseServer
  let seeded: DatabaseState
  private let manifest: Manifest
  private let baselines: Capture
  /// The databases of stories, by their roles and seed, each with the folder that its steps run in.
  var storyStates: [String: (state: DatabaseState, project: Project)] = [:]

  /// - Parameter folder: the one beside this file that has the manifest.
  private init(_ folder: String) throws {
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: folder)
    var options = Options(command: .check)
    options.isQuiet = true
    let console = Console(options, environment: [:])
    manifest = try Manifest.load(corpus.appending(path: "manifest.yml").path, today: "2026-11-21")
    let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
    let installation = try ServerInstallation.locate(environment["PLANGATE_TEST_POSTGRES"], environment: environment)
    server = try DatabaseServer(installation, manifest.configuration, environment: environment)
    try server.makeCluster()
    try server.start()
    try server.make(roles: manifest.roles)
    seeded = try DatabaseState.seed(
      manifest, on: server, as: server.seeded, StepRunner(environment: environment, console: console))
    let capture = try seeded.capture(of: manifest.queries)
    let queries = try manifest.queries.map { query in
      let fresh = try #require(capture[query.name])
      let problems = fresh.answers.compactMap(\.result.problem)
      try #require(problems.isEmpty, "\(problems)")
      let baseline = fresh.baseline(keepsPlansWithoutSeqScans: query.policy.requiresIndexable)
      // As it is read from disk.
      return try BaselineFile.capture(parsing: BaselineFile.text(baseline))
    }
    baselines = Capture(label: .baseline, queries: queries)
  }

  var major: ServerMajor { server.major }

  // MARK: Sharing

  private static let idle = Mutex<[String: [CorpusWorker]]>([:])

  /// Shuts down at process exit, since no test knows whether it is the last.
  private static let stopsAtExit: Void = {
    atexit {
      for worker in CorpusWorker.idle.withLock({ $0 }).values.joined() { worker.server.stop() }
    }
  }()

  /// Calls `body` with an exclusive worker.
  ///
  /// There are as many workers as concurrent tests.
  static func with<Result>(
    _ folder: String = "Corpus", _ body: (CorpusWorker) throws -> Result
  ) throws -> Result {
    _ = stopsAtExit
    let worker = try idle.withLock { $0[folder]?.popLast() } ?? CorpusWorker(folder)
    defer { idle.withLock { $0[folder, default: []].append(worker) } }
    return try body(worker)
  }

  // MARK: Changes

  /// The verdicts after a change: of the query alone, or of all queries.
  func outcomes(
    after change: PlantedRegression.Change?, of query: String, all: Bool, hasBaseline: Bool = true
  ) throws -> [CaseOutcome] {
    let before = hasBaseline ? baselines : Capture(label: .baseline, queries: [])
    func outcomes(of queries: [Query], in state: DatabaseState) throws -> [CaseOutcome] {
      try state.judged(queries, against: Background { before }).cases
    }
    switch change {
    case nil:
      return try outcomes(of: [try self.query(query) { _ in }], in: seeded)
    case .sql(let sql):
      let changed = try seeded.clone(StateLabel("the changed state"), applying: [try script(sql)])
      defer { changed.drop() }
      return try outcomes(of: all ? manifest.queries : [try self.query(query) { _ in }], in: changed)
    case .text(let text):
      return try outcomes(of: [try self.query(query) { $0.statement.text = text }], in: seeded)
    case .setting(let name, let value):
      return try outcomes(of: [try self.query(query) { $0.session.settings[name] = value }], in: seeded)
    }
  }

  /// The outcome of a query of any text, before and after a change.
  func outcome(of item: CauseCase) throws -> CaseOutcome {
    func query(_ text: String) throws -> Query {
      try self.query("any") { query in
        query.statement.text = text
        if item.parameters.isEmpty { return }
        query.cases = [
          QueryCase(
            name: item.isGeneric ? "generic" : nil, parameters: .positional(item.parameters), isGeneric: item.isGeneric)
        ]
      }
    }
    let before = try item.setup.map { sql in
      try seeded.clone(StateLabel("the state before"), applying: [try script(sql)])
    }
    defer { before?.drop() }
    let recorded = try #require(try (before ?? seeded).capture(of: [try query(item.query)])["any"])
    // As it is read from disk.
    let baseline = try BaselineFile.capture(
      parsing: BaselineFile.text(recorded.baseline(keepsPlansWithoutSeqScans: false)))
    let accepted = Capture(label: .baseline, queries: [baseline])
    let after = try item.change.map { sql in
      try (before ?? seeded).clone(StateLabel("the state after"), applying: [try script(sql)])
    }
    defer { after?.drop() }
    let now = try (after ?? before ?? seeded).judged(
      [try query(item.text ?? item.query)], against: Background { accepted })
    return try #require(now.cases.first)
  }

  /// A step that runs some SQL.
  func script(_ sql: String) throws -> SeedStep {
    let file = "\(server.directory)/change.sql"
    try sql.write(toFile: file, atomically: true, encoding: .utf8)
    return .script(file)
  }

  func queries(_ names: String...) throws -> [Query] { try names.map { try query($0) { _ in } } }

  func policies(_ queries: [Query]) -> Policies { manifest.policies(of: queries) }

  private func query(_ name: String, changed change: (inout Query) -> Void) throws -> Query {
    var query = try #require(manifest.queries.first { $0.name == name.split(separator: "@")[0] })
    change(&query)
    return query
  }
}
