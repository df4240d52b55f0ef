private let warn = RuleKey("warn", default: 2, atLeast: 1, "times the baseline's rows from which it warns")
private let fail = RuleKey(
  "fail", default: 10, atLeast: 1, "times the baseline's rows from which it fails, where its severity is fail")
private let floor = RuleKey(
  "floor", default: 1000, atLeast: 0, "rows by which it must grow; ten times as many below `fail`")

extension Rule {
  /// The nodes of the plan pass on and throw away more rows, all together.
  ///
  /// The third measure of work, beside blocks and cost.
  static let rowsProcessed = Rule(
    id: "rows-processed", defaultSeverity: .warn, isWholePlan: true,
    summary: "the nodes of the plan process more rows",
    fix: "fewer loops, a condition that is applied earlier, or an index",
    keys: [warn, fail, floor],
    manual: RuleManual(
      why: """
        Rows that are passed from node to node in memory touch no block, and a wrong estimate hides them from the cost.
        They take time all the same.
        """,
      details: """
        The rows that come out of each node and those that its filters remove count for each loop. EXPLAIN rounds them
        to the average loop, so a difference of less than half a row per loop is none. By default the rule only warns:
        more rows are often just more data.
        """,
      example: RuleExample(
        before: """
          -> Hash Join  (cost=6.63..400 rows=10000 width=60) (actual rows=10000 loops=1) (buffers=140)
            Join Type: Inner
            Hash Cond: (o.country = c.code)
            Outer -> Seq Scan on public.orders o  (cost=0..300 rows=10000 width=44) (actual rows=10000 loops=1) (buffers=138)
            Inner -> Hash  (cost=4..4 rows=195 width=16) (actual rows=195 loops=1) (buffers=2)
              Outer -> Seq Scan on public.countries c  (cost=0..4 rows=195 width=16) (actual rows=195 loops=1) (buffers=2)
          """,
        now: """
          -> Nested Loop  (cost=0..780 rows=10000 width=60) (actual rows=10000 loops=1) (buffers=140)
            Join Type: Inner
            Join Filter: (o.country ~~ c.pattern)
            Rows Removed by Join Filter: 1940000
            Outer -> Seq Scan on public.orders o  (cost=0..300 rows=10000 width=44) (actual rows=10000 loops=1) (buffers=138)
            Inner -> Materialize  (cost=0..5 rows=195 width=16) (actual rows=195 loops=10000) (buffers=2)
              Outer -> Seq Scan on public.countries c  (cost=0..4 rows=195 width=16) (actual rows=195 loops=1) (buffers=2)
          """),
      silencing: "Raise `warn`, or record the plan.")
  ) { comparison, settings in
    guard let work = comparison.rowsProcessed else { return [] }
    let now = work.now - comparison.excusedGrowth { ($0.totalActualRows ?? 0) + $0.totalRemovedRows }
    let factor = now / max(work.before, 1)
    guard let severity = settings.severity(of: factor, warn: warn, fail: fail),
      now - work.before >= settings[floor] * (severity == .fail ? 1 : 10)
    else { return [] }
    return [
      FindingDraft(
        "rows processed \(Figures.count(work.before)) -> \(Figures.count(now)), "
          + "\(Figures.factor(factor)) times \(comparison.label)'s",
        severityLimit: severity)
    ]
  }
}

extension RuleSettings {
  /// What `rows-processed` takes for a difference.
  var rowsProcessedLimits: WorkLimits { WorkLimits(warn: self[warn], floor: self[floor]) }
}
