import Reporting

/// Reads the text of a seed for what it depends on; see `SeedScan`.
struct SeedScanner {
  enum Kind {
    /// A file that psql runs.
    case script
    /// Statements that the server gets.
    case statements
    /// The body of a function or of DO.
    case body
  }

  private var lexer: SQLLexer
  private let kind: Kind
  private(set) var result = SeedScan()

  /// The first words of the current statement, in lower case.
  private var head: [String] = []
  private var copy: CopyStatement?
  /// The statement that EXECUTE was given, as far as it was read.
  private var dynamic: [SQLToken]?
  private var dynamicDepth = 0
  /// What the next name or value tells.
  private var expected: Expectation?
  /// COPYs from the script, whose rows follow the line on which their statement ends.
  private var pendingInputs = 0
  /// Whether rows follow a `\copy`, which needs no statement's end.
  private var copiesRows = false
  private var parentheses = 0
  /// BEGIN ATOMIC and the CASEs in it.
  private var atomicDepth = 0
  /// `\if` within `\if`.
  private var conditions = 0
  /// Where the line of the last command ends.
  private var lineEnd = -1
  /// How many texts this one is in.
  private let depth: Int
  private static let maximumDepth = 20
  /// The tokens behind each COPY in a literal: very many of them would be read over and over.
  private var tokensAhead = 0
  /// Variables of PL/pgSQL whose text is a number, a date or the like.
  private lazy var plainNames = PlainNames(lexer.bytes)

  private enum Expectation {
    case language, `extension`, standardStrings, encoding
  }

  init(_ lexer: SQLLexer, _ kind: Kind, depth: Int = 0) {
    self.lexer = lexer
    self.kind = kind
    self.depth = depth
  }

  mutating func run() {
    guard depth < SeedScanner.maximumDepth else { return result.prevent("its code is nested too deep") }
    while let token = lexer.next() { take(token) }
    endDynamic()
    // The text goes on elsewhere: in a variable, or behind `||`.
    if copy?.awaitsSource == true { result.prevent(SeedScan.unseenName) }
  }

  private mutating func take(_ token: SQLToken) {
    follow(token)
    switch token.kind {
    case .word: word(token)
    case .quotedName(let hasEscapes):
      if hasEscapes { result.prevent("it has names with Unicode escapes") }
      name(lexer.value(of: token).map { String(decoding: $0, as: UTF8.self) } ?? "")
    case .string, .escapeString, .dollarString, .unreadString: literal(token)
    case .variable: variable(token)
    case .quotedVariable:
      if String(decoding: lexer.bytes[token.content], as: UTF8.self) == "HOST" { result.prevent("it uses :HOST") }
    case .separator: endStatement(isSent: false)
    case .command: command(token)
    case .symbol(let byte): symbol(byte)
    case .number:
      if let expected {
        self.expected = nil
        meet(expected, lexer.lowercased(token.range))
      }
    case .parameter: break
    }
  }

  /// Hands the token to what is being followed.
  private mutating func follow(_ token: SQLToken) {
    if var copy {
      switch copy.take(token, lexer) {
      case .goesOn: self.copy = copy
      case .isNone: self.copy = nil
      case .leads(let source):
        self.copy = nil
        rows(from: source)
      }
    }
    if dynamic != nil { followDynamic(token) }
  }

  // MARK: Statements

