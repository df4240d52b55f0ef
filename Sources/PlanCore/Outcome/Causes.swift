extension CaseComparison {
  /// What changed in the world that the plan rests on, a sentence each: indexes, the query's text and parameters,
  /// settings, sizes, the server. Empty without a baseline.
  package var causes: [String] { causes(of: []) }

  /// The causes, those first that speak of what a finding that fails scanned, and of these those that fit the first such
  /// finding: a lost estimate hardly comes from an index, a lost index scan hardly from statistics.
  package func causes(of findings: [Finding]) -> [String] {
    guard let baseline else { return [] }
    let causes =
      definitionCauses(baseline) + indexCauses(baseline) + textCauses(baseline)
      + settingChanges.map { Cause(text: $0) } + sizeCauses(baseline)
      + (isOtherMajor ? [Cause(text: "server \(baseline.serverMajor) -> \(current.serverMajor)")] : [])
    let failing = findings.filter(\.isFailing)
    let scanned = Set(failing.flatMap { [$0.relation, $0.root].compactMap { $0 } })
    let fitting = failing.first?.rule == Rule.rowEstimate.id ? "statistics " : "index "
    func rank(_ cause: Cause) -> Int {
      (cause.relation.map(scanned.contains) ?? false ? 0 : 2) + (cause.text.hasPrefix(fitting) ? 0 : 1)
    }
    return (0..<4).flatMap { place in causes.filter { rank($0) == place }.map(\.text) }
  }

  private struct Cause {
    /// The one that changed; nil for what concerns all of the plan.
    var relation: RelationName?
    let text: String
  }

  private func definitionCauses(_ baseline: Observation) -> [Cause] {
    let (old, new) = (baseline.facts.definitions, current.facts.definitions)
    return old.sorted { $0.key < $1.key }.compactMap { name, fingerprint in
      if let now = new[name] { return now == fingerprint ? nil : Cause(text: "\(name) is defined otherwise") }
      return Cause(text: "\(name) is gone, or no longer named by the query")
    }
  }

  private func indexCauses(_ baseline: Observation) -> [Cause] {
    baseline.facts.relations.sorted { $0.key < $1.key }.flatMap { name, old in
      guard let new = current.facts[name] else { return [Cause(relation: name, text: "\(name) is gone")] }
      var sentences = columnCauses(name, old, new)
      for index in old.indexes {
        if let same = new.index(named: index.name) {
          if same.definition != index.definition {
            sentences.append("index \(index.name) of \(name) is now \(same.definition), was \(index.definition)")
          }
        } else if let like = new.indexes.first(where: { $0.definition == index.definition }) {
          sentences.append("index \(index.name) of \(name) is now called \(like.name)")
        } else {
          sentences.append("index \(index.name) of \(name) is gone: \(index.definition)")
        }
      }
      sentences += newIndexes(old, new).map { "index \($0.name) of \(name) is new: \($0.definition)" }
      return sentences.map { Cause(relation: name, text: $0) }
    }
  }

  private func columnCauses(_ name: RelationName, _ old: RelationFacts, _ new: RelationFacts) -> [String] {
    var sentences: [String] = []
    let types = Dictionary(new.columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    for column in old.columns {
      if let type = types[column.name] {
        if type != column.type { sentences.append("\(name).\(column.name) is now \(type), was \(column.type)") }
      } else {
        sentences.append("column \(name).\(column.name) is gone")
      }
    }
    for statistics in old.statistics {
      guard let now = new.statistics.first(where: { $0.name == statistics.name }) else {
        sentences.append("statistics \(statistics.name) of \(name) are gone: \(statistics.definition)")
        continue
      }
      if now != statistics { sentences.append("statistics \(statistics.name) of \(name) are now \(now.definition)") }
    }
    for constraint in old.constraints where !new.constraints.contains(where: { $0.definition == constraint.definition })
    {
      sentences.append("constraint \(constraint.name) of \(name) is gone: \(constraint.definition)")
    }
    if old.policies.sorted() != new.policies.sorted() {
      let gone = old.policies.filter { !new.policies.contains($0) }
      let added = new.policies.filter { !old.policies.contains($0) }
      sentences += gone.map { "row-level security of \(name): gone is \($0)" }
      sentences += added.map { "row-level security of \(name): new is \($0)" }
    }
    return sentences
  }

  /// Indexes that the relation did not have.
  private func newIndexes(_ old: RelationFacts, _ new: RelationFacts) -> [IndexFacts] {
    new.indexes.filter { index in
      old.index(named: index.name) == nil && !old.hasIndex(like: index.definition)
    }
  }

  private func textCauses(_ baseline: Observation) -> [Cause] {
    var causes: [Cause] = []
    if baseline.captured.sqlFingerprint != current.captured.sqlFingerprint {
      let change = conditionChange
      causes.append(Cause(relation: change?.relation, text: "the query's text changed" + (change?.text ?? "")))
    }
    if baseline.captured.parametersFingerprint != current.captured.parametersFingerprint {
      causes.append(Cause(text: "the parameters' values changed"))
    }
    return causes
  }

  /// The first condition of a scan that reads otherwise than in the baseline.
  private var conditionChange: Cause? {
    func conditions(_ scan: Scan) -> String {
      ["Index Cond", "Recheck Cond", "Filter"].compactMap { scan.node.text($0) }.joined(separator: " AND ")
    }
    guard let pair = matching.pairs.first(where: { conditions($0.baseline) != conditions($0.current) }) else {
      return nil
    }
    let (before, now) = (conditions(pair.baseline), conditions(pair.current))
    return Cause(
      relation: pair.current.relation,
      text: ": \(pair.current.identity.description) has the condition \(now.isEmpty ? "none" : now), "
        + "was \(before.isEmpty ? "none" : before)")
  }

  /// Planner settings that differ from the baseline's: `work_mem 64MB -> 4MB`.
  package var settingChanges: [String] {
    guard let old = baseline?.plan.settings else { return [] }
    let new = current.plan.settings
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      old[name] == new[name] ? nil : "\(name) \(old[name] ?? "default") -> \(new[name] ?? "default")"
    }
  }

  private func sizeCauses(_ baseline: Observation) -> [Cause] {
    baseline.facts.relations.sorted { $0.key < $1.key }.compactMap { name, old in
      guard let new = current.facts[name] else { return nil }
      if max(old.rows, new.rows) >= 1000, let change = CaseComparison.change(from: old.rows, to: new.rows, atLeast: 1.5)
      {
        return Cause(relation: name, text: "\(name) has \(change.words) rows \(change.figures)")
      }
      // As many rows on more pages: dead rows, a fill factor, longer texts.
      if max(old.pages, new.pages) >= 16,
        let change = CaseComparison.change(from: old.pages, to: new.pages, atLeast: 1.3)
      {
        return Cause(
          relation: name, text: "\(name) has \(change.words) pages for about as many rows \(change.figures)")
      }
      return nil
    }
  }

  /// `40 times as many` and `(2,000 -> 80,000)`; nil for a change by less than the factor.
  private static func change(
    from old: Double, to new: Double, atLeast least: Double
  ) -> (words: String, figures: String)? {
    let factor = max(new, 1) / max(old, 1)
    guard factor >= least || factor <= 1 / least else { return nil }
    return (
      factor >= least ? "\(Figures.factor(factor)) times as many" : "fewer",
      "(\(Figures.grouped(old)) -> \(Figures.grouped(new)))"
    )
  }
}
