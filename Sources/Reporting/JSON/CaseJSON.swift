import JSON
import PlanCore

/// A case in the JSON report.
enum CaseJSON {
  /// The keys with short values, and plans: a plan over several lines would take up most of the report.
  static let oneLineKeys: Set<String> = [
    "parameters", "parameterTypes", "remarks", "emptyTables", "path", "baselinePath", "waived", "indexAlternative",
    "figures", "relations", "definitions", "objects", "named", "explain", "explainWithoutSeqScans",
  ]

  static func json(_ outcome: CaseOutcome, in run: RunOutcome, _ table: inout RelationTable) -> JSON {
    let isFailed = outcome.isFailed(strict: run.isStrict)
    let command = RecordCommand.text(queries: [outcome.query], manifest: run.manifest)
    let comparison = outcome.comparison
    let baseline = comparison?.baseline
    return .object([
      JSONMember("query", .string(outcome.query)),
      JSONMember("case", JSON(outcome.caseName)),
      JSONMember("server", JSON(outcome.server?.text)),
      JSONMember("verdict", .string(outcome.verdict.rawValue)),
      JSONMember("failed", .bool(isFailed)),
      JSONMember("file", JSON(outcome.file)),
      JSONMember("line", JSON(outcome.line)),
      JSONMember("manifestLine", JSON(outcome.manifestLine)),
      JSONMember("position", JSON(outcome.position)),
      JSONMember("seconds", .number(outcome.duration.inSeconds)),
      JSONMember("reason", JSON(outcome.reason)),
      JSONMember("remarks", .array(outcome.remarks.map(JSON.string))),
      JSONMember("emptyTables", .array(outcome.emptyTables.map(JSON.string))),
      JSONMember("sql", JSON(outcome.sql)),
      JSONMember(
        "parameters",
        .array(
          outcome.parameters.map { parameter in
            .object([JSONMember("name", .string(parameter.name)), JSONMember("value", JSON(parameter.value))])
          })),
      JSONMember("findings", .array(outcome.findings.map(json))),
      JSONMember("differences", .array((comparison?.differences ?? []).map { .string($0.text) })),
      JSONMember("migration", JSON(outcome.migration)),
      JSONMember(
        "history",
        .array(
          outcome.history.map { step in
            .object([
              JSONMember("state", .string(step.label)), JSONMember("cost", JSON(step.cost)),
              JSONMember("buffers", JSON(step.blocks)),
            ])
          })),
      JSONMember("causes", .array(outcome.causes.map { .string($0.text) })),
      JSONMember("fixes", .array(outcome.fixes.map(\.json))),
      JSONMember("recordCommand", isFailed && outcome.isRecordable ? .string(command) : .null),
      JSONMember("plan", comparison.map { json($0.current, $0.reportedFacts, &table) } ?? .null),
      JSONMember("baselinePlan", baseline.map { json($0, $0.facts, &table) } ?? .null),
    ])
  }

  private static func json(_ finding: Finding) -> JSON {
    .object([
      JSONMember("rule", .string(finding.rule)),
      JSONMember("severity", .string(finding.severity.rawValue)),
      JSONMember("relation", JSON(finding.relation?.description)),
      JSONMember("schema", JSON(finding.relation?.schema)),
      JSONMember("root", JSON(finding.root?.description)),
      JSONMember("rootSchema", JSON(finding.root?.schema)),
      JSONMember("alias", JSON(finding.alias)),
      JSONMember("path", json(finding.path)),
      JSONMember("baselinePath", json(finding.baselinePath)),
      JSONMember("waived", finding.waiver.map(json) ?? .null),
      JSONMember("message", .string(finding.message)),
      JSONMember("indexVerdict", JSON(finding.indexVerdict?.description)),
      JSONMember("indexAlternative", finding.indexVerdict?.alternativeJSON ?? .null),
      JSONMember("fix", JSON(finding.fix?.text)),
      JSONMember("fixDetails", finding.fix?.json ?? .null),
      JSONMember(
        "figures",
        finding.figures.map { figures in
          .object([
            JSONMember("planRows", .number(figures.planRows)), JSONMember("actualRows", JSON(figures.actualRows)),
            JSONMember("qError", JSON(figures.qError)),
          ])
        } ?? .null),
    ])
  }

