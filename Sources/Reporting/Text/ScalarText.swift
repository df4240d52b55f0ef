import JSON
import PlanCore

/// Escaping works on scalars: a combining mark after a quote makes another Character of it, and the reader of a format
/// sees the quote all the same.
extension String {
  /// The text with each occurrence of a word replaced, scalar by scalar.
  func replacingScalars(_ word: String, with other: String) -> String {
    var output = ""
    var (copied, position) = (startIndex, startIndex)
    while let index = utf8[position...].firstIndex(where: { $0 == word.utf8.first }) {
      position = utf8.index(after: index)
      guard utf8[index...].starts(with: word.utf8) else { continue }
      position = utf8.index(index, offsetBy: word.utf8.count)
      output += self[copied..<index] + other
      copied = position
    }
    return copied == startIndex ? self : output + self[copied...]
  }

  /// The text as HTML and XML take it, in an element or in a quoted attribute.
  var markupEscaped: String {
    respelt(\.isMarkup) { $0.entity }
  }

  /// The text as a part of a URI: each byte encoded that is not unreserved (RFC 3986) and not among the given ones.
  func percentEncoded(besides others: String) -> String {
    utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        || "-._~".unicodeScalars.contains(scalar) || others.unicodeScalars.contains(scalar)
      if isPlain { return String(scalar) }
      return (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  /// At most so many scalars, the last one an ellipsis where something is missing. A single Character can be of any
  /// length, so limits of a format are not kept by `cut(to:)`.
  func limited(to count: Int) -> String {
    guard unicodeScalars.count > count else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.prefix(count - 1))) + "…"
  }
}

extension UInt8 {
  /// Whether it is a character that has an entity.
  var isMarkup: Bool {
    switch self {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// What stands for it in HTML and XML; nil for what stands for itself.
  var entity: String? {
    switch self {
    case "&": "&amp;"
    case "<": "&lt;"
    case ">": "&gt;"
    case "\"": "&quot;"
    // HTML 4 has no `&apos;`.
    case "'": "&#39;"
    default: nil
    }
  }
}
