import OperatingSystem
import PlanCore
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Starts a server with the manifest's seeded database, taken from the cache as far as possible.
struct SeededCluster {
  var manifest: Manifest
  let installation: ServerInstallation
  /// The environment, cleared of the caller's PG* variables.
  let environment: [String: String]
  let console: Console
  let cache: ClusterCache?
  /// Whether the run only reads the seeded database, so that it may share the cache's files.
  let isShared: Bool

  var steps: StepRunner { StepRunner(environment: environment, console: console) }

  /// - Returns: the database, on a server that the caller stops.
  func open() throws(Diagnostic) -> DatabaseState {
    if manifest.findsRoles { return try withRoles().open() }
    let planning = Background { [self] in
      cache.map(plan) ?? SeedStates(uncached: manifest)
    }
    let server = try DatabaseServer(installation, manifest.configuration, environment: environment)
    do {
      var plan = planning.value
      if let name = rememberedClockReader(plan) { plan = plan.withoutClock(because: SeededCluster.clock(name)) }
      if let obstacle = plan.obstacle { console.sayOnce("not cached: \(obstacle)") }
      let started = ContinuousClock.now
      if let database = try cached(plan, on: server) {
        guard let name = try clockReader(plan, database) else {
          console.step("seed: from the cache (\(seconds(since: started)) s)")
          return database
        }
        plan = try startOver(plan, on: server, since: name)
      }
      let (database, start) = try built(plan, on: server)
      guard start.step?.readsClock == true, let name = try clockReader(plan, database) else { return database }
      plan = try startOver(plan, on: server, since: name)
      return try built(plan, on: server).database
    } catch {
      server.stop()
      throw manifest.settingError(in: error) ?? error
    }
  }

  func plan(with cache: ClusterCache) -> SeedStates {
    let opener = try? makeOpener()
    return SeedStates(manifest, installation, cache: cache) { path in
      guard let opener, let seed = try? opener.opener.open(path) else { return nil }
      guard seed.isArchive else { return .text(seed.bytes) }
      guard let program = try? installation.client("pg_restore", environment: environment) else { return nil }
      return opener.opener.schema(of: seed, program).map { .archive(schema: $0) }
    }
  }

  /// Opens files of the seed before there is a server, in a directory that is removed with the result.
  private func makeOpener() throws(Diagnostic) -> (opener: SeedOpener, directory: PrivateDirectory) {
    do {
      let directory = try PrivateDirectory()
      // A dump belongs to the repository, so root must not read it.
      let user = try manifest.seedsAsRoot ? nil : directory.stepUser(environment: environment)
      return (SeedOpener(directory: directory.path, user: user, environment: environment), directory)
    } catch { throw Diagnostic(error.message) }
  }

  /// The same with the roles that the manifest leaves to its files.
  private func withRoles() throws(Diagnostic) -> SeededCluster {
    let opener = try makeOpener()
    var result = self
    result.manifest.roles =
      NamedRoles.all(
        of: manifest, opener.opener, pgRestore: try? installation.client("pg_restore", environment: environment)
      ).missing
    result.manifest.findsRoles = false
    withExtendedLifetime(opener.directory) {}
    return result
  }

  // MARK: The clock

  /// The name of a view, function or policy that reads the clock, if cached rows would be affected by it.
  ///
  /// Rows that were "a minute ago" when they were cached no longer are. Which views and functions the queries use is
  /// known only when the database exists.
  func clockReader(_ plan: SeedStates, _ database: DatabaseState) throws(Diagnostic) -> String? {
    guard plan.readsClock, plan.analyzed != nil else { return nil }
    return try database.clockReader(manifest.queries)
  }

  static func clock(_ name: String) -> String {
    "the seed may read the clock, and so does \(name)\(SeedStates.clockAdvice)"
  }

  /// Resets the server to the state without a cluster, and leaves a note for the next run.
  private func startOver(
    _ plan: SeedStates, on server: DatabaseServer, since name: String
  ) throws(Diagnostic) -> SeedStates {
    let new = plan.withoutClock(because: SeededCluster.clock(name))
    if let obstacle = new.obstacle { console.sayOnce("not cached: \(obstacle)") }
    remember(name, plan)
    try server.stopCleanly()
    removeTree(server.cluster.dataDirectory)
    return new
  }

  func remember(_ name: String, _ plan: SeedStates) {
    guard let purpose = plan.purpose else { return }
    var note = SeedScan()
    note.readsClock = true
    note.obstacle = name
    cache?.keep(note, of: purpose)
  }

  private func rememberedClockReader(_ plan: SeedStates) -> String? {
    guard plan.readsClock, let note = plan.purpose.flatMap({ cache?.scan($0) }), note.readsClock else { return nil }
    return note.obstacle
  }

  // MARK: From the cache

  /// The seeded database as an earlier run left it.
  private func cached(_ plan: SeedStates, on server: DatabaseServer) throws(Diagnostic) -> DatabaseState? {
    guard let cache, let state = plan.analyzed else { return nil }
    let started = ContinuousClock.now
    var launch: Result<Void, Diagnostic>?
    let entry = cache.take(
      state, to: server.cluster.dataDirectory, owner: server.cluster.fileOwner, for: isShared ? .reading : .own
    ) { launch = Result { () throws(Diagnostic) in try server.launch() } }
    do {
      guard let entry else {
        try checkInterruption()
        if launch != nil { discardCluster(of: server) }
        return nil
      }
      try launch?.get()
      try server.enter(expecting: server.seeded)
      tellStart(of: server, since: started)
      let database = try DatabaseState(
        opening: server.seeded, on: server, manifest: manifest, steps,
        Statistics.Report(
          sampled: entry.sampled, notAllVisible: entry.notAllVisible, overrides: entry.overrides), entry.traces
      ) {
        cache.remove(state)
        return "the cached cluster is damaged and was removed; run plangate again"
      }
      // The catalog is read first, so that it does not disturb the measured time.
      if plan.readsClock || manifest.measuresTime { _ = try database.catalog }
      return database
    } catch {
      try checkInterruption()
      // Whatever is wrong with the entry, it is useless; this run seeds again.
      console.step("the cached cluster cannot be used: \(error.message)")
      cache.remove(state)
      discardCluster(of: server)
      return nil
    }
  }

  func discardCluster(of server: DatabaseServer) {
    server.halt()
    removeTree(server.cluster.dataDirectory)
  }

  func start(_ server: DatabaseServer) throws(Diagnostic) {
    let started = ContinuousClock.now
    try server.start()
    tellStart(of: server, since: started)
  }

  func tellStart(of server: DatabaseServer, since start: ContinuousClock.Instant) {
    console.step("server: PostgreSQL \(server.version) of \(installation.binaries) (\(seconds(since: start)) s)")
  }
}
