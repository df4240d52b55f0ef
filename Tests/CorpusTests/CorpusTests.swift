import PlanCore
import Testing

@testable import GateCommand

/// Each planted regression must be found, by the expected rule and with the expected cause; its harmless twin must not.
@Suite struct CorpusTests {
  @Test(arguments: PlantedRegression.all)
  func `a planted regression is found with its cause`(planted: PlantedRegression) throws {
    try CorpusWorker.with { worker in
      if let majors = planted.majors, !majors.contains(worker.major) { return }
      let outcomes = try worker.outcomes(after: planted.change, of: planted.query, all: false)
      let outcome = try #require(outcomes.first { $0.name == planted.query })
      let findings = outcome.findings.map {
        "\($0.severity) \($0.rule) \($0.relation?.description ?? "-"): \($0.message)"
      }
      let finding = outcome.findings.first { finding in
        finding.rule == planted.rule && finding.severity.rawValue == planted.severity
          && (planted.relation == nil || finding.relation?.description == planted.relation
            || finding.root?.description == planted.relation)
      }
      let said = "\(planted.name): \(outcome.verdict) \(outcome.reason ?? "")\n\(findings.joined(separator: "\n"))"
      #expect(finding != nil, "\(said)")
      let verdict = planted.verdict ?? (planted.severity == "fail" ? .regressed : outcome.verdict)
      #expect(outcome.verdict == verdict, "\(said)")
      if let fix = planted.fix { #expect(finding?.fix?.lines.contains(fix) == true, "\(said)") }
      let causes = outcome.comparison?.causes.map(\.text) ?? []
      if let cause = planted.cause {
        #expect(causes.contains { $0.contains(cause) }, "\(planted.name): \(causes)")
      }
    }
  }

  @Test(arguments: PlantedRegression.all)
  func `its harmless twin is no alarm`(planted: PlantedRegression) throws {
    try CorpusWorker.with { worker in
      let red = try worker.outcomes(after: planted.twin, of: planted.query, all: true)
        .filter { $0.isFailed(strict: false) }
      let words = red.map { "\($0.name): \($0.verdict) \($0.reason ?? "") \($0.findings.map(\.message))" }
      #expect(red.isEmpty, "\(planted.name):\n\(words.joined(separator: "\n"))")
    }
  }

  @Test(arguments: PlantedRegression.all.filter { $0.rule == "nested-loop" })
  func `a query without a baseline gets warnings only for a costly plan`(
    planted: PlantedRegression
  ) throws {
    try CorpusWorker.with { worker in
      func findings(_ change: PlantedRegression.Change?) throws -> [String] {
        let outcomes = try worker.outcomes(after: change, of: planted.query, all: false, hasBaseline: false)
        #expect(outcomes.map(\.verdict) == [.new])
        return outcomes.flatMap(\.findings).map { "\($0.severity) \($0.rule) \($0.message)" }
      }
      #expect(try findings(nil).isEmpty)
      let told = try findings(planted.change)
      #expect(told.contains { $0.hasPrefix("warn new-query") && $0.contains("without an index") }, "\(told)")
    }
  }
}