  private mutating func symbol(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "("): parentheses += 1
    case UInt8(ascii: ")"): parentheses = max(0, parentheses - 1)
    case UInt8(ascii: ";"): endStatement(isSent: parentheses == 0 && atomicDepth == 0)
    default: break
    }
  }

  /// - Parameter isSent: whether psql sends what it has read so far.
  private mutating func endStatement(isSent: Bool) {
    endDynamic()
    head = []
    copy = nil
    expected = nil
    if isSent { send() }
  }

  private mutating func send() {
    parentheses = 0
    atomicDepth = 0
    guard kind == .script, pendingInputs > 0 else { return }
    passInputs()
  }

  /// Passes the rows of `COPY … FROM STDIN`, which begin on the next line.
  private mutating func passInputs() {
    defer { pendingInputs = 0 }
    if conditions > 0 { result.prevent("it has rows for COPY inside \\if") }
    // psql would go on with the rest of the line behind the rows.
    let rest = lexer.at
    lexer.passLineToEnd()
    var line = SQLLexer(lexer.bytes, at: rest, end: lexer.at, isScript: false)
    line.passBlanks()
    if line.at < line.end { return result.prevent("a statement follows COPY … FROM STDIN on its line") }
    for _ in 0..<pendingInputs {
      if let rows = lexer.passRows(), DataScan.readsClock(lexer.bytes[rows]) { result.readsClock = true }
    }
  }

  private mutating func word(_ token: SQLToken) {
    let beginsWord = head.count < 4
    guard beginsWord || expected != nil || SeedVocabulary.mayMean(lexer.bytes, token.range) || atomicDepth > 0 else {
      return
    }
    let word = lexer.lowercased(token.range)
    if let expected {
      self.expected = nil
      meet(expected, word)
    }
    if kind == .script, parentheses == 0 { followAtomic(word) }
    if beginsWord {
      head.append(word)
      beginning()
    }
    switch SeedVocabulary.meaning(of: word) {
    case .clock: result.readsClock = true
    case .clockFunction: if lexer.isFollowed(by: UInt8(ascii: "(")) { result.readsClock = true }
    case .outside: result.prevent("it uses \(word)")
    case .runsText: result.prevent("it runs a text as a statement, with \(word)")
    case .grammar: grammar(word)
    case nil: break
    }
  }

  /// psql does not take the semicolons inside `BEGIN ATOMIC … END` for the end of the statement.
  private mutating func followAtomic(_ word: String) {
    let isRoutine = head.first == "create" && head.contains { $0 == "function" || $0 == "procedure" }
    switch word {
    case "begin" where isRoutine: atomicDepth += 1
    case "case" where atomicDepth > 0: atomicDepth += 1
    case "end" where atomicDepth > 0: atomicDepth -= 1
    default: break
    }
  }

  private mutating func beginning() {
    switch (head.first, head.dropFirst().first) {
    case ("alter", "system") where head.count == 2:
      // It counts from the server's next start, and keeping a cluster starts it anew.
      result.prevent("it uses ALTER SYSTEM")
    case ("create", let object?) where ["server", "subscription", "tablespace"].contains(object) && head.count == 2:
      result.prevent("it uses CREATE \(object.uppercased())")
    case ("import", "foreign") where head.count == 2: result.prevent("it uses IMPORT FOREIGN SCHEMA")
    case ("load", nil) where lexer.isFollowed(by: UInt8(ascii: "'")): result.prevent("it uses LOAD")
    case ("create", "extension"):
      if head.count == 2 { expected = .extension }
      if head.count > 2, ["if", "not"].contains(head.last) { expected = .extension }
    case ("set", "names") where head.count == 2: expected = .encoding
    default: break
    }
  }

  private mutating func grammar(_ word: String) {
    switch word {
    case "copy": copy = CopyStatement()
    case "execute" where kind == .body && dynamic == nil:
      dynamic = []
      dynamicDepth = 0
    case "language": if makesCode { expected = .language }
    case "standard_conforming_strings": expected = .standardStrings
    case "client_encoding": expected = .encoding
    case "begin", "then", "else", "loop":
      guard kind == .body else { return }
      endDynamic()
      head = []
    default: break
    }
  }

  private mutating func name(_ name: String) {
    if let expected {
      self.expected = nil
      meet(expected, name)
    } else if SeedVocabulary.meaning(of: name.lowercased()) == .outside {
      result.prevent("it uses \(name.lowercased())")
    }
  }

  /// Takes the word, the name or the text that was waited for.
  private mutating func meet(_ expectation: Expectation, _ value: String) {
    let value = value.lowercased()
    switch expectation {
    case .language:
      if !SeedVocabulary.languages.contains(value) { result.prevent("it has code in \(value)") }
    case .extension:
      if ["if", "not", "exists"].contains(value) {
        expected = .extension
      } else if SeedVocabulary.meaning(of: value) == .outside {
        result.prevent("it uses \(value)")
      } else if !SeedVocabulary.extensions.contains(value) {
        result.prevent("it uses the extension \(value), of which plangate does not know what it reads")
      }
    case .standardStrings:
      if value == "to" || value == "from" {
        expected = .standardStrings
      } else if !["on", "true", "1", "default", "current"].contains(value) {
        result.prevent("it turns standard_conforming_strings off")
      }
    case .encoding:
      if value == "to" || value == "from" {
        expected = .encoding
      } else if value != "current", !SeedVocabulary.isPlainEncoding(value) {
        result.prevent("it is in the encoding \(value)")
      }
    }
  }

  // MARK: Literals

  private mutating func literal(_ token: SQLToken) {
    let value = lexer.value(of: token)
    if let expected {
      self.expected = nil
      meet(expected, value.map { String(decoding: $0, as: UTF8.self) } ?? "")
      return
    }
    guard token.range.count > 4 else { return }
    if isCode(token) {
      guard let value else { return result.prevent("it has code whose text is not read") }
      value.withUnsafeBytes { add(SeedScanner(SQLLexer($0, isScript: false), .body, depth: depth + 1)) }
      if SeedVocabulary.isClockDate(value) { result.readsClock = true }
      return
    }
    if let value {
      if SeedVocabulary.isClockDate(value) { result.readsClock = true }
      if let name = ["standard_conforming_strings", "client_encoding"].first(where: { value.elementsEqual($0.utf8) }) {
        result.prevent("it names the setting \(name) in a text")
      }
    }
    // What EXECUTE is given is read as a statement.
    if dynamic == nil { text(token.content) }
  }

  /// Whether a text is the body of a function.
  private func isCode(_ token: SQLToken) -> Bool {
    if kind == .body, token.kind == .dollarString { return true }
    return makesCode
  }

  /// Whether the statement is DO, or makes a function, a procedure or a language.
  private var makesCode: Bool {
    if head.first == "do" { return true }
    guard head.first == "create" else { return false }
    let object = head.dropFirst().first { !["or", "replace"].contains($0) }
    return ["function", "procedure", "language", "trusted", "procedural"].contains(object)
  }

  private mutating func add(_ scanner: SeedScanner) {
    var scanner = scanner
    scanner.run()
    result.add(scanner.result)
  }

  /// Looks through a text that is data: a function that is not known may run it as a statement.
  private mutating func text(_ range: Range<Int>) {
    let bytes = lexer.bytes
    var at = range.lowerBound
    while at < range.upperBound {
      guard SQLLexer.isWordStart(bytes[at]) else {
        at += 1
        continue
      }
      let start = at
      while at < range.upperBound, SQLLexer.isWordPart(bytes[at]) { at += 1 }
      guard SeedVocabulary.mayMean(bytes, start..<at) else { continue }
      let word = lexer.lowercased(start..<at)
      switch SeedVocabulary.meaning(of: word) {
      case .outside: result.prevent("it uses \(word)")
      case .clock where kind == .body: result.readsClock = true
      case .clockFunction where kind == .body: result.readsClock = true
      case .grammar where word == "copy" && result.obstacle == nil: copied(in: at..<range.upperBound)
      default: break
      }
    }
  }

  private mutating func copied(in range: Range<Int>) {
    var inner = SQLLexer(lexer.bytes, at: range.lowerBound, end: range.upperBound, isScript: false)
    var copy = CopyStatement()
    while let token = inner.next() {
      tokensAhead += 1
      guard tokensAhead < 1_000_000 + lexer.bytes.count else { return result.prevent(SeedScan.unseenName) }
      switch copy.take(token, inner) {
      case .goesOn: continue
      case .isNone: return
      // Quotes in a literal are doubled, so that a name in it is not read here.
      case .leads(.file): return result.prevent(SeedScan.unseenName)
      case .leads(let source): return rows(from: source)
      }
    }
    if copy.awaitsSource { result.prevent(SeedScan.unseenName) }
  }

  // MARK: COPY

  private mutating func rows(from source: CopyStatement.Source) {
    switch source {
    case .file(let name?):
      let path = String(decoding: name, as: UTF8.self)
      // A relative one would be looked up in the data directory.
      guard path.hasPrefix("/") else { return result.prevent(SeedScan.unseenName) }
      include(path, isRelativeToFile: false, isScript: false)
    case .file(nil): result.prevent(SeedScan.unseenName)
    case .input: if kind == .script { pendingInputs += 1 }
    case .program: result.prevent("it copies from a program")
    case .output: result.prevent("it copies into a file or a program")
    case .client: break
    }
  }

  private mutating func include(_ path: String, isRelativeToFile: Bool, isScript: Bool) {
    // The user's home is not in the text; a line feed would not fit into a note.
    if path.isEmpty || path.hasPrefix("~") || path.utf8.contains(where: { $0 < 0x20 }) {
      return result.prevent(SeedScan.unseenName)
    }
    let include = SeedScan.Include(path: path, isRelativeToFile: isRelativeToFile, isScript: isScript)
    if !result.includes.contains(include) { result.includes.append(include) }
  }

  // MARK: Statements that are put together

  private mutating func followDynamic(_ token: SQLToken) {
    if dynamic?.isEmpty == true, token.kind == .word,
      ["function", "procedure", "on"].contains(lexer.lowercased(token.range))
    {
      // Of a trigger, or a privilege.
      dynamic = nil
      return
    }
    if token.isSymbol("(") { dynamicDepth += 1 }
    if token.isSymbol(")") { dynamicDepth -= 1 }
    let ends: Set<String> = ["into", "using", "loop"]
    if dynamicDepth <= 0, token.isSymbol(";") || token.kind == .word && ends.contains(lexer.lowercased(token.range)) {
      return endDynamic()
    }
    dynamic?.append(token)
  }

  private mutating func endDynamic() {
    guard let tokens = dynamic else { return }
    dynamic = nil
    guard !tokens.isEmpty else { return }
    guard let text = DynamicStatement(lexer, plainNames).text(of: tokens[...]) else {
      return result.prevent("it runs a statement that is not in its text, with EXECUTE")
    }
    text.withUnsafeBytes { add(SeedScanner(SQLLexer($0, isScript: false), .statements, depth: depth + 1)) }
  }

  // MARK: psql

  private mutating func variable(_ token: SQLToken) {
    let name = String(decoding: lexer.bytes[token.content], as: UTF8.self)
    result.insertedVariables.insert(name)
    if name == "HOST" { result.prevent("it uses :HOST") }
    // Words grow together: `pg_read:rest`.
    let neighbours = [token.range.lowerBound - 1, token.range.upperBound].filter(lexer.bytes.indices.contains)
    if neighbours.contains(where: { SQLLexer.isWordPart(lexer.bytes[$0]) || lexer.bytes[$0] == UInt8(ascii: ":") }) {
      result.joinedVariables.insert(name)
    }
    // It may be the word COPY.
    if copy == nil { copy = CopyStatement() }
  }

  private mutating func command(_ token: SQLToken) {
    let name = String(decoding: lexer.bytes[token.content], as: UTF8.self)
    if lexer.at > lineEnd {
      lineEnd = lexer.at
      while lineEnd < lexer.end, lexer.bytes[lineEnd] != 0x0a { lineEnd += 1 }
    }
    var arguments = CommandArguments(lexer.bytes, at: lexer.at, lineEnd: lineEnd)
    let sends = command(name, &arguments)
    // psql drops the arguments that a command does not take; a quote among them is none of SQL's.
    readOnly(&arguments)
    arguments.passCommandEnd()
    lexer.at = arguments.at
    if sends {
      endStatement(isSent: true)
    } else if copiesRows {
      copiesRows = false
      passInputs()
    }
  }

  /// - Returns: whether psql sends the statement that it has read so far.
  private mutating func command(_ name: String, _ arguments: inout CommandArguments) -> Bool {
    switch name {
    case "i", "include": run(arguments.next(dropsSemicolons: true), isRelativeToFile: false)
    case "ir", "include_relative": run(arguments.next(dropsSemicolons: true), isRelativeToFile: true)
    case "lo_import":
      // The kernel follows links before "..", psql's other commands do not.
      guard let path = arguments.next(dropsSemicolons: true)?.text, !path.contains("..") else {
        result.prevent(SeedScan.unseenName)
        break
      }
      include(path, isRelativeToFile: false, isScript: false)
    case _ where name.lowercased() == "copy": psqlCopy(arguments.wholeLine())
    case "set": set(&arguments)
    case "gset":
      result.storesResults = true
      readOnly(&arguments)
      return true
    case "g", "gx":
      // In parentheses are options for printing.
      if let argument = arguments.next(), argument.text?.hasPrefix("(") != true {
        result.prevent("it writes a file or runs a program with \\\(name)")
      }
      readOnly(&arguments)
      return true
    case "gdesc", "crosstabview":
      readOnly(&arguments)
      return true
    case "c", "connect": connect(&arguments)
    case "o", "out", "w", "write", "s", "lo_export":
      if arguments.next() != nil { result.prevent("it writes a file with \\\(name)") }
    case "encoding":
      if let argument = arguments.next(), argument.text.map(SeedVocabulary.isPlainEncoding) != true {
        result.prevent("it is in another encoding")
      }
    case "if":
      conditions += 1
      readOnly(&arguments)
    case "endif":
      conditions = max(0, conditions - 1)
      readOnly(&arguments)
    case "h", "help", "sf", "sf+", "sv", "sv+": _ = arguments.wholeLine()
    case _ where SeedScanner.harmless.contains(name) || SeedScanner.describes(name): readOnly(&arguments)
    case "": break
    case _ where name.hasPrefix("!"): result.prevent("it uses \\!")
    default: result.prevent("it uses \\\(name)")
    }
    return false
  }

  private mutating func connect(_ arguments: inout CommandArguments) {
    var count = 0
    while let argument = arguments.next() {
      count += 1
      // A database, and perhaps a user; a host would follow.
      guard let text = argument.text, count < 3, !text.contains("="), !text.contains("://") else {
        return result.prevent("it connects to what is not in its text")
      }
    }
  }

  /// Commands that show something, set how results are printed, or steer psql.
  private static let harmless: Set<String> = [
    "?", "a", "bind", "bind_named", "C", "close_prepared", "conninfo", "copyright", "echo", "elif", "else",
    "errverbose", "f", "H", "html", "l", "l+", "list", "p", "parse", "print", "pset", "q", "qecho", "quit", "r",
    "reset", "restrict", "setenv", "t", "T", "timing", "unrestrict", "unset", "warn", "x", "z",
  ]

  /// `\dt+` and its like.
  private static func describes(_ name: String) -> Bool {
    name.hasPrefix("d") && name.count <= 6 && name.allSatisfy { $0.isLetter && $0.isASCII || $0 == "+" }
  }

  /// Passes arguments that are shown, or that switch something.
  private mutating func readOnly(_ arguments: inout CommandArguments) {
    while let argument = arguments.next() {
      if argument.runsCommand { result.prevent("it runs a command in backquotes") }
    }
  }

  private mutating func run(_ file: CommandArguments.Argument?, isRelativeToFile: Bool) {
    // Without a name psql refuses it.
    guard let file else { return }
    guard let path = file.text else { return result.prevent(SeedScan.unseenName) }
    include(path, isRelativeToFile: isRelativeToFile, isScript: true)
  }

  private mutating func set(_ arguments: inout CommandArguments) {
    guard let name = arguments.next() else { return }
    if name.runsCommand { return result.prevent("it runs a command in backquotes") }
    guard let name = name.text, name.utf8.allSatisfy(SQLLexer.isVariablePart) else {
      return result.prevent("it sets a variable whose name is not in its text")
    }
    if ["SINGLELINE", "SINGLESTEP"].contains(name) { return result.prevent("it uses \\set \(name)") }
    result.setVariables.insert(name)
    var value: [UInt8] = []
    var isRead = true
    while let argument = arguments.next() {
      if argument.runsCommand { result.prevent("it runs a command in backquotes") }
      if argument.variables.contains("HOST") { result.prevent("it uses :HOST") }
      isRead = isRead && argument.text != nil
      value += argument.value
    }
    if SeedVocabulary.isClockDate(value) { result.readsClock = true }
    let isWord = value.allSatisfy { SQLLexer.isVariablePart($0) || $0 == UInt8(ascii: ".") }
    let word = String(decoding: value, as: UTF8.self).lowercased()
    if !isRead || !isWord || SeedVocabulary.isFollowed(word) { result.unreadVariables.insert(name) }
  }

  /// `\copy … from file`, in which psql puts no variables.
  private mutating func psqlCopy(_ line: Range<Int>) {
    var inner = SQLLexer(lexer.bytes, at: line.lowerBound, end: line.upperBound, isScript: false)
    var copy = CopyStatement()
    while true {
      // Behind FROM stands a word up to the next blank or semicolon, not a token of SQL.
      if copy.awaitsSource { return psqlSource(inner.at..<line.upperBound) }
      guard let token = inner.next() else { return }
      switch copy.take(token, inner) {
      case .goesOn: continue
      case .isNone: return result.prevent(SeedScan.unseenName)
      case .leads(.client): return
      case .leads: return result.prevent("it copies into a file or a program")
      }
    }
  }

  private mutating func psqlSource(_ range: Range<Int>) {
    let bytes = lexer.bytes
    let text = bytes[range].drop { SQLLexer.isBlank($0) }
    guard let first = text.first else { return }
    let quote = UInt8(ascii: "'")
    if first == quote {
      var inner = SQLLexer(bytes, at: text.startIndex, end: range.upperBound, isScript: false)
      guard let token = inner.next(), token.kind == .string, let value = inner.value(of: token) else {
        return result.prevent(SeedScan.unseenName)
      }
      return include(String(decoding: value, as: UTF8.self), isRelativeToFile: false, isScript: false)
    }
    let word = text.prefix { !SQLLexer.isBlank($0) && $0 != UInt8(ascii: ";") }
    guard !word.contains(where: { $0 == quote || $0 == UInt8(ascii: "\\") }) else {
      return result.prevent(SeedScan.unseenName)
    }
    switch lexer.lowercased(word.startIndex..<word.endIndex) {
    case "stdin":
      pendingInputs += 1
      copiesRows = true
    case "pstdin": break
    case "program": result.prevent("it copies from a program")
    default: include(String(decoding: word, as: UTF8.self), isRelativeToFile: false, isScript: false)
    }
  }
}

extension SQLLexer {
  /// Whether this byte comes next, blanks and comments aside.
  func isFollowed(by byte: UInt8) -> Bool {
    var ahead = self
    ahead.passBlanks()
    return ahead.at < end && bytes[ahead.at] == byte
  }

  /// Up to the end of the line, which psql knows by the line feed alone.
  mutating func passLineToEnd() {
    while at < end, bytes[at] != 0x0a { at += 1 }
  }

  /// Passes rows for COPY from the next line on, with the `\.` that ends them.
  ///
  /// - Returns: the rows; nil at the end of the text.
  mutating func passRows() -> Range<Int>? {
    guard at < self.end else { return nil }
    if bytes[at] == 0x0a { at += 1 }
    let start = at
    while at < end {
      let line = at
      passLineToEnd()
      var lineEnd = at
      if lineEnd > line, bytes[lineEnd - 1] == 0x0d { lineEnd -= 1 }
      let isLast = lineEnd - line == 2 && bytes[line] == UInt8(ascii: "\\") && bytes[line + 1] == UInt8(ascii: ".")
      if isLast { return start..<line }
      if at < end { at += 1 }
    }
    return start..<end
  }
}
