import OperatingSystem
import PlanCore
import Reporting

extension BisectRun {
  /// Finds the first commit after a revision in which a case fails, against its plan at that revision.
  func bisect(
    _ run: GateRun, _ ids: Set<CaseID>, since base: String, _ reported: ReportedRun, _ outcome: inout RunOutcome
  ) throws(Diagnostic) {
    let commits = try BaseRevision.commits(after: base, of: options.manifest, environment: environment)
    guard !commits.isEmpty else { throw Diagnostic("there is no commit between \(base) and HEAD") }
    let before = try capture(base, run, ids)
    for answer in before.queries.values.flatMap(\.answers) {
      if let problem = answer.result.problem { throw Diagnostic("there is no plan at \(before.label): \(problem)") }
    }
    func judged(_ position: Int) throws(Diagnostic) -> RunOutcome {
      try checkInterruption()
      console.progress.show("commits", position, of: commits.count, String(commits[position].prefix(7)))
      var judged = judge(
        now: try capture(commits[position], run, ids), before: before,
        policies: run.manifest.policies(of: run.selected))
      judged.cases.removeAll { !ids.contains($0.id) }
      return judged
    }
    var bad = commits.count - 1
    var last = try judged(bad)
    guard last.cases.contains(where: { $0.verdict == .regressed }) else {
      let reason = last.cases.compactMap(\.reason).first.map { ": \($0)" } ?? ""
      throw Diagnostic("it does not fail at HEAD, \(commits.count) commits after \(before.label)\(reason)")
    }
    var good = -1
    while bad - good > 1 {
      let middle = (good + bad) / 2
      let found = try judged(middle)
      if found.cases.contains(where: { $0.verdict == .regressed }) {
        (bad, last) = (middle, found)
      } else {
        good = middle
      }
    }
    console.progress.clear()
    let commit = commits[bad]
    console.say("it first fails at commit \(bad + 1) of \(commits.count): \(commit)")
    for index in last.cases.indices where last.cases[index].verdict == .regressed {
      last.cases[index].remarks.append("it first fails at the commit \(commit.prefix(12))")
    }
    (outcome.before, outcome.cases, outcome.notes) = (last.before, last.cases, last.notes)
    try reported.finish(&outcome)
  }

  /// The plans of the cases at a revision.
  private func capture(_ name: String, _ run: GateRun, _ ids: Set<CaseID>) throws(Diagnostic) -> Capture {
    let revision = try BaseRevision(name, of: options.manifest, environment: environment)
    defer { revision.remove() }
    guard let state = try BaseState(revision, beside: run) else {
      throw Diagnostic("\(revision.label) has no \(revision.manifestInRepository)")
    }
    return try state.capture(where: ids.contains)
  }
}
