import OperatingSystem
import PlanCore
import Postgres

/// Tries the statements of fixes on a clone of a state, each with the case that it is for.
struct FixTrial {
  private let state: DatabaseState
  private let queries: [Query]

  /// Cases beyond which statements are not tried any more: they mostly share their cause.
  private static let mostCases = 30

  init(_ queries: [Query], in state: DatabaseState) { (self.queries, self.state) = (queries, state) }

  /// The outcomes with the statements that help, and what they bring.
  ///
  /// Statements that fail or do not help are left out, and so are those that were not tried.
  func tried(_ outcomes: [CaseOutcome]) -> [CaseOutcome] {
    let wanted = outcomes.indices.filter {
      outcomes[$0].fixes.contains { if case .statements = $0 { true } else { false } }
    }
    if wanted.isEmpty { return outcomes }
    var outcomes = outcomes
    let clone = state.server.newState()
    var isThere = false
    if (try? state.catalog) != nil { isThere = (try? state.server.copy(state.name, to: clone)) != nil }
    defer { if isThere { try? state.server.drop(clone) } }
    for (number, index) in wanted.enumerated() {
      outcomes[index].fixes = outcomes[index].fixes.compactMap { fix in
        guard case .statements(var statements) = fix else { return fix }
        guard isThere, number < FixTrial.mostCases, Interruption.shared.signal == nil,
          let effect = try? effect(of: statements.sql, on: outcomes[index], in: clone)
        else { return nil }
        statements.effect = effect
        return .statements(statements)
      }
      // A finding's own statements are among them, or did not help.
      for finding in outcomes[index].findings.indices {
        guard case .statements(let statements)? = outcomes[index].findings[finding].fix else { continue }
        let own = Fix.statements(statements)
        outcomes[index].findings[finding].fix = outcomes[index].fixes.first {
          $0.lines == statements.sql || $0.makesSameIndexes(as: own)
        }
      }
    }
    return outcomes
  }

  /// What statements bring a case; nil if it is not better with them.
  private func effect(
    of sql: [String], on outcome: CaseOutcome, in clone: DatabaseServer.Name
  ) throws(ServerError) -> String? {
    guard let query = state.withValues(queries.filter { $0.name == outcome.query }).first,
      let queryCase = query.cases.first(where: { $0.name == outcome.caseName }), let comparison = outcome.comparison
    else { return nil }
    let connection = try state.server.connect(to: clone)
    let runner = CaseRunner(
      connection: connection, isWritable: true, time: state.serverTime, probe: state.probe, prelude: sql)
    let (answer, left) = try runner.runWarm(queryCase, of: query) { (activity) throws(ServerError) in
      try connection.removeRolledBackRows(of: activity)
    }
    try connection.removeRolledBackRows(of: left)
    guard case .plans(let plans) = answer else { return nil }
    state.server.keep(connection, to: clone)
    return comparison.effect(ofPlan: plans.plan, plans.inner ?? InnerWork())
  }
}
