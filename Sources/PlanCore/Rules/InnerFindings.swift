/// Rows of a table that a new inner statement may read sequentially without a finding.
private let smallReads = 1000.0

/// The rules that judge the plans of inner statements as they judge the plan of the case.
private let scanRules: [Rule] = [.seqScan, .indexCondLost, .rowsRemoved, .partitionPruning, .newSeqScan]

extension Rule {
  /// The findings of the rule on what a case runs inside.
  ///
  /// They name the origin of the statement; the plan that is shown has none of its nodes.
  func innerFindings(
    in comparison: CaseComparison, _ inner: [InnerComparison], _ settings: RuleSettings
  ) -> [Finding] {
    guard scanRules.contains(where: { $0.id == id }), settings.severity != .off else { return [] }
    var found = inner.flatMap { inner in
      findings(in: inner.plans, settings).map { $0.moved(into: inner) }
    }
    if id == Rule.seqScan.id {
      let drafts = comparison.newSequentialReads + comparison.countedSequentialReads
      found += drafts.map { draft, fix in
        var finding = Finding(draft, rule: id, severity: min(settings.severity, draft.severityLimit))
        finding.fix = fix
        return finding
      }
    }
    return found
  }
}

extension Finding {
  /// The finding in the words of the case that runs the statement.
  fileprivate func moved(into inner: InnerComparison) -> Finding {
    var finding = self
    if rule == Rule.seqScan.id, let path, let scan = inner.plans.current.scan(at: path) {
      let before = baselinePath.flatMap { inner.plans.baseline?.scan(at: $0) }
      let read = SequentialRead(scan, inner)
      finding.message = read.message(before: before)
      finding.fix = read.fix
    } else {
      finding.message = "in the \(inner.statement.origin), run \(times(inner.statement.calls)): \(message)"
    }
    (finding.path, finding.baselinePath) = (nil, nil)
    return finding
  }
}

/// `12 times`, `once`.
private func times(_ count: Double) -> String { count == 1 ? "once" : "\(Figures.grouped(count)) times" }

/// A Seq Scan of an inner statement.
private struct SequentialRead {
  let scan: Scan
  let inner: InnerComparison
  /// The columns that an index would need, where none has them in front.
  let missing: [String]

  init(_ scan: Scan, _ inner: InnerComparison) {
    (self.scan, self.inner) = (scan, inner)
    missing = scan.columnsWithoutIndex(inner.plans.current.facts)
  }

  /// `the foreign key c_p_id_fkey reads public.c sequentially, 12 times, 960,000 rows: no index on (p_id)`.
  ///
  /// - Parameter before: the scan that answers to it.
  func message(before: Scan?) -> String {
    let loops = scan.node.actual?.loops ?? 0
    return "the \(inner.statement.origin) reads \(scan.relation) sequentially, \(times(loops)), "
      + "\(Figures.grouped(scan.node.examinedRows)) rows"
      + (before.map { " (\($0.accessDescription) -> \(scan.accessDescription))" } ?? "")
      + (missing.isEmpty ? "" : ": no index on (\(missing.joined(separator: ", ")))")
  }

  /// The statement that makes the missing index.
  var fix: Fix? {
    scan.missingIndexStatement(inner.plans.current.facts)
      .map { .statements(Fix.Statements(purpose: "make the missing index", sql: [$0])) }
  }
}

extension CaseComparison {
  /// Seq Scans of statements that did not run in the state before: new work.
  fileprivate var newSequentialReads: [(FindingDraft, fix: Fix?)] {
    guard let baseline else { return [] }
    let (before, now) = (baseline.sequentialRows, current.sequentialRows)
    return newInnerPlans.flatMap { inner in
      inner.plans.current.scans.compactMap { scan -> (FindingDraft, fix: Fix?)? in
        let root = scan.identity.root ?? scan.relation
        guard scan.access == .seqScan, scan.node.examinedRows >= smallReads,
          current.facts[scan.relation].map({ $0.pages >= 8 }) ?? true,
          // The statement may have been part of the plan before.
          (now[root] ?? 0) > (before[root] ?? 0) * 1.3
        else { return nil }
        let read = SequentialRead(scan, inner)
        var draft = FindingDraft(scan, read.message(before: nil) + "; \(label) does not run it")
        draft.path = nil
        return (draft, read.fix)
      }
    }
  }

  /// Sequential reads that only counters show: one of the sides does not show its statements, or not all of them.
  fileprivate var countedSequentialReads: [(FindingDraft, fix: Fix?)] {
    guard let baseline, baseline.format > .one,
      !showsInnerStatements || baseline.captured.inner.isCapped || current.captured.inner.isCapped
    else { return [] }
    let shown = Set(current.captured.inner.plans.flatMap(\.sequentialRelations))
    let (before, now) = (baseline.innerReads, current.innerReads)
    return now.sorted { $0.key < $1.key }.compactMap { relation, reads in
      let accepted = before[relation]?.rows ?? 0
      guard !showsInnerStatements || !shown.contains(relation), reads.rows - accepted >= smallReads,
        reads.rows >= accepted * 2,
        current.facts[relation].map({ $0.pages >= 8 }) ?? true
      else { return nil }
      var draft = FindingDraft(
        "\(relation) is read sequentially inside the statement: \(Figures.grouped(reads.scans)) scans, "
          + "\(Figures.grouped(reads.rows)) rows, \(Figures.grouped(accepted)) in \(label)")
      draft.relation = relation
      draft.root = current.facts.root(of: relation)
      return (draft, nil)
    }
  }
}

extension Plan {
  fileprivate var sequentialRelations: [RelationName] {
    var relations: [RelationName] = []
    root.forEachNode { node, _ in
      if node.nodeType == "Seq Scan", let relation = node.relation { relations.append(relation) }
    }
    return relations
  }
}

extension Observation {
  /// What counters say of sequential reads, without those of the plan itself.
  fileprivate var innerReads: [RelationName: SequentialReads] {
    var reads = captured.inner.sequentialReads
    plan.root.forEachNode { node, _ in
      guard node.nodeType == "Seq Scan", let relation = node.relation else { return }
      reads[relation]?.rows -= node.examinedRows
      reads[relation]?.scans -= node.actual?.loops ?? 0
    }
    return reads.filter { $0.value.rows > 0 }
  }
}
