import Foundation
import TestSupport
import Testing

/// A run that is ended by a signal stops its server and removes its files.
@Suite struct SignalTests {
  enum Moment: String, CaseIterable, Sendable {
    case start, psql, step, query
  }

  static let signals: [(number: Int32, status: Int32)] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)]

  /// Each signal during a query, and during a seed or the start of the server.
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
    // plangate itself and initdb or the server.
    case .start: try running.wait(until: "the server was made") { project.processes().count > 1 }
    case .step: try running.wait(until: "the seed was reached") { project.exists("reached") }
    case .psql, .query: try running.wait(until: "the statement ran") { project.isRunning("pg_sleep(300)") }
    }
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
    try running.wait(until: "the query ran") { project.isRunning("pg_sleep(300)") }
    running.send(SIGINT)
    running.send(SIGTERM)
    running.send(SIGINT)
    let run = running.end()
    // The kernel decides which of two simultaneous signals arrives first.
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

  @Test func `a reader that stops early leaves no server behind`() throws {
    let project = try Sample.recorded()
    let run = try project.start(
      ["check", "-v", "nap"], launcher: ["/bin/sh", "-c", "\"$0\" \"$@\" | head -n 1"]
    ).end()
    try expect(run, exits: 0, stdout: ["server: "])
    // The shell waits for both, in most shells; plangate may end later.
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
    // One page, since the report is larger.
    #if os(Linux)
      try #require(fcntl(reader, 1031, 4096) >= 4096)
    #endif
    let running = try project.start(
      ["check", "-v", "--html", "-"], launcher: ["/bin/sh", "-c", "exec \"$0\" \"$@\" >pipe"])
    try running.wait(until: "the report was begun") {
      var count: Int32 = 0
      return ioctl(reader, UInt(FIONREAD), &count) == 0 && count >= 4000
    }
    let sent = ContinuousClock.now
    running.send(signal)
    try expect(running.end(), exits: status, leavingNothingIn: project)
    #expect(ContinuousClock.now - sent < .seconds(10))
  }

  /// Two queries that lost an index, with plans of thousands of nodes.
  ///
  /// The server needs a second or two for them, and the reports take several in a build that is not optimized.
  private static func projectWithLargePlans() throws -> Project {
    let parts = (0..<2000).map { "SELECT count(*) FROM marks WHERE place = \($0)" }
    let project = try Project([
      "seed.sql": """
      CREATE TABLE marks (id integer PRIMARY KEY, place integer NOT NULL);
      INSERT INTO marks SELECT i, i % 2000 FROM generate_series(1, 10000) AS i;
      CREATE INDEX marks_place ON marks (place);

      """,
      "queries/large.sql": parts.joined(separator: "\nUNION ALL ") + "\n",
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      settings: {max_parallel_workers_per_gather: 0}
      timeout: 10min
      queries:
        - {name: one, file: large.sql}
        - {name: two, file: large.sql}

      """,
    ])
    try expect(project.plangate("record"), exits: 0)
    try project.append("seed.sql", "DROP INDEX marks_place;\n")
    return project
  }

  @Test func `a signal ends a run that computes, and each report says so`() throws {
    let project = try SignalTests.projectWithLargePlans()
    let running = try project.start([
      "check", "-v", "--junit", "junit.xml", "--json", "report.json", "--markdown", "report.md",
      "--html", "report.html", "--sarif", "report.sarif", "--gitlab", "report.gitlab.json",
    ])
    // Everything is judged, and the reports have begun: from here on nothing checks for signals.
    try running.wait(until: "the queries were judged") { running.stdout.contains("cases: 2 (") }
    #expect(!project.processes().isEmpty)
    let sent = ContinuousClock.now
    running.send(SIGTERM)
    let run = running.end()
    let elapsed = ContinuousClock.now - sent
    try expect(run, exits: 143, stderr: ["ended by signal 15"], leavingNothingIn: project)
    #expect(elapsed < .seconds(10), "\(elapsed)\n\(run)")
    // A run that finished by itself would have reported both queries as regressed.
    try expectEarlyEnd(project, "ended by signal 15")
    for path in ["report.md", "report.html", "report.sarif", "report.gitlab.json"] {
      let text = try project.read(path)
      #expect(text.contains("ended by signal 15"), "\(path)")
      #expect(!text.contains("FROM marks"), "\(path)")
    }
    for path in ["report.sarif", "report.gitlab.json"] {
      _ = try JSONSerialization.jsonObject(with: Data(project.read(path).utf8))
    }
    #expect(run.stdout.contains("regressed") == false, "\(run)")
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

  @Test func `a server does not outlive a killed plangate`() throws {
    let project = try SignalTests.project(.query)
    let running = try project.start(["check", "-v"])
    try running.wait(until: "the query ran") { project.isRunning("pg_sleep(300)") }
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
