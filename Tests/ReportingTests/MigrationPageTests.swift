import Foundation
import JSON
import PlanCore
import Testing

@testable import Reporting

/// The page's section of migrations, and a case's figures after each of them.
@Suite struct MigrationPageTests {
  private func page(_ run: RunOutcome) throws -> String { try ParsedPage(HTMLReport.text(run)).rest }

  /// The element with an id, which begins and ends on lines of its own.
  private func element(_ name: String, _ id: String, in page: String) throws -> ParsedXML {
    let start = try #require(page.range(of: "<\(name) [^>]*id=\"\(id)\"", options: .regularExpression), "\(id)")
    let end = try #require(page.range(of: "\n</\(name)>", range: start.upperBound..<page.endIndex))
    return try ParsedXML.root(of: String(page[start.lowerBound..<end.upperBound]))
  }

  private func migration(_ file: String, in page: String) throws -> ParsedXML {
    try element("article", "migration=\(HTMLText.fragment(file))", in: page)
  }

  private func links(_ element: ParsedXML) -> [String] { element.all("a").compactMap { $0["href"] } }

  /// All text in an element, in document order as far as the tests need it.
  private func text(_ element: ParsedXML) -> String {
    ([element.text] + element.children.map(text)).joined(separator: " ")
  }

  // MARK: Migrations

