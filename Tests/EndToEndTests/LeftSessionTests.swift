import Foundation
import Postgres
import TestSupport
import Testing

@testable import GateCommand

/// Sessions and locks that a seed leaves open, for which plangate waits a minute, and less in these tests.
@Suite struct LeftSessionTests {
  /// An empty database on a server of plangate's own.
  private static func withDatabase(_ body: (DatabaseServer, DatabaseServer.Name) throws -> Void) throws {
    let environment = plainEnvironment()
    let server = try DatabaseServer(
      ServerInstallation.locate(nil, environment: environment),
      ServerConfiguration(locale: "C.UTF-8", encoding: "UTF8", timeZone: "UTC", settings: [:]),
      environment: environment)
    defer { server.stop() }
    try server.makeCluster()
    try server.start()
    try server.create(server.seeded)
    try body(server, server.seeded)
  }

  /// A session that somebody has left open, and the number of its process.
  private static func session(
    in name: DatabaseServer.Name, of server: DatabaseServer
  ) throws -> (connection: Connection, process: Int32) {
    let connection = try server.newConnection(to: name)
    let number = try connection.execute("SELECT pg_backend_pid()").rows[0][0]
    return (connection, try #require(number.flatMap { Int32($0) }))
  }

  /// Calls `body`, and sends a process a signal when that takes long: a wait without an end fails its test and ends.
  private static func withRescue(_ process: Int32, _ signal: Int32, _ body: () throws -> Void) rethrows {
    let rescue = DispatchWorkItem { kill(process, signal) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: rescue)
    defer { rescue.cancel() }
    try body()
  }

  @Test func `a session that ends on request is waited for`() throws {
    try LeftSessionTests.withDatabase { server, name in
      let (connection, process) = try LeftSessionTests.session(in: name, of: server)
      try LeftSessionTests.withRescue(process, SIGKILL) { try server.waitUntilAlone(in: name) }
      let error = try #require(throws: ServerError.self) { try connection.execute("SELECT 1") }
      #expect(error.isConnectionLost, "\(error)")
    }
  }

  @Test func `a session that does not end is an error with its name and the next step`() throws {
    try LeftSessionTests.withDatabase { server, name in
      let (connection, process) = try LeftSessionTests.session(in: name, of: server)
      defer { withExtendedLifetime(connection) {} }
      // A stopped process ends as little as one that waits for a disk that is gone.
      try #require(kill(process, SIGSTOP) == 0)
      defer { kill(process, SIGCONT) }
      try LeftSessionTests.withRescue(process, SIGCONT) {
        // Longer than the second after which it is asked to end.
        let error = try #require(throws: ServerError.self) {
          try server.waitUntilAlone(in: name, atMost: .milliseconds(1500))
        }
        let user = try server.newConnection(to: name).execute("SELECT session_user").rows[0][0] ?? ""
        #expect(
          server.diagnostic(error).description
            == "error: the seed left sessions in the database that do not end: client backend of \(user) \"plangate\" "
            + "(process \(process)) SELECT pg_backend_pid() (SQLSTATE 55006)\nhint: end in the seed whatever it starts: "
            + "dblink connections, background workers, schedulers")
      }
    }
  }

  @Test func `a lock that a session holds is an error with the next step`() throws {
    try LeftSessionTests.withDatabase { server, name in
      let (connection, process) = try LeftSessionTests.session(in: name, of: server)
      try connection.execute("CREATE TABLE kept AS SELECT n FROM generate_series(1, 10) AS n")
      try connection.execute("BEGIN")
      try connection.execute("LOCK TABLE kept IN SHARE MODE")
      var statistics = Statistics(connection: try server.newConnection(to: name))
      statistics.lockTimeout = "50ms"
      try LeftSessionTests.withRescue(process, SIGTERM) {
        let error = try #require(throws: ServerError.self) { try statistics.collect() }
        #expect(
          server.diagnostic(error).description
            == "error: VACUUM or ANALYZE waited 50ms for a lock that another session holds (SQLSTATE 55P03)\n"
            + "hint: end in the seed whatever it starts")
      }
      try connection.execute("COMMIT")
      #expect(try statistics.collect().sampled == [])
    }
  }
}
