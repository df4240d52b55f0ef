import PlanCore
import Postgres
import Reporting

/// `plangate stability`: which plans would be others after the next ANALYZE.
///
/// They are fragile in production too.
struct StabilityRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  /// A runner-up that costs at most so much more is named.
  private static let margin = 1.05

  func run() throws(Diagnostic) -> ExitStatus {
    let run = try GateRun(options, console: console, environment: environment, names: options.names)
    return try run.withDatabase { (database) throws(Diagnostic) in
      let reference = observations(try capture(run, database))
      var flips: [CaseID: [CaseComparison]] = [:]
      for round in 1...options.runs {
        try checkInterruption()
        for (id, observation) in try reseeded(run, round: round, on: database) {
          guard let before = reference[id] else { continue }
          let comparison = CaseComparison(baseline: before, current: observation)
          if comparison.isShapeChanged { flips[id, default: []].append(comparison) }
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
  private func reseeded(
    _ run: GateRun, round: Int, on database: DatabaseState
  ) throws(Diagnostic) -> [CaseID: Observation] {
    let server = database.server
    var manifest = run.manifest
    manifest.wholeStatistics = false
    let started = ContinuousClock.now
    let name = server.newState()
    defer { try? server.drop(name) }
    var state = try DatabaseState.seed(manifest, on: server, as: name, database.steps)
    if round.isMultiple(of: 2) {
      do { try RowShuffle(connection: try server.connect(to: name)).run() } catch { throw server.diagnostic(error) }
      state = try DatabaseState(analyzing: name, on: server, manifest: manifest, database.steps)
    }
    console.step("re-seed \(round) (\(seconds(since: started)) s)")
    return observations(try capture(run, state))
  }

  /// Plans are all that counts here, so that no case runs twice.
  private func capture(_ run: GateRun, _ state: DatabaseState) throws(Diagnostic) -> Capture {
    try CaptureSession(of: run.selected, in: state, secondRun: { _, _ in false }).capture()
  }

  private func observations(_ capture: Capture) -> [CaseID: Observation] {
    var observations: [CaseID: Observation] = [:]
    for query in capture.queries.values {
      for item in query.cases {
        observations[CaseID(query.query, item.name)] = Observation(item, of: query)
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

  /// The setting that switches off each kind of node.
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
    _ run: GateRun, _ reference: [CaseID: Observation], in database: DatabaseState
  ) throws(Diagnostic) -> [CaseID: RunnerUp] {
    var found: [CaseID: RunnerUp] = [:]
    do {
      let runner = CaseRunner(
        connection: try database.server.connect(to: database.name), isWritable: true,
        time: database.serverTime, probe: database.probe)
      for query in run.selected {
        for item in query.cases {
          let id = query.id(of: item)
          guard let before = reference[id] else { continue }
          found[id] = try runnerUp(to: before, of: item, query, runner)
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
    _ run: GateRun, _ reference: [CaseID: Observation], _ flips: [CaseID: [CaseComparison]],
    _ runnersUp: [CaseID: RunnerUp]
  ) -> ExitStatus {
    func say(_ sentences: [String]) {
      for sentence in sentences.prefix(3) { console.print("             \(sentence.visible)") }
      if sentences.count > 3 { console.print("             … \(sentences.count - 3) more") }
    }
    var counts = (stable: 0, fragile: 0, unchecked: 0)
    for query in run.selected {
      for item in query.cases {
        let id = query.id(of: item)
        if reference[id] == nil {
          counts.unchecked += 1
          console.print("UNCHECKED  \(id)")
          continue
        }
        var isFragile = false
        if let comparisons = flips[id] {
          isFragile = true
          console.print("flips      \(id): \(comparisons.count) of \(options.runs) re-seeds chose a different plan")
          var said: [String] = []
          for sentence in comparisons.flatMap(\.differences).map(\.text) where !said.contains(sentence) {
            said.append(sentence)
          }
          say(said)
        }
        if let other = runnersUp[id], other.factor <= StabilityRun.margin {
          isFragile = true
          let percent = ((other.factor - 1) * 1000).rounded() / 10
          let cost = percent > 0 ? "costs \(percent) % more" : "costs no more"
          console.print("near       \(id): the runner-up, without \(other.without), \(cost)")
          say(other.comparison.differences.map(\.text))
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
  /// Whether all that differs is an Index Scan here and a Bitmap Heap Scan there, through the same indexes: such plans
  /// swap all the time, to no harm.
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
  /// Whether the planner had no other choice than what was switched off: a cost beyond measure up to 17, a mark from
  /// 18.
  fileprivate var isForced: Bool {
    var isForced = root.totalCost >= 1e10
    root.forEachNode { node, _ in if node.isTrue("Disabled") { isForced = true } }
    return isForced
  }
}
