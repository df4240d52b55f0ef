private let budget = RuleKey("budget", default: 1000, atLeast: 0.001, "milliseconds")

extension Rule {
  /// The run time of the plan, against a budget. Off by default, and only with `timing: true`.
  static let time = Rule(
    id: "time", defaultSeverity: .off, summary: "the query runs longer than its budget",
    fix: "see the other findings, or raise the budget",
    keys: [budget]
  ) { comparison, settings in
    guard let time = comparison.current.plan.executionTime, time > settings[budget] else { return [] }
    return [FindingDraft("ran \(Figures.count(time)) ms, the budget is \(Figures.count(settings[budget])) ms")]
  }
}
