package import PlanCore

/// The report for programs. The keys of the README's reference stay; more may come.
package enum JSONReport {
  /// A whole document, with a line feed at its end.
  package static func text(_ outcome: RunOutcome) -> String { json(outcome).prettyText + "\n" }

  static func json(_ outcome: RunOutcome) -> JSON {
    let order: [Verdict] = [.passed, .regressed, .improved, .changed, .new, .unchecked]
    // Only where there is one: most runs make their own server.
    let address = outcome.serverAddress.map { [JSONMember("serverAddress", .string($0))] } ?? []
    return .object(
      [
        JSONMember("plangate", .string(outcome.plangateVersion)),
        JSONMember("outcome", .string(outcome.result.rawValue)),
        JSONMember("server", text(outcome.server)),
      ] + address + [
        JSONMember("manifest", .string(outcome.manifest)),
        JSONMember("strict", .bool(outcome.isStrict)),
        JSONMember("seconds", seconds(outcome.seconds)),
        JSONMember("error", text(outcome.error)),
        JSONMember("notes", .array(outcome.notes.map(JSON.string))),
        JSONMember(
          "counts", .object(order.map { JSONMember($0.rawValue, .number(Double(outcome.count($0)))) })),
        JSONMember("cases", .array(outcome.cases.map { json($0, isStrict: outcome.isStrict) })),
      ])
  }

  private static func json(_ outcome: CaseOutcome, isStrict: Bool) -> JSON {
    .object([
      JSONMember("query", .string(outcome.query)),
      JSONMember("case", text(outcome.caseName)),
      JSONMember("verdict", .string(outcome.verdict.rawValue)),
      JSONMember("failed", .bool(outcome.isFailed(strict: isStrict))),
      JSONMember("file", text(outcome.file)),
      JSONMember("line", number(outcome.line.map(Double.init))),
      JSONMember("seconds", seconds(outcome.seconds)),
      JSONMember("reason", text(outcome.reason)),
      JSONMember("findings", .array(outcome.findings.map(json))),
      JSONMember("differences", .array((outcome.comparison?.differences ?? []).map(JSON.string))),
      JSONMember("causes", .array(outcome.causes.map(JSON.string))),
      JSONMember("plan", json(outcome.comparison?.current.plan)),
      JSONMember("baselinePlan", json(outcome.comparison?.baseline?.plan)),
    ])
  }

  private static func json(_ finding: Finding) -> JSON {
    .object([
      JSONMember("rule", .string(finding.rule)),
      JSONMember("severity", .string(finding.severity.rawValue)),
      JSONMember("relation", text(finding.relation?.description)),
      JSONMember("root", text(finding.root?.description)),
      JSONMember("alias", text(finding.alias)),
      JSONMember(
        "waived",
        finding.waiver.map { waiver in
          .object([JSONMember("reason", .string(waiver.reason)), JSONMember("until", text(waiver.until))])
        } ?? .null),
      JSONMember("message", .string(finding.message)),
      JSONMember("indexVerdict", text(finding.indexVerdict?.description)),
      JSONMember("fix", text(finding.fix)),
      JSONMember(
        "figures",
        finding.figures.map { figures in
          .object([
            JSONMember("planRows", .number(figures.planRows)), JSONMember("actualRows", number(figures.actualRows)),
            JSONMember("qError", number(figures.qError)),
          ])
        } ?? .null),
    ])
  }

  /// The whole of a plan in figures: cost units, rows that came, blocks touched. The last two are null for a plan that
  /// did not run.
  private static func json(_ plan: Plan?) -> JSON {
    guard let root = plan?.root else { return .null }
    return .object([
      JSONMember("cost", .number(root.totalCost)), JSONMember("rows", number(root.actual?.rows)),
      JSONMember("buffers", number(root.buffers)),
    ])
  }

  private static func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

  private static func number(_ number: Double?) -> JSON { number.map(JSON.number) ?? .null }

  /// To the millisecond.
  private static func seconds(_ seconds: Double) -> JSON { .number((seconds * 1000).rounded() / 1000) }
}
