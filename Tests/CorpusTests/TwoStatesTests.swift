import PlanCore
import Testing

@testable import GateCommand

/// Two states of one database, compared without a baseline on disk: what every command that compares does.
@Suite struct TwoStatesTests {
  @Test func `an index that a step drops on a clone is the cause of the failure`() throws {
    try CorpusWorker.with { worker in
      let queries = try worker.queries("parcel_by_tracking", "customer_by_email")
      let before = try worker.seeded.capture(of: queries)
      let state = try worker.seeded.clone(
        StateLabel("the state after 7_drop.sql"),
        applying: [try worker.script(#"DROP INDEX freight."Parcel_tracking_idx""#)])
      defer { state.drop() }
      let outcome = judge(now: try state.capture(of: queries), before: before, policies: worker.policies(queries))
      #expect(outcome.before == before.label)
      let failed = outcome.cases.filter { $0.isFailed(strict: false) }
      #expect(failed.map(\.name) == ["parcel_by_tracking"])
      #expect(failed.first?.findings.first?.rule == "seq-scan")
      // The catalog of a fresh capture has all relations; only what either side reads can be a cause.
      let index = IndexFacts(name: "Parcel_tracking_idx", definition: "btree (tracking)", traits: [.unique])
      let relation = RelationName(schema: "freight", name: "Parcel")
      #expect(failed.first?.causes == [.index(relation, .gone(index))])
      #expect(outcome.cases.filter { $0.query == "customer_by_email" }.allSatisfy { $0.verdict == .passed })
    }
  }

  @Test func `messages name the state that was compared with`() throws {
    try CorpusWorker.with { worker in
      let queries = try worker.queries("parcel_by_tracking")
      let state = try worker.seeded.clone(
        StateLabel("main@ab12"), applying: [try worker.script("CREATE TABLE freight.nothing ()")])
      defer { state.drop() }
      let empty = try worker.seeded.clone(
        .now, applying: [try worker.script(#"TRUNCATE freight."Parcel" CASCADE"#)])
      defer { empty.drop() }
      let outcome = judge(
        now: try empty.capture(of: queries), before: try state.capture(of: queries), policies: worker.policies(queries))
      #expect(outcome.cases.map(\.verdict) == [.unchecked])
      #expect(outcome.cases.first?.reason?.contains("rows in main@ab12 and has none now") == true)
    }
  }
}
