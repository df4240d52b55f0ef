import Foundation
import JSON
import PlanCore
import Postgres
import TestSupport
import Testing

@testable import GateCommand

/// The published schema of the manifest accepts what the program accepts.
///
/// Every manifest that another test of this target loads, or sees rejected, is validated against it as well.
@Suite struct ManifestSchemaTests {
  private func schema() throws -> JSON { try JSON(parsing: SchemaValidator.Schema.manifest.text) }

  /// The value at a path of keys.
  private func value(_ keys: String...) throws -> JSON {
    try keys.reduce(try schema()) { try #require($0[$1], "no '\($1)' in \(keys)") }
  }

  private func names(_ json: JSON?) -> [String] {
    guard case .object(let members)? = json else { return [] }
    return members.map(\.key)
  }

  private func texts(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }

  @Test func `the schema's keys are those of the program`() throws {
    #expect(try Set(names(value("properties"))) == Set(ManifestLoader.keys))
    #expect(try Set(names(value("$defs", "query", "properties"))) == Set(QueryReader.keys))
    #expect(
      try Set(names(value("$defs", "query", "properties", "session", "properties"))) == Set(QueryReader.sessionKeys))
    #expect(try Set(names(value("$defs", "waiver", "properties"))) == Set(RuleReader.waiverKeys))
    let conventions = QueryConvention.allCases.map(\.rawValue)
    #expect(try value("$defs", "query", "properties", "convention", "enum") == texts(conventions))
    #expect(
      try value("$defs", "query", "properties", "placeholders", "enum")
        == texts(Placeholders.styles.map(\.name) + conventions))
    guard case .array(let kinds) = try value("$defs", "seedStep", "anyOf") else {
      throw TestFailure("no kinds of steps")
    }
    #expect(names(kinds.last?["properties"]) == SeedStepReader.commandKeys)
    #expect(names(kinds[1]["properties"]) == SeedStepReader.rowsKeys)
    #expect(names(kinds[2]["properties"]) == SeedStepReader.fileKeys)
  }

  @Test func `the schema's rules are those of the program, with their keys, defaults and descriptions`() throws {
    func expected(_ rules: [JSONMember]) -> JSON {
      .object([
        JSONMember("type", .string("object")), JSONMember("additionalProperties", .bool(false)),
        JSONMember("properties", .object(rules)),
      ])
    }
    let rules = Rule.all.map { JSONMember($0.id, RuleSchema($0).json) }
    #expect(try value("$defs", "rules") == expected(rules), "\(expected(rules).prettyText)")
    let all = rules + MigrationRule.all.map { JSONMember($0.id, RuleSchema($0).json) }
    #expect(try value("$defs", "manifestRules") == expected(all), "\(expected(all).prettyText)")
    #expect(
      try value("$defs", "waiver", "properties", "rule", "enum") == texts(Rule.all.map(\.id) + [Rule.timeoutID]))
  }

  @Test func `the settings of plangate's own have plangate's values or none`() throws {
    let own = ServerConfiguration.ownSettings.keys.sorted()
    let valued = own.filter { !ServerConfiguration.ownSpellings(of: $0).isEmpty }
    let expected = JSON.object(
      valued.map { name in
        let spellings = ServerConfiguration.ownSpellings(of: name)
        // As a YAML reader may have read them.
        let others: [JSON] =
          switch spellings[0] {
          case "off": [.bool(false), .number(0)]
          case "on": [.bool(true), .number(1)]
          default: Double(spellings[0]).map { [.number($0)] } ?? []
          }
        return JSONMember(name, .object([JSONMember("enum", .array(spellings.map(JSON.string) + others))]))
      })
    let actual = try value("$defs", "settings", "properties")
    #expect(actual == expected, "\(expected.prettyText)")
    guard case .array(let refused) = try value("$defs", "settings", "propertyNames", "not", "anyOf") else {
      throw TestFailure("no refused settings")
    }
    #expect(refused[0]["enum"] == texts(own.filter { !valued.contains($0) }))
  }

  @Test func `every key and every rule is described`() throws {
    func expectDescription(_ properties: JSON, _ place: String) {
      for name in names(properties) {
        let text = properties[name]?["description"]?.stringValue ?? ""
        #expect(text.count > 10 && text.hasSuffix("."), "\(place).\(name): '\(text)'")
      }
    }
    expectDescription(try value("properties"), "manifest")
    for name in ["query", "waiver", "rules"] {
      expectDescription(try value("$defs", name, "properties"), name)
    }
  }

  @Test func `the manifests of this repository are valid`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let paths = ["queries/manifest.yml", "Tests/Reseed/queries/manifest.yml", "Tests/CorpusTests/Corpus/manifest.yml"]
    for path in paths {
      let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
      #expect(try SchemaValidator.problems(of: text, .manifest) == [], "\(path)")
    }
  }

  @Test(arguments: [
    "file: a.sql\nparams: {a: {b: c}}", "file: a.sql\nparams: 42", "file: a.sql\nparams: {a-b: 1}",
    "file: a.sql\ncases:", "file: a.sql\nwaive:", "file: a.sql\nsession:", "file: a.sql\nrules:",
    "file: a.sql\nrules: {row-estimate: {threshold: ten}}", "file: a.sql\nrules: {row-estimate: {threshold: 0.5}}",
    "file: a.sql\nrules: {time: {budget: [1]}}", "file: a.sql\nrules: {seq-scan: {require: none}}",
    "name: 'a b'\nfile: a.sql", "name: q\nsql:", "file: b c.sql", "file: a.sql\nunknown: 1", "name: -1\nfile: a.sql",
    "files: a.sql\nname: x", "files: a.sql\nparams: [1]", "files: a.sql\ncases: {a: {}}", "files: a.sql\nquery: x",
    "file: a.sql\nexcept: [x]", "file: a.sql\nfiles: a.sql", "name: x\nsql: SELECT 1\nquery: y", "files: []",
    "name: x\nsql: SELECT 1\nconvention: sqlc", "file: a.sql\nconvention: x", "file: a.sql\nplaceholders: x",
  ])
  func `the schema refuses what the program refuses`(lines: String) throws {
    let manifest = "version: 1\nqueries:\n  - \(lines.replacing("\n", with: "\n    "))\n"
    let project = try Project(manifest: manifest, ["queries/b c.sql": "SELECT 1"])
    #expect(project.loadFailure() != nil, "\(manifest)")
    #expect(try SchemaValidator.problems(of: manifest, .manifest) != [], "\(manifest)")
  }

  @Test(arguments: [
    "name: true\nfile: a.sql", "file: a.sql\nrules: {row-estimate: {threshold: '20', absolute: 'true'}}",
    "file: a.sql\nrules: {cost: {warn: '+2.5e0', fail: .5e2}, time: {severity: fail, budget: 3}}", "file: ./a.sql",
    "file: a.sql\ntypes: {}", "file: a.sql\ncases: {1: ~, x: [], y: {}}", "file: a.sql\ntimeout: 0.001",
    "file: a.sql\nwaive: [{rule: timeout, reason: 1, relation: 2, alias: false, until: '2028-02-29'}]",
    "file: a.sql\nsession: {settings: {work_mem: 4, enable_sort: false, app.x: ''}}",
    "files: [a.sql]", "files: '*.sql'\ntypes: {}\nparams: ~", "file: a.sql\nconvention: statements\nquery: 1",
    "name: q\nsql: SELECT @x\nplaceholders: '@x'", "file: a.sql\nplaceholders: sqlc",
  ])
  func `the schema accepts what the program accepts`(lines: String) throws {
    let manifest = "version: \"1\"\nqueries:\n  - \(lines.replacing("\n", with: "\n    "))\n"
    // Loading validates it against the schema.
    _ = try Project(manifest: manifest).load()
  }
}

