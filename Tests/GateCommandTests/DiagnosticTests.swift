import OperatingSystem
import Testing
import YAML

@testable import GateCommand

@Suite struct DiagnosticTests {
  @Test func `the message shows as much of the position as is known`() {
    #expect(Diagnostic("no server").description == "error: no server")
    #expect(Diagnostic("no server", file: "m.yml").description == "m.yml: error: no server")
    #expect(Diagnostic("no server", file: "m.yml", line: 3).description == "m.yml:3: error: no server")
    #expect(Diagnostic("no server", file: "m.yml", line: 3, column: 7).description == "m.yml:3:7: error: no server")
  }

  @Test func `the line and a caret follow the message`() {
    let error = Diagnostic("unknown key", file: "m.yml", line: 2, column: 3, sourceLine: "  querys: 1")
    #expect(
      error.description == """
        m.yml:2:3: error: unknown key
            querys: 1
            ^
        """)
  }

  @Test func `a tab is shown as one character`() {
    let error = Diagnostic("wrong", file: "m.yml", line: 2, column: 4, sourceLine: "\ta\tb")
    #expect(error.description == "m.yml:2:4: error: wrong\n   a b\n     ^")
  }

  @Test func `control characters do not reach the terminal`() {
    let error = Diagnostic("wrong", line: 1, column: 6, sourceLine: "\u{1b}[2J\u{7}x")
    #expect(error.description == "1:6: error: wrong\n   [2J x\n       ^")
  }

  @Test(arguments: ["\u{7f}", "\u{85}", "\u{9b}", "\u{202e}", "\u{2028}"])
  func `no control character beyond ASCII reaches the terminal`(character: String) {
    let error = Diagnostic("unknown key 'a\(character)b'\nnext", line: 1, column: 3, sourceLine: "a\(character)b")
    #expect(!error.description.contains(character))
    #expect(error.description.hasPrefix("1:3: error: unknown key 'a\\"))
    #expect(error.description.hasSuffix("b'\nnext\n  a b\n    ^"))
  }

  @Test func `the caret counts characters, not bytes`() {
    let error = Diagnostic("wrong", line: 1, column: 4, sourceLine: "été: x")
    #expect(error.description == "1:4: error: wrong\n  été: x\n     ^")
  }

  @Test func `a column just past the end has a caret, one further does not`() {
    func text(_ column: Int) -> String { Diagnostic("wrong", line: 1, column: column, sourceLine: "ab").description }
    #expect(text(2) == "1:2: error: wrong\n  ab\n   ^")
    #expect(text(3) == "1:3: error: wrong\n  ab\n    ^")
    #expect(text(4) == "1:4: error: wrong\n  ab")
  }

  @Test func `blank lines and lines of more than 400 characters are not shown`() {
    #expect(Diagnostic("wrong", line: 1, column: 1, sourceLine: " \t ").description == "1:1: error: wrong")
    #expect(Diagnostic("wrong", line: 1, column: 1, sourceLine: "").description == "1:1: error: wrong")
    let long = String(repeating: "x", count: 400)
    #expect(Diagnostic("wrong", line: 1, column: 1, sourceLine: long).description.hasSuffix("\n  \(long)\n  ^"))
    #expect(Diagnostic("wrong", line: 1, column: 1, sourceLine: long + "x").description == "1:1: error: wrong")
  }

  @Test func `a mark finds its line in a text, whatever its line endings`() {
    let mark = YAMLMark(line: 2, column: 1)
    for text in ["a\nb c\nd", "a\r\nb c\r\nd", "a\nb c"] {
      let error = Diagnostic("wrong", file: "m.yml", mark: mark, source: text)
      #expect(error == Diagnostic("wrong", file: "m.yml", line: 2, column: 1, sourceLine: "b c"))
    }
  }

  @Test func `a mark past the end of a text shows no line`() {
    let error = Diagnostic("wrong", file: "m.yml", mark: YAMLMark(line: 3, column: 1), source: "a\nb")
    #expect(error == Diagnostic("wrong", file: "m.yml", line: 3, column: 1))
    #expect(Diagnostic.line(0, of: "a") == nil)
    #expect(Diagnostic("wrong", file: "m.yml", mark: nil, source: "a") == Diagnostic("wrong", file: "m.yml"))
  }

  @Test(arguments: [
    ("querys", "queries"), ("quries", "queries"), ("sed", "seed"), ("Seed", "seed"), ("roless", "roles"),
    ("settigns", "settings"), ("ruls", "rules"),
  ])
  func `a similar word is found`(word: String, expected: String) {
    let words = ["seed", "roles", "settings", "rules", "queries"]
    #expect(nearest(to: word, among: words) == expected)
    #expect(suggestion(for: word, among: words) == ", did you mean '\(expected)'?")
  }

  @Test(arguments: ["", "zz", "q", "frobnicate", "se"])
  func `a word unlike all others has no suggestion`(word: String) {
    let words = ["seed", "roles", "settings", "rules", "queries"]
    #expect(nearest(to: word, among: words) == nil)
    #expect(suggestion(for: word, among: words) == "")
  }

  @Test func `the closest word wins, the first of equals`() {
    #expect(nearest(to: "rule", among: ["role", "rules"]) == "role")
    #expect(nearest(to: "ruless", among: ["role", "rules"]) == "rules")
    #expect(nearest(to: "anything", among: [String]()) == nil)
  }
}

@Suite struct PathTests {
  @Test(arguments: [
    ("queries/m.yml", "queries"), ("m.yml", "."), ("/m.yml", "/"), ("/a/b/m.yml", "/a/b"), ("./m.yml", "."),
    ("../m.yml", ".."), ("a//m.yml", "a/"),
  ])
  func `the directory of a file`(path: String, directory: String) {
    #expect(parentDirectory(of: path) == directory)
  }

  @Test(arguments: [
    ("queries", "a.sql", "queries/a.sql"), ("queries", "../seed/a.sql", "seed/a.sql"),
    ("queries", "../../x.sql", "../x.sql"), ("queries", "./sub/./a.sql", "queries/sub/a.sql"),
    ("queries", "..", "."), ("queries", "../baselines/", "baselines"), ("queries", "sub//a.sql", "queries/sub/a.sql"),
    ("queries", "sub/../a.sql", "queries/a.sql"), (".", "a.sql", "a.sql"), (".", "../a.sql", "../a.sql"),
    ("..", "a.sql", "../a.sql"), ("..", "../a.sql", "../../a.sql"), ("../a", "../../b", "../../b"),
    ("/srv/queries", "../seed/a.sql", "/srv/seed/a.sql"), ("/srv", "a.sql", "/srv/a.sql"),
    ("queries", "/etc/a.sql", "/etc/a.sql"), ("a b", "ü c.sql", "a b/ü c.sql"),
  ])
  func `a path of the manifest as seen from here`(directory: String, path: String, expected: String) {
    #expect(joined(directory, path) == expected)
  }

  @Test(arguments: [
    ("./queries", "../../x.sql", "../x.sql"), ("a/./b", "../../../x.sql", "../x.sql"), ("./.", "../x.sql", "../x.sql"),
  ])
  func `a dot in the directory is not a level`(directory: String, path: String, expected: String) {
    #expect(joined(directory, path) == expected)
  }

  @Test(arguments: [("/", "a.sql", "/a.sql"), ("/", "../a.sql", "/a.sql"), ("/srv", "../../a.sql", "/a.sql")])
  func `the root has no parent`(directory: String, path: String, expected: String) {
    #expect(joined(directory, path) == expected)
  }
}
