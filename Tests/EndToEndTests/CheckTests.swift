import Foundation
import TestSupport
import Testing

/// The gate passes what did not change, and reports what it cannot compare.
@Suite struct CheckTests {
  @Test func `unchanged cases pass`() throws {
    let project = try Sample.recorded()
    let run = try project.plangate("check", "--junit", "junit.xml", "--json", "report.json")
    try expect(run, exits: 0, stdout: ["\(Sample.cases.count) passed"], leavingNothingIn: project)
    #expect(run.stderr == "", "\(run)")

    let json = try project.json()
    #expect(json.outcome == "passed")
    #expect(json.server?.contains(".") == true)
    #expect(json.cases.map(\.name) == Sample.cases)
    #expect(json.cases.allSatisfy { $0.verdict == "passed" && !$0.failed && $0.findings.isEmpty }, "\(run)")
    #expect(json.counts["passed"] == Sample.cases.count)

    let junit = try project.junit()
    #expect(junit.suites.count == 1)
    #expect(junit.suites.first?["tests"] == String(Sample.cases.count))
    #expect(junit.suites.first?["failures"] == "0")
    #expect(junit.suites.first?["errors"] == "0")
    #expect(junit.cases.map(\.name) == Sample.cases)
    #expect(junit.cases.allSatisfy { $0.results.isEmpty && $0.classname == junit.suites.first?["name"] })
    #expect(junit.cases.allSatisfy { Double($0.time) != nil })
  }

  @Test func `a quiet check that passes prints nothing, from any directory`() throws {
    let project = try Sample.recorded()
    let run = try plangate(
      ["check", "-q", "--manifest", "\(project.directory)/queries/manifest.yml", "nap", "pay_order"], in: "/",
      environment: ["TMPDIR": project.temporaryDirectory])
    try expect(run, exits: 0)
    #expect(run.stdout + run.stderr == "", "\(run)")
  }

  @Test func `a quiet check that fails says what failed`() throws {
    let project = try Sample.recorded()
    try project.remove("baselines/nap.plan")
    let run = try project.plangate("check", "--quiet", "nap", "pay_order")
    try expect(run, exits: 1, stdout: ["nap", "no baseline"], not: ["pay_order"])
  }

  @Test func `a missing baseline fails, and the baseline of a removed query is named`() throws {
    let project = try Sample.recorded()
    try project.move("baselines/order_and_parent.plan", to: "baselines/yesterdays_query.plan")
    let run = try project.plangate("check", "--junit", "junit.xml", "--json", "report.json")
    try expect(
      run, exits: 1,
      stdout: ["order_and_parent", "no baseline", "plangate record order_and_parent", "yesterdays_query"])
    let lost = try project.json()["order_and_parent"]
    #expect(lost.verdict == "new")
    #expect(lost.failed)
    #expect(try project.json().counts["new"] == 1)
    #expect(try project.json().outcome == "failed")
    #expect(try project.junit()["order_and_parent"].failure?.type == "no-baseline")
    #expect(try project.junit().cases.count { $0.failure != nil } == 1)
  }

  @Test func `a plan that changed without a regression fails only with --strict`() throws {
    let project = try Sample.recorded()
    try project.write(
      "seed/05-more.sql", "CREATE INDEX orders_covering_idx ON orders (customer_id, id) INCLUDE (status);\n")
    let lax = try project.plangate("check", "orders_by_customer", "--json", "report.json", "--junit", "junit.xml")
    try expect(lax, exits: 0, stdout: ["2 improved"])
    let item = try project.json()["orders_by_customer@typical"]
    #expect(item.verdict == "improved", "\(lax)")
    #expect(!item.failed)
    #expect(try project.junit().cases.allSatisfy { $0.failure == nil && $0.error == nil })

    let strict = try project.plangate(
      "check", "--strict", "orders_by_customer", "--json", "report.json", "--junit", "junit.xml")
    try expect(strict, exits: 1, stdout: ["orders_covering_idx", "--strict"])
    #expect(try project.json()["orders_by_customer@typical"].verdict == "improved")
    #expect(try project.json()["orders_by_customer@typical"].failed)
    #expect(try project.json().outcome == "failed")
    #expect(try project.junit()["orders_by_customer@typical"].failure?.type == "plan-changed")
  }

  @Test func `an INSERT into a partition does not change by being recorded`() throws {
    let project = try Project([
      "seed.sql": """
      CREATE TABLE events (id integer NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
      CREATE TABLE events_q1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-04-01');

      """,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      queries:
        - {name: insert_there, sql: "INSERT INTO events_q1 VALUES (1, '2026-01-02')"}

      """,
    ])
    try expect(project.plangate("record"), exits: 0)
    try expect(project.plangate("check", "--strict"), exits: 0, stdout: ["1 passed"])
  }

  @Test func `writes of a case do not affect other cases`() throws {
    let project = try Project([
      "seed.sql": """
      CREATE TABLE items (id integer PRIMARY KEY, note text NOT NULL);
      INSERT INTO items SELECT n, repeat('x', 100) FROM generate_series(1, 5000) AS n;
      CREATE FUNCTION add_item() RETURNS integer LANGUAGE sql VOLATILE
        AS 'INSERT INTO items VALUES (0, ''new'') RETURNING id';

      """,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      queries:
        - {name: read_first, sql: SELECT count(*) FROM items}
        - {name: rewrite_all, sql: UPDATE items SET note = upper(note) RETURNING id}
        - {name: read_between, sql: SELECT count(*) FROM items}
        - {name: erase_all, sql: DELETE FROM items}
        - {name: add_one, sql: SELECT add_item()}
        - {name: rewrite_again, sql: UPDATE items SET note = upper(note) RETURNING id}
        - {name: add_row, sql: "INSERT INTO items VALUES (0, 'new') RETURNING id"}
        - {name: read_last, sql: SELECT count(*) FROM items}

      """,
    ])
    let run = try project.plangate("check", "--json", "report.json")
    try expect(run, exits: 1, stdout: ["8 new"], leavingNothingIn: project)
    let json = try project.json()
    let first = try json["read_first"].plan
    #expect(try #require(first?.buffers) > 0)
    #expect(try json["read_between"].plan == first, "\(run)")
    #expect(try json["read_last"].plan == first, "\(run)")
    let rewrite = try json["rewrite_all"].plan
    #expect(rewrite?.rows == 5000, "\(run)")
    #expect(try json["rewrite_again"].plan == rewrite, "\(run)")
  }

  #if os(Linux)
    @Test func `on a terminal a bar shows the progress and disappears at the end`() throws {
      let project = try Project([
        "seed.sql": "SELECT 1;\n",
        "queries/manifest.yml": "version: 1\nseed: [../seed.sql]\nqueries:\n  - {name: one, sql: SELECT 1}\n",
      ])
      let run = try project.start(
        ["check", "--no-cache"], environment: ["TERM": "xterm"],
        launcher: ["/bin/sh", "-c", "script -qec \"$0 $*\" /dev/null"]
      ).end()
      try expect(run, exits: 1, stdout: ["\r\u{1b}[Kseed [------", "1 new"], leavingNothingIn: project)
      let afterBars = try #require(run.stdout.components(separatedBy: "cases [").last)
      #expect(afterBars.contains("\r\u{1b}[K"), "\(run)")
    }
  #endif
}
