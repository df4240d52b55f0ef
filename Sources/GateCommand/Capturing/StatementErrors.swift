import Postgres

extension Statement {
  /// Why plangate does not take a statement, before any server sees it; nil when it may.
  func refusal(_ scanned: SQLScanner) -> Diagnostic? {
    if scanned.isEmpty { return error("the query is empty") }
    return scanned.selectsInto || Statement.commands.contains(scanned.firstToken) ? error(Statement.refused) : nil
  }

  private static let refused =
    "a query is a SELECT, VALUES, INSERT, UPDATE, DELETE, MERGE or WITH; what makes a relation, and every other command, "
    + "is refused"

  /// Words that begin a command.
  ///
  /// A word that begins nothing is left to the server, which points at it.
  private static let commands: Set<String> = [
    "alter", "analyze", "begin", "call", "commit", "copy", "create", "declare", "do", "drop", "execute", "explain",
    "grant", "lock", "prepare", "refresh", "revoke", "rollback", "set", "truncate", "vacuum",
  ]

  /// An error of the statement as a whole.
  func error(_ message: String) -> Diagnostic { Diagnostic(message, file: file, line: firstLine) }

  /// The server's message with the position in the query's file.
  func error(_ error: ServerError, _ scanned: SQLScanner) -> Diagnostic {
    if error.sqlState == "42P14" { return self.error(Statement.refused) }
    if error.sqlState == "42601", error.message.contains("multiple commands") {
      return self.error(
        "the text holds more than one statement; give each query a file of its own, or name one with 'query:'")
    }
    guard let position = error.position else { return self.error(error.description) }
    let place = place(of: scanned.originalOffset(position - 1))
    return Diagnostic(
      error.description, file: file, line: place.line, column: place.column, sourceLine: place.sourceLine)
  }
}
