import OperatingSystem
import PlanCore
import Postgres

/// Holds a fresh capture against the committed baselines.
struct Judging {
  let capture: Capture
  let store: BaselineStore
  let baselines: Baselines
  /// How the manifest's queries are called, for orphans.
  let manifest: Manifest

  /// Captures some queries and judges them. A case that did not touch the very blocks that its baseline tells of, or that is
  /// not plainly passed, is judged by a second, warm run, as its baseline was recorded: the first can have touched more,
  /// for what the cases before it in its session did not look up in the catalog.
  static func outcomes(
    of queries: [Query], in database: SeededDatabase, store: BaselineStore, manifest: Manifest, selectsAll: Bool
  ) throws(Diagnostic) -> (cases: [CaseOutcome], notes: [String], notePlaces: [String: Place]) {
    let baselines = Baselines(queries.map(\.name), in: store)
    var capture = try Capture(of: queries, in: database) { work, plans in
      let accepted = try? baselines[work.query.name].get()?.capturedCase(named: work.item.name)
      return plans.plan.root.buffers != accepted?.plan.root.buffers
    }
    func judged() -> (cases: [CaseOutcome], notes: [String], notePlaces: [String: Place]) {
      Judging(capture: capture, store: store, baselines: baselines, manifest: manifest).outcomes(selectsAll: selectsAll)
    }
    let first = judged()
    let doubtful = first.cases.filter { item in
      item.comparison != nil && (item.verdict != .passed || !item.findings.isEmpty)
        && !item.findings.contains { $0.rule == Rule.timeoutID }
    }
    return capture.settle(Set(doubtful.map(\.name)), in: database) ? judged() : first
  }

  /// The outcome of each case, in the manifest's order, and what concerns the whole run.
  ///
  /// - Parameter selectsAll: whether all queries were selected.
  func outcomes(selectsAll: Bool) -> (cases: [CaseOutcome], notes: [String], notePlaces: [String: Place]) {
    var cases: [CaseOutcome] = []
    var notes = capture.notes
    var places: [String: Place] = [:]
    var majors: Set<Int> = []
    let queries = Dictionary(manifest.queries.map { ($0.name, $0) }) { first, _ in first }
    for (item, judged) in zip(capture.items, concurrentMap(capture.items, judgedCases)) {
      let baseline = try? baselines[item.query.name].get()
      if let baseline, baseline.serverMajor != capture.serverMajor { majors.insert(baseline.serverMajor) }
      cases += judged.map(\.outcome)
      // A shard may have only some of a query's cases.
      guard let whole = queries[item.query.name] else { continue }
      if whole.cases.count == item.cases.count {
        for (note, line) in waiverNotes(whole, used: judged.flatMap(\.usedWaivers)) {
          notes.append(note)
          places[note] = Place(file: manifest.path, line: line)
        }
      }
      notes += goneCases(whole, baseline)
    }
    let positions = manifest.casePositions
    for index in cases.indices { cases[index].position = positions[cases[index].name] }
    notes += settingNotes(cases) + judgeabilityNotes(cases) + sizeNotes(cases)
    for major in majors.sorted() {
      notes.insert(
        "the baselines are of PostgreSQL \(major), the server is \(capture.serverMajor): the headline rules judge, "
          + "the other rules only warn", at: 0)
    }
    if selectsAll {
      let orphans = store.orphans(among: manifest.queries.map(\.name)).filter { store.strangeness(of: $0) == nil }
      if !orphans.isEmpty {
        notes.append(
          "baselines whose query is gone (plangate record --prune removes them): \(orphans.joined(separator: ", "))")
      }
    }
    return (cases, notes, places)
  }

  private typealias Judged = (outcome: CaseOutcome, usedWaivers: [Waiver])

  /// The outcomes of a query's cases.
  private func judgedCases(of item: Capture.Item) -> [Judged] {
    let facts = capture.facts(of: item.query)
    return item.cases.map { outcome(of: $0, item.query, facts, baselines[item.query.name]) }
  }

