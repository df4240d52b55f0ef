/// Compares two captures, case by case.
///
/// - Parameters:
///   - before: what was accepted. A query that it does not have is new.
///   - policies: which cases are judged, in which order, and how.
///   - concurrently: calls its second argument with each number below the first one, in any order and on any threads,
///     and gives the results in order. Judging needs no other thread; plans with thousands of nodes take their time.
/// - Returns: the outcome with its cases and its notes. All else that a run knows is for the caller to add.
package func judge(
  now: Capture, before: Capture, policies: Policies,
  concurrently: (Int, @escaping @Sendable (Int) -> [JudgedCase]) -> [[JudgedCase]] = { count, judge in
    (0..<count).map(judge)
  }
) -> RunOutcome {
  let queries = policies.queries
  let judged = concurrently(queries.count) { index in
    QueryComparison(queries[index], now: now, before: before).judged
  }
  var outcome = RunOutcome(manifest: policies.manifest)
  outcome.before = before.label
  outcome.cases = judged.joined().map(\.outcome)
  outcome.notes =
    majorNotes(queries, now, before) + formatNotes(queries, before) + now.notes.map { Note($0) }
  for (query, cases) in zip(queries, judged) {
    // A shard may have only some of the cases that a waiver is for.
    if query.cases.count == query.allNames.count {
      outcome.notes += waiverNotes(query, used: cases.flatMap(\.usedWaivers), policies)
    }
    outcome.notes += goneCaseNotes(query, before)
  }
  let indexable = Set(queries.filter(\.policy.requiresIndexable).map(\.name))
  outcome.notes +=
    settingNotes(outcome.cases, before) + judgeabilityNotes(outcome.cases, indexable)
    + emptinessNotes(
      outcome.cases.compactMap { item in item.comparison.map { (item.name, $0.current, item.findings) } })
    + sizeNotes(outcome.cases, before)
    + productionNotes(outcome.cases.compactMap { item in item.comparison.map { (item.name, $0.current) } }, now.masked)
  return outcome
}

/// The outcome of a case, and the waivers that match something in it.
package struct JudgedCase: Sendable {
  package var outcome: CaseOutcome
  package var usedWaivers: [Waiver] = []
}

/// One query in two captures.
private struct QueryComparison {
  let query: ListedQuery
  let now: QueryCapture?
  let before: QueryCapture?
  /// Why the state before cannot be read.
  let problem: String?
  let label: StateLabel

  init(_ query: ListedQuery, now: Capture, before: Capture) {
    self.query = query
    label = before.label
    problem = now.unreadable[query.name] ?? before.unreadable[query.name]
    var (fresh, accepted) = (now[query.name], before[query.name])
    // The facts of the relations that either side reads: what happens to others is no cause.
    let relations = (fresh?.relationsCompared ?? []).union(accepted?.relationsCompared ?? [])
    if let facts = fresh?.facts { fresh?.facts = facts.restricted(toCompared: relations) }
    if let facts = accepted?.facts { accepted?.facts = facts.restricted(toCompared: relations) }
    // A fresh capture also names what its plans read, which a baseline does not.
    if let read = accepted?.relationsRead { accepted?.facts.named.subtract(read) }
    (self.now, self.before) = (fresh, accepted)
  }

  var judged: [JudgedCase] { query.cases.map(judged) }

  private func judged(_ listed: ListedCase) -> JudgedCase {
    var outcome = CaseOutcome(query: query.name, caseName: listed.name, verdict: .unchecked)
    outcome.file = query.place?.file
    outcome.line = query.place?.line
    outcome.manifestLine = query.manifestLine
    outcome.sql = query.sql
    outcome.parameters = listed.parameters
    outcome.position = listed.position
    outcome.hasBaselines = label == .baseline
    func unchecked(_ reason: String) -> JudgedCase {
      outcome.reason = reason
      return JudgedCase(outcome: outcome)
    }
    guard let now, let answer = now.answer(named: listed.name) else { return unchecked(problem ?? "it was not run") }
    outcome.duration = answer.duration
    let captured: CapturedCase
    var timeout: String?
    switch answer.result {
    case .plan(let plan): captured = plan
    case .timedOut(let plan, let message): (captured, timeout) = (plan, message)
    case .unchecked(let reason): return unchecked(reason)
    }
    if let problem { return unchecked(problem) }
    var accepted: Observation?
    if let before, let answer = before.answer(named: listed.name) {
      guard case .plan(let plan) = answer.result else {
        return unchecked("\(label) has no plan of it: \(answer.result.problem ?? "")")
      }
      accepted = Observation(plan, of: before)
    }
    let comparison = CaseComparison(
      baseline: accepted, current: Observation(captured, of: now), label: label)
    if let reason = comparison.collapse { return unchecked(reason) }
    if let timeout, accepted == nil {
      let missing = label == .baseline ? "there is no baseline" : "\(label) has no plan"
      return unchecked("\(timeout); \(missing) to compare its plan with")
    }
    let judgement = judge(comparison, policy: query.policy, timeout: timeout)
    outcome.verdict = judgement.verdict
    outcome.findings = judgement.findings
    outcome.comparison = comparison
    outcome.emptyTables = comparison.current.emptyRelations.map(\.description)
    outcome.fixes = outcome.proposedFixes
    return JudgedCase(outcome: outcome, usedWaivers: judgement.usedWaivers)
  }
}

