/// Divides an SQL file as psql does: into statements, commands of its own, and the data of COPY.
struct PsqlLexer {
  enum Event {
    /// The first words in lower case, the first text in quotes, and where it begins.
    case statement(words: [String], literal: String?, PsqlScript.Mark)
    /// The data that follow a `COPY … FROM STDIN`, which begins at the mark.
    case copyData(PsqlScript.Mark, hasEnd: Bool)
    /// `\name` with its arguments.
    case command(name: String, arguments: [String], PsqlScript.Mark)
  }

  let bytes: UnsafeRawBufferPointer
  var at = 0
  var line = 1
  var events: [Event] = []
  var statement = Statement()
  /// Copies whose data begin on the next line.
  var copies: [PsqlScript.Mark] = []

  /// The statement that is being read.
  struct Statement {
    var line = 0
    var words: [String] = []
    var literal: String?
    var start: Int?
    var parentheses = 0
    /// BEGIN and CASE in the body of a function in standard SQL, in which semicolons end nothing.
    var blocks = 0
    var wordCount = 0
    /// Whether the last word at the outermost level was FROM, and whether STDIN came behind one.
    var isBehindFrom = false
    var readsInput = false

    var isFunction: Bool {
      guard words.first == "create" else { return false }
      let rest = words.dropFirst().starts(with: ["or", "replace"]) ? words.dropFirst(3) : words.dropFirst(1)
      return rest.first == "function" || rest.first == "procedure"
    }
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    // Editors on Windows begin a file with a byte order mark.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { at = 3 }
  }

  mutating func next() -> Event? {
    while events.isEmpty {
      guard at < bytes.count else {
        endStatement()
        takeCopies()
        break
      }
      step()
    }
    return events.isEmpty ? nil : events.removeFirst()
  }

  func byte(_ offset: Int = 0) -> UInt8? { at + offset < bytes.count ? bytes[at + offset] : nil }

  /// Passes some bytes and counts their lines.
  mutating func pass(_ count: Int) {
    let end = min(at + count, bytes.count)
    for index in at..<end where bytes[index] == UInt8(ascii: "\n") { line += 1 }
    at = end
  }

  // MARK: Statements

  private mutating func step() {
    let first = bytes[at]
    switch first {
    case UInt8(ascii: "\n"):
      pass(1)
      takeCopies()
    case 0x09...0x0d, 0x20: pass(1)
    case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"): passLine()
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): passComment()
    case UInt8(ascii: ";"):
      pass(1)
      if statement.parentheses <= 0, statement.blocks == 0 { endStatement() }
    case UInt8(ascii: "\\"): backslash()
    default: token(first)
    }
  }

  private mutating func token(_ first: UInt8) {
    if statement.start == nil { (statement.start, statement.line) = (at, line) }
    if PsqlLexer.isLetter(first) { return word() }
    statement.isBehindFrom = false
    switch first {
    case UInt8(ascii: "'"): passText(hasEscapes: false)
    case UInt8(ascii: "\""): passName()
    case UInt8(ascii: "$"): passDollars()
    case UInt8(ascii: "("):
      statement.parentheses += 1
      pass(1)
    case UInt8(ascii: ")"):
      statement.parentheses = max(0, statement.parentheses - 1)
      pass(1)
    default: pass(1)
    }
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  static func isWordPart(_ byte: UInt8) -> Bool {
    isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "$")
  }

  private mutating func word() {
    let start = at
    while at < bytes.count, PsqlLexer.isWordPart(bytes[at]) { at += 1 }
    // Only `E'…'` knows backslashes.
    if byte() == UInt8(ascii: "'"), at - start == 1, bytes[start] | 0x20 == UInt8(ascii: "e") {
      return passText(hasEscapes: true)
    }
    // What tells statements apart are short words.
    let text = at - start > 12 ? "…" : String(decoding: bytes[start..<at], as: UTF8.self).lowercased()
    if statement.wordCount < 8 { statement.words.append(text) }
    statement.wordCount += 1
    if statement.isFunction, statement.parentheses == 0 {
      if text == "begin" || text == "case" && statement.blocks > 0 { statement.blocks += 1 }
      if text == "end" { statement.blocks = max(0, statement.blocks - 1) }
    }
    guard statement.words.first == "copy", statement.parentheses == 0 else { return }
    if statement.isBehindFrom, text == "stdin" { statement.readsInput = true }
    statement.isBehindFrom = text == "from"
  }

  mutating func endStatement() {
    defer { statement = Statement() }
    guard let start = statement.start, !statement.words.isEmpty else { return }
    let mark = mark(from: start, line: statement.line)
    events.append(.statement(words: statement.words, literal: statement.literal, mark))
    if statement.readsInput { copies.append(mark) }
  }

  func mark(from start: Int, line: Int) -> PsqlScript.Mark {
    let end = bytes[start..<min(at, start + 60)].firstIndex { $0 == 0x0a || $0 == 0x0d || $0 == 0x3b }
    let text = String(decoding: bytes[start..<(end ?? min(at, start + 60))], as: UTF8.self)
    return PsqlScript.Mark(line: line, text: text)
  }

  /// Passes the data of the copies, a line `\.` behind those of each.
  private mutating func takeCopies() {
    for mark in copies { events.append(.copyData(mark, hasEnd: passData())) }
    copies = []
  }

  private mutating func passData() -> Bool {
    while at < bytes.count {
      let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      var text = bytes[at..<end]
      if text.last == UInt8(ascii: "\r") { text = text.dropLast() }
      let isEnd = text.elementsEqual("\\.".utf8)
      pass(end + 1 - at)
      if isEnd { return true }
    }
    return false
  }
}
