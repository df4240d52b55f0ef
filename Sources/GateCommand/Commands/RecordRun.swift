import FoundationEssentials
import OperatingSystem
import PlanCore
import Reporting

/// `plangate record`.
struct RecordRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  /// The result of recording one query.
  private enum Result {
    case same
    case new([CaseComparison])
    case changed([CaseComparison], emptied: [String], isOlderFormat: Bool)
    case failed([String])
  }

  func run() throws(Diagnostic) -> ExitStatus {
    let run = try GateRun(options, console: console, environment: environment, names: options.names)
    return try run.withCapture { (capture, database) throws(Diagnostic) in
      try record(capture, run, BaselineStore(run.manifest.baselines, serverMajor: database.server.major))
    }
  }

  private func record(_ capture: Capture, _ run: GateRun, _ store: BaselineStore) throws(Diagnostic) -> ExitStatus {
    for note in capture.notes { console.say("note: \(note.visible)") }
    let queries = run.selected.compactMap { capture[$0.name] }
    let emptiness = emptinessNotes(queries)
    for note in emptiness + productionNotes(queries, capture.masked) {
      console.say("note: \((console.isVerbose ? note.fullText : note.text).visible)")
    }
    var counts = (same: 0, new: 0, changed: 0, failed: 0)
    for query in run.selected {
      guard let fresh = capture[query.name] else { continue }
      switch result(of: query, fresh, store) {
      case .same:
        counts.same += 1
        if console.isVerbose { console.print("same      \(query.name)") }
      case .new(let comparisons):
        counts.new += 1
        show("new", query, comparisons)
      case .changed(let comparisons, let emptied, let isOlderFormat):
        counts.changed += 1
        show("changed", query, comparisons, isOlderFormat: isOlderFormat)
        for sentence in emptied { console.print("  accepted, \(query.name): \(sentence.visible)") }
      case .failed(let reasons):
        counts.failed += 1
        console.print("FAILED    \(query.name)")
        for reason in reasons { console.print(indented(reason)) }
      }
    }
    let orphans = try prune(store, run)
    if let advice = run.selected.adviceOnValues { console.say("note: \(advice)") }
    let verb = options.onlyChecks ? "would be " : ""
    var parts = ["\(counts.same) unchanged"]
    if counts.new > 0 { parts.append("\(counts.new) \(verb)new") }
    if counts.changed > 0 { parts.append("\(counts.changed) \(verb)changed") }
    if options.prunes, orphans > 0 { parts.append("\(orphans) \(verb)removed") }
    if counts.failed > 0 { parts.append("\(counts.failed) failed and left as they were") }
    console.say("\(store.directory): \(parts.joined(separator: ", "))")
    if !options.onlyChecks {
      let hasWritten = counts.new + counts.changed + (options.prunes ? orphans : 0) > 0
      let advice = RecordAdvice(manifest: run.manifest, environment: environment)
      for line in advice.lines(emptiness, hasWritten: hasWritten) { console.say(line.visible) }
    }
    if counts.failed > 0 { return .unchecked }
    let differs = counts.new + counts.changed + (options.prunes ? orphans : 0) > 0
    return options.onlyChecks && differs ? .failed : .passed
  }

  /// What shows nothing, before it is accepted.
  private func emptinessNotes(_ queries: [QueryCapture]) -> [Note] {
    PlanCore.emptinessNotes(
      queries.flatMap { query in
        query.cases.map { (CaseID(query.query, $0.name).description, Observation($0, of: query), []) }
      })
  }

  /// What production shows and plangate hides, at the cases that are recorded.
  private func productionNotes(_ queries: [QueryCapture], _ masked: MaskedFacts) -> [Note] {
    PlanCore.productionNotes(
      queries.flatMap { query in
        query.cases.map { (CaseID(query.query, $0.name).description, Observation($0, of: query)) }
      }, masked)
  }

  // MARK: One query

  private func result(of query: Query, _ fresh: QueryCapture, _ store: BaselineStore) -> Result {
    do {
      let update = try BaselineUpdate(query, fresh, store)
      guard update.problems.isEmpty else { return .failed(update.problems.map(\.text)) }
      let (old, baseline) = (update.old, update.baseline)
      guard let text = try update.text(of: baseline) else { return .same }
      if !options.onlyChecks { try store.save(text, query: query.name) }
      let comparisons = baseline.cases.compactMap { comparison($0, old, fresh) }
      guard let old else { return .new(comparisons) }
      return .changed(comparisons, emptied: emptied(old, baseline), isOlderFormat: old.format < baseline.format)
    } catch {
      return .failed([error.description])
    }
  }

  /// The case before and now; nil if nothing changed.
  ///
  /// - Parameter fresh: with the facts of all relations, also of those that only the old plans read.
  private func comparison(_ item: CapturedCase, _ old: QueryCapture?, _ fresh: QueryCapture) -> CaseComparison? {
    let before = old?.capturedCase(named: item.name)
    guard before != item else { return nil }
    var fresh = fresh
    fresh.facts = fresh.facts.restricted(
      toCompared: fresh.relationsCompared.union(old?.relationsCompared ?? []))
    return CaseComparison(
      baseline: old.flatMap { old in before.map { Observation($0, of: old) } },
      current: Observation(item, of: fresh))
  }

  /// A sentence for each relation that had rows in the old baseline of a query and has none now.
  private func emptied(_ old: QueryCapture?, _ fresh: QueryCapture) -> [String] {
    guard let old else { return [] }
    var sentences: [String] = []
    for item in fresh.cases {
      guard let before = old.capturedCase(named: item.name) else { continue }
      let comparison = CaseComparison(
        baseline: Observation(before, of: old),
        current: Observation(item, of: fresh))
      for (relation, rows) in comparison.emptiedRelations {
        let sentence = "\(relation) is empty now; \(comparison.label) had \(Figures.grouped(rows)) rows"
        if !sentences.contains(sentence) { sentences.append(sentence) }
      }
    }
    return sentences
  }

  // MARK: Showing

  /// Prints the plans that are accepted, before and now, and every estimate that misses by more than the threshold.
  ///
  /// An estimate above the threshold must not be accepted unseen.
  private func show(
    _ word: String, _ query: Query, _ comparisons: [CaseComparison], isOlderFormat: Bool = false
  ) {
    let same =
      isOlderFormat
      ? ": the same plans, in the newest format" : ": the same plans; the catalog changed, or a case is gone"
    let detail = comparisons.isEmpty ? same : ""
    console.say("\(word.padding(to: 9)) \(query.name)\(detail)")
    for comparison in comparisons {
      let id = CaseID(query.name, comparison.current.captured.name)
      if comparison.baseline != nil, !comparison.isShapeChanged {
        console.say("  \(id): same plan; figures or catalog changed")
      } else if id.name != nil || comparison.baseline != nil {
        console.say("  \(id)")
      }
      for sentence in comparison.causes.map(\.text) + comparison.differences.map(\.text) {
        console.say("    \(sentence.visible)")
      }
      if let baseline = comparison.baseline, comparison.isShapeChanged {
        let lines = PlanTree.lines(before: baseline.plan, now: comparison.current.plan, indent: 4, style: console.style)
        for line in lines { console.say(line.isEmpty ? "" : "    " + line) }
      } else if comparison.baseline == nil, console.isVerbose {
        for line in PlanTree.lines(comparison.current.plan, indent: 4, style: console.style) {
          console.say("    " + line)
        }
      }
      let settings = query.policy.rules["row-estimate"] ?? RuleSettings(.rowEstimate)
      let misestimates = CaseComparison(baseline: nil, current: comparison.current)
        .misestimates(aboveThresholdOf: settings)
      for misestimate in misestimates {
        console.print("  accepted above the threshold, \(id): \(misestimate.finding.message.visible)")
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
