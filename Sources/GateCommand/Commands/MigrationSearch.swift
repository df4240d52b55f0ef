import PlanCore

/// Finds the migration after which cases first fail.
///
/// It is a binary search over clones: each state is made from the last known good one by the migrations between them.
struct MigrationSearch {
  /// The migrations after the state that the search begins with.
  let migrations: [Migration]
  /// The cases that fail in a state, of some, and those that cannot be checked there.
  let verdicts: (Set<CaseID>, DatabaseState) throws(Diagnostic) -> Verdicts

  struct Verdicts {
    let failed: Set<CaseID>
    /// Most often their tables are not there yet.
    let unchecked: Set<CaseID>
  }

  /// Finds for each case the last migration that it passes before and fails after.
  ///
  /// Most often that is one of the newest, so the search goes back from the end in growing steps until it finds a state
  /// in which the case passes.
  ///
  /// - Parameters:
  ///   - cases: those that fail after all migrations.
  ///   - base: the state before them.
  /// - Returns: for each case the index of its migration; nothing for a case that never passes.
  func last(of cases: Set<CaseID>, after base: DatabaseState) throws(Diagnostic) -> [CaseID: Int] {
    var found: [CaseID: Int] = [:]
    var unchecked: [Int: Set<CaseID>] = [:]
    var failed = cases
    var bad = migrations.count
    var step = 1
    while bad > 0, !failed.isEmpty {
      try checkInterruption()
      let good = max(0, migrations.count - step)
      step *= 2
      let label = StateLabel(good == 0 ? "the seeded state" : "the state after \(migrations[good - 1].name)")
      let state = try base.clone(label, applying: migrations[..<good].map(\.step))
      defer { state.drop() }
      let verdicts = try verdicts(failed, state)
      unchecked[good] = verdicts.unchecked
      try narrow(failed.subtracting(verdicts.failed), from: good, state, to: bad, &found, &unchecked)
      (failed, bad) = (verdicts.failed, good)
    }
    // They fail since their table is there, as far as that was looked at; they may have passed in between.
    let doubtful = found.filter { unchecked[$0.value]?.contains($0.key) == true }
    guard let start = doubtful.values.min() else { return found }
    for id in doubtful.keys { found[id] = nil }
    return found.merging(try walk(Set(doubtful.keys), from: start + 1, base)) { $1 }
  }

  /// Looks at every state, where skipping some might skip those in which a case passes.
  ///
  /// - Parameter start: the number of migrations of the first state.
  private func walk(
    _ cases: Set<CaseID>, from start: Int, _ base: DatabaseState
  ) throws(Diagnostic) -> [CaseID: Int] {
    var found: [CaseID: Int] = [:]
    var passing: Set<CaseID> = []
    var state: DatabaseState?
    defer { state?.drop() }
    for count in start..<max(start, migrations.count) {
      try checkInterruption()
      let last = state
      defer { last?.drop() }
      state = try (last ?? base).clone(
        StateLabel("the state after \(migrations[count - 1].name)"),
        applying: migrations[(last == nil ? 0 : count - 1)..<count].map(\.step))
      guard let state else { break }
      let verdicts = try verdicts(cases, state)
      for id in passing.intersection(verdicts.failed) { found[id] = count - 1 }
      passing = cases.subtracting(verdicts.failed).subtracting(verdicts.unchecked)
    }
    for id in passing { found[id] = migrations.count - 1 }
    return found
  }

  /// - Parameters:
  ///   - cases: those that fail after all migrations, and not in `base`.
  ///   - base: the state before them.
  /// - Returns: for each case the index of its migration.
  func first(of cases: Set<CaseID>, after base: DatabaseState) throws(Diagnostic) -> [CaseID: Int] {
    var found: [CaseID: Int] = [:]
    var unchecked: [Int: Set<CaseID>] = [:]
    try narrow(cases, from: 0, base, to: migrations.count, &found, &unchecked)
    return found
  }

  /// - Parameters:
  ///   - good: how many migrations the state `state` has, in which no case fails.
  ///   - bad: after how many migrations all cases fail.
  ///   - unchecked: by the number of migrations, the cases that cannot be checked after them.
  private func narrow(
    _ cases: Set<CaseID>, from good: Int, _ state: DatabaseState, to bad: Int, _ found: inout [CaseID: Int],
    _ unchecked: inout [Int: Set<CaseID>]
  ) throws(Diagnostic) {
    if cases.isEmpty { return }
    if bad - good <= 1 {
      for id in cases { found[id] = good }
      return
    }
    try checkInterruption()
    let middle = (good + bad) / 2
    let label = StateLabel("the state after \(migrations[middle - 1].name)")
    let between = try state.clone(label, applying: migrations[good..<middle].map(\.step))
    defer { between.drop() }
    let verdicts = try verdicts(cases, between)
    unchecked[middle, default: []].formUnion(verdicts.unchecked)
    try narrow(verdicts.failed, from: good, state, to: middle, &found, &unchecked)
    try narrow(cases.subtracting(verdicts.failed), from: middle, between, to: bad, &found, &unchecked)
  }
}

extension Manifest {
  /// The manifest with its first migrations alone.
  func migrated(_ count: Int) -> Manifest {
    var manifest = self
    manifest.migrations = Array(migrations.prefix(count))
    return manifest
  }
}

extension GateRun {
  /// Names the migration that made each failing case fail.
  ///
  /// What cannot be found out stays unnamed.
  ///
  /// - Parameters:
  ///   - before: what the cases were judged against.
  ///   - choice: the one of `--postgres` that their server was chosen by.
  func nameMigrations(
    of cases: inout [CaseOutcome], against before: Capture, on choice: String?
  ) throws(Diagnostic) {
    // With `--base` some are judged against another state.
    let failed = Set(
      cases.filter { $0.verdict == .regressed && $0.comparison?.label == before.label }.map(\.id))
    if manifest.migrations.isEmpty || failed.isEmpty { return }
    console.progress.show("migrations", 0, of: manifest.migrations.count, "which one made cases fail")
    var found: [CaseID: Int] = [:]
    do {
      found = try withDatabase(of: manifest.migrated(0), on: choice) { (base) throws(Diagnostic) in
        let search = MigrationSearch(migrations: manifest.migrations) { (ids, state) throws(Diagnostic) in
          try verdicts(ids, in: state, against: before)
        }
        return try search.last(of: failed, after: base)
      }
    } catch {
      try checkInterruption()
      console.step("the migration that made cases fail is unknown: \(error.message)")
    }
    for index in cases.indices {
      guard let position = found[cases[index].id] else { continue }
      cases[index].migration = manifest.migrations[position].file ?? manifest.migrations[position].name
    }
  }

  /// The cases of some that fail in a state, and those that cannot be checked.
  func verdicts(
    _ ids: Set<CaseID>, in state: DatabaseState, against before: Capture
  ) throws(Diagnostic) -> MigrationSearch.Verdicts {
    let queries = selected.filter { query in query.cases.contains { ids.contains(query.id(of: $0)) } }
    let capture = try state.capture(of: queries, where: ids.contains)
    let outcome = judge(now: capture, before: before, policies: manifest.policies(of: queries))
    func cases(_ verdict: Verdict) -> Set<CaseID> {
      Set(outcome.cases.filter { $0.verdict == verdict }.map(\.id)).intersection(ids)
    }
    let verdicts = MigrationSearch.Verdicts(failed: cases(.regressed), unchecked: cases(.unchecked))
    console.step("\(state.label): \(verdicts.failed.count) of \(ids.count) cases fail")
    return verdicts
  }
}
