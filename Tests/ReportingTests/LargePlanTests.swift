import JSON
import Testing

@testable import PlanCore
@testable import Reporting

/// Judging and reporting take time proportional to text and nodes: with quadratic time, these would take minutes.
@Suite struct `A large plan` {
  private static func scan(_ table: String, _ alias: String, index: Bool, _ condition: String) -> PlanNode {
    var node = PlanNode(
      nodeType: index ? "Index Scan" : "Seq Scan", startupCost: 0, totalCost: 10, planRows: 5, planWidth: 4)
    (node.schema, node.relationName, node.alias) = ("public", table, alias)
    node.parentRelationship = "Member"
    node.indexName = index ? "\(table)_k" : nil
    node.actual = ActualRows(rows: 5, loops: 1)
    (node.buffers, node.temporaryBlocks) = (10, 0)
    node.properties = [JSONMember(index ? "Index Cond" : "Filter", .string(condition))]
    return node
  }

  private static func above(_ type: String, _ children: [PlanNode]) -> PlanNode {
    var node = PlanNode(nodeType: type, startupCost: 0, totalCost: 10_000, planRows: 50, planWidth: 4)
    node.actual = ActualRows(rows: 50, loops: 1)
    (node.buffers, node.temporaryBlocks) = (10_000, 0)
    node.children = children
    return node
  }

  private static func observation(
    _ root: PlanNode, without: PlanNode? = nil, _ relations: [RelationName: RelationFacts]
  ) -> Observation {
    Observation(
      CapturedCase(
        name: nil, sqlFingerprint: "a", parametersFingerprint: "b", plan: Plan(root: root),
        planWithoutSeqScans: without.map { Plan(root: $0) }), facts: CatalogFacts(relations: relations), serverMajor: 16
    )
  }

  /// Two states of a case: an index was dropped.
  private static func reports(_ comparison: CaseComparison) -> [String] {
    let judgement = judge(comparison, policy: CasePolicy(today: "2026-06-15"))
    #expect(judgement.verdict == .regressed)
    var item = CaseOutcome(query: "large", caseName: nil, verdict: judgement.verdict)
    item.findings = judgement.findings
    item.comparison = comparison
    var outcome = RunOutcome(plangateVersion: "0.0.0", manifest: "queries/manifest.yml")
    outcome.cases = [item]
    return ReportFormat.allCases.map { $0.text(outcome) } + [GitHubAnnotations.text(outcome)]
      + TerminalReport.allDetails(outcome, isVerbose: true, style: TerminalStyle(isColored: false, width: 160))
      + [TerminalReport.summary(outcome, style: TerminalStyle(isColored: false, width: 160))]
  }

  @Test(.timeLimit(.minutes(2))) func `with 2,000 partitions is judged and reported`() {
    let root = RelationName(schema: "public", name: "p")
    func relations(_ hasIndex: Bool) -> [RelationName: RelationFacts] {
      var relations = [root: RelationFacts(rows: 600_000, pages: 0)]
      for number in 0..<2000 {
        relations[RelationName(schema: "public", name: "p_\(number)")] = RelationFacts(
          root: root, rows: 300, pages: 20,
          indexes: hasIndex ? [IndexFacts(name: "p_\(number)_k", definition: "btree (k)")] : [])
      }
      return relations
    }
    func plan(index: Bool) -> PlanNode {
      LargePlans.above("Append", (0..<2000).map { LargePlans.scan("p_\($0)", "p_\($0 + 1)", index: index, "(k = 7)") })
    }
    let before = Self.observation(plan(index: true), relations(true))
    let now = Self.observation(plan(index: false), without: plan(index: false), relations(false))
    #expect(Self.reports(CaseComparison(baseline: before, current: now)).allSatisfy { !$0.isEmpty })
  }

  @Test(.timeLimit(.minutes(2))) func `with 5,000 nodes that read one table is judged and reported`() {
    let name = RelationName(schema: "public", name: "t")
    func relations(_ hasIndex: Bool) -> [RelationName: RelationFacts] {
      [
        name: RelationFacts(
          rows: 20_000, pages: 100, indexes: hasIndex ? [IndexFacts(name: "t_k", definition: "btree (k)")] : [])
      ]
    }
    func plan(index: Bool) -> PlanNode {
      LargePlans.above(
        "Append",
        (0..<2500).map { number in
          var limit = LargePlans.above(
            "Limit", [LargePlans.scan("t", "t_\(number)", index: index, "(t_\(number).k = \(number))")])
          limit.parentRelationship = "Member"
          limit.children[0].parentRelationship = "Outer"
          return limit
        })
    }
    let before = Self.observation(plan(index: true), relations(true))
    let now = Self.observation(plan(index: false), without: plan(index: false), relations(false))
    #expect(Self.reports(CaseComparison(baseline: before, current: now)).allSatisfy { !$0.isEmpty })
  }

  @Test(.timeLimit(.minutes(2))) func `with a condition of a megabyte is reported, cut except in JSON`() {
    let name = RelationName(schema: "public", name: "t")
    let condition = "(note = '\(String(repeating: "ab c", count: 250_000))'::text)"
    func state(index: Bool) -> Observation {
      Self.observation(
        LargePlans.above("Append", [LargePlans.scan("t", "t", index: index, condition)]),
        [
          name: RelationFacts(
            rows: 20_000, pages: 100, indexes: index ? [IndexFacts(name: "t_k", definition: "btree (note)")] : [])
        ])
    }
    let reports = Self.reports(CaseComparison(baseline: state(index: true), current: state(index: false)))
    let long = reports.filter { $0.utf8.count > 200_000 }
    #expect(long.count == 1 && long[0].hasPrefix("{\n  \"plangate\""))
    #expect(reports.count { $0.contains("… (1,000,017 characters)") } >= 3)
  }
}

private typealias LargePlans = `A large plan`

@Suite struct `A report for several servers` {
  @Test func `escapes the server's version like all other text`() {
    var outcome = RunOutcome(plangateVersion: "0.0.0", manifest: "queries/manifest.yml")
    for server: ServerVersion in ["15.18", "16\u{1b}[31m\u{202e}\n9"] {
      var item = CaseOutcome(query: "one", caseName: nil, verdict: .passed)
      item.server = server
      outcome.cases.append(item)
    }
    let text = TerminalReport.matrix(outcome, style: TerminalStyle(isColored: false, width: 100))
    #expect(
      text.split(separator: "\n").first?.contains("15.18") == true && text.contains("16\\x1b[31m\\u{202e}\\n9"))
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0 != "\u{202e}" })
    #expect(text.split(separator: "\n").count == 2)
  }
}
