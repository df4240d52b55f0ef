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

  private var steps: StepRunner { StepRunner(environment: environment, console: console) }

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
  private func clockReader(_ plan: SeedStates, _ database: DatabaseState) throws(Diagnostic) -> String? {
    guard plan.readsClock, plan.analyzed != nil else { return nil }
    return try database.clockReader(manifest.queries)
  }

  private static func clock(_ name: String) -> String {
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

  private func remember(_ name: String, _ plan: SeedStates) {
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

  private func discardCluster(of server: DatabaseServer) {
    server.halt()
    removeTree(server.cluster.dataDirectory)
  }

  private func start(_ server: DatabaseServer) throws(Diagnostic) {
    let started = ContinuousClock.now
    try server.start()
    tellStart(of: server, since: started)
  }

  private func tellStart(of server: DatabaseServer, since start: ContinuousClock.Instant) {
    console.step("server: PostgreSQL \(server.version) of \(installation.binaries) (\(seconds(since: start)) s)")
  }

  // MARK: Step by step

  /// The state that a run begins with.
  private struct Start {
    /// How many steps of the seed are done.
    var steps = 0
    /// How many migrations are done.
    var migrations = 0
    /// Whether the seed is done and analyzed.
    var isSeeded = false
    /// What the statistics of the analyzed seed were made from, where that can be seen.
    var basis: StatisticsBasis?
    /// What the steps did since the seed was analyzed, or all of them, that VACUUM and ANALYZE hide.
    var traces = SeedTraces()
    /// The last step that came from the cache.
    var step: SeedStates.Step?
  }

  /// Whether an earlier run has made a state and did not keep it; the next one will know of this run.
  private func isAskedAgain(_ state: String) -> Bool {
    let note = ContentHash.digits(of: ["asked for", state])
    if cache?.scan(note) != nil { return true }
    cache?.keep(SeedScan(), of: note)
    return false
  }

  private func built(
    _ plan: SeedStates, on server: DatabaseServer
  ) throws(Diagnostic) -> (database: DatabaseState, start: Start) {
    let began = ContinuousClock.now
    let start = try start(plan, on: server)
    let seeding = try Seeding(
      manifest, on: server, in: server.seeded, steps, after: start.traces, done: start.steps + start.migrations)
    if start.steps < plan.steps.count { try seed(plan, from: start.steps, seeding, on: server) }
    let basis = try plan.migrations.isEmpty ? nil : migrate(plan, from: start, seeding, on: server)
    let started = ContinuousClock.now
    var database = try DatabaseState(
      analyzing: server.seeded, on: server, manifest: manifest, steps, since: basis, seeding.traces)
    console.step("statistics (\(seconds(since: started)) s)")
    guard cache != nil, let state = plan.analyzed else { return (database, start) }
    if let name = try clockReader(plan, database) {
      console.sayOnce("not cached: \(SeededCluster.clock(name))")
      remember(name, plan)
      return (database, start)
    }
    let duration = ContinuousClock.now - began
    if isShared, start.isSeeded, duration < SeededCluster.passingSeed, !isAskedAgain(state) {
      // While a migration is being written, each of its versions is asked for once.
      return (database, start)
    }
    if isShared, duration < SeededCluster.quickSeed {
      // The verdict on an edited migration must not wait for a copy of the database.
      database.whenDone = { [database] in
        _ = try? keep(
          state, .seeded, title: "seeded", plan, on: server, database.traces, of: database, isRunOver: true)
      }
    } else {
      try keep(state, .seeded, title: "seeded", plan, on: server, database.traces, of: database)
    }
    return (database, start)
  }

  /// Migrations of a cached seed that took less are kept when they are asked for a second time.
  private static let passingSeed = Duration.seconds(1)

  /// A seed that took less is kept when the run is over, by moving its files; a longer one at once, in case that the
  /// run does not end.
  private static let quickSeed = Duration.seconds(5)

  private func seed(
    _ plan: SeedStates, from done: Int, _ seeding: Seeding, on server: DatabaseServer
  ) throws(Diagnostic) {
    // With migrations after it, the seed seldom changes.
    let snapshots = snapshots(plan, plan.steps, after: done, isLastKept: plan.migrations.isEmpty)
    for (index, step) in plan.steps.enumerated().dropFirst(done) {
      if snapshots.contains(index), let state = plan.steps[index - 1].state {
        try keep(state, .seeding, title: "\(index) of \(plan.steps.count) steps", plan, on: server, seeding.traces)
      }
      try seeding.run(step.step, after: index, of: plan.steps.count)
      try checkInterruption()
    }
  }

  /// Runs the migrations on the analyzed seed.
  ///
  /// - Returns: what the statistics were made from before them.
  private func migrate(
    _ plan: SeedStates, from start: Start, _ seeding: Seeding, on server: DatabaseServer
  ) throws(Diagnostic) -> StatisticsBasis? {
    var basis = start.basis
    if !start.isSeeded {
      let started = ContinuousClock.now
      let database = try DatabaseState(
        analyzing: server.seeded, on: server, manifest: manifest, steps, seeding.traces)
      basis = try DatabaseState.basis(server.seeded, on: server)
      console.step("statistics of the seed (\(seconds(since: started)) s)")
      // It is the last state of the same manifest without migrations.
      if let state = plan.seeded {
        try keep(state, .seeded, title: "seeded", plan, on: server, database.traces, of: database, isLast: false)
      }
      seeding.forgetTraces()
    }
    let (count, done) = (plan.migrations.count, start.migrations)
    let snapshots = snapshots(plan, plan.migrations, after: done, isLastKept: true)
    for (index, step) in plan.migrations.enumerated().dropFirst(done) {
      if snapshots.contains(index), let state = plan.migrations[index - 1].state {
        try keep(
          state, .migrating, title: "\(index) of \(count) migrations", plan, on: server, seeding.traces, basis: basis)
      }
      try seeding.run(step.step, after: index, of: count)
      try checkInterruption()
    }
    return basis
  }

  /// Puts the cluster into the latest state that the cache has, or makes a new one, and starts its server.
  private func start(_ plan: SeedStates, on server: DatabaseServer) throws(Diagnostic) -> Start {
    let started = ContinuousClock.now
    var launch: Result<Void, Diagnostic>?
    func take(_ state: String?) throws(Diagnostic) -> CacheEntry? {
      let entry = state.flatMap {
        cache?.take(
          $0, to: server.cluster.dataDirectory, owner: server.cluster.fileOwner, for: isShared ? .writing : .own
        ) { launch = Result { () throws(Diagnostic) in try server.launch() } }
      }
      if entry == nil, launch != nil {
        discardCluster(of: server)
        launch = nil
      }
      return entry
    }
    func found(_ what: String, _ start: Start) throws(Diagnostic) -> Start {
      console.step("seed: \(what) from the cache (\(seconds(since: started)) s)")
      server.hasCommonFiles = isShared
      try launch?.get()
      try server.enter()
      tellStart(of: server, since: started)
      return start
    }
    let count = plan.migrations.count
    for (index, step) in plan.migrations.enumerated().reversed() {
      guard let entry = try take(step.state) else { continue }
      return try found(
        "\(index + 1) of \(count) migrations",
        Start(
          steps: plan.steps.count, migrations: index + 1, isSeeded: true, basis: entry.basis, traces: entry.traces,
          step: step))
    }
    if let entry = try take(plan.seeded) {
      return try found(
        "all before the migrations",
        Start(steps: plan.steps.count, isSeeded: true, basis: entry.basis, step: plan.steps.last))
    }
    for (index, step) in plan.steps.enumerated().reversed() {
      guard let entry = try take(step.state) else { continue }
      return try found(
        "\(index + 1) of \(plan.steps.count) steps", Start(steps: index + 1, traces: entry.traces, step: step))
    }
    try makeCluster(plan, on: server)
    return Start()
  }

  /// Makes a new cluster, or takes an empty one from the cache, and starts its server.
  private func makeCluster(_ plan: SeedStates, on server: DatabaseServer) throws(Diagnostic) {
    let started = ContinuousClock.now
    let (target, owner) = (server.cluster.dataDirectory, server.cluster.fileOwner)
    if cache?.take(plan.initialised, to: target, owner: owner, for: .own) == nil {
      try server.makeCluster()
      console.step("initdb (\(seconds(since: started)) s)")
      // The seal shows later which of initdb's databases were not written to.
      if cache != nil { _ = try? ClusterFiles(target).seal() }
      // The first seed of a server build already has enough to keep.
      if cache?.list().contains(where: { $0.entry.chain.first == plan.initialised }) ?? false {
        keepFiles(
          plan.initialised, CacheEntry(kind: .initialised, server: installation.versionText, title: "empty cluster"),
          of: server)
      }
    }
    try start(server)
    do {
      try server.create(server.seeded)
      try server.make(roles: manifest.roles)
    } catch { throw server.diagnostic(error) }
  }
}
