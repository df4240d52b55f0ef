import OperatingSystem
import PlanCore

extension DatabaseState {
  /// Captures some queries and compares them with another capture.
  ///
  /// A case whose first run did not touch the very blocks that were accepted, or that did not pass without a remark, is
  /// judged by a second, warm run, as what it is compared with was recorded.
  ///
  /// - Parameter before: what was accepted; it may still be read while the first cases run.
  func judged(_ queries: [Query], against before: Background<Capture>) throws(Diagnostic) -> RunOutcome {
    try judgedCapture(queries, against: before).outcome
  }

  /// The same, with the capture that was judged.
  func judgedCapture(
    _ queries: [Query], against before: Background<Capture>
  ) throws(Diagnostic) -> (outcome: RunOutcome, capture: Capture) {
    let queries = withValues(queries)
    var session = CaptureSession(
      of: queries, in: self,
      secondRun: { id, plan in
        guard case .plan(let accepted)? = before.value[id]?.result else { return plan.root.buffers != nil }
        return plan.root.buffers != accepted.plan.root.buffers
      })
    let policies = manifest.policies(of: queries)
    func judgedNow() throws(Diagnostic) -> (outcome: RunOutcome, capture: Capture) {
      let capture = try session.capture()
      let outcome = judge(now: capture, before: before.value, policies: policies) { count, judge in
        concurrentMap(Array(0..<count), judge)
      }
      return (outcome, capture)
    }
    let first = try judgedNow()
    let doubtful = first.outcome.cases.filter { item in
      item.comparison != nil && (item.verdict != .passed || !item.findings.isEmpty)
        && !item.findings.contains { $0.rule == Rule.timeoutID }
    }
    return session.runWarm(Set(doubtful.map(\.id))) ? try judgedNow() : first
  }
}
