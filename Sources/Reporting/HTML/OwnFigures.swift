import PlanCore

/// The figures of each node of a plan without those of the nodes below it, which EXPLAIN's figures include.
struct OwnFigures {
  private let plan: FlatPlan

  init(_ plan: FlatPlan) { self.plan = plan }

  /// Blocks touched; nil for a plan without them.
  var buffers: [Double]? {
    guard let root = plan.entries.first?.node, root.buffers != nil else { return nil }
    return remainders(of: plan.entries.map { $0.node.buffers ?? 0 })
  }

  /// Milliseconds over all loops; nil for a plan whose time was not measured.
  ///
  /// Processes below a Gather run at the same time, so their time is divided by their number.
  var time: [Double]? {
    guard plan.entries.first?.node.actualTotalTime != nil else { return nil }
    var totals: [Double] = []
    var processes: [Double] = []
    for entry in plan.entries {
      let above = entry.parent.map { plan.entries[$0].node }
      var count = entry.parent.map { processes[$0] } ?? 1
      if let gather = above, gather.nodeType == "Gather" || gather.nodeType == "Gather Merge", !entry.node.isSubplan {
        count = max((entry.node.actual?.loops ?? 1) / max(gather.actual?.loops ?? 1, 1), 1)
      }
      processes.append(count)
      totals.append((entry.node.actualTotalTime ?? 0) * (entry.node.actual?.loops ?? 0) / count)
    }
    return remainders(of: totals)
  }

  /// Figures minus those of the children.
  private func remainders(of inclusive: [Double]) -> [Double] {
    var figures = inclusive
    func remainder(_ position: Int) -> Double {
      max(figures[position] - plan.entries[position].children.reduce(0) { $0 + figures[$1] }, 0)
    }
    let references = PlanReferences(plan)
    // EXPLAIN prints a CTE or an InitPlan below the node that holds it, but it runs inside the first node that reads
    // it, and that node's figures include it, too. A CTE may read an earlier one, so the loop starts with the last.
    for position in plan.entries.indices.reversed() {
      let entry = plan.entries[position]
      guard let holder = entry.parent, let readers = references.readers(of: entry.node) else { continue }
      let body = plan.subtree(position)
      var rest = figures[position]
      for reader in readers
      where plan.subtree(holder).dropFirst().contains(reader) && !body.contains(reader) && rest > 0 {
        let share = min(rest, remainder(reader))
        for place in plan.climb(from: reader, to: holder) { figures[place] -= share }
        rest -= share
      }
    }
    return plan.entries.indices.map(remainder)
  }

  /// Cost units, as far as EXPLAIN's figures allow: a node's cost is for one execution, and only its parent shows how
  /// often it is expected to run.
  ///
  /// The costs of the children never add up to more than their parent's.
  var cost: [Double] {
    var own = [Double](repeating: 0, count: plan.entries.count)
    var given = own
    if !given.isEmpty { given[0] = plan.entries[0].node.totalCost }
    for (position, entry) in plan.entries.enumerated() {
      let scale = entry.node.totalCost > 0 ? given[position] / entry.node.totalCost : 0
      var rest = given[position]
      for isKnown in [true, false] {
        let children = entry.children.filter { isRunOnce($0, below: entry.node) == isKnown }
        let wanted = children.map { scale * plan.entries[$0].node.totalCost * executions($0, below: entry.node) }
        let sum = wanted.reduce(0, +)
        let part = sum > rest ? rest / sum : 1
        for (child, amount) in zip(children, wanted) { given[child] = amount * part }
        rest = max(rest - sum * part, 0)
      }
      own[position] = rest
    }
    return own
  }

  private func isRunOnce(_ child: Int, below parent: PlanNode) -> Bool { executions(child, below: parent) == 1 }

  /// How often the planner expects a node to run per execution of its parent.
  private func executions(_ child: Int, below parent: PlanNode) -> Double {
    let node = plan.entries[child].node
    if node.parentRelationship == "SubPlan", node.cteName == nil {
      // EXPLAIN has no estimate of this, so the measured loops are used.
      guard let loops = node.actual?.loops, let parentLoops = parent.actual?.loops else {
        return max(parent.planRows, 1)
      }
      return max(loops / max(parentLoops, 1), 1)
    }
    guard parent.nodeType == "Nested Loop", node.parentRelationship == "Inner", node.nodeType != "Materialize" else {
      return 1
    }
    return max(parent.input("Outer")?.planRows ?? 1, 1)
  }
}
