import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres
import Reporting
import Synchronization

/// The reports that the command line asks for.
struct ReportFiles: Sendable {
  private let targets: [(format: ReportFormat, target: ReportTarget)]
  private let writing = Writing()

  /// The right to write, which a signal moves to another thread.
  private final class Writing: Sendable {
    private struct State {
      var isTakenOver = false
      /// The pipes whose one document was begun, by their index.
      var streams: Set<Int> = []
    }

    private let state = Mutex(State())

    func takeOver() { state.withLock { $0.isTakenOver = true } }

    /// Whether a report may be written now.
    func begin(_ index: Int, _ target: ReportTarget, isTakenOver: Bool) -> Bool {
      state.withLock { $0.isTakenOver == isTakenOver && (target.isFile || $0.streams.insert(index).inserted) }
    }
  }

  init(_ options: Options) { targets = options.reportFiles.map { ($0.format, ReportTarget($0.path)) } }

  /// Replaces yesterday's reports before anything else happens, so that none can be read as today's, however this run
  /// ends.
  ///
  /// A pipe has no report of yesterday; it gets its one document at the end.
  func begin(_ outcome: RunOutcome) throws(Diagnostic) {
    var unfinished = outcome
    unfinished.error = "the run did not finish"
    try ReportFiles.check(failures(writing: unfinished) { $0.isFile }.map(\.problem))
  }

  /// Writes all reports.
  ///
  /// If one cannot be written, the others include the reason.
  func finish(_ outcome: RunOutcome) throws(Diagnostic) {
    var outcome = outcome
    var failures = failures(writing: outcome) { $0.isFile }
    let reason = outcome.error
    func addReasons() {
      outcome.error = ([reason].compactMap { $0 } + failures.map(\.problem.description)).joined(separator: "\n")
    }
    if !failures.isEmpty { addReasons() }
    failures += self.failures(writing: outcome) { !$0.isFile }
    guard !failures.isEmpty else { return }
    addReasons()
    let failed = failures.map(\.target)
    failures += self.failures(writing: outcome) { $0.isFile && !failed.contains($0) }
    try ReportFiles.check(failures.map(\.problem))
  }

  /// Writes all reports in place of `finish`, which runs on another thread and writes no more.
  ///
  /// A pipe that already has a part of its document gets nothing else.
  func takeOver(_ outcome: RunOutcome) {
    writing.takeOver()
    _ = failures(writing: outcome, isTakenOver: true) { $0.isFile }
    _ = failures(writing: outcome, isTakenOver: true) { !$0.isFile }
  }

  /// Writes some of the reports and continues after one of them fails.
  private func failures(
    writing outcome: RunOutcome, isTakenOver: Bool = false, to isWanted: (ReportTarget) -> Bool
  ) -> [(target: ReportTarget, problem: Diagnostic)] {
    var failures: [(target: ReportTarget, problem: Diagnostic)] = []
    let wanted = targets.indices.filter { isWanted(targets[$0].target) }
    // Each takes a while if plans have thousands of nodes.
    let texts = concurrentMap(wanted.map { targets[$0].format }) { $0.text(outcome) }
    for (index, text) in zip(wanted, texts) {
      let target = targets[index].target
      guard writing.begin(index, target, isTakenOver: isTakenOver) else { continue }
      do throws(Diagnostic) { try target.write(text) } catch { failures.append((target, error)) }
    }
    return failures
  }

  /// Throws all failures as one error.
  private static func check(_ failures: [Diagnostic]) throws(Diagnostic) {
    guard var failure = failures.first else { return }
    failure.message = ([failure.message] + failures.dropFirst().map(\.description)).joined(separator: "\n")
    throw failure
  }
}
