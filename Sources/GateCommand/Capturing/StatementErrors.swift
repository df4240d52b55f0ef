import Postgres

extension Statement {
  /// Why plangate does not take a statement, before any server sees it; nil when it may.
  func refusal(_ scanned: SQLScanner) -> Diagnostic? {
    if scanned.isEmpty { return error("the query is empty") }
    if scanned.selectsInto { return error(Statement.refused) }
    guard Statement.commands.contains(scanned.firstToken) else { return nil }
    guard let advice = Statement.advice(on: scanned.firstToken) else { return error(Statement.refused) }
    return error(
      "\(scanned.firstToken.uppercased()) is no query: that is a SELECT, VALUES, INSERT, UPDATE, DELETE, MERGE or WITH\n"
        + advice)
  }

  private static let refused =
    "a query is a SELECT, VALUES, INSERT, UPDATE, DELETE, MERGE or WITH; what makes a relation, and every other command, "
    + "is refused"

  /// Words that begin a command.
  ///
  /// A word that begins nothing is left to the server, which points at it.
  private static let commands: Set<String> = [
    "alter", "analyze", "begin", "call", "commit", "copy", "create", "declare", "do", "drop", "execute", "explain",
    "fetch", "grant", "lock", "prepare", "refresh", "reset", "revoke", "rollback", "savepoint", "set", "start",
    "truncate", "vacuum",
  ]

  /// What to list in place of a command.
  private static func advice(on command: String) -> String? {
    switch command {
    case "explain": "leave EXPLAIN out: plangate runs it itself"
    case "set", "reset": "give the setting to the query: session: {settings: {work_mem: 64MB}}, and leave SET out"
    case "begin", "start", "commit", "rollback", "savepoint":
      "leave it out: each case runs in a transaction of its own that is rolled back"
    case "call", "do": "list the statements that it runs as queries of their own"
    case "copy": "list the query inside COPY (…) TO, or the SELECT that reads the same rows"
    case "declare", "fetch": "list the query of the cursor, what follows FOR"
    case "prepare": "list the statement after AS, with values for its parameters"
    case "execute": "list the statement that was prepared, with values for its parameters"
    case "alter", "analyze", "drop", "grant", "lock", "refresh", "revoke", "truncate", "vacuum":
      "a step of the seed or a migration can run it"
    default: nil
    }
  }

  /// Why the values of a case do not fit, with all else that is wrong with the text.
  func mismatch(_ error: ParameterError) -> String {
    let several = count > 1 ? "\(self.error(Statement.severalStatements).description)\n" : ""
    return several + error.message + ((advice.placeholder ?? advice.mixture).map { "\n\($0)" } ?? "")
  }

  private static let severalStatements =
    "the text holds more than one statement; give each query a file of its own, or name one with 'query:'"

  /// An error of the statement as a whole.
  func error(_ message: String) -> Diagnostic { Diagnostic(message, file: file, line: firstLine) }

  /// The server's message with the position in the query's file.
  func error(_ error: ServerError, _ scanned: SQLScanner) -> Diagnostic {
    if error.sqlState == "42P14" { return self.error(Statement.refused) }
    if error.sqlState == "42601", error.message.contains("multiple commands") {
      return self.error(Statement.severalStatements)
    }
    let message = error.description + (advice.next(for: error).map { "\n\($0)" } ?? "")
    guard let position = error.position else { return self.error(message) }
    let place = place(of: scanned.originalOffset(position - 1))
    return Diagnostic(message, file: file, line: place.line, column: place.column, sourceLine: place.sourceLine)
  }
}
