/// The reason a text is not JSON and its position, as a byte offset from 0.
package struct JSONError: Error, Equatable, Sendable {
  package let message: String
  package let offset: Int
}

extension JSON {
  /// Reads one JSON document.
  ///
  /// - Parameters:
  ///   - repairing: whether to accept a `"key": value` pair inside an array and move it to the enclosing object.
  ///     `EXPLAIN (ANALYZE, FORMAT JSON) MERGE` on a partitioned table writes such text on PostgreSQL 15 to 18.
  ///   - maximumDepth: the deepest nesting that is accepted, so that the stack is not exhausted. A plan level takes
  ///     two; a real plan rarely reaches 100.
  package init(
    parsing text: String, repairing: Bool = false, maximumDepth: Int = JSON.maximumDepth
  ) throws(JSONError) {
    var parser = JSONParser(bytes: Array(text.utf8), repairing: repairing, maximumDepth: maximumDepth)
    self = try parser.document()
  }

  /// The deepest nesting that is accepted in EXPLAIN's output.
  package static let maximumDepth = 1000
}

/// A recursive descent parser of RFC 8259 over UTF-8 bytes.
private struct JSONParser {
  let bytes: [UInt8]
  let repairing: Bool
  let maximumDepth: Int
  var position = 0
  var depth = 0
  /// Pairs found inside an array, to be moved to the enclosing object.
  var strays: [JSONMember] = []

  init(bytes: [UInt8], repairing: Bool, maximumDepth: Int) {
    self.bytes = bytes
    self.repairing = repairing
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw error("unexpected text after the value") }
    guard strays.isEmpty else { throw error("a key outside any object") }
    return value
  }

  private func error(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSON {
    skipSpace()
    guard let first = next else { throw error("unexpected end") }
    switch first {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(_ body: (inout JSONParser) throws(JSONError) -> JSON) throws(JSONError) -> JSON {
    guard depth < maximumDepth else {
      throw error("nested more than \(maximumDepth) levels deep")
    }
    depth += 1
    position += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func object() throws(JSONError) -> JSON {
    var members: [JSONMember] = []
    let outerStrays = strays
    strays = []
    defer { strays = outerStrays }
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("expected a key") }
      let key = try string()
      guard take(":") else { throw error("expected ':' after the key '\(key)'") }
      members.append(JSONMember(key, try value()))
      members += strays
      strays = []
    } while take(",")
    guard take("}") else { throw error("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSON {
    var elements: [JSON] = []
    if take("]") { return .array([]) }
    repeat {
      let element = try value()
      if repairing, case .string(let key) = element, take(":") {
        // The pair's own value may hold strays of a deeper array; they belong to the same object.
        let value = try value()
        strays.append(JSONMember(key, value))
      } else {
        elements.append(element)
      }
    } while take(",")
    guard take("]") else { throw error("expected ',' or ']'") }
    return .array(elements)
  }

  private mutating func literal(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[position...].starts(with: word.utf8) else { throw error("unexpected character") }
    position += word.utf8.count
    return value
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = position
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
    if next == UInt8(ascii: "-") { position += 1 }
    guard isDigit(next) else {
      position = start
      throw error("unexpected character")
    }
    if next == UInt8(ascii: "0") { position += 1 } else { while isDigit(next) { position += 1 } }
    if next == UInt8(ascii: ".") {
      position += 1
      guard isDigit(next) else { throw error("expected a digit") }
      while isDigit(next) { position += 1 }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard isDigit(next) else { throw error("expected a digit") }
      while isDigit(next) { position += 1 }
    }
    guard let value = JSONParser.number(bytes[start..<position]), value.isFinite else {
      position = start
      throw error("the number is too large")
    }
    return .number(value)
  }

  /// The powers of ten that a `Double` represents exactly.
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// The value of a number whose syntax was checked.
  private static func number(_ text: ArraySlice<UInt8>) -> Double? {
    var (digits, count, decimals) = (0, 0, 0)
    var isPastPoint = false
    for byte in text.first == UInt8(ascii: "-") ? text.dropFirst() : text {
      if byte == UInt8(ascii: ".") {
        isPastPoint = true
        continue
      }
      count += 1
      guard byte <= UInt8(ascii: "9"), count <= 15 else { return Double(String(decoding: text, as: UTF8.self)) }
      digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
      if isPastPoint { decimals += 1 }
    }
    // Both operands are exact, so the one division rounds exactly as parsing the text would.
    let value = Double(digits) / powers[decimals]
    return text.first == UInt8(ascii: "-") ? -value : value
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    // The decoded text so far. Most strings have no escape and are taken from the document as they are.
    var output: [UInt8] = []
    var start = position
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        let part = bytes[start..<position]
        position += 1
        return String(decoding: output.isEmpty ? part : output + part, as: UTF8.self)
      case UInt8(ascii: "\\"):
        output += bytes[start..<position]
        position += 1
        output += String(try escape()).utf8
        start = position
      case 0..<0x20: throw error("control character inside a string")
      default: position += 1
      }
    }
    throw error("unterminated string")
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = next else { throw error("unexpected end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try hexadecimalUnit()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      guard unit < 0xDC00, next == UInt8(ascii: "\\") else { throw error("unpaired surrogate") }
      position += 1
      guard next == UInt8(ascii: "u") else { throw error("unpaired surrogate") }
      position += 1
      let low = try hexadecimalUnit()
      guard (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      else { throw error("unpaired surrogate") }
      return scalar
    default:
      position -= 1
      throw error("unknown escape")
    }
  }

  private mutating func hexadecimalUnit() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw error("expected four hexadecimal digits") }
    position += 4
    return unit
  }
}
