package import FoundationEssentials

/// A day of the calendar, written as `2026-11-21`.
package struct Day: Comparable, Hashable, Sendable {
  private static let style = Date.ISO8601FormatStyle().year().month().day()

  /// The first moment of the day in UTC.
  private let start: Date

  /// Nil for a text that is no day.
  ///
  /// Only the form `2026-11-21` is read.
  package init?(_ text: String) {
    // The parser reads a prefix of the text and takes 2026-02-30 for 2026-03-02: written again, both differ.
    guard text.utf8.count == 10, let date = try? Day.style.parse(text), date.formatted(Day.style) == text else {
      return nil
    }
    start = date
  }

  package static func < (one: Day, other: Day) -> Bool { one.start < other.start }
}

extension Day {
  /// The day in UTC that a moment belongs to.
  package static func containing(_ moment: Date) -> Day { Day(stringLiteral: moment.formatted(style)) }
}

extension Day: CustomStringConvertible {
  package var description: String { start.formatted(Day.style) }
}

extension Day: ExpressibleByStringLiteral {
  /// A day that the code names; any other text stops the program.
  package init(stringLiteral text: String) {
    guard let day = Day(text) else { preconditionFailure("\(text) is not a day") }
    self = day
  }
}
