import OperatingSystem
import PlanCore

/// `plangate migrate`.
struct MigrateRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let reported = ReportedRun(options, console, environment)
    return try reported.run { (outcome) throws(Diagnostic) in
      var run = try GateRun(options, console: console, environment: environment, names: [])
      run.whenAbandoned = reported.whenAbandoned(outcome)
      outcome.selection = run.selection
      guard let range = try range(run.manifest) else {
        console.say("no migration is pending: \(options.base ?? "the base") has all of them")
        return try reported.finish(&outcome)
      }
      try run.withDatabase(
        of: run.manifest.migrated(range.lowerBound), on: options.postgres.first
      ) { (base) throws(Diagnostic) in
        outcome.servers = [base.server.version]
        outcome.serverAddress = base.server.host.address
        let judged = try judged(run, range, base)
        (outcome.before, outcome.cases, outcome.notes) = (judged.before, judged.cases, judged.notes)
        outcome.migrations = judged.migrations
        console.progress.clear()
        try checkInterruption()
        try reported.finish(&outcome)
      }
    }
  }

  /// The migrations from the first to the last that is reported; nil if there are none.
  private func range(_ manifest: Manifest) throws(Diagnostic) -> Range<Int>? {
    guard !manifest.migrations.isEmpty else {
      throw Diagnostic(
        "plangate migrate needs 'migrations:' in the manifest\nlist there the directory of the migrations",
        file: manifest.path)
    }
    var positions: [Int] = []
    if options.names.isEmpty, let name = options.base {
      let revision = try BaseRevision(name, of: options.manifest, environment: environment)
      defer { revision.remove() }
      positions = manifest.migrations.indices.filter { index in
        // What a command does is not seen, so it may be pending.
        manifest.migrations[index].file.map { !revision.contains($0, beside: options.manifest) } ?? true
      }
      if positions.isEmpty { return nil }
    }
    for name in options.names {
      let position = manifest.migrations.firstIndex { migration in
        migration.name == name || migration.file.map { absolutePath($0) == absolutePath(name) } ?? false
      }
      guard let position else {
        let names = manifest.migrations.map(\.name)
        throw Diagnostic(
          "'\(name)' is no migration of the manifest\(suggestion(for: name, among: names))", file: manifest.path)
      }
      positions.append(position)
    }
    guard let first = positions.min(), let last = positions.max() else { return 0..<manifest.migrations.count }
    return first..<last + 1
  }

  private func judged(_ run: GateRun, _ range: Range<Int>, _ base: DatabaseState) throws(Diagnostic) -> RunOutcome {
    let migrations = run.manifest.migrations[range]
    var before = base
    before.label = StateLabel("the state before \(migrations.first?.name ?? "")")
    let reference = try before.capture(of: run.selected).withoutUnchecked
    var state = base
    // The first migration after which each case failed and has failed since.
    var failedSince: [CaseID: Migration] = [:]
    var history: [CaseID: [CaseOutcome.Step]] = [:]
    for query in reference.queries.values {
      for item in query.cases {
        history[CaseID(query.query, item.name)] = [CaseOutcome.Step(label: "before", plan: item.plan)]
      }
    }
    let locks = reference.locks(run.selected)
    var reports: [MigrationReport] = []
    var judged: RunOutcome?
    var capture = reference
    defer { if state.name != base.name { state.drop() } }
    for (number, migration) in migrations.enumerated() {
      console.progress.show("migrations", number, of: migrations.count, migration.name)
      let observer = MigrationObserver(file: migration.file ?? migration.name)
      let next = try state.clone(
        StateLabel("the state after \(migration.name)"), applying: [migration.step], observer: observer)
      let (last, lastCapture) = (state, capture)
      defer { if last.name != base.name { last.drop() } }
      state = next
      var report = observer.finished(locks)
      let outcome: RunOutcome
      (outcome, capture) = try state.judgedCapture(run.selected, against: Background { reference })
      try checkInterruption()
      if options.runsDown {
        let written = Set(report.statements.flatMap(\.rowsWritten.keys))
        let way = WayDown(
          run: run, migration: migration, before: last, plans: lastCapture, after: state, written: written)
        report.downProblems = try way.problems()
      }
      reports.append(report.judged(by: run.manifest.migrationRules))
      for item in outcome.cases {
        if let plan = item.comparison?.current.plan {
          history[item.id, default: []].append(CaseOutcome.Step(label: report.file, plan: plan))
        }
        if item.verdict == .regressed {
          if failedSince[item.id] == nil { failedSince[item.id] = migration }
        } else {
          failedSince[item.id] = nil
        }
      }
      judged = outcome
    }
    guard var judged else { preconditionFailure("there is at least one migration") }
    judged.migrations = reports
    judged.cases = FixTrial(run.selected, in: state).tried(judged.cases)
    for index in judged.cases.indices {
      let migration = failedSince[judged.cases[index].id]
      judged.cases[index].migration = migration.map { $0.file ?? $0.name }
      judged.cases[index].history = history[judged.cases[index].id] ?? []
    }
    return judged
  }
}

extension Capture {
  /// The capture without the cases that could not be planned, such as those of a column that a migration brings.
  fileprivate var withoutUnchecked: Capture {
    let planned = queries.values.map { query in
      var query = query
      query.answers.removeAll { if case .unchecked = $0.result { true } else { false } }
      return query
    }
    return Capture(label: label, queries: planned, unreadable: unreadable)
  }

  /// The locks that each case takes, in the order of the queries.
  fileprivate func locks(_ selected: [Query]) -> [(id: CaseID, locks: Set<RelationLock>)] {
    selected.flatMap { query -> [(id: CaseID, locks: Set<RelationLock>)] in
      guard let captured = queries[query.name] else { return [] }
      return captured.cases.map { (CaseID(query.name, $0.name), Observation($0, of: captured).locks) }
    }
  }
}
