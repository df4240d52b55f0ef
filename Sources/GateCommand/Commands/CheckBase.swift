import OperatingSystem
import PlanCore
import Postgres

/// The state before the branch, for `check --base REV`.
///
/// Cases without a baseline are judged by their plans there, and of a failure it is said whether it was there.
struct CheckBase {
  private let run: GateRun
  let revision: BaseRevision
  /// Nil if the revision does not have the manifest.
  private let state: BaseState?

  /// Nil without `--base`.
  init?(_ run: GateRun) throws(Diagnostic) {
    guard let name = run.options.base else { return nil }
    self.run = run
    revision = try BaseRevision(name, of: run.options.manifest, environment: run.environment)
    do { state = try BaseState(revision, beside: run) } catch {
      revision.remove()
      throw error
    }
  }

  func remove() { revision.remove() }

  /// Judges the selected cases: those without a baseline against their plans in the base.
  func judged(in database: DatabaseState, against baselines: Background<Capture>) throws(Diagnostic) -> RunOutcome {
    guard let state else {
      var outcome = try database.judged(run.selected, against: baselines)
      outcome.notes.append(
        Note("\(revision.label) has no \(revision.manifestInRepository), so nothing is compared with it"))
      return outcome
    }
    let fresh = casesWithoutBaseline(in: baselines.value, of: state)
    var outcome: RunOutcome
    if fresh.isEmpty {
      outcome = try database.judged(run.selected, against: baselines)
    } else {
      let before = try state.capture { fresh.contains($0) }
      // A case that has no plan there stays new.
      let known = fresh.filter { if case .plan? = before[$0]?.result { true } else { false } }
      outcome = try database.judged(run.selected.cases(where: { !known.contains($0) }), against: baselines)
      outcome.add(try database.judged(run.selected.cases(where: known.contains), against: Background { before }))
    }
    try remark(on: &outcome, state, baselines: database.server.major)
    return outcome
  }

  private func casesWithoutBaseline(in baselines: Capture, of state: BaseState) -> Set<CaseID> {
    let there = state.run.selected.ids
    return run.selected.ids.filter {
      baselines.unreadable[$0.query] == nil && baselines[$0] == nil && there.contains($0)
    }
  }

  /// Says of each failure whether `check` fails there too.
  ///
  /// - Parameter major: of the server, whose baselines the base has in a directory of their own, if at all.
  private func remark(
    on outcome: inout RunOutcome, _ state: BaseState, baselines major: ServerMajor
  ) throws(Diagnostic) {
    let there = state.run.selected.ids
    let failing = outcome.cases.indices.filter { index in
      let item = outcome.cases[index]
      return item.isFailed(strict: run.options.isStrict) && item.verdict != .new && there.contains(item.id)
        && item.comparison.map { $0.label == .baseline } ?? true
    }
    if failing.isEmpty { return }
    let wanted = Set(failing.map { outcome.cases[$0].id })
    let captured = try state.capture(where: wanted.contains)
    let manifest = state.run.manifest
    let queries = state.run.selected.cases(where: wanted.contains)
    let accepted = BaselineStore(manifest.baselines, serverMajor: major).capture(of: queries.map(\.name))
    let before = judge(now: captured, before: accepted, policies: manifest.policies(of: queries))
    for item in before.cases {
      guard let index = failing.first(where: { outcome.cases[$0].id == item.id }) else { continue }
      let isUnchecked = outcome.cases[index].verdict == .unchecked
      let words: String? =
        switch item.verdict {
        case .new: nil
        case .unchecked: isUnchecked ? "it cannot be checked at \(state.label) either" : nil
        case .regressed, .improved, .changed, .passed:
          item.isFailed(strict: run.options.isStrict)
            ? "it fails at \(state.label) too" : "it does not fail at \(state.label)"
        }
      outcome.cases[index].remarks += words.map { [$0] } ?? []
    }
  }
}

extension RunOutcome {
  /// Adds cases that were judged against another state, in the manifest's order.
  fileprivate mutating func add(_ other: RunOutcome) {
    cases += other.cases.map { item in
      var item = item
      item.hasBaselines = true
      return item
    }
    cases = cases.enumerated().sorted { a, b in
      (a.element.position ?? 0, a.offset) < (b.element.position ?? 0, b.offset)
    }.map(\.element)
    for note in other.notes where !notes.contains(note) { notes.append(note) }
  }
}

extension [Query] {
  fileprivate var ids: Set<CaseID> { Set(flatMap { query in query.cases.map(query.id) }) }

  /// The queries with some of their cases, and no others.
  fileprivate func cases(where isWanted: (CaseID) -> Bool) -> [Query] {
    compactMap { query in
      var query = query
      let cases = query.cases.filter { isWanted(query.id(of: $0)) }
      query.cases = cases
      return query.cases.isEmpty ? nil : query
    }
  }
}
