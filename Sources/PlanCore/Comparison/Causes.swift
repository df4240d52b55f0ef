extension CaseComparison {
  /// The changes in what the plan depends on: definitions, indexes, columns, the query's text and parameters, settings,
  /// sizes, the server.
  ///
  /// Empty without a state before.
  package var causes: [Cause] {
    guard let baseline else { return [] }
    return definitionCauses(baseline) + relationCauses(baseline) + textCauses(baseline)
      + settingChanges.map(Cause.setting) + sizeCauses(baseline)
      + (isOtherMajor ? [.server(before: baseline.serverMajor, now: current.serverMajor)] : [])
  }

  private func definitionCauses(_ baseline: Observation) -> [Cause] {
    let (old, new) = (baseline.facts.definitions, current.facts.definitions)
    return old.sorted { $0.key < $1.key }.compactMap { name, fingerprint in
      guard let now = new[name] else { return .definitionGone(name) }
      return now == fingerprint ? nil : .definitionChanged(name)
    }
  }

  private func relationCauses(_ baseline: Observation) -> [Cause] {
    baseline.facts.relations.sorted { $0.key < $1.key }.flatMap { name, old -> [Cause] in
      guard let new = current.facts[name] else { return [.relationGone(name)] }
      return columnCauses(name, old, new) + objectCauses(name, old, new)
        + old.indexChanges(to: new).map { .index(name, $0) }
    }
  }

  private func columnCauses(_ name: RelationName, _ old: RelationFacts, _ new: RelationFacts) -> [Cause] {
    let types = Dictionary(new.columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    return old.columns.compactMap { column in
      guard let type = types[column.name] else { return .columnGone(name, column: column.name) }
      if type == column.type { return nil }
      return .columnTypeChanged(name, column: column.name, before: column.type, now: type)
    }
  }

  private func objectCauses(_ name: RelationName, _ old: RelationFacts, _ new: RelationFacts) -> [Cause] {
    var causes: [Cause] = old.statistics.compactMap { statistics in
      guard let now = new.statistics.first(where: { $0.name == statistics.name }) else {
        return .statisticsGone(name, statistics)
      }
      return now == statistics ? nil : .statisticsChanged(name, now: now)
    }
    for constraint in old.constraints where !new.constraints.contains(where: { $0.definition == constraint.definition })
    {
      causes.append(.constraintGone(name, constraint))
    }
    if old.policies.sorted() != new.policies.sorted() {
      causes += old.policies.filter { !new.policies.contains($0) }.map { .policyGone(name, policy: $0) }
      causes += new.policies.filter { !old.policies.contains($0) }.map { .policyNew(name, policy: $0) }
    }
    return causes
  }

  private func textCauses(_ baseline: Observation) -> [Cause] {
    var causes: [Cause] = []
    if baseline.captured.sqlFingerprint != current.captured.sqlFingerprint { causes.append(.text(conditionChange)) }
    if baseline.captured.parametersFingerprint != current.captured.parametersFingerprint { causes.append(.parameters) }
    return causes
  }

  private var conditionChange: ConditionChange? {
    func condition(_ scan: Scan) -> String {
      ["Index Cond", "Recheck Cond", "Filter"].compactMap { scan.node.text($0) }.joined(separator: " AND ")
    }
    guard let pair = matching.pairs.first(where: { condition($0.baseline) != condition($0.current) }) else {
      return nil
    }
    return ConditionChange(
      relation: pair.current.relation, scan: pair.current.identity.description, before: condition(pair.baseline),
      now: condition(pair.current))
  }

  /// Planner settings that differ from those before.
  package var settingChanges: [SettingChange] {
    guard let old = baseline?.plan.settings else { return [] }
    let new = current.plan.settings
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      old[name] == new[name] ? nil : SettingChange(name: name, before: old[name], now: new[name])
    }
  }

  private func sizeCauses(_ baseline: Observation) -> [Cause] {
    func isChanged(_ old: Double, _ new: Double, byFactor least: Double) -> Bool {
      let factor = max(new, 1) / max(old, 1)
      return factor >= least || factor <= 1 / least
    }
    return baseline.facts.relations.sorted { $0.key < $1.key }.compactMap { name, old in
      guard let new = current.facts[name] else { return nil }
      if max(old.rows, new.rows) >= 1000, isChanged(old.rows, new.rows, byFactor: 1.5) {
        return .rows(name, before: old.rows, now: new.rows)
      }
      if max(old.pages, new.pages) >= 16, isChanged(old.pages, new.pages, byFactor: 1.3) {
        return .pages(name, before: old.pages, now: new.pages)
      }
      return nil
    }
  }
}

extension RelationFacts {
  /// The changes of the indexes.
  ///
  /// An index is lost if no index of the relation has its definition any more, whatever the names.
  fileprivate func indexChanges(to new: RelationFacts) -> [IndexChange] {
    let changes = indexes.compactMap { index -> IndexChange? in
      if let same = new.index(named: index.name) {
        if same.definition == index.definition { return nil }
        return .redefined(same, before: index.definition, isReplaced: new.hasIndex(like: index.definition))
      }
      if let like = new.indexes.first(where: { $0.definition == index.definition }) {
        return .renamed(index, now: like.name)
      }
      return .gone(index)
    }
    return changes
      + new.indexes.filter { index(named: $0.name) == nil && !hasIndex(like: $0.definition) }.map { .new($0) }
  }
}

extension CaseComparison {
  /// The statements that bring back the indexes which the state before had and nothing replaces, by relation.
  ///
  /// Whether an index was unique is not known: these serve queries.
  package var lostIndexStatements: [String] {
    guard let baseline else { return [] }
    return baseline.facts.relations.sorted { $0.key < $1.key }.flatMap { name, old -> [String] in
      guard let new = current.facts[name] else { return [] }
      return old.indexChanges(to: new).compactMap(\.lost).map { index in
        // A name that is taken by another definition cannot be given twice.
        let isTaken = new.index(named: index.name) != nil
        let words = ["CREATE INDEX"] + (isTaken ? [] : [quotedIdentifier(index.name)])
        return words.joined(separator: " ")
          + " ON \(quotedIdentifier(name.schema)).\(quotedIdentifier(name.name)) USING \(index.definition);"
      }
    }
  }
}