  private func outcome(
    of captured: (item: QueryCase, answer: TimedAnswer), _ query: Query, _ facts: CatalogFacts,
    _ stored: Baselines.Baseline
  ) -> Judged {
    var outcome = CaseOutcome(query: query.name, caseName: captured.item.name, verdict: .unchecked)
    outcome.file = query.statement.file
    outcome.line = query.statement.firstLine
    outcome.manifestLine = query.manifestLine
    outcome.sql = query.statement.text
    outcome.parameters = captured.item.parameters.bound
    outcome.seconds = captured.answer.seconds
    let plans: CasePlans
    var timeout: String?
    switch captured.answer.answer {
    case .plans(let answer): plans = answer
    case .timedOut(let answer, let message): (plans, timeout) = (answer, message)
    case .writes: return (outcome.unchecked("it writes, and had no database of its own"), [])
    case .unchecked(let reason): return (outcome.unchecked(reason), [])
    }
    let baseline: QueryCapture?
    switch stored {
    case .success(let capture): baseline = capture
    case .failure(let error): return (outcome.unchecked(error.description), [])
    }
    let current = Observation(
      capture.captured(captured.item, of: query, plans: plans), facts: facts, serverMajor: capture.serverMajor)
    let before = baseline.flatMap { baseline in
      baseline.capturedCase(named: captured.item.name).map {
        Observation($0, facts: baseline.facts, serverMajor: baseline.serverMajor)
      }
    }
    let comparison = CaseComparison(baseline: before, current: current)
    if let reason = comparison.collapse { return (outcome.unchecked(reason), []) }
    if let timeout, before == nil {
      return (outcome.unchecked("\(timeout); there is no baseline to hold its plan against"), [])
    }
    let judgement = judge(comparison, policy: query.policy, timeout: timeout)
    outcome.verdict = judgement.verdict
    outcome.findings = judgement.findings
    outcome.comparison = comparison
    return (outcome, judgement.usedWaivers)
  }

  /// Planner settings that differ from the baselines', said once and not for each case.
  private func settingNotes(_ cases: [CaseOutcome]) -> [String] {
    var changes: [String] = []
    for comparison in cases.compactMap(\.comparison) {
      guard let before = comparison.baseline?.plan.settings, before != comparison.current.plan.settings else {
        continue
      }
      for change in comparison.settingChanges where !changes.contains(change) { changes.append(change) }
    }
    if changes.isEmpty { return [] }
    return [
      "planner settings differ from the baselines', so costs are not compared: \(changes.joined(separator: ", "))"
    ]
  }

  /// A seed that is too small makes a gate worthless in silence.
  private func judgeabilityNotes(_ cases: [CaseOutcome]) -> [String] {
    let indexable = Set(capture.items.filter(\.query.policy.requiresIndexable).map(\.query.name))
    let natural = cases.filter { !indexable.contains($0.query) }
    let counts = natural.compactMap { $0.comparison?.current.judgeability }
    let (scans, unjudgeable) = counts.reduce((0, 0)) { ($0.0 + $1.scans, $0.1 + $1.unjudgeable) }
    if unjudgeable == 0 { return [] }
    return [
      "\(unjudgeable) of \(scans) scans read the whole table although an index could serve, because it is small or most of "
        + "it is wanted: a lost index would not show there; seed more, or set seq-scan: {require: indexable}"
    ]
  }

  /// A seed that collapsed passes easily: what reads few rows reads few blocks.
  private func sizeNotes(_ cases: [CaseOutcome]) -> [String] {
    var shrunk: [String] = []
    var seen: Set<String> = []
    for comparison in cases.compactMap(\.comparison) {
      for (name, before) in comparison.baseline?.facts.relations.sorted(by: { $0.key < $1.key }) ?? [] {
        guard let now = comparison.current.facts[name], before.rows >= 1000, now.rows < before.rows / 5 else {
          continue
        }
        let words = "\(name) (\(Figures.grouped(before.rows)) -> \(Figures.grouped(now.rows)))"
        if seen.insert(words).inserted { shrunk.append(words) }
      }
    }
    if shrunk.isEmpty { return [] }
    return [
      "far fewer rows than the baselines were recorded on, so that little is judged: \(shrunk.joined(separator: ", "))"
    ]
  }

  /// What there is to say of waivers that excuse nothing, and the lines of the manifest that it is said of.
  private func waiverNotes(_ query: Query, used: [Waiver]) -> [(note: String, line: Int?)] {
    query.policy.waivers.compactMap { waiver in
      let what = "the waiver of \(waiver.rule) for \(query.name)\(waiver.relation.map { " (\($0))" } ?? "")"
      if let until = waiver.until, until < query.policy.today { return ("\(what) ended on \(until)", waiver.line) }
      return used.contains(waiver) ? nil : ("\(what) matches nothing", waiver.line)
    }
  }

  private func goneCases(_ query: Query, _ baseline: QueryCapture?) -> [String] {
    let gone = (baseline?.cases ?? []).filter { item in !query.cases.contains { $0.name == item.name } }
    if gone.isEmpty { return [] }
    let names = gone.map { $0.name ?? "(without a name)" }.joined(separator: ", ")
    return ["the baseline of \(query.name) has cases that are gone from the manifest: \(names)"]
  }
}

extension CaseOutcome {
  fileprivate func unchecked(_ reason: String) -> CaseOutcome {
    var outcome = self
    outcome.reason = reason
    return outcome
  }
}
