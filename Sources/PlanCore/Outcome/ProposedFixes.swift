import JSON

extension CaseOutcome {
  /// The fixes that the causes of a failing case call for, the likeliest first; statements are yet to be tried.
  ///
  /// Where nothing is known of a cause, nothing is proposed.
  package var proposedFixes: [Fix] {
    guard verdict == .regressed, let comparison else { return [] }
    let failing = findings.filter(\.isFailing)
    var fixes = failing.compactMap(\.fix)
    let lost = Array(comparison.lostIndexStatements.prefix(Fix.mostStatements))
    if !lost.isEmpty {
      let isRebuilt = lost.allSatisfy { $0.hasPrefix("REINDEX") }
      fixes.append(
        .statements(
          Fix.Statements(
            purpose: (isRebuilt ? "rebuild the invalid index" : "recreate the lost index")
              + (lost.count > 1 ? "es" : "") + ", with CONCURRENTLY where the table is in use", sql: lost)))
    }
    fixes += causes.flatMap { comparison.fixes(for: $0) }
    if lost.isEmpty { fixes += comparison.missingIndexes(for: failing) }
    if let finding = failing.first(where: { $0.rule == Rule.functionPerRow.id }) {
      fixes.append(.advice("\(Rule.functionPerRow.fix) (\(finding.message.prefix { $0 != ":" }))"))
    }
    var distinct: [Fix] = []
    for fix in fixes where !distinct.contains(fix) { distinct.append(fix) }
    return Array(distinct.prefix(CaseOutcome.mostFixes))
  }

  private static let mostFixes = 4
}

extension CaseComparison {
  fileprivate func fixes(for cause: Cause) -> [Fix] {
    switch cause {
    case .index(let relation, .new(let index)):
      guard attracts(index, of: relation), !index.traits.contains(.primary) else { return [] }
      let name = "\(quotedIdentifier(relation.schema)).\(quotedIdentifier(index.name))"
      return [
        .statements(
          Fix.Statements(
            purpose:
              "the new index attracts the plan; if nothing else needs it, drop it, or give it the columns of the "
              + "index that was used before", sql: ["DROP INDEX \(name);"]))
      ]
    case .text(let change): return (change?.fixes(current) ?? []) + notExists
    case .condition(let change): return change.fixes(current) + notExists
    case .columnTypeChanged(let relation, let column, let before, let now):
      guard isCast(column) else { return [] }
      return [
        .advice(
          "\(relation).\(column) is \(now) and was \(before), and is cast where it is compared: change the column that it "
            + "is compared with too, or cast the value and not the column")
      ]
    case .columnAttributeChanged(let relation, let column, .collation, _, let now):
      return [
        .advice(
          "an index serves a comparison only under its own collation: make the index of \(relation).\(column) anew, or "
            + "compare with COLLATE \(now ?? "\"default\"")")
      ]
    case .attributeChanged(let object, "volatility", let before, _):
      guard let before else { return [] }
      return [.advice("declare \(object) \(before) again, if it only reads: the planner may then call it once")]
    case .setting(let change):
      return [.advice("set \(change.name) back to \(change.before ?? "its default")")]
    default: return []
    }
  }

  /// The advice for a NOT IN that the plan did not have before.
  private var notExists: [Fix] {
    guard let baseline, current.plan.hasNotIn, !baseline.plan.hasNotIn else { return [] }
    return [.advice("NOT IN compares with each row of its sub-select: write NOT EXISTS, which the planner can join")]
  }

  /// Whether a scan goes through a new index that went another way before.
  private func attracts(_ index: IndexFacts, of relation: RelationName) -> Bool {
    current.scans.contains { $0.relation == relation && $0.indexNames.contains(index.name) }
  }

