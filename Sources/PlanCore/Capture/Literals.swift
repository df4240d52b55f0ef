/// An SQL text with `?` for each literal, without comments, and with one space for each run of white space.
///
/// Several literals of a list count as one, so that statements which a function puts together have one text. Names in
/// quotes and parameters stay as they are.
func withoutLiterals(_ text: String) -> String {
  var reader = LiteralReader(Array(text.utf8))
  return String(decoding: reader.text(), as: UTF8.self)
}

/// Reads a text by bytes: everything that ends a token is ASCII.
private struct LiteralReader {
  private let bytes: [UInt8]
  private var position = 0
  private var output: [UInt8] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func text() -> [UInt8] {
    while position < bytes.count { step() }
    while output.last == UInt8(ascii: " ") { output.removeLast() }
    return output
  }

  private mutating func step() {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "'"): quoted(prefix: output.last)
    case UInt8(ascii: "\""):
      let end = endOfQuotes(from: position, byte, hasEscapes: false)
      output += bytes[position..<end]
      position = end
    case UInt8(ascii: "$"): dollar()
    case UInt8(ascii: "-") where peek(1) == byte: skip { $0 == UInt8(ascii: "\n") }
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): comment()
    case _ where byte.isSpace:
      position += 1
      space()
    case _ where byte.isDigit: number()
    case _ where byte.isLetter:
      while position < bytes.count,
        bytes[position].isLetter || bytes[position].isDigit
          || bytes[position] == UInt8(ascii: "$")
      {
        output.append(bytes[position])
        position += 1
      }
    default:
      output.append(byte)
      position += 1
    }
  }

  private func peek(_ offset: Int) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private mutating func space() {
    if !output.isEmpty, output.last != UInt8(ascii: " ") { output.append(UInt8(ascii: " ")) }
  }

  private mutating func skip(until isEnd: (UInt8) -> Bool) {
    while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
    space()
  }

  private mutating func comment() {
    var depth = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        (depth, position) = (depth + 1, position + 2)
      } else if bytes[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        (depth, position) = (depth - 1, position + 2)
        if depth == 0 { break }
      } else {
        position += 1
      }
    }
    space()
  }

  /// A literal; `E`, `B`, `X` or `N` before it belong to it.
  private mutating func quoted(prefix: UInt8?) {
    let before = output.count >= 2 ? output[output.count - 2] : UInt8(ascii: " ")
    let isPrefixed = prefix.map { "eEbBxXnN".utf8.contains($0) } ?? false && !before.isLetter && !before.isDigit
    let hasEscapes = isPrefixed && (prefix == UInt8(ascii: "E") || prefix == UInt8(ascii: "e"))
    if isPrefixed { output.removeLast() }
    position = endOfQuotes(from: position, UInt8(ascii: "'"), hasEscapes: hasEscapes)
    placeholder()
  }

  /// The place after a text in quotes; doubled ones are part of it.
  private func endOfQuotes(from start: Int, _ quote: UInt8, hasEscapes: Bool) -> Int {
    var index = start + 1
    while index < bytes.count {
      if hasEscapes, bytes[index] == UInt8(ascii: "\\") {
        index += 2
      } else if bytes[index] == quote {
        if index + 1 < bytes.count, bytes[index + 1] == quote { index += 2 } else { return index + 1 }
      } else {
        index += 1
      }
    }
    return bytes.count
  }

  /// A parameter, or a literal in dollar quotes.
  private mutating func dollar() {
    var end = position + 1
    while end < bytes.count, bytes[end].isLetter || bytes[end].isDigit { end += 1 }
    let tag = bytes[position..<min(end + 1, bytes.count)]
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$"), !(bytes[position + 1].isDigit) else {
      output += bytes[position..<end]
      position = end
      return
    }
    var close = end + 1
    while close < bytes.count, !bytes[close...].starts(with: tag) { close += 1 }
    position = min(close + tag.count, bytes.count)
    placeholder()
  }

  private mutating func number() {
    while position < bytes.count {
      let byte = bytes[position]
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      let isExponent = isSign && (bytes[position - 1] | 0x20) == UInt8(ascii: "e")
      guard byte.isDigit || byte.isLetter || byte == UInt8(ascii: ".") || isExponent else { break }
      position += 1
    }
    placeholder()
  }

  /// Adds `?`, unless a list of literals goes on.
  private mutating func placeholder() {
    var end = output.count
    while end > 0, output[end - 1] == UInt8(ascii: " ") { end -= 1 }
    if end > 0, output[end - 1] == UInt8(ascii: ",") {
      end -= 1
      while end > 0, output[end - 1] == UInt8(ascii: " ") { end -= 1 }
      if end > 0, output[end - 1] == UInt8(ascii: "?") {
        output.removeSubrange(end...)
        return
      }
    }
    output.append(UInt8(ascii: "?"))
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  /// Whether it can begin a name; bytes beyond ASCII are parts of letters.
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_") || self >= 0x80
  }
}
