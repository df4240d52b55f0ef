/// A rule: its id, what a manifest can set of it, and how it judges a case.
///
/// A rule has a file of its own and a line in `Rule.all`. The rest follows from what it declares: the manifest's reader
/// and schema, the reports and docs/rules.md.
package struct Rule: Sendable {
  /// The name in the manifest and in reports, in kebab-case.
  package let id: String
  package let defaultSeverity: Severity
  /// Whether the rule can fail a case on another server major than the baseline's, where the other rules only warn.
  package let isHeadline: Bool
  /// Whether the rule judges figures of the whole plan, which follow from those of its nodes.
  package let isWholePlan: Bool
  /// Whether the rule judges a part of the plan's work, and so only warns where the whole plan became far cheaper.
  package let isOfPart: Bool
  /// The summary of what the rule finds, one line without a final full stop.
  package let summary: String
  /// The usual fix, in one line without a final full stop.
  package let fix: String
  /// The keys that a manifest can set beside `severity`.
  package let parameters: [Parameter]
  /// The rest of its entry in docs/rules.md.
  package let manual: RuleManual
  private let find: @Sendable (CaseComparison, RuleSettings) -> [FindingDraft]

  init(
    id: String, defaultSeverity: Severity, isHeadline: Bool = false, isWholePlan: Bool = false,
    isOfPart: Bool = false, summary: String, fix: String, keys: [any DeclaredKey] = [], manual: RuleManual,
    find: @escaping @Sendable (CaseComparison, RuleSettings) -> [FindingDraft]
  ) {
    self.id = id
    self.defaultSeverity = defaultSeverity
    self.isHeadline = isHeadline
    self.isWholePlan = isWholePlan
    self.isOfPart = isOfPart
    self.summary = summary
    self.fix = fix
    parameters = keys.map(\.parameter)
    self.manual = manual
    self.find = find
  }

  /// The findings of the rule on a case, with its id and the severity that the settings give them.
  package func findings(in comparison: CaseComparison, _ settings: RuleSettings) -> [Finding] {
    guard settings.severity != .off else { return [] }
    let drafts = find(comparison, settings)
    let isExcused = isOfPart && !drafts.isEmpty && comparison.isFarCheaper
    return drafts.map { draft in
      var finding = Finding(draft, rule: id, severity: min(settings.severity, draft.severityLimit))
      if isExcused, !draft.isFirm, finding.severity == .fail {
        finding.severity = .warn
        finding.message += "; the whole plan became far cheaper"
      }
      return finding
    }
  }
}

extension Rule {
  /// All rules, in the order in which their findings are reported.
  package static let all: [Rule] = [
    .seqScan,
    .rowEstimate,
    .indexCondLost,
    .buffers,
    .cost,
    .rowsProcessed,
    .rowsRemoved,
    .nestedLoop,
    .subplanPerRow,
    .innerCalls,
    .functionPerRow,
    .partitionPruning,
    .sortSpill,
    .hashSpill,
    .newSeqScan,
    .indexOnlyHeapFetches,
    .lossyBitmap,
    .indexChanged,
    .joinChanged,
    .parallelism,
    .jit,
    .newQuery,
    .planChanged,
    .time,
  ]

  /// The rule id of a case that timed out.
  ///
  /// It is no rule of the manifest and cannot be switched off.
  package static let timeoutID = "timeout"
}
