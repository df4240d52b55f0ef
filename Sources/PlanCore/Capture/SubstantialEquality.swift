import JSON

// When a fresh capture says the same as a baseline but for noise, the baseline is left as it is: a file that changes
// without a reason hides the change that has one.

extension CapturedCase {
  /// Whether a plan differs from another in nothing that a reader would care about: the same nodes and conditions, and
  /// figures that differ by at most 2 %.
  package func isSubstantiallyEqual(to other: CapturedCase) -> Bool {
    name == other.name && isGeneric == other.isGeneric && sqlFingerprint == other.sqlFingerprint
      && parametersFingerprint == other.parametersFingerprint && areTypesEqual(to: other)
      && plan.settings == other.plan.settings
      && plan.triggers == other.plan.triggers && plan.isAnalyzed == other.plan.isAnalyzed
      && plan.root.isSubstantiallyEqual(to: other.plan.root)
      && isIndexabilityEqual(to: other) && inner.isSubstantiallyEqual(to: other.inner)
  }
}

extension InnerWork {
  /// Whether what ran inside differs in nothing that a reader would care about.
  package func isSubstantiallyEqual(to other: InnerWork) -> Bool {
    guard isCapped == other.isCapped, let statements, let before = other.statements, statements.count == before.count
    else { return self == other }
    return zip(statements, before).allSatisfy { $0.isSubstantiallyEqual(to: $1) }
      && Set(sequentialReads.keys) == Set(other.sequentialReads.keys)
      && sequentialReads.allSatisfy { name, reads in
        guard let before = other.sequentialReads[name] else { return false }
        return isClose(reads.scans, before.scans, within: 2) && isClose(reads.rows, before.rows, within: 100)
      }
  }
}

extension InnerStatement {
  fileprivate func isSubstantiallyEqual(to other: InnerStatement) -> Bool {
    text == other.text && origin == other.origin && isAfterPlan == other.isAfterPlan
      && isClose(calls, other.calls, within: 2) && plans.count == other.plans.count
      && zip(plans, other.plans).allSatisfy { $0.root.isSubstantiallyEqual(to: $1.root) }
  }
}

extension CapturedCase {
  /// A baseline without types is not written for them alone.
  private func areTypesEqual(to other: CapturedCase) -> Bool {
    guard let types = parameterTypes, let before = other.parameterTypes else { return true }
    return types == before
  }

  private func isIndexabilityEqual(to other: CapturedCase) -> Bool {
    switch (planWithoutSeqScans, other.planWithoutSeqScans) {
    case (nil, nil): true
    case (let plan?, let before?): plan.root.isSubstantiallyEqual(to: before.root)
    default: false
    }
  }
}

extension PlanNode {
  fileprivate func isSubstantiallyEqual(to other: PlanNode) -> Bool {
    nodeType == other.nodeType && parentRelationship == other.parentRelationship && subplanName == other.subplanName
      && isParallelAware == other.isParallelAware && relation == other.relation && alias == other.alias
      && indexName == other.indexName && isClose(totalCost, other.totalCost, within: 1)
      && isClose(planRows, other.planRows, within: 2) && areRowsClose(to: other)
      && isClose(buffers ?? 0, other.buffers ?? 0, within: 16)
      && isClose(temporaryBlocks ?? 0, other.temporaryBlocks ?? 0, within: 4)
      && arePropertiesClose(to: other) && children.count == other.children.count
      && zip(children, other.children).allSatisfy { $0.isSubstantiallyEqual(to: $1) }
  }

  /// Sums over all loops: workers share the rows in a different way each time.
  private func areRowsClose(to other: PlanNode) -> Bool {
    guard let actual, let before = other.actual else { return actual == nil && other.actual == nil }
    return (actual.loops == 0) == (before.loops == 0)
      && isClose(actual.rows * actual.loops, before.rows * before.loops, within: max(2, actual.loops, before.loops))
  }

  private func arePropertiesClose(to other: PlanNode) -> Bool {
    guard facts == other.facts else { return false }
    let (counts, before) = (counts, other.counts)
    return Set(counts.keys).union(before.keys).allSatisfy { key in
      isClose(counts[key] ?? 0, before[key] ?? 0, within: 16)
    }
  }

  /// The properties that do not count work.
  private var facts: [JSONMember] { properties.filter { ExplainKey.role(of: $0.key) != .counter } }

  /// The counters, over all loops.
  ///
  /// The heap blocks of a parallel bitmap scan are one process's share and vary.
  private var counts: [String: Double] {
    var counts: [String: Double] = [:]
    for property in properties where ExplainKey.role(of: property.key) == .counter {
      guard case .number(let value) = property.value, !(isParallelAware && property.key.hasSuffix("Heap Blocks")) else {
        continue
      }
      counts[property.key] = property.key.hasPrefix("Rows Removed") ? value * (actual?.loops ?? 1) : value
    }
    return counts
  }
}

extension CatalogFacts {
  /// Whether these facts differ from others in nothing but sizes, and in those by at most a tenth.
  package func isSubstantiallyEqual(to other: CatalogFacts) -> Bool {
    definitions == other.definitions && objects == other.objects && named == other.named
      && Set(relations.keys) == Set(other.relations.keys)
      && relations.allSatisfy { name, facts in
        guard let before = other[name] else { return false }
        func sorted(_ indexes: [IndexFacts]) -> [IndexFacts] { indexes.sorted { $0.name < $1.name } }
        return facts.root == before.root && sorted(facts.indexes) == sorted(before.indexes)
          && sorted(facts.invalidIndexes) == sorted(before.invalidIndexes)
          && Set(facts.triggers) == Set(before.triggers) && Set(facts.foreignKeys) == Set(before.foreignKeys)
          && Set(facts.referencedBy) == Set(before.referencedBy)
          && facts.columns.count == before.columns.count
          && zip(facts.columns, before.columns).allSatisfy { $0.isSubstantiallyEqual(to: $1) }
          && facts.partitions == before.partitions
          && facts.statistics.sorted { $0.name < $1.name } == before.statistics.sorted { $0.name < $1.name }
          && facts.constraints.sorted { $0.name < $1.name } == before.constraints.sorted { $0.name < $1.name }
          && facts.policies.sorted() == before.policies.sorted()
          && abs(facts.rows - before.rows) <= max(facts.rows, before.rows) * 0.1
          && abs(facts.pages - before.pages) <= max(8, max(facts.pages, before.pages) * 0.1)
      }
  }
}

/// Whether two figures differ by at most 2 %, or by no more than `slack`.
private func isClose(_ a: Double, _ b: Double, within slack: Double) -> Bool {
  abs(a - b) <= max(slack, max(abs(a), abs(b)) * 0.02)
}
