import Testing

@testable import GateCommand

/// The readers of seeds agree on these texts, since they share one lexer.
@Suite struct SharedLexerTests {
  private func places(_ text: String, _ mode: ReachScan.Mode = .init()) -> [String] {
    ReachScan(text, mode).reaches.map { "\($0.line) \($0.what)" }
  }

  @Test(arguments: [
    // Numeric escapes, comments between literals, and joined dollar-quoted literals.
    #"SELECT E'\x41LTER SYSTEM SET x = 1' \gexec"#, #"SELECT E'\101LTER \u0053YSTEM SET x = 1' \gexec"#,
    "SELECT 'ALTER ' -- more\n  'SYSTEM SET x = 1' \\gexec", "SELECT 'ALTER ' || /* more */ 'SYSTEM SET x' \\gexec",
    "SELECT 'ALTER ' || $$SYSTEM SET x = 1$$ \\gexec", "SELECT $a$ALTER $a$ || E'SYSTEM SET x = 1' \\gexec",
    // A carriage return ends a line comment.
    "-- note\rALTER SYSTEM SET x = 1;",
  ])
  func `a statement is found in any spelling`(_ text: String) {
    #expect(places(text + "\n") == ["1 ALTER SYSTEM"])
  }

  @Test func `escapes add no lines to a script`() {
    #expect(places("SELECT E'\\n\\n\\nALTER SYSTEM SET x = 1' \\gexec\n\\c\n") == ["1 ALTER SYSTEM", "2 \\c"])
    #expect(places("SELECT 'a;', E'b\\n\nALTER SYSTEM' || '; DROP DATABASE x' \\gexec\n\\c\n").last == "3 \\c")
  }

  @Test func `backslashes are escapes in all strings if the script sets it`() {
    let text = "SELECT '\\'';\n\\connect x\n--';\n"
    #expect(places(text) == [])
    #expect(places(text, .init(escapes: true)) == ["2 \\connect"])
  }

  @Test(arguments: ["/* one", "'one", "$$one", "\"one", "\\connect x", "COMMIT;"])
  func `rows for COPY are skipped, whatever they begin with`(_ row: String) {
    for copy in ["COPY t FROM stdin;", "\\copy t from stdin", "\\COPY t from stdin", "COPY t FROM stdin; -- rows"] {
      let text = "BEGIN;\n\(copy)\n\(row)\n\\.\n\\connect production\n"
      #expect(places(text) == ["5 \\connect"], "\(text)")
      let script = PsqlScript(text)
      #expect(script.unfinishedCopy == nil, "\(text)")
      #expect(script.reconnection?.mark.line == 5, "\(text)")
    }
  }

  @Test(arguments: [1, 30_000])
  func `many commands on one line take linear time`(_ count: Int) {
    let line = String(repeating: "\\echo a \\; SELECT 'a' ", count: count)
    #expect(places("COPY t FROM stdin; \(line)\nrow\n\\.\n\\c\n") == ["4 \\c"])
    #expect(places(String(repeating: "\\copy t to 'x'\n", count: count) + "\\c\n") == ["\(count + 1) \\c"])
  }
}
