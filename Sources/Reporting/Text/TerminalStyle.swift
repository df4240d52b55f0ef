/// The capabilities of the destination of a report for people.
package struct TerminalStyle: Equatable, Sendable {
  package var isColored: Bool
  /// The width in columns; a Character counts as one.
  package var width: Int
  /// Whether the output is a screen, where very long text is cut.
  ///
  /// In a file or a log it is wrapped.
  package var isTerminal: Bool

  package init(isColored: Bool, width: Int, isTerminal: Bool = false) {
    self.isColored = isColored
    self.width = width
    self.isTerminal = isTerminal
  }

  /// The style for a file or a log: no colours, and room for the names of indexes.
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
