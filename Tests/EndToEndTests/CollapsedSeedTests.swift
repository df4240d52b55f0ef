import TestSupport
import Testing

/// A seed that did not do its work does not pass: reading few rows is always fast.
@Suite struct CollapsedSeedTests {
  @Test func `cases that read an emptied table are unchecked in spite of waivers`() throws {
    let project = try Sample.recorded()
    try project.append("seed/04-access.sql", "TRUNCATE orders;\nTRUNCATE events_q1;\n")
    try project.edit(
      "queries/manifest.yml", "  - file: pay_order.sql\n",
      "  - file: pay_order.sql\n    waive: [{rule: seq-scan, reason: small}]\n")
    let run = try project.plangate("check", "--json", "report.json", "--junit", "junit.xml")
    try expect(
      run, exits: 2, stdout: ["public.orders had 20,000 rows", "has none now", "9 unchecked"], not: ["10 unchecked"],
      leavingNothingIn: project)
    let report = try project.json()
    for name in Sample.cases {
      // One emptied partition of four is not unusual, and a comparison with NULL finds no rows anyway.
      let isEmptied = !["nap", "events_of_account", "orders_of_nobody"].contains(name)
      #expect(try (report[name].verdict == "unchecked") == isEmptied, "\(name): \(run)")
      #expect(
        try (report[name].reason?.contains("public.orders had 20,000 rows") == true) == isEmptied, "\(name): \(run)")
    }
    #expect(try project.junit()["order_by_id@generic"].error?.text.contains("20,000 rows") == true, "\(run)")

    let record = try project.plangate("record", "order_by_id")
    try expect(
      record, exits: 0,
      stdout: ["accepted, order_by_id: public.orders is empty now; the baseline had 20,000 rows"])
    try expect(project.plangate("check", "order_by_id"), exits: 0, stdout: ["2 passed"])
  }
}

/// psql exits with status 0 even if it did not run a file to its end.
@Suite struct UnfinishedSeedTests {
  struct Seed: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    let errors: [String]

    init(_ description: String, _ text: String, _ errors: String..., including files: [String: String] = [:]) {
      testDescription = description
      self.files = files.merging(["seed/01.sql": text]) { $1 }
      self.errors = errors
    }
  }

  private static let table = "CREATE TABLE t (id integer);\nINSERT INTO t VALUES (1);\n"
  private static let open = "error: the transaction that begins here is still open at the end of the file"

  static let broken = [
    Seed("no COMMIT", "-- data\n\nBEGIN;\n" + table, "seed/01.sql:3: \(open)", "COMMIT"),
    Seed("no COMMIT after another", "BEGIN;\nCOMMIT;\nSTART TRANSACTION;\n" + table, "seed/01.sql:3: \(open)"),
    Seed(
      "a failed transaction", "\\set ON_ERROR_STOP off\n\(table)BEGIN;\nSELECT 1/0;\n\\set ON_ERROR_STOP on\n",
      "seed/01.sql:4: \(open)"),
    Seed(
      "AUTOCOMMIT off", "\\set AUTOCOMMIT off\n" + table,
      "seed/01.sql: error: a transaction is still open at the end of the file"),
    Seed(
      "a transaction with savepoints of psql", "\\set ON_ERROR_ROLLBACK on\nBEGIN;\n" + table, "seed/01.sql:2: \(open)"),
    Seed("output that goes elsewhere", "\\o /dev/null\n\\set QUIET 0\nBEGIN;\n" + table, "seed/01.sql:3: \(open)"),
    Seed(
      "BEGIN in an included file", "\\i ../seed/begin.inc\n" + table,
      "seed/01.sql: error: a transaction is still open at the end", including: ["seed/begin.inc": "BEGIN;\n"]),
    Seed(
      "\\q in the middle", "SELECT 1;\n\\q\n" + table,
      "seed/01.sql:2: error: the file would end here: nothing after \\q would run"),
    Seed(
      "\\quit in an included file", "\\ir parts/a.inc\n" + table, "seed/parts/a.inc:1: error: the file would end here",
      including: ["seed/parts/a.inc": "\\echo Use CREATE EXTENSION \\quit\nCREATE TABLE u ();\n"]),
    Seed(
      "errors that are switched off", "\\set ON_ERROR_STOP off\n\(table)INSERT INTO nowhere VALUES (1);\n",
      "seed/01.sql:4: error: the seed continued after an error: relation \"nowhere\" does not exist"),
    Seed(
      "a file that is missing, unseen", "\\unset ON_ERROR_STOP\n\\i nowhere.sql\n" + table,
      "seed/01.sql:2: error: the seed continued after an error: nowhere.sql: No such file"),
    Seed(
      "data that are cut off", table + "COPY t FROM stdin;\n2\n3\n",
      "seed/01.sql:3: error: the data of this COPY have no end"),
    Seed(
      "a new connection in a transaction", "BEGIN;\n\(table)\\c\nSELECT 1;\n",
      "seed/01.sql:4: error: \\c ends the transaction that begins on line 1"),
    Seed("a text without an end", table + "SELECT 'abc;\n", "seed/01.sql:3: error: the seed failed: unterminated"),
    Seed("a comment without an end", table + "/* SELECT 1;\n", "seed/01.sql:3: error: the seed failed: unterminated"),
    Seed("an \\if without an end", table + "\\if false\nSELECT 1;\n", "reached EOF without finding closing \\endif"),
  ]

  private static func project(_ files: [String: String]) throws -> Project {
    try Project(
      files.merging([
        "queries/manifest.yml": "version: 1\nseed: [../seed/*.sql]\nqueries: [{name: one, sql: SELECT 1}]\n"
      ]) { $1 })
  }

  @Test(arguments: broken)
  func `a seed that does not run to its end is an error with its position`(_ seed: Seed) throws {
    let project = try UnfinishedSeedTests.project(seed.files)
    let run = try project.plangate("check", "--no-cache", "--json", "report.json")
    try expect(run, exits: 2, stderr: seed.errors, leavingNothingIn: project)
    #expect(try project.json().outcome == "unchecked", "\(run)")
  }

  static let whole = [
    Seed("\\q at the end", table + "\\q\n"), Seed("no semicolon at the end", table + "BEGIN; COMMIT"),
    Seed(
      "errors that are switched off for a while",
      "\\set ON_ERROR_STOP off\nDROP TABLE nowhere;\n\\set ON_ERROR_STOP on\n" + table),
    Seed("errors that are switched off, and none", "\\set ON_ERROR_STOP off\n" + table),
    Seed("a notice that reads like an error", table + "DO $$ BEGIN RAISE NOTICE 'psql:a:1: ERROR: x'; END $$;\n"),
    Seed("ROLLBACK, which is said", "BEGIN;\nSELECT 1;\nROLLBACK;\n" + table),
    Seed("COPY inside a transaction", "BEGIN;\n\(table)COPY t FROM stdin;\n2\n\\.\nCOMMIT;\n"),
    Seed("another role at the end", "\(table)CREATE ROLE other;\nSET ROLE other;\n"),
    Seed("a limit for its own session", "\(table)SET statement_timeout = '1ms';\n"), Seed("nothing", ""),
  ]

  @Test(arguments: whole)
  func `a seed that runs to its end is fine`(_ seed: Seed) throws {
    let project = try UnfinishedSeedTests.project(seed.files)
    try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
  }
}

