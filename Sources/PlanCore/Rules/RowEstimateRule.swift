private let threshold = RuleKey("threshold", default: 10, atLeast: 1, "the largest q-error that is accepted unseen")
private let floor = RuleKey(
  "floor", default: 100, atLeast: 0, "rows by which the counts must differ, over all loops")
private let absolute = RuleKey("absolute", default: false, "judge regardless of the baseline")

extension Rule {
  /// The ratio of estimated to actual rows of a node crosses the threshold.
  ///
  /// Only counts that are complete, or proven lower bounds, are judged. The finding names the node where the error
  /// begins; nodes above that inherit it are left out.
  package static let rowEstimate = Rule(
    id: "row-estimate", defaultSeverity: .fail, isHeadline: true, isOfPart: true,
    summary: "the ratio of estimated to actual rows of a node crosses the threshold",
    fix: "ANALYZE, a higher statistics target, or CREATE STATISTICS on the columns that belong together",
    keys: [threshold, floor, absolute],
    manual: RuleManual(
      why: """
        The planner chooses joins and memory by its estimates. An estimate that is off by a factor of 50 is the usual
        start of a nested loop over too many rows, or of a hash table that does not fit into memory.
        """,
      details: """
        A node fails when its q-error (the larger of estimated/actual and actual/estimated, both at least 1) is above
        the threshold and at least 1.25 times what the baseline accepted, or twice where that was above the threshold
        itself. Only counts that are complete are judged, or proven lower bounds: with a LIMIT, a merge join that ends
        early, a worker's share and a dozen other causes EXPLAIN's actual rows are not the number of matching rows. The
        finding names the node where the error begins. Generic plans only warn. `absolute: true` judges regardless of the baseline.
        """,
      example: RuleExample(
        before: """
          -> Seq Scan on public.orders o  (cost=0..1859 rows=190 width=44) (actual rows=212 loops=1) (buffers=734)
            Filter: ((o.city = 'Lyon'::text) AND (o.country = 'FR'::text))
            Rows Removed by Filter: 79788
          """,
        now: """
          -> Seq Scan on public.orders o  (cost=0..1859 rows=4 width=44) (actual rows=212 loops=1) (buffers=734)
            Filter: ((o.city = 'Lyon'::text) AND (o.country = 'FR'::text))
            Rows Removed by Filter: 79788
          """),
      silencing: """
        Record the baseline: the rule then fires only when the error grows. For data that nobody can estimate, raise
        `threshold` of the query or waive the relation.
        """)
  ) { comparison, settings in
    let isAbsolute = settings[absolute]
    guard comparison.baseline != nil || isAbsolute else { return [] }
    return comparison.misestimates(
      threshold: settings[threshold], floor: settings[floor], isAbsolute: isAbsolute
    ).map { misestimate in
      var finding = misestimate.finding
      finding.isFirm = isAbsolute
      // A generic plan's estimates are averages over all values, by design.
      if comparison.current.captured.isGeneric { finding.severityLimit = .warn }
      return finding
    }
  }
}

/// A node whose estimate misses by more than the threshold, and where the error begins.
package struct Misestimate: Sendable {
  package let estimate: RowEstimate
  package let finding: FindingDraft
}

extension CaseComparison {
  /// The nodes where the errors above the threshold of `row-estimate` begin, whatever the baseline accepted.
  ///
  /// - Parameter settings: of `row-estimate`.
  package func misestimates(aboveThresholdOf settings: RuleSettings) -> [Misestimate] {
    misestimates(threshold: settings[threshold], floor: settings[floor], isAbsolute: true)
  }

  /// The nodes where the errors that cross the threshold begin.
  ///
  /// - Parameter isAbsolute: whether every q-error above the threshold counts, whatever the baseline accepted.
  func misestimates(threshold: Double, floor: Double, isAbsolute: Bool) -> [Misestimate] {
    let misses = current.estimates.filter { estimate in
      estimate.rowCount != .notJudged && estimate.qError.value > threshold && estimate.difference >= floor
    }
    if misses.isEmpty { return [] }
    let accepted = isAbsolute ? AcceptedErrors(nil) : AcceptedErrors(baseline)
    let errors = accepted.qErrors(of: current)
    let crossing = misses.filter { estimate in
      let before = errors[estimate.path] ?? 1
      return estimate.qError.value >= before * (before <= threshold ? 1.25 : 2)
    }
    let judged = Set(current.estimates.filter { $0.rowCount != .notJudged }.map(\.path))
    let crossed = Dictionary(crossing.map { ($0.path, $0.qError.value) }, uniquingKeysWith: { first, _ in first })
    return crossing.filter { estimate in
      // An error of an input that is reported itself explains this one, unless this one is at least twice as bad.
      let inputs = current.judgedInputs(of: estimate.path, judged)
      return estimate.qError.value >= 2 * (inputs.compactMap { crossed[$0] }.max() ?? 0)
    }.map { estimate in
      let before = errors[estimate.path] ?? 1
      return Misestimate(
        estimate: estimate,
        finding: finding(estimate, accepted: isAbsolute || baseline == nil ? nil : before))
    }
  }

