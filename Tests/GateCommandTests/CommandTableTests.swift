import Testing
import TestSupport

@testable import GateCommand

private func parse(_ words: [String]) throws(Diagnostic) -> Options.Parsed {
  try Options.parse(words, commands: Subcommand.all)
}

/// The two tables have what help, man page and completions need.
@Suite struct CommandTableTests {
  @Test(arguments: Flag.all.map(\.name))
  func `every flag has a help text of the same form`(name: String) throws {
    let flag = try #require(Flag.all.first { $0.name == name })
    #expect(flag.help.count >= 10, "--\(name) has no help")
    #expect(flag.help.first?.isLowercase == true && flag.help.last != ".")
    #expect(flag.details.isEmpty || flag.details.first?.isUppercase == true && flag.details.last == ".")
    #expect(Subcommand.all.contains { $0.flags.contains { $0.name == name } })
    #expect(name.wholeMatch(of: /[a-z][a-z-]*/) != nil)
  }

  @Test(arguments: Flag.all.map(\.name))
  func `a flag's value is of a kind that a shell knows how to complete`(name: String) throws {
    let flag = try #require(Flag.all.first { $0.name == name })
    #expect((flag.value == nil) == (flag.kind == nil))
    if let value = flag.value { #expect(ValueKind.all[value] != nil, "what is \(value)? say so in ValueKind.all") }
  }

  @Test func `only the choices of a flag are accepted`() throws {
    for flag in Flag.all {
      guard case .choice(let words)? = flag.kind else { continue }
      for command in Subcommand.all where command.flags.contains(where: { $0.name == flag.name }) {
        let name = [.explain, .whyNot, .bisect, .merge].contains(command) ? ["q"] : []
        for word in words { _ = try parse([command.name, "--\(flag.name)", word] + name) }
        #expect(throws: Diagnostic.self) { try parse([command.name, "--\(flag.name)", "neither"] + name) }
      }
    }
  }

  @Test(arguments: Subcommand.all)
  func `every command has a description and an example`(command: Subcommand) throws {
    #expect(command.summary.first?.isLowercase == true && command.summary.last != ".")
    #expect(command.details.count > 20)
    #expect(command.usage.hasPrefix("plangate \(command.name)"))
    #expect(command.usage.contains("[options]") == !command.flags.isEmpty)
    #expect(!command.examples.isEmpty)
    for example in command.examples {
      // What is quoted is one word.
      let parts = example.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      let words = parts.flatMap { index, part in
        index % 2 == 1 ? [String(part)] : part.prefix { !"|>".contains($0) }.split(separator: " ").map(String.init)
      }
      #expect(words.first == "plangate")
      _ = try parse(Array(words.dropFirst()))
    }
  }

  @Test(arguments: Shell.allCases)
  func `the completions of a shell have every command and every flag`(shell: Shell) {
    let text = Completions(commands: Subcommand.all).text(shell)
    for command in Subcommand.all {
      #expect(text.contains(command.name), "\(command)")
      for flag in command.flags {
        #expect(text.contains(shell == .fish ? "-l \(flag.name)" : "--\(flag.name)"), "\(command) \(flag.name)")
      }
    }
    #expect(text.hasSuffix("\n") && !text.contains("\t"))
  }

  @Test func `a text is one word of a shell, whatever it holds`() {
    #expect(Completions(commands: []).quoted("it's $(a) `b`") == "'it'\\''s $(a) `b`'")
    #expect(Completions(commands: []).quoted("it's", apostrophe: "\\'") == "'it\\'s'")
  }
}

@Suite struct ManPageTests {
  @Test func `the man page has every command, every flag and every exit status`() {
    let text = ManPage(commands: Subcommand.all).text
    func bold(_ text: String) -> String { "\\fB\(ManPage(commands: []).escaped(text))\\fR" }
    for command in Subcommand.all { #expect(text.contains(bold(command.usage))) }
    for flag in Flag.all {
      for spelling in flag.spellings { #expect(text.contains(bold(spelling))) }
    }
    for (code, _) in Help.exitStatuses { #expect(text.contains(bold(code))) }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `no text is read as a request or an escape`() {
    #expect(ManPage(commands: []).escaped(".SH x") == "\\&.SH x")
    #expect(ManPage(commands: []).escaped("'a' \\n -x") == "\\(aqa\\(aq \\(rsn \\-x")
  }
}

@Suite struct CandidatesTests {
  private func text(_ manifest: String, _ kind: String = "queries", path: String = "queries/m.yml") throws -> String {
    let project = try Project(manifest: manifest)
    return Candidates([kind, "--manifest", project.path(path)]).text
  }

  @Test func `queries and cases are named as on the command line`() throws {
    let manifest = """
      version: 1
      queries:
        - file: reports/by_customer.sql
          cases: {typical: [7], whale: [1]}
        - {name: order_page, sql: SELECT 1, plan: both}
        - {name: search, sql: SELECT 1, plan: generic, cases: {one: []}}
      """
    #expect(try text(manifest) == "by_customer\norder_page\nsearch\n")
    #expect(
      try text(manifest, "cases") == """
        by_customer
        by_customer@typical
        by_customer@whale
        order_page
        order_page@generic
        search
        search@one+generic

        """)
  }

  @Test(arguments: ["$(touch x)", "a b", "*", "`id`", "-rf", "a;b", "a\nb", "é", "", "\\", "a'b"])
  func `a name that a shell could run is not offered`(name: String) throws {
    let escaped = name.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    let manifest =
      "queries:\n  - {name: \"\(escaped)\", sql: x}\n  - {name: fine, cases: {\"\(escaped)\": [], ok: []}}\n"
    #expect(try text(manifest) == "fine\n")
    #expect(try text(manifest, "cases") == "fine\nfine@ok\n")
  }

  @Test(arguments: ["", "queries: [", "queries: 1", "- a", "queries: [1, [2], {}, {name: [a]}]", "\u{0}"])
  func `an incomplete manifest offers nothing and prints nothing`(manifest: String) throws {
    #expect(try text(manifest) == "")
    #expect(try text(manifest, path: "queries/none.yml") == "")
    #expect(try text(manifest, path: "queries") == "")
  }

  @Test func `a manifest in a pipe is not read`() {
    #expect(Candidates(["queries", "--manifest", "/dev/zero"]).text == "")
  }

  @Test func `unknown words complete the queries of the default manifest`() {
    for words in [[], ["x"], ["queries", "--manifest"], ["queries", "--manifest", ""], ["queries", "a", "b"]] {
      #expect(Candidates(words) == Candidates(["queries"]))
    }
    #expect(Candidates(["cases", "--manifest", "m.yml"]).manifest == "m.yml")
  }
}
