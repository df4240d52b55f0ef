import Foundation
import JSON
import PlanCore
import Testing

@testable import Reporting

@Suite struct HTMLReportTests {
  private func page(_ cases: [CaseOutcome]) throws -> ParsedPage {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = cases
    return try ParsedPage(HTMLReport.text(run))
  }

  @Test func `only the page's own style and script may run`() throws {
    let page = try ParsedPage(HTMLReport.text(try EveryKind.run()))
    for (text, type) in [(page.style, "HTMLStyle"), (page.script, "HTMLScript")] {
      let hash = try source(of: text)
      #expect(page.rest.contains("&#39;\(hash)&#39;"), "set \(type).hash to \"\(hash)\"")
    }
  }

  /// The name of a text in a Content-Security-Policy: `sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=`.
  private func source(of text: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "plangate-hash-\(UUID().uuidString)")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sha256sum", file.path]
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let digits = Array(line.prefix(64))
    try #require(digits.count == 64)
    let bytes = try stride(from: 0, to: 64, by: 2).map { try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16)) }
    return "sha256-" + Data(bytes).base64EncodedString()
  }

  @Test func `one page holds every verdict, rule and severity`() throws {
    let run = try EveryKind.run()
    #expect(Set(run.cases.map(\.verdict)) == Set(Verdict.allCases))
    #expect(Set(run.cases.flatMap(\.findings).map(\.rule)).isSuperset(of: Rule.all.map(\.id) + [Rule.timeoutID]))
    #expect(Set(run.cases.flatMap(\.findings).map(\.severity)).isSuperset(of: [.warn, .fail]))
  }

  @Test func `the headline counts verdicts, and changed cases do not count as passed`() throws {
    let rest = try page([try Shop.passed(), try Shop.changed()]).rest
    #expect(rest.contains("<title>1 case changed, 1 passed · plangate</title>"))
    #expect(rest.contains("<h1><a href=\"#\">1 case changed, 1 passed</a></h1>"))
  }

  @Test func `the statement that restores a lost index is shown, with and without scripts`() throws {
    let page = try page([try Shop.regressed(), try Shop.changed()])
    let statement = "CREATE INDEX orders_customer_idx ON public.orders USING btree (customer_id);"
    let purpose = "recreate the lost index, with CONCURRENTLY where the table is in use"
    #expect(try page.data(0)["statements"] == .string("\(statement) -- \(purpose)"))
    #expect(page.rest.contains("fix: \(statement)"))
    #expect(try page.data(1)["statements"] == nil)
  }

  @Test func `only a failing case has a command that accepts it`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = [try Shop.changed()]
    for isStrict in [false, true] {
      run.isStrict = isStrict
      let page = try ParsedPage(HTMLReport.text(run))
      #expect((try page.data(0)["command"] != nil) == isStrict)
      #expect(page.rest.contains("accept with: ") == isStrict)
    }
  }

  // MARK: Safety

  @Test func `hostile text opens no element and ends none`() throws {
    let text = HTMLReport.text(try EveryKind.run())
    // Only the page's own script elements: one data block per case, one for the run, and the program.
    let blocks = try EveryKind.run().cases.count + 1
    #expect(text.components(separatedBy: "<script").count - 1 == blocks + 1)
    #expect(text.components(separatedBy: "</script").count - 1 == blocks + 1)
    #expect(!text.contains("<!--"))
    #expect(!text.contains("<img"))
    #expect(!text.contains("alert(1)</"))
  }

  @Test func `no byte of the page hides, moves or closes anything`() throws {
    for scalar in HTMLReport.text(try EveryKind.run()).unicodeScalars {
      let isPlain = scalar == "\n" || scalar == "\t" || scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
      let isJoiner = scalar == "\u{200d}" || scalar == "\u{200c}"
      #expect(
        isPlain
          && (isJoiner || ![.format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)))
    }
  }

  @Test func `hostile text stays inside its attribute`() throws {
    let rest = try ParsedPage(HTMLReport.text(try EveryKind.run())).rest
    var markup = rest
    while let block = markup.range(of: "<script type[^>]*>[^<]*</script>", options: .regularExpression) {
      markup.removeSubrange(block)
    }
    let tags = markup.components(separatedBy: "<").dropFirst().map { $0.prefix { $0 != ">" } }
    for tag in tags {
      let quotes = tag.filter { $0 == "\"" }.count
      #expect(quotes.isMultiple(of: 2) && !tag.contains("'"), "\(tag)")
      let names = tag.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter {
        $0.offset.isMultiple(of: 2)
      }
      #expect(!names.contains { $0.element.contains("onfocus") || $0.element.contains("onerror") }, "\(tag)")
    }
  }

  @Test func `the page loads nothing from outside`() throws {
    let page = try ParsedPage(HTMLReport.text(try EveryKind.run()))
    #expect(page.rest.contains("default-src &#39;none&#39;"))
    for text in [page.style, page.script] {
      #expect(
        !text.contains("http:") && !text.contains("https:") && !text.contains("@import") && !text.contains("url("))
      #expect(!text.contains("</") && !text.contains("<!--"))
    }
    for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("] {
      #expect(!page.script.contains(word))
    }
  }

  // MARK: Content

  @Test func `failing cases come first`() throws {
    let rest = try page([try Shop.passed(), try Shop.new(), Shop.unchecked(), try Shop.regressed()]).rest
    let links = rest.components(separatedBy: "data-case=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    #expect(links == ["3", "2", "1", "0"])
  }

  @Test func `a link to a case is the same in every run and is the id of its section`() throws {
    var one = try Shop.regressed()
    one.server = "16.14"
    let rest = try page([one]).rest
    #expect(rest.contains("href=\"#case=orders_by_customer@typical&amp;server=16\""))
    #expect(rest.contains("<article id=\"case=orders_by_customer@typical&amp;server=16\""))
    #expect(HTMLText.fragment("a b%é") == "a%20b%25%C3%A9")
  }

  @Test func `a row of the list refers to its rules and relations by their index in the filters`() throws {
    let rest = try page([try Shop.regressed(), try Shop.changed(), try Shop.misestimated()]).rest
    #expect(rest.contains("<option value=\"0\">seq-scan</option><option value=\"1\">row-estimate</option>"))
    #expect(
      rest.contains(
        "<option value=\"0\">public.customers</option><option value=\"1\">public.items</option>"
          + "<option value=\"2\">public.orders</option>"))
    #expect(rest.contains("<li data-relations=\"2\" data-rules=\"0\"><a href=\"#case=orders_by_customer@typical\""))
    #expect(
      rest.contains("<li data-relations=\"0 1\" data-rules=\"1\"><a href=\"#case=tenant_dashboard@whale+generic\""))
  }

  @Test func `an unchanged case holds its plan once`() throws {
    let page = try page([try Shop.passed(), try Shop.regressed()])
    #expect(try page.data(0)["before"] == .bool(true))
    #expect(try page.data(1)["before"]?["nodes"]?.elements.count == 2)
  }

  @Test func `causes related to the failure come first`() throws {
    let plan = { (type: String) in
      node(
        "Nested Loop", cost: 50, [],
        [
          node(type, "orders", index: type == "Seq Scan" ? nil : "orders_idx", cost: 40, as: "Outer"),
          node("Index Scan", "archive", index: "archive_idx", cost: 4, as: "Inner"),
        ])
    }
    let index = { (name: String) in [IndexFacts(name: name + "_idx", definition: "btree (id)")] }
    let item = outcome(
      "a",
      before: try observation(plan("Index Scan"), indexes: ["orders": index("orders"), "archive": index("archive")]),
      now: try observation(plan("Seq Scan"), indexes: ["orders": [], "archive": []]))
    #expect(item.comparison?.causes.first?.text.contains("archive") == true)
    let causes = try #require(try page([item]).data(0)["causes"]).elements
    #expect(causes.count == 2)
    #expect(causes.first?.stringValue?.contains("public.orders") == true)
  }

  @Test func `a run that ended early says why and shows nothing green`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.error = "queries/manifest.yml:1:1: error: unknown key '<b>'"
    let text = HTMLReport.text(run)
    #expect(text.contains("<header class=\"run unchecked\">"))
    #expect(text.contains("unknown key &#39;&lt;b&gt;&#39;</pre>"))
    #expect(text.contains("<title>could not check · plangate</title>"))
  }

  @Test func `one finding, one mark on its node`() throws {
    let data = try page([try Shop.regressed()]).data(0)
    let nodes = try #require(data["now"]?["nodes"]).elements
    #expect(nodes.map { $0["marks"] } == [nil, .array([.number(0)])])
    #expect(data["findings"]?.elements.first?["weight"] == .string("fail"))
    #expect(data["command"] == .string("plangate record orders_by_customer"))
  }

  // MARK: Figures

  /// Each node's own figure of a metric as the page shows it, and its share in thousandths.
  private func own(_ metric: String, _ nodes: JSON?) -> (figures: [String], shares: [Double]) {
    let pairs = (nodes?["nodes"]?.elements ?? []).map { $0[metric]?.elements ?? [] }
    return (pairs.map { $0.first?.stringValue ?? "" }, pairs.map { $0.last?.numberValue ?? -1 })
  }

  @Test func `a node's own blocks exclude those of the nodes below it`() throws {
    let now = try page([try EveryKind.timed()]).data(0)["now"]
    // Hash Join, CTE, InitPlan, CTE Scan (which runs both), Gather, Seq Scan.
    #expect(own("buffers", now).figures == ["0", "60", "2", "0", "0", "40"])
    #expect(own("buffers", now).shares == [0, 588, 20, 0, 0, 392])
  }

  @Test func `time is shown if it was measured`() throws {
    let data = try page([try EveryKind.timed()]).data(0)
    #expect(data["before"]?["metrics"] == .array([.string("buffers"), .string("cost")]))
    #expect(data["now"]?["metrics"]?.elements.last == .string("time"))
    #expect(own("time", data["now"]).figures == ["4.0 ms", "30 ms", "1.0 ms", "5.0 ms", "2.0 ms", "18 ms"])
  }

  @Test func `the cost of an inner side counts once per execution`() throws {
    let joined = try observation(Shop.joined("Nested Loop", customersByIndex: true, itemsRows: 1000))
    let figures = OwnFigures(FlatPlan(joined.plan)).cost
    // 900 in all: 90 of the outer side, 1,000 times 0.3, and the rest belongs to the join.
    #expect(figures.map { ($0 * 10).rounded() / 10 } == [510, 90, 300])
  }

  @Test func `own costs never exceed the whole`() throws {
    // A Limit pays for a part of its input.
    let limit = node(
      "Limit", cost: 10, rows: 1, [],
      [node("Sort", cost: 500, rows: 9, as: "Outer", [], [node("Seq Scan", "a", cost: 400, as: "Outer")])])
    let figures = OwnFigures(FlatPlan(try plan(limit))).cost
    #expect(figures.map { $0.rounded() } == [0, 2, 8])
  }

  @Test func `a wrong estimate has a direction, and one that cannot be judged says so`() throws {
    let nodes = try #require(try page([try Shop.misestimated()]).data(0)["now"]?["nodes"]).elements
    #expect(nodes[1]["rows"]?["q"] == .string("64"))
    #expect(nodes[1]["rows"]?["miss"] == .number(64))
    let over = try page([
      outcome("a", before: nil, now: try observation(node("Seq Scan", "a", rows: 5000, actual: 5)))
    ]).data(0)
    #expect(over["now"]?["nodes"]?.elements[0]["rows"]?["miss"] == .number(-1000))
    // Above the join the hash table repeats its input: drawn, but not judged.
    let gather = try page([try EveryKind.timed()]).data(0)["now"]?["nodes"]?.elements[4]["rows"]
    #expect(gather?["judged"] == .bool(false))
  }

  @Test func `a page of a thousand cases has a few megabytes`() throws {
    let text = HTMLReport.text(try Shop.many(1000))
    let page = try ParsedPage(text)
    #expect(page.blocks.count == 1001)
    #expect(text.utf8.count < 8_000_000)
    try write(text, "thousand.html")
    try write(HTMLReport.text(try EveryKind.run()), "everything.html")
    try write(HTMLReport.text(try Shop.many(3)), "three.html")
    try write(HTMLReport.text(try Shop.migrated()), "migrations.html")
  }

  /// Writes a page for `scripts/browser-test`, if that runs this test.
  private func write(_ text: String, _ name: String) throws {
    guard let directory = ProcessInfo.processInfo.environment["PLANGATE_PAGES"] else { return }
    try Data(text.utf8).write(to: URL(filePath: directory).appending(path: name))
  }
}
