import JSON
import PlanCore

@testable import Reporting

extension EveryKind {
  /// The Sort and the Aggregate are swapped.
  static func moved() throws -> CaseOutcome {
    func scan(_ type: String, _ buffers: Double) -> JSON {
      node(type, "orders", alias: "o", cost: 100, rows: 1000, actual: 900, buffers: buffers, as: "Outer")
    }
    let before = node(
      "Sort", cost: 150, rows: 5, actual: 5, buffers: 30, [key("Sort Key", "o.status")],
      [
        node(
          "Aggregate", cost: 140, rows: 5, actual: 5, buffers: 30, as: "Outer", [key("Strategy", "Hashed")],
          [scan("Seq Scan", 30)])
      ])
    let now = node(
      "Aggregate", cost: 190, rows: 5, actual: 5, buffers: 31, [key("Strategy", "Sorted")],
      [
        node(
          "Sort", cost: 180, rows: 1000, actual: 900, buffers: 31, as: "Outer", [key("Sort Key", "o.status")],
          [scan("Seq Scan", 31)])
      ])
    return outcome("orders_by_status", before: try observation(before), now: try observation(now))
  }

  /// An Append with many similar members, one of which lost its index.
  static func partitions() throws -> CaseOutcome {
    func append(lost: Int?) -> JSON {
      let members = (0..<40).map { (index: Int) in
        node(
          index == lost ? "Seq Scan" : "Index Scan", "events_\(index)", alias: "e_\(index)",
          index: index == lost ? nil : "events_\(index)_idx", cost: 8, rows: 1, actual: 1,
          buffers: index == lost ? 90 : 3, as: "Member")
      }
      return node("Append", cost: 400, rows: 40, actual: 40, buffers: lost == nil ? 120 : 207, [], members)
    }
    return outcome("events_of_user", before: try observation(append(lost: nil)), now: try observation(append(lost: 20)))
  }

  /// A plan with timing, an InitPlan and a CTE shown elsewhere than where they run, and workers that share the rows.
  static func timed() throws -> CaseOutcome {
    var outcome = try outcome("timed", before: observation(timedPlan(hasTime: false)), now: observation(timedPlan()))
    outcome.comparison = try timedComparison()
    return outcome
  }

  static func timedComparison() throws -> CaseComparison {
    CaseComparison(baseline: try observation(timedPlan(hasTime: false)), current: try observation(timedPlan()))
  }

  static func timedPlan(hasTime: Bool = true) -> JSON {
    func time(_ milliseconds: Double) -> [JSONMember] { hasTime ? [key("Actual Total Time", milliseconds)] : [] }
    let recent = node(
      "Seq Scan", "orders", alias: "o", cost: 100, rows: 1000, actual: 4000, buffers: 60, as: "InitPlan",
      [key("Subplan Name", "CTE recent")] + time(30))
    let lowest = node(
      "Index Only Scan", "limits", index: "limits_pkey", cost: 4, actual: 1, buffers: 2, as: "InitPlan",
      [key("Subplan Name", "InitPlan 2 (returns $1)")] + time(1))
    let scan = node(
      "CTE Scan", cost: 20, rows: 10, actual: 4000, buffers: 62, as: "Outer",
      [key("CTE Name", "recent"), key("Alias", "recent"), key("Filter", "(total > $1)")] + time(36))
    let workers = node(
      "Gather", cost: 300, rows: 200, actual: 300, buffers: 40, as: "Inner", [key("Workers Planned", 2)] + time(20),
      [
        node(
          "Seq Scan", "items", alias: "i", cost: 250, rows: 100, actual: 100, loops: 3, buffers: 40, as: "Outer",
          [JSONMember("Parallel Aware", .bool(true))] + time(18))
      ])
    return node(
      "Hash Join", cost: 430, rows: 10, actual: 4000, buffers: 102, [key("Join Type", "Inner")] + time(60),
      [recent, lowest, scan, workers])
  }

  static func timedOut() throws -> CaseOutcome {
    func plan(_ type: String) throws -> Observation {
      try observation(node(type, "orders", cost: 10, rows: 7, actual: nil, buffers: nil))
    }
    let comparison = CaseComparison(baseline: try plan("Index Scan"), current: try plan("Seq Scan"))
    let judgement = judge(comparison, policy: CasePolicy(today: "2026-11-21"), timeout: "it did not end within 30 s")
    var outcome = CaseOutcome(query: "ledger_sum", caseName: nil, verdict: judgement.verdict)
    outcome.findings = judgement.findings
    outcome.comparison = comparison
    return outcome
  }

  static func onServer(_ server: ServerVersion) throws -> CaseOutcome {
    var outcome = try Shop.passed()
    outcome.id = CaseID("on_each_server", outcome.caseName)
    outcome.server = server
    return outcome
  }
}
