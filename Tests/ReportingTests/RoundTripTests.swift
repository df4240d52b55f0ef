import JSON
import PlanCore
import Reporting
import Testing

/// A JSON report holds its outcome without loss.
@Suite struct RoundTripTests {
  /// Every report of an outcome, by its name.
  private func reports(_ run: RunOutcome) -> [(name: String, text: String)] {
    var lax = run
    lax.isStrict.toggle()
    let formats = ReportFormat.allCases.flatMap { format in
      [(format.rawValue, format.text(run)), ("\(format.rawValue), else", format.text(lax))]
    }
    return formats + [
      ("terminal", terminalText(run, style: TerminalStyle(isColored: false, width: 80))),
      ("terminal, wide", terminalText(lax, style: TerminalStyle(isColored: true, width: 200))),
    ]
  }

  private func expectRoundTrip(_ run: RunOutcome, _ sourceLocation: SourceLocation = #_sourceLocation) throws {
    let back = try RunOutcome(jsonReport: JSONReport.text(run))
    for (before, after) in zip(reports(run), reports(back)) {
      // Scalars are compared, because Characters are equal in all their normal forms.
      #expect(
        Array(before.text.unicodeScalars) == Array(after.text.unicodeScalars), "\(before.name)",
        sourceLocation: sourceLocation)
    }
    #expect(back.result == run.result, sourceLocation: sourceLocation)
    for (before, after) in zip(run.cases, back.cases) {
      #expect(after.findings == before.findings, "\(before.name)", sourceLocation: sourceLocation)
      #expect(after.parameters == before.parameters, sourceLocation: sourceLocation)
      #expect(after.comparison?.baseline?.facts == before.comparison?.baseline?.facts, sourceLocation: sourceLocation)
      #expect(after.comparison?.current.facts == before.comparison?.reportedFacts, sourceLocation: sourceLocation)
      #expect(after.comparison?.current.shape == before.comparison?.current.shape, sourceLocation: sourceLocation)
    }
  }

  @Test func `an outcome with every verdict, rule, severity and field survives a round trip`() throws {
    var run = try EveryKind.run()
    run.isStrict = true
    #expect(Set(run.cases.map(\.verdict)) == Set(Verdict.allCases))
    try expectRoundTrip(run)
    let back = try RunOutcome(jsonReport: JSONReport.text(run))
    for (before, after) in zip(run.cases, back.cases) where before.query == "every" {
      #expect(after.comparison?.current.captured == before.comparison?.current.captured)
      #expect(after.comparison?.baseline?.captured == before.comparison?.baseline?.captured)
    }
  }

  @Test func `the outcome of the shop survives a round trip`() throws { try expectRoundTrip(try Shop.run()) }

  @Test(arguments: [0, 0.000_001, 0.1, 0.3, 59.999_999, 86_400.000_007, 8_999_999_999.999_999])
  func `a duration comes back to the microsecond`(seconds: Double) throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.duration = .seconds(seconds)
    let text = JSONReport.text(run)
    #expect(text.contains("\"seconds\": \(JSON.numberText(seconds)),"))
    #expect(try RunOutcome(jsonReport: text).duration == run.duration)
  }

  @Test func `a run that ended early survives a round trip`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.error = "no server"
    try expectRoundTrip(run)
  }

  /// A new field must be added to the JSON report and its reader, to `EveryKind`, and here.
  @Test func `no field of an outcome is forgotten`() throws {
    func fields(_ value: Any) -> Set<String> { Set(Mirror(reflecting: value).children.compactMap(\.label)) }
    let run = try EveryKind.run()
    let item = try #require(run.cases.last { $0.query == "every" })
    #expect(
      fields(run) == [
        "plangateVersion", "manifest", "manifestInRepository", "servers", "before", "cases", "notes", "error",
        "isStrict",
        "shard", "selection", "duration", "errorPlace", "serverAddress", "migrations",
      ])
    #expect(
      fields(item) == [
        "id", "verdict", "findings", "fixes", "comparison", "reason", "file", "line", "manifestLine", "position",
        "sql", "parameters", "server", "duration", "remarks", "emptyTables", "hasBaselines", "migration", "history",
      ])
    #expect(
      fields(item.findings[0]) == [
        "rule", "severity", "path", "baselinePath", "relation", "root", "alias", "message", "figures", "indexVerdict",
        "fix", "waiver",
      ])
    let migration = try #require(run.migrations.first)
    #expect(
      fields(migration) == [
        "file", "statements", "held", "rows", "findings", "unobserved", "downProblems",
      ])
    #expect(
      fields(migration.statements[0]) == [
        "text", "line", "locks", "rewritten", "rewriteReasons", "rowsRead", "rowsWritten", "rowsChanged", "walBytes",
        "lockTimeout",
      ])
    #expect(fields(RewriteReason(.type)) == ["kind", "column", "before", "now"])
    #expect(fields(item.history[0]) == ["label", "cost", "blocks"])
    let comparison = try #require(item.comparison)
    // `matching`, `isShapeChanged`, `scans`, `estimates` and what they are made of follow from the rest; `excused`
    // belongs to no outcome, and `label` is the run's `before`, from which `hasBaselines` and `knowsCatalog` follow.
    #expect(
      fields(comparison) == [
        "baseline", "current", "matching", "isShapeChanged", "excused", "label", "knowsCatalog",
      ])
    #expect(
      fields(comparison.current) == [
        "captured", "facts", "serverMajor", "format", "scans", "estimates", "alternativeScans", "alternatives",
        "relationSets",
      ])
    #expect(
      fields(comparison.current.captured) == [
        "name", "isGeneric", "sqlFingerprint", "parametersFingerprint", "parameterTypes", "plan",
        "planWithoutSeqScans", "inner",
      ])
    #expect(fields(comparison.current.plan) == ["root", "settings", "triggers", "executionTime", "isRepaired"])
    #expect(fields(comparison.current.facts) == ["relations", "definitions", "objects", "named"])
    #expect(
      fields(try #require(comparison.current.facts.relations.values.first)) == [
        "root", "rows", "pages", "indexes", "columns", "partitions", "statistics", "constraints", "policies",
        "invalidIndexes", "triggers", "foreignKeys", "referencedBy",
      ])
  }

  @Test func `the label of the state before comes back, for each case too`() throws {
    var run = try Shop.run()
    run.before = StateLabel("the state before \(hostile)")
    for index in run.cases.indices {
      run.cases[index].hasBaselines = false
      run.cases[index].comparison = run.cases[index].comparison.map {
        CaseComparison(baseline: $0.baseline, current: $0.current, label: run.before)
      }
    }
    try expectRoundTrip(run)
    let back = try RunOutcome(jsonReport: JSONReport.text(run))
    #expect(back.before == run.before)
    let comparisons = back.cases.compactMap(\.comparison)
    #expect(!comparisons.isEmpty && comparisons.allSatisfy { $0.label == run.before })
  }

  @Test func `relations that no case reads are left out`() throws {
    let (before, now) = (try Shop.regressed().comparison?.baseline, try Shop.regressed().comparison?.current)
    var facts = try #require(now).facts
    let other = RelationName(schema: "public", name: "other")
    facts.relations[other] = RelationFacts(rows: 1, pages: 1)
    let current = Observation(try #require(now).captured, facts: facts, serverMajor: 15)
    var item = try Shop.regressed()
    item.comparison = CaseComparison(baseline: before, current: current)
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.cases = [item]
    #expect(!JSONReport.text(run).contains("\"other\""))
    try expectRoundTrip(run)
  }

  @Test func `a relation that many cases read is written once for each of its states`() throws {
    var run = try Shop.run()
    run.cases = try (0..<50).flatMap { _ in [try Shop.regressed(), try Shop.passed()] }
    guard case .array(let relations)? = try JSON(parsing: JSONReport.text(run))["relations"] else {
      Issue.record("no relations")
      return
    }
    #expect(relations.count == 2)
  }
}

