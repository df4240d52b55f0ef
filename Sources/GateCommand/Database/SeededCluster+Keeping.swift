import OperatingSystem
import PlanCore
import Postgres

/// Which states of the cluster are kept in the cache, and how.
extension SeededCluster {
  /// The steps before which the cluster is kept.
  ///
  /// They are the last step, which changes most often, and the first one that differs from an earlier seed, since that
  /// one is being edited.
  ///
  /// - Parameter steps: those of the seed or the migrations.
  func snapshots(
    _ plan: SeedStates, _ steps: [SeedStates.Step], after done: Int, isLastKept: Bool
  ) -> Set<Int> {
    guard let cache else { return [] }
    var wanted: Set<Int> = isLastKept ? [steps.count - 1] : []
    let states = steps.map(\.state)
    for chain in cache.list().map(\.entry.chain) {
      let same = zip(chain, plan.chain).prefix { $0 == $1 }.count
      guard same > 0, same < plan.chain.count else { continue }
      if let index = states.firstIndex(of: plan.chain[same]) { wanted.insert(index) }
    }
    return wanted.filter { $0 > done }
  }

  /// Keeps the cluster as it is now.
  ///
  /// The server is stopped for a moment.
  ///
  /// - Parameters:
  ///   - isLast: whether no migration follows.
  ///   - isRunOver: whether the run no longer needs the cluster, so that its files can be moved.
  func keep(
    _ state: String, _ kind: CacheEntry.Kind, title: String, _ plan: SeedStates, on server: DatabaseServer,
    _ traces: SeedTraces, of database: DatabaseState? = nil, basis: StatisticsBasis? = nil,
    isLast: Bool = true, isRunOver: Bool = false
  ) throws(Diagnostic) {
    let started = ContinuousClock.now
    // If a file changed while the seed ran, the state was not made from the files that its name says.
    let again = cache.map(self.plan)
    guard again?.analyzed == state || again?.chain.contains(state) == true else {
      return console.sayOnce("not cached: a file of the seed changed while it ran")
    }
    server.dropAbandoned()
    var entry = CacheEntry(kind: kind, server: server.version.text, title: title)
    entry.project = absolutePath(manifest.path)
    entry.chain = plan.chain
    entry.traces = traces
    entry.basis = basis
    let sharing: ClusterFiles.Sharing
    do {
      if let database {
        let connection = try server.connect(to: server.seeded)
        entry.basis = try DatabaseState.basis(connection, of: server)
        (entry.sampled, entry.notAllVisible) = (database.report.sampled, database.report.notAllVisible)
        entry.overrides = database.report.overrides
        sharing = try SharedFiles.ofSeeded(connection)
      } else {
        sharing = try SharedFiles.ofMigrated(try server.newConnection(to: server.seeded), since: basis)
      }
    } catch { throw server.diagnostic(error) }
    try server.stopCleanly()
    let use: ClusterUse = !isShared ? .own : isLast && database != nil ? .reading : .writing
    let isKept = keepFiles(state, entry, of: server, sharing, for: use, moves: isRunOver)
    if isKept, use == .writing { server.hasCommonFiles = true }
    if !isRunOver { try server.start() }
    if isKept { console.step("cached for the next run (\(seconds(since: started)) s)") }
  }

  /// Copies the cluster's files into the cache.
  ///
  /// If that fails, the run goes on and the next one makes them again.
  ///
  /// - Parameters:
  ///   - use: what the run does with the cluster afterwards.
  ///   - moves: whether to move the files, where the cache is on the same file system.
  /// - Returns: whether the cache has it now; if not, the reason was printed.
  @discardableResult
  func keepFiles(
    _ state: String, _ entry: CacheEntry, of server: DatabaseServer, _ sharing: ClusterFiles.Sharing = .none,
    for use: ClusterUse = .own, moves: Bool = false
  ) -> Bool {
    guard let cache else { return false }
    func notCached(_ reason: String) -> Bool {
      let isFull = FullDisk.isMeant(by: reason)
      console.sayOnce(
        "not cached: \(reason)"
          + (isFull ? "; free some space there, or set PLANGATE_CACHE_DIR to a directory on another disk" : ""))
      return false
    }
    guard let draft = cache.draft() else { return notCached("cannot write to \(cache.base)") }
    var entry = entry
    let cluster = ClusterFiles(server.cluster.dataDirectory)
    do {
      (entry.directories, entry.files) = try cluster.seal(sharing)
      guard entry.size <= cache.limit else { return notCached("larger than the cache limit") }
      if !moves || !cluster.move(to: draft.cluster) {
        try cluster.copy(
          entry.directories, entry.files, to: draft.cluster, user: server.cluster.fileOwner, for: use)
      }
    } catch { return notCached(error.description) }
    guard cache.add(draft, entry, as: state) else { return notCached("cannot write to \(cache.base)") }
    cache.tidy()
    return true
  }
}
