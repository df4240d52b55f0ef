/// The verdict on a case: the first that applies.
package enum Verdict: String, Sendable, CaseIterable {
  /// It could not be planned, run or compared.
  case unchecked
  /// It has no baseline yet.
  case new
  case regressed
  /// The shape changed, cost and buffers are both down by a tenth or more; or with the same shape, blocks, cost or rows
  /// processed are down by half.
  case improved
  case changed
  case passed
}

/// How a case is to be judged.
package struct CasePolicy: Sendable {
  /// By rule id; a rule that is missing has its defaults.
  package var rules: [String: RuleSettings]
  package var waivers: [Waiver]
  /// The current day in UTC: waivers expire.
  package var today: Day

  package init(rules: [String: RuleSettings] = [:], waivers: [Waiver] = [], today: Day) {
    self.rules = rules
    self.waivers = waivers
    self.today = today
  }
}

extension CasePolicy {
  /// Whether the rule seq-scan asks what an index could serve, and not what the planner chose.
  package var requiresIndexable: Bool { rules[Rule.seqScan.id]?.requiresIndexable ?? false }
}

/// The verdict on a case with all that led to it.
package struct Judgement: Sendable {
  package let verdict: Verdict
  /// In rule order.
  package let findings: [Finding]
  /// The waivers that match something, also what another one excuses already.
  package let usedWaivers: [Waiver]
}

/// Judges a case.
///
/// - Parameter timeout: what the server said when the case did not end in time; its plan is then one without ANALYZE.
package func judge(_ comparison: CaseComparison, policy: CasePolicy, timeout: String? = nil) -> Judgement {
  let inner = comparison.innerPlans
  var findings = Rule.all.flatMap { policy.findings($0, comparison, inside: inner) }
  if let timeout {
    var finding = Finding(rule: Rule.timeoutID, severity: .fail, message: timeout)
    finding.fix = .timeout
    findings.append(finding)
  }

  var used: [Waiver] = []
  for index in findings.indices {
    let matching = policy.waivers.filter { !$0.isExpired(on: policy.today) && $0.matches(findings[index]) }
    findings[index].waiver = matching.first
    used += matching.filter { !used.contains($0) }
  }
  excuseConsequences(in: &findings, comparison, policy)
  // More rows are the consequence of whatever else fails; the rule is for what nothing else shows.
  if findings.contains(where: \.isFailing) {
    findings.removeAll { $0.rule == Rule.rowsProcessed.id && $0.severity < .fail }
  }
  return Judgement(verdict: verdict(comparison, findings, policy), findings: findings, usedWaivers: used)
}

extension CasePolicy {
  /// The findings of a rule under this policy.
  ///
  /// - Parameter inner: the plans of inner statements beside those that they had before.
  fileprivate func findings(
    _ rule: Rule, _ comparison: CaseComparison, inside inner: [InnerComparison] = []
  ) -> [Finding] {
    let settings = rules[rule.id] ?? RuleSettings(rule)
    let found = rule.findings(in: comparison, settings) + rule.innerFindings(in: comparison, inner, settings)
    return found.map { finding in
      var finding = finding
      if comparison.isOtherMajor, !rule.isHeadline { finding.severity = min(finding.severity, .warn) }
      return finding
    }
  }
}

/// Extends waivers to what follows from a waived scan: the rows that it removes, and the growth of the whole plan as
/// far as it is the scan's own.
private func excuseConsequences(in findings: inout [Finding], _ comparison: CaseComparison, _ policy: CasePolicy) {
  let waived = findings.filter { $0.waiver != nil && $0.path != nil && $0.rule != Rule.rowsRemoved.id }
  guard let waiver = waived.first?.waiver else { return }
  for index in findings.indices where findings[index].rule == Rule.rowsRemoved.id && findings[index].waiver == nil {
    findings[index].waiver = waived.first { $0.path == findings[index].path }?.waiver
  }
  var rest = comparison
  for finding in waived {
    guard let current = finding.path, let baseline = finding.baselinePath,
      !rest.excused.contains(where: { $0.current == current })
    else { continue }
    rest.excused.append((baseline, current))
  }
  for rule in Rule.all where rule.isWholePlan && policy.findings(rule, rest).isEmpty {
    for index in findings.indices where findings[index].rule == rule.id && findings[index].waiver == nil {
      findings[index].waiver = waiver
    }
  }
}

private func verdict(_ comparison: CaseComparison, _ findings: [Finding], _ policy: CasePolicy) -> Verdict {
  guard let baseline = comparison.baseline else { return .new }
  if findings.contains(where: \.isFailing) { return .regressed }
  guard comparison.isShapeChanged else { return comparison.isImproved(under: policy) ? .improved : .passed }
  let (before, now) = (baseline.plan.root, comparison.current.plan.root)
  guard let blocks = comparison.blocks, baseline.plan.isAnalyzed, comparison.current.plan.isAnalyzed else {
    return .changed
  }
  // A tenth has no exact binary form: 16.9 -> 15.21 is down by 10 % too.
  let share = 0.9 * (1 + 1e-12)
  guard blocks.now <= blocks.before * share else { return .changed }
  // How soon a LIMIT is reached is a guess, and fewer blocks show that it was a bad one.
  return now.totalCost <= before.totalCost * share || comparison.isLimited ? .improved : .changed
}
