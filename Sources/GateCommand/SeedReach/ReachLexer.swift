#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Splits a script, or a text in it that may be run, into statements, as psql and the server do: comments, strings, data of
/// COPY and delimited names are none.
struct ReachLexer {
  enum Place: Equatable {
    /// psql's own commands and variables count.
    case script
    /// The body of a function or of DO.
    case code
    /// A string, which may be data.
    case text
  }

  let bytes: UnsafeRawBufferPointer
  let place: Place
  let findings: ReachFindings
  /// How many texts it stands in.
  let depth: Int
  var at = 0
  var line: Int
  var statement: ReachStatement
  /// COPYs whose data begin with the next line.
  var pendingData = 0

  init(_ bytes: UnsafeRawBufferPointer, line: Int, _ place: Place, _ findings: ReachFindings, depth: Int = 0) {
    self.bytes = bytes
    self.line = line
    self.place = place
    self.findings = findings
    self.depth = depth
    statement = ReachStatement(mayBeData: place == .text)
  }

  mutating func run() {
    if place == .script, bytes.starts(with: [0xef, 0xbb, 0xbf]) { at = 3 }
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\n"):
        at += 1
        line += 1
        while pendingData > 0 { skipData() }
      case UInt8(ascii: "'"): strings(escapes: findings.mode.escapes)
      case UInt8(ascii: "\""): delimitedName()
      case UInt8(ascii: "$"): dollar()
      case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): skipLine()
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): comment()
      case UInt8(ascii: ";"):
        at += 1
        endStatement()
      case UInt8(ascii: "\\") where place == .script: metaCommand()
      case UInt8(ascii: ":") where place == .script: variable()
      case UInt8(ascii: "%") where place != .script: formatHole()
      case UInt8(ascii: "("), UInt8(ascii: ")"):
        add(statement.isCopy ? (byte == UInt8(ascii: "(") ? .open : .close) : .other)
        at += 1
      case let byte where byte <= 0x20: at += 1
      case let byte where ReachLexer.isWordStart(byte): word()
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        while let digit = peek(), ReachLexer.isWord(digit) { at += 1 }
        add(.other)
      default:
        add(.other)
        at += 1
      }
    }
    endStatement()
  }

  func peek(_ offset: Int = 0) -> UInt8? { at + offset < bytes.count ? bytes[at + offset] : nil }

  mutating func add(_ token: ReachStatement.Token) { statement.add(token, line: line) }

  mutating func endStatement() {
    if place == .script || statement.isClientCopy, statement.readsData, findings.mode.copyHasData { pendingData += 1 }
    findings.add(statement)
    statement = ReachStatement(mayBeData: place == .text)
    if place == .script { findings.endStatement() }
  }

  // MARK: What is no statement

  /// Moves to the end of the line.
  mutating func skipLine() {
    guard at < bytes.count, let rest = UnsafeRawBufferPointer(rebasing: bytes[at...]).baseAddress else { return }
    // Most of a large seed is data.
    at =
      memchr(rest, Int32(UInt8(ascii: "\n")), bytes.count - at).map { at + (UnsafeRawPointer($0) - rest) }
      ?? bytes.count
  }

  private mutating func comment() {
    var depth = 0
    while let byte = peek() {
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        at += 2
      } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        at += 2
        if depth == 0 { return }
      } else {
        if byte == UInt8(ascii: "\n") { line += 1 }
        at += 1
      }
    }
  }

  /// The lines up to one that is `\.`.
  private mutating func skipData() {
    pendingData -= 1
    while at < bytes.count {
      let start = at
      skipLine()
      let isShort = at - start <= 3
      let text = bytes[start..<at]
      if at < bytes.count {
        at += 1
        line += 1
      }
      if isShort, text.elementsEqual("\\.".utf8) || text.elementsEqual("\\.\r".utf8) { return }
    }
  }

  /// A name in double quotes. In a text, one that does not end is put together with others.
  private mutating func delimitedName() {
    at += 1
    while let byte = peek() {
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "%"), place != .script, formatHole() { continue }
      at += 1
      if byte == UInt8(ascii: "\"") {
        if statement.tokens.last?.token != .hole { add(.other) }
        return
      }
    }
    add(place == .script ? .other : .hole)
  }

  // MARK: Words

  static func isWordStart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  static func isWord(_ byte: UInt8) -> Bool {
    isWordStart(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "$")
  }

  private mutating func word() {
    let start = at
    while let byte = peek(), ReachLexer.isWord(byte) { at += 1 }
    // E'…' has escapes; B, N, U& and X have none.
    if at - start == 1, bytes[start] | 0x20 == UInt8(ascii: "e"), peek() == UInt8(ascii: "'") {
      return strings(escapes: true)
    }
    guard let word = ReachLexer.known(bytes, start..<at, ReachLexer.knownWords) else { return add(.other) }
    if ReachLexer.databaseNames.contains(word) { findings.asksForDatabase = true }
    if word == ReachLexer.stringSetting, !isTurnedOn { findings.mayEscape = true }
    if ReachStatement.functions[word] != nil, isCalled {
      add(.call(word))
    } else {
      add(ReachStatement.words.contains(word) ? .word(word) : .other)
    }
  }

  private var isCalled: Bool {
    var index = at
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index < bytes.count && bytes[index] == UInt8(ascii: "(")
  }

  private static let databaseNames: Set<String> = ["current_database", "current_catalog"]

  private static let knownWords = ReachStatement.words.union(ReachStatement.functions.keys).union(databaseNames)
    .union([stringSetting])

  /// The setting that says whether backslashes are escapes.
  static let stringSetting = "standard_conforming_strings"

  /// Whether `= on` or `TO on` follows: as dumps say, and as it is by itself.
  private var isTurnedOn: Bool {
    let rest = String(decoding: bytes[at..<min(bytes.count, at + 40)], as: UTF8.self).lowercased()
    let words = rest.split { $0.isWhitespace || "=';".contains($0) }
    return words.first == "on" || words.first == "to" && words.dropFirst().first == "on"
  }

  /// The letters that known words begin with, a bit each: few words are worth a closer look.
  private static let initials: UInt32 = knownWords.union(ReachStatement.verbs).reduce(0) { bits, word in
    bits | 1 << UInt32((word.utf8.first ?? 0) & 0x1f)
  }

  /// A word in lower case, nil when it is none of these.
  static func known(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ words: Set<String>
  ) -> String? {
    guard (2...40).contains(range.count), initials & (1 << UInt32(bytes[range.lowerBound] & 0x1f)) != 0 else {
      return nil
    }
    let word = String(
      decoding: bytes[range].map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    return words.contains(word) ? word : nil
  }
}
