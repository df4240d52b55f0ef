import Foundation
import Postgres
import TestSupport

/// A server that logs every statement in every format, for the tests of `import`.
final class LoggingServer {
  let directory: String
  private let binaries: String
  private let launcher: String

  /// - Parameter settings: more lines of its configuration.
  init(_ installed: InstalledServer, _ settings: String = "") throws {
    binaries = try installed.binaries
    directory = try makeTemporaryDirectory("plangate-logging")
    // The server does not run as root.
    launcher = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups --" : ""
    let formats = try installed.major >= 15 ? "stderr,csvlog,jsonlog" : "stderr,csvlog"
    try Self.run(
      """
      set -e
      [ "$(id -u)" != 0 ] || chown postgres "\(directory)"
      \(launcher) "\(binaries)/initdb" -D "\(directory)/data" -U postgres -A trust --no-sync --locale=C.UTF-8 -E UTF8
      cat >> "\(directory)/data/postgresql.conf" <<'END'
      listen_addresses = ''
      unix_socket_directories = '\(directory)'
      fsync = off
      logging_collector = on
      log_directory = '\(directory)/log'
      log_filename = 'server.log'
      log_file_mode = 0644
      log_destination = '\(formats)'
      \(settings)
      END
      \(launcher) "\(binaries)/pg_ctl" -D "\(directory)/data" -w -t 60 -l "\(directory)/data/start.log" start
      chmod 755 "\(directory)"
      [ ! -d "\(directory)/log" ] || chmod 755 "\(directory)/log"
      """, in: directory)
  }

  deinit {
    try? Self.run(
      "\(launcher) \"\(binaries)/pg_ctl\" -D \"\(directory)/data\" -m immediate -w stop || true", in: directory)
    try? FileManager.default.removeItem(atPath: directory)
  }

  private static func run(_ script: String, in directory: String) throws {
    let run = try RunningProgram(["/bin/sh", "-c", script], in: "/", environment: plainEnvironment()).end()
    guard run.status == 0 else { throw TestFailure("the server does not run\n\(run)") }
  }

  func connect(_ database: String = "postgres") throws -> Connection {
    try Connection(["host": directory, "user": "postgres", "dbname": database])
  }

  /// Runs SQL files through psql, without logging.
  func seed(_ files: [String], database: String) throws {
    let arguments = files.map { "-f '\($0)'" }.joined(separator: " ")
    try Self.run(
      "PGOPTIONS='-c log_min_duration_statement=-1 -c auto_explain.log_min_duration=-1' psql -q -X -v ON_ERROR_STOP=1 "
        + "-h '\(directory)' -U postgres -d \(database) \(arguments)", in: directory)
  }

  /// The log of a format, complete once the server has stopped.
  func log(_ suffix: String) throws -> String {
    try String(contentsOfFile: "\(directory)/log/server.\(suffix)", encoding: .utf8)
  }

  /// Stops the server, so that its logs are complete.
  func stop() throws {
    try Self.run("\(launcher) \"\(binaries)/pg_ctl\" -D \"\(directory)/data\" -m fast -w stop", in: directory)
  }

  var conninfo: String { "host=\(directory) user=postgres" }
}
