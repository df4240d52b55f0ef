/// What the server, or libpq, says when a statement fails.
package struct ServerError: Error, Equatable, Sendable {
  /// Five characters, for example `25006`; nil when the message is libpq's own (no connection, connection lost).
  package let sqlState: String?
  package let message: String
  package let detail: String?
  package let hint: String?
  package let context: String?
  /// The place in the statement's text, in characters (Unicode scalars) from 1.
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

  /// The same error of a statement that was sent with other words before it: the position is that in the statement alone.
  package func moved(by prefix: String) -> ServerError {
    ServerError(
      sqlState: sqlState, message: message, detail: detail, hint: hint, context: context,
      position: position.map { max(1, $0 - prefix.unicodeScalars.count) })
  }

  /// The connection is gone or was never there: no later statement can work.
  package var isConnectionLost: Bool {
    guard let sqlState else { return true }
    // 57P01 to 57P03: the server is shutting down, crashed, or is starting up.
    return sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03"].contains(sqlState)
  }

  /// Memory, disk or connections ran out (class 53), which others may have had.
  package var lacksResources: Bool { sqlState?.hasPrefix("53") ?? false }
}

extension ServerError: CustomStringConvertible {
  /// `relation "ordres" does not exist (SQLSTATE 42P01)`, then detail, hint and context, a line each.
  package var description: String {
    var lines = [message + (sqlState.map { " (SQLSTATE \($0))" } ?? "")]
    if let detail { lines.append("detail: \(detail)") }
    if let hint { lines.append("hint: \(hint)") }
    if let context { lines.append("context: \(context)") }
    return lines.joined(separator: "\n")
  }
}
