/// A token of SQL as psql and the server split it, with the range of bytes that it covers.
struct SQLToken: Equatable {
  enum Kind: Equatable {
    /// A keyword or an unquoted name.
    case word
    /// A quoted name: `"name"`, or `U&"name"` with `hasEscapes`.
    case quotedName(hasEscapes: Bool)
    /// A string literal, `'text'`.
    case string
    /// `E'text'`, or any string in which backslashes are escapes.
    case escapeString
    /// A literal whose value is not read here: `U&'…'`, or one that continues on the next line.
    case unreadString
    /// A dollar-quoted string, `$tag$text$tag$`.
    case dollarString
    case number
    /// A parameter, `$1`.
    case parameter
    /// psql's `:name`, which inserts a value's text into the statement.
    case variable
    /// psql's `:'name'` and `:"name"`, which insert it as a literal or a name, and `:{?name}`.
    case quotedVariable
    /// psql's `\;`, which separates statements without sending them.
    case separator
    /// A backslash and the name of a psql command; its arguments follow.
    case command
    /// Any other character.
    case symbol(UInt8)
  }

  let kind: Kind
  /// The range of the whole token.
  let range: Range<Int>
  /// The range between its quotes, or of the name of a variable or a command.
  let content: Range<Int>

  init(_ kind: Kind, _ range: Range<Int>, content: Range<Int>? = nil) {
    self.kind = kind
    self.range = range
    self.content = content ?? range
  }

  func isSymbol(_ character: Character) -> Bool {
    if case .symbol(let byte) = kind { return byte == character.asciiValue }
    return false
  }

  var isString: Bool {
    switch kind {
    case .string, .escapeString, .unreadString, .dollarString: true
    default: false
    }
  }
}
