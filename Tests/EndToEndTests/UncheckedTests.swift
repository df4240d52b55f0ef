import JSON
import OperatingSystem
import TestSupport
import Testing

/// Anything that cannot be checked gives exit status 2 and does not stop the rest.
///
/// One run has all of these queries among valid ones.
@Suite struct UncheckedTests {
  /// The text appended to the sample's manifest.
  private static let brokenQueries = """
      - file: typo.sql
      - name: inline_typo
        sql: |
          SELECT id
          FROM orders
          WHERE customre_id = :customer
        params: {customer: 7}
      - name: too_few
        sql: SELECT id FROM orders WHERE id = $1 AND customer_id = $2
        params: [1]
      - name: without_values
        sql: SELECT id FROM orders WHERE id = :id
      - name: misspelt_parameter
        sql: SELECT id FROM orders WHERE id = :order_id
        params: {oder_id: 1}
      - name: wrong_type
        sql: SELECT id FROM orders WHERE id = $1
        params: [seven]
      - name: wrong_type_generic
        sql: SELECT id FROM orders WHERE id = $1
        params: [seven]
        plan: generic
      - name: fails_when_run
        sql: SELECT 1 / (id - id) FROM orders
      - file: two_statements.sql
      - name: makes_a_table
        sql: CREATE TABLE copied AS SELECT id FROM orders
      - name: selects_into
        sql: WITH all_of_them AS (SELECT id FROM orders) SELECT * INTO copied FROM all_of_them
      - name: copies
        sql: COPY orders TO STDOUT
      - name: says_nothing
        sql: -- SELECT 1
      - name: sleeper
        sql: SELECT pg_sleep(60)
        timeout: 200ms
      - name: unknown_role
        sql: SELECT 1
        session: {role: nobody_of_that_name}
      - name: ends_its_backend
        sql: SELECT pg_terminate_backend(pg_backend_pid())
      - name: after_all_of_them
        sql: SELECT relname FROM pg_class WHERE relname = 'copied'

    """

  private struct Mixed {
    let project: Project
    let check: ProgramRun
    let json: JSONReport
    let junit: JUnitReport
    let before: [String: String]
    let record: ProgramRun
  }

  private static let result = Result { () throws -> Mixed in
    let project = try Sample.recorded()
    try project.append("queries/manifest.yml", brokenQueries)
    // Its settings must be reset before the next case, whose plan would otherwise change.
    try project.edit(
      "queries/manifest.yml", "queries:\n",
      "queries:\n  - {name: spoils_its_session, sql: \"SELECT set_config('enable_bitmapscan', 'off', false)\"}\n")
    try project.write("queries/typo.sql", "SELECT o.id\nFROM\n  ordres o\n")
    try project.write("queries/two_statements.sql", "SELECT 1;\nDELETE FROM orders;\n")
    // A query that has a baseline and has broken since.
    try project.write("queries/events_of_account.sql", "SELECT e.id FROM events e WHERE e.acount_id = 42\n")
    let whole = try project.read("baselines/orders_in.plan")
    try project.write("baselines/orders_in.plan", String(whole.dropLast(whole.count / 3)))
    try project.remove("baselines/order_by_id.plan")
    let check = try project.plangate("check", "--junit", "junit.xml", "--json", "report.json")
    let before = try project.contents(of: "baselines")
    let record = try project.plangate("record")
    return Mixed(
      project: project, check: check, json: try project.json(), junit: try project.junit(), before: before,
      record: record)
  }

  private let mixed: Mixed

  init() throws { mixed = try UncheckedTests.result.get() }

