import Postgres
import Reporting

/// Transactions that a seed prepared and neither committed nor rolled back.
///
/// They keep their locks until they end: VACUUM would wait for ever, and the database could be neither copied nor
/// dropped.
enum PreparedTransactions {
  /// Rolls back any prepared transactions of a database, and then returns an error if there were any.
  static func problem(in manifest: Manifest, _ connection: Connection) throws(ServerError) -> Diagnostic? {
    guard let identifier = try rollBack(on: connection).first else { return nil }
    let message =
      "the seed leaves the transaction '\(identifier.visible)' prepared, and its locks stay\n"
      + "end it in the seed with COMMIT PREPARED"
    for path in (manifest.seed + manifest.migrations.map(\.step)).compactMap(\.sqlFile) {
      guard let mark = PsqlScript(file: path)?.prepared[identifier] else { continue }
      return Diagnostic(message, file: path, line: mark.line)
    }
    return Diagnostic(message)
  }

  /// Rolls back the prepared transactions of a database that plangate made.
  ///
  /// - Parameter connection: a connection to that database.
  /// - Returns: their identifiers.
  @discardableResult
  static func rollBack(on connection: Connection) throws(ServerError) -> [String] {
    let rows = try connection.execute(
      """
      SELECT gid, pg_catalog.format('ROLLBACK PREPARED %L', gid) FROM pg_catalog.pg_prepared_xacts
      WHERE database = pg_catalog.current_database() ORDER BY prepared, gid
      """
    ).rows
    for row in rows {
      // The server wrote this statement and quoted the identifier in it.
      if let statement = row[1] { try connection.execute(statement) }
    }
    return rows.compactMap { $0[0] }
  }
}
