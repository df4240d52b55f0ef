/// Splits SQL into tokens, as psql does for a file or as the server does for a statement.
///
/// It works for encodings whose non-ASCII characters contain no ASCII bytes.
///
/// Source: PostgreSQL's `psqlscan.l` and `scan.l`.
struct SQLLexer {
  let bytes: UnsafeRawBufferPointer
  /// The position where the next token is searched for.
  var at: Int
  let end: Int
  /// Whether psql reads the text, which may then contain commands and variables.
  let isScript: Bool
  /// Whether backslashes are escapes in all strings: `standard_conforming_strings = off`.
  var backslashesEscape = false
  /// The cached current line; see `endOfLine()`.
  var (lineStart, lineEnd) = (0, -1)

  init(_ bytes: UnsafeRawBufferPointer, at: Int = 0, end: Int? = nil, isScript: Bool) {
    self.bytes = bytes
    self.at = at
    self.end = end ?? bytes.count
    self.isScript = isScript
  }

  /// Starts at the beginning of a file that psql runs.
  init(script bytes: UnsafeRawBufferPointer) {
    // Windows editors begin a file with a byte order mark.
    self.init(bytes, at: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0, isScript: true)
  }

  /// The next token, skipping blanks and comments; nil at the end.
  mutating func next() -> SQLToken? {
    passBlanks()
    guard at < end else { return nil }
    let start = at
    let byte = bytes[at]
    if SQLLexer.isWordStart(byte) { return word() }
    switch byte {
    case UInt8(ascii: "'"): return string(from: start, backslashesEscape ? .escapeString : .string)
    case UInt8(ascii: "\""): return quotedName(from: start, hasEscapes: false)
    case UInt8(ascii: "$"): return dollar()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      while at < end, SQLLexer.isDigit(bytes[at]) { at += 1 }
      return SQLToken(.number, start..<at)
    case UInt8(ascii: ":") where isScript: return colon()
    case UInt8(ascii: "\\") where isScript: return backslash()
    default:
      at += 1
      return SQLToken(.symbol(byte), start..<at)
    }
  }

  // MARK: Characters

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  static func isWordStart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  static func isWordPart(_ byte: UInt8) -> Bool { isWordStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$") }

  /// Whether a byte can be part of a psql variable's name.
  static func isVariablePart(_ byte: UInt8) -> Bool { isWordStart(byte) || isDigit(byte) }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  private func peek(_ offset: Int = 0) -> UInt8? { at + offset < end ? bytes[at + offset] : nil }

  // MARK: Blanks

  /// Skips blanks and comments.
  ///
  /// - Returns: whether they included the end of a line.
  @discardableResult
  mutating func passBlanks() -> Bool {
    var hasLineEnd = false
    while at < end {
      let byte = bytes[at]
      if SQLLexer.isBlank(byte) {
        hasLineEnd = hasLineEnd || byte == 0x0a || byte == 0x0d
        at += 1
      } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
        passLine()
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        passComment()
      } else {
        break
      }
    }
    return hasLineEnd
  }

  /// Whether this byte comes next, ignoring blanks and comments.
  func isFollowed(by byte: UInt8) -> Bool {
    var ahead = self
    ahead.passBlanks()
    return ahead.at < end && bytes[ahead.at] == byte
  }

  /// Skips to the end of the line, without the line end.
  mutating func passLine() {
    while at < end, bytes[at] != 0x0a, bytes[at] != 0x0d { at += 1 }
  }

  /// Skips the comment that begins at this position.
  mutating func passOneComment() {
    if bytes[at] == UInt8(ascii: "/") { passComment() } else { passLine() }
  }