// MARK: Notes

private func majorNotes(_ queries: [ListedQuery], _ now: Capture, _ before: Capture) -> [Note] {
  var majors: [ServerMajor: ServerMajor] = [:]
  for query in queries {
    guard let fresh = now[query.name], let accepted = before[query.name], fresh.serverMajor != accepted.serverMajor
    else { continue }
    majors[accepted.serverMajor] = fresh.serverMajor
  }
  return majors.sorted { $0.key > $1.key }.map { Note(.otherMajor(before: $0.key, now: $0.value, label: before.label)) }
}

/// Baselines of an older format hold less than the program can compare.
private func formatNotes(_ queries: [ListedQuery], _ before: Capture) -> [Note] {
  let older = queries.count { query in before[query.name].map { $0.format < .newest } ?? false }
  return older == 0 ? [] : [Note(.olderFormat(older, label: before.label))]
}

private func waiverNotes(_ query: ListedQuery, used: [Waiver], _ policies: Policies) -> [Note] {
  query.policy.waivers.compactMap { waiver in
    let place = Place(file: policies.manifest, line: waiver.line)
    if waiver.isExpired(on: query.policy.today) { return Note(.expiredWaiver(waiver, query: query.name), at: place) }
    return used.contains(waiver) ? nil : Note(.unusedWaiver(waiver, query: query.name), at: place)
  }
}

private func goneCaseNotes(_ query: ListedQuery, _ before: Capture) -> [Note] {
  let gone = (before[query.name]?.answers ?? []).map(\.name).filter { !query.allNames.contains($0) }
  return gone.isEmpty ? [] : [Note(.goneCases(gone, query: query.name, label: before.label))]
}

/// Planner settings that differ, reported once and not for each case.
private func settingNotes(_ cases: [CaseOutcome], _ before: Capture) -> [Note] {
  var changes: [SettingChange] = []
  for comparison in cases.compactMap(\.comparison) {
    guard let settings = comparison.baseline?.plan.settings, settings != comparison.current.plan.settings else {
      continue
    }
    for change in comparison.settingChanges where !changes.contains(change) { changes.append(change) }
  }
  return changes.isEmpty ? [] : [Note(.settings(changes, label: before.label))]
}

/// A seed that is too small makes a gate worthless in silence.
///
/// - Parameter indexable: queries that are judged by what an index could serve.
private func judgeabilityNotes(_ cases: [CaseOutcome], _ indexable: Set<String>) -> [Note] {
  var (scans, unjudgeable) = (0, [String]())
  for item in cases where !indexable.contains(item.query) {
    guard let counts = item.comparison?.current.judgeability else { continue }
    scans += counts.scans
    // What a finding says of a scan is judged.
    let found = Set(item.findings.compactMap(\.path))
    unjudgeable += counts.unjudgeable.filter { !found.contains($0.path) }
      .map { "\(item.name): \($0.identity.description)" }
  }
  return unjudgeable.isEmpty ? [] : [Note(.unjudgeable(unjudgeable, of: scans))]
}

/// A seed that collapsed passes easily: what reads few rows reads few blocks.
private func sizeNotes(_ cases: [CaseOutcome], _ before: Capture) -> [Note] {
  var shrunk: [Note.Shrunk] = []
  for comparison in cases.compactMap(\.comparison) {
    for (name, old) in comparison.baseline?.facts.relations.sorted(by: { $0.key < $1.key }) ?? [] {
      guard let new = comparison.current.facts[name], old.rows >= 1000, new.rows < old.rows / 5 else { continue }
      let relation = Note.Shrunk(relation: name, before: old.rows, now: new.rows)
      if !shrunk.contains(relation) { shrunk.append(relation) }
    }
  }
  return shrunk.isEmpty ? [] : [Note(.shrunk(shrunk, label: before.label))]
}
