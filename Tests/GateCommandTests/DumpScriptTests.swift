import Foundation
import TestSupport
import Testing

@testable import GateCommand

/// What plangate leaves out of dumps or changes in them, statement by statement.
@Suite struct DumpScriptTests {
  private static let cluster = "--\n-- PostgreSQL database cluster dump\n--\n"

  private func script(_ text: String, _ target: DumpScript.Target) -> DumpScript {
    Data(text.utf8).withUnsafeBytes { DumpScript($0, for: target) }
  }

  private func target(
    _ major: Int = 15, isGiven: Bool = false, knowsRestrict: Bool = true
  ) -> DumpScript.Target {
    DumpScript.Target(major: major, user: "postgres", isGiven: isGiven, knowsRestrict: knowsRestrict)
  }

  /// The changed text; nil when the file is run as it is.
  private func text(_ text: String, _ target: DumpScript.Target) -> String? {
    script(text, target).text.map { String(decoding: $0, as: UTF8.self) }
  }

  private static let create = "CREATE DATABASE \"My shop\" WITH TEMPLATE = template0 ENCODING = 'UTF8';\n"

  @Test(arguments: [
    ("\\connect -reuse-previous=on \"dbname='My shop'\"\nSELECT 1;\n", "\nSELECT 1;\n"),
    ("ALTER DATABASE \"My shop\" OWNER TO x;\n", ";\n"),
    ("ALTER DATABASE \"My shop\" SET work_mem TO '5MB';\n", "ALTER DATABASE :\"DBNAME\" SET work_mem TO '5MB';\n"),
    ("ALTER DATABASE other SET work_mem TO '5MB';\n", ";\n"),
    ("ALTER DATABASE \"My shop\" SET transaction_timeout TO '5s';\n", ";\n"),
    ("ALTER DATABASE \"My shop\" SET TABLESPACE fast;\n", ";\n"),
    (
      "ALTER ROLE r IN DATABASE \"My shop\" SET enable_sort TO 'off';\n",
      "ALTER ROLE r IN DATABASE :\"DBNAME\" SET enable_sort TO 'off';\n"
    ),
    ("COMMENT ON DATABASE \"My shop\" IS 'two\nlines';\n", "\n;\n"),
    ("GRANT ALL ON DATABASE \"My shop\" TO r;\n", ";\n"),
    ("SET default_tablespace = fast;\n", ";\n"),
  ])
  func `what a dump says of its database goes to plangate's own, or is left out`(line: String, result: String) {
    #expect(text(Self.create + line, target()) == ";\n" + result)
  }

  @Test(arguments: [
    "SET default_tablespace = '';\n", "GRANT SELECT ON TABLE t TO r;\n", "ALTER TABLE t OWNER TO r;\n",
    "COPY t FROM stdin;\nCREATE DATABASE x WITH TEMPLATE = template0 ;\n\\connect x\n\\.\n", "SET lock_timeout = 0;\n",
    "COMMENT ON TABLE t IS 'x';\n",
  ])
  func `everything else stays`(line: String) {
    #expect(text(Self.create + line, target()) == ";\n" + line)
  }

  @Test(arguments: [
    "CREATE DATABASE shop;\n\\connect shop\nCREATE TABLE t ();\n", "\\connect postgres\nSELECT 1;\n",
    "CREATE ROLE r;\nALTER ROLE r LOGIN;\n", "SET work_mem = 1;\n",
  ])
  func `scripts that pg_dump did not write are run as they are`(script: String) {
    #expect(text(script, target()) == nil)
  }

