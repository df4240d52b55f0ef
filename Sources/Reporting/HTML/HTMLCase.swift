import JSON
import PlanCore

/// One case of the page: its row in the list, its data for the script, and its text for a browser without scripts.
struct HTMLCase {
  let outcome: CaseOutcome
  let run: RunOutcome
  let position: Int

  var isFailed: Bool { outcome.isFailed(strict: run.isStrict) }

  /// The fragment that links to the case, the same in every run: `case=order_search@whale`.
  var fragment: String {
    HTMLCase.fragment(of: outcome)
      + (outcome.server.map { "&server=" + HTMLText.fragment(run.serverLabel($0)) } ?? "")
  }

  static func fragment(of outcome: CaseOutcome) -> String { "case=" + HTMLText.fragment(outcome.name) }

  /// `PostgreSQL 16`; nil if the run used one server.
  var server: String? { outcome.server.map { "PostgreSQL \(run.serverLabel($0))".visible } }

  /// The relations that the case reads or that its findings name, with each partition as its parent.
  var relations: Set<String> {
    let observations = [outcome.comparison?.baseline, outcome.comparison?.current].compactMap { $0 }
    let scanned = observations.flatMap(\.scans).map { $0.identity.root ?? $0.relation }
    return Set((scanned + outcome.findings.compactMap { $0.root ?? $0.relation }).map(\.description.visible))
  }

  var rules: Set<String> { Set(outcome.findings.map(\.rule.visible)) }

  /// The line of the manifest that lists the query; nil where the query itself is in the manifest.
  private var entry: String? {
    outcome.file == run.manifestFile ? nil : outcome.manifestLine.map { "\(run.manifestFile):\($0)" }
  }

  // MARK: Data

  var json: JSON {
    var members = [
      JSONMember("query", .string(outcome.query.visible)), JSONMember("case", text(outcome.caseName)),
      JSONMember("verdict", .string(outcome.verdict.rawValue)), JSONMember("failed", .bool(isFailed)),
      JSONMember("fragment", .string(fragment)), JSONMember("place", text(outcome.place)),
      JSONMember("entry", text(entry)),
      JSONMember("server", text(server)),
      JSONMember("took", .string(HTMLPlan.milliseconds(max(outcome.duration.inSeconds, 0) * 1000))),
      JSONMember("findings", .array(findings.map(json))),
      JSONMember("differences", .array(differences.map { .string($0.readable.visible) })),
      JSONMember("causes", .array(outcome.causes.map { .string($0.text.readable.visible) })),
    ]
    if outcome.verdict == .unchecked { members.append(JSONMember("reason", .string(lines(outcome.reasonText)))) }
    let emptiness = outcome.isEmpty(strict: run.isStrict) ? ["\(outcome.emptiness); \(CaseText.fillAdvice)"] : []
    let remarks = emptiness + outcome.remarks
    if !remarks.isEmpty {
      members.append(JSONMember("remarks", .array(remarks.map { .string($0.readable.visible) })))
    }
    if !outcome.hasBaselines, outcome.verdict == .new {
      members.append(JSONMember("newness", .string(outcome.newness.readable.visible)))
    }
    if let sql = outcome.sql { members.append(JSONMember("sql", .string(lines(sql)))) }
    members.append(
      JSONMember(
        "parameters", .array(outcome.parameters.map { .array([.string($0.name.visible), text($0.value)]) })))
    if !statements.isEmpty { members.append(JSONMember("statements", .string(statements.joined(separator: "\n")))) }
    if let command { members.append(JSONMember("command", .string(command))) }
    if let migration = outcome.migration, run.migrations.contains(where: { $0.file == migration }) {
      members.append(JSONMember("migration", .string(HTMLMigrations.fragment(migration))))
    }
    return .object(members + planMembers)
  }

  private var planMembers: [JSONMember] {
    guard let comparison = outcome.comparison else { return [] }
    let plan = HTMLPlan(comparison.current)
    let now = plan.json(marks: marks(\.path))
    var members = [JSONMember("now", now), JSONMember("totals", .array(totals(comparison)))]
    if let baseline = comparison.baseline, let alignment = PlanAlignment(comparison) {
      let oldPlan = HTMLPlan(baseline)
      let before = oldPlan.json(marks: marks(\.baselinePath))
      func json(_ row: PlanAlignment.Row) -> JSON {
        let positions = [
          row.baseline.flatMap { oldPlan.flat.positions[$0] }, row.current.flatMap { plan.flat.positions[$0] },
        ]
        return .array(positions.map { $0.map { .number(Double($0)) } ?? .null })
      }
      // In most runs most cases have the accepted plan down to the last figure.
      members.append(JSONMember("before", before == now ? .bool(true) : before))
      members.append(JSONMember("rows", .array(alignment.rows.map(json))))
      if !alignment.moved.isEmpty { members.append(JSONMember("moved", .array(alignment.moved.map(json)))) }
      // `migrate` and `compare` have no baselines.
      if !outcome.hasBaselines { members.append(JSONMember("beforeName", .string("Before"))) }
      members.append(JSONMember("sameShape", .bool(!comparison.isShapeChanged)))
      if comparison.isOtherMajor {
        members.append(
          JSONMember(
            "majors", .array([baseline, comparison.current].map { .string("PostgreSQL \($0.serverMajor)") })))
      }
    }
    return members
  }

