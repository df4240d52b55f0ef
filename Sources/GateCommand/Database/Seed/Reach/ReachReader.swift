/// Reads a script, or a text in it that may be run, as statements, without comments, data of COPY and delimited names.
struct ReachReader {
  enum Context: Equatable {
    /// A script, in which psql's commands and variables count.
    case script
    /// The body of a function or of DO.
    case code
    /// A string, which may be data.
    case text
  }

  var lexer: SQLLexer
  let context: Context
  let findings: ReachFindings
  /// The number of texts that it is nested in.
  let depth: Int
  var lines: LineCounter
  var statement: ReachStatement
  /// The number of COPY statements whose data begin on the next line.
  var pendingData = 0

  init(_ lexer: SQLLexer, lines: LineCounter, _ context: Context, _ findings: ReachFindings, depth: Int = 0) {
    self.lexer = lexer
    self.lexer.backslashesEscape = findings.mode.escapes
    self.lines = lines
    self.context = context
    self.findings = findings
    self.depth = depth
    statement = ReachStatement(mayBeData: context == .text)
  }

  mutating func run() {
    while true {
      if let token = pendingData == 0 ? lexer.next() : lexer.nextOnLine() {
        take(token)
      } else if pendingData > 0, lexer.at < lexer.end {
        pendingData -= 1
        _ = lexer.passRows()
      } else {
        break
      }
    }
    endStatement()
  }

  private mutating func take(_ token: SQLToken) {
    switch token.kind {
    case .word: word(token)
    case .string, .escapeString, .unreadString, .dollarString: texts(token)
    case .quotedName: quotedName(token)
    case .variable, .quotedVariable: variable(token)
    case .command: command(token)
    case .separator, .symbol(UInt8(ascii: ";")): endStatement()
    case .symbol(UInt8(ascii: "%")) where context != .script:
      add(ReachReader.passHole(lexer.bytes, &lexer.at, lexer.end) ? .hole : .other, token)
    case .symbol(UInt8(ascii: "(")) where statement.isCopy: add(.open, token)
    case .symbol(UInt8(ascii: ")")) where statement.isCopy: add(.close, token)
    // A control character.
    case .symbol(let byte) where byte < 0x20: break
    case .symbol, .number, .parameter: add(.other, token)
    }
  }

  mutating func add(_ token: ReachStatement.Token, _ sqlToken: SQLToken) {
    if !statement.repeats(token) { statement.add(token, line: line(of: sqlToken)) }
  }

  mutating func line(of token: SQLToken) -> Int { lines.line(at: token.range.lowerBound, in: lexer.bytes) }

  mutating func endStatement() {
    if context == .script || statement.isClientCopy, statement.readsData, findings.mode.copyHasData { pendingData += 1 }
    findings.add(statement)
    statement = ReachStatement(mayBeData: context == .text)
    if context == .script { findings.endStatement() }
  }

  // MARK: Names

  /// Reads a name in double quotes.
  ///
  /// In a text, an unterminated one is concatenated with other parts.
  private mutating func quotedName(_ token: SQLToken) {
    guard context != .script else { return add(.other, token) }
    let hasEnd = token.content.upperBound < token.range.upperBound
    add(hasEnd && !hasHole(token.content) ? .other : .hole, token)
  }

  private func hasHole(_ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    while let sign = lexer.bytes[index..<range.upperBound].firstIndex(of: UInt8(ascii: "%")) {
      index = sign + 1
      if ReachReader.passHole(lexer.bytes, &index, range.upperBound) { return true }
    }
    return false
  }

  /// Skips a directive such as `%I` or `%1$s` of `format()`; returns whether there is one.
  ///
  /// - Parameter index: the position after the percent sign; on return the position after the directive, if there is
  ///   one.
  private static func passHole(_ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ end: Int) -> Bool {
    var behind = index
    guard let directive = FormatDirective(bytes[..<end], &behind), "IsL".utf8.contains(directive.conversion) else {
      return false
    }
    index = behind
    return true
  }

  /// Reads psql's `:name`, `:'name'` or `:"name"`.
  private mutating func variable(_ token: SQLToken) {
    let isName = lexer.bytes[token.content].elementsEqual("DBNAME".utf8)
    let isOwn = isName && !findings.hidesDatabaseName
    if isOwn { findings.asksForDatabase = true }
    add(isOwn ? .ownDatabase : .hole, token)
  }

  // MARK: Words

  private mutating func word(_ token: SQLToken) {
    guard let word = ReachReader.known(lexer, token.range, ReachReader.knownWords) else { return add(.other, token) }
    if ReachReader.databaseNames.contains(word) { findings.asksForDatabase = true }
    if word == ReachReader.stringSetting, !isTurnedOn { findings.mayEscape = true }
    if ReachStatement.functions[word] != nil, lexer.isFollowed(by: UInt8(ascii: "(")) {
      add(.call(word), token)
    } else {
      add(ReachStatement.words.contains(word) ? .word(word) : .other, token)
    }
  }

  private static let databaseNames: Set<String> = ["current_database", "current_catalog"]

  private static let knownWords = ReachStatement.words.union(ReachStatement.functions.keys).union(databaseNames)
    .union([stringSetting])

  /// The setting that says whether backslashes are escapes.
  static let stringSetting = "standard_conforming_strings"

  /// Whether `= on` or `TO on` follows, as in dumps; it is also the default.
  private var isTurnedOn: Bool {
    var ahead = lexer
    guard let sign = ahead.next(), sign.isSymbol("=") || ahead.lowercased(sign.range) == "to", let value = ahead.next()
    else { return false }
    return ahead.lowercased(value.content) == "on"
  }

  /// The first letters of known words as a bit set, since few words need a closer look.
  private static let initials: UInt32 = knownWords.union(ReachStatement.verbs).reduce(0) { bits, word in
    bits | 1 << UInt32((word.utf8.first ?? 0) & 0x1f)
  }

  /// A word in lower case; nil when it is not one of these.
  static func known(_ lexer: SQLLexer, _ range: Range<Int>, _ words: Set<String>) -> String? {
    guard (2...40).contains(range.count), initials & (1 << UInt32(lexer.bytes[range.lowerBound] & 0x1f)) != 0 else {
      return nil
    }
    let word = lexer.lowercased(range)
    return words.contains(word) ? word : nil
  }
}
