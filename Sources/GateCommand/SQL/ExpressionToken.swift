/// A token of an expression as the server writes it: what a condition, a default or a bound is made of.
enum ExpressionToken: Equatable, Sendable {
  /// A keyword or an unquoted name, in lower case.
  case word(String)
  /// A quoted name.
  case name(String)
  case string(String)
  case number(String)
  /// An operator such as `<=` or `~*`, or one of `()[],.`; a cast is `::`.
  case symbol(String)

  /// The tokens of a text.
  static func tokens(_ text: String) -> [ExpressionToken] {
    var text = text
    return text.withUTF8 { buffer in
      let bytes = UnsafeRawBufferPointer(buffer)
      var lexer = SQLLexer(bytes, isScript: false)
      var tokens: [ExpressionToken] = []
      var end = -1
      func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
      while let token = lexer.next() {
        switch token.kind {
        case .word: tokens.append(.word(lexer.lowercased(token.range)))
        case .quotedName: tokens.append(.name(string(lexer.value(of: token) ?? [])))
        case .number: tokens.append(.number(string(Array(bytes[token.range]))))
        case .symbol(let byte):
          let symbol = String(Unicode.Scalar(byte))
          if token.range.lowerBound == end, isOperator(symbol), case .symbol(let last)? = tokens.last,
            isOperator(last)
          {
            tokens[tokens.count - 1] = .symbol(last + symbol)
          } else {
            tokens.append(.symbol(symbol))
          }
        default:
          tokens.append(token.isString ? .string(string(lexer.wholeValue(of: token))) : .symbol("?"))
        }
        end = token.range.upperBound
      }
      return joined(tokens)
    }
  }

  private static func isOperator(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { "+-*/<>=~!@#%^&|`?:".contains($0) }
  }

  /// Numbers with a fraction or an exponent in one piece.
  private static func joined(_ tokens: [ExpressionToken]) -> [ExpressionToken] {
    var result: [ExpressionToken] = []
    for token in tokens {
      if case .number(let digits) = token, result.count >= 2, result[result.count - 1] == .symbol("."),
        case .number(let whole) = result[result.count - 2]
      {
        result.removeLast(2)
        result.append(.number("\(whole).\(digits)"))
      } else {
        result.append(token)
      }
    }
    return result
  }

  /// The name that the token may be; nil for others.
  var identifier: String? {
    switch self {
    case .word(let text), .name(let text): text
    default: nil
    }
  }
}

extension [ExpressionToken] {
  /// The tokens without casts: `(status)::text = 'a'::text` is `(status) = 'a'`.
  var withoutCasts: [ExpressionToken] {
    var result: [ExpressionToken] = []
    var at = 0
    while at < count {
      guard self[at] == .symbol("::") else {
        result.append(self[at])
        at += 1
        continue
      }
      at += 1
      skipType(&at)
    }
    return result
  }

  private static let typeWords: Set<String> = ["varying", "precision", "without", "with", "time", "zone"]

  private func skipType(_ at: inout Int) {
    guard at < count, self[at].identifier != nil else { return }
    at += 1
    while at + 1 < count, self[at] == .symbol("."), self[at + 1].identifier != nil { at += 2 }
    func skipModifier() {
      guard at < count, self[at] == .symbol("("), let close = self[at...].firstIndex(of: .symbol(")")) else { return }
      at = close + 1
    }
    skipModifier()
    while at < count, case .word(let word) = self[at], Self.typeWords.contains(word) { at += 1 }
    skipModifier()
    while at + 1 < count, self[at] == .symbol("["), self[at + 1] == .symbol("]") { at += 2 }
  }

  /// The tokens without parentheses around all of them.
  var unwrapped: [ExpressionToken] {
    var slice = self[...]
    while slice.first == .symbol("("), Array(slice).closing(0) == slice.count - 1 {
      slice = slice.dropFirst().dropLast()
    }
    return Array(slice)
  }

  /// The place of the parenthesis that closes the one at `open`.
  func closing(_ open: Int) -> Int? {
    var depth = 0
    for at in open..<count {
      if self[at] == .symbol("(") { depth += 1 }
      if self[at] == .symbol(")") {
        depth -= 1
        if depth == 0 { return at }
      }
    }
    return nil
  }

  /// The parts between a word that stands outside of all parentheses.
  func split(at word: String) -> [[ExpressionToken]] {
    var parts: [[ExpressionToken]] = [[]]
    var depth = 0
    for token in self {
      if token == .symbol("(") { depth += 1 }
      if token == .symbol(")") { depth -= 1 }
      if depth == 0, token == .word(word) { parts.append([]) } else { parts[parts.count - 1].append(token) }
    }
    return parts
  }
}
