extension Rule {
  /// What stands out in the plan of a query that has no baseline to be held against.
  static let newQuery = Rule(
    id: "new-query", defaultSeverity: .warn, isHeadline: false,
    summary: "a query without a baseline has estimates, filters, loops or spills that need a look",
    fix: "look at it before you record it",
    parameters: [
      .number("threshold", 10, minimum: 1, "q-error of a node"),
      .number("floor", 10_000, minimum: 1, "rows that a filter must remove, over all loops"),
      .number("ratio", 100, minimum: 1, "rows removed for each row that is kept"),
      .number("outer", 10_000, minimum: 1, "outer rows of a nested loop without an index inside"),
      .number("inner", 10, minimum: 1, "inner rows that each of them is held against"),
    ]
  ) { comparison, settings in
    guard comparison.baseline == nil else { return [] }
    let current = comparison.current
    func finding(_ path: NodePath, _ text: String) -> Finding {
      var finding = current.finding(rule: "new-query", severity: settings.severity, at: path)
      finding.message += ": " + text
      finding.figures = comparison.figures(at: path)
      return finding
    }
    var findings = comparison.misestimates(threshold: settings.number("threshold"), floor: 100, isAbsolute: true)
      .map { misestimate in
        var finding = finding(misestimate.estimate.path, "")
        finding.message = misestimate.finding.message
        return finding
      }
    findings += current.wastefulFilters(settings).map { node in
      finding(
        node.path,
        "\(Figures.grouped(node.node.totalRemovedRows)) rows removed by its filter for "
          + "\(Figures.grouped(node.node.totalActualRows ?? 0)) kept")
    }
    findings += current.unindexedLoops(settings).map { loop in
      finding(loop.path, "each outer row is held against \(current.innerName(of: loop)) without an index")
    }
    findings += current.keyedNodes { $0.text("Sort Space Type") == "Disk" || $0.hashBatches > 1 }.map { node in
      finding(node.path, "does not fit into memory")
    }
    return findings
  }

  /// The run time of the plan, against a budget. Off unless asked for, and only with `timing: true`.
  static let time = Rule(
    id: "time", defaultSeverity: .off, isHeadline: false, summary: "the query runs longer than its budget",
    fix: "see the other findings, or raise the budget",
    parameters: [.number("budget", 1000, minimum: 0.001, "milliseconds")]
  ) { comparison, settings in
    guard let time = comparison.current.plan.executionTime, time > settings.number("budget") else { return [] }
    return [
      Finding(
        rule: "time", severity: settings.severity,
        message: "ran \(Figures.count(time)) ms, the budget is \(Figures.count(settings.number("budget"))) ms")
    ]
  }
}
