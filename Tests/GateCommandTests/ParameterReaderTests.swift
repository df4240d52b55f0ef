import JSON
import Testing
import YAML

@testable import GateCommand

@Suite struct ParameterReaderTests {
  private func parameters(_ text: String) throws -> Parameters {
    let source = ManifestSource(file: "m.yml", text: text)
    return try ParameterReader(source: source).given(try YAMLParser.parse(Array(text.utf8))).parameters
  }

  private func value(_ text: String) throws -> String? {
    guard case .positional(let values) = try parameters("[\(text)]"), values.count == 1 else {
      Issue.record("not one value: \(text)")
      return nil
    }
    return values[0]
  }

  @Test(arguments: [
    "off", "on", "yes", "true", "007", "1e3", "0x1F", "1_000", "-0", ".5", "2026-01-01", "12:30:00", "+1", "nil",
    "none",
    "NaN", "{7}",
  ])
  func `a scalar is bound as it is written`(text: String) throws {
    #expect(try value("'\(text)'") == text)
    if !text.hasPrefix("{") { #expect(try value(text) == text) }
  }

  @Test(arguments: ["null", "~", "Null", "NULL"])
  func `plain null is NULL, quoted null is a text`(text: String) throws {
    #expect(try value(text) == nil)
    #expect(try value("'\(text)'") == text)
    #expect(try value("\"\(text)\"") == text)
    #expect(try value("!!str \(text)") == text)
  }

  @Test func `a text keeps its blanks, quotes, line ends and characters`() throws {
    #expect(try value("' a '") == " a ")
    #expect(try value("''") == "")
    #expect(try value(#"'it''s "x" \n'"#) == #"it's "x" \n"#)
    #expect(try value(#""a\tb\nc\\ \u00e9 😀""#) == "a\tb\nc\\ é 😀")
    #expect(try parameters("- |\n  a\n  b\n") == .positional(["a\nb\n"]))
  }

  @Test func `a sequence is positional, a mapping is named, null means no parameters`() throws {
    #expect(try parameters("[1, ~, b]") == .positional(["1", nil, "b"]))
    #expect(try parameters("[]") == .positional([]))
    #expect(try parameters("null") == Parameters.none)
    #expect(try parameters("{}") == .named([]))
    #expect(
      try parameters("{b: 1, a: ~, _c1: ''}")
        == .named([
          NamedParameter(name: "b", value: "1"), NamedParameter(name: "a", value: nil),
          NamedParameter(name: "_c1", value: ""),
        ]))
  }

  @Test(arguments: [
    ("[]", "{}"), ("[1]", #"{"1"}"#), ("[1, 2]", #"{"1","2"}"#), ("[a, ~, 'null', '']", #"{"a",NULL,"null",""}"#),
    ("[[1, 2], [3, ~]]", #"{{"1","2"},{"3",NULL}}"#), ("[[[a]]]", #"{{{"a"}}}"#),
    (#"['say "hi"']"#, #"{"say \"hi\""}"#), (#"['a\b', '\"']"#, #"{"a\\b","\\\""}"#),
    (#"['{a,b}', 'c,d', ' e ']"#, #"{"{a,b}","c,d"," e "}"#), (#"["a\nb", é]"#, "{\"a\nb\",\"é\"}"),
  ])
  func `a sequence inside is an array as PostgreSQL reads it`(text: String, array: String) throws {
    #expect(try value(text) == array)
    #expect(try parameters("{a: \(text)}") == .named([NamedParameter(name: "a", value: array)]))
  }

  @Test(arguments: [("[1, {a: b}]", 5), ("{a: {b: c}}", 5), ("[[1, [{}]]]", 7)])
  func `a mapping as a value is an error`(text: String, column: Int) {
    let kinds = text.hasPrefix("[[") ? "null or a sequence" : "null, a sequence or {sql: a query}"
    let error = Diagnostic(
      "a value is text, \(kinds); write JSON as quoted text", file: "m.yml", line: 1, column: column, sourceLine: text)
    #expect(throws: error) { try parameters(text) }
  }

  @Test(arguments: ["a-b", "1a", "a b", "$1", "é", "''", "a.b"])
  func `a name that no statement can contain is an error`(name: String) {
    let shown = name == "''" ? "" : name
    let error = Diagnostic(
      "'\(shown)' is not a valid parameter name; use letters, digits and _", file: "m.yml", line: 1, column: 2,
      sourceLine: "{\(name): 1}")
    #expect(throws: error) { try parameters("{\(name): 1}") }
  }

  @Test func `a scalar is not a set of parameters`() {
    let error = Diagnostic(
      "parameters are a sequence for $1, $2 … or a mapping for :name", file: "m.yml", line: 1, column: 1,
      sourceLine: "42")
    #expect(throws: error) { try parameters("42") }
  }

  @Test func `the fingerprint depends on the values, not on their order`() {
    func named(_ pairs: [(String, String?)]) -> String {
      Parameters.named(pairs.map { NamedParameter(name: $0.0, value: $0.1) }).fingerprint
    }
    #expect(named([("a", "1"), ("b", "2")]) == named([("b", "2"), ("a", "1")]))
    #expect(named([("a", "1"), ("b", "2")]) != named([("a", "2"), ("b", "1")]))
    #expect(named([("a", nil)]) != named([("a", "null")]))
    let positional = [["1", "2"], ["12"], ["2", "1"], ["1,2"], ["1", nil], ["1", ""], []].map {
      Parameters.positional($0).fingerprint
    }
    #expect(Set(positional + [Parameters.none.fingerprint]).count == positional.count + 1)
  }
}
