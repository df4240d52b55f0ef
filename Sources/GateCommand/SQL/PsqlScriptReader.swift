/// Divides an SQL file as psql does, into statements, psql commands and the data of COPY.
struct PsqlScriptReader {
  enum Event {
    /// A statement: its first words in lower case, its first quoted text, where it begins, and its bytes.
    case statement(words: [String], literal: String?, PsqlScript.Mark, Range<Int>)
    /// The data that follow a `COPY … FROM STDIN`, which begins at the mark.
    case copyData(PsqlScript.Mark, hasEnd: Bool)
    /// A command such as `\connect`: its name without the backslash, its arguments, where it begins, and its bytes.
    case command(name: String, arguments: [String], PsqlScript.Mark, Range<Int>)
  }

  private var lexer: SQLLexer
  private var events: [Event] = []
  private var statement = Statement()
  /// The COPY statements whose data begin on the next line.
  private var copies: [PsqlScript.Mark] = []
  private var lines = LineCounter()

  private struct Statement {
    var start: Int?
    /// The end of its last token.
    var end = 0
    var words: [String] = []
    var literal: String?
    var copy: CopyStatement?
    var readsInput = false
    var parentheses = 0
    /// The depth of BEGIN and CASE in a function body in standard SQL, where semicolons end nothing.
    var blocks = 0

    var isFunction: Bool {
      guard words.first == "create" else { return false }
      let rest = words.dropFirst().starts(with: ["or", "replace"]) ? words.dropFirst(3) : words.dropFirst(1)
      return rest.first == "function" || rest.first == "procedure"
    }
  }

  init(_ bytes: UnsafeRawBufferPointer) { lexer = SQLLexer(script: bytes) }

  mutating func next() -> Event? {
    while events.isEmpty {
      if let token = copies.isEmpty ? lexer.next() : lexer.nextOnLine() {
        take(token)
      } else {
        let isAtEnd = lexer.at >= lexer.end
        if isAtEnd { endStatement() }
        takeCopies()
        if isAtEnd { break }
      }
    }
    return events.isEmpty ? nil : events.removeFirst()
  }

  private mutating func take(_ token: SQLToken) {
    switch token.kind {
    case .command: return command(token)
    case .separator: return endStatement()
    case .symbol(UInt8(ascii: ";")):
      if statement.parentheses == 0, statement.blocks == 0 { endStatement() }
      return
    default: break
    }
    statement.start = statement.start ?? token.range.lowerBound
    statement.end = token.range.upperBound
    if token.isSymbol("(") { statement.parentheses += 1 }
    if token.isSymbol(")") { statement.parentheses = max(0, statement.parentheses - 1) }
    if token.isString, statement.literal == nil {
      statement.literal = lexer.value(of: token).map { String(decoding: $0.prefix(1000), as: UTF8.self) }
    }
    if var copy = statement.copy {
      switch copy.take(token, lexer) {
      case .goesOn: statement.copy = copy
      case .isNone: statement.copy = nil
      case .leads(let source):
        statement.copy = nil
        statement.readsInput = source == .input
      }
    }
    if token.kind == .word { word(token) }
  }

  private mutating func word(_ token: SQLToken) {
    guard statement.words.count < 8 || statement.isFunction else { return }
    let word = lexer.lowercased(token.range)
    if statement.words.isEmpty, word == "copy" { statement.copy = CopyStatement() }
    if statement.words.count < 8 { statement.words.append(word) }
    guard statement.isFunction, statement.parentheses == 0 else { return }
    if word == "begin" || word == "case" && statement.blocks > 0 { statement.blocks += 1 }
    if word == "end" { statement.blocks = max(0, statement.blocks - 1) }
  }

  private mutating func endStatement() {
    defer { statement = Statement() }
    guard let start = statement.start, !statement.words.isEmpty else { return }
    let mark = mark(from: start)
    events.append(.statement(words: statement.words, literal: statement.literal, mark, start..<statement.end))
    if statement.readsInput { copies.append(mark) }
  }

  private mutating func mark(from start: Int) -> PsqlScript.Mark {
    let bytes = lexer.bytes
    let line = bytes[start..<min(lexer.at, start + 60)]
    let end = line.firstIndex { $0 == 0x0a || $0 == 0x0d || $0 == UInt8(ascii: ";") } ?? line.endIndex
    return PsqlScript.Mark(
      line: lines.line(at: start, in: bytes), text: String(decoding: bytes[start..<end], as: UTF8.self))
  }

  /// Skips the data of the COPY statements, each of which ends with a line `\.`.
  private mutating func takeCopies() {
    for mark in copies {
      let rows = lexer.passRows()
      events.append(.copyData(mark, hasEnd: rows.map { $0.upperBound < lexer.end } ?? false))
    }
    copies = []
  }

  // MARK: psql commands

  private mutating func command(_ token: SQLToken) {
    let name = String(decoding: lexer.bytes[token.content], as: UTF8.self)
    var reader = CommandArguments(&lexer)
    var arguments: [String] = []
    if CommandArguments.takesLine(name) {
      let line = reader.wholeLine()
      let inner = SQLLexer(lexer.bytes, at: line.lowerBound, end: line.upperBound, isScript: true)
      if CommandArguments.isCopy(name), PsqlScriptReader.readsInput(inner) {
        copies.append(mark(from: token.range.lowerBound))
      }
    } else {
      while let argument = reader.next(dropsSemicolons: true) {
        // Empty where it is not known before psql runs.
        arguments.append(argument.text ?? "")
      }
    }
    let end = reader.at
    reader.passCommandEnd()
    lexer.at = reader.at
    // These commands send the statement before them.
    if name.hasPrefix("g") || name == "crosstabview" || name == "watch" { endStatement() }
    if name == "r" || name == "reset" { statement = Statement() }
    let range = token.range.lowerBound..<end
    events.append(.command(name: name, arguments: arguments, mark(from: range.lowerBound), range))
  }

  private static func readsInput(_ line: SQLLexer) -> Bool {
    var (line, copy) = (line, CopyStatement())
    while let token = line.next() {
      switch copy.take(token, line) {
      case .goesOn: continue
      case .isNone: return false
      case .leads(let source): return source == .input
      }
    }
    return false
  }
}
