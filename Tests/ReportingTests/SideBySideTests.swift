import Foundation
import JSON
import PlanCore
import Reporting
import Testing

@Suite struct SideBySideTests {
  private func lines(_ outcome: CaseOutcome, width: Int) throws -> [String]? {
    let comparison = try #require(outcome.comparison)
    let before = try #require(comparison.baseline)
    return PlanTree.linesSideBySide(
      before: before.plan, now: comparison.current.plan, alignment: try #require(PlanAlignment(comparison)), indent: 2,
      style: TerminalStyle(isColored: false, width: width))
  }

  @Test func `matching nodes share a row, new and removed ones have their own`() throws {
    let lines = try #require(try lines(Shop.changed(), width: 190))
    let rows = lines.map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces).replacing(/\ {2,}.*$/, with: "")
      }
    }
    #expect(
      rows == [
        ["before", "now"], ["Hash Join", "Nested Loop"],
        ["-> Seq Scan on public.items i", "-> Seq Scan on public.items i"], ["-> Hash", ""],
        ["-> Seq Scan on public.customers c", "-> Index Scan using customers_pkey on public.customers c"],
        ["", "Index Cond: (c.id = o.customer_id)"],
      ])
  }

  @Test func `a narrow screen shows the plans one below the other`() throws {
    #expect(try lines(Shop.changed(), width: 100) == nil)
    let style = TerminalStyle(isColored: false, width: 100)
    let details = try #require(TerminalReport.details(try Shop.regressed(), strict: false, style: style))
    #expect(details.contains("\n\n  now  "))
  }

  @Test(arguments: [120, 140, 160, 200, 300])
  func `no line is wider than the screen, for the plans of real servers`(width: Int) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "../PlanCoreTests/Golden/15")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
    let plans = files.compactMap { file in
      (try? String(contentsOf: file, encoding: .utf8)).flatMap { try? Plan(explainJSON: $0) }
    }
    #expect(plans.count > 100)
    var shown = 0
    for (before, now) in zip(plans, plans.dropFirst()) {
      let comparison = CaseComparison(baseline: observed(before), current: observed(now))
      let alignment = try #require(PlanAlignment(comparison))
      guard
        let lines = PlanTree.linesSideBySide(
          before: before, now: now, alignment: alignment,
          estimates: (before.rowEstimates(serverMajor: 15), now.rowEstimates(serverMajor: 15)), conditions: .all,
          indent: 2, style: TerminalStyle(isColored: false, width: width))
      else { continue }
      shown += 1
      for line in lines where line.count > width { Issue.record("\(line.count) columns: \(line)") }
    }
    #expect(shown > 0)
  }

  private func observed(_ plan: Plan) -> Observation {
    Observation(
      CapturedCase(name: nil, isGeneric: false, sqlFingerprint: "", parametersFingerprint: "", plan: plan),
      facts: CatalogFacts(relations: [:]), serverMajor: 15)
  }

  @Test func `members omitted on both sides leave their remark on both`() throws {
    func members(_ type: String) -> JSON {
      node("Append", nil, [], (0..<20).map { node(type, "events_\($0)", as: "Member") })
    }
    let outcome = outcome(
      "events", before: try observation(members("Seq Scan")), now: try observation(members("Seq Scan")))
    let lines = try #require(try lines(outcome, width: 200))
    #expect(lines.count == 6)
    #expect(lines[5].components(separatedBy: "… 17 more").count == 3)
  }
}
