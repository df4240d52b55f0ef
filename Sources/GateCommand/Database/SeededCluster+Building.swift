import OperatingSystem
import PlanCore
import Postgres

/// The way from a state in the cache, or from an empty cluster, to the seeded and migrated database.
extension SeededCluster {
  /// The state that a run begins with.
  struct Start {
    /// How many steps of the seed are done.
    var steps = 0
    /// How many migrations are done.
    var migrations = 0
    /// Whether these steps are analyzed.
    var isAnalyzed = false
    /// What the statistics of the analyzed steps were made from, where that can be seen.
    var basis: StatisticsBasis?
    /// What the steps did that VACUUM and ANALYZE hide; of migrations only, where there are any.
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

  func built(
    _ plan: SeedStates, on server: DatabaseServer
  ) throws(Diagnostic) -> (database: DatabaseState, start: Start) {
    let began = ContinuousClock.now
    let start = try start(plan, on: server)
    let seeding = try Seeding(
      manifest, on: server, in: server.seeded, steps, after: start.traces, done: start.steps + start.migrations)
    var basis = start.basis
    if start.steps < plan.steps.count { basis = try seed(plan, from: start, seeding, on: server) }
    if !plan.migrations.isEmpty { basis = try migrate(plan, from: start, seeding, on: server) }
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
    if isShared, start.isAnalyzed, duration < SeededCluster.passingSeed, !isAskedAgain(state) {
      // While a migration or the last step is being written, each of its versions is asked for once.
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

  /// Steps after a cached and analyzed state that took less are kept when they are asked for a second time.
  private static let passingSeed = Duration.seconds(1)

  /// A seed that took less is kept when the run is over, by moving its files; a longer one at once, in case that the
  /// run does not end.
  private static let quickSeed = Duration.seconds(5)

  /// Runs the steps of the seed that are not done.
  ///
  /// - Returns: what the statistics were made from, if the last step alone comes after them.
  private func seed(
    _ plan: SeedStates, from start: Start, _ seeding: Seeding, on server: DatabaseServer
  ) throws(Diagnostic) -> StatisticsBasis? {
    var basis = start.basis
    // With migrations after it, the seed seldom changes.
    let snapshots = snapshots(plan, plan.steps, after: start.steps, isLastKept: plan.migrations.isEmpty)
    let count = plan.steps.count
    for (index, step) in plan.steps.enumerated().dropFirst(start.steps) {
      if index == count - 1, let state = plan.beforeLast, !start.isAnalyzed, try !hasEventTriggers(server) {
        // What comes now is edited again and again.
        basis = try analyze(state, "\(index) of \(count) steps", plan, seeding, on: server)
      } else if snapshots.contains(index), let state = plan.steps[index - 1].state {
        try keep(state, .seeding, title: "\(index) of \(count) steps", plan, on: server, seeding.traces)
      }
      try seeding.run(step.step, after: index, of: count)
      try checkInterruption()
    }
    return basis
  }

  /// Whether the seeded database has event triggers, which may write rows whatever a statement does.
  private func hasEventTriggers(_ server: DatabaseServer) throws(Diagnostic) -> Bool {
    do {
      let connection = try server.connect(to: server.seeded)
      defer { server.keep(connection, to: server.seeded) }
      return try connection.execute("SELECT FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'").rows.count > 0
    } catch { throw server.diagnostic(error) }
  }

  /// Analyzes the database amid its steps, and keeps that state.
  ///
  /// - Returns: what the statistics were made from.
  private func analyze(
    _ state: String?, _ title: String, _ plan: SeedStates, _ seeding: Seeding, on server: DatabaseServer
  ) throws(Diagnostic) -> StatisticsBasis? {
    let started = ContinuousClock.now
    let database = try DatabaseState(
      analyzing: server.seeded, on: server, manifest: manifest, steps, seeding.traces)
    let basis = try DatabaseState.basis(server.seeded, on: server)
    console.step("statistics of the seed (\(seconds(since: started)) s)")
    if let state {
      try keep(state, .seeded, title: title, plan, on: server, database.traces, of: database, isLast: false)
    }
    seeding.goOn(after: database.traces)
    return basis
  }

  /// Runs the migrations on the analyzed seed.
  ///
  /// - Returns: what the statistics were made from before them.
  private func migrate(
    _ plan: SeedStates, from start: Start, _ seeding: Seeding, on server: DatabaseServer
  ) throws(Diagnostic) -> StatisticsBasis? {
    var basis = start.basis
    if !start.isAnalyzed {
      // It is the last state of the same manifest without migrations.
      basis = try analyze(plan.seeded, "seeded", plan, seeding, on: server)
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
          steps: plan.steps.count, migrations: index + 1, isAnalyzed: true, basis: entry.basis, traces: entry.traces,
          step: step))
    }
    if let entry = try take(plan.seeded) {
      return try found(
        "all before the migrations",
        Start(steps: plan.steps.count, isAnalyzed: true, basis: entry.basis, step: plan.steps.last))
    }
    if let entry = try take(plan.beforeLast) {
      let done = plan.steps.count - 1
      let start = try found(
        "\(done) of \(plan.steps.count) steps and their statistics",
        Start(
          steps: done, isAnalyzed: true, basis: entry.basis, traces: entry.traces.asAnalyzed(after: done),
          step: plan.steps[done - 1]))
      if try !hasEventTriggers(server) { return start }
      // It was the last state of a shorter seed.
      discardCluster(of: server)
      (launch, server.hasCommonFiles) = (nil, false)
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