  /// Skips a comment; comments nest.
  private mutating func passComment() {
    var depth = 0
    repeat {
      if bytes[at] == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        at += 2
      } else if bytes[at] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        at += 2
      } else {
        at += 1
      }
    } while depth > 0 && at < end
    at = min(at, end)
  }

  // MARK: Words and texts

  private mutating func word() -> SQLToken {
    let start = at
    while at < end, SQLLexer.isWordPart(bytes[at]) { at += 1 }
    let quote = UInt8(ascii: "'")
    if at - start == 1 {
      switch bytes[start] | 0x20 {
      case UInt8(ascii: "e") where peek() == quote: return string(from: start, .escapeString)
      case UInt8(ascii: "u") where peek() == UInt8(ascii: "&") && peek(1) == quote:
        at += 1
        return string(from: start, .unreadString)
      case UInt8(ascii: "u") where peek() == UInt8(ascii: "&") && peek(1) == UInt8(ascii: "\""):
        at += 1
        return quotedName(from: start, hasEscapes: true)
      default: break
      }
    }
    return SQLToken(.word, start..<at)
  }

  /// Reads a literal whose quote is the next byte.
  private mutating func string(from start: Int, _ kind: SQLToken.Kind) -> SQLToken {
    let content = passQuoted(UInt8(ascii: "'"), hasEscapes: kind == .escapeString)
    // Two literals separated by the end of a line are one.
    var ahead = self
    var isContinued = false
    while ahead.passBlanks(), ahead.peek() == UInt8(ascii: "'") {
      _ = ahead.passQuoted(UInt8(ascii: "'"), hasEscapes: kind == .escapeString)
      at = ahead.at
      isContinued = true
    }
    return SQLToken(isContinued ? .unreadString : kind, start..<at, content: content)
  }

  private mutating func quotedName(from start: Int, hasEscapes: Bool) -> SQLToken {
    let content = passQuoted(UInt8(ascii: "\""), hasEscapes: false)
    return SQLToken(.quotedName(hasEscapes: hasEscapes), start..<at, content: content)
  }

  /// Skips a quoted text.
  ///
  /// - Returns: the range between the quotes.
  mutating func passQuoted(_ quote: UInt8, hasEscapes: Bool) -> Range<Int> {
    at += 1
    let start = at
    while at < end {
      if hasEscapes, bytes[at] == UInt8(ascii: "\\") {
        at += 2
      } else if bytes[at] != quote {
        at += 1
      } else if peek(1) == quote {
        // A doubled quote is one character of the text.
        at += 2
      } else {
        at += 1
        return start..<at - 1
      }
    }
    at = end
    return start..<max(start, end)
  }

  /// Reads `$1`, `$tag$text$tag$` or a lone dollar.
  private mutating func dollar() -> SQLToken {
    let start = at
    at += 1
    if let byte = peek(), SQLLexer.isDigit(byte) {
      while at < end, SQLLexer.isDigit(bytes[at]) { at += 1 }
      return SQLToken(.parameter, start..<at)
    }
    var tagEnd = at
    if tagEnd < end, SQLLexer.isWordStart(bytes[tagEnd]) {
      while tagEnd < end, SQLLexer.isVariablePart(bytes[tagEnd]) { tagEnd += 1 }
    }
    guard tagEnd < end, bytes[tagEnd] == UInt8(ascii: "$") else {
      return SQLToken(.symbol(UInt8(ascii: "$")), start..<at)
    }
    let tag = bytes[start...tagEnd]
    at = tagEnd + 1
    let content = at
    while at < end {
      if bytes[at] == UInt8(ascii: "$"), at + tag.count <= end, bytes[at..<at + tag.count].elementsEqual(tag) {
        defer { at += tag.count }
        return SQLToken(.dollarString, start..<at + tag.count, content: content..<at)
      }
      at += 1
    }
    return SQLToken(.dollarString, start..<end, content: content..<end)
  }

  // MARK: psql

  private mutating func colon() -> SQLToken {
    let start = at
    at += 1
    guard let next = peek() else { return SQLToken(.symbol(UInt8(ascii: ":")), start..<at) }
    if next == UInt8(ascii: ":") || next == UInt8(ascii: "=") {
      at += 1
      return SQLToken(.symbol(UInt8(ascii: ":")), start..<at)
    }
    if SQLLexer.isVariablePart(next) {
      while at < end, SQLLexer.isVariablePart(bytes[at]) { at += 1 }
      return SQLToken(.variable, start..<at, content: start + 1..<at)
    }
    var name = at + 1
    var close = next
    if next == UInt8(ascii: "{"), peek(1) == UInt8(ascii: "?") {
      name += 1
      close = UInt8(ascii: "}")
    } else if next != UInt8(ascii: "'"), next != UInt8(ascii: "\"") {
      return SQLToken(.symbol(UInt8(ascii: ":")), start..<at)
    }
    var last = name
    while last < end, SQLLexer.isVariablePart(bytes[last]) { last += 1 }
    guard last > name, last < end, bytes[last] == close else {
      return SQLToken(.symbol(UInt8(ascii: ":")), start..<at)
    }
    at = last + 1
    return SQLToken(.quotedVariable, start..<at, content: name..<last)
  }

  private mutating func backslash() -> SQLToken {
    let start = at
    at += 1
    if peek() == UInt8(ascii: ";") || peek() == UInt8(ascii: ":") {
      defer { at += 1 }
      let isSeparator = peek() == UInt8(ascii: ";")
      return SQLToken(isSeparator ? .separator : .symbol(UInt8(ascii: ":")), start..<at + 1)
    }
    // A blank or another backslash ends the name.
    while at < end, !SQLLexer.isBlank(bytes[at]), bytes[at] != UInt8(ascii: "\\") { at += 1 }
    return SQLToken(.command, start..<at, content: start + 1..<at)
  }
}
