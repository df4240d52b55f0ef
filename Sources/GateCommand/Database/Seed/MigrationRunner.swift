import OperatingSystem
import Postgres

/// Runs the statements of a migration one by one, as the tool that owns it does: in one transaction, unless the file
/// opts out or begins its own.
struct MigrationRunner {
  let server: DatabaseServer
  let database: DatabaseServer.Name
  /// What notes locks and the like; nil for a run that only has to be done.
  var observer: MigrationObserver?

  /// A statement that waits longer, for a lock that its own migration holds in another session, never ends.
  static let statementTimeout = "10min"

  /// Runs the way up of a migration.
  func run(_ file: MigrationFile) throws(Diagnostic) {
    let text = String(decoding: try readFile(file.path, "a migration"), as: UTF8.self)
    try run(file.up(text), of: file.path, text)
  }

  /// Runs a script.
  ///
  /// - Parameters:
  ///   - path: the file that errors name.
  ///   - text: the text of that file.
  func run(_ script: MigrationScript, of path: String, _ text: String) throws(Diagnostic) {
    if script.needsPsql {
      throw Diagnostic(
        "the migration holds commands of psql or the rows of a COPY, which only psql can run\n"
          + "run it as a step of 'migrations:': {run: psql --set=ON_ERROR_STOP=1 --file=\(path)}", file: path)
    }
    let connection: Connection
    do {
      // The session that looked at the database before serves: it only read.
      connection = try server.connect(to: database)
      server.closeConnections(to: database)
      // random() repeats, as in each file of the seed.
      try connection.execute("SELECT pg_catalog.setseed(0.5)")
      try connection.execute(
        "SELECT pg_catalog.set_config('statement_timeout', $1, false)", [MigrationRunner.statementTimeout])
      try observer?.begin(connection)
      if script.isTransactional { try connection.execute("BEGIN") }
    } catch { throw server.diagnostic(error) }
    var isInTransaction = script.isTransactional
    for (number, statement) in script.statements.enumerated() {
      try checkInterruption()
      do { try run(statement, on: connection, isInTransaction: &isInTransaction) } catch {
        throw failure(error, statement, after: number, script, path, text)
      }
    }
    do { if script.isTransactional { try connection.execute("COMMIT") } } catch {
      throw Diagnostic("the migration failed at its end: \(error.description)", file: path)
    }
    // It fails inside a transaction, even a failed one.
    do { try connection.execute("DISCARD ALL") } catch {
      throw Diagnostic(
        "a transaction is still open at the end of the migration, and its changes are lost\nend it with COMMIT",
        file: path)
    }
  }

  private func run(
    _ statement: MigrationScript.Statement, on connection: Connection, isInTransaction: inout Bool
  ) throws(ServerError) {
    guard let observer else {
      try connection.execute(statement.text)
      return
    }
    if statement.beginsTransaction { isInTransaction = true }
    if statement.endsTransaction { isInTransaction = false }
    let isInside = isInTransaction || statement.endsTransaction
    let isLast = !isInTransaction
    func observe(isInTransaction: Bool) throws(ServerError) {
      try observer.observe(
        statement, on: connection, isInTransaction: isInTransaction, isLast: isLast,
        other: { () throws(ServerError) in try server.newConnection(to: database) },
        { () throws(ServerError) in try connection.execute(statement.text) })
    }
    // Without a transaction around it, its locks would be gone before they can be seen.
    if !isInside, !statement.onlySets, !statement.refusesTransaction {
      try connection.execute("BEGIN")
      do {
        try observe(isInTransaction: true)
        try connection.execute("COMMIT")
        return
      } catch {
        // A procedure that commits, or a statement that refuses a transaction after all.
        guard ["2D000", "25001"].contains(error.sqlState) else { throw error }
        try connection.execute("ROLLBACK")
        try observer.forgetAttempt(connection)
      }
    }
    try observe(isInTransaction: isInside)
  }

  private func failure(
    _ error: ServerError, _ statement: MigrationScript.Statement, after done: Int, _ script: MigrationScript,
    _ path: String, _ text: String
  ) -> Diagnostic {
    var line = statement.line
    var column: Int?
    if let position = error.position {
      let before = statement.text.unicodeScalars.prefix(position - 1)
      line += before.count { $0 == "\n" }
      if line > statement.line { column = before.reversed().prefix { $0 != "\n" }.count + 1 }
    }
    var message = "the migration failed: \(error.description)"
    if error.isTimeout, error.sqlState == "57014" {
      message +=
        "\na statement may run for \(MigrationRunner.statementTimeout) unless the file sets statement_timeout; this one "
        + "may wait for a lock that its own migration holds"
    }
    // 25001: the statement cannot run inside a transaction block.
    if error.sqlState == "25001", script.isTransactional {
      message += "\n" + MigrationRunner.transactionAdvice(text)
    } else if done > 0, script.isTransactional {
      message +=
        done == 1 ? "\nthe statement before it was rolled back" : "\nthe \(done) statements before it were rolled back"
    } else if done > 0, !script.statements.contains(where: \.controlsTransaction) {
      message +=
        done == 1 ? "\nthe statement before it stays applied" : "\nthe \(done) statements before it stay applied"
    }
    return Diagnostic(message, file: path, line: line, column: column, sourceLine: Diagnostic.line(line, of: text))
  }

  /// How a file leaves its transaction, by the marks that it has.
  private static func transactionAdvice(_ text: String) -> String {
    if text.contains("+goose") { return "the file runs in one transaction; add the line '-- +goose NO TRANSACTION'" }
    if text.contains("migrate:up") {
      return "the file runs in one transaction; write '-- migrate:up transaction:false'"
    }
    if text.contains("+migrate") { return "the file runs in one transaction; write '-- +migrate Up notransaction'" }
    return "several statements of a file run in one transaction; give this one a file of its own"
  }
}

extension MigrationScript.Statement {
  fileprivate var controlsTransaction: Bool {
    beginsTransaction || endsTransaction || ["rollback", "savepoint"].contains(words.first)
  }

  /// Whether no transaction is open after it.
  var endsTransaction: Bool {
    switch words.first {
    case "commit", "end", "abort": !words.contains("prepared")
    case "rollback": !words.contains("to") && !words.contains("prepared")
    default: false
    }
  }
}
