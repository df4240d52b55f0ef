import JSON
import PlanCore
import Reporting

/// Everything that a format could interpret, hide or end at, and the contents of `hostile`.
///
/// It has mentions, links, images, HTML, fences, table cells, workflow commands, attachments, ends of scripts, comments
/// and attributes, the line separators of JavaScript, and combining marks after characters that are escaped.
let markup =
  "@octocat `` ` | \\| ![x](https://evil.example/x.png) <img src=x onerror=alert(1)> "
  + "</details></code> --> ``` ~~~ # **b** _i_ a@evil.example #1 "
  + "::error::x ##[error]x %0A::error::y [[ATTACHMENT|/etc/passwd]] {0} $(id) 100%,=: `\u{301}|\u{301}"
  + "</script><!--<script>\u{2028}\u{2066}\" onfocus='x' &lt; ${y}" + hostile

/// An outcome with everything that an outcome can hold.
///
/// It has every verdict, rule and severity, hostile texts wherever a text comes from outside, and a value in every
/// field.
enum EveryKind {
  /// A name with dots, quotes, markup and a combining mark right after a dot.
  static let name = "a.\u{301}b.\"c\\\(markup)"

  static let relation = RelationName(schema: "s.\u{308}\(markup)", name: name)

  static let root = RelationName(schema: "s.\u{308}\(markup)", name: "root.\(name)")

  static func facts(rows: Double) -> CatalogFacts {
    var child = RelationFacts(
      root: root, rows: rows, pages: 12.5, indexes: [IndexFacts(name: name, definition: markup)])
    child.policies = [markup, ""]
    var parent = RelationFacts(
      rows: -1, pages: 0,
      indexes: [IndexFacts(name: "z", definition: "btree (a)"), IndexFacts(name: "a", definition: "gin (b)")])
    parent.columns = [ColumnFacts(name: name, type: "text[]"), ColumnFacts(name: "", type: markup)]
    parent.columns[0].isNotNull = true
    parent.columns[1].attributes = [.collation: markup, .statisticsTarget: "100"]
    parent.columns[1].commonValues = [
      CommonValue(value: nil, share: 0.9), CommonValue(value: markup, share: 0.1),
    ]
    parent.indexes[0].traits = [.primary, .unique]
    parent.invalidIndexes = [IndexFacts(name: name, definition: markup, traits: [.unique])]
    parent.triggers = [DefinedObject(name: name, definition: markup)]
    let key = ForeignKeyFacts(name: name, relation: relation, references: root, definition: markup, index: name)
    child.foreignKeys = [key]
    parent.referencedBy = [key]
    parent.partitions = 7
    parent.statistics = [DefinedObject(name: name, definition: "(mcv) ON a, b FROM \(markup)")]
    parent.constraints = [DefinedObject(name: "c", definition: "CHECK ((a > 0))")]
    var facts = CatalogFacts(
      relations: [relation: child, root: parent], definitions: ["view \(name)": "91ff", "function f": markup],
      objects: ["view \(name)": ObjectFacts(attributes: ["body": "91ff", markup: markup])])
    facts.named = [root]
    return facts
  }

  static func hostileRoot(_ type: String, buffers: Double?, rows: Double?) throws -> PlanNode {
    var scan = try plan(node(type, cost: 1e22, rows: 0.1)).root
    scan.parentRelationship = "Outer"
    scan.isParallelAware = true
    (scan.relationName, scan.schema, scan.alias) = (relation.name, relation.schema, "o.\(markup)")
    scan.actual = rows.map { ActualRows(rows: $0, loops: 3) }
    (scan.buffers, scan.temporaryBlocks) = (buffers, buffers.map { _ in 0 })
    scan.properties = [
      JSONMember("Filter", .string("(note = '\(markup)'::text)")), JSONMember("Rows Removed by Filter", .number(1.5)),
      JSONMember(markup, .array([.null, .bool(false), .object([JSONMember(markup, .number(-2))])])),
      JSONMember("Sort Key", .array([.string("a"), .string(markup)])), JSONMember("Sort Key", .string("again")),
    ]
    var limit = try plan(node("Limit", cost: 3, rows: 20)).root
    limit.actual = scan.actual
    (limit.buffers, limit.temporaryBlocks) = (buffers, buffers.map { _ in 4 })
    var subplan = scan
    (subplan.parentRelationship, subplan.subplanName) = ("InitPlan", "CTE \(markup)")
    subplan.actual = rows.map { _ in ActualRows(rows: 0, loops: 0) }
    limit.children = [subplan, scan]
    return limit
  }

