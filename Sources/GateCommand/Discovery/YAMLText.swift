import Reporting

/// Writes texts so that YAML reads them back unchanged, whatever they hold.
enum YAMLText {
  /// A text as a scalar on one line, in a block or in a flow collection: plain where that is safe, else in quotes.
  static func scalar(_ text: String) -> String {
    isPlain(text) ? text : "\"" + text.unicodeScalars.map(escaped).joined() + "\""
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, isLetter(first) || "./_0123456789".unicodeScalars.contains(first)
    else {
      return false
    }
    if ["null", "true", "false", "yes", "no", "on", "off"].contains(text.lowercased()) { return false }
    return text.unicodeScalars.allSatisfy { isLetter($0) || "0123456789./_-*+@$=~".unicodeScalars.contains($0) }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"", "\\": return "\\\(scalar)"
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    case " "..."~": return String(scalar)
    default:
      let digits = String(scalar.value, radix: 16)
      func padded(_ count: Int) -> String { String(repeating: "0", count: count - digits.count) + digits }
      if scalar.value < 0x100 { return "\\x" + padded(2) }
      if scalar.properties.isAlphabetic { return String(scalar) }
      return scalar.value < 0x10000 ? "\\u" + padded(4) : "\\U" + padded(8)
    }
  }

  /// A text as part of a comment: on one line, without what YAML allows nowhere.
  static func comment(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.visible.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .unassigned, .privateUse, .surrogate, .control: "?"
          default: scalar
          }
        }))
  }

  /// A sequence on one line.
  static func list(_ items: [String]) -> String { "[" + items.map(scalar).joined(separator: ", ") + "]" }
}
