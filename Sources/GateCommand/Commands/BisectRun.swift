import OperatingSystem
import PlanCore
import Reporting

/// `plangate bisect`.
struct BisectRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let reported = ReportedRun(options, console, environment)
    return try reported.run { (outcome) throws(Diagnostic) in
      let name = options.names[0]
      let queryName = name.split(separator: "@", maxSplits: 1).first.map(String.init) ?? name
      var run = try GateRun(options, console: console, environment: environment, names: [queryName])
      run.whenAbandoned = reported.whenAbandoned(outcome)
      let ids = try self.ids(run, name)
      if let base = options.base {
        return try bisect(run, ids, since: base, reported, &outcome)
      }
      let migrations = run.manifest.migrations
      guard !migrations.isEmpty else {
        throw Diagnostic(
          "plangate bisect needs 'migrations:' in the manifest\nlist there the directory of the migrations",
          file: run.manifest.path)
      }
      try run.withDatabase(of: run.manifest.migrated(0), on: options.postgres.first) { (base) throws(Diagnostic) in
        var base = base
        base.label = StateLabel("the state before the migrations")
        outcome.servers = [base.server.version]
        outcome.serverAddress = base.server.host.address
        let judged = try judged(run, ids, base)
        (outcome.before, outcome.cases, outcome.notes) = (judged.before, judged.cases, judged.notes)
        try reported.finish(&outcome)
      }
    }
  }

  /// The cases that were asked for: one, or all of a query.
  private func ids(_ run: GateRun, _ name: String) throws(Diagnostic) -> Set<CaseID> {
    let all = run.selected.flatMap { query in query.cases.map { query.id(of: $0) } }
    guard name.contains("@") else { return Set(all) }
    let chosen = all.filter { $0.description == name }
    guard !chosen.isEmpty else {
      throw Diagnostic(
        "no case is called '\(name)'\(suggestion(for: name, among: all.map(\.description)))", file: run.manifest.path)
    }
    return Set(chosen)
  }

  private func judged(_ run: GateRun, _ ids: Set<CaseID>, _ base: DatabaseState) throws(Diagnostic) -> RunOutcome {
    let migrations = run.manifest.migrations
    let queries = run.selected
    let reference = try base.capture(of: queries, where: ids.contains)
    for query in reference.queries.values {
      for answer in query.answers {
        guard let problem = answer.result.problem else { continue }
        throw Diagnostic("\(CaseID(query.query, answer.name)) has no plan before the migrations: \(problem)")
      }
    }
    let last = try base.clone(StateLabel("the state after all migrations"), applying: migrations.map(\.step))
    defer { last.drop() }
    let end = try last.capture(of: queries, where: ids.contains)
    var outcome = judge(now: end, before: reference, policies: run.manifest.policies(of: queries))
    outcome.cases.removeAll { !ids.contains($0.id) }
    let failed = Set(outcome.cases.filter { $0.verdict == .regressed }.map(\.id))
    for state in [base, last] { console.step("\(state.label): captured") }
    guard !failed.isEmpty else {
      let unchecked = outcome.cases.compactMap(\.reason).first.map { ": \($0)" } ?? ""
      let names = ids.map(\.description).sorted().joined(separator: ", ")
      throw Diagnostic("\(names) does not fail after all \(migrations.count) migrations\(unchecked)")
    }
    let search = MigrationSearch(migrations: migrations) { (ids, state) throws(Diagnostic) in
      try run.verdicts(ids, in: state, against: reference)
    }
    let found = try search.first(of: failed, after: base)
    for index in outcome.cases.indices {
      guard let position = found[outcome.cases[index].id] else { continue }
      let migration = migrations[position]
      outcome.cases[index].migration = migration.file ?? migration.name
      console.say(
        "\(outcome.cases[index].name) first fails after migration \(position + 1) of \(migrations.count): "
          + (migration.file ?? migration.name).visible)
    }
    outcome.cases = FixTrial(queries, in: last).tried(outcome.cases)
    return outcome
  }
}
