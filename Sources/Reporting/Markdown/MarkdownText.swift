import JSON

/// Text that GitHub's Markdown shows literally.
///
/// Names and messages come from a database; inside a code span nothing is a mention, a link, an image, HTML or
/// emphasis.
enum MarkdownText {
  /// A code span of one line.
  ///
  /// - Parameter isCell: whether it is in a table, where a bar would end the cell even inside a code span.
  static func code(_ text: String, isCell: Bool = false, limit: Int = 300) -> String {
    var text = text.visible.limited(to: limit)
    if text.isEmpty { text = " " }
    if isCell { text = escapingBars(text) }
    let fence = String(repeating: "`", count: longestRun(of: "`", in: text) + 1)
    let (first, last) = (text.unicodeScalars.first, text.unicodeScalars.last)
    let isPadded = first == "`" || last == "`" || first == " " && last == " " && text.count > 1
    return fence + (isPadded ? " \(text) " : text) + fence
  }

  /// The text with its bars escaped for a table.
  ///
  /// The backslash of an escaped bar must not be taken for the second of a pair, so an odd run of backslashes before it
  /// gets one more.
  private static func escapingBars(_ text: String) -> String {
    var output = ""
    var backslashes = 0
    for character in text.unicodeScalars {
      if character == "|" { output += backslashes.isMultiple(of: 2) ? "\\" : "\\\\" }
      backslashes = character == "\\" ? backslashes + 1 : 0
      output.unicodeScalars.append(character)
    }
    return output
  }

  /// A code block that no line inside it can end.
  static func block(_ lines: [String], language: String = "") -> [String] {
    let longest = lines.map { longestRun(of: "`", in: $0) }.max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return [fence + language] + lines + [fence]
  }

  /// Text inside an HTML element, on one line.
  ///
  /// Only `code` elements hold such text: GitHub finds no mentions there.
  static func html(_ text: String, limit: Int = 300) -> String { text.visible.limited(to: limit).markupEscaped }

  /// A hidden comment that no text inside it can end.
  static func comment(_ text: String) -> String {
    "<!-- \(text.percentEncoded(besides: " /").replacingScalars("--", with: "-%2D")) -->"
  }

  private static func longestRun(of wanted: Unicode.Scalar, in text: String) -> Int {
    var (longest, current) = (0, 0)
    for scalar in text.unicodeScalars {
      current = scalar == wanted ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}
