extension CaseComparison {
  /// What changed in the shape of the plan, a sentence each: `orders o: Index Scan using orders_customer_idx -> Seq Scan`,
  /// `join {o, c}: Nested Loop -> Hash Join`. Empty without a baseline and for equal shapes.
  package var differences: [String] {
    guard let baseline, isShapeChanged else { return [] }
    let sentences = scanDifferences + joinDifferences + otherDifferences(baseline)
    return sentences.isEmpty ? ["the plan's shape changed"] : sentences
  }

  private var scanDifferences: [String] {
    var sentences: [String] = []
    for pair in matching.pairs where pair.baseline.accessDescription != pair.current.accessDescription {
      sentences.append(
        "\(pair.current.identity.description): \(pair.baseline.accessDescription) -> \(pair.current.accessDescription)")
    }
    for scan in matching.unmatchedBaseline {
      sentences.append("\(scan.identity.description): no longer read (was \(scan.accessDescription))")
    }
    for scan in matching.unmatchedCurrent {
      sentences.append("\(scan.identity.description): now read by \(scan.accessDescription)")
    }
    return sentences
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
  var joinDifferences: [String] {
    guard let baseline else { return [] }
    var sentences: [String] = []
    // The joins of the same relations, the first one last.
    var waiting = Dictionary(grouping: joins(current).reversed(), by: \.relations)
    for old in joins(baseline) {
      guard let new = waiting[old.relations]?.popLast() else {
        sentences.append("join order: \(old.aliases) is no longer joined first")
        continue
      }
      if new.method != old.method {
        sentences.append("join \(old.aliases): \(old.method) -> \(new.method)")
      } else if new.innerAliases != old.innerAliases || new.innerRelations != old.innerRelations {
        sentences.append("join \(old.aliases): the inner side is \(new.innerAliases), was \(old.innerAliases)")
      }
    }
    return sentences
  }

  /// Nodes that neither scan nor join, counted by what they are.
  private func otherDifferences(_ baseline: Observation) -> [String] {
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
      if before == after { return nil }
      if before == 0 { return "\(name): new" }
      if after == 0 { return "\(name): gone" }
      return "\(name): \(before) -> \(after)"
    }
  }
}
