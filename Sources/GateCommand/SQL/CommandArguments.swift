/// Reads the arguments of psql's backslash commands.
///
/// Source: PostgreSQL's `psqlscanslash.l`, and `copy.c` of psql.
struct CommandArguments {
  private let bytes: UnsafeRawBufferPointer
  /// The position after what was read so far.
  private(set) var at: Int
  private let end: Int

  /// An argument as psql would take it.
  struct Argument {
    var value: [UInt8] = []
    /// The variables whose values become part of the argument.
    var variables: [String] = []
    /// Whether it runs a command in backquotes, whose output becomes part of the argument.
    var runsCommand = false
    /// Whether psql rejects it because of an unterminated quote.
    var isBroken = false
    /// The number of trailing bytes that were not quoted.
    fileprivate var bareTail = 0

    /// The text; nil where it is not known before psql runs.
    var text: String? {
      !variables.isEmpty || runsCommand || isBroken ? nil : String(decoding: value, as: UTF8.self)
    }
  }

  /// - Parameter at: the position after the command's name.
  init(_ bytes: UnsafeRawBufferPointer, at: Int, end: Int) {
    self.bytes = bytes
    self.at = at
    var lineEnd = at
    while lineEnd < end, bytes[lineEnd] != 0x0a { lineEnd += 1 }
    self.end = lineEnd
  }

  /// Starts with the arguments of a command whose name the lexer has just read.
  init(_ lexer: inout SQLLexer) {
    bytes = lexer.bytes
    at = lexer.at
    end = lexer.endOfLine()
  }

  /// Whether a command takes the rest of its line verbatim, including backslashes.
  static func takesLine(_ name: String) -> Bool {
    isCopy(name) || name.hasPrefix("!") || ["h", "help", "sf", "sf+", "sv", "sv+", "ef", "ev"].contains(name)
  }

  /// Whether this is `\\copy`, the one command whose name ignores case.
  static func isCopy(_ name: String) -> Bool { name.lowercased() == "copy" }

  /// The rest of the line, which some commands take whole.
  mutating func wholeLine() -> Range<Int> {
    passBlanks()
    defer { at = end }
    return at..<end
  }

  /// Skips the end of a command: the end of the line, or `\\`.
  ///
  /// The rest of the line after that is SQL again.
  mutating func passCommandEnd() {
    passBlanks()
    if at + 1 < end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "\\") { at += 2 }
  }

  /// The next argument; nil when there is none.
  ///
  /// - Parameter dropsSemicolons: whether psql removes semicolons from its end, as it does for file names.
  mutating func next(dropsSemicolons: Bool = false) -> Argument? {
    passBlanks()
    guard at < end, bytes[at] != UInt8(ascii: "\\") else { return nil }
    var argument = Argument()
    while at < end, !SQLLexer.isBlank(bytes[at]), bytes[at] != UInt8(ascii: "\\") {
      switch bytes[at] {
      case UInt8(ascii: "'"): quoted(&argument)
      case UInt8(ascii: "`"):
        argument.runsCommand = true
        passQuoted(UInt8(ascii: "`"), &argument)
      case UInt8(ascii: "\""):
        // The quotes stay, and blanks between them do not separate arguments.
        let start = at
        passQuoted(UInt8(ascii: "\""), &argument)
        argument.value += bytes[start..<at]
        argument.bareTail = 0
      case UInt8(ascii: ":") where isVariable():
        var end = at + 1
        while end < self.end, !SQLLexer.isVariablePart(bytes[end]), !SQLLexer.isBlank(bytes[end]) { end += 1 }
        let start = end
        while end < self.end, SQLLexer.isVariablePart(bytes[end]) { end += 1 }
        argument.variables.append(String(decoding: bytes[start..<end], as: UTF8.self))
        at += 1
      default:
        argument.value.append(bytes[at])
        argument.bareTail += 1
        at += 1
      }
    }
    while dropsSemicolons, argument.bareTail > 0, argument.value.last == UInt8(ascii: ";") {
      argument.value.removeLast()
      argument.bareTail -= 1
    }
    return argument
  }

  private mutating func passBlanks() {
    while at < end, SQLLexer.isBlank(bytes[at]) { at += 1 }
  }

  /// Whether a colon starts a variable that psql substitutes.
  private func isVariable() -> Bool {
    guard at + 1 < end else { return false }
    return SQLLexer.isVariablePart(bytes[at + 1]) || "'\"{".utf8.contains(bytes[at + 1])
  }

  private mutating func passQuoted(_ quote: UInt8, _ argument: inout Argument) {
    at += 1
    while at < end, bytes[at] != quote { at += 1 }
    if at < end { at += 1 } else { argument.isBroken = true }
  }

  /// Reads text in single quotes, which may contain escapes.
  private mutating func quoted(_ argument: inout Argument) {
    at += 1
    argument.bareTail = 0
    while at < end {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "'") {
        guard at < end, bytes[at] == byte else { return }
        argument.value.append(byte)
        at += 1
      } else if byte == UInt8(ascii: "\\"), at < end {
        escape(&argument)
      } else {
        argument.value.append(byte)
      }
    }
    argument.isBroken = true
  }

  private mutating func escape(_ argument: inout Argument) {
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "n"): argument.value.append(0x0a)
    case UInt8(ascii: "t"): argument.value.append(0x09)
    case UInt8(ascii: "b"): argument.value.append(0x08)
    case UInt8(ascii: "r"): argument.value.append(0x0d)
    case UInt8(ascii: "f"): argument.value.append(0x0c)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      at -= 1
      argument.value.append(number(base: 8, digits: 3))
    case UInt8(ascii: "x"): argument.value.append(number(base: 16, digits: 2))
    default: argument.value.append(byte)
    }
  }

  /// A byte given by its number.
  private mutating func number(base: UInt, digits: Int) -> UInt8 {
    let start = at
    var number: UInt = 0
    while at < end, at - start < digits,
      let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue, digit < Int(base)
    {
      number = number * base + UInt(digit)
      at += 1
    }
    return UInt8(truncatingIfNeeded: number)
  }
}
