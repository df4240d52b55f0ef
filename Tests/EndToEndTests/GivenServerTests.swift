import Foundation
import Postgres
import TestSupport
import Testing

/// With `--server`, plangate works in its own database on a server that it does not run, and leaves the server
/// unchanged.
@Suite(.serialized) struct GivenServerTests {
  let server: GivenTestServer

  init() throws { server = try GivenTestServer.shared() }

  /// Runs plangate as the ordinary role, and checks that the server is unchanged afterwards.
  private func plangate(
    _ project: Project, _ arguments: [String], conninfo: String? = nil, environment: [String: String]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ProgramRun {
    let before = try server.inventory()
    let run = try project.start(
      arguments + ["--server", conninfo ?? server.conninfo], environment: environment ?? GivenTestServer.withPassword
    ).end()
    #expect(try server.inventory() == before, "\(run)", sourceLocation: sourceLocation)
    return run
  }

  // MARK: Verdicts

  @Test func `verdicts equal those of a disposable server, for a role with its own defaults`() throws {
    let project = try Sample.recorded()
    let run = try plangate(project, ["check", "--json", "report.json", "--junit", "junit.xml"])
    try expect(
      run, exits: 0, stdout: ["\(Sample.cases.count) passed", "(given: 127.0.0.1:\(server.port))"],
      not: ["note: the ", "warning"], leavingNothingIn: project)
    #expect(run.stderr == "", "\(run)")
    let json = try project.json()
    #expect(json.cases.map(\.name) == Sample.cases)
    #expect(json.cases.allSatisfy { $0.verdict == "passed" && $0.findings.isEmpty }, "\(run)")
    #expect(json.serverAddress == "127.0.0.1:\(server.port)")
    #expect(try project.read("junit.xml").contains("name=\"server\" value=\"127.0.0.1:\(server.port)\""))
  }

  @Test func `baselines equal those of a disposable server`() throws {
    let project = try Sample.recorded()
    let before = try project.contents(of: "baselines")
    try project.remove("baselines")
    let run = try plangate(project, ["record"], conninfo: server.superuserConninfo, environment: [:])
    try expect(run, exits: 0, leavingNothingIn: project)
    #expect(try project.contents(of: "baselines") == before, "\(run)")
  }

  @Test func `a regression fails on a given server too`() throws {
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    let run = try plangate(project, ["check", "orders_by_customer", "--json", "report.json"])
    try expect(run, exits: 1, stdout: ["Seq Scan"], leavingNothingIn: project)
    #expect(try project.json()["orders_by_customer@typical"].findings.contains { $0.rule == "seq-scan" }, "\(run)")
  }

  @Test func `explain and stability work on a given server`() throws {
    let project = try Sample.recorded()
    let explain = try plangate(project, ["explain", "pay_order"])
    try expect(explain, exits: 0, stdout: ["orders_pkey"], leavingNothingIn: project)
    let stability = try plangate(project, ["stability", "--runs", "2", "pay_order", "order_by_id"])
    try expect(stability, exits: 0, leavingNothingIn: project)
    #expect(stability.stdout == "3 stable, 0 fragile in 2 re-seeds with sampled statistics\n")
  }

  @Test(arguments: [true, false])
  func `a writing case has a clone with the settings that the seed gave the database`(_ isSuperuser: Bool) throws {
    // The seed must not change the role's own search_path.
    let path = isSuperuser ? "public, \"odd, name\"" : "\"$user\", public"
    let project = try Project([
      "seed.sql": """
      CREATE TABLE items (id integer PRIMARY KEY, note text);
      INSERT INTO items SELECT n, '' FROM generate_series(1, 100) AS n;
      DO $$BEGIN
        EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database());
        EXECUTE format('ALTER DATABASE %I SET search_path = \(path)', current_database());
      END$$;

      """,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      queries:
        - name: touch
          sql: >-
            UPDATE items SET note = 'seen' WHERE current_setting('work_mem') = '5MB'
            AND current_setting('search_path') = '\(path)' RETURNING id

      """,
    ])
    let run = try plangate(
      project, ["check", "--json", "report.json"], conninfo: isSuperuser ? server.superuserConninfo : nil)
    try expect(run, exits: 1, stdout: ["1 new"], leavingNothingIn: project)
    #expect(try project.json()["touch"].plan?.rows == 100, "\(run)")
  }

  // MARK: The end

  @Test func `a failed seed leaves nothing`() throws {
    let project = try Sample.recorded()
    try project.write("seed/05-broken.sql", "SELECT 1;\nSELECT nonsense;\n")
    let run = try plangate(project, ["check", "--json", "report.json"])
    try expect(run, exits: 2, stderr: ["seed/05-broken.sql:2", "nonsense"], leavingNothingIn: project)
    #expect(try project.json().outcome == "unchecked")
  }

  private static func slow(_ seed: String, _ query: String) throws -> Project {
    try Project([
      "queries/manifest.yml": """
      version: 1
      seed: [\(seed)]
      roles: [made_role]
      timeout: 10min
      queries:
        - {name: slow, sql: "\(query)"}
        - {name: last, sql: SELECT 2}

      """,
      "seed.sql": "\\! touch ../reached\nSELECT pg_sleep(300);\n",
    ])
  }

  @Test func `a session of another role that ends soon does not keep the database`() throws {
    let project = try GivenServerTests.slow("{run: touch ../reached; sleep 1; exit 1}", "SELECT 1")
    let before = try server.inventory()
    let running = try project.start(
      ["check", "--server", server.conninfo], environment: GivenTestServer.withPassword)
    try running.wait(until: "the step was reached") { project.exists("reached") }
    let name = try #require(try server.databases().first)
    // FORCE must not end it, as it must not end a worker of autovacuum.
    let session = try RunningProgram(
      ["psql", "-Xqc", "SELECT pg_sleep(3)", "\(server.superuserConninfo) dbname=\(name)"], in: project.directory,
      environment: plainEnvironment())
    try running.wait(until: "the session was reached") { server.isRunning("pg_sleep(3)") }
    try expect(running.end(), exits: 2, stderr: ["the seed step"], not: ["could not be dropped"])
    #expect(session.end().status == 0)
    #expect(try server.inventory() == before)
  }

  @Test(arguments: [
    ("", "SELECT pg_sleep(300)", SIGINT, 130), ("../seed.sql", "SELECT 1", SIGTERM, 143),
    ("{run: touch ../reached; sleep 300}", "SELECT 1", SIGHUP, 129),
  ])
  func `a signal ends the run and the database`(
    _ seed: String, _ query: String, _ signal: Int32, _ status: Int32
  ) throws {
    let project = try GivenServerTests.slow(seed, query)
    let before = try server.inventory()
    let running = try project.start(
      ["check", "-v", "--server", server.conninfo, "--json", "report.json"], environment: GivenTestServer.withPassword)
    try running.wait(until: "the work was reached") {
      seed.contains("run:") ? project.exists("reached") : server.isRunning("pg_sleep(300)")
    }
    #expect(try server.databases().count == 1)
    #expect(try server.hasRole("made_role"))
    let sent = ContinuousClock.now
    running.send(signal)
    let run = running.end()
    try expect(run, exits: status, leavingNothingIn: project)
    #expect(ContinuousClock.now - sent < .seconds(10), "\(run)")
    #expect(try server.inventory() == before, "\(run)")
    #expect(try project.json().outcome == "unchecked")
  }

  /// No event trigger can be made there, and no log read.
  @Test func `locks of migrations, and of a command that runs them`() throws {
    let project = try Project([
      "seed.sql": "CREATE TABLE items AS SELECT n FROM generate_series(1, 300) AS n;\n",
      "db/1_a.up.sql": "ALTER TABLE items ALTER COLUMN n SET NOT NULL;\n",
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      migrations: ../db
      queries: [{name: one, sql: SELECT n FROM items}]

      """,
    ])
    let own = try plangate(project, ["migrate", "--color", "never"])
    try expect(
      own, exits: 0, stdout: ["ACCESS EXCLUSIVE on public.items", "it blocks 1 case: one"], leavingNothingIn: project)
    try project.edit("queries/manifest.yml", "migrations: ../db", "migrations: {run: psql -q -f ../db/1_a.up.sql}")
    let command = try plangate(
      project, ["migrate", "--color", "never"], conninfo: server.superuserConninfo, environment: [:])
    try expect(
      command, exits: 0, stdout: ["a command ran it, so its locks are not seen"], not: ["ACCESS EXCLUSIVE"],
      leavingNothingIn: project)
  }

  @Test func `a signal while a clone is created leaves no clone`() throws {
    let project = try Project([
      "seed.sql": "CREATE TABLE items AS SELECT n, repeat('x', 900) AS note FROM generate_series(1, 60000) AS n;\n",
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      queries:
        - {name: one, sql: DELETE FROM items}
        - {name: two, sql: DELETE FROM items}
        - {name: three, sql: DELETE FROM items}

      """,
    ])
    let before = try server.inventory()
    let running = try project.start(
      ["check", "-v", "--server", server.conninfo], environment: GivenTestServer.withPassword)
    try running.wait(until: "a clone was begun") {
      (try? server.databases().contains { $0.contains("_clone_") }) == true || server.isCopying()
    }
    running.send(SIGINT)
    let run = running.end()
    try expect(run, exits: 130, leavingNothingIn: project)
    #expect(try server.inventory() == before, "\(run)")
  }

  @Test func `kill -9 leaves plangate's own database and nothing else`() throws {
    let project = try GivenServerTests.slow("../seed.sql", "SELECT 1")
    let before = try server.inventory()
    let running = try project.start(
      ["check", "-v", "--server", server.conninfo], environment: GivenTestServer.withPassword)
    try running.wait(until: "the seed was reached") { project.exists("reached") }
    running.send(SIGKILL)
    let run = running.end()
    let deadline = ContinuousClock.now + .seconds(10)
    while !project.processes().isEmpty, ContinuousClock.now < deadline { usleep(20_000) }
    #expect(project.processes() == [], "\(run)")
    for path in try FileManager.default.subpathsOfDirectory(atPath: project.temporaryDirectory) {
      let bytes = FileManager.default.contents(atPath: "\(project.temporaryDirectory)/\(path)") ?? Data()
      #expect(!String(decoding: bytes, as: UTF8.self).contains("p%w"), "\(path)")
    }
    let left = try server.databases()
    #expect(left.count == 1 && left[0].wholeMatch(of: /plangate_[0-9a-f]{16}/) != nil, "\(left)")
    // Its sessions stop computing when their client is gone.
    let sessions = "SELECT FROM pg_stat_activity WHERE datname = $1"
    let patience = ContinuousClock.now + .seconds(60)
    while try !server.superuser().execute(sessions, [left[0]]).rows.isEmpty, ContinuousClock.now < patience {
      usleep(100_000)
    }
    #expect(try server.superuser().execute(sessions, [left[0]]).rows.isEmpty)
    for name in left { try server.superuser().execute("DROP DATABASE \(name)") }
    try server.superuser().execute("DROP ROLE made_role")
    #expect(try server.inventory() == before, "\(run)")
    // The next run removes the directory of the killed one.
    let next = try plangate(Sample.recorded(in: project), ["check", "nap"])
    try expect(next, exits: 0, leavingNothingIn: project)
  }

  @Test func `--keep leaves the database up until Ctrl-C`() throws {
    let project = try Sample.recorded()
    let before = try server.inventory()
    let running = try project.start(
      ["check", "nap", "--keep", "--server", server.conninfo], environment: GivenTestServer.withPassword)
    try running.wait(until: "the database was up") { running.stdout.contains("Ctrl-C") }
    let url = try #require(running.stdout.split(separator: "'").first { $0.hasPrefix("postgresql://") })
    let psql = try RunningProgram(
      ["psql", "-XAtc", "SELECT count(*) FROM orders", String(url)], in: "/",
      environment: plainEnvironment().merging(GivenTestServer.withPassword) { $1 }
    ).end()
    #expect(psql.stdout == "20000\n", "\(psql)")
    running.send(SIGINT)
    try expect(running.end(), exits: 0, stdout: ["1 passed"], leavingNothingIn: project)
    #expect(try server.inventory() == before)
  }
}