/// Leftovers of a seed in the database must not block a run for ever.
@Suite struct PreparedTransactionTests {
  private static let prepare = """
    CREATE TABLE t (id integer);
    BEGIN;
    INSERT INTO t VALUES (1);
    LOCK TABLE t;
    PREPARE TRANSACTION 'it''s mine';

    """

  private static func project(_ files: [String: String], settings: String = "{max_prepared_transactions: 5}") throws
    -> Project
  {
    try Project(
      files.merging([
        "queries/manifest.yml": """
        version: 1
        seed: [../seed/*.sql]
        settings: \(settings)
        queries: [{name: one, sql: SELECT 1}]

        """
      ]) { $1 })
  }

  @Test func `a prepared transaction that nothing ends is an error with its position`() throws {
    let project = try PreparedTransactionTests.project([
      "seed/01.sql": PreparedTransactionTests.prepare, "seed/02.sql": "SELECT 1;\n",
    ])
    let run = try project.plangate("check", "--no-cache")
    try expect(
      run, exits: 2,
      stderr: ["seed/01.sql:5: error: the seed leaves the transaction 'it's mine' prepared", "COMMIT PREPARED"],
      leavingNothingIn: project)
  }

  @Test func `a prepared transaction that a later file ends is fine`() throws {
    let project = try PreparedTransactionTests.project([
      "seed/01.sql": PreparedTransactionTests.prepare, "seed/02.sql": "COMMIT PREPARED 'it''s mine';\n",
    ])
    try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
    try expect(project.plangate("record"), exits: 0, stdout: ["1 unchanged"], leavingNothingIn: project)
  }

  @Test func `on a server without prepared transactions the error says so`() throws {
    let project = try PreparedTransactionTests.project(
      ["seed/01.sql": PreparedTransactionTests.prepare], settings: "{work_mem: 4MB}")
    let run = try project.plangate("check", "--no-cache")
    try expect(
      run, exits: 2, stderr: ["seed/01.sql:5: error:", "prepared transactions are disabled"],
      leavingNothingIn: project)
  }

  @Test func `a session that a command left open is ended`() throws {
    let project = try PreparedTransactionTests.project(["seed/01.sql": "CREATE TABLE t (id integer);\n"])
    try project.edit(
      "queries/manifest.yml", "[../seed/*.sql]",
      "[../seed/*.sql, run: \"(echo 'BEGIN; LOCK TABLE t; SELECT pg_sleep(600);' | setsid psql -qX >&- 2>&- <&0 &) ; sleep 1\"]"
    )
    try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
  }
}
