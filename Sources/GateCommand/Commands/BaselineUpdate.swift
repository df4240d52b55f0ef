import PlanCore

/// What recording a query makes of its baseline.
struct BaselineUpdate {
  let query: Query
  /// With the facts of all relations.
  let fresh: QueryCapture
  /// Nil for a query that has no baseline yet.
  let old: QueryCapture?
  private let oldText: String?

  init(_ query: Query, _ fresh: QueryCapture, _ store: BaselineStore) throws(Diagnostic) {
    (self.query, self.fresh) = (query, fresh)
    old = try store.load(query.name)
    oldText = try store.text(of: query.name)
  }

  /// Why cases cannot be recorded, by their names.
  var problems: [(name: String?, text: String)] {
    fresh.answers.compactMap { answer in
      var advice = ""
      if case .timedOut = answer.result {
        advice = "\nraise 'timeout:' of the query or of the manifest, or make it faster"
      }
      return answer.result.problem.map { (answer.name, "\(CaseID(query.name, answer.name)): \($0)\(advice)") }
    }
  }

  /// The baseline with all cases as they are now, in the old words wherever they still say the same.
  var baseline: QueryCapture { kept(fresh.baseline(keepsPlansWithoutSeqScans: query.policy.requiresIndexable)) }

  /// Whether some cases can be accepted and the others stay as they were: what an older format lacks cannot be told for
  /// those.
  var takesSomeCases: Bool { old.map { $0.format == .newest && $0.serverMajor == fresh.serverMajor } ?? true }

  /// The baseline with some cases as they are now, and the others as they were.
  func baseline(accepting isAccepted: (String?) -> Bool) -> QueryCapture {
    var mixed = fresh
    var staying = old
    staying?.answers.removeAll { answer in isAccepted(answer.name) || fresh.answer(named: answer.name) == nil }
    mixed.answers = fresh.answers.compactMap { answer in
      isAccepted(answer.name) ? answer : staying?.answer(named: answer.name)
    }
    if let staying {
      // Their plans were made from these.
      for relation in staying.relationsCompared {
        if let facts = staying.facts[relation] { mixed.facts.relations[relation] = facts }
      }
    }
    return kept(mixed.baseline(keepsPlansWithoutSeqScans: query.policy.requiresIndexable))
  }

  /// The text of a new baseline; nil if the file says the same.
  ///
  /// - Throws: for one that cannot be read back, as its plan has nodes that plangate does not know.
  func text(of baseline: QueryCapture) throws(Diagnostic) -> String? {
    let text = BaselineFile.text(baseline)
    if text == oldText { return nil }
    do { _ = try BaselineFile.capture(parsing: text) } catch {
      throw Diagnostic("plangate could not read its baseline back: \(error.message)")
    }
    return text
  }

  /// A capture with the old words wherever they still say the same.
  private func kept(_ fresh: QueryCapture) -> QueryCapture {
    guard let old, fresh.serverMajor == old.serverMajor else { return fresh }
    var merged = fresh
    merged.answers = fresh.cases.map { item in
      let before = old.capturedCase(named: item.name)
      let kept = before.map { item.isSubstantiallyEqual(to: $0) ? $0 : item } ?? item
      return CapturedAnswer(name: item.name, result: .plan(kept))
    }
    if fresh.format == old.format, fresh.facts.isSubstantiallyEqual(to: old.facts) { merged.facts = old.facts }
    // A file that changes anyway gets what an older plangate did not record.
    if merged != old { merged.addParameterTypes(of: fresh) }
    return merged
  }
}
