/// A token of SQL as psql and the server split it, with the bytes of the text that it covers.
struct SQLToken: Equatable {
  enum Kind: Equatable {
    /// A keyword or an unquoted name.
    case word
    /// `"name"`, and `U&"name"` with `hasEscapes`.
    case quotedName(hasEscapes: Bool)
    /// `'text'`.
    case string
    /// `E'text'`, or any text in which backslashes are escapes.
    case escapeString
    /// A literal whose value is not read here: `U&'…'`, or one that goes on in the next line.
    case unreadString
    /// `$tag$text$tag$`.
    case dollarString
    case number
    /// `$1`.
    case parameter
    /// psql's `:name`, which puts a value's text into the statement.
    case variable
    /// psql's `:'name'` and `:"name"`, which put it there as a literal or a name, and `:{?name}`.
    case quotedVariable
    /// psql's `\;`, which parts statements without sending them.
    case separator
    /// A backslash and the name of a psql command; its arguments follow.
    case command
    /// Any other character.
    case symbol(UInt8)
  }

  let kind: Kind
  /// All of it.
  let range: Range<Int>
  /// Between its quotes; the name of a variable or a command.
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
