/// Follows the tokens of `COPY table (columns) FROM source …` one by one, starting after the word COPY.
///
/// Tokens that do not continue as a COPY does end it, so a column of that name does no harm.
struct CopyStatement {
  /// The source or target of the rows.
  enum Source: Equatable {
    /// A file that the server reads; nil where the text does not name it.
    case file([UInt8]?)
    /// Rows that follow in the script, or come from the client.
    case input
    case program
    /// A file or a program that the server writes to.
    case output
    /// The client, for `COPY … TO STDOUT`.
    case client
  }

  enum Progress {
    case goesOn
    case isNone
    case leads(Source)
  }

  private enum State {
    case table, afterName, inParentheses(depth: Int), direction, source, target
  }

  private var state = State.table

  /// Whether the next token names the source of the rows.
  var awaitsSource: Bool {
    if case .source = state { return true }
    return false
  }

  mutating func take(_ token: SQLToken, _ lexer: SQLLexer) -> Progress {
    switch state {
    case .table:
      if token.isSymbol("(") {
        state = .inParentheses(depth: 1)
      } else if token.kind == .word, ["from", "to"].contains(lexer.lowercased(token.range)) {
        // `SELECT copy FROM …`: a table of that name would be in quotes.
        return .isNone
      } else if isName(token) {
        state = .afterName
      } else {
        return .isNone
      }
    case .afterName:
      if token.isSymbol("(") {
        state = .inParentheses(depth: 1)
      } else if token.isSymbol(".") {
        state = .table
      } else if isName(token) {
        // `COPY BINARY table`, or any word other than FROM and TO.
        return direct(token, lexer, else: .afterName)
      } else {
        return .isNone
      }
    case .inParentheses(let depth):
      if token.isSymbol("(") { state = .inParentheses(depth: depth + 1) }
      if token.isSymbol(")") { state = depth == 1 ? .direction : .inParentheses(depth: depth - 1) }
    case .direction: return direct(token, lexer, else: nil)
    case .source: return source(token, lexer).map { .leads($0) } ?? .isNone
    case .target:
      if token.kind == .word, ["stdout", "stdin"].contains(lexer.lowercased(token.range)) { return .leads(.client) }
      return .leads(.output)
    }
    return .goesOn
  }

  private func isName(_ token: SQLToken) -> Bool {
    switch token.kind {
    case .word, .quotedName, .variable, .quotedVariable: true
    default: false
    }
  }

  private mutating func direct(_ token: SQLToken, _ lexer: SQLLexer, else other: State?) -> Progress {
    switch token.kind == .word ? lexer.lowercased(token.range) : "" {
    case "from": state = .source
    case "to": state = .target
    default:
      guard let other else { return .isNone }
      state = other
    }
    return .goesOn
  }

  /// The source; nil for a token that no COPY has there, as in `… copy this from there`.
  private func source(_ token: SQLToken, _ lexer: SQLLexer) -> Source? {
    switch token.kind {
    case .word:
      switch lexer.lowercased(token.range) {
      case "stdin", "stdout": return .input
      case "program": return .program
      default: return nil
      }
    case .symbol, .quotedName, .separator, .command: return nil
    default: return .file(lexer.value(of: token))
    }
  }
}
