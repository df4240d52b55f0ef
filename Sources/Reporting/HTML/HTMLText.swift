import JSON
import PlanCore

/// Text in the forms that are safe in an HTML document.
///
/// Names, statements and messages come from databases and from files of any origin. They reach the page in two ways
/// only: as escaped text, and as JSON in a data block from which the script makes text nodes, never markup.
enum HTMLText {
  /// The content of an element.
  ///
  /// Characters that a browser would obey or hide are spelt out.
  static func content(_ text: String) -> String { text.visible.markupEscaped }

  /// Several lines, for an element that keeps line breaks.
  static func lines(_ text: String) -> String { text.visibleLines.joined(separator: "\n").markupEscaped }

  /// ` name="value"`.
  static func attribute(_ name: String, _ value: String) -> String { " \(name)=\"\(value.visible.markupEscaped)\"" }

  /// `<script type="application/json" id="data-0">…</script>`: data that no browser runs and that cannot end its
  /// element.
  static func dataBlock(_ id: String, _ json: JSON) -> String {
    let isSpecial: (UInt8) -> Bool = { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "&") }
    let text = json.text.respelt(isSpecial) { scalar in
      switch scalar {
      // JSON has these characters in strings only.
      case "<": "\\u003c"
      case ">": "\\u003e"
      case "&": "\\u0026"
      default: nil
      }
    }
    return "<script type=\"application/json\"\(attribute("id", id))>\(text)</script>"
  }

  /// The text as a part of a URL's fragment, percent-encoded so that it is a valid id, too.
  static func fragment(_ text: String) -> String { text.percentEncoded(besides: "@+") }
}
