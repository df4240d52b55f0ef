/// Strings and what is in them.
extension ReachLexer {
  /// A string, with those that are joined to it by `||` or a line feed.
  mutating func strings(escapes: Bool) {
    let startLine = line
    var (range, isPlain) = string(escapes: escapes)
    var joined: [UInt8]?
    while let next = nextJoined() {
      joined = (joined ?? ReachLexer.content(bytes, range, escapes: escapes, isPlain: isPlain))
      (range, isPlain) = string(escapes: next)
      joined? += ReachLexer.content(bytes, range, escapes: next, isPlain: isPlain)
    }
    // set_config('standard_conforming_strings', …)
    if bytes[range].elementsEqual(ReachLexer.stringSetting.utf8) { findings.mayEscape = true }
    let code: Place = statement.takesCode ? .code : .text
    if let joined {
      joined.withUnsafeBytes { scan($0, startLine, code) }
    } else if code == .code || ReachLexer.mayRun(UnsafeRawBufferPointer(rebasing: bytes[range])) {
      if isPlain {
        scan(UnsafeRawBufferPointer(rebasing: bytes[range]), startLine, code)
      } else {
        ReachLexer.content(bytes, range, escapes: escapes, isPlain: false).withUnsafeBytes { scan($0, startLine, code) }
      }
    }
    statement.add(statement.isCopy ? .string : .other, line: startLine)
  }

  func scan(_ text: UnsafeRawBufferPointer, _ line: Int, _ place: Place) {
    // Texts in texts in texts: nobody writes them, and each may be as large as the whole.
    guard depth < 6 else { return }
    var lexer = ReachLexer(text, line: line, place, findings, depth: depth + 1)
    lexer.run()
  }

  /// Passes over one string.
  ///
  /// - Returns: where its content is, and whether it stands there as it is.
  private mutating func string(escapes: Bool) -> (Range<Int>, isPlain: Bool) {
    at += 1
    let start = at
    var isPlain = true
    while let byte = peek() {
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "'") {
        guard peek(1) == byte else {
          at += 1
          return (start..<at - 1, isPlain)
        }
        isPlain = false
        at += 1
      } else if byte == UInt8(ascii: "\\"), escapes {
        isPlain = false
        if peek(1) == UInt8(ascii: "\n") { line += 1 }
        at += 1
      }
      at += 1
    }
    at = min(at, bytes.count)
    return (start..<at, isPlain)
  }

  private static func content(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, escapes: Bool, isPlain: Bool
  ) -> [UInt8] {
    if isPlain { return Array(bytes[range]) }
    var content: [UInt8] = []
    content.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      var byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "'") {
        index += 1
      } else if byte == UInt8(ascii: "\\"), escapes, index < range.upperBound {
        byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "n") || byte == UInt8(ascii: "t") || byte == UInt8(ascii: "r") { byte = 0x20 }
      }
      content.append(byte)
    }
    return content
  }

  /// Moves to the string that is joined to the one before, if there is one.
  ///
  /// - Returns: whether backslashes are escapes in it.
  private mutating func nextJoined() -> Bool? {
    var index = at
    var isJoined = false
    var lines = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\n"):
        lines += 1
        isJoined = true
        index += 1
        // Data may follow.
        if pendingData > 0 { return nil }
      case let byte where byte <= 0x20: index += 1
      case UInt8(ascii: "|") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "|"):
        isJoined = true
        index += 2
      case UInt8(ascii: "'") where isJoined:
        (at, line) = (index, line + lines)
        return findings.mode.escapes
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard isJoined, index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "'") else { return nil }
        (at, line) = (index + 1, line + lines)
        return true
      default: return nil
      }
    }
    return nil
  }

  /// Whether a text begins like a statement, or holds more than one. Most do not, and need no closer look.
  private static func mayRun(_ text: UnsafeRawBufferPointer) -> Bool {
    var start = 0
    while start < text.count, text[start] <= 0x20 { start += 1 }
    var end = start
    while end < text.count, isWordStart(text[end]) { end += 1 }
    if end == start {
      guard start < text.count else { return false }
      if "(<;$".utf8.contains(text[start]) { return true }
      if "-/".utf8.contains(text[start]), start + 1 < text.count, "-*".utf8.contains(text[start + 1]) { return true }
    } else if let word = known(text, start..<end, ReachStatement.verbs), !word.isEmpty {
      return true
    }
    return text.contains(UInt8(ascii: ";"))
  }

  /// `$1`, or a text between `$tag$`s.
  mutating func dollar() {
    var end = at + 1
    while end < bytes.count, ReachLexer.isWord(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
    let startsWithDigit = at + 1 < bytes.count && (0x30...0x39).contains(bytes[at + 1])
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$"), !startsWithDigit else {
      add(.other)
      at += 1
      return
    }
    let tag = bytes[at...end]
    let startLine = line
    let start = end + 1
    at = start
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "$"), bytes.count - at >= tag.count, bytes[at..<at + tag.count].elementsEqual(tag) {
        break
      }
      if bytes[at] == UInt8(ascii: "\n") { line += 1 }
      at += 1
    }
    let text = UnsafeRawBufferPointer(rebasing: bytes[start..<at])
    at = min(bytes.count, at + tag.count)
    let code: Place = statement.takesCode ? .code : .text
    if code == .code || ReachLexer.mayRun(text) { scan(text, startLine, code) }
    statement.add(statement.isCopy ? .string : .other, line: startLine)
  }
}
