/// What an SQL file of the seed rests on besides its own bytes, as far as its text tells.
///
/// It errs on the side of too much: a word in a string literal counts like one in a statement.
struct SeedScan: Equatable, Sendable {
  /// A file that it reads.
  struct Include: Equatable, Sendable {
    let path: String
    /// Relative to the including file; else to where psql runs.
    let isRelativeToFile: Bool
    /// Whether psql runs it, so that it can read files in its turn.
    let isScript: Bool
  }

  var includes: [Include] = []
  /// Whether rows may hold the time at which they were made.
  var readsClock = false
  /// What makes its result rest on something that cannot be seen, nil for nothing.
  var obstacle: String?

  init() {}

  init(_ text: String) {
    var text = text
    self = text.withUTF8 { SeedScan(UnsafeRawBufferPointer($0)) }
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    var scanner = Scanner(bytes: bytes)
    scanner.run()
    self = scanner.result
  }

  /// Words that are the clock wherever they stand.
  fileprivate static let clock: Set<String> = [
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "clock_timestamp",
    "statement_timestamp", "transaction_timestamp", "timeofday",
  ]
  /// Functions that read the clock, where an argument list follows.
  fileprivate static let clockFunctions: Set<String> = ["now", "age"]
  /// Words at the start of a string literal that are the clock as a date: 'now', 'today 08:00'.
  fileprivate static let clockLiterals: Set<String> = ["now", "today", "tomorrow", "yesterday"]
  /// What reads files of the server or other servers.
  fileprivate static let outside: Set<String> = [
    "pg_read_file", "pg_read_binary_file", "pg_ls_dir", "pg_stat_file", "lo_import", "dblink", "dblink_connect",
    "postgres_fdw", "file_fdw", "plpython3u", "plperlu", "pltclu",
  ]
  /// All words that mean something.
  fileprivate static let words = clock.union(clockFunctions).union(clockLiterals).union(outside)
    .union(["copy", "alter", "create"])
}

private struct Scanner {
  let bytes: UnsafeRawBufferPointer
  var result = SeedScan()
  private var at = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func run() {
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\\") {
        metaCommand()
      } else if Scanner.isWord(byte) {
        word()
      } else {
        at += 1
      }
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  // MARK: Words

  private mutating func word() {
    let start = at
    while at < bytes.count, Scanner.isWord(bytes[at]) { at += 1 }
    // Few words of a large file are worth a closer look.
    guard (3...21).contains(at - start), Scanner.initials & (1 << UInt32(bytes[start] & 0x1f)) != 0 else { return }
    let word = lowercased(start..<at)
    if SeedScan.words.contains(word), isInComment(start) { return }
    if SeedScan.clock.contains(word)
      || SeedScan.clockFunctions.contains(word) && next(after: at) == UInt8(ascii: "(")
      || SeedScan.clockLiterals.contains(word) && beginsLiteral(start..<at)
    {
      result.readsClock = true
    } else if SeedScan.outside.contains(word) {
      result.obstacle = result.obstacle ?? "it uses \(word)"
    } else if word == "copy" {
      if beginsStatement(start) { copy(to: statementEnd, isServer: true) }
    } else if word == "create", let object = followingWord(at), object == "server" || object == "subscription" {
      result.obstacle = result.obstacle ?? "it uses CREATE \(object.uppercased())"
    } else if word == "alter", followingWord(at) == "system" {
      // It counts from the server's next start, and keeping a cluster starts it anew.
      result.obstacle = result.obstacle ?? "it uses ALTER SYSTEM"
    }
  }

  /// The letters that the words begin with, a bit each.
  private static let initials: UInt32 = {
    SeedScan.words.reduce(0) { $0 | 1 << UInt32(($1.utf8.first ?? 0) & 0x1f) }
  }()