  private func finding(_ estimate: RowEstimate, accepted: Double?) -> FindingDraft {
    let node = current.plan.root[estimate.path]
    let scan = current.scan(at: estimate.path)
    let bound = estimate.rowCount == .lowerBound ? "at least " : ""
    let loops = estimate.executions > 1 ? " in each of \(Figures.grouped(estimate.executions)) loops" : ""
    let name = scan?.identity.description ?? "\(node.nodeType) \(current.aliases(at: estimate.path))"
    let estimated = Figures.grouped(estimate.estimated)
    var message =
      "\(name): estimated \(estimated) row\(estimated == "1" ? "" : "s"), got \(bound)\(Figures.count(estimate.actual))\(loops), "
      + "off by a factor of \(bound)\(Figures.factor(estimate.qError.value))"
    if let accepted { message += accepted == 1 ? " (accepted: 1)" : " (accepted: \(Figures.factor(accepted)))" }
    var finding = scan.map { FindingDraft($0, message) } ?? FindingDraft(message)
    finding.path = estimate.path
    finding.figures = FindingFigures(estimate)
    return finding
  }
}

extension Observation {
  /// The nearest judged nodes below a node, through those that only repeat their child.
  fileprivate func judgedInputs(of path: NodePath, _ judged: Set<NodePath>) -> [NodePath] {
    var found: [NodePath] = []
    func descend(_ node: PlanNode, _ path: NodePath) {
      for (index, child) in node.children.enumerated() {
        let childPath = path + [index]
        if judged.contains(childPath) { found.append(childPath) } else { descend(child, childPath) }
      }
    }
    descend(plan.root[path], path)
    return found
  }
}

/// The q-errors of a baseline, by scan identity and by the set of relations below a node.
private struct AcceptedErrors {
  var byIdentity: [ScanIdentity: Double] = [:]
  var byKey: [NodeKey: Double] = [:]
  /// By the relation and the alias of a scan, whatever the sub-select that it is in; a partition counts as its root.
  var byName: [ScanName: Double] = [:]
  /// The largest one of all.
  var worst = 1.0
  /// The nodes that the baseline has, judged or not.
  var known: Set<NodeKey> = []
  /// What the baseline scans, judged or not.
  var read: Set<ScanName> = []

  struct ScanName: Hashable {
    let relation: RelationName
    let alias: String

    init(_ identity: ScanIdentity) {
      (relation, alias) = (identity.root ?? identity.relation, identity.baseAlias)
    }
  }

  init(_ baseline: Observation?) {
    guard let baseline else { return }
    let scans = Dictionary(uniqueKeysWithValues: baseline.scans.map { ($0.path, $0.identity) })
    let nodes = baseline.keyedNodes { _ in true }
    known = Set(nodes.map(\.key))
    read = Set(baseline.scans.map { ScanName($0.identity) })
    // A plan that did not run has no estimates, else there is one for each node.
    for (estimate, node) in zip(baseline.estimates, nodes)
    where estimate.rowCount != .notJudged {
      if let identity = scans[estimate.path] {
        byIdentity[identity.withoutScopeNumbers] = max(
          byIdentity[identity.withoutScopeNumbers] ?? 1, estimate.qError.value)
        let name = ScanName(identity)
        byName[name] = max(byName[name] ?? 1, estimate.qError.value)
      }
      worst = max(worst, estimate.qError.value)
      byKey[node.key] = max(byKey[node.key] ?? 1, estimate.qError.value)
    }
  }

  /// The accepted q-error of each node of another plan.
  ///
  /// A scan that moved to another sub-select keeps its own. A join that the baseline does not have, since it joins the
  /// same relations in another order, inherits an error from below it: it has the worst of all.
  func qErrors(of current: Observation) -> [NodePath: Double] {
    let scans = Dictionary(uniqueKeysWithValues: current.scans.map { ($0.path, $0.identity) })
    return Dictionary(
      current.keyedNodes { _ in true }.map { node in
        guard let scan = scans[node.path] else {
          if let accepted = byKey[node.key] { return (node.path, accepted) }
          let isReordered =
            !known.contains(node.key)
            && current.scans(feeding: node.path).allSatisfy { read.contains(ScanName($0.identity)) }
          return (node.path, isReordered ? worst : 1)
        }
        let accepted =
          byIdentity[scan.withoutScopeNumbers] ?? byKey[node.key] ?? byName[ScanName(scan)]
        return (node.path, accepted ?? 1)
      }, uniquingKeysWith: { first, _ in first })
  }
}
