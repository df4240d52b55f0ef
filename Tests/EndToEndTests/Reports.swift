import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

// MARK: JSON

/// The stable keys of the JSON report.
struct JSONReport: Decodable, Sendable {
  struct Case: Decodable, Sendable {
    let query: String
    let `case`: String?
    let verdict: String
    let failed: Bool
    let findings: [Finding]
    /// Not a stable key, like the two below.
    let reason: String?
    let plan: Totals?

    var name: String { `case`.map { "\(query)@\($0)" } ?? query }
  }

  struct Finding: Decodable, Equatable, Sendable {
    let rule: String
    let severity: String
    let relation: String?
    let root: String?
    let alias: String?
    let waived: Waiver?
    let message: String
    let figures: Figures?
  }

  struct Waiver: Decodable, Equatable, Sendable {
    let reason: String
    let until: String?
  }

  struct Figures: Decodable, Equatable, Sendable {
    let planRows: Double
    let actualRows: Double?
    let qError: Double?
  }

  struct Totals: Decodable, Equatable, Sendable {
    let cost: Double
    let rows: Double?
    let buffers: Double?
  }

  let plangate: String
  let outcome: String
  let server: String?
  /// Not a stable key; present only for a given server.
  let serverAddress: String?
  /// Not a stable key.
  let notes: [String]
  let counts: [String: Int]
  let cases: [Case]

  /// Every key must be present, even if its value is null.
  init(parsing text: String) throws {
    let data = Data(text.utf8)
    func keys(_ value: Any?, _ wanted: [String], _ what: String) throws -> [String: Any] {
      guard let object = value as? [String: Any] else { throw TestFailure("\(what) is no object\n\(text)") }
      for key in wanted where object[key] == nil { throw TestFailure("\(what) has no key '\(key)'\n\(text)") }
      return object
    }
    let root = try keys(
      JSONSerialization.jsonObject(with: data), ["plangate", "outcome", "server", "counts", "cases"], "the report")
    _ = try keys(
      root["counts"], ["passed", "regressed", "improved", "changed", "new", "unchecked"], "'counts'")
    for item in root["cases"] as? [Any] ?? [] {
      let item = try keys(item, ["query", "case", "verdict", "failed", "findings"], "a case")
      for finding in item["findings"] as? [Any] ?? [] {
        _ = try keys(
          finding, ["rule", "severity", "relation", "root", "alias", "waived", "message", "figures"], "a finding")
      }
    }
    self = try JSONDecoder().decode(JSONReport.self, from: data)
  }

  subscript(name: String) -> Case {
    get throws {
      guard let found = cases.first(where: { $0.name == name }) else {
        throw TestFailure("no case \(name) in \(cases)")
      }
      return found
    }
  }
}

// MARK: JUnit

/// A JUnit report as a CI service reads it.
struct JUnitReport: Sendable {
  struct Case: Sendable {
    let name: String
    let classname: String
    let time: String
    /// The element, such as `failure`, `error` or `system-out`.
    var results: [Result] = []

    var failure: Result? { results.first { $0.element == "failure" } }
    var error: Result? { results.first { $0.element == "error" } }
    var systemOut: Result? { results.first { $0.element == "system-out" } }
  }

  struct Result: Sendable {
    let element: String
    let type: String?
    let message: String?
    var text = ""
  }

  var suites: [[String: String]] = []
  var cases: [Case] = []

  /// Throws for a document that is not well-formed: `parse()` alone can return true for a broken one.
  init(parsing text: String) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    let isParsed = parser.parse()
    if let error = parser.parserError { throw TestFailure("the JUnit report is broken: \(error)\n\(text)") }
    guard isParsed, reader.elements.first == "testsuites" else { throw TestFailure("no JUnit report: '\(text)'") }
    guard !reader.elements.contains("skipped") else { throw TestFailure("the JUnit report has 'skipped'\n\(text)") }
    self = reader.report
  }

  private init() {}

  subscript(name: String) -> Case {
    get throws {
      guard let found = cases.first(where: { $0.name == name }) else {
        throw TestFailure("no case \(name) in \(cases)")
      }
      return found
    }
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var report = JUnitReport()
    var elements: [String] = []
    private var isInResult = false

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements.append(name)
      switch name {
      case "testsuite": report.suites.append(attributes)
      case "testcase":
        report.cases.append(
          Case(
            name: attributes["name"] ?? "", classname: attributes["classname"] ?? "", time: attributes["time"] ?? ""))
      case "failure", "error", "system-out":
        isInResult = true
        let result = Result(element: name, type: attributes["type"], message: attributes["message"])
        report.cases[report.cases.count - 1].results.append(result)
      default: break
      }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      guard isInResult else { return }
      let last = report.cases.count - 1
      report.cases[last].results[report.cases[last].results.count - 1].text += text
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      if ["failure", "error", "system-out"].contains(name) { isInResult = false }
    }
  }
}

// MARK: Runs

extension Project {
  func json(_ path: String = "report.json") throws -> JSONReport { try JSONReport(parsing: read(path)) }

  func junit(_ path: String = "junit.xml") throws -> JUnitReport { try JUnitReport(parsing: read(path)) }
}

/// Checks the exit status, texts in the outputs, and that the run left nothing behind; prints everything on failure.
func expect(
  _ run: ProgramRun, exits status: Int32, stdout: [String] = [], stderr: [String] = [], not unwanted: [String] = [],
  leavingNothingIn project: Project? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(run.status == status, "\(run)", sourceLocation: sourceLocation)
  for text in stdout {
    #expect(run.stdout.contains(text), "standard output lacks '\(text)'\n\(run)", sourceLocation: sourceLocation)
  }
  for text in stderr {
    #expect(run.stderr.contains(text), "standard error lacks '\(text)'\n\(run)", sourceLocation: sourceLocation)
  }
  for text in unwanted {
    let isThere = run.stdout.contains(text) || run.stderr.contains(text)
    #expect(!isThere, "the output has '\(text)'\n\(run)", sourceLocation: sourceLocation)
  }
  if let project {
    #expect(try project.temporaryFiles() == [], "\(run)", sourceLocation: sourceLocation)
    #expect(project.processes() == [], "\(run)", sourceLocation: sourceLocation)
  }
}
