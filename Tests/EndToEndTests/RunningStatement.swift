import Postgres
import TestSupport

extension Connection {
  /// Whether another session is running a statement with this text.
  func isRunning(_ text: String) throws -> Bool {
    try !execute(
      """
      SELECT FROM pg_stat_activity
      WHERE state = 'active' AND pid <> pg_backend_pid() AND strpos(query, $1) > 0
      """, [text]
    ).rows.isEmpty
  }
}

extension Project {
  /// Whether plangate's own server is running a statement with this text.
  func isRunning(_ text: String) -> Bool {
    for directory in (try? temporaryFiles()) ?? [] {
      // Line 5 is the directory of the socket.
      guard let lock = try? read("tmp/\(directory)/data/postmaster.pid").split(separator: "\n"), lock.count > 4,
        let connection = try? Connection([
          "host": String(lock[4]), "port": "5432", "user": "postgres", "dbname": "postgres",
        ])
      else { continue }
      return (try? connection.isRunning(text)) == true
    }
    return false
  }
}
