import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The common part of all commands: the manifest, the server, the seed, the capture.
struct GateRun {
  let options: Options
  let console: Console
  /// Cleared of the caller's PG*.
  let environment: [String: String]
  var manifest: Manifest
  var selected: [Query]
  /// The cases of all shards together.
  let selection: Selection
  /// Called once the server is stopped, if a signal ends the run while it computes.
  var whenAbandoned: (@Sendable (Int32) -> Void)?
  private let started = ContinuousClock.now

  init(_ options: Options, console: Console, environment: [String: String], names: [String]) throws(Diagnostic) {
    self.options = options
    self.console = console
    self.environment = environment
    manifest = try Manifest.load(options.manifest, today: Day.containing(.now))
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
    self.selected =
      options.shard.map { GateRun.part($0, of: selected, wholeQueries: options.command == .record) } ?? selected
  }

  /// Every N-th case, so that the parts differ by one case at most and heavy neighbours come apart.
  ///
  /// - Parameter wholeQueries: whether the cases of a query stay together, as a baseline has them.
  private static func part(_ shard: Shard, of queries: [Query], wholeQueries: Bool) -> [Query] {
    var number = 0
    func isMine() -> Bool {
      defer { number += 1 }
      return number % shard.count == shard.index - 1
    }
    if wholeQueries { return queries.filter { _ in isMine() } }
    return queries.compactMap { query in
      var part = query
      part.cases = query.cases.filter { _ in isMine() }
      return part.cases.isEmpty ? nil : part
    }
  }

  /// - Parameter choice: one of `--postgres`; nil for the server that fits the baselines.
  func installation(_ choice: String?) throws(Diagnostic) -> ServerInstallation {
    let major = BaselineStore.major(in: manifest.baselines, queries: manifest.queries.map(\.name))
    do {
      return try ServerInstallation.locate(choice, preferredMajor: major?.number, environment: environment)
    } catch { throw Diagnostic(error.message) }
  }

  /// Seeds and plans, each case warm, and calls `body` while the server is still up.
  func withCapture<Result>(
    where isWanted: (CaseID) -> Bool = { _ in true }, _ body: (Capture, DatabaseState) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try withDatabase { (database) throws(Diagnostic) in
      let start = ContinuousClock.now
      let capture = try database.capture(of: selected, where: isWanted)
      showTimes(database, since: start)
      try checkInterruption()
      let result = try body(capture, database)
      keepServer(database.server)
      return result
    }
  }

  /// Seeds a database and calls `body` while its server is up.
  func withDatabase<Result>(_ body: (DatabaseState) throws(Diagnostic) -> Result) throws(Diagnostic) -> Result {
    try withDatabase(on: options.postgres.first, body)
  }

  /// Seeds a database and calls `body` while its server is up.
  ///
  /// Calls can be nested: each has a server of its own, or a database of its own on a given one.
  ///
  /// - Parameters:
  ///   - other: the manifest with the seed; nil for the run's own.
  ///   - choice: one of `--postgres`; nil for the server that fits the baselines.
  func withDatabase<Result>(
    of other: Manifest? = nil, on choice: String?, _ body: (DatabaseState) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    var database = try open(other ?? manifest, choice)
    database.jobs = jobs(on: database.server.host)
    database.progress = console.progress
    Orphans.endAsTheyCome()
    console.step("ready (\(seconds(since: started)) s)")
    let (server, isGiven, whenAbandoned) = (database.server, options.server != nil, whenAbandoned)
    let result: Result
    do {
      result = try Interruption.shared.endingInTime(
        { signal in
          server.stop()
          whenAbandoned?(signal)
          // Also those that the server had started.
          Orphans.end()
          Program.reportEnd(by: signal, ofServer: !isGiven)
        },
        { () throws(Diagnostic) in
          // Whatever becomes of the cases, the seeded database is right, unless a case made the server crash.
          defer {
            if Interruption.shared.signal == nil, !database.server.mayHaveCrashed { database.whenDone?() }
          }
          return try body(database)
        })
    } catch {
      database.server.stop()
      throw error
    }
    guard database.server.stop() else {
      throw Diagnostic("a database of plangate's stays on \(database.server.host.address ?? "the server")")
    }
    return result
  }

  private func open(_ manifest: Manifest, _ choice: String?) throws(Diagnostic) -> DatabaseState {
    if let conninfo = options.server {
      return try GivenDatabase(
        conninfo: conninfo, libpqEnvironment: options.libpqEnvironment, manifest: manifest,
        allowedReach: options.allowedReach, environment: environment, console: console
      ).open()
    }
    return try SeededCluster(
      manifest: manifest, installation: try installation(choice), environment: environment, console: console,
      cache: try cache(), isShared: !options.keepsServer
    ).open()
  }

  /// How many cases run side by side.
  ///
  /// Each has two connections at the most; a few are left to others.
  private func jobs(on host: any ServerHost) -> Int {
    // Time is measured undisturbed.
    if manifest.measuresTime { return 1 }
    let connections =
      host.connectionLimit ?? manifest.configuration.settings["max_connections"].flatMap { Int($0) } ?? 100
    let wanted = options.jobs ?? min(16, ProcessInfo.processInfo.activeProcessorCount)
    return max(1, min(wanted, (connections - 6) / 2))
  }

  /// Says, under `--verbose`, what the cases took, and how much of it in the server.
  func showTimes(_ database: DatabaseState, since start: ContinuousClock.Instant) {
    let count = selected.reduce(0) { $0 + $1.cases.count }
    let time = database.serverTime
    console.step(
      "cases: \(count) (\(seconds(since: start)) s; in the server: EXPLAIN \(milliseconds(time.explain)) s, "
        + "clones \(milliseconds(time.clones)) s, together \(milliseconds(time.together)) s)")
  }

  /// Nil if the run uses no cache, or if the machine has no directory for one.
  private func cache() throws(Diagnostic) -> ClusterCache? {
    guard options.usesCache else { return nil }
    if let base = ClusterCache.base(environment), let reason = ClusterCache.distrust(base) {
      Console.warnOnce("the cache \(base) is not used: \(reason)")
      return nil
    }
    do { return try ClusterCache(environment: environment) } catch {
      console.sayOnce("no cache: \(error.message)")
      return nil
    }
  }

  /// Leaves the server up until a signal comes, if that was asked for.
  func keepServer(_ server: DatabaseServer) {
    guard options.keepsServer else { return }
    server.dropAbandoned()
    // Whoever looks at the database may also copy it, which works only without other sessions.
    server.closeConnections(to: server.seeded)
    console.print("")
    let isGiven = server.host.address != nil
    console.print("the \(isGiven ? "database" : "server") is up: psql '\(server.visibleURL(server.seeded))'")
    console.print("Ctrl-C \(isGiven ? "drops" : "stops") it")
    while Interruption.shared.signal == nil, !server.hasEnded { usleep(100_000) }
  }
}
