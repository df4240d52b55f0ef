import JSON
import PlanCore

/// Text in the form of XML 1.0.
///
/// A character that XML 1.0 cannot represent becomes U+FFFD, so that the document is well-formed whatever a query or a
/// server said.
enum XMLText {
  /// The content of an element.
  static func content(_ text: String) -> String { escaped(text, isAttribute: false) }

  /// The attribute ` name="value"`, with line feeds and tabs that survive the parser's normalization.
  static func attribute(_ name: String, _ value: String) -> String {
    " \(name)=\"\(escaped(value, isAttribute: true))\""
  }

  private static func escaped(_ text: String, isAttribute: Bool) -> String {
    text.respelt({ $0 < 0x20 || $0 >= 0x7f || $0.isMarkup }) { scalar in
      switch scalar {
      case "\n" where isAttribute: "&#10;"
      case "\t" where isAttribute: "&#9;"
      case "\n", "\t": nil
      // A parser would turn it into a line feed.
      case "\r": "&#13;"
      case "\u{0}"..<"\u{20}", "\u{fffe}", "\u{ffff}": "\u{fffd}"
      // Allowed, but not safe to print on a terminal: controls, and characters that change the writing direction.
      case "\u{7f}"..."\u{9f}", "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}":
        "&#x\(String(scalar.value, radix: 16));"
      default: scalar.entity
      }
    }
  }
}
