import PlanCore
import Postgres

extension CaseRunner {
  /// The parameters of a query, and its plan without their values, which is not run.
  func genericPlan(of query: Query) throws(ServerError) -> (parameters: [TypedParameter], plan: Plan?) {
    let parameters = try parameters(of: query)
    let scanned = query.statement.scanned
    let text = try inTransaction(of: query, [("plan_cache_mode", "force_generic_plan")], sendsCounts: false) {
      () throws(ServerError) in
      let prefix = "PREPARE \(CaseRunner.name)\(try types(of: query, scanned).list) AS\n"
      do throws(ServerError) { try connection.execute(prefix + scanned.sql) } catch { throw error.moved(by: prefix) }
      let nulls = parameters.isEmpty ? "" : "(" + parameters.map { _ in "NULL" }.joined(separator: ", ") + ")"
      return try connection.execute("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE \(CaseRunner.name)" + nulls).value
    }
    return (parameters, text.flatMap { try? Plan(explainJSON: $0) })
  }
}
