import Foundation
import Postgres
import TestSupport
import Testing

/// Whatever dump people have seeds the database, or an error says what it is and what to do.
@Suite struct DumpTests {
  static let servers: [InstalledServer] = [.distribution, .postgres16, .postgres17, .postgres18]

  /// A project that seeds some dumps, each of which is checked and removed again before the next one.
  ///
  /// - Parameter roles: the roles of the dumps; nil for none.
  private static func project(
    _ dumps: [String], roles: String? = "[shop_owner, App User, reader]", check: String = "sh -eu ../check.sh"
  ) throws -> Project {
    let project = try Project([
      "queries/manifest.yml": "version: 1\n" + (roles.map { "roles: \($0)\n" } ?? "") + "seed:\n"
        + dumps.map { "  - \($0)\n  - run: \(check)\n" }.joined()
        + "queries: [{name: one, sql: SELECT 1}]\n",
      "check.sh": """
      value() { psql -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
      test "$(value 'SELECT count(*) FROM app.orders')" = 5
      test "$(value "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'orders'")" = shop_owner
      test "$(value "SELECT count(*) FROM pg_database WHERE datname = 'shop'")" = 0
      value 'DROP SCHEMA app CASCADE'

      """,
    ])
    return project
  }

  /// A dump that was copied into a project.
  private static func copy(_ dump: String, to path: String, of project: Project) throws {
    try FileManager.default.copyItem(atPath: dump, toPath: project.path(path))
  }

  // MARK: Formats

  @Test(arguments: servers) func `every format of dump seeds, whatever its name`(server: InstalledServer) throws {
    let dumps = try Dumps.made(by: server)
    let project = try Self.project(Dumps.names.map(dumps.path))
    let run = try project.plangate("record", "--no-cache", "--postgres", try server.binaries)
    try expect(run, exits: 0, not: ["skipped"], leavingNothingIn: project)
  }

  @Test func `a plain dump of an older server seeds a newer one`() throws {
    let dumps = try Dumps.made(by: .distribution)
    let project = try Self.project(Dumps.names.map(dumps.path))
    let run = try project.plangate("record", "--no-cache", "--postgres", try InstalledServer.postgres18.binaries)
    try expect(run, exits: 0, leavingNothingIn: project)
  }

  @Test func `settings that a dump gives its database are plangate's database's`() throws {
    let dumps = try Dumps.made(by: .distribution)
    for name in ["create", "everything"] {
      let project = try Self.project([dumps.path(name)], check: "sh -eu ../settings.sh")
      try project.write(
        "settings.sh",
        """
        test "$(psql -XAtqc "SELECT string_agg(s.setconfig[1], ',' ORDER BY s.setconfig[1]) FROM pg_db_role_setting s
          JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
          WHERE s.setconfig[1] ~ '^(work_mem|enable_sort)'")" = 'enable_sort=off,work_mem=5MB'

        """)
      try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
    }
  }

