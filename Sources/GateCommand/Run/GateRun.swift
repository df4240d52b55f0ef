import FoundationEssentials
import PlanCore
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What all commands have in common: the manifest, the server, the seed, the capture.
struct GateRun {
  let options: Options
  let console: Console
  /// Cleared of the caller's PG*.
  let environment: [String: String]
  let manifest: Manifest
  let selected: [Query]
  /// Of all shards together.
  let selection: Selection

  init(_ options: Options, console: Console, environment: [String: String], names: [String]) throws(Diagnostic) {
    self.options = options
    self.console = console
    self.environment = environment
    manifest = try Manifest.load(options.manifest, today: GateRun.today())
    var selected = manifest.queries
    if !names.isEmpty {
      for name in names where !manifest.queries.contains(where: { isGlob(name, matching: $0.name) }) {
        if let at = name.firstIndex(of: "@"), manifest.queries.contains(where: { $0.name == name[..<at] }) {
          throw Diagnostic(
            "'\(name)' is a case; whole queries are checked and recorded: \(name[..<at])\n"
              + "plangate explain shows one case", file: manifest.path)
        }
        throw Diagnostic(
          "no query is called '\(name)'\(suggestion(for: name, among: manifest.queries.map(\.name)))",
          file: manifest.path)
      }
      selected = manifest.queries.filter { query in names.contains { isGlob($0, matching: query.name) } }
    }
    selection = manifest.selection(of: selected)
    self.selected = selected
  }

  /// The day in UTC, as `2026-11-21`.
  private static func today() -> String {
    Date.now.formatted(.iso8601.year().month().day())
  }

  func installation() throws(Diagnostic) -> ServerInstallation {
    let major = BaselineStore.major(in: manifest.baselines, queries: manifest.queries.map(\.name))
    do {
      return try ServerInstallation.locate(options.postgres, preferredMajor: major, environment: environment)
    } catch { throw Diagnostic(error.message) }
  }

  /// Seeds and plans, and calls `body` while the server is still up.
  func withWarmCapture<Result>(
    filter: (QueryCase) -> Bool = { _ in true }, _ body: (Capture) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try withDatabase { (database) throws(Diagnostic) in
      let result = try body(Capture(of: selected, in: database, isWarm: true, where: filter))
      keepServer(database.server)
      return result
    }
  }

  /// Seeds a database and calls `body` while its server is up.
  func withDatabase<Result>(_ body: (SeededDatabase) throws(Diagnostic) -> Result) throws(Diagnostic) -> Result {
    let installation = try installation()
    let started = ContinuousClock.now
    let server: GateServer
    do { server = try GateServer(installation, manifest.configuration, environment: environment) } catch {
      throw manifest.settingError(in: error) ?? error
    }
    defer { server.stop() }
    console.step("server: PostgreSQL \(server.versionText) of \(installation.binaries) (\(seconds(since: started)) s)")
    return try body(try SeededDatabase.seed(manifest, on: server, environment: environment, console: console))
  }

  /// Leaves the server up until a signal comes, if that was asked for.
  func keepServer(_ server: GateServer) {
    guard options.keepsServer else { return }
    let client = server.clientEnvironment(.seeded)
    console.print("")
    console.print("the server is up: psql '\(client["DATABASE_URL"] ?? "")'")
    console.print("Ctrl-C stops it")
    while Interruption.shared.signal == nil, !server.hasEnded { usleep(100_000) }
  }
}
