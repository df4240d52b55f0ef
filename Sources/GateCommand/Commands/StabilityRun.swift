import PlanCore
import Postgres
import Reporting

/// `plangate stability`: which plans would be others after the next ANALYZE. They are fragile in production too.
struct StabilityRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  /// A runner-up that costs at most so much more is named.
  private static let margin = 1.05

  func run() throws(Diagnostic) -> ExitStatus {
    let run = try GateRun(options, console: console, environment: environment, names: options.names)
    return try run.withDatabase { (database) throws(Diagnostic) in
      let reference = try observations(of: run, in: database)
      var flips: [String: [CaseComparison]] = [:]
      for round in 1...options.runs {
        try checkInterruption()
        let fresh = try observations(of: run, round: round, on: database.server)
        for (name, observation) in fresh {
          guard let before = reference[name] else { continue }
          let comparison = CaseComparison(baseline: before, current: observation)
          if comparison.isShapeChanged { flips[name, default: []].append(comparison) }
        }
      }
      try checkInterruption()
      let runnersUp = try runnersUp(run, reference, in: database)
      try checkInterruption()
      return report(run, reference, flips, runnersUp)
    }
  }

  // MARK: Re-seeding

  /// Seeds once more and lets ANALYZE take its random samples; every second time the rows lie in another order.
  private func observations(
    of run: GateRun, round: Int, on server: GateServer
  ) throws(Diagnostic) -> [String: Observation] {
    let name = server.reseeded(round)
    var manifest = run.manifest
    manifest.wholeStatistics = false
    defer { try? server.drop(name) }
    let started = ContinuousClock.now
    var database = try SeededDatabase.seed(manifest, on: server, as: name, environment: environment, console: console)
    if round.isMultiple(of: 2) {
      do { try Reordering(connection: try server.connect(to: name)).run() } catch { throw server.diagnostic(error) }
      database = try SeededDatabase(settling: name, on: server, manifest: manifest)
    }
    console.step("re-seed \(round) (\(seconds(since: started)) s)")
    return try observations(of: run, in: database)
  }

  private func observations(
    of run: GateRun, in database: SeededDatabase
  ) throws(Diagnostic) -> [String: Observation] {
    let capture = try Capture(of: run.selected, in: database) { _, _ in false }
    var observations: [String: Observation] = [:]
    for item in capture.items {
      for (queryCase, timed) in item.cases {
        guard case .plans(let plans) = timed.answer else { continue }
        observations[item.query.name(of: queryCase)] = Observation(
          capture.captured(queryCase, of: item.query, plans: plans), facts: capture.facts(of: item.query),
          serverMajor: capture.serverMajor)
      }
    }
    return observations
  }

  // MARK: Runners-up

  /// The cheapest other plan of a case.
  private struct RunnerUp {
    let factor: Double
    let without: String
    let comparison: CaseComparison
  }

  /// What switches off each kind of node.
  private static let switches: [String: (setting: String, value: String)] = [
    "Seq Scan": ("enable_seqscan", "off"), "Index Scan": ("enable_indexscan", "off"),
    "Index Only Scan": ("enable_indexonlyscan", "off"), "Bitmap Heap Scan": ("enable_bitmapscan", "off"),
    "Nested Loop": ("enable_nestloop", "off"), "Hash Join": ("enable_hashjoin", "off"),
    "Merge Join": ("enable_mergejoin", "off"), "Sort": ("enable_sort", "off"),
    "Incremental Sort": ("enable_incremental_sort", "off"), "Aggregate": ("enable_hashagg", "off"),
    "Materialize": ("enable_material", "off"), "Memoize": ("enable_memoize", "off"),
    "Gather": ("max_parallel_workers_per_gather", "0"), "Gather Merge": ("enable_gathermerge", "off"),
  ]

  private func runnersUp(
    _ run: GateRun, _ reference: [String: Observation], in database: SeededDatabase
  ) throws(Diagnostic) -> [String: RunnerUp] {
    var found: [String: RunnerUp] = [:]
    do {
      let runner = CaseRunner(
        connection: try database.server.connect(to: database.name), isWritable: true,
        time: database.serverTime)
      for query in run.selected {
        for item in query.cases {
          let name = query.name(of: item)
          guard let before = reference[name] else { continue }
          found[name] = try runnerUp(to: before, of: item, query, runner)
        }
      }
    } catch { throw database.server.diagnostic(error) }
    return found
  }

  private func runnerUp(
    to reference: Observation, of item: QueryCase, _ query: Query, _ runner: CaseRunner
  ) throws(ServerError) -> RunnerUp? {
    var types: Set<String> = []
    reference.plan.root.forEachNode { node, _ in types.insert(node.nodeType) }
    var best: RunnerUp?
    for type in types.sorted() {
      guard let (setting, value) = StabilityRun.switches[type] else { continue }
      // Releases differ in what can be switched off.
      let isKnown = try runner.connection.execute("SELECT FROM pg_catalog.pg_settings WHERE name = $1", [setting])
      if isKnown.rows.isEmpty { continue }
      var changed = query
      changed.session.settings[setting] = value
      guard var plan = try runner.plan(of: item, changed), !plan.isForced else { continue }
      plan.settings = reference.plan.settings
      var captured = reference.captured
      captured.plan = plan.canonical
      let comparison = CaseComparison(
        baseline: reference,
        current: Observation(captured, facts: reference.facts, serverMajor: reference.serverMajor))
      guard comparison.isShapeChanged, !comparison.isSameIndexesOtherwise else { continue }
      let factor = plan.root.totalCost / max(reference.plan.root.totalCost, 0.01)
      if factor < best?.factor ?? .infinity { best = RunnerUp(factor: factor, without: type, comparison: comparison) }
    }
    return best
  }

  // MARK: Report

  private func report(
    _ run: GateRun, _ reference: [String: Observation], _ flips: [String: [CaseComparison]],
    _ runnersUp: [String: RunnerUp]
  ) -> ExitStatus {
    func say(_ sentences: [String]) {
      for sentence in sentences.prefix(3) { console.print("             \(sentence.visible)") }
      if sentences.count > 3 { console.print("             … \(sentences.count - 3) more") }
    }
    var counts = (stable: 0, fragile: 0, unchecked: 0)
    for query in run.selected {
      for item in query.cases {
        let name = query.name(of: item)
        if reference[name] == nil {
          counts.unchecked += 1
          console.print("UNCHECKED  \(name)")
          continue
        }
        var isFragile = false
        if let comparisons = flips[name] {
          isFragile = true
          console.print("flips      \(name): \(comparisons.count) of \(options.runs) re-seeds have another plan")
          var said: [String] = []
          for sentence in comparisons.flatMap(\.differences) where !said.contains(sentence) { said.append(sentence) }
          say(said)
        }
        if let other = runnersUp[name], other.factor <= StabilityRun.margin {
          isFragile = true
          let percent = ((other.factor - 1) * 1000).rounded() / 10
          let cost = percent > 0 ? "costs \(percent) % more" : "costs no more"
          console.print("near       \(name): the runner-up, without \(other.without), \(cost)")
          say(other.comparison.differences)
        }
        if isFragile { counts.fragile += 1 } else { counts.stable += 1 }
      }
    }
    var words = "\(counts.stable) stable, \(counts.fragile) fragile"
    if counts.unchecked > 0 { words += ", \(counts.unchecked) unchecked" }
    console.print("\(words) in \(options.runs) re-seeds with sampled statistics")
    return counts.unchecked > 0 ? .unchecked : .passed
  }
}

extension CaseComparison {
  /// Whether all that differs is an Index Scan here and a Bitmap Heap Scan there, through the same indexes: such plans swap
  /// all the time, to no harm.
  fileprivate var isSameIndexesOtherwise: Bool {
    let changed = matching.pairs.filter { $0.baseline.accessDescription != $0.current.accessDescription }
    return !changed.isEmpty && changed.count == differences.count
      && changed.allSatisfy { pair in
        pair.baseline.access.usesIndex && pair.current.access.usesIndex
          && Set(pair.baseline.indexNames) == Set(pair.current.indexNames)
      }
  }
}

extension Plan {
  /// Whether the planner had no other choice than what was switched off: a cost beyond measure up to 17, a mark from 18.
  fileprivate var isForced: Bool {
    var isForced = root.totalCost >= 1e10
    root.forEachNode { node, _ in if node.isTrue("Disabled") { isForced = true } }
    return isForced
  }
}
