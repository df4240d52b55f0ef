import Foundation
import JSON
import PlanCore
import Reporting

/// EXPLAIN's output: each is a plan or an error.
///
/// Writing and reading a plan does not change it, and it has not regressed from itself.
struct ExplainFuzz: FuzzTarget {
  static let name = "explain"

  private let corpus: [[UInt8]]
  private let mutator = Mutator(pieces: [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "\\u2028", "null", "true", "0", "-1", "1e308",
    "\"Plans\": [", "\"Plan\": {", "\"Node Type\": \"Seq Scan\"", "\"Node Type\": \"Index Scan\"", "\"Alias\": \"a\"",
    "\"Relation Name\": \"b\"", "\"Schema\": \"c\"", "\"Index Name\": \"i\"", "\"Parent Relationship\": \"InitPlan\"",
    "\"Parent Relationship\": \"Outer\"", "\"Subplan Name\": \"CTE x\"", "\"CTE Name\": \"x\"", "\"Actual Rows\": 0",
    "\"Actual Loops\": 0", "\"Plan Rows\": 1e300", "\"Total Cost\": -1", "\"Hash Cond\": \"((a = b))\"",
    "\"Filter\": \"(((x.y)::text = 'a'::text) AND (NOT b))\"", "\"Rows Removed by Filter\": 7", "\"Settings\": {}",
    "\"Triggers\": [{\"Trigger Name\": \"t\", \"Calls\": 1}]", "\"Sort Key\": [\"a\"]", "\"Subplans Removed\": 3",
  ])

  init() throws { corpus = try ExplainFuzz.answers().map(Repository.bytes) }

  /// The recorded output of real servers.
  static func answers() throws -> [String] {
    try ["15", "16", "18"].flatMap { major in
      try Repository.paths(in: "Tests/PlanCoreTests/Golden/\(major)", ending: ".json").filter {
        !$0.hasSuffix("/truth.json")
      }
    }
  }

  /// A plan as a baseline would hold it, with invented facts for each of its relations.
  static func capture(of plan: Plan, _ path: String) -> QueryCapture {
    let scans = plan.scans(facts: CatalogFacts())
    var relations: [RelationName: RelationFacts] = [:]
    for scan in scans {
      relations[scan.relation, default: RelationFacts(rows: 60_000, pages: 1000)].indexes =
        scan.indexNames.sorted().map { IndexFacts(name: $0, definition: "btree (\"\($0)\")") }
    }
    return QueryCapture(
      query: "fuzz",
      serverMajor: path.split(separator: "/").lazy.compactMap { Int($0) }.first.map { ServerMajor($0) } ?? 15,
      facts: CatalogFacts(relations: relations),
      cases: [CapturedCase(name: nil, sqlFingerprint: "aa", parametersFingerprint: "bb", plan: plan)])
  }

  func input(using random: inout Random) -> [UInt8] {
    mutator.mutated(random.pick(corpus), with: random.pick(corpus), using: &random)
  }

  func problem(with input: [UInt8], in directory: URL) throws -> Problem? {
    let plan: Plan
    do throws(ExplainError) { plan = try Plan(explainJSON: String(decoding: input, as: UTF8.self)) } catch {
      return error.message.isEmpty ? .fault("an error without words") : nil
    }
    let canonical = plan.canonical
    if canonical.canonical != canonical { return .fault("the canonical plan has another canonical plan") }
    guard var back = try? Plan(explainJSON: canonical.explainJSON.text) else {
      return .fault("what is written of it cannot be read")
    }
    back.isRepaired = canonical.isRepaired
    if back.canonical != canonical { return .fault("what is written of it is read as another plan") }
    // No server reports rows for a node that never ran, or counts some kinds of blocks alone, and no key has a colon.
    var isPossible = true
    plan.root.forEachNode { node, _ in
      if let actual = node.actual, actual.loops == 0, actual.rows != 0 { isPossible = false }
      if node.properties.contains(where: { $0.key.contains(":") }) { isPossible = false }
      if (node.buffers == nil) != (node.temporaryBlocks == nil) { isPossible = false }
    }
    if !isPossible { return nil }
    let capture = ExplainFuzz.capture(of: plan, "15")
    // A plan that no baseline can hold is an error when it is read, never a different plan.
    if let read = try? BaselineFile.capture(parsing: BaselineFile.text(capture)), read != capture {
      return .fault("its baseline is read as another plan")
    }
    guard let item = capture.cases.first else { return nil }
    let observation = Observation(item, facts: capture.facts, serverMajor: capture.serverMajor)
    let comparison = CaseComparison(baseline: observation, current: observation)
    let judgement = judge(comparison, policy: CasePolicy(today: "2026-11-21"))
    // A row estimate that is far off fails, whatever the baseline says.
    let fails = judgement.findings.filter { $0.isFailing && $0.rule != Rule.rowEstimate.id }
    if let finding = fails.first { return .fault("it regressed from itself: \(finding.message)") }
    return Reports.problem(with: Reports.outcome(comparison, judgement))
  }
}

/// The properties of the reports of any outcome.
enum Reports {
  static func outcome(_ comparison: CaseComparison, _ judgement: Judgement) -> RunOutcome {
    var outcome = RunOutcome(plangateVersion: "0.0.0", manifest: "queries/manifest.yml")
    var item = CaseOutcome(query: "fuzz", caseName: nil, verdict: judgement.verdict)
    item.findings = judgement.findings
    item.comparison = comparison
    outcome.cases = [item]
    return outcome
  }

  /// Checks that the report is read back without loss.
  static func jsonProblem(with outcome: RunOutcome) -> Problem? {
    let json = JSONReport.text(outcome)
    do throws(ReportError) {
      let back = try RunOutcome(jsonReport: json)
      if JSONReport.text(back) != json { return .fault("the JSON report is read as another one") }
      if back.result != outcome.result { return .fault("the JSON report is read with another outcome") }
    } catch { return .fault("the JSON report cannot be read: \(error.message)") }
    return nil
  }

  /// Writes all reports.
  static func problem(with outcome: RunOutcome) -> Problem? {
    if let problem = jsonProblem(with: outcome) { return problem }
    for format in ReportFormat.allCases where format != .json && !format.text(outcome).hasSuffix("\n") {
      return .fault("the \(format.rawValue) report has no end")
    }
    let style = TerminalStyle(isColored: false, width: 100)
    let lines = outcome.cases.map { TerminalReport.caseLine($0, strict: outcome.isStrict, style: style) }
    let texts =
      lines + TerminalReport.allDetails(outcome, isVerbose: true, style: style)
      + [TerminalReport.summary(outcome, style: style), TerminalReport.heading(outcome, style: style)]
    for text in texts {
      if let scalar = controlCharacter(in: text), scalar != "\t" {
        return .fault("a control character (\(scalar.value)) on the terminal: \(text.prefix(200).debugDescription)")
      }
    }
    return nil
  }
}
