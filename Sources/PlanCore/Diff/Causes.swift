extension CaseComparison {
  /// What changed in the world that the plan rests on, a sentence each: indexes, the query's text and parameters,
  /// settings, sizes, the server. Empty without a baseline.
  package var causes: [String] {
    guard let baseline else { return [] }
    return indexCauses(baseline) + textCauses(baseline) + settingCauses(baseline) + sizeCauses(baseline)
      + (isOtherMajor ? ["server \(baseline.serverMajor) -> \(current.serverMajor)"] : [])
  }

  private func indexCauses(_ baseline: Observation) -> [String] {
    var sentences: [String] = []
    for (name, old) in baseline.facts.relations.sorted(by: { $0.key < $1.key }) {
      guard let new = current.facts[name] else {
        sentences.append("\(name) is gone")
        continue
      }
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
    }
    return sentences
  }

  private func textCauses(_ baseline: Observation) -> [String] {
    var sentences: [String] = []
    if baseline.captured.sqlFingerprint != current.captured.sqlFingerprint {
      sentences.append("the query's text changed")
    }
    if baseline.captured.parametersFingerprint != current.captured.parametersFingerprint {
      sentences.append("the parameters' values changed")
    }
    return sentences
  }

  private func settingCauses(_ baseline: Observation) -> [String] {
    let (old, new) = (baseline.plan.settings, current.plan.settings)
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