  /// Whether a condition of the current plan casts a column.
  private func isCast(_ column: String) -> Bool {
    var isCast = false
    current.plan.root.forEachNode { node, _ in
      for property in node.properties where ExplainKey.role(of: property.key) == .condition {
        guard let text = property.value.stringValue else { continue }
        if text[...].parts(at: "\(column))::") != nil { isCast = true }
      }
    }
    return isCast
  }

  /// Indexes for the filters that failing scans compare for equality, and that no index leads.
  fileprivate func missingIndexes(for findings: [Finding]) -> [Fix] {
    let wanted = [Rule.seqScan.id, Rule.rowsRemoved.id, Rule.indexCondLost.id, Rule.nestedLoop.id]
    return findings.filter { wanted.contains($0.rule) }.compactMap { finding -> Fix? in
      guard let path = finding.path, let scan = current.scan(at: path),
        let sql = scan.missingIndexStatement(current.facts)
      else { return nil }
      return .statements(Fix.Statements(purpose: "make an index for the condition", sql: [sql]))
    }
  }
}

extension ConditionChange {
  /// The rewrites that a condition calls for which an index no longer serves.
  fileprivate func fixes(_ observation: Observation) -> [Fix] {
    guard !now.isEmpty, !before.isEmpty || relation == nil else { return [] }
    var fixes: [Fix] = []
    for column in columns(observation) {
      // `(o.customer_id)::numeric = 7`: EXPLAIN writes a cast of a column in brackets.
      if now[...].parts(at: "\(column))::") != nil, before[...].parts(at: "\(column))::") == nil {
        fixes.append(
          .advice("the column \(column) is cast in \(now), so that no index on it serves: cast the value instead"))
      } else if let call = call(around: column) {
        fixes.append(
          .advice("the column \(column) is inside \(call), so that no index on it serves: compare the bare column"))
        if let relation {
          let table = "\(quotedIdentifier(relation.schema)).\(quotedIdentifier(relation.name))"
          fixes.append(
            .statements(
              Fix.Statements(
                purpose: "or make an index on the expression", sql: ["CREATE INDEX ON \(table) ((\(call)));"])))
        }
      }
    }
    if before[...].parts(at: "ROW(") != nil, now[...].parts(at: " OR ") != nil {
      fixes.append(.advice("an OR over columns leads no index: write the comparison of rows again, (a, b) > (x, y)"))
    }
    return fixes
  }

  private func columns(_ observation: Observation) -> [String] {
    guard let relation else { return [] }
    return observation.facts.columns(of: relation).map(\.name).filter { now[...].parts(at: $0) != nil }
  }

  /// The call of a function whose only column argument is this one, without the alias: `lower(email)`; nil when the
  /// condition before had it too, or has none.
  private func call(around column: String) -> String? {
    // A name that needs quotes has lost them here.
    for name in functionCalls(in: now) where !before.contains("\(name)(") && isPlain(name) {
      guard let rest = now[...].parts(at: "\(name)(")?.after else { continue }
      var depth = 1
      var argument = ""
      for character in rest {
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        if depth == 0 { break }
        argument.append(character)
      }
      let bare = argument.split(separator: ".").last.map(String.init) ?? argument
      // `(email)::text` is the column as the function takes it.
      let words = bare.filter { $0 != "(" }.split(separator: ")").first.map(String.init) ?? bare
      if words == column || words == quotedIdentifier(column) { return "\(name)(\(quotedIdentifier(column)))" }
    }
    return nil
  }
}

/// Whether a name of a function, with its schema or without, can be written as it stands.
private func isPlain(_ name: String) -> Bool {
  name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { quotedIdentifier(String($0)) == $0 }
}

extension Plan {
  /// Whether a filter negates a sub-select, as NOT IN does.
  fileprivate var hasNotIn: Bool {
    root.contains { node in
      guard let filter = node.text("Filter") else { return false }
      // Up to 16, and from 17.
      return ["NOT (hashed SubPlan", "NOT (SubPlan", "NOT (ANY ("].contains { filter[...].parts(at: $0) != nil }
    }
  }
}
