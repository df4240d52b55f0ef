extension Observation {
  /// What might lead a sequential scan to its rows through an index; statements are yet to be tried.
  package func indexCandidates(for scan: Scan) -> [Fix] {
    guard let condition = scan.node.text("Filter") else { return [] }
    var fixes: [Fix] = []
    if let sql = scan.candidateIndexStatement(facts) {
      fixes.append(.statements(Fix.Statements(purpose: "make an index for the condition", sql: [sql])))
    }
    // Compared with a condition that asks nothing, each part of this one is new.
    let change = ConditionChange(
      relation: scan.relation, scan: scan.identity.description, before: "true", now: condition)
    for fix in change.fixes(self) where !fixes.contains(where: { $0.makesSameIndexes(as: fix) }) { fixes.append(fix) }
    return fixes
  }
}
