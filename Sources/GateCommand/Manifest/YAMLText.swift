import Reporting
import YAML

/// Values as they are written into a manifest.
enum YAMLText {
  /// A text as a scalar that reads as this text, in a flow collection too.
  static func scalar(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isSimple = scalars.allSatisfy { scalar in
      scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "_./+%()$*^~;<>=@ -".unicodeScalars.contains(scalar)
    }
    let isWord = !["", "~", "null", "Null", "NULL"].contains(text)
    guard isSimple, isWord, let first = scalars.first, let last = scalars.last, first != " ", last != " " else {
      return quoted(text)
    }
    let isPlainStart =
      first.properties.isAlphabetic || ("0"..."9").contains(first) || "_/.<(+$".unicodeScalars.contains(first)
    // A single dash would begin an item of a sequence, but a number may be negative.
    let isNumber = first == "-" && scalars.dropFirst().first.map { ("0"..."9").contains($0) } ?? false
    return isPlainStart || isNumber ? text : quoted(text)
  }

  /// A text in double quotes.
  static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": output += "\\\(scalar)"
      case "\n": output += "\\n"
      case "\t": output += "\\t"
      case "\r": output += "\\r"
      case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
        output += "\\x" + hex(scalar, digits: 2)
      case "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}",
        "\u{FFFE}", "\u{FFFF}":
        output += "\\u" + hex(scalar, digits: 4)
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }

  private static func hex(_ scalar: Unicode.Scalar, digits: Int) -> String {
    let text = String(scalar.value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
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

  /// A sequence of texts on one line.
  static func list(_ items: [String]) -> String { "[" + items.map(scalar).joined(separator: ", ") + "]" }

  /// A value on one line.
  static func flow(_ node: YAMLNode) -> String {
    switch node.value {
    case .scalar(let text, let isPlain): return isPlain && node.isNull ? "~" : scalar(text)
    case .sequence(let items): return "[" + items.map(flow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      return "{" + entries.map { "\(flow($0.key)): \(flow($0.value))" }.joined(separator: ", ") + "}"
    }
  }
}