  /// Failing findings first, waived ones last.
  private var findings: [Finding] {
    outcome.findings.filter(\.isFailing) + outcome.findings.filter { !$0.isFailing && $0.waiver == nil }
      + outcome.waived
  }

  /// Changes of the plan's shape that no finding reports.
  private var differences: [String] {
    let said = Set(outcome.findings.map(\.message))
    return (outcome.comparison?.differences ?? []).map(\.text).filter { !said.contains($0) }
  }

  /// The statements that fix a case that fails, each fix with a comment.
  private var statements: [String] {
    outcome.fixes.flatMap { fix in
      if case .statements = fix { fix.explainedLines.map(\.visible) } else { [String]() }
    }
  }

  /// The advice for a case that fails.
  private var advice: [String] {
    outcome.fixes.compactMap { fix in if case .advice(let text) = fix { text.visible } else { nil } }
  }

  /// The command that accepts the plan of a failing case.
  private var command: String? {
    isFailed && outcome.isRecordable
      ? RecordCommand.text(queries: [outcome.query], manifest: run.manifest) : nil
  }

  private func marks(_ path: KeyPath<Finding, NodePath?>) -> [NodePath: [Int]] {
    var marks: [NodePath: [Int]] = [:]
    for (index, finding) in findings.enumerated() {
      if let place = finding[keyPath: path] { marks[place, default: []].append(index) }
    }
    return marks
  }

  private func json(_ finding: Finding) -> JSON {
    var members = [
      JSONMember("rule", .string(finding.rule.visible)),
      JSONMember("weight", .string(finding.waiver == nil ? finding.severity.rawValue : "waived")),
      JSONMember("message", .string(finding.message.readable.visible)),
    ]
    if let verdict = finding.indexVerdict { members.append(JSONMember("index", .string(verdict.description.visible))) }
    // The advice for a case is shown with its first failing finding.
    if finding.isFailing, finding == outcome.findings.first(where: \.isFailing), !advice.isEmpty {
      members.append(JSONMember("fix", .string(advice.joined(separator: "; "))))
    }
    if let waiver = finding.waiver {
      members.append(JSONMember("waiver", .array([.string(waiver.reason.visible), text(waiver.until?.description)])))
    }
    return .object(members)
  }

  /// Rows of the table of totals: name, figure before, figure now, change, and each figure's share of the larger one.
  private func totals(_ comparison: CaseComparison) -> [JSON] {
    let (before, now) = (comparison.baseline?.plan, comparison.current.plan)
    let rows: [(String, Double?, Double?, (Double) -> String)] = [
      ("buffers", before?.root.buffers, now.root.buffers, Figures.grouped),
      (
        "cost", before?.root.totalCost, now.root.totalCost,
        { $0 < 100 ? NodeFigures.oneDecimal($0) : Figures.grouped($0) }
      ),
      ("temp blocks", before?.root.temporaryBlocks, now.root.temporaryBlocks, Figures.grouped),
      ("rows", before?.root.actual?.rows, now.root.actual?.rows, Figures.grouped),
      ("time", nil, now.executionTime, HTMLPlan.milliseconds),
    ]
    return rows.filter { ($0.0 != "temp blocks" && $0.2 != nil) || ($0.1 ?? 0) != 0 || ($0.2 ?? 0) != 0 }
      .map { name, before, now, figure in
        let most = max(before ?? 0, now ?? 0)
        let shares = [before, now].map { most > 0 ? (($0 ?? 0) / most * 1000).rounded() : 0 }
        let change = before == nil ? "" : PlanTotals.change(before, now)
        return .array(
          [.string(name)] + [before, now].map { text($0.map(figure)) } + [.string(change)] + shares.map(JSON.number))
      }
  }

  private func text(_ text: String?) -> JSON { text.map { .string($0.readable.visible) } ?? .null }

  private func lines(_ text: String) -> String { text.visibleLines.map(\.readable).joined(separator: "\n") }
}
