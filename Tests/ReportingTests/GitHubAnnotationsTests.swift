import PlanCore
import Testing

@testable import Reporting

@Suite struct GitHubAnnotationsTests {
  /// A workflow command as a runner reads it from a line of the log.
  private struct Command: Equatable {
    var name: String
    var properties: [String: String]
    var data: String

    /// Nil for a line that is not a command.
    init?(_ line: String) {
      var rest = Substring(line)
      while rest.first?.isWhitespace == true { rest.removeFirst() }
      guard rest.hasPrefix("::"), let end = rest.dropFirst(2).firstRange(of: "::") else { return nil }
      let head = rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound]
      let parts = head.split(separator: " ", maxSplits: 1)
      name = String(parts.first ?? "")
      properties = [:]
      for property in (parts.count > 1 ? parts[1] : "").split(separator: ",") {
        let pair = property.split(separator: "=", maxSplits: 1)
        if pair.count == 2 { properties[String(pair[0])] = Command.unescaped(pair[1], [":": "%3A", ",": "%2C"]) }
      }
      data = Command.unescaped(rest[end.upperBound...], [:])
    }

    private static func unescaped(_ text: Substring, _ more: [String: String]) -> String {
      var text = String(text).replacing("%0D", with: "\r").replacing("%0A", with: "\n")
      for (character, code) in more { text = text.replacing(code, with: character) }
      return text.replacing("%25", with: "%")
    }
  }

  private func commands(_ run: RunOutcome) throws -> [Command] {
    try GitHubAnnotations.text(run).split(separator: "\n").map { line in
      try #require(Command(String(line)), "\(line)")
    }
  }

  private func run(_ cases: [CaseOutcome]) -> RunOutcome {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "ci/queries.yml")
    run.cases = cases
    return run
  }

  @Test func `a case that fails is an error on the line of its query, with cause, fix and command`() throws {
    let commands = try commands(run([try Shop.passed(), try Shop.regressed()]))
    #expect(commands.count == 1)
    #expect(commands[0].name == "error")
    #expect(
      commands[0].properties == [
        "file": "queries/orders_by_customer.sql", "line": "1",
        "title": "plangate: orders_by_customer@typical: seq-scan",
      ])
    let lines = commands[0].data.split(separator: "\n")
    #expect(lines[0] == "seq-scan: public.orders o: Index Scan using orders_customer_idx -> Seq Scan")
    #expect(lines.contains("cause: index orders_customer_idx of public.orders is gone: btree (customer_id)"))
    let fix =
      "fix: CREATE INDEX orders_customer_idx ON public.orders USING btree (customer_id); -- recreate the lost index"
    #expect(lines.contains { $0.hasPrefix(fix) })
    #expect(lines.last == "accept with: plangate record --manifest ci/queries.yml orders_by_customer")
  }

  @Test func `hostile text survives a round trip, and no line is another command`() throws {
    let run = try EveryKind.run()
    let commands = try commands(run)
    #expect(Set(commands.map(\.name)) == ["error", "warning"])
    #expect(commands.allSatisfy { Set($0.properties.keys).isSubset(of: ["file", "line", "title"]) })
    let lost = try #require(commands.first { $0.properties["file"] == "queries/\(markup.visible).sql" })
    #expect(lost.properties["title"]?.hasPrefix("plangate: lost @octocat `` ` | ") == true)
    #expect(lost.data.contains("\nfix: advice \(markup.visibleLines.joined(separator: "\n"))\n"))
    #expect(commands.contains { $0.properties["file"] == "queries/every rule, 100%: ä.sql" })
    let waiver = try #require(commands.first { $0.properties["title"] == "plangate: waiver" })
    #expect(waiver.name == "warning")
    #expect([waiver.properties["file"], waiver.properties["line"]] == ["ci/\(markup.visible).yml", "31"])
    #expect(waiver.data == run.notes.first { $0.place != nil }?.text.visible)
    let rewrite = try #require(commands.first { $0.properties["title"] == "plangate: migration-scan-under-lock" })
    #expect(rewrite.name == "error" && rewrite.properties["line"] == "3" && rewrite.data.contains("\nfix: add the"))
    for scalar in GitHubAnnotations.text(run).unicodeScalars where scalar.value < 0x20 { #expect(scalar == "\n") }
  }

  @Test func `at most as many annotations as GitHub shows, failing cases first, and a count of the rest`() throws {
    let regressed = try (0..<30).map { number in
      var outcome = try Shop.regressed()
      outcome.id = CaseID("q\(number)", outcome.caseName)
      return outcome
    }
    var warned = try Shop.passed()
    warned.findings = [Finding(rule: "new-seq-scan", severity: .warn, message: "a")]
    let commands = try commands(run(Array(repeating: warned, count: 12) + [Shop.unchecked()] + regressed))
    #expect(commands.map(\.name) == Array(repeating: "error", count: 10) + Array(repeating: "warning", count: 10))
    #expect(commands[0].properties["title"] == "plangate: q0@typical: seq-scan")
    #expect(commands[9].data.hasSuffix("\n(21 more errors in the job summary)"))
    #expect(commands[19].data.hasSuffix("\n(2 more warnings in the job summary)"))
    #expect(!commands[8].data.contains("more errors"))
  }

  @Test func `a run that ended early is an error at its position`() throws {
    var run = run([])
    run.error = "ci/queries.yml:7:3: error: unknown key"
    #expect(try commands(run).map(\.properties["file"]) == ["ci/queries.yml"])
    run.errorPlace = Place(file: "other.yml", line: 7)
    let command = try #require(try commands(run).first)
    #expect(
      command.properties == ["file": "other.yml", "line": "7", "title": "plangate: could not check"])
  }

  @Test func `a query inside the manifest has the manifest's line`() throws {
    let command = try #require(try commands(run([EveryKind.inManifest()])).first)
    #expect([command.properties["file"], command.properties["line"]] == ["ci/queries.yml", "88"])
  }

  @Test func `what a command migrates has the place of the manifest, and the statement in the message`() throws {
    let table = RelationName(schema: "public", name: "orders")
    var migration = MigrationReport(file: "make migrate")
    migration.statements = [MigrationReport.Statement(text: "ALTER TABLE orders ADD COLUMN note text", line: 0)]
    migration.held = [
      MigrationReport.HeldLock(lock: RelationLock(table, .accessExclusive), since: 0, until: 0, blocked: [])
    ]
    migration.rows = [table: 20_000]
    var run = run([])
    run.migrations = [
      migration.judged(by: [MigrationRule.noLockTimeout.id: RuleSettings(severity: .fail, values: [:])])
    ]
    let command = try #require(try commands(run).first)
    #expect(command.properties["line"] == nil && command.properties["file"] == run.manifestFile)
    #expect(command.data.hasPrefix("'ALTER TABLE orders ADD COLUMN note text': it waits for its ACCESS EXCLUSIVE"))
  }

  @Test func `no text of a log line is a command`() {
    let texts = [
      "::error::x", "  \t ::add-mask::x", "a\n::stop-commands::x\nb", "\u{a0}::error::x", "x ##[error]y",
      "##[##[group]]", "#\u{301}##[error]", "::\u{301}error::x", "##[\u{301}error]", "a\r::add-mask::x",
      "a\r \r\n\r  ::error::x",
      "\u{2003}::set-env name=a::b",
    ]
    for text in texts {
      let inert = GitHubAnnotations.inert(text)
      for line in inert.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }) {
        let trimmed = line.drop { $0.properties.isWhitespace }
        #expect(!trimmed.starts(with: "::".unicodeScalars), "\(inert)")
      }
      #expect(Array(inert.utf8).firstRange(of: Array("##[".utf8)) == nil, "\(inert)")
      #expect(inert != text)
    }
    for text in ["", "a::b", "a\n b\r\n", "a\r\n\n\rb\r", "## [x]", "x ::error::"] {
      #expect(GitHubAnnotations.inert(text) == text)
    }
  }
}
