/// The commands of psql.
extension ReachReader {
  mutating func command(_ token: SQLToken) {
    // psql rejects `\c;`, but it is meant as `\c`.
    let word = lexer.bytes[token.content].prefix(while: SQLLexer.isWordPart)
    let name = String(decoding: word.isEmpty ? lexer.bytes[token.content] : word, as: UTF8.self)
    if name.isEmpty, lexer.at < lexer.end, lexer.bytes[lexer.at] == UInt8(ascii: "\\") {
      // psql rejects two backslashes without a command before them. The rest is read all the same.
      lexer.at += 1
      return
    }
    var arguments = CommandArguments(&lexer)
    let sends = command(name, &arguments, token)
    while arguments.next() != nil {}
    arguments.passCommandEnd()
    lexer.at = arguments.at
    if sends { endStatement() }
  }

  /// - Returns: whether psql sends, or drops, the statement that it has read so far.
  private mutating func command(_ name: String, _ arguments: inout CommandArguments, _ token: SQLToken) -> Bool {
    switch name {
    case "c", "connect": findings.add(SeedReach(line: line(of: token), kind: .connect, what: "\\\(name)"))
    case "password": findings.add(SeedReach(line: line(of: token), kind: .alterRole, what: "\\password"))
    case "i", "include", "ir", "include_relative": include(arguments.next(dropsSemicolons: true), name, token)
    // The files that `\i` names from here on are elsewhere.
    case "cd": if arguments.next()?.text != nil { findings.changesDirectory = true }
    case _ where CommandArguments.takesLine(name):
      let line = arguments.wholeLine()
      if CommandArguments.isCopy(name) { clientCopy(line, token) }
    case "if", "elif", "else", "endif": findings.mayLackData = true
    case "set", "unset": set(&arguments, token)
    case "gset":
      // Any variable may be set, including ON_ERROR_STOP, and one may hold the name of the database.
      findings.mayLackData = true
      findings.keepsDatabaseName = findings.keepsDatabaseName || findings.asksForDatabase
      return true
    case "g", "gx", "gexec", "gdesc", "crosstabview", "watch", "r", "reset", "sendpipeline", "parse": return true
    default: break
    }
    return false
  }

  private mutating func include(_ argument: CommandArguments.Argument?, _ name: String, _ token: SQLToken) {
    guard let argument else { return }
    let isRelativeToFile = name == "ir" || name == "include_relative"
    let line = line(of: token)
    // The text does not show anyone's home directory.
    guard let path = argument.text, !path.hasPrefix("~") else {
      return findings.add(SeedReach(line: line, kind: .include, what: "\\\(name)"))
    }
    if path == "-" || path.isEmpty { return }
    let what = "\\\(name) \(path)"
    if findings.changesDirectory, !isRelativeToFile, !path.hasPrefix("/") {
      return findings.add(SeedReach(line: line, kind: .include, what: what))
    }
    findings.includes.append(
      ReachScan.Include(line: line, what: what, path: path, isRelativeToFile: isRelativeToFile))
  }

  private mutating func set(_ arguments: inout CommandArguments, _ token: SQLToken) {
    if let name = arguments.next() {
      if name.text == nil || name.text == "ON_ERROR_STOP" { findings.mayLackData = true }
      if name.text == nil || name.text == "DBNAME" { findings.hidesDatabaseName = true }
    }
    // The value of a variable may be run.
    var value: [UInt8] = []
    while let argument = arguments.next() { value += argument.value }
    let line = line(of: token)
    value.withUnsafeBytes { scan(SQLLexer($0, isScript: false), LineCounter(first: line, last: line), .text) }
  }

  /// Reads `\copy`, in which psql substitutes no variables.
  private mutating func clientCopy(_ range: Range<Int>, _ token: SQLToken) {
    let text = SQLLexer(lexer.bytes, at: range.lowerBound, end: range.upperBound, isScript: false)
    let line = line(of: token)
    let lines = LineCounter(at: range.lowerBound, first: line, last: line)
    var reader = ReachReader(text, lines: lines, .code, findings, depth: depth + 1)
    reader.statement.isClientCopy = true
    reader.statement.add(.word("copy"), line: line)
    reader.run()
    pendingData += reader.pendingData
  }
}