  /// Checks that a case is unchecked in every report, for a reason that contains these texts.
  private func expectUnchecked(
    _ name: String, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let item = try mixed.json[name]
    let places = [
      "JSON": item.reason ?? "", "JUnit": try mixed.junit[name].error?.text ?? "", "the output": mixed.check.stdout,
    ]
    let missing = texts.flatMap { text in places.filter { !$0.value.contains(text) }.map { "\($0.key) lacks '\(text)'" }
    }
    #expect(
      item.verdict == "unchecked" && item.failed && missing.isEmpty,
      "\(missing) of \(name): \(item.verdict), \(item.reason ?? "no reason")\n\(mixed.check)",
      sourceLocation: sourceLocation)
  }

  @Test func `the other cases are judged and all reports are complete`() throws {
    try expect(mixed.check, exits: 2, leavingNothingIn: mixed.project)
    #expect(mixed.json.outcome == "unchecked")
    let good = mixed.json.cases.filter { $0.verdict != "unchecked" }.map(\.name)
    let broken = ["events_of_account", "orders_in"]
    let all = ["spoils_its_session"] + Sample.cases + ["after_all_of_them"]
    #expect(good == all.filter { !broken.contains($0) }, "\(mixed.check)")
    for name in good {
      let isNew = name.hasPrefix("order_by_id") || !Sample.cases.contains(name)
      #expect(try mixed.json[name].verdict == (isNew ? "new" : "passed"), "\(name)\n\(mixed.check)")
      #expect(try mixed.junit[name].failure?.type == (isNew ? "no-baseline" : nil))
      #expect(try mixed.junit[name].error == nil)
    }
    #expect(mixed.junit.cases.map(\.name) == mixed.json.cases.map(\.name))
    #expect(mixed.json.counts["unchecked"] == 18, "\(mixed.check)")
    #expect(mixed.junit.suites.first?["errors"] == "18")
    #expect(mixed.junit.suites.first?["failures"] == "4")
  }

  @Test func `a server error has its SQLSTATE and its position in the query's file`() throws {
    try expectUnchecked("typo", "queries/typo.sql:3:3: error:", "\"ordres\" does not exist", "42P01", "ordres o")
    try expectUnchecked("events_of_account", "queries/events_of_account.sql:1:", "42703", "account_id")
  }

  @Test func `an error of a query inside the manifest has its position in the manifest`() throws {
    let lines = try mixed.project.read("queries/manifest.yml").split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.contains("customre_id") }) + 1
    try expectUnchecked("inline_typo", "queries/manifest.yml:\(line):13: error:", "42703")
  }

  @Test func `missing, misspelt and mistyped parameters are reported`() throws {
    try expectUnchecked("too_few", "$2", "1")
    try expectUnchecked("without_values", ":id")
    try expectUnchecked("misspelt_parameter", ":order_id")
    try expectUnchecked("wrong_type", "22P02", "seven")
    try expectUnchecked("wrong_type_generic@generic", "22P02", "seven")
  }

  @Test func `an error that occurs only when the query runs is reported`() throws {
    try expectUnchecked("fails_when_run", "division by zero", "22012")
    try expectUnchecked("unknown_role", "nobody_of_that_name")
    try expectUnchecked("ends_its_backend", "connection")
  }

  @Test func `several statements, commands and statements that create tables are refused and not run`() throws {
    try expectUnchecked("two_statements", "more than one statement")
    try expectUnchecked("makes_a_table", "what makes a relation")
    try expectUnchecked("selects_into", "what makes a relation")
    try expectUnchecked("copies")
    try expectUnchecked("says_nothing", "empty")
    #expect(try mixed.json["after_all_of_them"].plan?.rows == 0, "\(mixed.check)")
  }

  @Test func `a query without a baseline that takes too long is unchecked`() throws {
    try expectUnchecked("sleeper", "200 ms")
  }

  @Test func `a damaged baseline is named with its position`() throws {
    try expectUnchecked("orders_in", "baselines/orders_in.plan", "damaged")
  }

  @Test func `record leaves the files of failing queries untouched and writes the others`() throws {
    try expect(mixed.record, exits: 2, stdout: ["FAILED    typo", "FAILED    orders_in", "3 new"])
    var expected = mixed.before
    for name in ["order_by_id.plan", "after_all_of_them.plan", "spoils_its_session.plan"] {
      expected[name] = try mixed.project.read("baselines/\(name)")
    }
    #expect(try mixed.project.contents(of: "baselines") == expected, "\(mixed.record)")
    #expect(expected["order_by_id.plan"] == (try Sample.recorded().read("baselines/order_by_id.plan")))
  }
}

