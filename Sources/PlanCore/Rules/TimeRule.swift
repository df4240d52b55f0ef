private let budget = RuleKey("budget", default: 1000, atLeast: 0.001, "milliseconds")

extension Rule {
  /// The run time of the plan, against a budget.
  ///
  /// Off by default, and only with `timing: true`.
  static let time = Rule(
    id: "time", defaultSeverity: .off, summary: "the query runs longer than its budget",
    fix: "see the other findings, or raise the budget",
    keys: [budget],
    manual: RuleManual(
      why: """
        A budget in milliseconds is easy to explain. But time depends on the machine and on what else runs there, so the
        rule is off unless the manifest turns it on.
        """,
      details: "It needs `timing: true` in the manifest.",
      example: RuleExample(
        before: """
          -> Seq Scan on public.orders o  (cost=0..1734 rows=20 width=44) (actual rows=21 loops=1) (buffers=734)
            Filter: (o.note ~~ '%gift%'::text)
          """,
        now: """
          -> Seq Scan on public.orders o  (cost=0..1734 rows=20 width=44) (actual rows=21 loops=1) (buffers=734)
            Filter: (o.note ~~ '%gift%'::text)
          """,
        executionTime: 1840),
      silencing: "Raise `budget` for the query.")
  ) { comparison, settings in
    guard let time = comparison.current.plan.executionTime, time > settings[budget] else { return [] }
    return [FindingDraft("ran \(Figures.count(time)) ms, the budget is \(Figures.count(settings[budget])) ms")]
  }
}