  @Test func `each migration says what it did, whom it blocks by name, and how to avoid that`() throws {
    let page = try page(try Shop.migrated())
    let first = try migration("db/1_amount.sql", in: page)
    let words = text(first)
    #expect(words.contains("ACCESS EXCLUSIVE on public.orders from line 2 on: blocks reads and writes"))
    #expect(words.contains("while it is held: 60,000 rows read"))
    #expect(
      words.contains(
        "line 2 writes anew: public.orders (the type of amount changed from integer to bigint), public.orders_pkey"))
    #expect(words.contains("writes 9 MB of WAL"))
    #expect(words.contains("migration-rewrite") && words.contains(MigrationRule.rewrite.fix))
    #expect(first.all("span").map { $0["class"] } == ["weight fail", "weight warn"])
    #expect(first["class"] == "migration failed")
    // Every blocked case is named; those of the page are links.
    let cases = links(first).filter { $0.hasPrefix("#case") }
    #expect(cases == ["#case=orders_by_customer@typical", "#case=newest_customers"])
    #expect(words.contains("elsewhere"))
    #expect(words.contains("The way down does not bring back"))
    #expect(words.contains("the values of public.orders.amount") && words.contains("the column public.orders.note"))
    let second = try migration("db/2_drop.sql", in: page)
    #expect(second["class"] == "migration")
    #expect(text(second).contains("The way down brings everything back."))
    let third = try migration("db/3_notes.sql", in: page)
    #expect(text(third).contains("Blocks no reads or writes."))
  }

  @Test func `the cases that fail since a migration are linked from it`() throws {
    let second = try migration("db/2_drop.sql", in: try page(try Shop.migrated()))
    #expect(text(second).contains("1 case fails since it"))
    #expect(links(second) == ["#migration=db%2F2_drop.sql", "#case=orders_by_customer@typical"])
  }

  @Test func `the section is there without scripts, and the head of the page leads to it`() throws {
    let page = try page(try Shop.migrated())
    let main = try #require(page.range(of: "<main"))
    let noscript = try #require(page.range(of: "<noscript>"))
    #expect(page[main.upperBound..<noscript.lowerBound].contains("<section class=\"migrations\" id=\"migrations\""))
    #expect(page.contains("<li><a href=\"#migrations\">4 migrations</a></li>"))
    #expect(try !self.page(try Shop.run()).contains("#migrations"))
  }

  @Test func `a run that only a migration fails does not look passed`() throws {
    var run = try Shop.migrated()
    run.cases.removeLast()
    #expect(run.result == .failed)
    let page = try page(run)
    #expect(page.contains("<title>1 case passed, 1 migration breaks a rule · plangate</title>"))
    #expect(page.contains("<header class=\"run failed\">"))
    #expect(MarkdownReport.text(run).contains("### ❌ plangate: 1 case passed, 1 migration breaks a rule\n"))
  }

  @Test func `the plan before a migration is not called a baseline`() throws {
    #expect(try ParsedPage(HTMLReport.text(try Shop.migrated())).data(1)["beforeName"] == .string("Before"))
    #expect(try ParsedPage(HTMLReport.text(try Shop.run())).data(0)["beforeName"] == nil)
  }

  @Test func `a migration that blocks many cases names the first ones and keeps the rest folded`() throws {
    var run = try Shop.migrated()
    let lock = try #require(run.migrations[0].held.first)
    run.migrations[0].held = [
      MigrationReport.HeldLock(
        lock: lock.lock, since: 0, until: 0, blocked: (0..<40).map { CaseID("query_\($0)", nil) })
    ]
    let first = try migration("db/1_amount.sql", in: try page(run))
    let fold = try #require(first.all("details").first)
    #expect(text(fold).contains("28 more") && text(fold).contains("query_39") && !text(fold).contains("query_11 "))
    #expect(text(first).contains("it blocks 40 cases"))
  }

  // MARK: A case's history

  private func history(_ position: Int, in page: String) throws -> ParsedXML {
    try element("template", "history-\(position)", in: page)
  }

  @Test func `a case has a chart of its cost and buffers, and a table with the figures`() throws {
    let page = try page(try Shop.migrated())
    let history = try history(1, in: page)
    let chart = try #require(history.all("svg").first)
    #expect(chart["role"] == "img")
    #expect(chart["aria-labelledby"] == "history-1-title history-1-text")
    #expect(chart.children.map(\.name).prefix(2) == ["title", "desc"])
    #expect(chart.children[0].text == "Cost and buffers of orders_by_customer@typical before and after each migration")
    #expect(
      chart.children[1].text
        == "Cost from 25.9 to 2,636, buffers from 24 to 836, over 4 migrations. Fails since db/2_drop.sql.")
    let rows = history.all("tbody")[0].all("tr").map { row in
      row.children.map { text($0).trimmingCharacters(in: .whitespaces) }
    }
    #expect(rows[0] == ["0", "before", "25.9", "24", ""])
    #expect(rows[2] == ["2", "db/2_drop.sql", "2,636", "836", "fails since"])
    #expect(rows.count == 5)
    #expect(links(history) == Shop.migrationFiles.map { "#migration=" + HTMLText.fragment($0) })
  }

  @Test func `a column of the chart is as high as its figure, and red from the failing migration on`() throws {
    let chart = try #require(try history(1, in: try page(try Shop.migrated())).all("svg").first)
    let panels = chart.all("g")
    #expect(panels.count == 2)
    for (panel, share) in zip(panels, [25.93 / 2636.02, 24.0 / 836]) {
      let columns = panel.all("rect")
      #expect(columns.map { $0["class"] } == ["before", "now", "bad", "bad", "bad"])
      let heights = try columns.map { try #require(Double($0["height"] ?? "")) }
      #expect(abs(heights[0] / heights[2] - share) < 0.01 && heights[2] == heights[4])
      // All stand on one line, one beside the other.
      let feet = try columns.map { try #require(Double($0["y"] ?? "")) + #require(Double($0["height"] ?? "")) }
      #expect(feet.allSatisfy { abs($0 - feet[0]) < 0.11 })
      let lefts = try columns.map { try #require(Double($0["x"] ?? "")) }
      #expect(lefts == lefts.sorted() && Set(lefts).count == 5)
      #expect(panel.all("path").count == 1, "the failing migration is marked")
    }
  }

  @Test func `the failing migration is found under the names of the repository, too`() throws {
    let page = try page(try Shop.migrated().renamingFiles { "api/\($0)" })
    let history = try history(1, in: page)
    #expect(history.all("desc")[0].text.hasSuffix("Fails since api/db/2_drop.sql."))
    #expect(links(history)[1] == "#migration=api%2Fdb%2F2_drop.sql")
    #expect(text(try migration("api/db/2_drop.sql", in: page)).contains("1 case fails since it"))
  }

  @Test func `a failing case has the chart without scripts too`() throws {
    let page = try page(try Shop.migrated())
    let block = try #require(page.range(of: "<noscript>[\\s\\S]*</noscript>", options: .regularExpression))
    #expect(page[block].components(separatedBy: "<svg").count == 2)
  }

  @Test func `a case that no migration changes says so in a sentence`() throws {
    let history = try history(0, in: try page(try Shop.migrated()))
    #expect(history.all("svg").isEmpty && history.all("table").isEmpty)
    #expect(text(history).contains("Cost 25.9 and 24 buffers before and after each of 4 migrations."))
  }

  @Test func `one migration makes no chart, as the plans before and after it are there`() throws {
    var run = try Shop.migrated()
    for index in run.cases.indices { run.cases[index].history = Array(run.cases[index].history.prefix(2)) }
    #expect(try !page(run).contains("history-"))
  }

  @Test func `a state in which the case did not run has no column of buffers`() throws {
    var run = try Shop.migrated()
    let step = run.cases[1].history[1]
    run.cases[1].history[1] = CaseOutcome.Step(label: step.label, cost: step.cost, blocks: nil)
    let history = try history(1, in: try page(run))
    #expect(history.all("g").map { $0.all("rect").count } == [5, 4])
    #expect(text(history.all("tbody")[0].all("tr")[1]).contains("–"))
    run.cases[1].history = run.cases[1].history.map { CaseOutcome.Step(label: $0.label, cost: $0.cost, blocks: nil) }
    #expect(try self.history(1, in: try page(run)).all("g").count == 1)
  }

  @Test func `a long chain has a table that is folded, and few numbers below its columns`() throws {
    var run = try Shop.migrated()
    run.cases[1].history = (0...100).map {
      CaseOutcome.Step(label: $0 == 0 ? "before" : "db/\($0).sql", cost: Double($0), blocks: 1)
    }
    run.cases[1].migration = "db/50.sql"
    let history = try history(1, in: try page(run))
    #expect(history.all("details").count == 1)
    #expect(history.all("svg")[0].all("text").count { $0["class"] == "number" } <= 24)
    #expect(history.all("g")[0].all("rect").count == 101)
  }

  // MARK: Safety

  @Test func `hostile names of migrations open no element and no attribute`() throws {
    let rest = try page(try EveryKind.run())
    let section = try element("section", "migrations", in: rest)
    let allowed: Set = [
      "section", "h2", "h3", "h4", "article", "header", "p", "ul", "li", "a", "b", "span", "details", "summary", "code",
      "template", "figure", "figcaption", "div", "svg", "title", "desc", "g", "rect", "path", "line", "text", "table",
      "caption", "thead", "tbody", "tr", "th", "td",
    ]
    func names(_ element: ParsedXML) -> Set<String> {
      element.children.reduce([element.name]) { $0.union(names($1)) }
    }
    func attributes(_ element: ParsedXML) -> Set<String> {
      element.children.reduce(Set(element.attributes.keys)) { $0.union(attributes($1)) }
    }
    let run = try EveryKind.run()
    let charts = try run.cases.indices.filter { run.cases[$0].history.count > 2 }.map { try history($0, in: rest) }
    #expect(!charts.isEmpty && !section.all("a").isEmpty)
    for part in charts + [section] {
      #expect(names(part).subtracting(allowed).isEmpty)
      // The page's policy refuses styles in attributes, and no text may add a handler.
      #expect(attributes(part).isDisjoint(with: ["style", "onfocus", "onerror", "onload", "src", "xlink:href"]))
    }
    #expect(links(section).allSatisfy { $0.hasPrefix("#") })
  }
}
