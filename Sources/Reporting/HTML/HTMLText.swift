import JSON
import PlanCore

/// Text as an HTML document can hold it.
///
/// Names, statements and messages come from a database and from people's files. They reach the page in two ways only: as
/// escaped text, and as JSON in a data block from which the script makes text nodes, never markup.
enum HTMLText {
  /// The content of an element, with what a browser would obey or hide spelt out.
  static func content(_ text: String) -> String { text.visible.markupEscaped }

  /// Several lines, for an element that keeps them.
  static func lines(_ text: String) -> String { text.visibleLines.joined(separator: "\n").markupEscaped }

  /// ` name="value"`.
  static func attribute(_ name: String, _ value: String) -> String { " \(name)=\"\(value.visible.markupEscaped)\"" }

  /// `<script type="application/json" id="case-0">…</script>`: data that no browser runs, and that cannot end its element.
  static func dataBlock(_ id: String, _ json: JSON) -> String {
    let isSpecial: (UInt8) -> Bool = { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "&") }
    let text = json.text.respelt(isSpecial) { scalar in
      switch scalar {
      // Outside of strings JSON has none of these.
      case "<": "\\u003c"
      case ">": "\\u003e"
      case "&": "\\u0026"
      default: nil
      }
    }
    return "<script type=\"application/json\"\(attribute("id", id))>\(text)</script>"
  }

  /// The text as a part of a URL's fragment: what is not plain is percent-encoded, so that it is an id as well.
  static func fragment(_ text: String) -> String { text.percentEncoded(besides: "@+") }
}