  private func lowercased(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether the line begins with `--` and holds nothing before the word that could end a text in which it stands.
  private func isInComment(_ word: Int) -> Bool {
    var start = word
    while start > 0, bytes[start - 1] != UInt8(ascii: "\n") {
      start -= 1
      guard word - start < 1000, !Scanner.quotes.contains(bytes[start]) else { return false }
    }
    let text = bytes[start..<word].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return text.starts(with: "--".utf8)
  }

  private static let quotes: Set<UInt8> = Set("'\"$\\".utf8)

  private func next(after index: Int) -> UInt8? {
    var index = index
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index < bytes.count ? bytes[index] : nil
  }

  private func followingWord(_ index: Int) -> String? {
    var words = Words(bytes: bytes, at: index, end: min(bytes.count, index + 200))
    return words.next()?.text.lowercased()
  }

  private func beginsLiteral(_ range: Range<Int>) -> Bool {
    range.lowerBound > 0 && bytes[range.lowerBound - 1] == UInt8(ascii: "'") && range.upperBound < bytes.count
      && [UInt8(ascii: "'"), UInt8(ascii: " ")].contains(bytes[range.upperBound])
  }

  // MARK: COPY

  private var statementEnd: Int { end(before: UInt8(ascii: ";"), within: 20_000) }

  private var lineEnd: Int { end(before: UInt8(ascii: "\n"), within: 100_000) }

  private func end(before byte: UInt8, within limit: Int) -> Int {
    var end = at
    while end < min(bytes.count, at + limit), bytes[end] != byte { end += 1 }
    return end
  }

  /// Whether a word can begin a statement: in a text, a comment or a list of columns it cannot.
  private func beginsStatement(_ start: Int) -> Bool {
    var index = start - 1
    while index >= 0, bytes[index] == 0x20 || bytes[index] == 0x09 { index -= 1 }
    // Behind a quote or a dollar stands a statement that is put together; behind a slash a comment may end.
    if index < 0 || bytes[index] == 0x0a || bytes[index] == 0x0d || ";'$(/>".utf8.contains(bytes[index]) { return true }
    var first = index
    while first > 0, Scanner.isWord(bytes[first - 1]) { first -= 1 }
    // PL/pgSQL on one line.
    return ["begin", "then", "else", "loop"].contains(lowercased(first..<index + 1))
  }

  /// `… FROM 'file'`, `… FROM STDIN`; for psql's `\copy` the quotes may be missing. Whatever else stands there reads
  /// something that cannot be seen.
  private mutating func copy(to end: Int, isServer: Bool) {
    var index = at
    var depth = 0
    while index < end {
      switch bytes[index] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "/") where index + 1 < end && bytes[index + 1] == UInt8(ascii: "*"):
        index = commentEnd(index, end)
        continue
      case let byte where Scanner.isWord(byte):
        let start = index
        while index < end, Scanner.isWord(bytes[index]) { index += 1 }
        // A query in parentheses has a FROM of its own.
        guard depth <= 0 else { continue }
        switch lowercased(start..<index) {
        case "to": return
        case "from": return copySource(index, end, isServer: isServer)
        default: continue
        }
      default: break
      }
      index += 1
    }
  }

  private func commentEnd(_ start: Int, _ end: Int) -> Int {
    var index = start + 2
    while index + 1 < end, bytes[index] != UInt8(ascii: "*") || bytes[index + 1] != UInt8(ascii: "/") { index += 1 }
    return min(index + 2, end)
  }

  private mutating func copySource(_ start: Int, _ end: Int, isServer: Bool) {
    var words = Words(bytes: bytes, at: start, end: end)
    guard let source = words.next() else { return }
    let word = source.text.lowercased().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    if source.isQuoted, !source.text.hasPrefix("'") {
      include(source.text, isRelativeToFile: false, isScript: false)
    } else if word == "stdin" || word == "pstdin" {
      return
    } else if word == "program" {
      result.obstacle = result.obstacle ?? "it copies from a program"
    } else if isServer || source.isQuoted {
      // A variable of psql, a literal of another form, a name that is put together.
      result.obstacle = result.obstacle ?? Scanner.unseenName
    } else {
      include(source.text, isRelativeToFile: false, isScript: false)
    }
  }

  // MARK: psql

  private mutating func metaCommand() {
    at += 1
    let start = at
    while at < bytes.count, Scanner.isWord(bytes[at]) { at += 1 }
    let name = String(decoding: bytes[start..<at], as: UTF8.self)
    if name.isEmpty {
      if at < bytes.count, bytes[at] == UInt8(ascii: "!") { result.obstacle = result.obstacle ?? "it uses \\!" }
      return
    }
    let end = lineEnd
    var words = Words(bytes: bytes, at: at, end: end)
    switch name {
    case "i", "include": if let word = words.next() { include(word.text, isRelativeToFile: false, isScript: true) }
    case "ir", "include_relative":
      if let word = words.next() { include(word.text, isRelativeToFile: true, isScript: true) }
    case "lo_import": if let word = words.next() { include(word.text, isRelativeToFile: false, isScript: false) }
    case "copy": copy(to: end, isServer: false)
    case "getenv", "cd", "prompt": result.obstacle = result.obstacle ?? "it uses \\\(name)"
    case "set", "setenv", "echo", "qecho", "warn", "if", "elif", "c", "connect", "g", "gx", "o", "out":
      if bytes[at..<end].contains(UInt8(ascii: "`")) {
        result.obstacle = result.obstacle ?? "it runs a command in backquotes"
      }
    default: break
    }
  }

  private static let unseenName = "it reads a file whose name is not in its text"

  private mutating func include(_ path: String, isRelativeToFile: Bool, isScript: Bool) {
    if path.isEmpty { return }
    // A colon is where psql puts a variable's value; a line feed would not fit into a note.
    if path.contains("`") || path.contains(":") || path.hasPrefix("~")
      || path.utf8.contains(where: { $0 < 0x20 })
    {
      result.obstacle = result.obstacle ?? Scanner.unseenName
      return
    }
    let include = SeedScan.Include(path: path, isRelativeToFile: isRelativeToFile, isScript: isScript)
    if !result.includes.contains(include) { result.includes.append(include) }
  }
}

/// The words of a line, those in single quotes as one.
private struct Words {
  let bytes: UnsafeRawBufferPointer
  var at: Int
  let end: Int

  mutating func next() -> (text: String, isQuoted: Bool)? {
    while at < end, bytes[at] <= 0x20 { at += 1 }
    guard at < end else { return nil }
    var word: [UInt8] = []
    let quote = UInt8(ascii: "'")
    if bytes[at] == quote {
      at += 1
      while at < end {
        if bytes[at] == quote {
          // A doubled quote is one of the text.
          guard at + 1 < end, bytes[at + 1] == quote else { break }
          at += 1
        }
        word.append(bytes[at])
        at += 1
      }
      at += 1
      return (String(decoding: word, as: UTF8.self), true)
    }
    while at < end, bytes[at] > 0x20 {
      word.append(bytes[at])
      at += 1
    }
    return (String(decoding: word, as: UTF8.self), false)
  }
}
