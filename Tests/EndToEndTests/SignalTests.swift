import Foundation
import TestSupport
import Testing

/// A run that is ended from outside stops its server and removes its files.
@Suite struct SignalTests {
  enum Moment: String, CaseIterable, Sendable {
    case start, psql, step, query
  }

  static let signals: [(number: Int32, status: Int32)] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)]

  /// Each signal in the middle of a query, and in the middle of a seed or of the server's start.
  static let cases: [(Int32, Int32, Moment)] =
    signals.map { ($0.number, $0.status, .query) }
    + [(SIGINT, 130, .psql), (SIGTERM, 143, .step), (SIGHUP, 129, .psql), (SIGTERM, 143, .start)]

  private static func project(_ moment: Moment) throws -> Project {
    let seed =
      switch moment {
      case .psql: "[../seed.sql]"
      case .step: "[{run: touch ../reached; sleep 300}]"
      case .query, .start: "[]"
      }
    return try Project([
      "seed.sql": "\\! touch ../reached\nSELECT pg_sleep(300);\n",
      "queries/manifest.yml": """
      version: 1
      seed: \(seed)
      timeout: 10min
      queries:
        - name: first
          sql: SELECT 1
        - name: slow
          sql: SELECT pg_sleep(300)
        - name: last
          sql: SELECT 2

      """,
      "junit.xml": "<testsuites><testsuite><testcase name=\"one\"/></testsuite></testsuites>\n",
    ])
  }

  @Test(arguments: cases)
  func `a signal ends the run and leaves nothing`(_ signal: Int32, _ status: Int32, _ moment: Moment) throws {
    let project = try SignalTests.project(moment)
    let running = try project.start(["check", "-v", "--junit", "junit.xml", "--json", "report.json"])
    switch moment {
    case .start: try running.wait(until: "the server was made") { (try? project.temporaryFiles())?.isEmpty == false }
    case .psql, .step: try running.wait(until: "the seed was reached") { project.exists("reached") }
    case .query: try running.wait(until: "the queries were reached") { running.stdout.contains("ready (") }
    }
    // Into the sleep, or into initdb.
    usleep(moment == .start ? 50_000 : 200_000)
    #expect(!project.processes().isEmpty)
    let sent = ContinuousClock.now
    running.send(signal)
    let run = running.end()
    try expect(run, exits: status, leavingNothingIn: project)
    #expect(ContinuousClock.now - sent < .seconds(10), "\(run)")
    try expectEarlyEnd(project, "signal")
  }

  @Test func `a second signal changes nothing`() throws {
    let project = try SignalTests.project(.query)
    let running = try project.start(["check", "-v"])
    try running.wait(until: "the queries were reached") { running.stdout.contains("ready (") }
    usleep(200_000)
    running.send(SIGINT)
    running.send(SIGTERM)
    running.send(SIGINT)
    let run = running.end()
    // Which of two signals at once comes first is the kernel's to say.
    #expect([130, 143].contains(run.status), "\(run)")
    #expect(try project.temporaryFiles() == [], "\(run)")
    #expect(project.processes() == [], "\(run)")
  }

  @Test func `a signal that was ignored from the start does not end the run`() throws {
    let project = try SignalTests.project(.query)
    try project.edit("queries/manifest.yml", "pg_sleep(300)", "pg_sleep(1)")
    let running = try project.start(
      ["check", "-v"], launcher: ["/bin/sh", "-c", "trap '' HUP INT; exec \"$0\" \"$@\""])
    try running.wait(until: "the queries were reached") { running.stdout.contains("ready (") }
    running.send(SIGHUP)
    running.send(SIGINT)
    try expect(running.end(), exits: 1, stdout: ["3 new"], leavingNothingIn: project)
  }

  @Test func `a reader that goes away early stops no server half-way`() throws {
    let project = try Sample.recorded()
    let run = try project.start(
      ["check", "-v", "nap"], launcher: ["/bin/sh", "-c", "\"$0\" \"$@\" | head -n 1"]
    ).end()
    try expect(run, exits: 0, stdout: ["server: "])
    // The shell waits for both, in most shells; plangate may be the later one.
    let deadline = ContinuousClock.now + .seconds(10)
    while !project.processes().isEmpty, ContinuousClock.now < deadline { usleep(20_000) }
    try expect(run, exits: 0, leavingNothingIn: project)
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func `a signal ends a run whose report nobody reads`(_ signal: Int32, _ status: Int32) throws {
    let project = try Sample.recorded()
    let pipe = project.directory + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    try #require(reader >= 0)
    defer { close(reader) }
    // One page: the report is larger.
    #if os(Linux)
      try #require(fcntl(reader, 1031, 4096) >= 4096)
    #endif
    let running = try project.start(
      ["check", "-v", "--html", "-"], launcher: ["/bin/sh", "-c", "exec \"$0\" \"$@\" >pipe"])
    try running.wait(until: "the report was begun") {
      var count: Int32 = 0
      return ioctl(reader, UInt(FIONREAD), &count) == 0 && count >= 4000
    }
    usleep(200_000)
    let sent = ContinuousClock.now
    running.send(signal)
    try expect(running.end(), exits: status, leavingNothingIn: project)
    #expect(ContinuousClock.now - sent < .seconds(10))
  }

  /// A plan of thousands of nodes is judged within the server's time, and its reports take seconds without optimization.
  private static func projectWithLargePlan(scans: Int) throws -> Project {
    let parts = (0..<scans).map { "SELECT count(*) FROM marks WHERE place = \($0)" }
    return try Project([
      "seed.sql": """
      CREATE TABLE marks (id integer PRIMARY KEY, place integer NOT NULL);
      INSERT INTO marks SELECT i, i % 100 FROM generate_series(1, 1000) AS i;

      """,
      "queries/large.sql": parts.joined(separator: "\nUNION ALL ") + "\n",
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      timeout: 10min
      queries:
        - file: large.sql

      """,
    ])
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func `a signal ends a run that writes large reports, and the reports say so`(
    _ signal: Int32, _ status: Int32
  ) throws {
    let project = try SignalTests.projectWithLargePlan(scans: 1500)
    let options = [
      "--junit", "junit.xml", "--json", "report.json", "--markdown", "report.md", "--html", "report.html",
      "--sarif", "report.sarif", "--gitlab", "report.gitlab.json",
    ]
    let running = try project.start(["check", "-v"] + options)
    // From here to the end the run computes, and looks at no signal.
    try running.wait(until: "the query was judged") { running.stdout.contains("cases: 1 (") }
    #expect(!project.processes().isEmpty)
    let sent = ContinuousClock.now
    running.send(signal)
    let run = running.end()
    let elapsed = ContinuousClock.now - sent
    try expect(run, exits: status, stderr: ["ended by signal \(signal)"], leavingNothingIn: project)
    #expect(elapsed < .seconds(10), "\(elapsed)\n\(run)")
    // A run that came to its end beside the signal would have reported the query.
    try expectEarlyEnd(project, "ended by signal \(signal)")
    for path in ["report.md", "report.html", "report.sarif", "report.gitlab.json"] {
      #expect(try project.read(path).contains("ended by signal \(signal)"), "\(path)")
    }
    #expect(try !project.read("report.html").contains("marks"))
  }

  @Test func `--keep leaves the server up until Ctrl-C and ends with the verdict`() throws {
    let project = try Sample.recorded()
    let running = try project.start(["check", "nap", "--keep", "--json", "report.json"])
    try running.wait(until: "the server was up") { running.stdout.contains("Ctrl-C") }
    #expect(try project.json().outcome == "passed")
    let url = try #require(running.stdout.split(separator: "'").first { $0.hasPrefix("postgresql://") })
    let psql = try RunningProgram(
      ["psql", "-XAtc", "SELECT count(*) FROM orders", String(url)], in: "/", environment: plainEnvironment()
    ).end()
    #expect(psql.stdout == "20000\n", "\(psql)")
    running.send(SIGINT)
    try expect(running.end(), exits: 0, stdout: ["1 passed"], leavingNothingIn: project)
  }

  @Test func `a server does not outlive plangate's own sudden end`() throws {
    let project = try SignalTests.project(.query)
    let running = try project.start(["check", "-v"])
    try running.wait(until: "the queries were reached") { running.stdout.contains("ready (") }
    usleep(200_000)
    running.send(SIGKILL)
    let run = running.end()
    #expect(run.status == -SIGKILL, "\(run)")
    #if os(Linux)
      let deadline = ContinuousClock.now + .seconds(10)
      while !project.processes().isEmpty, ContinuousClock.now < deadline { usleep(20_000) }
      #expect(project.processes() == [], "\(run)")
    #endif
  }
}
