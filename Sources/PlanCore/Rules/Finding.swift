/// The weight of a finding.
package enum Severity: String, Sendable, Comparable {
  case off, warn, fail

  private var weight: Int {
    switch self {
    case .off: 0
    case .warn: 1
    case .fail: 2
    }
  }

  package static func < (a: Severity, b: Severity) -> Bool { a.weight < b.weight }
}

/// A finding of one rule on one case.
package struct Finding: Equatable, Sendable {
  package let rule: String
  package var severity: Severity
  /// The node in the current plan; nil for a finding about the whole case.
  package var path: NodePath?
  /// The matching node in the baseline.
  package var baselinePath: NodePath?
  /// The scanned relation; nil for a join.
  package var relation: RelationName?
  /// Its partitioned parent.
  package var root: RelationName?
  package var alias: String?
  /// One line, without a final full stop.
  package var message: String
  package var figures: FindingFigures?
  /// For a sequential scan: whether an index could serve it.
  package var indexVerdict: IndexVerdict?
  /// A fix for this finding alone.
  package var fix: Fix?
  /// The waiver that excuses it.
  package var waiver: Waiver?

  package init(rule: String, severity: Severity, message: String) {
    self.rule = rule
    self.severity = severity
    self.message = message
  }

  /// A finding from what a rule returned.
  init(_ draft: FindingDraft, rule: String, severity: Severity) {
    self.init(rule: rule, severity: severity, message: draft.message)
    path = draft.path
    baselinePath = draft.baselinePath
    relation = draft.relation
    root = draft.root
    alias = draft.alias
    figures = draft.figures
    indexVerdict = draft.indexVerdict
  }

  /// Whether the finding fails its case.
  package var isFailing: Bool { severity == .fail && waiver == nil }
}

/// The row counts behind a finding, per execution of its node.
package struct FindingFigures: Equatable, Sendable {
  package let planRows: Double
  /// Nil for a plan that did not run.
  package let actualRows: Double?
  /// Nil where the counts cannot be judged.
  package let qError: Double?

  package init(planRows: Double, actualRows: Double?, qError: Double?) {
    self.planRows = planRows
    self.actualRows = actualRows
    self.qError = qError
  }

  init(_ estimate: RowEstimate) {
    self.init(
      planRows: estimate.estimated, actualRows: estimate.actual,
      qError: estimate.rowCount == .notJudged ? nil : estimate.qError.value)
  }
}
