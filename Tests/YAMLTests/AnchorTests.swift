import Testing
import YAML

@Suite struct AnchorTests {
  @Test func `an alias is a copy with its own mark, and the original's marks inside`() throws {
    #expect(
      try parse("a: &base [x, 'y']\nb: *base")
        == mapping(
          1, 1,
          [
            (plain("a", 1, 1), sequence(1, 4, [plain("x", 1, 11), quoted("y", 1, 14)])),
            (plain("b", 2, 1), sequence(2, 4, [plain("x", 1, 11), quoted("y", 1, 14)])),
          ]))
  }

  @Test func `an alias to a scalar keeps whether it is plain`() throws {
    #expect(
      try parse("[&a 1, &b '1', &c !!str 1, *a, *b, *c]")
        == sequence(
          1, 1,
          [
            plain("1", 1, 2), quoted("1", 1, 8), quoted("1", 1, 16), plain("1", 1, 28), quoted("1", 1, 32),
            quoted("1", 1, 36),
          ]))
  }

  @Test func `an alias may be a key`() throws {
    #expect(
      try parse("- &k name\n- *k : 1")
        == sequence(1, 1, [plain("name", 1, 3), mapping(2, 3, [(plain("name", 2, 3), plain("1", 2, 8))])]))
  }

  @Test func `an anchor on nothing names null`() throws {
    #expect(
      try parse("a: &n\nb: *n")
        == mapping(1, 1, [(plain("a", 1, 1), plain("", 1, 4)), (plain("b", 2, 1), plain("", 2, 4))])
    )
  }

  @Test func `an anchor used again names the later node`() throws {
    #expect(
      try parse("[&a 1, *a, &a 2, *a]")
        == sequence(1, 1, [plain("1", 1, 2), plain("1", 1, 8), plain("2", 1, 12), plain("2", 1, 18)]))
  }

  @Test func `an inner anchor of the same name hides the outer one, also after its end`() throws {
    #expect(
      try parse("[&a [&a 1, *a], *a]")
        == sequence(1, 1, [sequence(1, 2, [plain("1", 1, 6), plain("1", 1, 12)]), plain("1", 1, 17)]))
  }

  @Test func `an alias without an anchor is an error`() {
    #expect(throws: failure("the alias '*b' has no anchor '&b' before it", 2, 4)) {
      try parse("a: &a 1\nb: *b\nc: &b 2")
    }
  }

  @Test func `an alias inside what it names is an error`() {
    #expect(throws: failure("the alias '*a' is inside the node that it names, which starts on line 2", 4, 5)) {
      try parse("x:\n  &a\n  - 1\n  - *a")
    }
    #expect(throws: failure("the alias '*a' is inside the node that it names, which starts on line 1", 1, 9)) {
      try parse("&a {k: [*a]}")
    }
  }

  @Test func `an alias with more text after it is an error`() {
    #expect(throws: failure("did not find expected key while parsing a block mapping that starts on line 1", 2, 7)) {
      try parse("a: &x 1\nb: *x y")
    }
  }
}
