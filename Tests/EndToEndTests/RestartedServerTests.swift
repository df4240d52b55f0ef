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
    try running.wait(until: "the seed was reached") { project.exists("reached") }
    usleep(200_000)
    #expect(try server.databases().count == 1)
    #expect(try server.hasRole("made_role"))
    return running
  }

  private static func project() throws -> Project {
    try Project([
      "seed.sql": "\\! touch ../reached\nSELECT pg_sleep(300);\n",
      "queries/manifest.yml":
        "version: 1\nseed: [../seed.sql]\nroles: [made_role]\nqueries:\n  - {name: one, sql: SELECT 1}\n",
    ])
  }

  @Test(arguments: [SIGINT, SIGQUIT])
  func `what is plangate's is dropped when the server is back`(_ shutdown: Int32) throws {
    let project = try Self.project()
    let before = try server.inventory()
    let running = try waitingRun(in: project)
    server.shutDown(shutdown)
    try running.wait(until: "it waits") { running.stderr.contains("waiting for \(server.directory)") }
    sleep(1)
    try server.start()
    try expect(running.end(), exits: 2, stderr: ["the seed failed"], not: ["DROP"], leavingNothingIn: project)
    #expect(try server.inventory() == before)
  }

  @Test func `so it is after a signal`() throws {
    let project = try Self.project()
    let before = try server.inventory()
    let running = try waitingRun(in: project)
    server.shutDown()
    running.send(SIGINT)
    try running.wait(until: "it waits") { running.stderr.contains("waiting for \(server.directory)") }
    sleep(1)
    try server.start()
    try expect(running.end(), exits: 130, not: ["DROP"], leavingNothingIn: project)
    #expect(try server.inventory() == before)
  }

  @Test func `a second signal ends the waiting and what stays is said`() throws {
    let project = try Self.project()
    let before = try server.inventory()
    let running = try waitingRun(in: project)
    let name = try #require(try server.databases().first)
    server.shutDown()
    try running.wait(until: "it waits") { running.stderr.contains("waiting for \(server.directory)") }
    let waiting = ContinuousClock.now
    running.send(SIGINT)
    sleep(1)
    #expect(!running.hasEnded)
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

  @Test func `a server that does not come back is given up after a while`() throws {
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
