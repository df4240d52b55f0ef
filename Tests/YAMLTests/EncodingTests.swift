import Testing
import YAML

@Suite struct EncodingTests {
  private static func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
    "\u{FEFF}\(text)".utf16.flatMap { unit in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return isBigEndian ? [high, low] : [low, high]
    }
  }

  @Test func `a UTF-8 byte order mark takes no column`() throws {
    #expect(try parse("\u{FEFF}a: 1") == mapping(1, 1, [(plain("a", 1, 1), plain("1", 1, 4))]))
  }

  @Test(arguments: [false, true])
  func `UTF-16 with a byte order mark is read`(isBigEndian: Bool) throws {
    #expect(
      try YAMLParser.parse(Self.utf16("é: 1\nb: 😀 x", isBigEndian: isBigEndian))
        == mapping(1, 1, [(plain("é", 1, 1), plain("1", 1, 4)), (plain("b", 2, 1), plain("😀 x", 2, 4))]))
  }

  @Test(arguments: [false, true])
  func `a file of nothing but a UTF-16 byte order mark is empty`(isBigEndian: Bool) {
    #expect(throws: YAMLError(message: "the file is empty", mark: nil)) {
      try YAMLParser.parse(Self.utf16("", isBigEndian: isBigEndian))
    }
  }

  @Test(
    arguments: [
      ([0xE9, 0x20, 0x0A], "invalid trailing UTF-8 octet (0x20)", 1),  // An é in Latin-1 …
      ([0xE9], "incomplete UTF-8 octet sequence", 0),  // … and at the end of the file.
      ([0xFF, 0x0A], "invalid leading UTF-8 octet (0xFF)", 0),
      ([0x80, 0x0A], "invalid leading UTF-8 octet (0x80)", 0),
      ([0xC3, 0x28], "invalid trailing UTF-8 octet (0x28)", 1),
      ([0xE2, 0x82, 0x0A], "invalid trailing UTF-8 octet (0x0A)", 1),
      ([0xE2, 0x82], "incomplete UTF-8 octet sequence", 0),
      ([0xC0, 0x80], "invalid length of a UTF-8 sequence", 0),
      ([0xED, 0xA0, 0x80], "invalid Unicode character (0xD800)", 0),
    ] as [([UInt8], String, Int)])
  func `bytes that are not UTF-8 are an error at their position`(bytes: [UInt8], message: String, shift: Int) {
    #expect(throws: failure(message, 2, 5 + shift)) { try YAMLParser.parse(Array("a: 1\n😀: é".utf8) + bytes) }
    #expect(throws: failure(message, 2, 5 + shift)) {
      try YAMLParser.parse(Array("\u{FEFF}a: 1\r\n😀: é".utf8) + bytes)
    }
    #expect(throws: failure(message, 1, 1 + shift)) { try YAMLParser.parse(bytes) }
  }

  @Test(arguments: [
    ("\0", "0x00"), ("\u{7}", "0x07"), ("\u{1B}", "0x1B"), ("\u{7F}", "0x7F"), ("\u{9F}", "0x9F"),
    ("\u{FFFE}", "0xFFFE"),
  ])
  func `a control character is an error at its position`(character: String, code: String) {
    let expected = failure("control characters are not allowed (\(code))", 3, 6)
    for ending in ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"] {
      #expect(throws: expected) { try parse("a: 1\(ending)\(ending)b: é😀\(character)\nc: 2") }
    }
    for isBigEndian in [false, true] {
      #expect(throws: expected) {
        try YAMLParser.parse(Self.utf16("a: 1\r\n\r\nb: é😀\(character)", isBigEndian: isBigEndian))
      }
    }
  }

  @Test func `a byte order mark takes no column in errors either`() {
    let expected = failure("control characters are not allowed (0x07)", 1, 4)
    #expect(throws: expected) { try parse("\u{FEFF}a: \u{7}") }
    for isBigEndian in [false, true] {
      #expect(throws: expected) { try YAMLParser.parse(Self.utf16("a: \u{7}", isBigEndian: isBigEndian)) }
    }
  }

  @Test func `UTF-16 without a byte order mark is an error`() {
    #expect(throws: failure("control characters are not allowed (0x00)", 1, 2)) {
      try YAMLParser.parse(Array(Self.utf16("a: 1", isBigEndian: false).dropFirst(2)))
    }
  }

  @Test(
    arguments: [
      ([0x00, 0xDC], "unexpected low surrogate area (0xDC00)", 0),
      ([0x00, 0xD8, 0x61, 0x00], "expected low surrogate area (0x61)", 1),
      ([0x00, 0xD8], "incomplete UTF-16 surrogate pair", 0),
      ([0x61], "incomplete UTF-16 character", 0),
    ] as [([UInt8], String, Int)])
  func `broken UTF-16 is an error at its position`(bytes: [UInt8], message: String, shift: Int) {
    #expect(throws: failure(message, 2, 4 + shift)) {
      try YAMLParser.parse(Self.utf16("a: 1\nb: ", isBigEndian: false) + bytes)
    }
  }

  @Test func `marks and byte offsets count lines in the same way`() throws {
    let text = "# a\r# b\r\n# c\u{85}# d\u{2028}# e\u{2029}# f\n"
    #expect(try parse(text + "x") == plain("x", 7, 1))
    #expect(throws: failure("control characters are not allowed (0x07)", 7, 1)) { try parse(text + "\u{7}") }
  }
}
