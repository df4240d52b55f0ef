import FoundationEssentials
import OperatingSystem
import PlanCore
import Reporting

/// `plangate record`.
struct RecordRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  /// What recording one query came to.
  private enum Result {
    case same
    case new([CaseComparison])
    case changed([CaseComparison], emptied: [String])
    case failed([String])
  }

  func run() throws(Diagnostic) -> ExitStatus {
    let run = try GateRun(options, console: console, environment: environment, names: options.names)
    return try run.withWarmCapture { (capture) throws(Diagnostic) in try record(capture, run) }
  }

  private func record(_ capture: Capture, _ run: GateRun) throws(Diagnostic) -> ExitStatus {
    try checkInterruption()
    let store = BaselineStore(run.manifest.baselines, serverMajor: capture.serverMajor)
    for note in capture.notes { console.say("note: \(note.visible)") }
    var counts = (same: 0, new: 0, changed: 0, failed: 0)
    for item in capture.items {
      switch result(of: item, capture, store) {
      case .same:
        counts.same += 1
        if console.isVerbose { console.print("same      \(item.query.name)") }
      case .new(let comparisons):
        counts.new += 1
        show("new", item, comparisons)
      case .changed(let comparisons, let emptied):
        counts.changed += 1
        show("changed", item, comparisons)
        for sentence in emptied { console.print("  accepted, \(item.query.name): \(sentence.visible)") }
      case .failed(let reasons):
        counts.failed += 1
        console.print("FAILED    \(item.query.name)")
        for reason in reasons { console.print(indented(reason)) }
      }
    }
    let orphans = try prune(store, run)
    let verb = options.onlyChecks ? "would be " : ""
    var parts = ["\(counts.same) unchanged"]
    if counts.new > 0 { parts.append("\(counts.new) \(verb)new") }
    if counts.changed > 0 { parts.append("\(counts.changed) \(verb)changed") }
    if options.prunes, orphans > 0 { parts.append("\(orphans) \(verb)removed") }
    if counts.failed > 0 { parts.append("\(counts.failed) failed and left as they were") }
    console.say("\(store.directory): \(parts.joined(separator: ", "))")
    if counts.failed > 0 { return .unchecked }
    let differs = counts.new + counts.changed + (options.prunes ? orphans : 0) > 0
    return options.onlyChecks && differs ? .failed : .passed
  }

  // MARK: One query

  private func result(of item: Capture.Item, _ capture: Capture, _ store: BaselineStore) -> Result {
    do {
      let old = try store.load(item.query.name)
      let oldText = try store.text(of: item.query.name)
      let (fresh, problems) = capture.queryCapture(of: item)
      guard problems.isEmpty else { return .failed(problems) }
      let merged = old.map { keepingSame(fresh, $0) } ?? fresh
      let text = BaselineFile.text(merged)
      if text == oldText { return .same }
      // A baseline that cannot be read back is useless: the plan has nodes that plangate does not know.
      do { _ = try BaselineFile.capture(parsing: text) } catch {
        return .failed(["plangate could not read its baseline back: \(error.message)"])
      }
      if !options.onlyChecks { try store.save(text, query: item.query.name) }
      let comparisons = merged.cases.compactMap { comparison($0, old, fresh) }
      return old == nil ? .new(comparisons) : .changed(comparisons, emptied: emptied(old, fresh))
    } catch {
      return .failed([error.description])
    }
  }

  /// The fresh capture, with the old words wherever they still say the same.
  private func keepingSame(_ fresh: QueryCapture, _ old: QueryCapture) -> QueryCapture {
    guard fresh.serverMajor == old.serverMajor else { return fresh }
    var merged = fresh
    merged.cases = fresh.cases.map { item in
      guard let before = old.capturedCase(named: item.name), item.isSubstantiallyEqual(to: before) else { return item }
      return before
    }
    if fresh.facts.isSubstantiallyEqual(to: old.facts) { merged.facts = old.facts }
    return merged
  }

  /// What a case was and is, nil when it stays.
  private func comparison(_ item: CapturedCase, _ old: QueryCapture?, _ fresh: QueryCapture) -> CaseComparison? {
    let before = old?.capturedCase(named: item.name)
    guard before != item else { return nil }
    return CaseComparison(
      baseline: old.flatMap { old in before.map { Observation($0, facts: old.facts, serverMajor: old.serverMajor) } },
      current: Observation(item, facts: fresh.facts, serverMajor: fresh.serverMajor))
  }

  /// What had rows in the old baseline of a query and has none now, a sentence a relation.
  private func emptied(_ old: QueryCapture?, _ fresh: QueryCapture) -> [String] {
    guard let old else { return [] }
    var sentences: [String] = []
    for item in fresh.cases {
      guard let before = old.capturedCase(named: item.name) else { continue }
      let comparison = CaseComparison(
        baseline: Observation(before, facts: old.facts, serverMajor: old.serverMajor),
        current: Observation(item, facts: fresh.facts, serverMajor: fresh.serverMajor))
      for (relation, rows) in comparison.emptiedRelations {
        let sentence = "\(relation) is empty now; the baseline had \(Figures.grouped(rows)) rows"
        if !sentences.contains(sentence) { sentences.append(sentence) }
      }
    }
    return sentences
  }

  // MARK: Showing

  /// Prints what is accepted: the plan before and now, and every estimate that misses by more than the threshold, so that
  /// nobody accepts it unseen.
  private func show(_ word: String, _ item: Capture.Item, _ comparisons: [CaseComparison]) {
    let name = item.query.name
    let detail = comparisons.isEmpty ? ": the same plans, on other catalog facts or without a case that is gone" : ""
    console.say("\(word.padding(to: 9)) \(name)\(detail)")
    for comparison in comparisons {
      let caseName = comparison.current.captured.name.map { "@\($0)" } ?? ""
      if comparison.baseline != nil, !comparison.isShapeChanged {
        console.say("  \(name)\(caseName): same plan, other figures or facts")
      } else if !caseName.isEmpty || comparison.baseline != nil {
        console.say("  \(name)\(caseName)")
      }
      for sentence in comparison.causes + comparison.differences { console.say("    \(sentence.visible)") }
      if let baseline = comparison.baseline, comparison.isShapeChanged {
        let lines = PlanTree.lines(before: baseline.plan, now: comparison.current.plan, indent: 4, style: console.style)
        for line in lines { console.say(line.isEmpty ? "" : "    " + line) }
      } else if comparison.baseline == nil, console.isVerbose {
        for line in PlanTree.lines(comparison.current.plan, indent: 4, style: console.style) {
          console.say("    " + line)
        }
      }
      let settings = item.query.policy.rules["row-estimate"] ?? RuleSettings(.rowEstimate)
      let misestimates = CaseComparison(baseline: nil, current: comparison.current).misestimates(
        threshold: settings.number("threshold"), floor: settings.number("floor"), isAbsolute: true)
      for misestimate in misestimates {
        console.print("  accepted above the threshold, \(name)\(caseName): \(misestimate.finding.message.visible)")
      }
    }
  }

  private func indented(_ text: String) -> String {
    text.visibleLines.map { "  \($0)" }.joined(separator: "\n")
  }

  // MARK: Orphans

  /// Removes baselines whose query is gone when asked to, else names them.
  ///
  /// - Returns: how many there are.
  private func prune(_ store: BaselineStore, _ run: GateRun) throws(Diagnostic) -> Int {
    guard options.names.isEmpty || options.prunes else { return 0 }
    var count = 0
    for name in store.orphans(among: run.manifest.queries.map(\.name)) {
      if let strangeness = store.strangeness(of: name) {
        if options.prunes { console.say("kept      \(store.path(of: name).visible): \(strangeness)") }
        continue
      }
      count += 1
      if !options.prunes {
        console.say("orphan    \(name.visible): its query is gone; plangate record --prune removes the baseline")
      } else {
        if !options.onlyChecks { try store.remove(name) }
        console.say("removed   \(name.visible)")
      }
    }
    return count
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