/// Texts that are not reports, or not complete ones.
@Suite struct ForeignReportTests {
  private func message(_ text: String) -> String? {
    do {
      _ = try RunOutcome(jsonReport: text)
      return nil
    } catch { return error.message }
  }

  @Test(arguments: ["{}", "[]", "null", "{\"plangate\": \"0.1.0\"}", "{\"format\": 1}", "[{\"Plan\": {}}]"])
  func `JSON of another kind is refused`(text: String) {
    #expect(message(text) == "it is not a JSON report of plangate")
  }

  @Test(arguments: ["", " ", "<testsuites/>", "plangate baseline 1", "{\"plangate\": "])
  func `anything but JSON is refused`(text: String) {
    #expect(message(text)?.hasPrefix("it is incomplete or not JSON: ") == true)
  }

  @Test(arguments: [(0, false), (2, true), (1.5, true)])
  func `another format is refused and its number named`(format: Double, isNewer: Bool) throws {
    let text = JSONReport.text(try Shop.run())
      .replacing("\"format\": 1,", with: "\"format\": \(JSON.numberText(format)),")
      .replacing("\"manifest\"", with: "\"list\"")
    let error = #expect(throws: ReportError.self) { try RunOutcome(jsonReport: text) }
    #expect(
      error?.message
        == "it is a report of format \(JSON.numberText(format)), written by plangate 0.1.0; this one reads format 1")
    #expect(error?.isNewerFormat == isNewer)
  }

  @Test(arguments: ["1e308", "-1e10"])
  func `a duration that no run has is refused`(seconds: String) throws {
    let text = JSONReport.text(RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml"))
    #expect(
      message(text.replacing("\"seconds\": 0,", with: "\"seconds\": \(seconds),"))
        == "'seconds' of the report is not a duration in seconds")
  }

  @Test func `a report that was cut off anywhere is refused`() throws {
    let bytes = Array(JSONReport.text(try EveryKind.run()).utf8)
    var generator = SystemRandomNumberGenerator()
    let lengths =
      [0, 1, bytes.count - 2] + (0..<60).map { _ in Int.random(in: 0..<bytes.count - 2, using: &generator) }
    for length in lengths {
      #expect(message(String(decoding: bytes[..<length], as: UTF8.self)) != nil, "\(length) bytes")
    }
  }

  /// Every position in a report, as the keys and indexes that lead to it.
  private func places(_ json: JSON) -> [[String]] {
    switch json {
    case .object(let members):
      members.flatMap { member in [[member.key]] + places(member.value).map { [member.key] + $0 } }
    case .array(let elements):
      elements.enumerated().flatMap { index, element in [["\(index)"]] + places(element).map { ["\(index)"] + $0 } }
    default: []
    }
  }

  /// The value with the one at a position replaced or removed.
  private func changed(_ json: JSON, at place: ArraySlice<String>, to value: JSON?) -> JSON {
    guard let key = place.first else { return json }
    func next(_ child: JSON) -> JSON? {
      place.count == 1 ? value : changed(child, at: place.dropFirst(), to: value)
    }
    switch json {
    case .object(let members):
      return .object(
        members.compactMap { member in
          member.key == key ? next(member.value).map { JSONMember(key, $0) } : member
        })
    case .array(let elements):
      return .array(
        elements.enumerated().compactMap { index, element in "\(index)" == key ? next(element) : element })
    default: return json
    }
  }

  /// Values that a report states for people and programs, and its reader computes again.
  private static let derived: Set<String> = [
    "outcome", "recordCommand", "counts", "failed", "differences", "causes", "cost", "rows", "buffers",
  ]

  @Test func `a missing key or one of another type is refused or harmless`() throws {
    var run = try EveryKind.run()
    run.cases = [try #require(run.cases.first { $0.query == "every" })]
    run.cases[0].findings = Array(run.cases[0].findings.prefix(4))
    let report = try JSON(parsing: JSONReport.text(run))
    var refused = 0
    let others: [JSON] = [.null, .number(-7), .string("x"), .array([]), .bool(true), .object([])]
    for (number, place) in places(report).enumerated() {
      let isInPlan = place.contains { $0.hasPrefix("explain") }
      // The many positions of the plans are much alike.
      if isInPlan, number % 8 != 0 { continue }
      for value in [nil, others[number % others.count]] {
        let text = changed(report, at: place[...], to: value).text
        do {
          // A report that can still be read can still be written.
          let back = try RunOutcome(jsonReport: text)
          _ = JSONReport.text(back) + JUnitReport.text(back)
          _ = terminalText(back, style: TerminalStyle(isColored: false, width: 80))
          let isOwnKey = Int(place.last ?? "") == nil && !isInPlan && !Self.derived.contains(place.last ?? "")
          let isNamed =
            [
              "definitions", "columns", "indexes", "statistics", "constraints", "indexTraits", "invalidIndexes",
              "triggers",
            ]
            .contains { place.dropLast().last == $0 }
            || ["objects", "columnAttributes", "commonValues"].contains { place.dropLast().contains($0) }
          if value == nil, isOwnKey, !isNamed, place.first != "counts" {
            Issue.record("read without \(place.joined(separator: "."))")
          }
        } catch { refused += 1 }
      }
    }
    #expect(refused > 200)
  }

  @Test(arguments: [
    ("\"failed\": true", "\"failed\": false", "'failed' of cases[0] is not consistent with its verdict 'regressed'"),
    (
      "\"verdict\": \"regressed\"", "\"verdict\": \"passed\"",
      "'failed' of cases[0] is not consistent with its verdict 'passed'"
    ),
    ("\"error\": null", "\"error\": \"x\",\n  \"error\": null", "the report has the key 'error' twice"),
    ("\"verdict\": \"passed\"", "\"verdict\": \"fine\"", "cases[7] has the unknown verdict 'fine'"),
    ("\"path\": [0]", "\"path\": [7]", "'path' of cases[0].findings[0] is not the path of a node of the plan"),
    ("\"path\": [0]", "\"path\": [-1]", "'path' of cases[0].findings[0] is not the path of a node of the plan"),
    ("\"path\": [0]", "\"path\": [0.5]", "'path' of cases[0].findings[0] is not an array of whole numbers"),
    (
      "\"schema\": \"public\"", "\"schema\": \"private\"",
      "'relation' of cases[0].findings[0] is not in the schema 'private'"
    ),
    (
      "\"relations\": [0]", "\"relations\": [99]",
      "'relations' of cases[0].plan is not a list of indexes into the table"
    ),
    ("\"line\": 1,", "\"line\": 1e300,", "'line' of cases[0] is not a whole number"),
    ("\"strict\": false", "\"strict\": 0", "'strict' of the report is not true or false"),
    ("\"shard\": null", "\"shard\": {\"index\": 3, \"count\": 2}", "there is no shard 3 of 2"),
    ("\"shard\": null", "\"shard\": {\"index\": 0, \"count\": 2}", "there is no shard 0 of 2"),
    ("\"shard\": null", "\"shard\": 3", "shard is not an object"),
    (
      "\"Node Type\": \"Limit\"", "\"Node\": \"Limit\"",
      "'explain' of cases[0].plan is not a plan: Plan has no key 'Node Type'"
    ),
  ])
  func `an error says where it is`(old: String, new: String, expected: String) throws {
    let text = JSONReport.text(try Shop.run())
    let range = try #require(text.firstRange(of: old))
    #expect(message(text.replacingCharacters(in: range, with: new)) == expected)
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
