import OperatingSystem
import PlanCore
import Postgres
import Reporting

/// `plangate review`.
struct ReviewRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    guard console.style.isTerminal, let keyboard = Keyboard() else {
      throw Diagnostic(
        "plangate review asks on a terminal, and this is none\n"
          + "plangate check shows what differs; plangate record QUERY accepts the plans of a query")
    }
    let run = try GateRun(options, console: console, environment: environment, names: options.names)
    return try run.withDatabase { (database) throws(Diagnostic) in
      var outcome = RunOutcome(manifest: options.manifest)
      outcome.servers = [database.server.version]
      let judged = try run.judged(database, on: options.postgres.first)
      (outcome.before, outcome.cases, outcome.notes) = (judged.before, judged.cases, judged.notes)
      var review = Review(run: run, database: database, outcome: outcome, keyboard: keyboard)
      return try review.status()
    }
  }
}

/// The questions of one review, and the baselines that it writes.
private struct Review {
  let run: GateRun
  let database: DatabaseState
  let outcome: RunOutcome
  let keyboard: Keyboard
  private var accepted: [String: Set<String?>] = [:]
  private var written = 0
  private var failures = 0
  private var page: (path: String, directory: PrivateDirectory)?

  private enum Answer { case accept, skip, quit }

  init(run: GateRun, database: DatabaseState, outcome: RunOutcome, keyboard: Keyboard) {
    (self.run, self.database, self.outcome, self.keyboard) = (run, database, outcome, keyboard)
  }

  private var console: Console { run.console }

  mutating func status() throws(Diagnostic) -> ExitStatus {
    let unchecked = outcome.cases.filter { $0.verdict == .unchecked }
    for item in unchecked { show(item) }
    let changed = outcome.cases.filter(\.isRecordable)
    if changed.isEmpty {
      let count = outcome.cases.count - unchecked.count
      console.print("nothing to review: \(count) \(count == 1 ? "case is" : "cases are") as the baselines have them")
      return unchecked.isEmpty ? .passed : .unchecked
    }
    var isEnded = false
    for (index, item) in changed.enumerated() where !isEnded {
      console.print("\n\(index + 1) of \(changed.count)")
      show(item)
      switch try answer(on: item) {
      case .accept: accepted[item.query, default: []].insert(item.caseName)
      case .skip: break
      case .quit: isEnded = true
      }
      let isLast = isEnded || index + 1 == changed.count || changed[index + 1].query != item.query
      if isLast { try write(item.query, changed.filter { $0.query == item.query }.map(\.caseName)) }
    }
    return end(changed, hasUnchecked: !unchecked.isEmpty)
  }

  private func show(_ item: CaseOutcome) {
    let text = TerminalReport.details(item, strict: true, manifest: outcome.manifest, style: console.style)
    if let text { console.print(text) }
  }

  // MARK: Asking

  private mutating func answer(on item: CaseOutcome) throws(Diagnostic) -> Answer {
    while true {
      console.print("\n[a]ccept  [s]kip  [o]pen the page  [q]uit")
      guard let key = keyboard.nextKey() else {
        try checkInterruption()
        return .quit
      }
      switch Unicode.Scalar(key) {
      case "a", "A", "y": return .accept
      case "s", "S", "n": return .skip
      case "q", "Q", "\u{4}": return .quit
      case "o", "O": try link(to: item)
      default: break
      }
    }
  }

  /// Prints a link, which terminals open: a browser that plangate started would end with it.
  private mutating func link(to item: CaseOutcome) throws(Diagnostic) {
    if page == nil {
      let directory: PrivateDirectory
      do { directory = try PrivateDirectory() } catch { throw Diagnostic(error.message) }
      let path = "\(directory.path)/review.html"
      do { try replaceFile(path, with: HTMLReport.text(outcome)) } catch {
        throw Diagnostic("cannot write the page: \(error.reason)", file: path)
      }
      page = (path, directory)
    }
    guard let page else { return }
    console.print("file://\(page.path)#\(HTMLReport.fragment(of: item))")
    console.print("the page is there until the review ends")
  }

  // MARK: Writing

  /// Writes the baseline of a query whose cases were all asked about.
  ///
  /// - Parameter changed: the names of those cases.
  private mutating func write(_ name: String, _ changed: [String?]) throws(Diagnostic) {
    guard let cases = accepted[name], let query = run.selected.first(where: { $0.name == name }) else { return }
    // What is recorded was run warm.
    guard let fresh = try database.capture(of: [query])[name] else { return }
    let store = BaselineStore(run.manifest.baselines, serverMajor: database.server.major)
    let update = try BaselineUpdate(query, fresh, store)
    let problems = update.problems.filter { cases.contains($0.name) }
    for problem in problems { console.print(problem.text.visibleText) }
    let acceptsAll = cases.isSuperset(of: changed) && update.problems.isEmpty
    guard problems.isEmpty, acceptsAll || update.takesSomeCases else {
      failures += problems.isEmpty ? 0 : 1
      accepted[name] = nil
      if problems.isEmpty {
        console.print(
          "\(store.path(of: name).visible) is older: all of its cases are accepted, or none; it is left as it was")
      }
      return
    }
    let baseline = acceptsAll ? update.baseline : update.baseline { cases.contains($0) }
    guard let text = try update.text(of: baseline) else { return }
    try store.save(text, query: name)
    written += 1
    console.print("written: \(store.path(of: name).visible)")
  }

  private func end(_ changed: [CaseOutcome], hasUnchecked: Bool) -> ExitStatus {
    let left = changed.filter { accepted[$0.query]?.contains($0.caseName) != true }
    console.print("\n\(changed.count - left.count) accepted, \(left.count) left as they were")
    let advice = RecordAdvice(manifest: run.manifest, environment: run.environment)
    for line in advice.lines([], hasWritten: written > 0) { console.print(line.visible) }
    if hasUnchecked || failures > 0 { return .unchecked }
    return left.contains { $0.isFailed(strict: false) } ? .failed : .passed
  }
}
