import JSON
package import PlanCore

/// The report for code scanning: SARIF 2.1.0 with the properties that GitHub reads.
///
/// Cases that could not be checked become notifications of an unsuccessful invocation, so that an empty list of results
/// is not taken for success.
package enum SARIFReport {
  /// A whole document, ending with a line feed.
  package static func text(_ outcome: RunOutcome) -> String {
    JSON.object([
      JSONMember("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
      JSONMember("version", .string("2.1.0")),
      JSONMember("runs", .array([run(outcome)])),
    ]).prettyText + "\n"
  }

  private static func run(_ outcome: RunOutcome) -> JSON {
    let remarks = outcome.remarks
    let rules = descriptors
    let indexes = Dictionary(rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    return .object([
      JSONMember(
        "tool",
        .object([
          JSONMember(
            "driver",
            .object([
              JSONMember("name", .string("plangate")),
              JSONMember("semanticVersion", .string(outcome.plangateVersion)),
              JSONMember("rules", .array(rules.map(\.json))),
            ]))
        ])),
      JSONMember("automationDetails", .object([JSONMember("id", .string(category(outcome)))])),
      JSONMember("invocations", .array([invocation(outcome, remarks)])),
      JSONMember("columnKind", .string("unicodeCodePoints")),
      JSONMember(
        "results", .array(remarks.filter { $0.weight != .unchecked }.map { result($0, ruleIndex: indexes[$0.rule]) })),
    ])
  }

  /// The category, such as `plangate/ci/queries.yml/`, which separates the reports of several manifests or shards.
  private static func category(_ outcome: RunOutcome) -> String {
    "plangate/\(outcome.manifestFile.visible)/" + (outcome.shard.map { "shard \($0.index) of \($0.count)/" } ?? "")
  }

  private static func invocation(_ outcome: RunOutcome, _ remarks: [Remark]) -> JSON {
    let unchecked = remarks.filter { $0.weight == .unchecked }.map { remark in
      JSON.object([
        JSONMember("level", .string("error")), message(remark),
        JSONMember("locations", .array([location(remark.place)])),
      ])
    }
    let notes = outcome.notes.map { note in
      JSON.object(
        [
          JSONMember("level", .string(note.place == nil ? "note" : "warning")),
          JSONMember("message", .object([JSONMember("text", .string(plain(note.text.visible)))])),
        ] + (note.place.map { [JSONMember("locations", .array([location($0)]))] } ?? []))
    }
    return .object([
      JSONMember("executionSuccessful", .bool(outcome.result != .unchecked)),
      JSONMember("toolExecutionNotifications", .array(unchecked + notes)),
    ])
  }

  // MARK: Results

  private static func result(_ remark: Remark, ruleIndex: Int?) -> JSON {
    let suppressions = remark.waiver.map { waiver in
      let until = waiver.until.map { ", until \($0)" } ?? ""
      return JSON.object([
        JSONMember("kind", .string("external")), JSONMember("status", .string("accepted")),
        JSONMember("justification", .string((waiver.reason + until).visible)),
      ])
    }
    return .object(
      [JSONMember("ruleId", .string(remark.rule))]
        + (ruleIndex.map { [JSONMember("ruleIndex", .number(Double($0)))] } ?? [])
        + [
          JSONMember("level", .string(remark.weight == .warn ? "warning" : "error")), message(remark),
          JSONMember("locations", .array([location(remark.place, of: remark.caseName)])),
          JSONMember(
            "partialFingerprints",
            .object([
              // The fingerprint that GitHub reads; its default would be based on the line's text, which all remarks of
              // a query share.
              JSONMember("primaryLocationLineHash", .string(remark.fingerprint + ":1")),
              JSONMember("plangate/v1", .string(remark.fingerprint)),
            ])),
          JSONMember("suppressions", .array(suppressions.map { [$0] } ?? [])),
        ])
  }

  /// The message of a remark.
  ///
  /// Lists show its first sentence, so that ends with a full stop.
  private static func message(_ remark: Remark) -> JSONMember {
    let head = (remark.caseName.map { "\($0.visible): " } ?? "") + remark.message
    let text = ([head.limited(to: 1000) + "."] + remark.details.map { $0.limited(to: 1000) }).joined(separator: "\n")
    return JSONMember("message", .object([JSONMember("text", .string(plain(text)))]))
  }

  /// The text without sequences that SARIF takes for a link, `[text](target)`.
  private static func plain(_ text: String) -> String { text.replacingScalars("](", with: "] (") }

  private static func location(_ place: Place, of name: String? = nil) -> JSON {
    .object(
      [
        JSONMember(
          "physicalLocation",
          .object([
            JSONMember("artifactLocation", .object([JSONMember("uri", .string(uri(place.file)))])),
            JSONMember("region", .object([JSONMember("startLine", .number(Double(max(place.line ?? 1, 1))))])),
          ]))
      ]
        + (name.map { name in
          [
            JSONMember(
              "logicalLocations", .array([.object([JSONMember("fullyQualifiedName", .string(name.visible))])]))
          ]
        } ?? []))
  }

  /// A path as a URI reference (RFC 3986).
  ///
  /// The first segment of a relative reference must not contain a colon; colons are encoded in all segments.
  static func uri(_ path: String) -> String {
    let encoded = path.percentEncoded(besides: "/")
    return encoded.hasPrefix("/") ? "file://" + encoded : encoded
  }

  // MARK: Rules

  private struct Descriptor {
    let id: String
    let json: JSON
  }

  private static var descriptors: [Descriptor] {
    func keys(_ parameters: [Rule.Parameter]) -> [String] {
      parameters.map { "\($0.name) (\(text($0.defaultValue))): \($0.summary)" }
    }
    return Rule.all.map { descriptor($0.id, $0.defaultSeverity, $0.summary, $0.fix, keys: keys($0.parameters)) }
      + MigrationRule.all.map { descriptor($0.id, .off, $0.summary, $0.fix, keys: keys($0.parameters)) }
      + Remark.ownRules.map { descriptor($0.id, .fail, $0.summary, $0.fix, keys: []) }
  }

  private static func descriptor(
    _ id: String, _ severity: Severity, _ summary: String, _ fix: String, keys: [String]
  ) -> Descriptor {
    func text(_ text: String) -> JSON { .object([JSONMember("text", .string(text))]) }
    let help =
      ["\(id): \(summary).", "Usual fix: \(fix)."]
      + (keys.isEmpty ? [] : ["Keys that a manifest can set:"] + keys.map { "- \($0)" })
    let level = severity == .fail ? "error" : severity == .warn ? "warning" : "note"
    let problem = severity == .fail ? "error" : severity == .warn ? "warning" : "recommendation"
    return Descriptor(
      id: id,
      json: .object([
        JSONMember("id", .string(id)), JSONMember("shortDescription", text(summary)),
        JSONMember("fullDescription", text("\(summary). Usual fix: \(fix).")),
        JSONMember("help", text(help.joined(separator: "\n"))),
        JSONMember(
          "defaultConfiguration",
          .object([JSONMember("level", .string(level)), JSONMember("enabled", .bool(severity != .off))])),
        JSONMember(
          "properties",
          .object([
            JSONMember("tags", .array([.string("performance"), .string("postgresql")])),
            JSONMember("precision", .string("high")), JSONMember("problem.severity", .string(problem)),
          ])),
      ]))
  }

  private static func text(_ value: Rule.Parameter.Value) -> String {
    switch value {
    case .number(let number): JSON.numberText(number)
    case .flag(let flag): flag ? "true" : "false"
    case .word(let word): word.isEmpty ? "none" : word
    }
  }
}
