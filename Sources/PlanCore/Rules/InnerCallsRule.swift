private let warn = RuleKey("warn", default: 3, atLeast: 1, "times the baseline's executions from which it warns")
private let fail = RuleKey("fail", default: 10, atLeast: 1, "times the baseline's executions from which it fails")
private let floor = RuleKey("floor", default: 100, atLeast: 1, "executions from which it is judged")

extension Rule {
  /// A statement inside the case, of a function, a trigger or a foreign key, runs many times more often.
  static let innerCalls = Rule(
    id: "inner-calls", defaultSeverity: .fail,
    summary: "a statement of a function, trigger or foreign key runs many times more often than in the baseline",
    fix: "one statement for all rows in the place of one for each",
    keys: [warn, fail, floor],
    manual: RuleManual(
      why: """
        A function that runs a statement for each row is quick with ten rows and slow with ten thousand. Its plan does
        not change, and EXPLAIN does not show it.
        """,
      details: """
        plangate sees what a case runs inside through `auto_explain`; where the server does not have it, the rule is
        silent. It stops watching after 1,000 statements.
        """,
      example: RuleExample(
        before: """
          -> Result  (cost=0..0.26 rows=1 width=8) (actual rows=1 loops=1) (buffers=30)
          inside function report(integer): 10 calls
            statement: (SELECT o.total FROM orders o WHERE o.id = c + i)
            -> Index Scan using orders_pkey on public.orders o  (cost=0.29..8.31 rows=1 width=4) (actual rows=1 loops=10) (buffers=30)
              Index Cond: (o.id = ?)
          """,
        now: """
          -> Result  (cost=0..0.26 rows=1 width=8) (actual rows=1 loops=1) (buffers=1200)
          inside function report(integer): 400 calls
            statement: (SELECT o.total FROM orders o WHERE o.id = c + i)
            -> Index Scan using orders_pkey on public.orders o  (cost=0.29..8.31 rows=1 width=4) (actual rows=1 loops=400) (buffers=1200)
              Index Cond: (o.id = ?)
          """),
      silencing: "Raise `floor` for the query, or record the new plan.")
  ) { comparison, settings in
    // A count that was cut off says nothing of the next one.
    guard comparison.baseline?.captured.inner.isCapped == false else { return [] }
    let least = comparison.current.captured.inner.isCapped ? "at least " : ""
    return comparison.innerStatements.compactMap { statement, before in
      guard let before, statement.calls >= settings[floor],
        let severity = settings.severity(of: statement.calls / max(before.calls, 1), warn: warn, fail: fail)
      else { return nil }
      return FindingDraft(
        "the \(statement.origin) runs a statement \(least)\(Figures.grouped(statement.calls)) times, "
          + "\(Figures.grouped(before.calls)) times in \(comparison.label): \(statement.text.prefix(100))",
        severityLimit: severity)
    }
  }
}