  static func hostileObservation(
    _ type: String, caseName: String?, major: ServerMajor, buffers: Double? = 12, rows: Double? = 0.33
  ) throws -> Observation {
    var plan = Plan(
      root: try hostileRoot(type, buffers: buffers, rows: rows), settings: ["work_mem": "16MB", markup: markup],
      triggers: [Trigger(name: name, relation: "", calls: 12)], isRepaired: major == 14)
    plan.executionTime = major == 15 ? 12.345 : nil
    return Observation(
      CapturedCase(
        name: caseName, isGeneric: major == 14, sqlFingerprint: "f\(major)", parametersFingerprint: markup,
        parameterTypes: major == 14 && rows == nil
          ? nil : [ParameterType(name: "$1", type: "type\(major)"), ParameterType(name: ":x", type: markup)],
        plan: plan,
        planWithoutSeqScans: major == 15 ? Plan(root: try hostileRoot("Index Scan", buffers: nil, rows: nil)) : nil,
        inner: InnerWork(
          statements: major == 14
            ? nil
            : [
              InnerStatement(
                text: markup, origin: .function(markup), calls: 12, isAfterPlan: major == 15,
                plans: [Plan(root: try hostileRoot("Seq Scan", buffers: 3, rows: 1))])
            ],
          isCapped: major == 14, sequentialReads: [relation: SequentialReads(scans: 3, rows: 1e15)])),
      facts: facts(rows: Double(major.number) * 10_000), serverMajor: major)
  }

  static func findings() -> [Finding] {
    let severities: [Severity] = [.fail, .warn, .off]
    let verdicts: [IndexVerdict?] = [
      nil, .noIndex, .preferred(scanCost: 1e15, alternative: markup, alternativeCost: 0.1),
    ]
    return (Rule.all.map(\.id) + [Rule.timeoutID]).enumerated().map { number, rule in
      var finding = Finding(rule: rule, severity: severities[number % 3], message: "\(rule): \(markup)")
      finding.path = [nil, [], [1], [0]][number % 4]
      finding.baselinePath = [[0], nil, []][number % 3]
      finding.relation = [relation, nil, RelationName(schema: "", name: "")][number % 3]
      finding.root = number.isMultiple(of: 2) ? root : nil
      finding.alias = [nil, "", markup][number % 3]
      finding.indexVerdict = verdicts[number % 3]
      finding.fix =
        number.isMultiple(of: 5)
        ? nil
        : number.isMultiple(of: 7)
          ? .statements(Fix.Statements(purpose: markup, sql: ["CREATE INDEX \(markup);", "\(markup)"]))
          : .advice("fix \(markup)")
      finding.figures =
        [
          nil, FindingFigures(planRows: 1, actualRows: nil, qError: nil),
          FindingFigures(planRows: 1e18, actualRows: 0.01, qError: 1e18 + 0.5),
        ][number % 3]
      if number.isMultiple(of: 4) {
        finding.waiver =
          [
            Waiver(rule: "seq-scan", reason: markup),
            Waiver(
              rule: rule, relation: "public.*\(markup)", alias: markup, reason: "x", until: "2027-06-30", line: 12),
          ][number / 4 % 2]
      }
      return finding
    }
  }

  /// The cases of the shop, and hostile ones.
  ///
  /// They are cases that are hostile in one way each, the figures and plans that a page draws, and a case of each
  /// verdict that is hostile in every text.
  static func run() throws -> RunOutcome {
    var run = try Shop.run()
    run.cases += [
      try everyRule(), try lostIndexes(), inManifest(), hostileUnchecked(), try moved(), try partitions(), try timed(),
      try timedOut(), try onServer("16.14"), try onServer("18.1"),
    ]
    let note = "the waiver (\(markup)) matches nothing"
    run.notes.append(Note(note, at: Place(file: "ci/\(markup).yml", line: 31)))
    run.notes += [
      Note(.lostStatistics(["\(relation).\(markup)"], step: "seed/\(markup).sql", cases: ["every@\(markup)"])),
      Note(.distinctOverride(override(.distinct, column: markup), cases: ["every@\(markup)"])),
      Note(.statisticsTarget([override(.target, column: markup)], cases: ["every@\(markup)"])),
      Note(.statisticsTarget([override(.defaultTarget, column: nil)], cases: ["every@\(markup)"])),
      Note(
        .deadRows(
          DeadRows(relation: relation, count: 1e6, step: markup), rows: 1234, cases: ["a", markup], indexOnly: ["a"])),
    ]
    run.errorPlace = Place(file: markup)
    run.migrations = [hostileMigration(), MigrationReport(file: "db/2_nothing.sql")]
    run.error = "the server is gone\n\(markup)"
    run.manifest = "queries.yml \(markup)"
    run.manifestInRepository = "ci/\(markup).yml"
    run.shard = Shard(index: 2, count: 5)
    run.serverAddress = "db \(markup)"
    run.selection = Selection(caseCount: 77, fingerprint: "03d4")
    run.cases += try Verdict.allCases.enumerated().map(hostile)
    var unanalyzed = CaseOutcome(query: "planned", caseName: nil, verdict: .regressed)
    unanalyzed.comparison = CaseComparison(
      baseline: nil, current: try hostileObservation("Seq Scan", caseName: nil, major: 15, buffers: nil, rows: nil))
    run.cases.append(unanalyzed)
    for index in run.cases.indices where run.cases[index].sql == nil {
      run.cases[index].sql =
        "select o.id, o.placed_at\nfrom orders o\nwhere o.customer_id = $1\n\torder by o.placed_at\n"
      run.cases[index].parameters = [
        BoundParameter(name: "$1", value: "42"), BoundParameter(name: ":since", value: nil),
      ]
    }
    return run
  }

