import JSON
import PlanCore
import Reporting
import Testing

@Suite struct JSONReportTests {
  private func keys(_ json: JSON?) -> [String] {
    guard case .object(let members)? = json else { return [] }
    return members.map(\.key)
  }

  private func elements(_ json: JSON?) -> [JSON] {
    guard case .array(let elements)? = json else { return [] }
    return elements
  }

  @Test func `every case and finding has the stable keys`() throws {
    let report = try JSON(parsing: JSONReport.text(try Shop.run()))
    #expect(Set(keys(report)).isSuperset(of: ["plangate", "outcome", "server", "counts", "cases"]))
    #expect(keys(report["counts"]) == ["passed", "regressed", "improved", "changed", "new", "unchecked"])
    let cases = elements(report["cases"])
    #expect(cases.count == 9)
    for element in cases {
      #expect(Set(keys(element)).isSuperset(of: ["query", "case", "verdict", "failed", "findings"]))
      for finding in elements(element["findings"]) {
        #expect(
          Set(keys(finding)).isSuperset(of: [
            "rule", "severity", "relation", "root", "alias", "waived", "message", "figures",
          ]))
      }
    }
  }

  @Test func `a given server is shown with its address, in JUnit too`() throws {
    var run = try Shop.run()
    #expect(try JSON(parsing: JSONReport.text(run))["serverAddress"] == .null)
    #expect(run.serverText == run.server)
    run.serverAddress = "db<1>:5432"
    let report = try JSON(parsing: JSONReport.text(run))
    #expect(report["serverAddress"] == .string("db<1>:5432"))
    #expect(report["server"] == run.server.map(JSON.string))
    #expect(JUnitReport.text(run).contains("<property name=\"server\" value=\"db&lt;1&gt;:5432\"/>"))
    #expect(run.serverText == "\(run.server ?? "?") (given: db<1>:5432)")
  }

  @Test func `a regression includes its figures`() throws {
    let report = try JSON(parsing: JSONReport.text(try Shop.run()))
    #expect(report["outcome"] == .string("unchecked"))
    #expect(report["counts"]?["regressed"] == .number(3))
    let first = try #require(elements(report["cases"]).first)
    #expect(first["verdict"] == .string("regressed"))
    #expect(first["failed"] == .bool(true))
    let finding = try #require(elements(first["findings"]).first)
    #expect(keys(finding["figures"]) == ["planRows", "actualRows", "qError"])
    #expect(finding["relation"] == .string("public.orders"))
    #expect(finding["root"] == .null)
    #expect(finding["waived"] == .null)
    #expect(first["baselinePlan"]?["buffers"] == .number(24))
  }

  @Test func `a join has neither relation nor root`() throws {
    var outcome = try Shop.passed()
    outcome.findings = [Finding(rule: "row-estimate", severity: .fail, message: "Hash Join {a, b}: 1 row estimated")]
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.cases = [outcome]
    let report = try JSON(parsing: JSONReport.text(run))
    let first = try #require(elements(report["cases"]).first)
    let finding = try #require(elements(first["findings"]).first)
    #expect([finding["relation"], finding["root"], finding["alias"], finding["figures"]].allSatisfy { $0 == .null })
  }

  @Test func `waived holds the reason and the date, or null`() throws {
    let report = try JSON(parsing: JSONReport.text(try Shop.run()))
    let waived = elements(report["cases"]).flatMap { elements($0["findings"]) }.compactMap { $0["waived"] }
      .filter { $0 != .null }
    #expect(waived.map { $0["reason"] } == [.string("twelve rows"), .string(hostile)])
    #expect(waived.map { $0["until"] } == [.string("2027-06-30"), .null])
    // It may be the waiver of another finding that caused this one.
    #expect(waived.map { $0["rule"] } == [.string("seq-scan"), .string("seq-scan")])
  }

  @Test func `hostile text survives a round trip`() throws {
    let text = JSONReport.text(try Shop.run())
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) })
    let last = try #require(elements(try JSON(parsing: text)["cases"]).last)
    #expect(last["query"] == .string("q" + hostile))
    #expect(last["case"] == .string(hostile))
  }

  @Test func `a run that ended early says why`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.error = "no server"
    let report = try JSON(parsing: JSONReport.text(run))
    #expect(report["outcome"] == .string("unchecked"))
    #expect(report["server"] == .null)
    #expect(report["error"] == .string("no server"))
    #expect(report["cases"] == .array([]))
  }
}
