import Foundation
import Postgres
import TestSupport
import Testing

extension GivenServerTests {
  /// A seed on a given server stays in plangate's own database.
  @Suite(.serialized) struct Seeds {
    let server: GivenTestServer

    init() throws { server = try GivenTestServer.shared() }

    private static func project(_ seed: String, _ files: [String: String] = [:]) throws -> Project {
      try Project(
        [
          "queries/manifest.yml":
            "version: 1\nseed:\n\(seed)\nqueries:\n  - {name: one, sql: SELECT count(*) FROM items}\n",
          "seed/items.sql": "CREATE TABLE items AS SELECT generate_series(1, 10) AS id;\n",
        ].merging(files) { $1 })
    }

    /// Runs plangate as the superuser, who may do anything there.
    private func plangate(_ project: Project, _ arguments: [String]) throws -> ProgramRun {
      try project.start(arguments + ["--server", server.superuserConninfo]).end()
    }

    // MARK: Before anything runs

    @Test(arguments: ["check", "record", "stability", "explain"])
    func `a dump that connects to another database is refused before anything runs`(_ command: String) throws {
      let project = try Self.project(
        "  - run: touch ../ran\n  - ../seed/dump.sql",
        [
          "seed/dump.sql": """
          --
          -- PostgreSQL database dump
          --
          SET standard_conforming_strings = on;
          CREATE TABLE items (id integer);
          COPY items FROM stdin;
          1
          2
          \\.

          CREATE DATABASE witness;
          \\connect witness
          DROP TABLE witness;
          CREATE TABLE witness (n integer);

          """
        ])
      let before = try server.inventory()
      let run = try plangate(
        project,
        [command] + (command == "explain" ? ["one"] : []) + (command == "check" ? ["--json", "report.json"] : []))
      try expect(
        run, exits: 2,
        stderr: [
          "seed/dump.sql:11: error: CREATE DATABASE",
          "seed/dump.sql:12: error: \\connect leaves plangate's own database",
          "--allow-seed connect", "without --create",
        ], leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")
      #expect(!project.exists("ran"), "\(run)")
      if command == "check" { #expect(try project.json().outcome == "unchecked") }
    }

    @Test(arguments: [
      "ALTER SYSTEM SET work_mem = '7MB';", "ALTER ROLE ci SET work_mem = '7MB';", "ALTER USER poor PASSWORD 'x';",
      "DROP DATABASE witness;", "CREATE TABLESPACE fast LOCATION '/nowhere';", "DROP OWNED BY ci;",
      "DO $$BEGIN EXECUTE format('ALTER ROLE %I SET work_mem = %L', 'ci', '7MB'); END$$;",
      "SELECT 'ALTER ROLE ci SET work_mem = ''7MB''' \\gexec",
    ])
    func `statements on shared objects are refused`(_ statement: String) throws {
      let project = try Self.project("  - ../seed/*.sql", ["seed/other.sql": "SELECT 1;\n\(statement)\n"])
      let before = try server.inventory()
      let run = try plangate(project, ["check"])
      try expect(run, exits: 2, stderr: ["seed/other.sql:2: error: ", "--allow-seed "], leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")
    }

    @Test func `a script that an earlier step writes is read before it runs`() throws {
      let project = try Self.project(
        "  - ../seed/items.sql\n  - run: echo 'ALTER ROLE ci SET work_mem = 1000;' > ../seed/made.sql\n  - ../seed/made.sql",
        ["seed/made.sql": "SELECT 1;\n"])
      let before = try server.inventory()
      let run = try plangate(project, ["check"])
      try expect(run, exits: 2, stderr: ["seed/made.sql:1: error: ALTER ROLE"], leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")
    }

    @Test func `statements allowed by name run and are not reported as changes`() throws {
      let project = try Self.project(
        "  - ../seed/*.sql",
        ["seed/other.sql": "ALTER ROLE poor SET work_mem = '7MB';\n\\connect witness\nSELECT count(*) FROM witness;\n"])
      defer { _ = try? server.superuser().execute("ALTER ROLE poor RESET ALL") }
      let refused = try plangate(project, ["check", "--allow-seed", "alter-role"])
      try expect(refused, exits: 2, stderr: ["\\connect"], not: ["ALTER ROLE"], leavingNothingIn: project)
      let run = try plangate(project, ["check", "--allow-seed", "alter-role,connect"])
      try expect(run, exits: 1, stdout: ["1 new"], leavingNothingIn: project)
      let settings = try server.superuser().execute("SELECT rolconfig FROM pg_roles WHERE rolname = 'poor'").value
      #expect(settings == "{work_mem=7MB}")
    }

    @Test func `seeds may change anything on plangate's own server`() throws {
      let project = try Self.project(
        "  - ../seed/*.sql",
        [
          "seed/other.sql":
            "CREATE ROLE app;\nALTER ROLE app SET work_mem = '7MB';\nCREATE DATABASE more;\n\\connect more\nSELECT 1;\n"
        ])
      try expect(project.plangate("check"), exits: 1, stdout: ["1 new"], leavingNothingIn: project)
    }

    // MARK: After each step

    @Test(arguments: [
      ("ALTER ROLE ci SET maintenance_work_mem = '7654kB'", "the setting maintenance_work_mem of the role 'ci' is new"),
      ("ALTER ROLE ci RESET datestyle", "the setting DateStyle of the role 'ci' is gone"),
      (
        "ALTER ROLE ci IN DATABASE witness SET work_mem = '7654kB'",
        "the setting work_mem of the role 'ci' in the database 'witness' is new"
      ),
      ("ALTER DATABASE witness SET work_mem = '7654kB'", "the setting work_mem in the database 'witness' is new"),
      ("ALTER ROLE ALL SET work_mem = '7654kB'", "the setting work_mem of all roles is new"),
      ("ALTER SYSTEM SET work_mem = '7654kB'", "work_mem in the server's configuration files is new"),
      ("ALTER ROLE poor PASSWORD 'secret7654kB'", "the password of the role 'poor' changed"),
      ("ALTER ROLE poor CREATEROLE", "the role 'poor' changed"),
      ("GRANT ci TO poor", "the membership of 'poor' in 'ci' is new"),
      ("CREATE DATABASE another", "the database 'another' is new"),
      ("ALTER DATABASE witness CONNECTION LIMIT 9", "the database 'witness' changed"),
      ("ALTER TABLESPACE pg_default SET (seq_page_cost = 2)", "the tablespace 'pg_default' changed"),
    ])
    func `changes of a command outside the database are reported, without any value`(
      _ statement: String, _ change: String
    ) throws {
      let project = try Self.project(
        "  - ../seed/items.sql\n  - run: psql -XqAtd postgres -f ../change\n  - run: touch ../ran",
        ["change": statement])
      defer {
        let connection = try? server.superuser()
        for undo in [
          "ALTER ROLE ci RESET maintenance_work_mem", "ALTER ROLE ci SET datestyle = 'German'",
          "ALTER ROLE ci IN DATABASE witness RESET ALL", "ALTER DATABASE witness RESET ALL", "ALTER ROLE ALL RESET ALL",
          "ALTER SYSTEM RESET ALL", "ALTER ROLE poor PASSWORD 'poor-secret'", "ALTER ROLE poor NOCREATEROLE",
          "REVOKE ci FROM poor", "DROP DATABASE IF EXISTS another", "ALTER DATABASE witness CONNECTION LIMIT -1",
          "ALTER TABLESPACE pg_default RESET (seq_page_cost)",
        ] { _ = try? connection?.execute(undo) }
      }
      let run = try plangate(project, ["check", "--json", "report.json"])
      try expect(
        run, exits: 2,
        stderr: [
          "during the seed step 'psql -XqAtd postgres -f ../change'", "outside plangate's database", "  \(change)\n",
        ],
        not: ["7654"], leavingNothingIn: project)
      #expect(!project.exists("ran"), "\(run)")
      #expect(try project.json().outcome == "unchecked")
      #expect(try !project.read("report.json").contains("7654"))
    }

    @Test func `hidden changes of a script are found after it`() throws {
      let project = try Self.project(
        "  - ../seed/*.sql",
        [
          "seed/other.sql":
            "DO $$BEGIN EXECUTE replace('ALT_ER ROLE poor CREATEROLE', '_', ''); END$$;\nSELECT nonsense;\n"
        ])
      defer { _ = try? server.superuser().execute("ALTER ROLE poor NOCREATEROLE") }
      let run = try plangate(project, ["check"])
      try expect(
        run, exits: 2, stderr: ["seed/other.sql:2", "nonsense", "the role 'poor' changed"], leavingNothingIn: project)
    }

    @Test(arguments: [
      "", "\\o out.txt\n", "\\set ON_ERROR_STOP off\n", "\\q\n", "SET search_path = nowhere;\n", "\\set ECHO all\n",
    ])
    func `a script that ends in another database is an error`(_ more: String) throws {
      let project = try Self.project(
        "  - ../seed/*.sql",
        ["seed/other.sql": "\\o hidden.sql\n\\qecho '\\\\connect witness'\n\\o /dev/null\n\\i hidden.sql\n\(more)"])
      let before = try server.inventory()
      let refused = try plangate(project, ["check"])
      try expect(refused, exits: 2, stderr: ["seed/other.sql:4: error: \\i hidden.sql (no such file)"])
      let run = try plangate(project, ["check", "--allow-seed", "include"])
      try expect(
        run, exits: 2, stderr: ["seed/other.sql: error: ", "ends in the database 'witness'"], leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")
    }

    @Test func `a step that replaces the database is an error`() throws {
      let project = try Self.project(
        "  - run: psql -Xqd postgres -c \"DROP DATABASE $PGDATABASE\" -c \"CREATE DATABASE $PGDATABASE\"\n"
          + "  - ../seed/items.sql")
      let before = try server.inventory()
      let run = try plangate(project, ["check"])
      try expect(run, exits: 2, stderr: ["replaced plangate's database"], leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")
    }

    @Test func `changes by plangate itself, in this or another run, are not reported`() throws {
      let other = "plangate_0123456789abcdef"
      let project = try Self.project(
        "  - ../seed/*.sql\n  - run: psql -XqAtd postgres -f ../change",
        [
          "seed/own.sql": "ALTER DATABASE :\"DBNAME\" SET work_mem = '5MB';\n",
          "change": "CREATE DATABASE \(other);\nALTER DATABASE \(other) SET work_mem = '5MB';\n"
            + "ALTER ROLE ci IN DATABASE \(other) SET work_mem = '6MB';\nALTER ROLE made_role SET work_mem = '7MB';\n"
            + "DROP ROLE made_by_another;\n",
        ])
      try server.superuser().execute("CREATE ROLE made_by_another")
      try server.superuser().execute("COMMENT ON ROLE made_by_another IS 'made by \(other)'")
      let during = try server.inventory()
      try project.edit("queries/manifest.yml", "queries:\n", "roles: [made_role]\nqueries:\n")
      let run = try plangate(project, ["check"])
      _ = try server.superuser().execute("DROP DATABASE \(other)")
      try expect(run, exits: 1, stdout: ["1 new"], not: ["outside", "the seed made"], leavingNothingIn: project)
      #expect(try server.inventory() == during.filter { !$0.contains("made_by_another") }, "\(run)")
    }

    @Test func `a role that the seed creates stays, and a note says so`() throws {
      let project = try Self.project(
        "  - ../seed/*.sql",
        ["seed/other.sql": "CREATE ROLE stays_here PASSWORD 'x';\nALTER TABLE items OWNER TO stays_here;\n"])
      defer { _ = try? server.superuser().execute("DROP ROLE stays_here") }
      let run = try plangate(project, ["check", "--json", "report.json"])
      try expect(
        run, exits: 1, stdout: ["1 new", "note: the seed made the role 'stays_here'"], leavingNothingIn: project)
      #expect(try project.json().notes.contains { $0.contains("stays_here") })
      #expect(try server.hasRole("stays_here"))
    }
  }
}
