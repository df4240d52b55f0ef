/// What psql reads as one: comments, texts in quotes, its own commands.
extension PsqlLexer {
  // MARK: What is quoted

  mutating func passLine() {
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n"), bytes[at] != UInt8(ascii: "\r") { at += 1 }
  }

  /// Comments nest.
  mutating func passComment() {
    var depth = 0
    repeat {
      if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
        depth += 1
        pass(2)
      } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
        depth -= 1
        pass(2)
      } else {
        pass(1)
      }
    } while depth > 0 && at < bytes.count
  }

  mutating func passText(hasEscapes: Bool) {
    let text = quoted(UInt8(ascii: "'"), hasEscapes: hasEscapes)
    if statement.literal == nil { statement.literal = text }
  }

  mutating func passName() { _ = quoted(UInt8(ascii: "\""), hasEscapes: false) }

  /// A text in quotes, without them; a doubled quote is one of the text.
  private mutating func quoted(_ quote: UInt8, hasEscapes: Bool) -> String {
    pass(1)
    var text: [UInt8] = []
    while let next = byte() {
      if hasEscapes, next == UInt8(ascii: "\\"), let escaped = byte(1) {
        text.append(escaped)
        pass(2)
      } else if next == quote {
        pass(1)
        guard byte() == quote else { break }
        text.append(quote)
        pass(1)
      } else {
        // No text that matters is long.
        if text.count < 1000 { text.append(next) }
        pass(1)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  mutating func passDollars() {
    var end = at + 1
    while end < bytes.count, PsqlLexer.isWordPart(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$"),
      end == at + 1 || PsqlLexer.isLetter(bytes[at + 1])
    else { return pass(1) }
    let tag = bytes[at...end]
    pass(tag.count)
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "$"), bytes[at...].prefix(tag.count).elementsEqual(tag) { return pass(tag.count) }
      pass(1)
    }
  }

  // MARK: psql's own

  mutating func backslash() {
    // `\;` ends a statement for the server, not for psql; `\:` is a colon.
    if byte(1) == UInt8(ascii: ";") {
      pass(2)
      return endStatement()
    }
    if byte(1) == UInt8(ascii: ":") { return pass(2) }
    let (start, begun) = (at, line)
    pass(1)
    let nameStart = at
    while let next = byte(), next > 0x20, next != UInt8(ascii: "\\") { at += 1 }
    let name = String(decoding: bytes[nameStart..<at], as: UTF8.self)
    let takesLine = name.hasPrefix("!") || ["copy", "h", "help", "sf", "sv", "ef", "ev"].contains(name)
    let arguments = takesLine ? [restOfLine()] : self.arguments()
    // They send what stands before them.
    if name.hasPrefix("g") || name == "crosstabview" || name == "watch" { endStatement() }
    if name == "r" || name == "reset" { statement = Statement() }
    let mark = mark(from: start, line: begun)
    events.append(.command(name: name, arguments: arguments, mark))
    guard name == "copy" else { return }
    let words = arguments[0].lowercased().split { $0 == " " || $0 == "\t" || $0 == ";" }
    if zip(words, words.dropFirst()).contains(where: { $0 == "from" && $1 == "stdin" }) { copies.append(mark) }
  }

  private mutating func restOfLine() -> String {
    let start = at
    while let next = byte(), next != UInt8(ascii: "\n") { at += 1 }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  /// The words up to the end of the line, a backslash in front of another command, or `\\`.
  private mutating func arguments() -> [String] {
    var arguments: [String] = []
    while let next = byte(), next != UInt8(ascii: "\n"), next != UInt8(ascii: "\\") {
      if next <= 0x20 {
        at += 1
        continue
      }
      var word = ""
      while let next = byte(), next > 0x20, next != UInt8(ascii: "\\") {
        switch next {
        case UInt8(ascii: "'"): word += quoted(next, hasEscapes: true)
        case UInt8(ascii: "\""), UInt8(ascii: "`"): word += quoted(next, hasEscapes: false)
        default:
          let start = at
          while let next = byte(), next > 0x20, !"'\"`\\".utf8.contains(next) { at += 1 }
          word += String(decoding: bytes[start..<at], as: UTF8.self)
        }
      }
      arguments.append(word)
    }
    if byte() == UInt8(ascii: "\\"), byte(1) == UInt8(ascii: "\\") { pass(2) }
    return arguments
  }
}