  @Test func `a broken archive says which file it is`() throws {
    let project = try Self.project(["../cut.gz"], roles: nil)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Dumps.made(by: .distribution).path("plain.1")))
    try project.write("cut.gz", bytes: Array(bytes.prefix(bytes.count / 2)))
    let run = try project.plangate("check", "--no-cache")
    try expect(
      run, exits: 2, stderr: ["cut.gz: error: gzip cannot decompress the file", "unexpected end of file"],
      leavingNothingIn: project)
  }

  @Test func `an error in a compressed file names its own line`() throws {
    let project = try Self.project(["../a.gz"], roles: nil)
    try project.write("a", "SELECT 1;\nSELECT nothing;\n")
    _ = try RunningProgram(["gzip", project.path("a")], in: project.directory, environment: plainEnvironment()).end()
    let run = try project.plangate("check", "--no-cache")
    try expect(
      run, exits: 2, stderr: ["a.gz:2: error: the seed failed: column \"nothing\" does not exist"],
      leavingNothingIn: project)
  }

  @Test func `a compressed script includes the files beside it`() throws {
    let project = try Self.project(["../sub/a.gz"], roles: nil, check: "psql -Xqc 'DROP TABLE t'")
    try project.write("sub/a", "SELECT 1;\n\\ir 'it''s b.sql'\nSELECT 2;\n")
    try project.write("sub/it's b.sql", "CREATE TABLE t ();\n")
    _ = try RunningProgram(["gzip", project.path("sub/a")], in: project.directory, environment: plainEnvironment())
      .end()
    try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
  }

  @Test func `a tar file without a dump is refused`() throws {
    let project = try Self.project(["../a.tar"], roles: nil)
    _ = try RunningProgram(
      ["tar", "-cf", "a.tar", "check.sh"], in: project.directory, environment: plainEnvironment()
    ).end()
    try expect(
      project.plangate("check", "--no-cache"), exits: 2,
      stderr: ["a.tar: error: the tar file holds no dump of pg_dump (no toc.dat)", "extract it"],
      leavingNothingIn: project)
  }

  // MARK: Databases

  @Test func `a dump of several databases has to be divided`() throws {
    let project = try Self.project(["../all.sql"], roles: nil)
    var text = try String(contentsOfFile: Dumps.made(by: .distribution).path("everything"), encoding: .utf8)
    text += "CREATE DATABASE more WITH TEMPLATE = template0 ENCODING = 'UTF8';\n\\connect more\nCREATE TABLE t ();\n"
    try project.write("all.sql", text)
    try expect(
      project.plangate("check", "--no-cache"), exits: 2,
      stderr: ["all.sql: error: the dump holds several databases: more, shop", "pg_dump"], leavingNothingIn: project)
  }

  @Test func `a script that leaves plangate's database is noted`() throws {
    let project = try Self.project(["../a.sql"], roles: nil, check: "'true'")
    try project.write("a.sql", "CREATE DATABASE shop;\n\\connect shop\nCREATE TABLE t ();\n")
    let note = "note: a.sql ends in the database 'shop', and plangate looks at its own database only: remove \\connect"
    try expect(project.plangate("record", "--no-cache"), exits: 0, stdout: [note], leavingNothingIn: project)
    try project.append("a.sql", "\\connect plangate\n")
    try expect(project.plangate("record", "--no-cache"), exits: 0, not: ["note: a.sql"], leavingNothingIn: project)
  }

  // MARK: Newer dumps

  @Test func `a newer plain dump seeds, and says what was skipped`() throws {
    let dumps = try Dumps.made(by: .postgres18)
    let names = ["plain.txt", "create", "everything", "plain.1", "create.5"]
    let project = try Self.project(names.map(dumps.path))
    let run = try project.plangate("record", "--no-cache")
    try expect(run, exits: 0, leavingNothingIn: project)
    for name in names {
      let note =
        "note: \(dumps.path(name)): PostgreSQL 15 does not know transaction_timeout, which PostgreSQL 17 brought: "
        + "the file's SET was skipped"
      #expect(run.stdout.components(separatedBy: note).count == 2, "\(run)")
    }
  }

  @Test func `a newer archive names the pg_restore that reads it`() throws {
    for (server, name, needed) in [
      (InstalledServer.postgres16, "custom.bin", 16), (.postgres18, "tarred", 17), (.postgres18, "folder", 17),
      (.postgres17, "custom.2", 17), (.postgres18, "folder.4", 17),
    ] {
      let path = try Dumps.made(by: server).path(name)
      let project = try Self.project([path])
      let run = try project.plangate("check", "--no-cache")
      try expect(
        run, exits: 2,
        stderr: [
          "\(path): error: the dump needs pg_restore \(needed) or newer, and pg_restore of PostgreSQL 15 cannot read it",
          "use PostgreSQL \(needed) or newer (--postgres \(needed)), or convert it with that pg_restore: pg_restore -f dump.sql",
        ], leavingNothingIn: project)
    }
  }

  // MARK: Roles

  @Test func `missing roles are listed at once`() throws {
    let dumps = try Dumps.made(by: .distribution)
    for name in ["plain.txt", "custom.bin", "plain.1", "folder.4"] {
      let project = try Self.project([dumps.path(name)], roles: "[reader]")
      try expect(
        project.plangate("check", "--no-cache"), exits: 2,
        stderr: [
          "role \"shop_owner\" does not exist", "roles: [reader, App User, shop_owner]", "or let plangate create",
          "roles: auto",
        ], leavingNothingIn: project)
    }
  }

  @Test func `automatic roles are created without login`() throws {
    let dumps = try Dumps.made(by: .distribution)
    let project = try Self.project(["plain.txt", "custom.bin", "create.5", "folder"].map(dumps.path), roles: "auto")
    try project.append(
      "check.sh",
      "test \"$(value \"SELECT string_agg(rolname || rolcanlogin, ',' ORDER BY rolname) FROM pg_roles "
        + "WHERE rolname !~ '^(pg_|postgres$)'\")\" = \"App Userfalse,other_userfalse,readerfalse,shop_ownerfalse\"\n")
    try project.write("more.sql", "SET ROLE other_user;\nRESET ROLE;\nCREATE ROLE own;\nDROP ROLE own;\n")
    try project.edit("queries/manifest.yml", "seed:\n", "seed:\n  - ../more.sql\n")
    try expect(project.plangate("record"), exits: 0, leavingNothingIn: project)
  }

  // MARK: Rows

  private static func rows(_ step: String, _ files: [String: String], count: String = "3") throws -> Project {
    try Project(
      [
        "schema.sql": "CREATE TABLE t (id integer PRIMARY KEY, note text DEFAULT 'none', \"Odd\" text);\n",
        "queries/manifest.yml": """
        version: 1
        seed:
          - ../schema.sql
          - \(step)
          - run: test "$(psql -XAtc "SELECT concat_ws('|', count(*), min(note), min(\\"Odd\\")) FROM t")" = '\(count)'
        queries: [{name: one, sql: SELECT id FROM t}]

        """,
      ].merging(files) { $1 })
  }

  @Test(arguments: [
    ("{csv: ../r.csv, table: t}", "id,note,Odd\n1,a,x\n2,\"b\nc\",\n3,c,\n", "3|a|x"),
    // Some columns, in another order.
    ("{csv: ../r.csv, table: public.t}", "\u{feff}\"Odd\",id\r\ny,1\r\nz,2\r\n", "2|none|y"),
    ("{csv: ../r.csv, table: t}", "1,a,x\n2,b,y\n", "2|a|x"),
    ("{csv: ../r.csv, table: t, header: true, delimiter: ;}", "note;id\na;1\n", "1|a"),
    // A table of texts whose first row looks like its names.
    ("{csv: ../r.csv, table: '\"T\"', header: false}", "id,note\n", "0"),
    ("{csv: ../r.csv, table: t, delimiter: \"\\t\"}", "1\ta\tx\n", "1|a|x"),
  ])
  func `rows come from a CSV file, with a header or without`(step: String, rows: String, result: String) throws {
    let project = try Self.rows(step, ["r.csv": rows], count: result)
    try project.append("schema.sql", "CREATE TABLE \"T\" (id text, note text);\n")
    try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
  }

  @Test func `a CSV file that does not fit says why`() throws {
    for (step, rows, message) in [
      (
        "{csv: ../r.csv, table: t, header: true}", "id,nota\n1,a\n",
        "r.csv:1: error: the header has 'nota', which is not a column of t (id, note, Odd)"
      ),
      (
        "{csv: ../r.csv, table: t}", "id,note\n1,a\nx,b\n",
        "r.csv:3: error: the seed failed: invalid input syntax for type integer"
      ),
      ("{csv: ../r.csv, table: nowhere}", "1\n", "r.csv: error: the seed failed: relation \"nowhere\" does not exist"),
      ("../r.csv", "id,note\n1,a\n", "r.csv is a CSV file; name its table: {csv: ../r.csv, table: …}"),
    ] {
      let project = try Self.rows(step, ["r.csv": rows])
      try expect(project.plangate("check", "--no-cache"), exits: 2, stderr: [message], leavingNothingIn: project)
    }
  }

  // MARK: Encodings

  @Test func `a UTF-16 file is named as one`() throws {
    let units = Array("CREATE TABLE t (id integer);\n".utf16)
    let little: [UInt8] = units.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let big: [UInt8] = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    let files: [(bytes: [UInt8], name: String)] = [
      ([0xff, 0xfe] + little, "UTF-16"), ([0xfe, 0xff] + big, "UTF-16"), (little, "UTF-16LE"), (big, "UTF-16BE"),
    ]
    for (bytes, name) in files {
      let project = try Self.project(["../a.sql"], roles: nil)
      try project.write("a.sql", bytes: bytes)
      try expect(
        project.plangate("check", "--no-cache"), exits: 2,
        stderr: ["a.sql: error: the file is \(name)", "iconv -f \(name) -t UTF-8 a.sql"], leavingNothingIn: project)
    }
  }

  @Test func `a Latin-1 file is named as one`() throws {
    let project = try Self.project(["../a.sql"], roles: nil, check: "'true'")
    var text = Array("CREATE TABLE t (note text);\nINSERT INTO t VALUES ('caf".utf8)
    text += [0xe9]
    text += Array("');\n".utf8)
    try project.write("a.sql", bytes: text)
    try expect(
      project.plangate("check", "--no-cache"), exits: 2,
      stderr: [
        "a.sql:2: error: the seed failed: invalid byte sequence for encoding \"UTF8\": 0xe9",
        "line 2 is not UTF-8, perhaps Latin-1", "SET client_encoding = 'LATIN1'",
        "iconv -f ISO-8859-1 -t UTF-8 a.sql",
      ], leavingNothingIn: project)
    try project.write("a.sql", bytes: Array("SET client_encoding = 'LATIN1';\n".utf8) + text)
    try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
  }

  // MARK: Extensions

  @Test func `a missing extension names its package`() throws {
    for (extension_, advice) in [
      ("postgis", "apt-get install postgresql-15-postgis-3"), ("vector", "apt-get install postgresql-15-pgvector"),
      ("pg_cron", "apt-get install postgresql-15-cron"), ("nowhere_to_be_found", "install the extension"),
    ] {
      let project = try Self.project(["../a.sql"], roles: nil)
      try project.write("a.sql", "SELECT 1;\nCREATE EXTENSION \(extension_);\n")
      try expect(
        project.plangate("check", "--no-cache"), exits: 2, stderr: ["a.sql:2: error: ", advice],
        leavingNothingIn: project)
    }
  }

  // MARK: The cache

  @Test func `compressed files, directories and CSV files come from the cache until they change`() throws {
    let dumps = try Dumps.made(by: .distribution)
    let cached = try CachedProject()
    try cached.files.makeDirectory("d")
    try Self.copy(dumps.path("folder"), to: "d/folder", of: cached.files)
    try Self.copy(dumps.path("plain.1"), to: "d/plain", of: cached.files)
    try cached.files.write("d/rows.csv", "6,six\n")
    try cached.files.write("d/drop.sql", "DROP SCHEMA app CASCADE;\n")
    try cached.files.edit(
      "queries/manifest.yml", "seed:\n",
      "roles: [shop_owner, App User, reader]\nseed:\n  - ../d/folder\n  - ../d/drop.sql\n  - ../d/plain\n"
        + "  - {csv: ../d/rows.csv, table: app.orders}\n")
    func check(fromCache isCached: Bool) throws {
      let run = try cached.check()
      let words = ["seed: from the cache"]
      try expect(run, exits: 0, stdout: isCached ? words : [], not: isCached ? [] : words)
    }
    try check(fromCache: false)
    try check(fromCache: true)
    try cached.files.write("d/rows.csv", "7,seven\n")
    try check(fromCache: false)
    try check(fromCache: true)
    let files = try cached.files.names(in: "d/folder").filter { $0 != "toc.dat" }
    try cached.files.write("d/folder/extra", "\(files)")
    try check(fromCache: false)
    try check(fromCache: true)
    _ = try RunningProgram(
      ["sh", "-c", "printf 'SELECT 1;\\n' | gzip >> d/plain"], in: cached.files.directory,
      environment: plainEnvironment()
    ).end()
    try check(fromCache: false)
  }
}

extension GivenServerTests {
  /// Dumps on a given server fill plangate's own database and change nothing else.
  @Suite(.serialized) struct DumpedSeeds {
    @Test func `dumps seed a given server`() throws {
      let server = try GivenTestServer.shared()
      let dumps = try Dumps.made(by: .distribution)
      let before = try server.inventory()
      let paths = ["plain.txt", "create", "everything", "custom.2", "folder.4"].map(dumps.path)
      let drop = "  - run: psql -Xqc 'DROP SCHEMA app CASCADE'\n"
      let project = try Project([
        "queries/manifest.yml": "version: 1\nroles: auto\nseed:\n" + paths.map { "  - \($0)\n" }.joined(separator: drop)
          + "queries: [{name: one, sql: SELECT count(*) FROM app.orders}]\n"
      ])
      let run = try project.start(["record", "--server", server.superuserConninfo]).end()
      try expect(run, exits: 0, leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")
    }
  }
}
