/// A function that is not built in and that a plan calls for each row.
struct FunctionPerRow: Equatable {
  /// As EXPLAIN prints it, without its arguments: `auth.uid`.
  let name: String
  /// The node that calls it for the most rows.
  let path: NodePath
  /// `Filter`, `Join Filter` …; `Output Functions` for a column that is passed on.
  let key: String
  /// For how many rows, at most, over all nodes and loops.
  let rows: Double
  /// Whether other parts of its condition may spare it some of them.
  var isUpperBound = false
  /// Whether the baseline calls it just once, as far as its plan shows.
  var wasOnce = false
}

extension Observation {
  /// The functions that are called for each row, by name.
  ///
  /// Conditions that lead an index are computed once per scan. EXPLAIN prints the schema of a function that is not in
  /// the search path; of the others the catalog tells which the query names.
  ///
  /// - Parameter hasOutput: whether the functions of output columns count; baselines up to format 1 lack them.
  func functionsPerRow(hasOutput: Bool) -> [String: FunctionPerRow] {
    let named = namedFunctions
    var functions: [String: FunctionPerRow] = [:]
    plan.root.forEachNode { node, path in
      guard let actual = node.actual, actual.loops > 0 else { return }
      for key in Observation.perRowKeys {
        guard let text = node.text(key) else { continue }
        let isOutput = key == PlanNode.outputFunctionsKey
        if isOutput, !hasOutput { continue }
        let rows = isOutput ? node.outputRows : (actual.rows + node.removedRowsPerLoop) * actual.loops
        let names = isOutput ? text[...].pieces(between: ", ").map { String($0) } : functionCalls(in: text)
        for name in Set(names) where isOfUser(name, named) {
          let known = functions[name]
          let isMost = rows > (known?.rows ?? -1)
          functions[name] = FunctionPerRow(
            name: name, path: isMost ? path : known?.path ?? path, key: isMost ? key : known?.key ?? key,
            rows: rows + (known?.rows ?? 0),
            isUpperBound: known?.isUpperBound ?? false || text[...].parts(at: " AND ") != nil
              || text[...].parts(at: " OR ") != nil)
        }
      }
    }
    return functions
  }

  /// Whether a function is called once, as far as the plan shows: for an index or before any row is read.
  func callsOnce(_ name: String) -> Bool {
    plan.root.contains { node in
      ["Index Cond", "One-Time Filter", "TID Cond"].contains { key in
        node.text(key).map { functionCalls(in: $0).contains(name) } ?? false
      }
    }
  }

  /// How many sub-selects are computed once and passed on as a parameter.
  var initPlanCount: Int {
    var count = 0
    plan.root.forEachNode { node, _ in
      if node.parentRelationship == "InitPlan", node.cteName == nil { count += 1 }
    }
    return count
  }

  static let perRowKeys = ["Filter", "Join Filter", "Hash Cond", "Merge Cond", PlanNode.outputFunctionsKey]

  private func isOfUser(_ name: String, _ named: Set<Substring>) -> Bool {
    guard let schema = name[...].before(last: ".") else { return named.contains(name[...]) }
    return schema != "pg_catalog" && schema != "information_schema"
  }

  /// The names, without schema, of the functions that the query names itself or through others.
  private var namedFunctions: Set<Substring> {
    Set(
      // The second ones have the types of the parameters behind the name.
      (Array(facts.definitions.keys) + facts.objects.keys).compactMap { title in
        title[...].dropping(prefix: "function ").flatMap { $0.prefix { $0 != "(" }.split(separator: ".").last }
      })
  }
}

extension CaseComparison {
  /// The functions that are called for each row now, and in the baseline for none or for a single one, as in a
  /// sub-select that is computed once.
  var functionsEntered: [FunctionPerRow] {
    guard let baseline, baseline.plan.isAnalyzed else { return [] }
    let hasOutput = baseline.format > .one
    let now = current.functionsPerRow(hasOutput: hasOutput)
    if now.isEmpty { return [] }
    let before = baseline.functionsPerRow(hasOutput: hasOutput)
    let losesInitPlan = baseline.initPlanCount > current.initPlanCount
    return now.values.filter { $0.rows > 1 && (before[$0.name]?.rows ?? 0) <= 1 }
      .sorted { ($1.rows, $0.name) < ($0.rows, $1.name) }
      .map { function in
        var function = function
        function.wasOnce = losesInitPlan || before[function.name] != nil || baseline.callsOnce(function.name)
        return function
      }
  }
}

extension PlanNode {
  /// The rows for which the columns that it passes on are computed: an aggregate computes its arguments for each row
  /// that it reads.
  fileprivate var outputRows: Double {
    let own = totalActualRows ?? 0
    guard nodeType == "Aggregate" || nodeType == "WindowAgg" else { return own }
    return inputs.reduce(own) { max($0, $1.totalActualRows ?? 0) }
  }
}
