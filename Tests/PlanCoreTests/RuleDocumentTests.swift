import JSON
import TestSupport
import Testing

@testable import PlanCore

/// docs/rules.md is written from what the rules declare, and the examples there are judged by the rules.
@Suite struct RuleDocumentTests {
  @Test func `docs/rules.md matches the rules' declarations`() throws {
    var document = try GeneratedDocument("docs/rules.md")
    let table = MarkdownPiece.table(
      ["rule", "default", "fires when", "keys"],
      Rule.all.map { rule in
        [
          "[`\(rule.id)`](#\(rule.id))", rule.defaultSeverity.rawValue, rule.summary,
          rule.parameters.map { "`\($0.name): \($0.defaultValue.text)`" }.joined(separator: ", "),
        ]
      })
    let sections = try Rule.all.map { try $0.section }.joined(separator: "\n")
    let problems = try [document.problem(of: "rules", table), document.problem(of: "sections", sections)]
    #expect(problems.compactMap { $0 } == [])
  }

  @Test(arguments: Rule.all.map(\.id))
  func `an example fires after its change and not before`(id: String) throws {
    let rule = try #require(Rule.all.first { $0.id == id })
    let example = rule.manual.example
    let comparison = try example.comparison
    #expect(!rule.example(comparison).isEmpty)
    if let baseline = comparison.baseline {
      #expect(rule.example(CaseComparison(baseline: baseline, current: baseline)).isEmpty)
    }
    for observation in [comparison.baseline, comparison.current].compactMap({ $0 }) {
      observation.plan.root.forEachNode { node, path in
        #expect(NodeForm.problem(of: node, serverMajor: 17) == nil, "\(path)")
      }
    }
  }

  @Test(arguments: Rule.all.map(\.id))
  func `a rule's texts are sentences, its summary and fix single lines`(id: String) throws {
    let rule = try #require(Rule.all.first { $0.id == id })
    for text in [rule.manual.why, rule.manual.silencing] { #expect(text.hasSuffix("."), "\(text)") }
    #expect(rule.manual.details.isEmpty || rule.manual.details.hasSuffix("."))
    for text in [rule.summary, rule.fix] + rule.parameters.map(\.summary) {
      #expect(text.first?.isUppercase == false || text.hasPrefix("ANALYZE"), "\(text)")
      #expect(text.last != "." && !text.contains("\n"), "\(text)")
    }
  }
}

extension Rule {
  /// The findings on an example, whatever the default severity is.
  fileprivate func example(_ comparison: CaseComparison) -> [Finding] {
    var settings = RuleSettings(self)
    settings.severity = max(settings.severity, .warn)
    return findings(in: comparison, settings)
  }

  fileprivate var section: String {
    get throws {
      let example = manual.example
      let findings = self.example(try example.comparison)
      func block(_ text: String) -> String { "```\n\(text)\n```\n" }
      var parts = [
        "## \(id)\n",
        MarkdownPiece.prose("\(MarkdownPiece.sentence(summary)) Default: `\(defaultSeverity.rawValue)`."),
        MarkdownPiece.prose("**Why it matters.** \(manual.why)"),
      ]
      if !manual.details.isEmpty { parts.append(MarkdownPiece.prose(manual.details)) }
      if let before = example.before { parts += ["**Before.**\n", block(before)] }
      parts += [
        example.before == nil ? "**A plan that fires.**\n" : "**Now.**\n", block(example.now),
        "**Reported as.**\n",
        block(findings.map { "\($0.severity.rawValue) \(id): \($0.message)" }.joined(separator: "\n")),
        MarkdownPiece.prose("**Usual fix.** \(MarkdownPiece.sentence(fix))"),
      ]
      if !parameters.isEmpty {
        parts.append(
          MarkdownPiece.table(
            ["key", "default", "values", "meaning"],
            parameters.map { ["`\($0.name)`", "`\($0.defaultValue.text)`", $0.values, $0.summary] }))
      }
      parts.append(MarkdownPiece.prose("**To silence it.** \(manual.silencing)"))
      return parts.joined(separator: "\n")
    }
  }
}

extension RuleExample {
  fileprivate var comparison: CaseComparison {
    get throws {
      CaseComparison(
        baseline: try before.map { try observation($0) }, current: try observation(now, executionTime))
    }
  }

  private func observation(_ text: String, _ executionTime: Double? = nil) throws -> Observation {
    let lines = try OutlineLine.parse(text)
    var plan = Plan(root: try PlanText.node(try #require(lines.first)))
    plan.executionTime = executionTime
    var inner = InnerWork()
    for line in lines.dropFirst() { try #require(try InnerWorkText.read(line, into: &inner)) }
    var facts = CatalogFacts()
    if let (table, count) = partitioned {
      plan.root.forEachNode { node, _ in
        guard let relation = node.relation, relation.name.hasPrefix(table.name + "_") else { return }
        facts.relations[relation] = RelationFacts(root: table, rows: 1000, pages: 100)
      }
      facts.relations[table] = RelationFacts(rows: 12_000, pages: 1200)
      facts.relations[table]?.partitions = count
    }
    return Observation(
      CapturedCase(name: nil, sqlFingerprint: "", parametersFingerprint: "", plan: plan, inner: inner), facts: facts,
      serverMajor: 17)
  }
}

extension Rule.Parameter {
  fileprivate var values: String {
    switch defaultValue {
    case .number: "a number, at least \(JSON.numberText(minimum))"
    case .flag: "`true` or `false`"
    case .word: words.map { "`\($0)`" }.joined(separator: " or ")
    }
  }
}

extension Rule.Parameter.Value {
  fileprivate var text: String {
    switch self {
    case .number(let number): JSON.numberText(number)
    case .flag(let flag): String(flag)
    case .word(let word): word
    }
  }
}
