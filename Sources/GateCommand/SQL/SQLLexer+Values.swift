extension SQLLexer {
  /// A word or an unquoted name, in lower case.
  func lowercased(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// What a literal or a quoted name says; nil where that is not read.
  func value(of token: SQLToken) -> [UInt8]? {
    switch token.kind {
    case .string: undoubled(token.content, UInt8(ascii: "'"))
    case .quotedName(hasEscapes: false): undoubled(token.content, UInt8(ascii: "\""))
    case .dollarString: Array(bytes[token.content])
    case .escapeString: unescaped(token.content)
    default: nil
    }
  }

  private func undoubled(_ range: Range<Int>, _ quote: UInt8) -> [UInt8] {
    guard bytes[range].contains(quote) else { return Array(bytes[range]) }
    var value: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      value.append(bytes[index])
      index += bytes[index] == quote ? 2 : 1
    }
    return value
  }

  /// Of `E'…'`; nil where it holds an escape by number, which nobody needs to write a text that is to be read.
  private func unescaped(_ range: Range<Int>) -> [UInt8]? {
    var value: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      index += byte == UInt8(ascii: "'") ? 2 : 1
      guard byte == UInt8(ascii: "\\"), index < range.upperBound else {
        value.append(byte)
        continue
      }
      switch bytes[index] {
      case UInt8(ascii: "n"): value.append(0x0a)
      case UInt8(ascii: "r"): value.append(0x0d)
      case UInt8(ascii: "t"): value.append(0x09)
      case UInt8(ascii: "b"): value.append(0x08)
      case UInt8(ascii: "f"): value.append(0x0c)
      case UInt8(ascii: "0")...UInt8(ascii: "7"), UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"): return nil
      default: value.append(bytes[index])
      }
      index += 1
    }
    return value
  }
}
