import PlanCore
import Reporting

/// An outcome that holds everything that an outcome can hold: every verdict, rule and severity, hostile texts wherever a
/// text comes from outside, and a value in every field.
enum EveryKind {
  /// A name with dots, quotes, markup and a combining mark right behind a dot.
  static let name = "a.\u{301}b.\"c\\\(hostile)"

  static let relation = RelationName(schema: "s.\u{308}\(hostile)", name: name)

  static let root = RelationName(schema: "s.\u{308}\(hostile)", name: "root.\(name)")

  static func facts(rows: Double) -> CatalogFacts {
    var child = RelationFacts(
      root: root, rows: rows, pages: 12.5, indexes: [IndexFacts(name: name, definition: hostile)])
    child.policies = [hostile, ""]
    var parent = RelationFacts(
      rows: -1, pages: 0,
      indexes: [IndexFacts(name: "z", definition: "btree (a)"), IndexFacts(name: "a", definition: "gin (b)")])
    parent.columns = [ColumnFacts(name: name, type: "text[]"), ColumnFacts(name: "", type: hostile)]
    parent.partitions = 7
    parent.statistics = [DefinedObject(name: name, definition: "(mcv) ON a, b FROM \(hostile)")]
    parent.constraints = [DefinedObject(name: "c", definition: "CHECK ((a > 0))")]
    return CatalogFacts(
      relations: [relation: child, root: parent], definitions: ["view \(name)": "91ff", "function f": hostile])
  }

  static func node(_ type: String, buffers: Double?, rows: Double?) throws -> PlanNode {
    var scan = try plan(ReportingTests.node(type, cost: 1e22, rows: 0.1)).root
    scan.parentRelationship = "Outer"
    scan.isParallelAware = true
    (scan.relationName, scan.schema, scan.alias) = (relation.name, relation.schema, "o.\(hostile)")
    scan.actual = rows.map { ActualRows(rows: $0, loops: 3) }
    (scan.buffers, scan.temporaryBlocks) = (buffers, buffers.map { _ in 0 })
    scan.properties = [
      JSONMember("Filter", .string("(note = '\(hostile)'::text)")), JSONMember("Rows Removed by Filter", .number(1.5)),
      JSONMember(hostile, .array([.null, .bool(false), .object([JSONMember(hostile, .number(-2))])])),
      JSONMember("Sort Key", .array([.string("a"), .string(hostile)])), JSONMember("Sort Key", .string("again")),
    ]
    var limit = try plan(ReportingTests.node("Limit", cost: 3, rows: 20)).root
    limit.actual = scan.actual
    (limit.buffers, limit.temporaryBlocks) = (buffers, buffers.map { _ in 4 })
    var subplan = scan
    (subplan.parentRelationship, subplan.subplanName) = ("InitPlan", "CTE \(hostile)")
    subplan.actual = rows.map { _ in ActualRows(rows: 0, loops: 0) }
    limit.children = [subplan, scan]
    return limit
  }

  static func observation(
    _ type: String, caseName: String?, major: Int, buffers: Double? = 12, rows: Double? = 0.33
  ) throws -> Observation {
    var plan = Plan(
      root: try node(type, buffers: buffers, rows: rows), settings: ["work_mem": "16MB", hostile: hostile],
      triggers: [Trigger(name: name, relation: "", calls: 12)], isRepaired: major == 14)
    plan.executionTime = major == 15 ? 12.345 : nil
    return Observation(
      CapturedCase(
        name: caseName, isGeneric: major == 14, sqlFingerprint: "f\(major)", parametersFingerprint: hostile, plan: plan,
        planWithoutSeqScans: major == 15 ? Plan(root: try node("Index Scan", buffers: nil, rows: nil)) : nil),
      facts: facts(rows: Double(major) * 10_000), serverMajor: major)
  }

  static func findings() -> [Finding] {
    let severities: [Severity] = [.fail, .warn, .off]
    let verdicts: [IndexVerdict?] = [
      nil, .noIndex, .preferred(scanCost: 1e15, alternative: hostile, alternativeCost: 0.1),
    ]
    return (Rule.all.map(\.id) + [Rule.timeoutID]).enumerated().map { number, rule in
      var finding = Finding(rule: rule, severity: severities[number % 3], message: "\(rule): \(hostile)")
      finding.path = [nil, [], [1], [0]][number % 4]
      finding.baselinePath = [[0], nil, []][number % 3]
      finding.relation = [relation, nil, RelationName(schema: "", name: "")][number % 3]
      finding.root = number.isMultiple(of: 2) ? root : nil
      finding.alias = [nil, "", hostile][number % 3]
      finding.indexVerdict = verdicts[number % 3]
      finding.fix = number.isMultiple(of: 5) ? nil : "fix \(hostile)"
      finding.figures =
        [
          nil, FindingFigures(planRows: 1, actualRows: nil, qError: nil),
          FindingFigures(planRows: 1e18, actualRows: 0.01, qError: 1e18 + 0.5),
        ][number % 3]
      if number.isMultiple(of: 4) {
        finding.waiver =
          [
            Waiver(rule: "seq-scan", reason: hostile),
            Waiver(
              rule: rule, relation: "public.*\(hostile)", alias: hostile, reason: "x", until: "2027-06-30", line: 12),
          ][number / 4 % 2]
      }
      return finding
    }
  }

  static func run() throws -> RunOutcome {
    var run = try Shop.run()
    run.manifest = "ci/\(hostile).yml"
    run.notes.append(hostile)
    run.notePlaces[hostile] = Place(file: "ci/\(hostile).yml", line: 7)
    run.errorPlace = Place(file: hostile)
    run.error = "the server is gone\n\(hostile)"
    run.shard = Shard(index: 2, count: 5)
    run.serverAddress = "db \(hostile)"
    run.selection = Selection(caseCount: 77, fingerprint: "03d4")
    run.isStrict = true
    for (number, verdict) in Verdict.allCases.enumerated() {
      var item = CaseOutcome(query: "every", caseName: "\(verdict.rawValue)-\(hostile)", verdict: verdict)
      item.findings = findings()
      item.comparison = CaseComparison(
        baseline: try observation("Index Scan", caseName: item.caseName, major: 14),
        current: try observation("Seq Scan", caseName: item.caseName, major: 15))
      item.reason = number.isMultiple(of: 2) ? "because\n\(hostile)" : nil
      (item.file, item.line, item.manifestLine, item.position) = ("q/\(hostile).sql", 12, 345, 9 - number)
      item.sql = "SELECT '\(hostile)'\r\n\t-- \u{2028} "
      item.parameters = [BoundParameter(name: "$1", value: hostile), BoundParameter(name: ":x", value: nil)]
      item.server = number.isMultiple(of: 2) ? "16.14 \(hostile)" : nil
      item.seconds = 1.0 / 3
      run.cases.append(item)
    }
    var unanalyzed = CaseOutcome(query: "planned", caseName: nil, verdict: .regressed)
    unanalyzed.comparison = CaseComparison(
      baseline: nil, current: try observation("Seq Scan", caseName: nil, major: 15, buffers: nil, rows: nil))
    run.cases.append(unanalyzed)
    return run
  }
}
