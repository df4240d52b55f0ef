/// The variables and backslash commands of psql.
extension SeedScanner {
  mutating func variable(_ token: SQLToken) {
    let name = String(decoding: lexer.bytes[token.content], as: UTF8.self)
    result.insertedVariables.insert(name)
    if name == "HOST" { result.prevent("it uses :HOST") }
    // Adjacent words merge: `pg_read:rest`.
    let neighbours = [token.range.lowerBound - 1, token.range.upperBound].filter(lexer.bytes.indices.contains)
    if neighbours.contains(where: { SQLLexer.isWordPart(lexer.bytes[$0]) || lexer.bytes[$0] == UInt8(ascii: ":") }) {
      result.joinedVariables.insert(name)
    }
    // It may be the word COPY.
    if copy == nil { copy = CopyStatement() }
  }

  mutating func command(_ token: SQLToken) {
    let name = String(decoding: lexer.bytes[token.content], as: UTF8.self)
    var arguments = CommandArguments(&lexer)
    let sends = command(name, &arguments)
    // psql drops the arguments that a command does not take; a quote among them is not SQL's.
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
  mutating func command(_ name: String, _ arguments: inout CommandArguments) -> Bool {
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
    case _ where CommandArguments.isCopy(name): psqlCopy(arguments.wholeLine())
    case "set": set(&arguments)
    case "gset":
      result.storesResults = true
      readOnly(&arguments)
      return true
    case "unset":
      if arguments.next()?.text == "ON_ERROR_STOP" { result.prevent("it continues after errors") }
      readOnly(&arguments)
    case "g", "gx":
      // Parentheses hold options for printing.
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

  mutating func connect(_ arguments: inout CommandArguments) {
    var count = 0
    while let argument = arguments.next() {
      count += 1
      // A database, and perhaps a user; a third argument would be a host.
      guard let text = argument.text, count < 3, !text.contains("="), !text.contains("://") else {
        return result.prevent("it connects to a database that its text does not name")
      }
    }
  }

  /// Commands that show something, set how results are printed, or control psql.
  static let harmless: Set<String> = [
    "?", "a", "bind", "bind_named", "C", "close_prepared", "conninfo", "copyright", "echo", "elif", "else",
    "errverbose", "f", "H", "html", "l", "l+", "list", "p", "parse", "print", "pset", "q", "qecho", "quit", "r",
    "reset", "restrict", "setenv", "t", "T", "timing", "unrestrict", "warn", "x", "z",
  ]

  /// Whether the command is `\dt+` or similar.
  static func describes(_ name: String) -> Bool {
    name.hasPrefix("d") && name.count <= 6 && name.allSatisfy { $0.isLetter && $0.isASCII || $0 == "+" }
  }

  /// Skips arguments that are displayed or switch something.
  mutating func readOnly(_ arguments: inout CommandArguments) {
    while let argument = arguments.next() {
      if argument.runsCommand { result.prevent("it runs a command in backquotes") }
    }
  }

  mutating func run(_ file: CommandArguments.Argument?, isRelativeToFile: Bool) {
    // psql rejects the command without a name.
    guard let file else { return }
    guard let path = file.text else { return result.prevent(SeedScan.unseenName) }
    include(path, isRelativeToFile: isRelativeToFile, isScript: true)
  }

  mutating func set(_ arguments: inout CommandArguments) {
    guard let name = arguments.next() else { return }
    if name.runsCommand { return result.prevent("it runs a command in backquotes") }
    guard let name = name.text, name.utf8.allSatisfy(SQLLexer.isVariablePart) else {
      return result.prevent("it sets a variable that its text does not name")
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
    let isOn = ["", "1", "on", "true"].contains(String(decoding: value, as: UTF8.self).lowercased())
    if name == "ON_ERROR_STOP", !isRead || !isOn {
      result.prevent("it continues after errors")
    }
    let isWord = value.allSatisfy { SQLLexer.isVariablePart($0) || $0 == UInt8(ascii: ".") }
    let word = String(decoding: value, as: UTF8.self).lowercased()
    if !isRead || !isWord || SeedVocabulary.isFollowed(word) { result.unreadVariables.insert(name) }
  }

  /// Reads `\copy … from file`, in which psql substitutes no variables.
  mutating func psqlCopy(_ line: Range<Int>) {
    var inner = SQLLexer(lexer.bytes, at: line.lowerBound, end: line.upperBound, isScript: false)
    var copy = CopyStatement()
    while true {
      // FROM is followed by a word up to the next blank or semicolon, not by an SQL token.
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

  mutating func psqlSource(_ range: Range<Int>) {
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
