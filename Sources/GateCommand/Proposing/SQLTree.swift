/// A text of SQL, or an expression that EXPLAIN prints, as nested tokens.
struct SQLTree {
  indirect enum Item {
    /// An unquoted word, in lower case.
    case word(String, Range<Int>)
    case name(String, Range<Int>)
    case parameter(Int, Range<Int>)
    /// Any run of operator characters, also a point, a comma or a semicolon by itself.
    case symbol(String, Range<Int>)
    case literal(Range<Int>)
    /// What is between parentheses or brackets.
    case group([Item], isBracket: Bool, Range<Int>)

    var range: Range<Int> {
      switch self {
      case .word(_, let range), .name(_, let range), .parameter(_, let range), .symbol(_, let range),
        .literal(let range), .group(_, _, let range):
        range
      }
    }

    func isWord(_ words: String...) -> Bool {
      if case .word(let text, _) = self { words.contains(text) } else { false }
    }

    func isSymbol(_ text: String) -> Bool {
      if case .symbol(text, _) = self { true } else { false }
    }

    /// The name that it may stand for.
    var identifier: String? {
      switch self {
      case .word(let text, _), .name(let text, _): text
      default: nil
      }
    }

    var items: [Item] { if case .group(let items, _, _) = self { items } else { [] } }
  }

  private(set) var items: [Item] = []
  private let bytes: [UInt8]

  init(_ text: String) {
    bytes = Array(text.utf8)
    let bytes = bytes
    items = bytes.withUnsafeBytes { buffer in
      var reader = Reader(lexer: SQLLexer(buffer, isScript: false))
      return reader.items(until: nil)
    }
  }

  /// The tokens of a statement, without comments and blanks.
  static func tokens(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { buffer in
      var lexer = SQLLexer(buffer, isScript: false)
      var tokens: [String] = []
      while let token = lexer.next() { tokens.append(String(decoding: buffer[token.range], as: UTF8.self)) }
      return tokens
    }
  }

  /// The text of some items.
  func text(_ items: ArraySlice<Item>) -> String {
    guard let first = items.first, let last = items.last else { return "" }
    return String(decoding: bytes[first.range.lowerBound..<last.range.upperBound], as: UTF8.self)
  }

  private struct Reader {
    var lexer: SQLLexer
    /// Beyond this depth groups are read as one flat list.
    private var depth = 0

    init(lexer: SQLLexer) { self.lexer = lexer }

    mutating func items(until close: Character?) -> [Item] {
      var items: [Item] = []
      while let token = lexer.next() {
        if let close, token.isSymbol(close) { break }
        switch token.kind {
        case .word: items.append(.word(lexer.lowercased(token.range), token.range))
        case .quotedName:
          items.append(.name(String(decoding: lexer.value(of: token) ?? [], as: UTF8.self), token.range))
        case .parameter:
          let digits = String(decoding: lexer.bytes[token.range].dropFirst(), as: UTF8.self)
          items.append(.parameter(Int(digits) ?? 0, token.range))
        case .symbol(let byte): append(byte, token.range, to: &items)
        default: items.append(.literal(token.range))
        }
      }
      return items
    }

    private mutating func append(_ byte: UInt8, _ range: Range<Int>, to items: inout [Item]) {
      let character = Character(Unicode.Scalar(byte))
      if character == "(" || character == "[", depth < 200 {
        depth += 1
        let inner = self.items(until: character == "(" ? ")" : "]")
        depth -= 1
        items.append(.group(inner, isBracket: character == "[", range.lowerBound..<max(lexer.at, range.upperBound)))
        return
      }
      let isOperator = "+-*/<>=~!@#%^&|`?:".contains(character)
      if isOperator, case .symbol(let text, let last)? = items.last, last.upperBound == range.lowerBound,
        !".,;".contains(text)
      {
        items[items.count - 1] = .symbol(text + String(character), last.lowerBound..<range.upperBound)
      } else {
        items.append(.symbol(String(character), range))
      }
    }
  }
}

extension [SQLTree.Item] {
  /// The parts between commas.
  var parts: [ArraySlice<SQLTree.Item>] { split(omittingEmptySubsequences: false) { $0.isSymbol(",") } }
}

extension Sequence where Element == SQLTree.Item {
  /// The numbers of all parameters, at any depth.
  var parameters: [Int] {
    flatMap { item -> [Int] in
      if case .parameter(let number, _) = item { return [number] }
      return item.items.parameters
    }
  }
}