@Suite struct TimeoutTests {
  @Test func `a query with a baseline that takes too long fails with the finding timeout`() throws {
    let project = try Sample.recorded()
    try project.edit("queries/manifest.yml", "params: {seconds: 0}\n", "params: {seconds: 60}\n    timeout: 200ms\n")
    let run = try project.plangate("check", "nap", "orders_in", "--junit", "junit.xml", "--json", "report.json")
    try expect(run, exits: 1, stdout: ["nap", "200 ms"], leavingNothingIn: project)
    let nap = try project.json()["nap"]
    #expect(nap.verdict == "regressed")
    #expect(nap.findings.map(\.rule) == ["timeout"])
    #expect(nap.findings.first?.severity == "fail")
    #expect(try project.json()["orders_in"].verdict == "passed")
    #expect(try project.junit()["nap"].failure?.type == "timeout")
    #expect(run.duration < .seconds(30), "\(run)")
  }
}

@Suite struct CrashTests {
  private static let crash = """
    CREATE FUNCTION crash() RETURNS void LANGUAGE plpgsql
      AS $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''kill -SEGV $PPID'''; PERFORM pg_sleep(10); END $$;

    """

  @Test func `a case that crashes the server does not affect others`() throws {
    let project = try Sample.recorded()
    try project.write("seed/05-crash.sql", CrashTests.crash)
    try project.edit("queries/manifest.yml", "queries:\n", "queries:\n  - {name: crash, sql: SELECT crash()}\n")
    let run = try project.plangate("check", "--json", "report.json")
    try expect(
      run, exits: 2, stdout: ["\(Sample.cases.count) passed", "1 unchecked"], leavingNothingIn: project)
    #expect(try project.json()["crash"].verdict == "unchecked", "\(run)")
  }

  @Test func `text from a server moves no cursor and sets no colors`() throws {
    let project = try Sample.recorded()
    let query = "  - {name: loud, sql: \"SELECT U&'\\\\001b[2Jx\\\\009b31m'::integer\"}\n"
    try project.append("queries/manifest.yml", query)
    for command in ["check", "record", "explain"] {
      let run = try project.plangate(command, "loud", "--color", "never")
      try expect(run, exits: 2, stdout: ["\\x1b[2Jx\\x9b31m"])
      #expect(!(run.stdout + run.stderr).unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{9b}" }, "\(run)")
    }
    try project.write("seed/05-loud.sql", "SELECT U&'\\001b[2J'::integer;\n")
    let run = try project.plangate("record", "--color", "never")
    try expect(run, exits: 2, stderr: ["the seed failed", "\\x1b[2J"])
    #expect(!run.stderr.contains("\u{1b}"), "\(run)")
  }

  @Test(arguments: [1, 2])
  func `nothing is judged after recovery emptied an unlogged table`(_ jobs: Int) throws {
    let project = try Project([
      "seed.sql": CrashTests.crash + """
        CREATE UNLOGGED TABLE quick AS SELECT n AS id FROM generate_series(1, 1000) AS n;
        CREATE TABLE safe AS TABLE quick;
        CREATE UNLOGGED TABLE empty (id integer);
        """,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed.sql]
      queries:
        - {name: before, sql: SELECT count(*) FROM quick}
        - {name: crash, sql: SELECT crash()}
        - {name: after, sql: SELECT count(*) FROM quick}
        - {name: of_safe, sql: SELECT count(*) FROM safe}

      """,
    ])
    let run = try project.plangate("check", "--jobs", "\(jobs)", "--json", "report.json")
    try expect(run, exits: 2, stdout: ["4 unchecked"], leavingNothingIn: project)
    let report = try project.json()
    for name in ["before", "after", "of_safe"] {
      #expect(try report[name].reason?.hasSuffix("emptied what is UNLOGGED: public.quick") == true, "\(run)")
    }
    #expect(try report["crash"].reason?.contains("connection") == true, "\(run)")
  }
}
