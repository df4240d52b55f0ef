import Testing
import YAML

@Suite struct SyntaxErrorTests {
  @Test(arguments: ["", " ", "\n\n", "# only a comment\n", "\u{FEFF}"])
  func `a file without a document is empty`(text: String) {
    #expect(throws: YAMLError(message: "the file is empty", mark: nil)) { try parse(text) }
  }

  @Test func `a second document is an error at its start`() {
    let message = "a second document starts here; the file must hold only one"
    #expect(throws: failure(message, 3, 1)) { try parse("---\na: 1\n---\nb: 2") }
    #expect(throws: failure(message, 2, 1)) { try parse("a\n--- b") }
  }

  @Test func `text after the end of the document is an error`() {
    #expect(throws: failure("did not find expected <document start>", 3, 1)) { try parse("a: 1\n...\nb: 2") }
    #expect(throws: failure("did not find expected <document start>", 2, 2)) { try parse("  a: 1\n b: 2") }
  }

  @Test func `a directive without a document is an error`() {
    #expect(throws: failure("did not find expected <document start>", 2, 1)) { try parse("%YAML 1.1\n") }
    #expect(throws: failure("found incompatible YAML document", 1, 1)) { try parse("%YAML 3.0\n---\na") }
  }

  @Test func `a duplicate key names the key and the line of the first`() {
    #expect(throws: failure("duplicate key 'a', first on line 1", 3, 1)) { try parse("a: 1\nb: 2\na: 3") }
    #expect(throws: failure("duplicate key 'a', first on line 1", 1, 8)) { try parse("{a: 1, 'a': 2}") }
    #expect(throws: failure("duplicate key 'k', first on line 2", 3, 3)) { try parse("- &x k\n- k: 1\n  *x : 2") }
    #expect(throws: failure("duplicate key '', first on line 1", 2, 1)) { try parse("'': 1\n'': 2") }
  }

  @Test func `a duplicate key with a line break stays on one line of the message`() {
    #expect(throws: failure(#"duplicate key 'a\nb', first on line 1"#, 2, 1)) {
      try parse("\"a\\nb\": 1\n\"a\\nb\": 2")
    }
  }

  @Test func `a key other than a scalar is an error`() {
    #expect(throws: failure("a mapping key must be a scalar", 1, 3)) { try parse("? [a]\n: 1") }
    #expect(throws: failure("a mapping key must be a scalar", 1, 2)) { try parse("{{a: b}: 1}") }
    #expect(throws: failure("a mapping key must be a scalar", 2, 3)) { try parse("- &a [x]\n- *a : 1") }
  }

  @Test(arguments: [
    ("!!int 5", "!!int"), ("!!null ''", "!!null"), ("!!seq [x]", "!!seq"), ("!!map {}", "!!map"),
    ("!!str [x]", "!!str"),
    ("!mine x", "!mine"), ("!<x:y> 1", "!<x:y>"), ("&a !!bool yes", "!!bool"),
  ])
  func `a tag is an error where its node starts`(value: String, tag: String) {
    #expect(throws: failure("the tag '\(tag)' is not supported", 2, 4)) { try parse("a: 1\nb: \(value)") }
  }

  @Test func `a tag with an unknown handle is an error`() {
    #expect(throws: failure("found undefined tag handle", 1, 4)) { try parse("a: !mine!x 1") }
  }

  @Test(arguments: [("\tb: 1", 1), (" \tb: 1", 2), ("-\tb: 1", 2)])
  func `a tab as indentation is an error`(line: String, column: Int) {
    #expect(throws: failure("found a tab character that cannot start any token, indent with spaces", 2, column)) {
      try parse("a:\n\(line)")
    }
  }

  @Test func `a tab that continues a value is an error`() {
    #expect(
      throws: failure(
        "found a tab character that violates indentation while scanning a plain scalar that starts on line 2", 3, 1)
    ) {
      try parse("a:\n  b: 1\n\tc: 2")
    }
  }

  @Test func `a tab in a block scalar's indentation is an error`() {
    #expect(
      throws: failure(
        "found a tab character where an indentation space is expected while scanning a block scalar that starts on line 1",
        2, 1)
    ) {
      try parse("a: |\n\tx")
    }
  }

  @Test func `a tab between a key and its value is not indentation`() throws {
    #expect(try parse("a:\t1\t# b") == mapping(1, 1, [(plain("a", 1, 1), plain("1", 1, 4))]))
  }

  @Test(arguments: ["@x", "`x", "%x"])
  func `a reserved character is an error at its position`(value: String) {
    #expect(throws: failure("found character that cannot start any token", 2, 4)) { try parse("a: 1\nb: \(value)") }
  }

  @Test func `an open quote names the line where it starts`() {
    #expect(
      throws: failure("found unexpected end of stream while scanning a quoted scalar that starts on line 2", 4, 1)
    ) {
      try parse("a: 1\nb: 'x\nc: 3\n")
    }
  }

  @Test func `an open bracket is an error`() {
    #expect(
      throws: failure("did not find expected ',' or ']' while parsing a flow sequence that starts on line 1", 2, 2)
    ) {
      try parse("a: [1, 2\nb: 3")
    }
    #expect(
      throws: failure("did not find expected ',' or '}' while parsing a flow mapping that starts on line 1", 2, 1)
    ) {
      try parse("a: {b: 1")
    }
  }

  @Test func `an unknown escape is an error at the backslash`() {
    #expect(throws: failure("found unknown escape character while parsing a quoted scalar", 1, 6)) {
      try parse(#"a: "x\q""#)
    }
  }

  @Test func `wrong indentation is an error`() {
    #expect(throws: failure("mapping values are not allowed in this context", 2, 4)) { try parse("a: 1\n  b: 2") }
    #expect(throws: failure("did not find expected key while parsing a block mapping that starts on line 1", 3, 2)) {
      try parse("a:\n  b: 1\n c: 2")
    }
  }

  @Test func `a key without a colon is an error`() {
    #expect(throws: failure("could not find expected ':' while scanning a simple key that starts on line 2", 3, 1)) {
      try parse("a: 1\nb\nc: 2")
    }
  }

  @Test func `a key after sequence items is an error`() {
    #expect(
      throws: failure(
        "did not find expected '-' indicator while parsing a block collection that starts on line 1", 2, 1)
    ) {
      try parse("- a\nb: 1")
    }
  }
}