  @Test func `settings are skipped only on servers that are too old`() {
    let dump = "SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSELECT 1;\n"
    for major in 13...18 {
      let found = script(dump, target(major))
      #expect(found.skipped == (major < 17 ? ["transaction_timeout": 17] : [:]))
      #expect(
        text(dump, target(major)) == (major < 17 ? "SET lock_timeout = 0;\n;\nSELECT 1;\n" : nil), "\(major)")
    }
  }

  @Test(arguments: [
    (
      "CREATE ROLE \"App User\";\n",
      "DO $plangate$ BEGIN CREATE ROLE \"App User\"; EXCEPTION WHEN duplicate_object THEN NULL; END $plangate$;\n",
      ";\n"
    ),
    ("ALTER ROLE postgres WITH NOSUPERUSER;\n", ";\n", ";\n"),
    ("ALTER ROLE r WITH LOGIN;\n", "ALTER ROLE r WITH LOGIN;\n", ";\n"),
    ("GRANT a TO b WITH ADMIN OPTION, INHERIT TRUE GRANTED BY c;\n", "GRANT a TO b WITH ADMIN OPTION ;\n", ";\n"),
    ("GRANT a TO b WITH INHERIT TRUE GRANTED BY c;\n", "GRANT a TO b ;\n", ";\n"),
    ("GRANT a TO b GRANTED BY c;\n", "GRANT a TO b ;\n", ";\n"),
    ("DROP ROLE IF EXISTS postgres;\n", ";\n", ";\n"),
    ("CREATE TABLESPACE fast OWNER r LOCATION '/x';\n", ";\n", ";\n"),
    ("\\connect template1\nCREATE TABLE t ();\n", "\n\n", "\n\n"),
    ("\\connect shop\nCREATE TABLE t ();\n", "\nCREATE TABLE t ();\n", "\nCREATE TABLE t ();\n"),
  ])
  func `roles of pg_dumpall may exist, and are a given server's own affair`(
    line: String, result: String, onGiven: String
  ) {
    let rest = "\\connect postgres\nSELECT 1;\nCREATE DATABASE shop WITH TEMPLATE = template0 ;\n\\connect shop\n"
    for (target, result) in [(target(), result), (target(isGiven: true), onGiven)] {
      #expect(text(Self.cluster + line + rest, target) == Self.cluster + result + "\n\n\n\n")
    }
  }

  @Test func `memberships keep their options where the server has them`() {
    let line = "GRANT a TO b WITH INHERIT TRUE GRANTED BY c;\n"
    #expect(text(Self.cluster + line, target(16)) == Self.cluster + "GRANT a TO b WITH INHERIT TRUE ;\n")
  }

  @Test func `several databases of pg_dumpall are named`() {
    let two = ["b", "a"].map { "CREATE DATABASE \($0) WITH TEMPLATE = template0 ;\n\\connect \($0)\n" }.joined()
    #expect(script(Self.cluster + two, target()).databases == ["a", "b"])
    // The database postgres counts if there is no other.
    let only = "\\connect template1\nSELECT 1;\n\\connect postgres\nSELECT 2;\n"
    #expect(text(Self.cluster + only, target()) == Self.cluster + "\n\n\nSELECT 2;\n")
  }

  @Test func `an older psql does not see what it does not know`() {
    let dump = "--\n\\restrict abc\nSELECT 1;\n\\unrestrict abc\n"
    #expect(text(dump, target(knowsRestrict: false)) == "--\n\nSELECT 1;\n\n")
    #expect(text(dump, target()) == nil)
    for (version, isKnown) in [
      ("13.21", false), ("13.22", true), ("14.18", false), ("15.14", true), ("16.9", false), ("16.10", true),
      ("17.5", false), ("17.6", true), ("18.0", true), ("18beta1", true), ("19devel", true), ("12.20", false),
    ] {
      #expect(DumpScript.knowsRestrict(version) == isKnown, "\(version)")
    }
  }

  @Test func `on a given server, only what plangate leaves out of a step's own file is not seen`() throws {
    let dump = Self.create + "\\connect -reuse-previous=on \"dbname='My shop'\"\nCREATE TABLE t ();\n"
    let project = try Project(["dump.sql": dump, "outer.sql": "\\ir dump.sql\n", "more.sql": dump + "\\c other\n"])
    func problems(_ file: String, isOriginal: Bool) -> [String] {
      let found = SeedReach.diagnostic(
        of: project.path(file), isOriginal: isOriginal, directory: project.directory, allowing: [], isComplete: true)
      return found.map { found in ([found] + found.others).map { "\(project.local($0.file ?? "")):\($0.line ?? 0)" } }
        ?? []
    }
    #expect(problems("dump.sql", isOriginal: true) == [])
    #expect(problems("dump.sql", isOriginal: false) == ["dump.sql:1", "dump.sql:2"])
    #expect(problems("outer.sql", isOriginal: true) == ["dump.sql:1", "dump.sql:2"])
    #expect(problems("more.sql", isOriginal: true) == ["more.sql:4"])
  }

  // MARK: Roles

  @Test(arguments: [
    ("ALTER TABLE a.b OWNER TO \"App User\"", ["App User"]),
    ("GRANT SELECT, INSERT ON TABLE t TO a, GROUP b", ["a", "b"]),
    ("REVOKE ALL ON SCHEMA public FROM PUBLIC", []), ("GRANT a, b TO c WITH ADMIN OPTION", ["a", "b", "c"]),
    ("CREATE POLICY p ON t FOR SELECT TO a, b USING (c = 1)", ["a", "b"]), ("ALTER POLICY p ON t RENAME TO q", []),
    ("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b", ["a", "b"]),
    ("CREATE SCHEMA s AUTHORIZATION a", ["a"]), ("SET ROLE a", ["a"]), ("SET SESSION AUTHORIZATION 'a'", ["a"]),
    ("SET SESSION AUTHORIZATION DEFAULT", []), ("SET ROLE NONE", []), ("ALTER TABLE t OWNER TO CURRENT_USER", []),
    ("ALTER ROLE a SET work_mem = 1", ["a"]), ("COMMENT ON ROLE a IS 'x'", ["a"]),
    ("GRANT pg_read_all_data TO a", ["a"]),
    ("CREATE USER MAPPING FOR a SERVER s", ["a"]), ("CREATE ROLE a; GRANT SELECT ON t TO a", []),
    ("SELECT 'ALTER TABLE t OWNER TO a'", []), ("COPY t FROM stdin;\nSET ROLE a;\n\\.\n", []),
  ])
  func `the roles of a script are those that its statements name`(script: String, roles: [String]) {
    #expect(NamedRoles(script + ";\n").missing == roles)
  }

  // MARK: Formats

  @Test func `a missing program names its package`() throws {
    let project = try Project(["x": ""])
    for (bytes, package) in [([0x28, 0xb5, 0x2f, 0xfd] as [UInt8], "zstd"), ([0x04, 0x22, 0x4d, 0x18], "lz4")] {
      try project.write("x", bytes: bytes)
      let opener = SeedOpener(directory: project.temporaryDirectory, user: nil, environment: ["PATH": "/nowhere"])
      let failure = project.failure { () throws(Diagnostic) in _ = try opener.open(project.path("x")) }
      #expect(
        failure == """
          x: error: the file is compressed with \(package), and \(package) is not on this machine
          install it (Debian, Ubuntu: apt-get install \(package))
          """)
    }
  }

  @Test(arguments: [
    ("PGDMP\u{1}", SeedFormat.archive), ("SELECT 1;", .script), ("", .script), ("BZh9", .compressed(.bzip2)),
    ("-- PGDMP", .script),
  ])
  func `the first bytes decide`(text: String, format: SeedFormat) { #expect(SeedFormat(Array(text.utf8)) == format) }

  @Test func `the first line of a CSV file is split as CSV is`() {
    let rows = RowsFile(path: "r", table: "t", delimiter: ";")
    #expect(rows.firstLine(of: "\u{feff}a;\"b;\nc\";d\r\n1;2;3\n".utf8) == ["a", "b;\nc", "d"])
    #expect(
      rows.command(columns: ["a", "b\"c"])
        == "\\copy t (\"a\", \"b\"\"c\") FROM pstdin WITH (FORMAT csv, HEADER true, DELIMITER ';')")
  }

  @Test func `the first line that is not UTF-8 is found`() {
    func line(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBytes { SeedAdvice.firstLineNotUTF8($0) } }
    #expect(line(Array("ä\nö".utf8)) == nil)
    #expect(line(Array("a\nb\n".utf8) + [0xe9, 0x0a]) == 3)
    let long = Array(repeating: Array("äöü\n".utf8), count: 50_000).flatMap { $0 }
    #expect(line(long + [0xff]) == 50_001 && line(long) == nil)
  }

  // MARK: The manifest

  @Test func `content decides about steps, and CSV files have a table`() throws {
    let project = try Project(
      manifest: """
        version: 1
        roles: auto
        seed:
          - ../seed/*
          - {csv: ../rows/*.csv, table: public.t}
          - {csv: ../rows/a.csv, table: t, header: true, delimiter: "|"}
        queries: [{file: a.sql}]

        """,
      [
        "seed/a.sql": "PGDMP", "seed/b.dump": "SELECT 1;", "seed/c.dump": "", "seed/d/toc.dat": "PGDMP",
        "seed/e": "BZh",
        "rows/a.csv": "1", "rows/b.csv": "2",
      ])
    func path(_ path: String) -> String { project.path(path) }
    let manifest = try project.load()
    #expect(manifest.findsRoles && manifest.roles == [])
    #expect(
      manifest.seed == [
        .archive(path("seed/a.sql")), .script(path("seed/b.dump")), .archive(path("seed/c.dump")),
        .archive(path("seed/d")), .compressed(path("seed/e")),
        .rows(RowsFile(path: path("rows/a.csv"), table: "public.t")),
        .rows(RowsFile(path: path("rows/b.csv"), table: "public.t")),
        .rows(RowsFile(path: path("rows/a.csv"), table: "t", hasHeader: true, delimiter: "|")),
      ])
  }

  @Test(arguments: [
    ("{csv: ../r.csv}", "3:5: error: a CSV step needs the key 'table'"),
    ("{csv: ../r.csv, table: t, delimiter: ab}", "3:42: error: 'delimiter' must be one character"),
    ("{csv: ../r.csv, table: t, header: maybe}", "3:39: error: 'header' is true or false or auto, not 'maybe'"),
    ("{csv: ../r.csv, tabel: t}", "3:21: error: unknown key 'tabel', did you mean 'table'?"),
    ("{csv: ../none.csv, table: t}", "3:11: error: no such file: none.csv"),
    ("../r.csv", "3:5: error: r.csv is a CSV file; name its table: {csv: ../r.csv, table: …}"),
  ])
  func `mistakes in a CSV step have their places`(step: String, message: String) throws {
    let project = try Project(
      manifest: "version: 1\nseed:\n  - \(step)\nqueries: [{file: a.sql}]\n", ["r.csv": "1\n"])
    let failure = try #require(project.loadFailure())
    #expect(failure.hasPrefix("queries/m.yml:\(message)"), "\(failure)")
  }
}
