/// One plan of an inner statement beside the one that it had before.
struct InnerComparison {
  let statement: InnerStatement
  /// A comparison of the two plans, to which the rules on scans apply as to any other.
  let plans: CaseComparison
}

extension CaseComparison {
  /// Whether both sides show what ran inside.
  var showsInnerStatements: Bool {
    guard let baseline, baseline.format > .one else { return false }
    return baseline.captured.inner.statements != nil && current.captured.inner.statements != nil
  }

  /// The blocks of foreign keys and AFTER triggers, which the plans do not count; 0 on both sides where one does not
  /// show them all.
  var blocksAfterPlan: (before: Double, now: Double) {
    guard showsInnerStatements, let before = baseline?.captured.inner, !before.isCapped,
      !current.captured.inner.isCapped
    else { return (0, 0) }
    return (before.blocksAfterPlan, current.captured.inner.blocksAfterPlan)
  }

  /// The part of those blocks now that statements touch which did not run in the state before.
  var newBlocksAfterPlan: Double {
    innerStatements.filter { $0.before == nil && $0.now.isAfterPlan }
      .reduce(0) { $0 + $1.now.plans.reduce(0) { $0 + ($1.root.buffers ?? 0) } }
  }

  /// The inner statements now, each beside the one of the state before that it answers to.
  ///
  /// Empty where one of the sides does not show them.
  var innerStatements: [(now: InnerStatement, before: InnerStatement?)] {
    guard showsInnerStatements, let baseline else { return [] }
    let now = current.captured.inner.statements ?? []
    var waiting = baseline.captured.inner.statements ?? []
    var partners: [Int: InnerStatement] = [:]
    // The same statement of the same origin; of another one, where a constraint or a function has a new name; another
    // text of the same origin that reads the same relations.
    let likenesses: [(InnerStatement, InnerStatement) -> Bool] = [
      { $0.text == $1.text && $0.origin == $1.origin },
      { $0.text == $1.text },
      { $0.origin == $1.origin && $0.relations == $1.relations },
    ]
    for isLike in likenesses {
      for (index, statement) in now.enumerated() where partners[index] == nil {
        guard let place = waiting.firstIndex(where: { isLike(statement, $0) }) else { continue }
        partners[index] = waiting.remove(at: place)
      }
    }
    return now.enumerated().map { ($1, partners[$0]) }
  }

  /// The plans of inner statements that ran before as well, each beside the plan of the same shape, else beside the one
  /// that ran most.
  var innerPlans: [InnerComparison] {
    guard let baseline else { return [] }
    return innerStatements.flatMap { statement, before -> [InnerComparison] in
      guard let before else { return [] }
      let accepted = before.plans.map { observation($0, like: baseline) }
      return statement.plans.compactMap { plan in
        let now = observation(plan, like: current)
        guard let old = accepted.first(where: { $0.shape == now.shape }) ?? accepted.max(by: { $0.loops < $1.loops })
        else { return nil }
        return InnerComparison(
          statement: statement, plans: CaseComparison(baseline: old, current: now, label: label))
      }
    }
  }

  /// The plans of inner statements that did not run before.
  var newInnerPlans: [InnerComparison] {
    innerStatements.filter { $0.before == nil }.flatMap { statement, _ in
      statement.plans.map { plan in
        InnerComparison(
          statement: statement,
          plans: CaseComparison(baseline: nil, current: observation(plan, like: current), label: label))
      }
    }
  }

  private func observation(_ plan: Plan, like other: Observation) -> Observation {
    Observation(
      CapturedCase(name: nil, sqlFingerprint: "", parametersFingerprint: "", plan: plan), facts: other.facts,
      serverMajor: other.serverMajor, format: other.format)
  }
}

extension Observation {
  fileprivate var loops: Double { plan.root.actual?.loops ?? 0 }

  /// The rows that Seq Scans of the plan and of what runs inside go through, by the relation or its root.
  var sequentialRows: [RelationName: Double] {
    var rows: [RelationName: Double] = [:]
    for plan in [plan] + captured.inner.plans {
      plan.root.forEachNode { node, _ in
        guard node.nodeType == "Seq Scan", let relation = node.relation else { return }
        rows[facts.root(of: relation) ?? relation, default: 0] += node.examinedRows
      }
    }
    return rows
  }
}

extension PlanNode {
  /// The rows that a scan goes through, over all loops: those that it gives and those that its filter removes.
  var examinedRows: Double { (totalActualRows ?? 0) + totalRemovedRows }
}

extension InnerStatement {
  /// The relations that its plans name.
  fileprivate var relations: Set<RelationName> {
    var relations: Set<RelationName> = []
    for plan in plans { plan.root.forEachNode { node, _ in node.relation.map { _ = relations.insert($0) } } }
    return relations
  }
}
