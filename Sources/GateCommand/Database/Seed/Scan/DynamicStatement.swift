/// Reads the text for PL/pgSQL's EXECUTE if it is composed of literals, names and plain values.
///
/// An example is `format('CREATE TABLE part_%s PARTITION OF %I …', number, parent)`.
struct DynamicStatement {
  private let lexer: SQLLexer
  private let plainNames: PlainNames

  init(_ lexer: SQLLexer, _ plainNames: PlainNames) {
    self.lexer = lexer
    self.plainNames = plainNames
  }

  private typealias Tokens = ArraySlice<SQLToken>

  /// Placeholders for values that are known only when the statement runs.
  private enum Placeholder {
    /// A literal whose value is not known.
    static let literal = Array("U&''".utf8)
    static let name = Array("\"p\"".utf8)
    static let plain = Array("0".utf8)
  }

  /// The statement with placeholders; nil where more than a name or a value is unknown.
  func text(of tokens: ArraySlice<SQLToken>) -> [UInt8]? {
    // A limit, since handwritten code stays below it and nested parentheses are read again at each level.
    guard tokens.count <= 1000 else { return nil }
    var text: [UInt8] = []
    for part in parts(of: tokens, at: isConcatenation) {
      guard let piece = piece(part) else { return nil }
      text += piece
    }
    return text
  }

  private func piece(_ tokens: Tokens) -> [UInt8]? {
    let tokens = unwrapped(tokens)
    guard let first = tokens.first else { return nil }
    if tokens.count == 1, first.isString { return lexer.value(of: first) }
    if parts(of: tokens, at: isConcatenation).count > 1 { return text(of: tokens) }
    if let call = call(tokens) {
      switch call.name {
      case "quote_ident": return Placeholder.name
      case "quote_literal", "quote_nullable": return Placeholder.literal
      case "format": return formatted(call.arguments)
      default: break
      }
    }
    return isPlain(tokens) ? Placeholder.plain : nil
  }

  /// The tokens without the parentheses around all of them.
  private func unwrapped(_ tokens: Tokens) -> Tokens {
    var tokens = tokens
    while let first = tokens.first, first.isSymbol("("),
      end(ofParenthesesAt: tokens.startIndex, tokens) == tokens.endIndex
    {
      tokens = tokens.dropFirst().dropLast()
    }
    return tokens
  }

  /// The index after the parenthesis that closes this one.
  private func end(ofParenthesesAt start: Int, _ tokens: Tokens) -> Int? {
    var depth = 0
    for index in start..<tokens.endIndex {
      if tokens[index].isSymbol("(") { depth += 1 }
      if tokens[index].isSymbol(")") { depth -= 1 }
      if depth == 0 { return index + 1 }
    }
    return nil
  }

  private func isConcatenation(_ tokens: Tokens, _ index: Int) -> Int? {
    let next = index + 1
    guard tokens[index].isSymbol("|"), next < tokens.endIndex, tokens[next].isSymbol("|") else { return nil }
    return 2
  }

  private func isComma(_ tokens: Tokens, _ index: Int) -> Int? { tokens[index].isSymbol(",") ? 1 : nil }

  /// Splits tokens at separators outside parentheses.
  ///
  /// - Parameter separator: returns the number of tokens of the separator at an index, or nil for none.
  private func parts(of tokens: Tokens, at separator: (Tokens, Int) -> Int?) -> [Tokens] {
    var parts: [Tokens] = []
    var start = tokens.startIndex
    var index = start
    var depth = 0
    while index < tokens.endIndex {
      if tokens[index].isSymbol("(") || tokens[index].isSymbol("[") { depth += 1 }
      if tokens[index].isSymbol(")") || tokens[index].isSymbol("]") { depth -= 1 }
      if depth == 0, let length = separator(tokens, index) {
        parts.append(tokens[start..<index])
        index += length
        start = index
      } else {
        index += 1
      }
    }
    return parts + [tokens[start...]]
  }

  /// The parts of `name(arguments)`, with or without pg_catalog.
  private func call(_ tokens: Tokens) -> (name: String, arguments: Tokens)? {
    var tokens = tokens
    if tokens.count > 2, word(tokens.first) == "pg_catalog", tokens[tokens.startIndex + 1].isSymbol(".") {
      tokens = tokens.dropFirst(2)
    }
    guard tokens.count > 2, let name = word(tokens.first), tokens[tokens.startIndex + 1].isSymbol("("),
      end(ofParenthesesAt: tokens.startIndex + 1, tokens) == tokens.endIndex
    else { return nil }
    return (name, tokens.dropFirst(2).dropLast())
  }

  private func word(_ token: SQLToken?) -> String? {
    token.flatMap { $0.kind == .word ? lexer.lowercased($0.range) : nil }
  }

  // MARK: format()

  private func formatted(_ tokens: Tokens) -> [UInt8]? {
    let arguments = parts(of: tokens, at: isComma)
    guard let first = arguments.first, let format = piece(first), !usesPlaceholders(first) else { return nil }
    var text: [UInt8] = []
    var next = 0
    var index = 0
    while index < format.count {
      let byte = format[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        text.append(byte)
        continue
      }
      guard let directive = FormatDirective(format, &index) else { return nil }
      switch directive.conversion {
      case UInt8(ascii: "%"): text.append(byte)
      case UInt8(ascii: "I"):
        text += Placeholder.name
        next = (directive.position ?? next) + 1
      case UInt8(ascii: "L"):
        text += Placeholder.literal
        next = (directive.position ?? next) + 1
      case UInt8(ascii: "s"):
        let position = directive.position ?? next
        next = position + 1
        guard arguments.indices.contains(position + 1), let value = piece(arguments[position + 1]) else { return nil }
        text += value
      default: return nil
      }
    }
    return text
  }

  /// Whether the format itself is more than literals.
  private func usesPlaceholders(_ tokens: Tokens) -> Bool {
    !tokens.allSatisfy { $0.isString || $0.isSymbol("|") || $0.isSymbol("(") || $0.isSymbol(")") }
  }

  // MARK: Plain values

  /// Functions that return numbers, dates, or texts without punctuation if their arguments are plain.
  private static let plainFunctions: Set<String> = [
    "abs", "ceil", "date_part", "date_trunc", "extract", "floor", "greatest", "least", "length", "lpad", "md5", "mod",
    "round", "rpad", "to_char", "to_date", "trunc", "random", "now", "make_date", "coalesce", "current_date",
    "current_timestamp", "pg_catalog",
  ]
  private static let plainTypes = PlainNames.types.union(["text", "varchar"])

  /// Whether the text of a value cannot be a statement, because it consists of numbers, dates and the like.
  private func isPlain(_ tokens: Tokens) -> Bool {
    var isAfterCast = false
    for token in tokens {
      defer { isAfterCast = token.isSymbol(":") }
      switch token.kind {
      case .number: continue
      case .symbol(let byte): if !"()+-*/%,.:|".utf8.contains(byte) { return false }
      case .string:
        // A pattern of to_char, a number or an interval.
        let plain = lexer.bytes[token.content].allSatisfy { SQLLexer.isVariablePart($0) || " .:-_".utf8.contains($0) }
        guard plain else { return false }
      case .word:
        let word = lexer.lowercased(token.range)
        let isKnown =
          isAfterCast
          ? DynamicStatement.plainTypes.contains(word)
          : plainNames.contains(word) || DynamicStatement.plainFunctions.contains(word)
            || PlainNames.types.contains(word) || ["from", "as", "month", "year", "day", "epoch"].contains(word)
        guard isKnown else { return false }
      default: return false
      }
    }
    return true
  }
}