  private static func json(_ path: NodePath?) -> JSON {
    path.map { .array($0.map { .number(Double($0)) }) } ?? .null
  }

  private static func json(_ waiver: Waiver) -> JSON {
    .object([
      JSONMember("reason", .string(waiver.reason)), JSONMember("until", JSON(waiver.until?.description)),
      JSONMember("rule", .string(waiver.rule)), JSONMember("relation", JSON(waiver.relation)),
      JSONMember("alias", JSON(waiver.alias)), JSONMember("line", JSON(waiver.line)),
    ])
  }

  /// A plan: its totals, its dependencies, and the whole plan as EXPLAIN prints it.
  ///
  /// The totals are cost units, actual rows and buffers; the last two are null for a plan that did not run.
  private static func json(_ observation: Observation, _ facts: CatalogFacts, _ table: inout RelationTable) -> JSON {
    let (captured, root) = (observation.captured, observation.plan.root)
    let definitions = facts.definitions.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
    let objects = JSON.object(
      facts.objects.sorted { $0.key < $1.key }.map { title, object in
        JSONMember(
          title, .object(object.attributes.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }))
      })
    func json(_ name: RelationName) -> JSON {
      .object([JSONMember("schema", .string(name.schema)), JSONMember("name", .string(name.name))])
    }
    return .object([
      JSONMember("cost", .number(root.totalCost)), JSONMember("rows", JSON(root.actual?.rows)),
      JSONMember("buffers", JSON(root.buffers)),
      JSONMember("serverMajor", JSON(observation.serverMajor.number)),
      JSONMember("baselineFormat", JSON(observation.format.rawValue)),
      JSONMember("generic", .bool(captured.isGeneric)),
      JSONMember("sqlFingerprint", .string(captured.sqlFingerprint)),
      JSONMember("parametersFingerprint", .string(captured.parametersFingerprint)),
      JSONMember(
        "parameterTypes",
        captured.parameterTypes.map { types in
          .array(
            types.map { .object([JSONMember("name", .string($0.name)), JSONMember("type", .string($0.type))]) })
        } ?? .null),
      JSONMember("repaired", .bool(captured.plan.isRepaired)),
      JSONMember("relations", .array(table.places(of: facts).map { .number(Double($0)) })),
      JSONMember("definitions", .object(definitions)),
      JSONMember("objects", objects),
      JSONMember("named", .array(facts.named.sorted().map(json))),
      JSONMember("explain", captured.plan.explainJSON),
      JSONMember("explainWithoutSeqScans", captured.planWithoutSeqScans?.explainJSON ?? .null),
      JSONMember("inside", InnerWorkJSON.json(captured.inner)),
    ])
  }
}

extension Fix {
  fileprivate var json: JSON {
    let (advice, statements): (String?, Statements?) =
      switch self {
      case .advice(let text): (text, nil)
      case .statements(let statements): (nil, statements)
      }
    return .object([
      JSONMember("advice", JSON(advice)), JSONMember("purpose", JSON(statements?.purpose)),
      JSONMember("sql", .array((statements?.sql ?? []).map(JSON.string))),
      JSONMember("effect", JSON(statements?.effect)),
    ])
  }
}

extension IndexVerdict {
  fileprivate var alternativeJSON: JSON {
    switch self {
    case .noIndex: .null
    case .preferred(let scanCost, let alternative, let alternativeCost):
      .object([
        JSONMember("scanCost", .number(scanCost)), JSONMember("access", .string(alternative)),
        JSONMember("cost", .number(alternativeCost)),
      ])
    }
  }
}
