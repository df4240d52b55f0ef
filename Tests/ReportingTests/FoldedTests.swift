import PlanCore
import Testing

@testable import Reporting

@Suite struct FoldedTests {
  /// A partitioned table that loses its index, built in parts so that each partition is a separate relation.
  private func partitioned(_ count: Int) throws -> CaseOutcome {
    let root = RelationName(schema: "public", name: "events")
    func observation(_ type: String, isIndexed: Bool) throws -> Observation {
      let indexes = isIndexed ? [IndexFacts(name: "i", definition: "btree (user_id)")] : []
      var relations = [root: RelationFacts(rows: -1, pages: 0, indexes: indexes)]
      for number in 0..<count {
        relations[RelationName(schema: "public", name: "events_\(number)")] = RelationFacts(
          root: root, rows: 60_000, pages: 836,
          indexes: isIndexed ? [IndexFacts(name: "i_\(number)", definition: "btree (user_id)")] : [])
      }
      let members = (0..<count).map { number in
        node(
          type, "events_\(number)", index: isIndexed ? "i_\(number)" : nil, as: "Member",
          [key(isIndexed ? "Index Cond" : "Filter", "(user_id = 1)")])
      }
      return Observation(
        CapturedCase(
          name: nil, isGeneric: false, sqlFingerprint: fingerprint("q"), parametersFingerprint: fingerprint(""),
          plan: try plan(node("Append", nil, [], members))),
        facts: CatalogFacts(relations: relations), serverMajor: 15)
    }
    return outcome(
      "events", before: try observation("Index Scan", isIndexed: true),
      now: try observation("Seq Scan", isIndexed: false))
  }

  @Test func `a lost index of a partitioned table is reported once`() throws {
    let outcome = try partitioned(12)
    #expect(outcome.findings.count { $0.rule == "seq-scan" } == 12)
    let style = TerminalStyle(isColored: false, width: 200)
    let lines = try #require(TerminalReport.details(outcome, strict: false, style: style)).split(separator: "\n")
    let findings = lines.filter { $0.hasPrefix("  seq-scan: ") }
    #expect(
      findings == [
        "  seq-scan: public.events_0: Index Scan using i_0 -> Seq Scan, and likewise 11 more partitions of public.events"
      ])
    #expect(
      lines.filter { $0.hasPrefix("  cause: ") } == [
        "  cause: index i of public.events is gone: btree (user_id), and 12 more like it"
      ])
    #expect(lines.count { $0.contains("> ->") } == 1 && lines.contains { $0.contains("… 8 more") })
  }

  @Test func `two findings of a kind are distinguished, and a JUnit report shows all`() throws {
    let style = TerminalStyle(isColored: false, width: 200)
    let details = try #require(TerminalReport.details(try partitioned(2), strict: false, style: style))
    #expect(details.split(separator: "\n").count { $0.hasPrefix("  seq-scan: ") } == 2)
    let text = CaseText(outcome: try partitioned(12), style: .plain, isBrief: false)
    #expect(text.findingLines(try partitioned(12).findings).count == 12)
    #expect(text.changeLines.count { $0.hasPrefix("  cause: ") } == 13)
  }
}
