import PlanCore
import Postgres

/// Reads pg_stat_statements of a running server, in a transaction that only reads.
struct StatStatements {
  private let connection: Connection

  init(_ conninfo: String, libpqEnvironment: [String: String]) throws(Diagnostic) {
    let info: ConnectionInfo
    do { info = try ConnectionInfo(conninfo) } catch {
      throw Diagnostic(
        "cannot parse --from: \(error.message)\n"
          + "it is a URI (postgresql://user@host:5432/database) or keywords (host=… port=… user=… dbname=…)")
    }
    do { connection = try ServerAccess.open(info, environment: libpqEnvironment) } catch {
      throw Diagnostic("cannot connect to the server of --from: \(error.description)")
    }
  }

  /// Adds all statements of the connection's database.
  func read(into groups: inout StatementGroups) throws(Diagnostic) {
    do {
      try connection.execute("BEGIN READ ONLY")
      for (name, value) in [("statement_timeout", "60s"), ("lock_timeout", "5s"), ("search_path", "pg_catalog")] {
        try connection.execute("SELECT pg_catalog.set_config($1, $2, true)", [name, value])
      }
      let view = try view()
      let isNewer = try hasColumn("total_exec_time", of: view)
      let time = isNewer ? "total_exec_time" : "total_time"
      let isTop = try hasColumn("toplevel", of: view) ? "s.toplevel" : "true"
      let rows = try connection.execute(
        """
        SELECT s.query, s.calls, s.\(time), (d.datname = pg_catalog.current_database())::int, (\(isTop))::int
        FROM \(view) AS s JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid ORDER BY s.\(time) DESC LIMIT 20000
        """
      ).rows
      try connection.execute("ROLLBACK")
      for row in rows { add(row, to: &groups) }
    } catch let error as ServerError {
      throw Diagnostic("cannot read pg_stat_statements: \(error.description)")
    } catch let error as Diagnostic { throw error } catch { throw Diagnostic("\(error)") }
  }

  private func add(_ row: [String?], to groups: inout StatementGroups) {
    guard let text = row[0], let calls = row[1].flatMap({ Int($0) }), let total = row[2].flatMap({ Double($0) }) else {
      return groups.leaveOut(.cut)
    }
    if row[3] != "1" { return groups.leaveOut(.otherDatabase) }
    if row[4] != "1" { return groups.leaveOut(.internalStatement) }
    groups.add(Execution(text: StatStatements.readable(text)), calls: calls, total: total)
  }

  /// The statement as a server reads it: the view writes `interval $1` for a literal with a type, and since
  /// PostgreSQL 18 `IN ($1 /*, ... */)` for a list.
  static func readable(_ text: String) -> String {
    text.replacing(/(?i)\bnot\s+in\s*\((\$\d+) \/\*, \.\.\. \*\/\)/) { "<> ALL (\($0.1))" }
      .replacing(/(?i)\bin\s*\((\$\d+) \/\*, \.\.\. \*\/\)/) { "= ANY (\($0.1))" }
      .replacing(/(?i)\b(interval|date|time|timestamp|timestamptz)\s+(\$\d+)/) { "\($0.2)::\($0.1)" }
  }

  /// The view in the schema of its extension.
  private func view() throws -> String {
    let schema = try connection.execute(
      """
      SELECT pg_catalog.quote_ident(n.nspname)
      FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
      WHERE e.extname = 'pg_stat_statements'
      """
    ).value
    guard let schema else {
      throw Diagnostic(
        "the database has no pg_stat_statements\n"
          + "connect to the one that has it, or: CREATE EXTENSION pg_stat_statements, with the library in "
          + "shared_preload_libraries")
    }
    return "\(schema).pg_stat_statements"
  }

  private func hasColumn(_ name: String, of view: String) throws(ServerError) -> Bool {
    try connection.execute(
      """
      SELECT 1 FROM pg_catalog.pg_attribute
      WHERE attrelid = pg_catalog.to_regclass($1) AND attname = $2 AND NOT attisdropped
      """, [view, name]
    ).value != nil
  }
}
