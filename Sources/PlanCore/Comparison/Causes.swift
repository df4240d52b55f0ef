extension CaseComparison {
  /// The changes in what the plan depends on: definitions, indexes, columns, the query's text and parameters, settings,
  /// sizes, the server.
  ///
  /// Empty without a state before.
  package var causes: [Cause] {
    guard let baseline else { return [] }
    let causes =
      definitionCauses(baseline) + relationCauses(baseline) + newPartitions + textCauses(baseline) + innerConditions
      + settingChanges.map(Cause.setting) + sizeCauses(baseline)
      + (isOtherMajor && knowsCatalog ? [.server(before: baseline.serverMajor, now: current.serverMajor)] : [])
    // What a trigger, a policy, another body or another text names for the first time is no cause beside it; another
    // function of a name that was used before is.
    if causes.allSatisfy({ $0.isSize || $0.isNewDefinition }) { return causes }
    let known = Set(baseline.facts.objects.keys.map { $0.prefix { $0 != "(" } })
    return causes.filter { cause in
      if case .definitionNew(let title) = cause { known.contains(title.prefix { $0 != "(" }) } else { true }
    }
  }

  /// Whether the baseline has what format 2 records.
  private var comparesMore: Bool { baseline.map { min($0.format, current.format) >= .two } ?? false }

  private func definitionCauses(_ baseline: Observation) -> [Cause] {
    if comparesMore { return objectCauses(baseline.facts.objects, current.facts.objects) }
    let (old, new) = (baseline.facts.definitions, current.facts.definitions)
    return old.sorted { $0.key < $1.key }.compactMap { name, fingerprint in
      guard let now = new[name] else { return .definitionGone(name) }
      return now == fingerprint ? nil : .definitionChanged(name)
    }
  }

  private func objectCauses(_ old: [String: ObjectFacts], _ new: [String: ObjectFacts]) -> [Cause] {
    var causes = old.sorted { $0.key < $1.key }.flatMap { name, facts -> [Cause] in
      guard let now = new[name] else { return [.definitionGone(name)] }
      return facts.changes(to: now).map { attribute in
        .attributeChanged(
          name, attribute: attribute, before: facts.attributes[attribute], now: now.attributes[attribute])
      }
    }
    causes += new.keys.filter { old[$0] == nil }.sorted().map(Cause.definitionNew)
    return causes
  }

  private func relationCauses(_ baseline: Observation) -> [Cause] {
    let isOnlyNamed = mayWrite ? [] : baseline.facts.named
    return baseline.facts.relations.sorted { $0.key < $1.key }.flatMap { name, old -> [Cause] in
      guard var new = current.facts[name] else { return [.relationGone(name)] }
      var old = old
      if isOnlyNamed.contains(name) {
        old.keepKeys()
        new.keepKeys()
      }
      return columnCauses(name, old, new) + objectCauses(name, old, new)
        + old.indexChanges(to: new, comparesTraits: comparesMore).map { .index(name, $0) }
        + (comparesMore ? columnAttributeCauses(name, old, new) : [])
    } + (comparesMore ? writingCauses(baseline) : [])
  }

  private func columnAttributeCauses(_ name: RelationName, _ old: RelationFacts, _ new: RelationFacts) -> [Cause] {
    old.columns.flatMap { column -> [Cause] in
      guard let now = new.columns.first(where: { $0.name == column.name }) else { return [] }
      let attributes = ColumnAttribute.allCases.filter { column.attributes[$0] != now.attributes[$0] }
      let shares =
        column.commonValues.isEmpty || now.commonValues.isEmpty
        ? [] : column.shareChanges(to: now) { abs($0 - $1) >= 0.05 && max($0, $1) >= min($0, $1) * 2 }
      return attributes.map { attribute in
        .columnAttributeChanged(
          name, column: column.name, attribute, before: column.attributes[attribute], now: now.attributes[attribute])
      }
        + (column.isNotNull == now.isNotNull
          ? [] : [.nullability(name, column: column.name, isNotNull: now.isNotNull)])
        + shares.map { .share(name, column: column.name, value: $0.value, before: $0.before, now: $0.now) }
    }
  }

  /// Whether both states of the case can change rows.
  var mayWrite: Bool {
    guard let baseline else { return false }
    return baseline.facts.mayWrite(baseline.plan) && current.facts.mayWrite(current.plan)
  }

  /// Triggers, and the foreign keys on both sides.
  private func writingCauses(_ baseline: Observation) -> [Cause] {
    var causes: [Cause] = []
    var seen: Set<ForeignKeyChange> = []
    func add(_ change: ForeignKeyChange) {
      if seen.insert(change).inserted { causes.append(.foreignKey(change)) }
    }
    func compare(_ old: [ForeignKeyFacts], _ new: [ForeignKeyFacts], isWritten: Bool) {
      for key in old {
        guard let now = new.first(where: { $0.name == key.name && $0.relation == key.relation }) else {
          add(.gone(key))
          continue
        }
        if now.definition != key.definition { add(.changed(now, before: key.definition)) }
        if isWritten, now.index == nil, let index = key.index { add(.indexGone(now, before: index)) }
      }
      for key in new where !old.contains(where: { $0.name == key.name && $0.relation == key.relation }) {
        add(.new(key, isWritten: isWritten))
      }
    }
    let relations = baseline.facts.relations.sorted { $0.key < $1.key }
    let mayWrite = mayWrite
    if mayWrite {
      for (name, old) in relations {
        guard let new = current.facts[name] else { continue }
        compare(old.referencedBy, new.referencedBy, isWritten: true)
        causes += triggerCauses(name, old.triggers, new.triggers)
      }
    }
    let told = Set(seen.map(\.key.name))
    for (name, old) in relations {
      guard let new = current.facts[name] else { continue }
      compare(
        old.foreignKeys.filter { !told.contains($0.name) }, new.foreignKeys.filter { !told.contains($0.name) },
        isWritten: false)
    }
    return causes
  }

  private func triggerCauses(_ name: RelationName, _ old: [DefinedObject], _ new: [DefinedObject]) -> [Cause] {
    old.compactMap { trigger in
      guard let now = new.first(where: { $0.name == trigger.name }) else { return .triggerGone(name, trigger) }
      return now == trigger ? nil : .triggerChanged(name, now, before: trigger.definition)
    }
      + new.filter { trigger in !old.contains { $0.name == trigger.name } }.map { .triggerNew(name, $0) }
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

  /// The partitions that the plan reads and that the table did not have.
  private var newPartitions: [Cause] {
    guard let baseline else { return [] }
    let unread = Dictionary(
      grouping: current.scans.filter { scan in
        scan.identity.root.map { baseline.facts[$0] != nil } ?? false && baseline.facts[scan.relation] == nil
      }, by: { $0.identity.root ?? $0.relation })
    return unread.sorted { $0.key < $1.key }.flatMap { root, scans -> [Cause] in
      var seen: Set<RelationName> = []
      let first = scans.filter { seen.insert($0.relation).inserted }
      // A baseline has only the partitions that it reads: if more than were added are new to it, some are old ones.
      guard let before = baseline.facts[root]?.partitions, let now = current.facts[root]?.partitions,
        first.count <= now - before
      else { return [] }
      return first.map { .partitionNew($0.relation, of: root, missing: indexesOfSiblings(missingOn: $0).first) }
    }
  }

  /// The conditions that changed in statements that the case runs inside, where their plans changed.
  private var innerConditions: [Cause] {
    var causes: [Cause] = []
    for inner in innerPlans where inner.plans.isShapeChanged {
      for change in inner.plans.conditionChanges {
        let cause = Cause.innerCondition(inner.statement.origin, change)
        if !causes.contains(cause) { causes.append(cause) }
        if causes.count == CaseComparison.shownConditions { return causes }
      }
    }
    return causes
  }

  private var isTextChanged: Bool {
    baseline.map { $0.captured.sqlFingerprint != current.captured.sqlFingerprint } ?? false
  }

  private func textCauses(_ baseline: Observation) -> [Cause] {
    let changes = conditionChanges
    var causes: [Cause] = []
    if isTextChanged {
      causes.append(.text(changes.first))
      causes += changes.dropFirst().map(Cause.condition)
      causes += effects.map(Cause.effect)
    } else {
      causes += changes.map(Cause.condition)
    }
    if baseline.captured.parametersFingerprint != current.captured.parametersFingerprint { causes.append(.parameters) }
    return causes + typeCauses(baseline)
  }

  /// Parameters of the same name that have another type; what a baseline does not have is not compared.
  private func typeCauses(_ baseline: Observation) -> [Cause] {
    let old = baseline.captured.parameterTypes ?? []
    return (current.captured.parameterTypes ?? []).compactMap { now in
      guard let before = old.first(where: { $0.name == now.name }), before.type != now.type else { return nil }
      return .parameterType(now.name, before: before.type, now: now.type)
    }
  }

  /// Whether the baseline is one that could have the types of parameters and does not.
  var lacksTypes: Bool { baseline?.captured.parameterTypes == nil && current.captured.parameterTypes != nil }

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
    let isOnlyNamed = mayWrite ? [] : baseline.facts.named.intersection(current.facts.named).subtracting(scanned)
    return baseline.facts.relations.sorted { $0.key < $1.key }.compactMap { name, old in
      guard let new = current.facts[name], !isOnlyNamed.contains(name) else { return nil }
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

extension CaseComparison {
  /// The relations that either plan reads or writes, and their roots.
  var scanned: Set<RelationName> {
    var names: Set<RelationName> = []
    for observation in [baseline, current].compactMap(\.self) {
      for plan in observation.allPlans {
        plan.root.forEachNode { node, _ in if let name = node.relation { names.insert(name) } }
      }
      names.formUnion(observation.scans.compactMap(\.identity.root))
    }
    return names
  }
}

extension Observation {
  /// The plan of the case, and those of what runs inside.
  var allPlans: [Plan] { [plan] + captured.inner.plans }
}

extension RelationFacts {
  /// The changes of the indexes.
  ///
  /// An index is lost if no index of the relation has its definition any more, whatever the names.
  fileprivate func indexChanges(to new: RelationFacts, comparesTraits: Bool) -> [IndexChange] {
    func isSame(_ a: IndexFacts, _ b: IndexFacts) -> Bool {
      a.definition == b.definition && (a.traits == b.traits || !comparesTraits)
    }
    let changes = indexes.flatMap { index -> [IndexChange] in
      if let same = new.index(named: index.name) {
        if same.definition != index.definition {
          return [.redefined(same, before: index.definition, isReplaced: new.hasIndex(like: index.definition))]
        }
        return isSame(same, index) ? [] : [.traits(same, before: index.traits)]
      }
      if let invalid = new.invalidIndexes.first(where: { $0.name == index.name }) { return [.invalid(invalid)] }
      let alike = new.indexes.filter { $0.definition == index.definition }
      if let like = alike.first(where: { isSame($0, index) && self.index(named: $0.name) == nil }) {
        return [.renamed(index, now: like.name)]
      }
      if let like = alike.first(where: { self.index(named: $0.name) == nil }) {
        return [.renamed(index, now: like.name), .traits(like, before: index.traits)]
      }
      if let like = alike.first(where: { !comparesTraits || $0.traits.isSuperset(of: index.traits) }) {
        return [.redundant(index, like: like.name)]
      }
      if let invalid = new.invalidIndexes.first(where: { $0.definition == index.definition }) {
        return [.invalid(invalid)]
      }
      return [.gone(index)]
    }
    return changes
      + new.indexes.filter { index(named: $0.name) == nil && !hasIndex(like: $0.definition) }.map { .new($0) }
  }
}

extension CaseComparison {
  /// The statements that bring back the indexes which the state before had and nothing replaces, by relation.
  package var lostIndexStatements: [String] {
    guard let baseline else { return [] }
    return baseline.facts.relations.sorted { $0.key < $1.key }.flatMap { name, old -> [String] in
      guard let new = current.facts[name] else { return [] }
      return old.indexChanges(to: new, comparesTraits: false).compactMap { change in
        // An index of a partitioned table becomes valid when its partitions have it.
        if case .invalid(let index) = change, new.partitions == nil {
          return "REINDEX INDEX \(quotedIdentifier(name.schema)).\(quotedIdentifier(index.name));"
        }
        guard let index = change.lost else { return nil }
        // A name that is taken by another definition cannot be given twice.
        let isTaken = (new.indexes + new.invalidIndexes).contains { $0.name == index.name }
        let words =
          ["CREATE"] + (index.isUnique ? ["UNIQUE"] : []) + ["INDEX"] + (isTaken ? [] : [quotedIdentifier(index.name)])
        return words.joined(separator: " ")
          + " ON \(quotedIdentifier(name.schema)).\(quotedIdentifier(name.name)) USING \(index.definition);"
      }
    }
  }
}
