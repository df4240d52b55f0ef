import Foundation
import TestSupport
import Testing

/// The number of cases that run in parallel does not change their results.
@Suite struct JobsTests {
  /// The JSON report of a run, without the parts that differ from run to run.
  private static func report(_ project: Project, jobs: Int, exits status: Int32) throws -> String {
    let run = try project.plangate("check", "--jobs", "\(jobs)", "--json", "report.json")
    try expect(run, exits: status, leavingNothingIn: project)
    return try project.read("report.json").split(separator: "\n").filter { !$0.contains("\"seconds\":") }
      .joined(separator: "\n")
  }

  private static func expectSameReports(_ project: Project, exits status: Int32) throws {
    let alone = try report(project, jobs: 1, exits: status)
    for jobs in [2, 8] {
      let together = try report(project, jobs: jobs, exits: status)
      let difference = together.split(separator: "\n").difference(from: alone.split(separator: "\n"))
      #expect(difference.isEmpty, "--jobs \(jobs)")
    }
  }

  @Test func `a project that passes`() throws {
    try Self.expectSameReports(Sample.recorded(), exits: 0)
  }

  @Test func `a project with regressions`() throws {
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    try project.edit("seed/03-indexes.sql", "CREATE INDEX events_q2_account_idx ON events_q2 (account_id);\n", "")
    try project.append(
      "queries/manifest.yml",
      """
        - {name: typo, sql: SELECT idd FROM orders}
        - {name: new, sql: SELECT count(*) FROM orders}
        - {name: sleeper, sql: SELECT pg_sleep(60), timeout: 300ms}

      """)
    try Self.expectSameReports(project, exits: 2)
  }

  // MARK: What cases could take from each other

  /// Six queries that need two workers each, the only two available, for as long as the others run.
  private static func parallel() throws -> Project {
    var manifest = """
      version: 1
      seed: [../seed.sql]
      settings:
        max_parallel_workers: 2
        max_parallel_workers_per_gather: 2
        min_parallel_table_scan_size: 0
        parallel_setup_cost: 0
        parallel_tuple_cost: 0
      queries:

      """
    for number in 1...6 {
      manifest +=
        "  - {name: parallel_\(number), sql: \"SELECT count(*) FROM items WHERE slow(id) > $1\", params: [\(number)]}\n"
    }
    return try Project([
      "seed.sql": """
      CREATE TABLE items (id integer, note text);
      INSERT INTO items SELECT n, repeat('x', 1000) FROM generate_series(1, 70) AS n;
      CREATE FUNCTION slow(id integer) RETURNS integer LANGUAGE plpgsql PARALLEL SAFE COST 10000
        AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN id; END $$;
      CREATE FUNCTION crash() RETURNS void LANGUAGE plpgsql
        AS $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''kill -SEGV $PPID'''; PERFORM pg_sleep(10); END $$;

      """,
      "queries/manifest.yml": manifest,
    ])
  }

  @Test func `parallel queries that need more workers than available`() throws {
    let project = try Self.parallel()
    var baselines: [[String: String]] = []
    for jobs in [1, 2, 8] {
      try expect(project.plangate("record", "--jobs", "\(jobs)"), exits: 0)
      baselines.append(try project.contents(of: "baselines"))
      try project.remove("baselines")
    }
    // The leader and both workers returned a row each.
    #expect(baselines[0].count == 6)
    for (name, text) in baselines[0] {
      #expect(text.contains("Workers Planned: 2") && text.contains("(actual rows=3 loops=1)"), "\(name)\n\(text)")
    }
    #expect(baselines[0] == baselines[1])
    #expect(baselines[0] == baselines[2])
  }

  @Test func `queries that run out of disk space among others`() throws {
    var manifest = "version: 1\nseed: [../seed.sql]\nqueries:\n"
    for number in 1...3 { manifest += "  - {name: greedy_\(number), sql: SELECT wants_all(), timeout: 10s}\n" }
    let project = try Project([
      "seed.sql": """
      CREATE FUNCTION wants_all() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_sleep(0.3);
          PERFORM FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid();
          IF FOUND THEN RAISE 'could not extend file' USING ERRCODE = '53100'; END IF;
        END $$;

      """,
      "queries/manifest.yml": manifest,
    ])
    try Self.expectSameReports(project, exits: 1)
    #expect(try project.json().cases.map(\.verdict) == ["new", "new", "new"])
  }

  @Test func `cases that write much, each in its own clone`() throws {
    var manifest = "version: 1\nseed: [../seed.sql]\nsettings: {work_mem: 4MB}\nqueries:\n"
    for number in 1...6 { manifest += "  - {name: write_\(number), sql: UPDATE items SET note = upper(note)}\n" }
    let project = try Project([
      "seed.sql":
        "CREATE TABLE items AS SELECT n AS id, repeat('x', 100) AS note FROM generate_series(1, 5000) AS n;\n",
      "queries/manifest.yml": manifest,
    ])
    // A case whose plan matches its baseline runs once, a new one twice.
    try expect(project.plangate("record"), exits: 0)
    try Self.expectSameReports(project, exits: 0)
  }

  @Test func `a timeout, a crash and six writing cases among others`() throws {
    let project = try Self.parallel()
    for number in 1...6 {
      try project.append(
        "queries/manifest.yml",
        "  - {name: write_\(number), sql: \"UPDATE items SET note = 'y' WHERE id <= $1\", params: [\(number)]}\n")
    }
    try expect(project.plangate("record"), exits: 0)
    // Before the others, so that they run at the same time.
    try project.edit(
      "queries/manifest.yml", "queries:\n",
      """
      queries:
        - {name: sleeper, sql: SELECT pg_sleep(60), timeout: 300ms}
        - {name: crash, sql: SELECT crash()}
        - {name: crash_that_writes, sql: "INSERT INTO items (note) SELECT 'x' FROM crash()"}

      """)
    try Self.expectSameReports(project, exits: 2)
    let report = try project.json()
    #expect(report.cases.filter { $0.verdict == "passed" }.count == 12)
    for item in report.cases where item.query.hasPrefix("write_") {
      #expect(item.plan?.buffers ?? 0 > 0, "\(item)")
    }
    #expect(
      Set(report.cases.filter { $0.verdict == "unchecked" }.map(\.query)) == ["sleeper", "crash", "crash_that_writes"])
  }
}
