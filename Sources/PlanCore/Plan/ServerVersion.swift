/// The major version of a PostgreSQL server: 15 for PostgreSQL 15.18.
///
/// It decides how EXPLAIN prints a plan, and which baselines a plan can be compared with in full.
package struct ServerMajor: Hashable, Sendable {
  package let number: Int

  package init(_ number: Int) { self.number = number }

  /// - Parameter versionNumber: the setting `server_version_num`, such as 150018.
  package init(versionNumber: Int) { self.init(versionNumber / 10_000) }
}

extension ServerMajor: Comparable {
  package static func < (one: ServerMajor, other: ServerMajor) -> Bool { one.number < other.number }
}

extension ServerMajor: ExpressibleByIntegerLiteral {
  package init(integerLiteral number: Int) { self.init(number) }
}

extension ServerMajor: CustomStringConvertible {
  package var description: String { String(number) }
}

/// The version of a PostgreSQL server as the server prints it: `15.18`, `19beta1`.
package struct ServerVersion: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// The number that the text begins with; nil for a text that begins with none.
  package var major: ServerMajor? { Int(text.prefix { $0.isASCII && $0.isNumber }).map { ServerMajor($0) } }
}

extension ServerVersion: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self.init(text) }
}

extension ServerVersion: CustomStringConvertible {
  package var description: String { text }
}
