private let threshold = RuleKey("threshold", default: 10, atLeast: 1, "q-error of a node")
private let floor = RuleKey("floor", default: 10_000, atLeast: 1, "rows that a filter must remove, over all loops")
private let ratio = RuleKey("ratio", default: 100, atLeast: 1, "rows removed for each row that is kept")
private let outer = RuleKey(
  "outer", default: 10_000, atLeast: 1, "outer rows of a nested loop without an index inside")
private let inner = RuleKey("inner", default: 10, atLeast: 1, "inner rows that each of them scans")

extension Rule {
  /// Conspicuous parts of the plan of a query that has no baseline to be compared with.
  static let newQuery = Rule(
    id: "new-query", defaultSeverity: .warn,
    summary: "a query without a baseline has estimates, filters, loops or spills that need a look",
    fix: "review the plan before you record it",
    keys: [threshold, floor, ratio, outer, inner],
    manual: RuleManual(
      why: """
        A query that nobody recorded yet has no accepted plan. This is the moment to look at it: once it is recorded,
        the other rules take what it has as given.
        """,
      example: RuleExample(
        now: """
          -> Index Scan using orders_tenant_id_idx on public.orders o  (cost=0.29..2100 rows=12 width=44) (actual rows=12 loops=1) (buffers=1900)
            Index Cond: (o.tenant_id = 7)
            Filter: (o.status = 'open'::text)
            Rows Removed by Filter: 49988
          """),
      silencing: "Record the plan: the rule is silent as soon as there is a baseline.")
  ) { comparison, settings in
    guard comparison.baseline == nil else { return [] }
    let current = comparison.current
    func finding(_ path: NodePath, _ text: String) -> FindingDraft {
      var finding = current.finding(at: path)
      finding.message += ": " + text
      finding.figures = comparison.figures(at: path)
      return finding
    }
    var findings = comparison.misestimates(threshold: settings[threshold], floor: 100, isAbsolute: true)
      .map { misestimate in
        var finding = finding(misestimate.estimate.path, "")
        finding.message = misestimate.finding.message
        return finding
      }
    findings += current.wastefulFilters(ratio: settings[ratio], floor: settings[floor]).map { node in
      finding(
        node.path,
        "\(Figures.grouped(node.node.totalRemovedRows)) rows removed by its filter for "
          + "\(Figures.grouped(node.node.totalActualRows ?? 0)) kept")
    }
    findings += current.unindexedLoops(outerRows: settings[outer], innerRows: settings[inner]).map { loop in
      finding(loop.path, "each outer row scans \(current.innerName(of: loop)) without an index")
    }
    findings += current.keyedNodes { $0.text("Sort Space Type") == "Disk" || $0.hashBatches > 1 }.map { node in
      finding(node.path, "does not fit into memory")
    }
    return findings
  }
}
