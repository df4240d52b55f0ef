import OperatingSystem

/// Literals and their contents.
extension ReachReader {
  /// Reads a literal and those that are joined to it by `||`.
  mutating func texts(_ token: SQLToken) {
    var (last, joined): (SQLToken, [UInt8]?) = (token, nil)
    while let next = nextJoined() {
      joined = joined ?? lexer.wholeValue(of: last)
      joined? += lexer.wholeValue(of: next)
      last = next
    }
    add(statement.isCopy ? .string : .other, token)
    // Detects set_config('standard_conforming_strings', …).
    if lexer.bytes[last.content].elementsEqual(ReachReader.stringSetting.utf8) { findings.mayEscape = true }
    if let joined {
      joined.withUnsafeBytes { scan($0, token, last) }
    } else if isPlain(token) {
      scan(UnsafeRawBufferPointer(rebasing: lexer.bytes[token.content]), token, token)
    } else {
      lexer.wholeValue(of: token).withUnsafeBytes { scan($0, token, token) }
    }
  }

  /// Whether its value is in the text unchanged.
  private func isPlain(_ token: SQLToken) -> Bool {
    switch token.kind {
    case .dollarString: true
    case .string: !lexer.bytes[token.content].contains(UInt8(ascii: "'"))
    default: false
    }
  }

  /// Reads a text argument as a statement if it may be run, which is likely for concatenated ones.
  private mutating func scan(_ text: UnsafeRawBufferPointer, _ first: SQLToken, _ last: SQLToken) {
    // A limit, since real texts are not nested this deeply and each level may be as large as the whole.
    guard depth < 6 else { return }
    let isJoined = first != last || first.kind == .unreadString
    guard isJoined || statement.takesCode || ReachReader.mayRun(text) else { return }
    let line = line(of: first)
    let lines = LineCounter(first: line, last: lines.line(at: last.range.upperBound, in: lexer.bytes))
    scan(SQLLexer(text, isScript: false), lines, statement.takesCode ? .code : .text)
  }

  func scan(_ text: SQLLexer, _ lines: LineCounter, _ context: Context) {
    var reader = ReachReader(text, lines: lines, context, findings, depth: depth + 1)
    reader.run()
  }

  /// The next literal if it is joined to the previous one; nil otherwise.
  private mutating func nextJoined() -> SQLToken? {
    var ahead = lexer
    let hasLineEnd = ahead.passBlanks()
    let bar = UInt8(ascii: "|")
    guard ahead.at + 1 < ahead.end, ahead.bytes[ahead.at] == bar, ahead.bytes[ahead.at + 1] == bar else { return nil }
    // Data may follow.
    if hasLineEnd, pendingData > 0 { return nil }
    ahead.at += 2
    guard let next = pendingData == 0 ? ahead.next() : ahead.nextOnLine(), next.isString else { return nil }
    lexer = ahead
    return next
  }

  /// Whether a text begins like a statement, or holds more than one.
  ///
  /// Most texts do neither and need no closer look.
  private static func mayRun(_ text: UnsafeRawBufferPointer) -> Bool {
    var lexer = SQLLexer(text, isScript: false)
    guard let first = lexer.next() else { return false }
    switch first.kind {
    case .word where known(lexer, first.range, ReachStatement.verbs) != nil: return true
    case .symbol(UInt8(ascii: "(")), .symbol(UInt8(ascii: "<")), .dollarString: return true
    default: return text.contains(UInt8(ascii: ";"))
    }
  }
}
