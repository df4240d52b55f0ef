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
    fixes += comparison.unimpliedIndexes(for: failing) + comparison.barriers(for: failing, causes)
    let partitions = comparison.siblingIndexes(for: failing)
    fixes += partitions
    if lost.isEmpty && partitions.isEmpty { fixes += comparison.missingIndexes(for: failing) }
    // A function that is just new is meant; one that a policy calls comes with each query.
    let isFunctionRed = failing.contains { $0.rule == Rule.functionPerRow.id }
    fixes += comparison.functionsEntered.filter { function in
      isFunctionRed && function.wasOnce
        || findings.contains { $0.rule == Rule.functionPerRow.id && $0.path == function.path }
          && causes.contains {
            if case .policyNew(_, let policy) = $0 { policy.contains("\(function.name)(") } else { false }
          }
    }.prefix(1).map { $0.advice(comparison.current) }
    var distinct: [Fix] = []
    for fix in fixes where !distinct.contains(fix) {
      // The index that is gone has a name; the one that a condition lacks has none.
      guard let same = distinct.firstIndex(where: { $0.makesSameIndexes(as: fix) }) else {
        distinct.append(fix)
        continue
      }
      if fix.text.utf8.count > distinct[same].text.utf8.count { distinct[same] = fix }
    }
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
    case .condition(let change): return (change.relation == nil ? change.joinFixes : change.fixes(current)) + notExists
    case .innerCondition(_, let change): return change.fixes(current)
    case .effect(let effect): return fixes(for: effect)
    case .columnTypeChanged(let relation, let column, let before, let now):
      guard isCast(column) else { return [] }
      return [
        .advice(
          "\(relation).\(column) is \(now) and was \(before), and is cast where it is compared: change the column that it "
            + "is compared with too, or cast the value and not the column")
      ]
    case .columnAttributeChanged(let relation, let column, .collation, _, _) where looksForPrefix(column, of: relation):
      let table = "\(quotedIdentifier(relation.schema)).\(quotedIdentifier(relation.name))"
      return [
        .statements(
          Fix.Statements(
            purpose: "make an index for LIKE, which needs the collation C or this operator class",
            sql: ["CREATE INDEX ON \(table) (\(quotedIdentifier(column)) text_pattern_ops);"]))
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
    case .attributeChanged(let object, let attribute, let before, _)
    where attribute != ObjectFacts.body && isNoLongerInlined(object):
      return [
        .advice(
          "\(object) is no longer inlined, so that an index on what it computes does not serve: "
            + undoing(attribute, before))
      ]
    case .attributeChanged(let object, let attribute, let before, _)
    where attribute != ObjectFacts.body && isNoLongerInlined:
      return [
        .advice(
          "\(object) is no longer inlined, so that no condition from outside reaches its statement: "
            + undoing(attribute, before) + ", or pass what it is to look for as an argument")
      ]
    case .setting(let change):
      return [.advice("set \(change.name) back to \(change.before ?? "its default")")]
    default: return []
    }
  }

  /// `declare it SECURITY INVOKER again`, `take SET search_path back`, `set language back to sql`.
  private func undoing(_ attribute: String, _ before: String?) -> String {
    if ObjectFacts.words.contains(attribute) {
      return "declare it \(before ?? ObjectFacts.defaultValue(of: attribute) ?? "as before") again"
    }
    return before.map { "set \(attribute) back to \($0)" } ?? "take \(attribute) back"
  }

  private func fixes(for effect: PlanEffect) -> [Fix] {
    switch effect {
    case .sorts(let keys):
      if let sql = indexInOrder(keys) {
        return [.statements(Fix.Statements(purpose: "make an index in the order of the query", sql: [sql]))]
      }
      guard current.plan.sortsScannedRows(by: keys) else { return [] }
      return [.advice("no index gives the order \(keys): order by the columns of an index, as it has them")]
    case .materialized(let cte, true) where current.plan.canInline(cte: cte):
      return [.advice("write \(cte) AS NOT MATERIALIZED, so that the conditions on it reach the tables that it reads")]
    case .subplanPerRow:
      return [
        .advice("compute it once: group a sub-select by the columns that tie it to the row, and join that")
      ]
    case .readsAllRows(let reader) where reader == "a window function":
      return [.advice("a window function needs all rows: count or rank in a statement of its own")]
    case .skips:
      return [.advice("ask for the rows after the last one seen, (a, b) > (x, y), and not for an OFFSET")]
    case .filtersInOrder: return scansInOrder.compactMap { indexLeadingAndInOrder($0) }
    case .reads, .materialized, .subplanNotHashed, .readsAllRows, .removesDuplicates: return []
    }
  }

  /// The statement for an index in the order of some sort keys, with the columns in front that are compared for
  /// equality; nil if they are not plain columns of one scan.
  private func indexInOrder(_ keys: String) -> String? {
    var found: Scan?
    var columns: [String] = []
    for key in keys[...].pieces(between: ", ") {
      let words = key.split(separator: " ", maxSplits: 1)
      let parts = (words.first ?? "").split(separator: ".")
      guard parts.count == 2, ["", "DESC", "NULLS FIRST", "DESC NULLS LAST"].contains(words.dropFirst().first ?? ""),
        let scan = current.scans.first(where: { $0.node.alias.map { quotedIdentifier($0)[...] == parts[0] } ?? false }),
        found == nil || found?.path == scan.path,
        current.facts.columns(of: scan.relation).contains(where: { quotedIdentifier($0.name)[...] == parts[1] })
      else { return nil }
      found = scan
      columns.append(([String(parts[1])] + words.dropFirst().map(String.init)).joined(separator: " "))
    }
    guard let scan = found else { return nil }
    let relation = scan.identity.root ?? scan.relation
    let leading = scan.equalColumns(current.facts).map(quotedIdentifier).filter { !columns.contains($0) }
    return "CREATE INDEX ON \(quotedIdentifier(relation.schema)).\(quotedIdentifier(relation.name)) "
      + "(\((leading + columns).joined(separator: ", ")));"
  }

  /// An index that finds the rows of a scan by what it compares for equality, in the order of the index that it walks.
  private func indexLeadingAndInOrder(_ scan: Scan) -> Fix? {
    let facts = current.facts[scan.relation]
    // Columns of a plain B-tree only: what is put into a statement are names.
    guard let name = scan.indexNames.first, let index = facts?.index(named: name), index.predicate == nil,
      let list = index.definition[...].dropping(prefix: "btree (")?.prefix(while: { $0 != ")" })
    else { return nil }
    let columns = list.pieces(between: ", ").map(String.init)
    let known = Set(current.facts.columns(of: scan.relation).map { quotedIdentifier($0.name) })
    let leading = scan.equalColumns(current.facts).map(quotedIdentifier).filter { !columns.contains($0) }
    guard !leading.isEmpty, columns.allSatisfy({ known.contains(String($0.prefix { $0 != " " })) }) else { return nil }
    let relation = scan.identity.root ?? scan.relation
    return .statements(
      Fix.Statements(
        purpose: "make an index that finds the rows in this order",
        sql: [
          "CREATE INDEX ON \(quotedIdentifier(relation.schema)).\(quotedIdentifier(relation.name)) "
            + "(\((leading + columns).joined(separator: ", ")));"
        ]))
  }

  /// Whether a function is scanned as a whole that was a part of the plan before.
  private var isNoLongerInlined: Bool {
    guard let baseline else { return false }
    let isScan = { (node: PlanNode) in node.nodeType == "Function Scan" }
    return current.plan.root.contains(where: isScan) && !baseline.plan.root.contains(where: isScan)
  }

  /// Whether a function is called in the conditions of the plan that was a part of them before.
  private func isNoLongerInlined(_ object: String) -> Bool {
    guard let name = object[...].dropping(prefix: "function ")?.prefix(while: { $0 != "(" }) else { return false }
    let last = name.split(separator: ".").last ?? name
    return functionsEntered.contains { ($0.name[...].split(separator: ".").last ?? "") == last && !$0.wasOnce }
  }

  /// The partial indexes that are there and that the condition no longer asks for.
  fileprivate func unimpliedIndexes(for findings: [Finding]) -> [Fix] {
    guard let baseline else { return [] }
    var conditions: (old: PlanConditions, new: PlanConditions)?
    return findings.prefix(Fix.mostStatements).flatMap { finding -> [Fix] in
      guard let before = finding.baselinePath.flatMap({ baseline.scan(at: $0) }),
        let now = finding.path.flatMap({ current.scan(at: $0) }), let facts = current.facts[now.relation]
      else { return [] }
      return before.indexNames.filter { !now.indexNames.contains($0) }.compactMap { name -> Fix? in
        guard let index = baseline.facts[before.relation]?.index(named: name), let predicate = index.predicate,
          facts.hasIndex(like: index.definition)
        else { return nil }
        let (old, new) =
          conditions ?? (
            PlanConditions(baseline, hidesLiterals: false), PlanConditions(current, hidesLiterals: false)
          )
        conditions = (old, new)
        let columns = Set(namesInCondition(predicate, withTypes: false))
        // A condition that implied the predicate without being it may do so still.
        let implying = old.parts(at: before.path).filter {
          !columns.isDisjoint(with: namesInCondition($0.text, withTypes: false))
        }
        if (old.predicates[before.path] ?? []).allSatisfy(new.hasUnqualified)
          || !implying.isEmpty && implying.allSatisfy(new.hasUnqualified)
        {
          return nil
        }
        // Of a generic plan: what a parameter is going to be is not known when it is made.
        let isParameter = (now.node.text("Filter") ?? "")[...].pieces(between: " AND ").contains {
          !columns.isDisjoint(with: namesInCondition($0, withTypes: false)) && $0.parts(at: " = $") != nil
        }
        return .advice(
          "the index \(name) has only the rows WHERE \(predicate): ask for that as it stands"
            + (isParameter ? ", with the value in the text and not as a parameter" : ""))
      }
    }
  }

  /// The advice where a condition still stands that led an index, behind row-level security or a security barrier.
  fileprivate func barriers(for findings: [Finding], _ causes: [Cause]) -> [Fix] {
    let isBarrier = causes.contains { cause in
      switch cause {
      case .policyNew: true
      case .attributeChanged(_, "security_barrier", _, "true"): true
      default: false
      }
    }
    guard isBarrier, let baseline else { return [] }
    let new = PlanConditions(current, hidesLiterals: false)
    let old = PlanConditions(baseline, hidesLiterals: false)
    for finding in findings {
      guard let before = finding.baselinePath.flatMap({ baseline.scan(at: $0) }),
        let now = current.facts[before.relation],
        before.indexNames.contains(where: { name in
          baseline.facts[before.relation]?.index(named: name).map { now.hasIndex(like: $0.definition) } ?? false
        }),
        let part = old.parts(at: before.path).first(where: {
          new.hasUnqualified($0) && !functionCalls(in: $0.text).isEmpty
        })
      else { continue }
      return [
        .advice(
          "row-level security and a security barrier are applied before \(part.text): it leads an index only if its "
            + "functions and operators are LEAKPROOF; let a column of the policy or of the view lead")
      ]
    }
    return []
  }

  /// The indexes of their siblings for the partitions that lack them.
  fileprivate func siblingIndexes(for findings: [Finding]) -> [Fix] {
    let scans = findings.filter { $0.rule == Rule.seqScan.id && $0.baselinePath == nil }.prefix(Fix.mostStatements)
      .compactMap { $0.path.flatMap { current.scan(at: $0) } }
    let statements = scans.filter { $0.access == .seqScan }.flatMap { scan in
      indexesOfSiblings(missingOn: scan).map { definition in
        "CREATE INDEX ON \(quotedIdentifier(scan.relation.schema)).\(quotedIdentifier(scan.relation.name)) "
          + "USING \(definition);"
      }
    }
    if statements.isEmpty { return [] }
    return [
      .statements(
        Fix.Statements(
          purpose: "make the index that its siblings have", sql: Array(statements.prefix(Fix.mostStatements))))
    ]
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

  /// Whether a filter of a relation compares a column with LIKE.
  private func looksForPrefix(_ column: String, of relation: RelationName) -> Bool {
    current.scans.contains { scan in
      (scan.relation == relation || scan.identity.root == relation)
        && (scan.node.text("Filter") ?? "")[...].pieces(between: " AND ").contains {
          $0.parts(at: " ~~ ").map { namesInCondition($0.before, withTypes: false) == [column] } ?? false
        }
    }
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

extension Plan {
  /// Whether a sort by these keys has the rows of one scan, in whose order an index could give them.
  fileprivate func sortsScannedRows(by keys: String) -> Bool {
    root.contains { node in
      guard node.nodeType == "Sort" || node.nodeType == "Incremental Sort", case .array(let own)? = node["Sort Key"],
        own.compactMap(\.stringValue).joined(separator: ", ") == keys
      else { return false }
      var below = node
      while below.relationName == nil, below.inputs.count == 1, below.nodeType != "Aggregate",
        below.nodeType != "WindowAgg"
      {
        below = below.inputs[0]
      }
      return below.relationName != nil
    }
  }

  /// Whether a CTE only reads and is not recursive: NOT MATERIALIZED does nothing for others.
  fileprivate func canInline(cte: String) -> Bool {
    root.contains { $0.cteName == cte && $0.nodeType != "Recursive Union" && $0.nodeType != "ModifyTable" }
  }

  /// Whether a filter negates a sub-select, as NOT IN does.
  fileprivate var hasNotIn: Bool {
    root.contains { node in
      guard let filter = node.text("Filter") else { return false }
      // Up to 16, and from 17.
      return ["NOT (hashed SubPlan", "NOT (SubPlan", "NOT (ANY ("].contains { filter[...].parts(at: $0) != nil }
    }
  }
}

extension FunctionPerRow {
  /// How it could run once; a function that takes a column cannot.
  fileprivate func advice(_ observation: Observation) -> Fix {
    let text = observation.plan.root[path].text(key) ?? ""
    let arguments = text[...].parts(at: "\(name)(")?.after.prefix { $0 != ")" } ?? ""
    guard !arguments.joinedAliases.isEmpty, key != PlanNode.outputFunctionsKey else {
      return .advice("\(Rule.functionPerRow.fix): \(name)()")
    }
    return .advice(
      "\(name)() takes \(arguments), so that it runs for each row: look up once what it looks for, as in column IN "
        + "(SELECT …)")
  }
}
