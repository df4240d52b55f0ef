/// Scans the text of a seed for its dependencies; see `SeedScan`.
struct SeedScanner {
  enum Kind {
    /// A file that psql runs.
    case script
    /// Statements that the server gets.
    case statements
    /// The body of a function or of DO.
    case body
  }

  var lexer: SQLLexer
  let kind: Kind
  var result = SeedScan()

  /// The first words of the current statement, in lower case.
  var head: [String] = []
  var copy: CopyStatement?
  /// The statement given to EXECUTE, as far as it was read.
  var dynamic: [SQLToken]?
  var dynamicDepth = 0
  /// The meaning of the next name or value.
  var expected: Expectation?
  /// The number of COPY statements whose rows follow the line on which the statement ends.
  var pendingInputs = 0
  /// Whether rows follow a `\copy`, which needs no end of statement.
  var copiesRows = false
  var parentheses = 0
  /// The depth of BEGIN ATOMIC and the CASEs in it.
  var atomicDepth = 0
  /// The depth of nested `\if`.
  var conditions = 0
  /// The number of tokens read after COPY in literals, limited because many of them would be read repeatedly.
  var tokensAhead = 0
  /// The number of texts that this one is nested in.
  let depth: Int
  static let maximumDepth = 20
  /// PL/pgSQL variables whose text is a number, a date or the like.
  lazy var plainNames = PlainNames(lexer.bytes)

  enum Expectation {
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
    // The text continues elsewhere: in a variable, or after `||`.
    if copy?.awaitsSource == true { result.prevent(SeedScan.unseenName) }
  }

  mutating func take(_ token: SQLToken) {
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

  /// Passes the token to the constructs being followed.
  mutating func follow(_ token: SQLToken) {
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

  // MARK: Files

  mutating func rows(from source: CopyStatement.Source) {
    switch source {
    case .file(let name?):
      let path = String(decoding: name, as: UTF8.self)
      // The server would look up a relative path in its data directory.
      guard path.hasPrefix("/") else { return result.prevent(SeedScan.unseenName) }
      include(path, isRelativeToFile: false, isScript: false)
    case .file(nil): result.prevent(SeedScan.unseenName)
    case .input where kind == .script:
      // Rows are not scanned, so there must be no doubt that they are rows.
      if head.first == "copy" {
        pendingInputs += 1
      } else {
        result.prevent("it copies rows, but no COPY statement was recognized")
      }
    case .input: break
    case .program: result.prevent("it copies from a program")
    case .output: result.prevent("it copies into a file or a program")
    case .client: break
    }
  }

  mutating func include(_ path: String, isRelativeToFile: Bool, isScript: Bool) {
    // The text does not show the user's home; a line feed would not fit into a note.
    if path.isEmpty || path.hasPrefix("~") || path.utf8.contains(where: { $0 < 0x20 }) {
      return result.prevent(SeedScan.unseenName)
    }
    let include = SeedScan.Include(path: path, isRelativeToFile: isRelativeToFile, isScript: isScript)
    if !result.includes.contains(include) { result.includes.append(include) }
  }
}
