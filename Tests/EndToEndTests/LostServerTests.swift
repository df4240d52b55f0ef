import Foundation
import TestSupport
import Testing

/// A killed postmaster loses no report and leaves no backend behind.
@Suite struct LostServerTests {
  /// A query that computes for days and waits for nothing, so that it does not notice the end of its postmaster.
  private static let endless = "SELECT count(*) FROM (SELECT generate_series(1, 1000000000000)) AS n"

  private static func project(seed: String = "SELECT 1;\n") throws -> Project {
    try Project([
      "seed.sql": seed,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      timeout: 10min
      queries:
        - {name: first, sql: SELECT 1}
        - {name: computes, sql: "\(endless)"}
        - {name: sleeps, sql: SELECT pg_sleep(300)}
        - {name: last, sql: SELECT 2}

      """,
    ])
  }

  /// - Returns: the number of its System V shared memory segment.
  @discardableResult
  private static func killPostmaster(of project: Project) throws -> Substring {
    let directory = try #require(try project.temporaryFiles().first)
    let lock = try project.read("tmp/\(directory)/data/postmaster.pid").split(
      separator: "\n", omittingEmptySubsequences: false)
    kill(try #require(pid_t(lock[0])), SIGKILL)
    return try #require(lock[6].split(separator: " ").last)
  }

  private static func hasSegment(_ number: Substring) throws -> Bool {
    try String(contentsOfFile: "/proc/sysvipc/shm", encoding: .utf8).split(separator: "\n")
      .contains { $0.split(separator: " ")[1] == number }
  }

  /// A run whose second and third cases are running, so that the first is done.
  private static func runInTheMiddle(_ project: Project) throws -> RunningProgram {
    let running = try project.start(
      ["check", "-v", "--jobs", "2", "--junit", "junit.xml", "--json", "report.json"])
    try running.wait(until: "two cases ran") { project.isRunning(endless) && project.isRunning("pg_sleep(300)") }
    return running
  }

  @Test func `cases without a result after the server was killed are unchecked, and all are listed`() throws {
    let project = try Self.project()
    try expect(project.plangate("record", "first"), exits: 0)
    let running = try Self.runInTheMiddle(project)
    let killed = ContinuousClock.now
    let segment = try Self.killPostmaster(of: project)
    let run = running.end()
    try expect(run, exits: 2, leavingNothingIn: project)
    #expect(ContinuousClock.now - killed < .seconds(5), "\(run)")
    #expect(try !Self.hasSegment(segment))
    let report = try project.json()
    #expect(report.outcome == "unchecked")
    #expect(report.cases.map(\.name) == ["first", "computes", "sleeps", "last"])
    // The first one cannot be judged either where the catalog was not read before.
    #expect(["passed", "unchecked"].contains(report.cases.first?.verdict), "\(run)")
    #expect(report.cases.dropFirst().map(\.verdict) == ["unchecked", "unchecked", "unchecked"], "\(run)")
    let junit = try project.junit()
    #expect(junit.cases.map(\.name) == report.cases.map(\.name))
    for item in junit.cases.dropFirst() { #expect(item.error?.text.contains("the server is gone") == true, "\(item)") }
  }

  @Test func `Ctrl-C after the server was killed ends the run at once`() throws {
    let project = try Self.project()
    let running = try Self.runInTheMiddle(project)
    let killed = ContinuousClock.now
    try Self.killPostmaster(of: project)
    running.send(SIGINT)
    let run = running.end()
    try expect(run, exits: 130, leavingNothingIn: project)
    #expect(ContinuousClock.now - killed < .seconds(5), "\(run)")
  }

  @Test func `a computing seed ends when the server is killed`() throws {
    let project = try Self.project(seed: "\(Self.endless);\n")
    let running = try project.start(["check", "--junit", "junit.xml", "--json", "report.json"])
    try running.wait(until: "the seed computed") { project.isRunning(Self.endless) }
    let killed = ContinuousClock.now
    try Self.killPostmaster(of: project)
    let run = running.end()
    try expect(run, exits: 2, stderr: ["the seed failed"], leavingNothingIn: project)
    #expect(ContinuousClock.now - killed < .seconds(5), "\(run)")
    try expectEarlyEnd(project, "the seed failed")
  }
}
