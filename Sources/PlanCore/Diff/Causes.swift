extension CaseComparison {
  /// What changed in the world that the plan rests on, a sentence each: indexes, the query's text and parameters,
  /// settings, sizes, the server. Empty without a baseline.
  package var causes: [String] {
    guard let baseline else { return [] }
    return indexCauses(baseline) + textCauses(baseline) + settingChanges + sizeCauses(baseline)
      + (isOtherMajor ? ["server \(baseline.serverMajor) -> \(current.serverMajor)"] : [])
  }

  private func indexCauses(_ baseline: Observation) -> [String] {
    var sentences: [String] = []
    for (name, old) in baseline.facts.relations.sorted(by: { $0.key < $1.key }) {
      guard let new = current.facts[name] else {
        sentences.append("\(name) is gone")
        continue
      }
      sentences += columnCauses(name, old, new)
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
    }
    return sentences
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

  private func textCauses(_ baseline: Observation) -> [String] {
    var sentences: [String] = []
    if baseline.captured.sqlFingerprint != current.captured.sqlFingerprint {
      sentences.append("the query's text changed" + conditionChange)
    }
    if baseline.captured.parametersFingerprint != current.captured.parametersFingerprint {
      sentences.append("the parameters' values changed")
    }
    return sentences
  }

  /// The first condition of a scan that reads otherwise than in the baseline.
  private var conditionChange: String {
    func conditions(_ scan: Scan) -> String {
      ["Index Cond", "Recheck Cond", "Filter"].compactMap { scan.node.text($0) }.joined(separator: " and ")
    }
    guard let pair = matching.pairs.first(where: { $0.baseline.conditionWords != $0.current.conditionWords }) else {
      return ""
    }
    let (before, now) = (conditions(pair.baseline), conditions(pair.current))
    return ": \(pair.current.identity.description) has the condition \(now.isEmpty ? "none" : now), "
      + "was \(before.isEmpty ? "none" : before)"
  }

  /// Planner settings that differ from the baseline's: `work_mem 64MB -> 4MB`.
  package var settingChanges: [String] {
    guard let old = baseline?.plan.settings else { return [] }
    let new = current.plan.settings
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      old[name] == new[name] ? nil : "\(name) \(old[name] ?? "default") -> \(new[name] ?? "default")"
    }
  }

  private func sizeCauses(_ baseline: Observation) -> [String] {
    baseline.facts.relations.sorted { $0.key < $1.key }.compactMap { name, old in
      guard let new = current.facts[name], max(old.rows, new.rows) >= 1000 else { return nil }
      let factor = max(new.rows, 1) / max(old.rows, 1)
      if factor >= 1.5 {
        return
          "\(name) has \(Figures.factor(factor)) times the rows: \(Figures.count(old.rows)) -> \(Figures.count(new.rows))"
      }
      if factor <= 1 / 1.5 { return "\(name) has fewer rows: \(Figures.count(old.rows)) -> \(Figures.count(new.rows))" }
      return nil
    }
  }
}
