extension SQLLexer {
  /// A word or an unquoted name, in lower case.
  func lowercased(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// The value of a literal or a quoted name; nil where it is not read.
  func value(of token: SQLToken) -> [UInt8]? {
    switch token.kind {
    case .string: undoubled(token.content, UInt8(ascii: "'"))
    case .quotedName(hasEscapes: false): undoubled(token.content, UInt8(ascii: "\""))
    case .dollarString: Array(bytes[token.content])
    case .escapeString: unescaped(token.content, readsNumbers: false)
    default: nil
    }
  }

  /// The value of a literal, even if it continues on other lines or has numeric escapes.
  ///
  /// Those of `U&'…'` are kept as they are.
  func wholeValue(of token: SQLToken) -> [UInt8] {
    guard token.kind == .unreadString || token.kind == .escapeString else { return value(of: token) ?? [] }
    let isPlain = !backslashesEscape && bytes[token.range.lowerBound] | 0x20 != UInt8(ascii: "e")
    var value: [UInt8] = []
    var part = self
    part.at = token.content.lowerBound - 1
    repeat {
      let content = part.passQuoted(UInt8(ascii: "'"), hasEscapes: !isPlain)
      value += isPlain ? undoubled(content, UInt8(ascii: "'")) : unescaped(content, readsNumbers: true) ?? []
      part.passBlanks()
    } while part.at < token.range.upperBound
    return value
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

  /// The value of `E'…'`; nil where it holds a numeric escape and these are not read, since plain text needs none.
  private func unescaped(_ range: Range<Int>, readsNumbers: Bool) -> [UInt8]? {
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
      case UInt8(ascii: "0")...UInt8(ascii: "7"), UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
        guard readsNumbers else { return nil }
        value += numbered(&index, range.upperBound)
        continue
      default: value.append(bytes[index])
      }
      index += 1
    }
    return value
  }

  /// The character of a numeric escape: `\101`, `\x41`, `\u0041`, `\U00000041`; the letter itself without digits.
  ///
  /// - Parameter index: the position after the backslash; on return the position after the escape.
  private func numbered(_ index: inout Int, _ end: Int) -> [UInt8] {
    let letter = bytes[index]
    let digits = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8][letter] ?? 3
    if digits != 3 { index += 1 }
    let start = index
    var number: UInt32 = 0
    while index < end, index - start < digits,
      let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, digits != 3 || digit < 8
    {
      number = number << (digits == 3 ? 3 : 4) | UInt32(digit)
      index += 1
    }
    if index == start { return [letter] }
    if digits < 4 { return [UInt8(truncatingIfNeeded: number)] }
    return Unicode.Scalar(number).map { Array(String(Character($0)).utf8) } ?? []
  }
}
