import PlanCore
import Testing

@testable import Reporting

@Suite struct JUnitReportTests {
  private func run(_ cases: [CaseOutcome], isStrict: Bool = false) -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = cases
    run.isStrict = isStrict
    return run
  }

  @Test func `a run has one suite, and a test case for each case`() throws {
    let root = try ParsedXML.root(of: JUnitReport.text(try Shop.run()))
    #expect(root.name == "testsuites")
    #expect(root["name"] == "plangate")
    #expect(root.children.map(\.name) == ["testsuite"])
    let suite = root.children[0]
    #expect(suite["name"] == "ci/queries.yml")
    for element in [root, suite] {
      #expect([element["tests"], element["failures"], element["errors"], element["time"]] == ["9", "4", "1", "3.217"])
    }
    let cases = root.all("testcase")
    #expect(cases.count == 9)
    #expect(cases.allSatisfy { $0["classname"] == "ci/queries.yml" })
    #expect(
      cases[0].attributes == [
        "name": "orders_by_customer@typical", "classname": "ci/queries.yml", "time": "0.042",
        "file": "queries/orders_by_customer.sql", "line": "1",
      ])
    #expect(root.all("failure").count == 4)
    #expect(root.all("error").count == 1)
    #expect(root.all("skipped").isEmpty)
    #expect(cases.allSatisfy { $0.all("failure").count + $0.all("error").count <= 1 })
  }

  @Test func `a failure has the first failing rule as its type and all findings in its body`() throws {
    let failure = try #require(
      try ParsedXML.root(of: JUnitReport.text(run([try Shop.manyFindings()]))).all("failure").first)
    #expect(failure["type"] == "seq-scan")
    #expect(failure["message"] == "public.customers c: Index Scan using customers_pkey -> Seq Scan (and 1 more)")
    for words in [
      "fail: seq-scan: public.customers c", "fail: row-estimate: public.items i", "waived: seq-scan: public.countries",
      "warning: new-seq-scan: public.audit_", "change: join {i, c}: Nested Loop -> Hash Join", "cause: server 14 -> 15",
      "before (PostgreSQL 14)", "now (PostgreSQL 15)", "accept with: plangate record order_search",
    ] {
      #expect(failure.text.contains(words), "\(words)")
    }
  }

  @Test func `warnings and waived findings go to system-out, with or without a failure`() throws {
    let root = try ParsedXML.root(of: JUnitReport.text(run([try Shop.manyFindings(), try Shop.hostilePassed()])))
    let outputs = root.all("system-out").map(\.text)
    #expect(outputs.count == 2)
    for output in outputs {
      #expect(output.contains("warning: new-seq-scan: "))
      #expect(output.contains("waived: seq-scan: "))
    }
    #expect(!outputs[0].contains("row-estimate"))
  }

  @Test func `a case without a baseline fails as no-baseline`() throws {
    let failures = try ParsedXML.root(of: JUnitReport.text(run([try Shop.new()]))).all("failure")
    #expect(failures.map { $0["type"] } == ["no-baseline"])
    #expect(failures[0].text.contains("record with: plangate record month_close"))
  }

  @Test func `a changed plan fails only with strict, as plan-changed`() throws {
    let cases = [try Shop.changed(), try Shop.improved()]
    #expect(try ParsedXML.root(of: JUnitReport.text(run(cases))).all("failure").isEmpty)
    let failures = try ParsedXML.root(of: JUnitReport.text(run(cases, isStrict: true))).all("failure")
    #expect(failures.map { $0["type"] } == ["plan-changed", "plan-changed"])
    #expect(
      failures.map { $0["message"] } == [
        "public.customers c: Seq Scan -> Index Scan using customers_pkey",
        "public.orders o: Seq Scan -> Index Scan using orders_customer_idx",
      ])
  }

  @Test func `an unchecked case has an error with the whole reason`() throws {
    let error = try #require(try ParsedXML.root(of: JUnitReport.text(run([Shop.unchecked()]))).all("error").first)
    #expect(error["type"] == "unchecked")
    #expect(error["message"] == "ERROR 42703: column \"vatt\" does not exist")
    #expect(error.text.contains("\n\tselect vatt \u{fffd}[2J\n\t       ^\nhint: perhaps you meant \"vat\"\n"))
  }

  @Test func `a run that ended early has its own test case`() throws {
    var run = run([try Shop.passed()])
    run.error = "the seed failed\nseed/01.sql:3: ERROR: no such table"
    run.duration = .seconds(1)
    let root = try ParsedXML.root(of: JUnitReport.text(run))
    #expect([root["tests"], root["failures"], root["errors"]] == ["2", "0", "1"])
    let own = try #require(root.all("testcase").first { $0["name"] == "plangate" })
    #expect(own["classname"] == "queries/manifest.yml")
    #expect(own.children.map(\.name) == ["error"])
    #expect(own.children[0]["message"] == "the seed failed")
    #expect(own.children[0].text == run.error)
  }

  @Test func `a run without cases is well-formed`() throws {
    let root = try ParsedXML.root(of: JUnitReport.text(run([])))
    #expect(root["tests"] == "0")
    #expect(root.all("testcase").isEmpty)
  }

  @Test func `every character of the planes in use is well-formed or replaced`() throws {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x2fff, 0xd7f0...0xd7ff, 0xe000...0xe010, 0xfd00...0x10010, 0x1f600...0x1f64f,
      0x1fffe...0x1ffff, 0x10fffe...0x10ffff,
    ]
    let text = String(String.UnicodeScalarView(ranges.joined().compactMap(Unicode.Scalar.init)))
    var outcome = CaseOutcome(query: text, caseName: text, verdict: .unchecked)
    outcome.reason = text
    outcome.file = text
    let testCase = try #require(try ParsedXML.root(of: JUnitReport.text(run([outcome]))).all("testcase").first)
    let expected = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          let isForbidden = scalar.value < 0x20 && !"\t\n\r".unicodeScalars.contains(scalar)
          return isForbidden || scalar == "\u{fffe}" || scalar == "\u{ffff}" ? "\u{fffd}" : scalar
        }))
    func scalars(_ text: String?) -> [Unicode.Scalar] { Array((text ?? "").unicodeScalars) }
    #expect(scalars(testCase["name"]) == scalars("\(expected)@\(expected)"))
    #expect(scalars(testCase["file"]) == scalars(expected))
    #expect(scalars(testCase.children[0].text) == scalars(expected))
  }

  @Test func `each server has a suite, and names contain the version only if needed`() throws {
    let root = try ParsedXML.root(of: JUnitReport.text(try Shop.matrix()))
    let suites = root.all("testsuite")
    #expect(
      suites.map { $0["name"] } == [
        "ci/queries.yml (PostgreSQL 15)", "ci/queries.yml (PostgreSQL 16.14)", "ci/queries.yml (PostgreSQL 16.9)",
      ])
    for suite in suites {
      #expect([suite["tests"], suite["failures"], suite["errors"], suite["time"]] == ["2", "1", "0", "0.085"])
      #expect(suite.all("testcase").allSatisfy { $0["classname"] == suite["name"] })
    }
    #expect([root["tests"], root["failures"]] == ["6", "3"])
    let versions = suites.map { suite in suite.all("property").first { $0["name"] == "postgresql" }?["value"] }
    #expect(versions == ["15.18", "16.14", "16.9"])
  }

  @Test func `the error of a run appears once, even with several servers`() throws {
    var run = try Shop.matrix()
    run.error = "the second server ended"
    run.errorPlace = Place(file: "ci/queries.yml", line: 3)
    let root = try ParsedXML.root(of: JUnitReport.text(run))
    let own = root.all("testcase").filter { $0["name"] == "plangate" }
    #expect(own.count == 1)
    #expect([own.first?["file"], own.first?["line"]] == ["ci/queries.yml", "3"])
    #expect(root["errors"] == "1")
    #expect(root.all("testsuite").map { $0["errors"] } == ["1", "0", "0"])
  }

  @Test func `names stay the same when figures change`() throws {
    func names(_ run: RunOutcome) throws -> [[String?]] {
      try ParsedXML.root(of: JUnitReport.text(run)).all("testcase").map { [$0["classname"], $0["name"], $0["file"]] }
    }
    #expect(try names(EveryKind.run()) == names(EveryKind.again()))
  }

  @Test func `no output names a file that a service would attach`() throws {
    let root = try ParsedXML.root(of: JUnitReport.text(try EveryKind.run()))
    let texts = (root.all("system-out") + root.all("failure") + root.all("error")).map(\.text)
    #expect(texts.contains { $0.contains("[ [ATTACHMENT|/etc/passwd]]") })
    #expect(!texts.contains { $0.contains("[[ATTACHMENT|") })
  }

  @Test func `attributes and elements are those that readers know`() throws {
    func walk(_ element: ParsedXML) {
      let known: [String: Set<String>] = [
        "testsuites": ["name", "tests", "failures", "errors", "time"],
        "testsuite": ["name", "tests", "failures", "errors", "time"],
        "properties": [], "property": ["name", "value"], "system-out": [],
        // `file` and `line` are attributes of GitLab, CircleCI and the GitHub reporters; Jenkins' xUnit plugin does not
        // have them.
        "testcase": ["name", "classname", "time", "file", "line"],
        "failure": ["type", "message"], "error": ["type", "message"],
      ]
      #expect(known[element.name]?.isSuperset(of: element.attributes.keys) == true, "\(element.name)")
      element.children.forEach(walk)
    }
    walk(try ParsedXML.root(of: JUnitReport.text(try EveryKind.run())))
  }

  @Test func `line feeds and tabs of attributes survive the parser`() throws {
    let outcome = CaseOutcome(query: "a\nb\tc\r\nd", caseName: nil, verdict: .passed)
    let testCase = try #require(try ParsedXML.root(of: JUnitReport.text(run([outcome]))).all("testcase").first)
    #expect(testCase["name"] == "a\nb\tc\r\nd")
  }

  @Test(arguments: [
    (0, "0.000"), (0.0004, "0.000"), (0.0424, "0.042"), (1.9996, "2.000"), (61.05, "61.050"), (-1, "0.000"),
    (1e12, "0.000"),
  ]) func `seconds have three decimals`(_ seconds: Double, _ text: String) {
    #expect(JUnitReport.seconds(.seconds(seconds)) == text)
  }
}
