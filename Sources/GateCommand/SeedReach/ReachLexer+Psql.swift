/// psql's own commands and variables.
extension ReachLexer {
  mutating func metaCommand() {
    at += 1
    guard let first = peek() else { return }
    if first == UInt8(ascii: "\\") {
      at += 1
      return
    }
    if first == UInt8(ascii: ";") {
      at += 1
      return endStatement()
    }
    if first == UInt8(ascii: "!") { return skipLine() }
    let start = at
    while let byte = peek(), ReachLexer.isWord(byte) { at += 1 }
    let name = String(decoding: bytes[start..<at], as: UTF8.self)
    switch name {
    case "c", "connect":
      findings.add(SeedReach(line: line, kind: .connect, what: "\\\(name)"))
      skipArguments()
    case "password":
      findings.add(SeedReach(line: line, kind: .alterRole, what: "\\password"))
      skipArguments()
    case "i", "include", "ir", "include_relative": include(name)
    case "cd":
      // What `\i` names from here on is elsewhere.
      if arguments().first ?? nil != nil { findings.changesDirectory = true }
    case "copy":
      let start = at
      skipLine()
      clientCopy(start..<at)
    case "ef", "ev", "e", "edit", "sf", "sv", "h", "help", "?": skipLine()
    case "if", "elif", "else", "endif":
      findings.mayLackData = true
      skipArguments()
    case "set", "unset": set()
    case "gset":
      // Any variable may be set, ON_ERROR_STOP too, and one may hold the name of the database.
      findings.mayLackData = true
      findings.keepsDatabaseName = findings.keepsDatabaseName || findings.asksForDatabase
      endStatement()
      skipArguments()
    case "g", "gx", "gexec", "gdesc", "crosstabview", "watch", "r", "reset", "sendpipeline", "parse":
      endStatement()
      skipArguments()
    default: skipArguments()
    }
  }

  /// Passes over the arguments of a command, up to the next command or the end of the line.
  private mutating func skipArguments() { _ = arguments() }

  /// The arguments of a command, up to the next one or the end of the line; nil for what its text does not tell.
  private mutating func arguments() -> [String?] {
    var all: [String?] = []
    var current: [UInt8] = []
    var (isBegun, isKnown) = (false, true)
    func finish() {
      if isBegun { all.append(isKnown ? String(decoding: current, as: UTF8.self) : nil) }
      current = []
      (isBegun, isKnown) = (false, true)
    }
    loop: while let byte = peek(), byte != UInt8(ascii: "\n") {
      switch byte {
      case UInt8(ascii: "\\"): break loop
      case let byte where byte <= 0x20:
        finish()
        at += 1
        continue
      case UInt8(ascii: "'"): quotedArgument(into: &current)
      case UInt8(ascii: "`"), UInt8(ascii: "\""):
        if byte == UInt8(ascii: "`") { isKnown = false }
        repeat {
          current.append(bytes[at])
          at += 1
        } while at < bytes.count && bytes[at] != byte && bytes[at] != UInt8(ascii: "\n")
        if peek() == byte { at += 1 }
        current.append(byte)
      default:
        // A variable, or the home directory of somebody.
        if byte == UInt8(ascii: ":") || byte == UInt8(ascii: "~") && !isBegun { isKnown = false }
        current.append(byte)
        at += 1
      }
      isBegun = true
    }
    finish()
    return all
  }

  /// In single quotes. Backslashes are escapes; those that are numbers make a file that is not there.
  private mutating func quotedArgument(into text: inout [UInt8]) {
    at += 1
    while let byte = peek(), byte != UInt8(ascii: "\n") {
      at += 1
      if byte == UInt8(ascii: "'") {
        guard peek() == byte else { return }
        at += 1
      } else if byte == UInt8(ascii: "\\"), let escaped = peek(), escaped != UInt8(ascii: "\n") {
        at += 1
        text.append("nt".utf8.contains(escaped) ? 0x20 : escaped)
        continue
      }
      text.append(byte)
    }
  }

  private mutating func include(_ name: String) {
    let line = line
    let isRelativeToFile = name == "ir" || name == "include_relative"
    let words = arguments()
    guard let word = words.first else { return }
    var path = word ?? ""
    while path.hasSuffix(";") { path.removeLast() }
    if path == "-" || word != nil && path.isEmpty { return }
    let what = "\\\(name)" + (path.isEmpty ? "" : " \(path)")
    if word == nil || findings.changesDirectory && !isRelativeToFile && !path.hasPrefix("/") {
      return findings.add(SeedReach(line: line, kind: .include, what: what))
    }
    findings.includes.append(
      ReachScan.Include(line: line, what: what, path: path, isRelativeToFile: isRelativeToFile))
  }

  private mutating func set() {
    let line = line
    let words = arguments()
    if let name = words.first {
      if name == nil || name == "ON_ERROR_STOP" { findings.mayLackData = true }
      if name == nil || name == "DBNAME" { findings.hidesDatabaseName = true }
    }
    // What a variable holds may be run.
    let value = words.dropFirst().map { $0 ?? "" }.joined()
    var text = value
    text.withUTF8 { scan(UnsafeRawBufferPointer($0), line, .text) }
  }

  private mutating func clientCopy(_ range: Range<Int>) {
    var words = Array("copy ".utf8)
    words += bytes[range]
    words.withUnsafeBytes { text in
      var lexer = ReachLexer(text, line: line, .code, findings, depth: depth + 1)
      lexer.statement.isClientCopy = true
      lexer.run()
      pendingData += lexer.pendingData
    }
  }

  // MARK: Names that are put in

  /// `%I`, `%1$s` of `format()`; whether there is one.
  @discardableResult
  mutating func formatHole() -> Bool {
    var end = at + 1
    while end < bytes.count,
      (0x30...0x39).contains(bytes[end]) || bytes[end] == UInt8(ascii: "$") || bytes[end] == UInt8(ascii: "-")
    {
      end += 1
    }
    guard end < bytes.count, "IsL".utf8.contains(bytes[end]) else {
      add(.other)
      at += 1
      return false
    }
    add(.hole)
    at = end + 1
    return true
  }

  /// `:name`, `:'name'`, `:"name"` of psql; `::type` and `:=` are none.
  mutating func variable() {
    at += 1
    guard let next = peek() else { return }
    if next == UInt8(ascii: ":") || next == UInt8(ascii: "=") {
      at += 1
      return add(.other)
    }
    let quote: UInt8? = next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") ? next : nil
    var start = quote == nil ? at : at + 1
    if next == UInt8(ascii: "{") { start = at }
    var end = start
    while end < bytes.count, ReachLexer.isWord(bytes[end]) { end += 1 }
    // A quote that begins no variable begins a string.
    guard end > start, quote == nil || end < bytes.count && bytes[end] == quote else { return add(.other) }
    let name = bytes[start..<end]
    at = quote == nil ? end : end + 1
    let isOwn = name.elementsEqual("DBNAME".utf8) && !findings.hidesDatabaseName
    if isOwn { findings.asksForDatabase = true }
    add(isOwn ? .ownDatabase : .hole)
  }
}
