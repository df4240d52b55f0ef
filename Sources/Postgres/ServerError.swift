/// The error that the server, or libpq, reports for a statement.
package struct ServerError: Error, Equatable, Sendable {
  /// The SQLSTATE, five characters such as `25006`; nil for libpq's own errors (no connection, connection lost).
  package let sqlState: String?
  package let message: String
  package let detail: String?
  package let hint: String?
  package let context: String?
  /// The position in the statement's text, in characters (Unicode scalars) from 1.
  package let position: Int?

  package init(
    sqlState: String? = nil, message: String, detail: String? = nil, hint: String? = nil, context: String? = nil,
    position: Int? = nil
  ) {
    self.sqlState = sqlState
    self.message = message
    self.detail = detail
    self.hint = hint
    self.context = context
    self.position = position
  }

  /// The error of a statement that was sent behind a prefix, with the position moved to that in the statement alone.
  package func moved(by prefix: String) -> ServerError {
    ServerError(
      sqlState: sqlState, message: message, detail: detail, hint: hint, context: context,
      position: position.map { max(1, $0 - prefix.unicodeScalars.count) })
  }

  /// Whether there is no connection any more, so that no later statement can work.
  package var isConnectionLost: Bool {
    guard let sqlState else { return true }
    // 57P01 to 57P03: the server is shutting down, crashed, or is starting up.
    return sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03"].contains(sqlState)
  }

  /// Whether memory, disk or connections ran out (class 53), perhaps because other programs use them.
  package var lacksResources: Bool { sqlState?.hasPrefix("53") ?? false }
}

extension ServerError: CustomStringConvertible {
  /// The text, such as `relation "ordres" does not exist (SQLSTATE 42P01)`, then detail, hint and context, one per
  /// line.
  package var description: String {
    var lines = [message + (sqlState.map { " (SQLSTATE \($0))" } ?? "")]
    if let detail { lines.append("detail: \(detail)") }
    if let hint { lines.append("hint: \(hint)") }
    if let context { lines.append("context: \(context)") }
    return lines.joined(separator: "\n")
  }
}
