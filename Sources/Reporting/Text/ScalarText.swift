import JSON
import PlanCore

/// Escaping works on scalars: a combining mark after a quote makes it a different Character, but a parser still sees
/// the quote.
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

  /// The text escaped for HTML and XML, for an element or a quoted attribute.
  var markupEscaped: String {
    respelt(\.isMarkup) { $0.entity }
  }

  /// The text, limited to this many scalars; an ellipsis replaces the last one if anything is missing.
  ///
  /// A single Character can be of any length, so `cut(to:)` cannot enforce the limits of a format.
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
  /// The entity in HTML and XML; nil for a scalar that needs none.
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
