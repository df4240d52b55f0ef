import JSON
import PlanCore

extension StringProtocol {
  /// The text on one line, with everything that a terminal would obey or hide spelled out: `\n`, `\x1b`, `\u{202e}`.
  ///
  /// Names and messages come from a database and must not be able to colour, move or reorder anything else on the
  /// screen.
  package var visible: String {
    String(self).respelt({ $0 < 0x20 || $0 >= 0x7f }) { scalar in
      switch scalar {
      case "\n": return "\\n"
      case "\r": return "\\r"
      case "\t": return "\\t"
      // The joiners make emoji and are needed to write Persian.
      case "\u{200c}", "\u{200d}": return nil
      case "\u{0}"..<"\u{20}", "\u{7f}"..."\u{9f}":
        return (scalar.value < 0x10 ? "\\x0" : "\\x") + String(scalar.value, radix: 16)
      default:
        switch scalar.properties.generalCategory {
        case .format, .lineSeparator, .paragraphSeparator: return "\\u{" + String(scalar.value, radix: 16) + "}"
        default: return nil
        }
      }
    }
  }

  /// The width in columns: a Character takes one.
  var columns: Int {
    // In ASCII, only a carriage return can form one Character with the next byte.
    utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\r") } ? utf8.count : count
  }

  /// Whether the text takes at most this many columns; of a long text only the beginning is examined.
  func fits(_ width: Int) -> Bool {
    utf8.count <= width || index(startIndex, offsetBy: width + 1, limitedBy: endIndex) == nil
  }
}

extension String {
  /// The lines of the text, each made visible, without empty ones at the end.
  ///
  /// A tab inside a line is kept, because it positions the caret on the line below.
  package var visibleLines: [String] {
    var lines = unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let content = line.last == "\r" ? line.dropLast() : line
      return content.split(separator: "\t", omittingEmptySubsequences: false)
        .map { Substring($0).visible }.joined(separator: "\t")
    }
    while lines.last?.allSatisfy(\.isWhitespace) ?? false { lines.removeLast() }
    return lines
  }

  /// The visible lines as one text.
  package var visibleText: String { visibleLines.joined(separator: "\n") }

  /// Spaces for padding.
  ///
  /// This is not an initializer, because `map(String.init)` over numbers would pick it.
  static func spaces(_ count: Int) -> String { String(repeating: " ", count: Swift.max(count, 0)) }

  /// The text, limited to this many columns; an ellipsis replaces the last one if anything is missing.
  func cut(to width: Int) -> String {
    fits(width) ? self : String(prefix(Swift.max(width - 1, 0))) + "…"
  }

  /// The text for people: of a long text the beginning, an ellipsis and its length.
  ///
  /// A literal of megabytes tells a reader no more than its first lines.
  var readable: String {
    let scalars = unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: String.readableLength, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return self }
    return String(self[..<end]) + "… (\(Figures.grouped(Double(scalars.count))) characters)"
  }

  static let readableLength = 2000

  func padded(to width: Int) -> String { self + String.spaces(width - columns) }

  func padded(left width: Int) -> String { String.spaces(width - columns) + self }

  /// The text broken at spaces into as many lines as it needs.
  ///
  /// A word that is too long for a line keeps one to itself.
  func wrapped(indent: Int, hanging: Int, width: Int) -> [String] {
    var lines: [String] = []
    var line = String.spaces(indent)
    var isFresh = true
    for word in split(separator: " ", omittingEmptySubsequences: false) {
      if !isFresh, line.columns + 1 + word.columns > width {
        lines.append(line)
        line = String.spaces(hanging)
        isFresh = true
      }
      line += (isFresh ? "" : " ") + word
      isFresh = false
    }
    return lines + [line]
  }

  /// The text broken into as many lines as it needs, at spaces or, within a word longer than a line, anywhere.
  ///
  /// - Parameters:
  ///   - first: the width of the first line; `rest` is the width of the others.
  ///   - limit: the most lines; if the text is longer, the last line ends with an ellipsis.
  func folded(first: Int, rest: Int, limit: Int = .max) -> [String] {
    let widths = (first: Swift.max(first, 8), rest: Swift.max(rest, 8))
    var lines: [String] = []
    var text = Substring(self)
    while lines.isEmpty || !text.isEmpty {
      let width = lines.isEmpty ? widths.first : widths.rest
      let isShort = text.fits(width)
      if lines.count + 1 >= limit || isShort {
        lines.append(isShort ? String(text) : String(text.prefix(Swift.max(width - 1, 0))) + "…")
        break
      }
      let head = text.prefix(width + 1)
      // Breaking at a space in the first few columns would leave the line nearly empty.
      let space = head.lastIndex(of: " ").flatMap {
        head.distance(from: head.startIndex, to: $0) > width / 4 ? $0 : nil
      }
      lines.append(String(space.map { text[..<$0] } ?? text.prefix(width)))
      text = space.map { text[text.index(after: $0)...] } ?? text.dropFirst(width)
    }
    return lines
  }
}

extension [String] {
  /// The lines as one text without trailing spaces.
  var joinedLines: String {
    withoutTrailingSpaces.joined(separator: "\n")
  }

  var withoutTrailingSpaces: [String] {
    map { line in
      var line = Substring(line)
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }
}
