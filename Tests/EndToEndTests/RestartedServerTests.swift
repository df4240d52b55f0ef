import Foundation
import Postgres
import TestSupport
import Testing

/// A given server that restarts during a run keeps nothing that plangate made.
@Suite(.serialized) struct RestartedServerTests {
  private static let made: Result<GivenTestServer, any Error> = Result {
    let server = try GivenTestServer()
    atexit { try? RestartedServerTests.made.get().stop() }
    return server
  }

  let server: GivenTestServer

  init() throws {
    server = try RestartedServerTests.made.get()
    // A failed test may have left it stopped.
    if (try? server.superuser()) == nil { try server.start() }
  }

  /// A run whose seed waits, with its role and its database on the server.
  private func waitingRun(in project: Project) throws -> RunningProgram {
    let running = try project.start(
      ["check", "-v", "--json", "report.json", "--server", server.superuserConninfo])
    try running.wait(until: "the seed ran") { server.isRunning("pg_sleep(300)") }
    #expect(try server.databases().count == 1)
    #expect(try server.hasRole("made_role"))
    return running
  }

  private static func project() throws -> Project {
    try Project([
      "seed.sql": "SELECT pg_sleep(300);\n",
      "queries/manifest.yml":
        "version: 1\nseed: [../seed.sql]\nroles: [made_role]\nqueries:\n  - {name: one, sql: SELECT 1}\n",
    ])
  }

  @Test(arguments: [SIGINT, SIGQUIT])
  func `plangate's database and role are dropped when the server is back`(_ shutdown: Int32) throws {
    let project = try Self.project()
    let before = try server.inventory()
    let running = try waitingRun(in: project)
    server.shutDown(shutdown)
    try running.wait(until: "it waits") { running.stderr.contains("waiting for \(server.directory)") }
    try server.start()
    try expect(running.end(), exits: 2, stderr: ["the seed failed"], not: ["DROP"], leavingNothingIn: project)
    #expect(try server.inventory() == before)
  }

  @Test func `they are dropped after a signal too`() throws {
    let project = try Self.project()
    let before = try server.inventory()
    let running = try waitingRun(in: project)
    server.shutDown()
    running.send(SIGINT)
    try running.wait(until: "it waits") { running.stderr.contains("waiting for \(server.directory)") }
    try server.start()
    try expect(running.end(), exits: 130, not: ["DROP"], leavingNothingIn: project)
    #expect(try server.inventory() == before)
  }

  @Test func `a second signal ends the wait, and what remains is reported`() throws {
    let project = try Self.project()
    let before = try server.inventory()
    let running = try waitingRun(in: project)
    let name = try #require(try server.databases().first)
    server.shutDown()
    try running.wait(until: "it waits") { running.stderr.contains("waiting for \(server.directory)") }
    let waiting = ContinuousClock.now
    running.send(SIGINT)
    let attempts = try ConnectionCounter(server.socket)
    // The attempt that the signal met, and the next one.
    try running.wait(until: "it tried twice more") { attempts.count >= 2 }
    attempts.stop()
    running.send(SIGTERM)
    let run = running.end()
    // It would have waited for 30 s.
    #expect(ContinuousClock.now - waiting < .seconds(20), "\(run)")
    try expect(
      run, exits: 130,
      stderr: ["could not be cleaned up", "DROP DATABASE IF EXISTS \(name);", "DROP ROLE \"made_role\";"],
      leavingNothingIn: project)
    try server.start()
    try server.superuser().execute("DROP DATABASE \(name)")
    try server.superuser().execute("DROP ROLE made_role")
    #expect(try server.inventory() == before)
  }

  @Test func `waiting for a server ends after 30 seconds`() throws {
    let project = try Self.project()
    let running = try waitingRun(in: project)
    let name = try #require(try server.databases().first)
    server.shutDown()
    let run = running.end()
    try expect(
      run, exits: 2, stderr: ["for 30 s at most", "could not be cleaned up", "DROP DATABASE IF EXISTS \(name);"],
      leavingNothingIn: project)
    #expect(run.duration > .seconds(25), "\(run)")
    try server.start()
    try server.superuser().execute("DROP DATABASE \(name)")
    try server.superuser().execute("DROP ROLE made_role")
  }
}

/// Listens on a socket and refuses all who connect.
private final class ConnectionCounter {
  private let path: String
  private let descriptor: Int32
  private var accepted = 0

  init(_ path: String) throws {
    self.path = path
    descriptor = streamSocket(AF_UNIX)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let isListening = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(descriptor, 5) == 0
      }
    }
    guard isListening, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0, chmod(path, 0o777) == 0 else {
      throw TestFailure("cannot listen on \(path): \(String(cString: strerror(errno)))")
    }
  }

  /// Makes way for the server.
  func stop() {
    close(descriptor)
    unlink(path)
  }

  /// How many have connected so far.
  var count: Int {
    while true {
      let client = accept(descriptor, nil, nil)
      guard client >= 0 else { return accepted }
      close(client)
      accepted += 1
    }
  }
}
