import JSON
import PlanCore
import Testing

@testable import GateCommand

/// What steps of a seed leave behind that VACUUM and ANALYZE hide, from what is seen between them.
@Suite struct SeedTracesTests {
  private static func snapshot(
    rows: Double = 1000, dead: Double = 0, file: String = "1", vacuums: String = "0",
    columns: [String: String] = ["a": "1 23"]
  ) -> SeedSnapshot {
    var snapshot = SeedSnapshot()
    let relation = RelationName(schema: "public", name: "t")
    snapshot.tables[7] = SeedSnapshot.Table(relation: relation, file: file, rows: rows, dead: dead, vacuums: vacuums)
    snapshot.owners[7] = relation
    for (name, object) in columns { snapshot.add(object, SeedSnapshot.Key(table: 7, kind: .column, name: name)) }
    return snapshot
  }

  private static func traces(_ snapshots: SeedSnapshot...) -> SeedTraces {
    var traces = SeedTraces()
    for (step, (before, now)) in zip(snapshots, snapshots.dropFirst()).enumerated() {
      traces.add(step: step, from: before, to: now)
    }
    return traces
  }

  static let traces = traces(snapshot(), snapshot(dead: 400, columns: ["a": "1 20"]))

  private func dead(_ snapshots: SeedSnapshot...) -> [Double] {
    var traces = SeedTraces()
    for (step, (before, now)) in zip(snapshots, snapshots.dropFirst()).enumerated() {
      traces.add(step: step, from: before, to: now)
    }
    return traces.dead.map(\.count)
  }

  @Test func `a type that changed, another column of the name and a rebuilt object lose their statistics`() {
    #expect(Self.traces.lost.map(\.name) == ["a"])
    #expect(Self.traces(Self.snapshot(), Self.snapshot(columns: ["a": "2 23"])).lost.map(\.step) == [0])
    let renamed = Self.traces(
      Self.snapshot(columns: ["a": "1 23", "b": "2 23"]), Self.snapshot(columns: ["b": "1 23", "a": "2 23"]))
    #expect(renamed.lost.isEmpty)
    #expect(Self.traces(Self.snapshot(), Self.snapshot(columns: ["a": "1 23", "b": "2 23"])).lost.isEmpty)
    #expect(Self.traces(Self.snapshot(), Self.snapshot(columns: ["a": "1 20"]), SeedSnapshot()).lost.isEmpty)
  }

  @Test func `dead rows count that a step left of rows that were there before`() {
    #expect(dead(Self.snapshot(), Self.snapshot(dead: 400), Self.snapshot(dead: 500)) == [500])
    // Filled and updated by one step, or more than it found there.
    #expect(dead(SeedSnapshot(), Self.snapshot(dead: 900)).isEmpty)
    #expect(dead(Self.snapshot(rows: 10), Self.snapshot(dead: 900)) == [10])
    // Rewritten, vacuumed, or pruned since.
    #expect(dead(Self.snapshot(), Self.snapshot(dead: 400), Self.snapshot(dead: 400, file: "2")).isEmpty)
    #expect(dead(Self.snapshot(), Self.snapshot(dead: 400, vacuums: "1")).isEmpty)
    #expect(dead(Self.snapshot(), Self.snapshot(dead: 400), Self.snapshot(dead: 0)).isEmpty)
    #expect(dead(Self.snapshot(), Self.snapshot(dead: 400), Self.snapshot(dead: 100)) == [100])
  }

  @Test func `a step that has no name is counted`() {
    #expect(Self.traces.masked(by: [.script("seed/1.sql")]).deadRows.map(\.step) == ["seed/1.sql"])
    #expect(Self.traces.masked(by: []).lostStatistics.map(\.step) == ["step 1"])
  }

  @Test func `they come back from the cache`() {
    #expect(SeedTraces(Self.traces.json) == Self.traces)
    #expect(SeedTraces(.null) == nil && SeedTraces(.object([])) == nil)
  }
}
