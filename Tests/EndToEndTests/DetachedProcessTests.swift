#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// Every process that a seed or a query starts ends with the run, even if it detaches itself.
  @Suite struct DetachedProcessTests {
    /// The ways out of the process group, the session and the environment of the run.
    static let escapes = [
      "(setsid sleep N &)", "setsid -f sleep N", "(trap '' TERM INT HUP QUIT; setsid nohup sleep N &)",
      "sh -c '(sh -c \"setsid sleep N &\") &'", "env -i setsid -f sleep N", "(cd /; env -i sleep N &)",
    ]
    /// The ways after which the process still has the mark of the run.
    static let marked = Array(escapes.prefix(4))

    enum Place: String, CaseIterable, Sendable {
      case psql, step, server, query
    }

    enum End: String, CaseIterable, Sendable {
      case ordinary, signal, failure
    }

    /// A project that starts a `sleep` of this number in each of the ways, and reaches a long sleep when `isLong`.
    private static func project(
      _ place: Place, _ number: Int, _ escapes: [String], isLong: Bool, fails: Bool = false
    ) throws -> Project {
      let commands = escapes.map { $0.replacing("N", with: "\(number)") + " >/dev/null 2>&1 </dev/null" }
      let doubled = commands.map { $0.replacing("'", with: "''") }
      let project = try Project()
      var seed = "CREATE TABLE t (line text);\n"
      var steps = ["../seed.sql"]
      var queries = ["{name: one, sql: SELECT 1}"]
      switch place {
      case .psql: seed += commands.map { "\\! \($0)\n" }.joined()
      case .server: seed += doubled.map { "COPY t FROM PROGRAM '\($0); echo x';\n" }.joined()
      case .step:
        try project.write("step.sh", commands.joined(separator: "\n") + "\n")
        steps.append("{run: . ../step.sh}")
      case .query:
        let copies = doubled.map { "COPY t FROM PROGRAM '\($0); echo x';\n" }.joined()
        seed += "CREATE FUNCTION start() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n\(copies)END $$;\n"
        // The writing query runs last. Its processes end within a second, so new ones are started.
        let more = isLong ? ", pg_sleep(1) FROM generate_series(1, 300)" : ""
        queries = ["{name: one, sql: \"SELECT start()\(more)\"}"]
      }
      if isLong, place != .query { queries.append("{name: slow, sql: SELECT pg_sleep(300)}") }
      if fails { steps.append("{run: exit 7}") }
      try project.write("seed.sql", seed)
      try project.write(
        "queries/manifest.yml",
        "version: 1\ntimeout: 10min\nseed:\n\(steps.map { "  - \($0)\n" }.joined())queries:\n"
          + queries.map { "  - \($0)\n" }.joined())
      return project
    }

    /// The processes that sleep for this number of seconds.
    private static func sleepers(_ number: Int) -> [String] {
      let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return numbers.filter { pid in
        guard Int(pid) != nil, let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
          return false
        }
        return String(decoding: words, as: UTF8.self).contains("sleep\0\(number)\0")
      }
    }

    static let cases: [(Place, End)] = Place.allCases.flatMap { place in
      End.allCases.filter { !(place == .query && $0 == .failure) }.map { (place, $0) }
    }

    @Test(arguments: cases)
    func `detached processes end with the run`(_ place: Place, _ end: End) throws {
      let number = Int.random(in: 100_000...999_999)
      let project = try Self.project(
        place, number, Self.escapes, isLong: end == .signal, fails: end == .failure)
      let running = try project.start(["record", "--no-cache", "-v"])
      if end == .signal {
        try running.wait(until: "the queries were reached") { running.stdout.contains("ready (") }
        // A query takes a moment to start them; in a seed they end with its step.
        if place == .query { try running.wait(until: "they were started") { !Self.sleepers(number).isEmpty } }
        running.send(SIGTERM)
      }
      let run = running.end()
      try expect(run, exits: end == .signal ? 143 : end == .failure ? 2 : 0, leavingNothingIn: project)
      #expect(Self.sleepers(number).isEmpty, "\(run)")
    }

    @Test(arguments: [Place.query, .server])
    func `detached processes that kept their environment end after kill -9 too`(_ place: Place) throws {
      let number = Int.random(in: 100_000...999_999)
      let project = try Self.project(place, number, Self.marked, isLong: true)
      if place == .server {
        // Killed in the middle of the step, before plangate looks for leftovers.
        try project.append("seed.sql", "SELECT pg_sleep(300);\n")
      }
      let running = try project.start(["record", "--no-cache", "-v"])
      let count = place == .query ? 1 : Self.marked.count
      try running.wait(until: "they were started") { Self.sleepers(number).count >= count }
      running.send(SIGKILL)
      let run = running.end()
      let deadline = ContinuousClock.now + .seconds(30)
      while !(Self.sleepers(number).isEmpty && project.processes().isEmpty), ContinuousClock.now < deadline {
        usleep(20_000)
      }
      #expect(Self.sleepers(number).isEmpty, "\(run)")
      #expect(project.processes() == [], "\(run)")
    }
  }
#endif
