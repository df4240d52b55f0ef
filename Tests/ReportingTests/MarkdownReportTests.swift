import Foundation
import JSON
import PlanCore
import Testing

@testable import Reporting

@Suite struct MarkdownReportTests {
  private func run(_ cases: [CaseOutcome]) -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml")
    run.cases = cases
    return run
  }

  @Test func `the comment alone shows which index is missing and how to restore it`() throws {
    let text = MarkdownReport.text(run([try Shop.regressed(), try Shop.passed()]))
    let unfolded = text.components(separatedBy: "<details>")[0]
    #expect(unfolded.contains("1 case regressed, 1 passed"))
    #expect(
      unfolded.contains("CREATE INDEX orders_customer_idx ON public.orders USING btree (customer_id);"), "\(unfolded)")
    #expect(
      unfolded.contains(
        "`seq-scan: public.orders o: Index Scan using orders_customer_idx -> Seq Scan` | 25.9 → 2,636 | 24 → 836 |"))
    #expect(text.contains("index orders_customer_idx of public.orders is gone: btree (customer_id)"))
    #expect(text.contains("\n  plangate record orders_by_customer\n"))
    #expect(text.contains("\n- -> Index Scan Backward using orders_customer_idx on public.orders o"))
    #expect(text.contains("\n+ -> Seq Scan on public.orders o"))
  }

  @Test func `passed cases are counted, not listed`() throws {
    let text = MarkdownReport.text(run([try Shop.passed(), try Shop.passed()]))
    #expect(text.contains("✅ plangate: 2 cases passed"))
    #expect(!text.contains("newest_customers"))
    #expect(!text.contains("<details>"))
  }

  @Test func `failing cases come first, passed cases with remarks last`() throws {
    let cases = [try Shop.hostilePassed(), try Shop.changed(), try Shop.new(), Shop.unchecked(), try Shop.regressed()]
    let rows = MarkdownReport.text(run(cases)).split(separator: "\n").filter { $0.hasPrefix("| ") }
      .dropFirst().map { $0.split(separator: "|")[0] }
    #expect(rows == [" --- ", " ❌ regressed ", " ❌ unchecked ", " ❌ new ", " changed ", " passed "])
  }

  @Test func `the first line identifies the comment for every verdict`() throws {
    func first(_ run: RunOutcome) -> Substring? { MarkdownReport.text(run).split(separator: "\n").first }
    #expect(first(run([])) == "<!-- plangate queries/manifest.yml -->")
    #expect(first(run([try Shop.regressed()])) == first(run([])))
    var other = run([])
    other.shard = Shard(index: 2, count: 5)
    #expect(first(other) == "<!-- plangate queries/manifest.yml shard 2 of 5 -->")
    other.manifest = "a--> <b>\n-\u{301}->"
    #expect(first(other)?.dropFirst(4).dropLast(3).contains("--") == false)
    #expect(first(other)?.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 32 } == true)
  }

  @Test
  func `manifests with the same name in two directories have separate comments, and commands keep the user's path`()
    throws
  {
    let texts = try ["api", "web"].map { directory in
      MarkdownReport.text(run([try Shop.new()]).renamingFiles { "\(directory)/\($0)" })
    }
    let markers = texts.map { $0.split(separator: "\n").first }
    #expect(markers == ["<!-- plangate api/queries/manifest.yml -->", "<!-- plangate web/queries/manifest.yml -->"])
    #expect(texts.allSatisfy { $0.contains("\n  plangate record ") && !$0.contains("--manifest") })
  }

  // MARK: Migrations

  @Test func `a migration has a list of what it did, and a failing case its figures after each`() throws {
    let text = MarkdownReport.text(try Shop.migrated())
    #expect(text.contains("**Migration** `db/1_amount.sql`\n\n- `migration-rewrite: line 2: public.orders is written"))
    #expect(text.contains("\n- `fix: \(MigrationRule.rewrite.fix)`\n"))
    #expect(text.contains("it blocks 3 cases: orders_by_customer@typical, newest_customers, elsewhere`\n"))
    #expect(text.contains("**Migration** `db/3_notes.sql` blocks no reads or writes.\n"))
    let table = """
      **After each migration**

      ```
                        cost  buffers
      before              26       24
      db/1_amount.sql     26       24
      db/2_drop.sql    2,636      836  fails since
      db/3_notes.sql   2,636      836
      make seed        2,636      836
      ```

      """
    #expect(text.contains(table))
    #expect(text.components(separatedBy: "**After each migration**").count == 2)
  }

  @Test func `a long chain shows the migrations that changed something`() throws {
    var run = try Shop.migrated()
    run.cases[1].history = (0...100).map {
      CaseOutcome.Step(
        label: $0 == 0 ? "before" : "db/\($0)\(String(repeating: "x", count: 300)).sql", cost: $0 < 50 ? 9 : 1000,
        blocks: 1)
    }
    run.cases[1].migration = run.cases[1].history[50].label
    let text = MarkdownReport.text(run)
    let lines = text.components(separatedBy: "**After each migration**").last?.split(separator: "\n").prefix(8) ?? []
    #expect(lines.contains { $0.hasPrefix("before ") && $0.contains(" 9 ") })
    #expect(lines.contains("… 49 migrations without a change"))
    #expect(lines.contains { $0.hasPrefix("…xxx") && $0.hasSuffix("xx.sql  1,000        1  fails since") })
    #expect(lines.contains("… 50 migrations without a change"))
    #expect(lines.allSatisfy { $0.count < 100 })
  }

  // MARK: Hostile text

  /// GitHub's own renderer, with raw HTML let through: text from a database must not even need GitHub's sanitizer.
  @Test(arguments: [MarkdownReport.commentLimit, MarkdownReport.summaryLimit])
  func `no text from a database is markup`(limit: Int) throws {
    var run = try EveryKind.run()
    run.error = markup + "\n" + markup
    run.manifestInRepository = "ci/\(markup).yml"
    run.plangateVersion = markup
    run.servers = [ServerVersion(markup)]
    let text = MarkdownReport.text(run, limit: limit)
    #expect(text.contains("@octocat") && text.contains("<img src=x") && text.contains("```"))
    let page = try RenderedMarkdown(text)
    let allowed: Set = [
      "h3", "p", "code", "pre", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "strong",
    ]
    #expect(page.elements.subtracting(allowed).isEmpty, "\(page.elements)")
    #expect(page.attributes.subtracting(["align", "lang", "class"]).isEmpty, "\(page.attributes)")
    for word in ["@", "octocat", "evil", "::", "##[", "ATTACHMENT", "alert", "$("] {
      #expect(!page.prose.contains(word), "\(word) in \(page.prose)")
    }
    #expect(page.code.contains("<img src=x onerror=alert(1)> </details></code> --> ``` ~~~ # **b** _i_"))
    // Five columns in each row of the table: no bar in a name starts a column.
    #expect(page.count(of: "td") == page.count(of: "tr") * 5 - 5)
    #expect(page.count(of: "details") == run.cases.count { $0.isFailed(strict: false) })
  }

  @Test(arguments: [
    ("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a``", "``` a`` ```"), ("", "` `"), (" a ", "`  a  `"),
    ("a|b", "`a|b`"), ("a\nb", "`a\\nb`"), ("`\u{301}", "`` `\u{301} ``"),
  ])
  func `a code span holds any text`(_ text: String, _ markdown: String) {
    #expect(MarkdownText.code(text) == markdown)
  }

  @Test(arguments: [("a|b", "`a\\|b`"), ("\\|", "`\\\\\\|`"), ("\\\\|", "`\\\\\\|`"), ("|\u{301}", "`\\|\u{301}`")])
  func `a vertical bar does not end a table cell`(_ text: String, _ markdown: String) {
    #expect(MarkdownText.code(text, isCell: true) == markdown)
  }

  @Test func `a code block's fence is longer than any fence inside`() {
    #expect(MarkdownText.block(["a"]) == ["```", "a", "```"])
    #expect(MarkdownText.block(["````", "b`"], language: "sql") == ["`````sql", "````", "b`", "`````"])
  }

  // MARK: Limits

  @Test func `a thousand failing cases fit into a comment, the first ones with their plans`() throws {
    let cases = try (0..<1000).map { number in
      var outcome = try Shop.regressed()
      outcome.id = CaseID("query_\(number)", outcome.caseName)
      return outcome
    }
    let text = MarkdownReport.text(run(cases + [try Shop.hostilePassed()]))
    #expect(text.utf8.count <= 65_536)
    #expect(text.utf8.count > 60_000)
    #expect(text.contains("1000 cases regressed, 1 passed"))
    #expect(text.contains("<code>query_0@typical</code> regressed"))
    #expect(text.contains("```diff"))
    // Rows of later cases are omitted before those of earlier ones, and blocks before rows.
    let rows = (0..<1000).map { text.contains("`query_\($0)@typical`") }
    let blocks = (0..<1000).map { text.contains("<code>query_\($0)@typical</code>") }
    #expect(rows == rows.sorted { $0 && !$1 } && blocks == blocks.sorted { $0 && !$1 })
    #expect(rows.count { $0 } >= blocks.count { $0 })
    let left = try #require(text.split(separator: "\n").first { $0.hasPrefix("Omitted") })
    #expect(left.contains("\(1000 - rows.count { $0 }) failing cases"), "\(left)")
    #expect(left.contains("1 other case"), "\(left)")
    #expect(left.contains("`--junit`"))
    #expect(text.components(separatedBy: "<details>").count == text.components(separatedBy: "</details>").count)
    // The summary of a job has room for all of them.
    #expect(!MarkdownReport.text(run(cases), limit: .max).contains("Omitted"))
    #expect(MarkdownReport.text(run(cases), limit: MarkdownReport.summaryLimit).utf8.count <= 1_048_576)
  }

  @Test func `plans are dropped before the sections that contain them`() throws {
    let cases = try (0..<60).map { number in
      var outcome = try Shop.regressed()
      outcome.id = CaseID("query_\(number)", outcome.caseName)
      return outcome
    }
    let text = MarkdownReport.text(run(cases))
    #expect(text.utf8.count <= 65_536)
    for number in 0..<60 { #expect(text.contains("<code>query_\(number)@typical</code> regressed")) }
    let plans = text.components(separatedBy: "```diff").count - 1
    #expect((1..<60).contains(plans))
    #expect(text.contains("Omitted to fit the size limit: the plans of \(60 - plans) failing cases."))
  }

  @Test func `no text exceeds the limit, however long`() throws {
    // One Character of 30,000 scalars, and many of four bytes.
    for long in ["a" + String(repeating: "\u{301}", count: 30_000), String(repeating: "😀", count: 30_000)] {
      var unchecked = Shop.unchecked()
      unchecked.reason = String(repeating: long + "\n", count: 3)
      unchecked.id = CaseID(long, unchecked.caseName)
      var run = run([try Shop.regressed(), unchecked])
      run.error = String(repeating: long + "\n", count: 100)
      run.notes = Array(repeating: Note(long), count: 100)
      run.manifest = "m.yml"
      let text = MarkdownReport.text(run)
      #expect(text.utf8.count <= 65_536)
      #expect(text.contains("orders_customer_idx"))
    }
  }

  @Test func `a long plan shows its changes and what is around them`() throws {
    func plan(_ type: String) -> JSON {
      node(
        "Append", nil, [],
        (0..<300).map {
          node($0 == 150 ? type : "Seq Scan", "events_\($0)", index: $0 == 150 ? "i" : nil, as: "Member")
        })
    }
    let lines = PlanDiff.lines(
      outcome("events", before: try observation(plan("Index Scan")), now: try observation(plan("Bitmap Heap Scan"))))
    #expect(lines.count < 20)
    #expect(lines.contains { $0.hasPrefix("- -> Index Scan using i on public.events_150") })
    #expect(lines.contains { $0.hasPrefix("+ -> Bitmap Heap Scan") })
    #expect(lines.contains("  … 147 unchanged lines"))
  }
}
