/// What the place that a report for people goes to can show.
package struct TerminalStyle: Equatable, Sendable {
  package var isColored: Bool
  /// Columns; a Character counts as one.
  package var width: Int
  /// Whether somebody looks at a screen, where what is very long is cut. In a file or a log it is wrapped.
  package var isTerminal: Bool

  package init(isColored: Bool, width: Int, isTerminal: Bool = false) {
    self.isColored = isColored
    self.width = width
    self.isTerminal = isTerminal
  }

  /// A file or a log: no colours, and room for the names of indexes.
  static let plain = TerminalStyle(isColored: false, width: 120)

  func painted(_ text: String, _ ink: Ink?) -> String {
    guard isColored, let ink, !text.isEmpty else { return text }
    return "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m"
  }
}

/// Parameters of the control sequence SGR (ECMA-48).
enum Ink: String {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case boldRed = "1;31"
}
