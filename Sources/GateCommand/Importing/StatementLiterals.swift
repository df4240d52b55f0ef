/// The literals of a statement, which may stand for parameters.
struct StatementLiterals {
  struct Literal: Equatable {
    let range: Range<Int>
    let value: String
    /// Whether a parameter means the same in its place.
    let isSafe: Bool
    /// `interval` for `interval '1 day'`, which is part of the range.
    var type: String?
    let isNumber: Bool
  }

  let bytes: [UInt8]
  private(set) var literals: [Literal] = []
  /// The largest `$n` of the text.
  private(set) var parameterCount = 0

  private static let typeNames: Set<String> = ["interval", "date", "time", "timestamp", "timestamptz"]
  private static let beforeNumbers: Set<String> = ["limit", "offset", "between", "and", "like"]

  init(_ text: String) {
    bytes = Array(text.utf8)
    let bytes = bytes
    bytes.withUnsafeBytes { read($0) }
  }

  private mutating func read(_ buffer: UnsafeRawBufferPointer) {
    let lexer = SQLLexer(buffer, isScript: false)
    let tokens = Array(SQLTokens(buffer))
    // For each open parenthesis, whether it lists values; and the last clause.
    var lists: [Bool] = []
    var clause = ""
    var at = 0
    while at < tokens.count {
      let token = tokens[at]
      let previous = at > 0 ? tokens[at - 1] : nil
      let word = previous.flatMap { $0.kind == .word ? lexer.lowercased($0.range) : nil }
      switch token.kind {
      case .word:
        let text = lexer.lowercased(token.range)
        if ["select", "from", "where", "values", "order", "group", "returning", "on", "set"].contains(text) {
          clause = text
        }
      case .symbol(UInt8(ascii: "(")): lists.append(word == "in" || clause == "values")
      case .symbol(UInt8(ascii: ")")): _ = lists.popLast()
      case .parameter:
        parameterCount = max(parameterCount, Int(String(decoding: buffer[token.range].dropFirst(), as: UTF8.self)) ?? 0)
      case .number:
        at = readNumber(at, tokens, buffer, isInList: lists.last ?? false, after: word)
      case .string, .escapeString, .unreadString, .dollarString:
        // `B'101'` is one literal of two tokens.
        let isPrefixed = previous?.kind == .word && previous?.range.upperBound == token.range.lowerBound
        let value = String(decoding: lexer.wholeValue(of: token), as: UTF8.self)
        var literal = Literal(range: token.range, value: value, isSafe: !isPrefixed, isNumber: false)
        if let word, StatementLiterals.typeNames.contains(word), let start = previous?.range.lowerBound {
          literal = Literal(
            range: start..<token.range.upperBound, value: value, isSafe: true, type: word, isNumber: false)
        }
        literals.append(literal)
      default: break
      }
      at += 1
    }
  }

  /// - Returns: the position of the number's last token.
  private mutating func readNumber(
    _ first: Int, _ tokens: [SQLToken], _ buffer: UnsafeRawBufferPointer, isInList: Bool, after word: String?
  ) -> Int {
    func isAdjacent(_ at: Int) -> Bool {
      at < tokens.count && tokens[at - 1].range.upperBound == tokens[at].range.lowerBound
    }
    var (last, isWhole) = (first, true)
    if isAdjacent(last + 1), tokens[last + 1].isSymbol(".") {
      last += 1
      if isAdjacent(last + 1), tokens[last + 1].kind == .number { last += 1 }
    }
    if isAdjacent(last + 1), tokens[last + 1].kind == .word { isWhole = false }
    var start = tokens[first].range.lowerBound
    var previous = first > 0 ? tokens[first - 1] : nil
    if previous?.isSymbol("-") == true, first > 1, let sign = previous {
      let before = tokens[first - 2]
      if before.isSymbol("=") || before.isSymbol("<") || before.isSymbol(">") || before.isSymbol("(")
        || before.isSymbol(",")
      {
        (start, previous) = (sign.range.lowerBound, before)
      }
    }
    let isCompared = ["=", "<", ">"].contains { previous?.isSymbol($0) == true }
    let isListed = isInList && (previous?.isSymbol("(") == true || previous?.isSymbol(",") == true)
    let isSafe = isWhole && (isCompared || isListed || word.map(StatementLiterals.beforeNumbers.contains) ?? false)
    let range = start..<tokens[last].range.upperBound
    literals.append(
      Literal(
        range: range, value: String(decoding: buffer[range], as: UTF8.self), isSafe: isSafe, isNumber: true))
    return last
  }

  /// The text with a mark for each literal.
  var skeleton: [UInt8] {
    var output: [UInt8] = []
    var rest = 0
    for literal in literals {
      output += bytes[rest..<literal.range.lowerBound] + [literal.isNumber ? 1 : 2]
      rest = literal.range.upperBound
    }
    return output + bytes[rest...]
  }

  /// The text with parameters for some literals, numbered behind those that it has.
  func text(replacing chosen: Set<Int>) -> String {
    var output: [UInt8] = []
    var (rest, number) = (0, parameterCount)
    for (index, literal) in literals.enumerated() where chosen.contains(index) {
      number += 1
      output += bytes[rest..<literal.range.lowerBound]
      if let last = output.last, SQLLexer.isWordPart(last) { output.append(0x20) }
      output += "$\(number)\(literal.type.map { "::\($0)" } ?? "")".utf8
      rest = literal.range.upperBound
    }
    return String(decoding: output + bytes[rest...], as: UTF8.self)
  }

  /// The statement without its values, comments and layout: equal for two statements that differ in no more.
  static func shape(_ text: String) -> String {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { buffer in
      let lexer = SQLLexer(buffer, isScript: false)
      var parts: [String] = []
      var end = 0
      for token in SQLTokens(buffer) {
        defer { end = token.range.upperBound }
        // `1.5` is one value.
        let isAdjacent = token.range.lowerBound == end
        if isAdjacent, token.isSymbol("."), parts.last == "?" { continue }
        if isAdjacent, token.kind == .number, buffer[end - 1] == UInt8(ascii: "."), parts.last == "?" { continue }
        switch token.kind {
        case .word:
          let word = lexer.lowercased(token.range)
          let isValue = (word == "true" || word == "false") && parts.last != "is" && parts.last != "not"
          parts.append(isValue ? "?" : word)
        case .string where parts.last.map(typeNames.contains) ?? false:
          // `interval '1 day'` is `$1::interval` with a parameter.
          let type = parts.removeLast()
          parts += ["?", ":", ":", type]
        case .parameter, .number, .string, .escapeString, .unreadString, .dollarString: parts.append("?")
        case .symbol(UInt8(ascii: ";")): break
        default: parts.append(String(decoding: buffer[token.range], as: UTF8.self))
        }
      }
      return parts.joined(separator: " ")
    }
  }
}