  private static func hostileMigration() -> MigrationReport {
    var migration = MigrationReport(file: "db/\(markup).sql")
    let table = RelationName(schema: "public", name: markup)
    var statement = MigrationReport.Statement(text: "ALTER TABLE \(markup)", line: 3)
    statement.locks = [RelationLock(table, .accessExclusive), RelationLock(table, .share)]
    statement.rewritten = [table, relation]
    statement.rewriteReasons = [
      table: RewriteReason.Kind.allCases.map { RewriteReason($0, column: markup, before: "integer", now: markup) }
        + [RewriteReason(.cluster)]
    ]
    statement.rowsRead = [table: 20_000]
    statement.rowsWritten = [table: 7]
    statement.walBytes = 5e7
    statement.lockTimeout = "2s"
    var last = MigrationReport.Statement(text: "UPDATE", line: 9)
    last.rowsWritten = [table: 1e9]
    last.rowsChanged = [table: 1e6]
    migration.statements = [statement, last]
    migration.held = [
      MigrationReport.HeldLock(
        lock: RelationLock(table, .accessExclusive), since: 0, until: 1,
        blocked: [CaseID("a", nil), CaseID("b", markup), CaseID("every", "regressed-\(markup)")])
    ]
    migration.unobserved = markup
    migration.rows = [table: 20_000]
    migration.findings = MigrationRule.all.enumerated().map { number, rule in
      MigrationFinding(
        rule: rule.id, severity: number == 1 ? .fail : .warn, relation: table, line: 3, message: "does \(markup)",
        fix: rule.fix)
    }
    migration.downProblems = ["the values of \(markup)"]
    return migration
  }

  private static func override(_ kind: StatisticsOverride.Kind, column: String?) -> StatisticsOverride {
    StatisticsOverride(relation: relation, column: column, kind: kind, value: "10", sample: 3000, rows: 61_234)
  }

  /// The regressed case has all findings.
  private static func hostile(_ number: Int, _ verdict: Verdict) throws -> CaseOutcome {
    var item = CaseOutcome(query: "every", caseName: "\(verdict.rawValue)-\(markup)", verdict: verdict)
    item.findings = verdict == .regressed ? findings() : Array(findings().prefix(4))
    item.comparison = CaseComparison(
      baseline: try hostileObservation("Index Scan", caseName: item.caseName, major: 14),
      current: try hostileObservation("Seq Scan", caseName: item.caseName, major: 15))
    item.reason = number.isMultiple(of: 2) ? "because\n\(markup)" : nil
    if number.isMultiple(of: 2) { item.remarks = ["it fails at \(markup) too"] }
    item.emptyTables = ["public.\(markup)", "public.two"]
    (item.file, item.line, item.manifestLine, item.position) = ("q/\(markup).sql", 12, 345, 9 - number)
    item.sql = "SELECT '\(markup)'\r\n\t-- \u{2028} "
    item.parameters = [BoundParameter(name: "$1", value: markup), BoundParameter(name: ":x", value: nil)]
    item.migration = number == 1 ? nil : "db/\(markup).sql"
    item.history = [
      CaseOutcome.Step(label: "before", cost: 8.25, blocks: 3),
      CaseOutcome.Step(label: "db/0_first.sql", cost: 8.25, blocks: 4),
      CaseOutcome.Step(label: "db/\(markup).sql", cost: 1e9, blocks: nil),
    ]
    item.server = number.isMultiple(of: 2) ? ServerVersion("16.14 \(markup)") : nil
    item.duration = .seconds(1) / 3
    return item
  }

  /// The same outcome in another run, with other figures.
  static func again() throws -> RunOutcome {
    var run = try run()
    for index in run.cases.indices {
      for place in run.cases[index].findings.indices {
        run.cases[index].findings[place].message = "other figures, \(index * 7) of them"
      }
      run.cases[index].duration += .seconds(1)
    }
    run.servers = ["15.19"]
    return run
  }
}
