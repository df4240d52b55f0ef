/// A JSON value.
///
/// Objects keep the order and duplicates of their keys, because people know EXPLAIN's key order. Numbers are `Double`,
/// because EXPLAIN prints row estimates beyond 2^64.
package enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([JSONMember])

  /// The value of the first member with this key; nil for an unknown key and for a value that is not an object.
  package subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  package var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var numberValue: Double? {
    if case .number(let number) = self { number } else { nil }
  }
}

/// One `"key": value` pair of an object.
package struct JSONMember: Equatable, Sendable {
  package let key: String
  package let value: JSON

  package init(_ key: String, _ value: JSON) {
    self.key = key
    self.value = value
  }
}

extension JSON {
  /// The value on one line, as `{"a": 1, "b": [true, null]}`: ASCII control characters are escaped, the rest is UTF-8.
  package var text: String {
    var output = ""
    write(to: &output, indent: nil)
    return output
  }

  /// The value over several lines, indented by two spaces per level; values without children stay on one line.
  package var prettyText: String {
    var output = ""
    write(to: &output, indent: 0)
    return output
  }

  /// Appends the value in the form of `prettyText`, starting at a given depth.
  ///
  /// - Parameter oneLineKeys: the keys of members whose values stay on one line.
  package func write(to output: inout String, depth: Int, oneLineKeys: Set<String>) {
    write(to: &output, indent: depth, oneLineKeys: oneLineKeys)
  }

  private func write(to output: inout String, indent: Int?, oneLineKeys: Set<String> = []) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .number(let number): output += JSON.numberText(number)
    case .string(let text): JSON.write(text, to: &output)
    case .array(let elements):
      JSON.writeGroup("[", "]", elements, to: &output, indent: indent) { element, output, indent in
        element.write(to: &output, indent: indent, oneLineKeys: oneLineKeys)
      }
    case .object(let members):
      JSON.writeGroup("{", "}", members, to: &output, indent: indent) { member, output, indent in
        JSON.write(member.key, to: &output)
        output += ": "
        let isOnOneLine = indent == nil || oneLineKeys.contains(member.key)
        member.value.write(to: &output, indent: isOnOneLine ? nil : indent, oneLineKeys: oneLineKeys)
      }
    }
  }

  private static func writeGroup<Element>(
    _ open: String, _ close: String, _ elements: [Element], to output: inout String, indent: Int?,
    write: (Element, inout String, Int?) -> Void
  ) {
    output += open
    for (index, element) in elements.enumerated() {
      if index > 0 { output += indent == nil ? ", " : "," }
      if let indent { output += "\n" + String(repeating: "  ", count: indent + 1) }
      write(element, &output, indent.map { $0 + 1 })
    }
    if let indent, !elements.isEmpty { output += "\n" + String(repeating: "  ", count: indent) }
    output += close
  }

  /// A number as EXPLAIN writes it: no exponent and no `.0` while a whole number is exact in a `Double`.
  ///
  /// JSON has no infinity and no NaN; they become `null`.
  package static func numberText(_ number: Double) -> String {
    guard number.isFinite else { return "null" }
    if number == number.rounded(), abs(number) < 9_007_199_254_740_992 { return String(Int64(number)) }
    return "\(number)"
  }

  /// The text as a JSON string, including quotes.
  package static func quoted(_ text: String) -> String {
    var output = ""
    write(text, to: &output)
    return output
  }

  private static func write(_ text: String, to output: inout String) {
    output += "\""
    output += text.respelt(mayBeEscaped, escape)
    output += "\""
  }

  private static func mayBeEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7f
      // U+0080 to U+00BF, U+2000 to U+2FFF.
      || byte == 0xc2 || byte == 0xe2
  }

  /// The escape for a scalar inside a string; nil if it needs none.
  private static func escape(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    // U+2028 and U+2029 end a line in JavaScript; DEL and the C1 controls can corrupt terminals.
    case "\u{0}"..<"\u{20}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return nil
    }
  }
}
