/// A finding as a rule returns it.
///
/// The rule's id and the severity are added by `Rule.findings(in:_:)`.
package struct FindingDraft: Equatable, Sendable {
  /// One line, without a final full stop.
  package var message: String
  /// The node in the current plan; nil for a finding about the whole case.
  var path: NodePath?
  /// The matching node in the baseline.
  var baselinePath: NodePath?
  /// The scanned relation; nil for a join.
  var relation: RelationName?
  /// Its partitioned parent.
  var root: RelationName?
  var alias: String?
  var figures: FindingFigures?
  /// For a sequential scan: whether an index could serve it.
  var indexVerdict: IndexVerdict?
  /// The highest severity that the finding can have, whatever the manifest gives to the rule.
  var severityLimit = Severity.fail
  /// Whether it stands also where the whole plan became far cheaper: an index that is lost, a limit of the manifest.
  var isFirm = false

  init(_ message: String, severityLimit: Severity = .fail) {
    self.message = message
    self.severityLimit = severityLimit
  }

  /// A finding about a scan.
  init(_ scan: Scan, _ message: String) {
    self.init(message)
    path = scan.path
    relation = scan.relation
    root = scan.identity.root
    alias = scan.identity.baseAlias
  }
}

extension Observation {
  /// A finding about a node, with the node's name as its message so far.
  func finding(at path: NodePath) -> FindingDraft {
    guard let scan = scan(at: path) else {
      var finding = FindingDraft(name(at: path))
      finding.path = path
      return finding
    }
    return FindingDraft(scan, scan.identity.description)
  }
}

extension CaseComparison {
  /// The row counts of a node of the current plan.
  func figures(at path: NodePath) -> FindingFigures {
    current.estimates.element(at: path).map(FindingFigures.init)
      ?? FindingFigures(planRows: current.plan.root[path].planRows, actualRows: nil, qError: nil)
  }
}
