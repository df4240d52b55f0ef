private let floor = RuleKey(
  "floor", default: 1000, atLeast: 1, "rows for which a function is called, from which it is judged")

extension Rule {
  /// A function that the baseline called once, or not at all, is called for each row.
  ///
  /// Only functions that are not built in are judged: no block and no row shows what they take. A sub-select that
  /// became one per row is for `subplan-per-row`.
  static let functionPerRow = Rule(
    id: "function-per-row", defaultSeverity: .fail,
    summary: "a function that is not built in is called for each row, and was called once",
    fix: "put the call into a sub-select, as in (SELECT f()), so that it runs once",
    keys: [floor],
    manual: RuleManual(
      why: """
        A call that stands alone in a condition runs for each row that the condition is applied to. In a sub-select of
        its own it runs once, and the rows are compared with its result. The plan, its blocks and its rows are the same;
        its time is not.
        """,
      details: """
        Filters, join conditions and output columns count, conditions that lead an index do not: those are computed once
        per scan. The rule fails when the baseline computed a sub-select once that is gone, or called the function for an
        index or for one row; a function that is just new only warns. Functions of `pg_catalog` are not judged, nor those in the search
        path that the query does not name itself; in output columns only functions outside the search path are seen.
        """,
      example: RuleExample(
        before: """
          -> Seq Scan on public.notes n  (cost=0.26..457 rows=40 width=8) (actual rows=40 loops=1) (buffers=207)
            Filter: (n.user_id = $0)
            Rows Removed by Filter: 19960
            InitPlan -> Result  (cost=0..0.26 rows=1 width=8) (actual rows=1 loops=1) (buffers=0)
              Subplan Name: InitPlan 1 (returns $0)
          """,
        now: """
          -> Seq Scan on public.notes n  (cost=0..5457 rows=40 width=8) (actual rows=40 loops=1) (buffers=207)
            Filter: (n.user_id = auth.uid())
            Rows Removed by Filter: 19960
          """),
      silencing: "Record the plan, or raise `floor` where the function takes next to nothing.")
  ) { comparison, settings in
    comparison.functionsEntered.filter { $0.rows >= settings[floor] }.map { function in
      var finding = comparison.current.finding(at: function.path)
      finding.severityLimit = function.wasOnce ? .fail : .warn
      finding.message +=
        ": \(function.name)() is called for each of \(function.isUpperBound ? "up to " : "")"
        + "\(Figures.grouped(function.rows)) rows "
        + "(\(function.key == PlanNode.outputFunctionsKey ? "output" : function.key)), "
        + (function.wasOnce ? "once" : "not called per row") + " in \(comparison.label)"
      finding.figures = comparison.figures(at: function.path)
      return finding
    }
  }
}
