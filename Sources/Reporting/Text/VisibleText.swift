import JSON
import PlanCore

extension StringProtocol {
  /// The text on one line, with all that a terminal would obey or hide spelt out: `\n`, `\x1b`, `\u{202e}`. Names and
  /// messages come from a database and must not be able to colour, move or reorder what else is on the screen.
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

  /// How many columns it takes: a Character is one.
  var columns: Int {
    // Of ASCII only a carriage return can be one with what follows.
    utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\r") } ? utf8.count : count
  }

  /// Whether it takes at most so many columns; of a long text only the beginning is looked at.
  func fits(_ width: Int) -> Bool {
    utf8.count <= width || index(startIndex, offsetBy: width + 1, limitedBy: endIndex) == nil
  }
}

extension String {
  /// The lines of the text, each visible, without empty ones at the end. A tab inside a line stays: the caret of the
  /// line below is placed by it.
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

  /// No initializer: `map(String.init)` over numbers would take it for theirs.
  static func spaces(_ count: Int) -> String { String(repeating: " ", count: Swift.max(count, 0)) }

  /// At most so many columns, the last one an ellipsis where something is missing.
  func cut(to width: Int) -> String {
    fits(width) ? self : String(prefix(Swift.max(width - 1, 0))) + "…"
  }

  /// The text as a person reads it: of a long one the beginning, an ellipsis, and how long it is. A literal of megabytes
  /// says no more than its first lines.
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

  /// The text over as many lines as it needs, broken at spaces. A word that is too long for a line keeps one to itself.
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

  /// The text over as many lines as it needs, broken at spaces and, in a word that is longer than a line, anywhere.
  ///
  /// - Parameters:
  ///   - first: columns of the first line, and `rest` those of the others.
  ///   - limit: how many lines there may be; where the text is longer the last one ends with an ellipsis.
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
      // A space in the first few columns would leave the line empty.
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
