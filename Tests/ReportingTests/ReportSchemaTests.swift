import JSON
import PlanCore
import Reporting
import TestSupport
import Testing

/// The published schema of the JSON report matches the reports.
@Suite struct ReportSchemaTests {
  private func problems(_ run: RunOutcome) throws -> [String] {
    try SchemaValidator.problems(of: JSONReport.text(run), .report)
  }

  private func schema() throws -> JSON { try JSON(parsing: SchemaValidator.Schema.report.text) }

  @Test func `a report with every verdict, rule, severity and field is valid`() throws {
    #expect(try problems(EveryKind.run()) == [])
  }

  @Test func `the report of the shop is valid, strict or not`() throws {
    var run = try Shop.run()
    #expect(try problems(run) == [])
    run.isStrict = true
    #expect(try problems(run) == [])
  }

  @Test func `the report of a run that ended early is valid`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: hostile)
    #expect(try problems(run) == [])
    run.error = hostile
    #expect(try problems(run) == [])
  }

  @Test func `its rules, severities and verdicts are those of the program`() throws {
    let definitions = try #require(schema()["$defs"])
    func words(_ json: JSON?) -> Set<String> {
      guard case .array(let elements)? = json?["enum"] else { return [] }
      return Set(elements.compactMap(\.stringValue))
    }
    let finding = try #require(definitions["finding"]?["properties"])
    #expect(words(finding["rule"]) == Set(Rule.all.map(\.id) + [Rule.timeoutID]))
    #expect(words(finding["severity"]) == ["fail", "warn", "off"])
    #expect(words(definitions["case"]?["properties"]?["verdict"]) == Set(Verdict.allCases.map(\.rawValue)))
    let rewritten = try schema()["$defs"]?["migration"]?["properties"]?["statements"]?["items"]?[
      "properties"]?["rewritten"]?["items"]?["properties"]?["reasons"]?["items"]?["properties"]?["kind"]
    #expect(words(rewritten) == Set(RewriteReason.Kind.allCases.map(\.rawValue)))
    #expect(try schema()["properties"]?["format"]?["const"] == .number(Double(JSONReport.formatVersion)))
  }

  @Test func `every key is required, so that a reader can rely on it`() throws {
    func expectRequired(_ json: JSON, _ place: String) {
      guard case .object(let members) = json else { return }
      if case .object(let properties)? = json["properties"], !place.hasSuffix("node"), !place.contains("explain") {
        #expect(json["required"] == .array(properties.map { .string($0.key) }), "\(place)")
      }
      for member in members { expectRequired(member.value, "\(place)/\(member.key)") }
    }
    expectRequired(try schema(), "report")
  }

  @Test func `a report without one of its keys, or with another, is not valid`() throws {
    let text = JSONReport.text(try Shop.run())
    for (old, new) in [
      ("\"position\": null,", ""), ("\"qError\": 1}", "\"qError\": 1, \"extra\": 1}"),
      ("\"failed\": true", "\"failed\": 1"),
      ("\"seq-scan\"", "\"sequential\""), ("\"Node Type\": \"Limit\"", "\"Node\": \"Limit\""),
      ("\"format\": 1", "\"format\": 2"),
    ] {
      let range = try #require(text.firstRange(of: old))
      #expect(
        try SchemaValidator.problems(of: text[..<range.lowerBound] + new + text[range.upperBound...], .report) != [],
        "\(old)")
    }
    // Other programs, or a later plangate, may add keys to a report.
    let range = try #require(text.firstRange(of: "\"position\": null,"))
    let more = text[..<range.lowerBound] + "\"extra\": 1, " + text[range.lowerBound...]
    #expect(try SchemaValidator.problems(of: String(more), .report, isClosed: false) == [])
  }
}
