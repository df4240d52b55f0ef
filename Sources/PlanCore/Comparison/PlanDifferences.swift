extension CaseComparison {
  /// The changes in the shape of the plan.
  ///
  /// Empty without a state before and for equal shapes.
  package var differences: [PlanChange] {
    guard let baseline, isShapeChanged else { return [] }
    let changes = scanDifferences + joinDifferences + otherDifferences(baseline)
    return changes.isEmpty ? [.shape] : changes
  }

  private var scanDifferences: [PlanChange] {
    var changes: [PlanChange] = []
    for pair in matching.pairs where pair.baseline.accessDescription != pair.current.accessDescription {
      changes.append(
        .access(
          scan: pair.current.identity.description, before: pair.baseline.accessDescription,
          now: pair.current.accessDescription))
    }
    for scan in matching.unmatchedBaseline {
      changes.append(.noLongerRead(scan: scan.identity.description, before: scan.accessDescription))
    }
    for scan in matching.unmatchedCurrent {
      changes.append(.newlyRead(scan: scan.identity.description, now: scan.accessDescription))
    }
    return changes
  }

  private struct Join {
    let relations: RelationSet
    let innerRelations: RelationSet?
    let aliases: String
    let method: String
    let innerAliases: String
  }

  private func joins(_ observation: Observation) -> [Join] {
    var joins: [Join] = []
    var positions: [NodePath: Int] = [:]
    observation.plan.root.forEachNode { node, path in positions[path] = positions.count }
    func relations(_ path: NodePath) -> RelationSet? { positions[path].map { observation.relationSets[$0] } }
    observation.plan.root.forEachNode { node, path in
      guard ["Nested Loop", "Hash Join", "Merge Join"].contains(node.nodeType) else { return }
      let type = node.text("Join Type").map { $0 == "Inner" ? "" : " \($0)" } ?? ""
      let inner = node.children.firstIndex { $0.parentRelationship == "Inner" }
      joins.append(
        Join(
          relations: relations(path) ?? RelationSet(), innerRelations: inner.flatMap { relations(path + [$0]) },
          aliases: observation.aliases(at: path),
          method: node.nodeType + type,
          innerAliases: inner.map { observation.aliases(at: path + [$0]) } ?? ""))
    }
    return joins
  }

  /// Joins with another method, another inner side, or of other relations.
  var joinDifferences: [PlanChange] {
    guard let baseline else { return [] }
    var changes: [PlanChange] = []
    // The joins of the same relations, the first one last.
    var waiting = Dictionary(grouping: joins(current).reversed(), by: \.relations)
    for old in joins(baseline) {
      guard let new = waiting[old.relations]?.popLast() else {
        changes.append(.joinOrder(old.aliases))
        continue
      }
      if new.method != old.method {
        changes.append(.joinMethod(old.aliases, before: old.method, now: new.method))
      } else if new.innerAliases != old.innerAliases || new.innerRelations != old.innerRelations {
        changes.append(.innerSide(join: old.aliases, before: old.innerAliases, now: new.innerAliases))
      }
    }
    return changes
  }

  /// Nodes that neither scan nor join, counted by what they are.
  private func otherDifferences(_ baseline: Observation) -> [PlanChange] {
    func counts(_ observation: Observation) -> [String: Int] {
      var counts: [String: Int] = [:]
      observation.plan.root.forEachNode { node, _ in
        guard node.relation == nil, !node.nodeType.hasPrefix("Bitmap"), node.nodeType != "Hash",
          !["Nested Loop", "Hash Join", "Merge Join", "Append", "Merge Append"].contains(node.nodeType)
        else { return }
        let details = ["Strategy", "Partial Mode"].compactMap { node.text($0) }.filter {
          $0 != "Simple" && $0 != "Plain"
        }
        counts[([node.nodeType] + details).joined(separator: " "), default: 0] += 1
      }
      return counts
    }
    let (old, new) = (counts(baseline), counts(current))
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      let (before, after) = (old[name] ?? 0, new[name] ?? 0)
      return before == after ? nil : .nodeCount(name, before: before, now: after)
    }
  }
}