/// A rule in the schema.
private struct RuleSchema {
  let summary: String
  let defaultSeverity: Severity
  let parameters: [Rule.Parameter]

  init(_ rule: Rule) {
    (summary, defaultSeverity, parameters) = (rule.summary, rule.defaultSeverity, rule.parameters)
  }

  init(_ rule: MigrationRule) { (summary, defaultSeverity, parameters) = (rule.summary, .off, rule.parameters) }

  var json: JSON {
    let severity = JSON.object([JSONMember("$ref", .string("#/$defs/severity"))])
    let keys = [JSONMember("severity", severity)] + parameters.map { JSONMember($0.name, json($0)) }
    return .object([
      JSONMember("description", .string(sentence(summary))),
      JSONMember("default", .string(defaultSeverity.rawValue)),
      JSONMember(
        "anyOf",
        .array([
          severity,
          .object([
            JSONMember("type", .string("object")), JSONMember("additionalProperties", .bool(false)),
            JSONMember("properties", .object(keys)),
          ]),
        ])),
    ])
  }

  private func json(_ parameter: Rule.Parameter) -> JSON {
    var members = [JSONMember("description", .string(sentence(parameter.summary)))]
    switch parameter.defaultValue {
    case .number(let number):
      let least = JSON.object([
        JSONMember("type", .string("number")), JSONMember("minimum", .number(parameter.minimum)),
      ])
      let text = JSON.object([JSONMember("$ref", .string("#/$defs/numberText"))])
      members += [JSONMember("default", .number(number)), JSONMember("anyOf", .array([least, text]))]
    case .flag(let flag):
      members += [JSONMember("default", .bool(flag)), JSONMember("$ref", .string("#/$defs/flag"))]
    case .word(let word):
      members += [
        JSONMember("default", .string(word)), JSONMember("enum", .array(parameter.words.map(JSON.string))),
      ]
    }
    return .object(members)
  }

  /// A summary with a capital and a full stop.
  private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
