import TestSupport
import Testing

@testable import GateCommand

/// The effects of SQL seeds outside their database, as far as their text shows them.
@Suite struct SeedReachTests {
  private func kinds(_ text: String) -> [SeedReach.Kind] { ReachScan(text).reaches.map(\.kind) }

  private func places(_ text: String) -> [String] { ReachScan(text).reaches.map { "\($0.line) \($0.what)" } }

  @Test(arguments: [
    (#"\c production"#, SeedReach.Kind.connect), (#"\connect production"#, .connect), (#"\c"#, .connect),
    (#"SELECT 1; \connect production"#, .connect), (#"SELECT 1 \connect production"#, .connect),
    (#"\echo a \connect production"#, .connect), (#"\echo 'a' \\ \c production"#, .connect),
    (#"\connect "host=other dbname=x""#, .connect), (#"\if true \c production"#, .connect),
    ("ALTER SYSTEM SET work_mem = '1GB'", .alterSystem), ("alter\n  system reset all", .alterSystem),
    ("ALTER /* a /* b */ c */ SYSTEM SET x = 1", .alterSystem), ("ALTER -- c\nSYSTEM SET x = 1", .alterSystem),
    ("SELECT pg_reload_conf()", .alterSystem), ("SELECT pg_catalog.pg_reload_conf ()", .alterSystem),
    ("ALTER ROLE app SET work_mem = '1GB'", .alterRole), ("ALTER USER app SET work_mem = '1GB'", .alterRole),
    ("ALTER ROLE ALL SET work_mem = '1GB'", .alterRole), ("ALTER ROLE app RESET ALL", .alterRole),
    ("ALTER USER app PASSWORD 'x'", .alterRole), ("ALTER GROUP app ADD USER x", .alterRole),
    ("ALTER ROLE app IN DATABASE production SET work_mem = '1GB'", .alterRole), (#"\password app"#, .alterRole),
    ("DROP ROLE app", .dropRole), ("DROP USER IF EXISTS app", .dropRole), ("DROP GROUP app", .dropRole),
    ("DROP OWNED BY app", .dropRole), ("REASSIGN OWNED BY app TO other", .dropRole),
    ("CREATE DATABASE other", .database), ("DROP DATABASE IF EXISTS production", .database),
    ("ALTER DATABASE production SET work_mem = '1GB'", .database), ("ALTER DATABASE \"x\" RENAME TO y", .database),
    ("ALTER DATABASE :db SET work_mem = '1GB'", .database),
    ("\\set DBNAME production\nALTER DATABASE :DBNAME SET work_mem = '1GB'", .database),
    ("CREATE TABLESPACE fast LOCATION '/mnt'", .tablespace), ("DROP TABLESPACE fast", .tablespace),
    ("ALTER TABLESPACE fast RENAME TO slow", .tablespace),
    ("SELECT dblink_exec('dbname=production', 'DROP TABLE x')", .remote),
    ("SELECT * FROM public.dblink('a', 'b') AS t(x int)", .remote),
    ("CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw", .remote),
    ("ALTER SERVER s OPTIONS (SET dbname 'x')", .remote),
    ("CREATE SUBSCRIPTION s CONNECTION 'dbname=production' PUBLICATION p", .replication),
    ("SELECT pg_create_physical_replication_slot('s')", .replication),
    ("COPY t TO PROGRAM 'cat > /tmp/x'", .serverFiles), ("COPY t FROM PROGRAM 'curl x'", .serverFiles),
    ("COPY (SELECT a FROM b) TO '/tmp/x'", .serverFiles),
    ("COPY t (a, b) TO E'/tmp/x' WITH (FORMAT csv)", .serverFiles),
    ("SELECT lo_export(1, '/tmp/x')", .serverFiles),
    ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", .serverFunctions),
    (#"\copy (SELECT pg_terminate_backend(1)) TO 'x'"#, .serverFunctions),
    ("UPDATE pg_database SET datallowconn = false", .catalog),
    ("DELETE FROM ONLY pg_catalog.pg_db_role_setting", .catalog),
    ("INSERT INTO pg_catalog.pg_auth_members VALUES (1, 2)", .catalog),
  ])
  func `statements that reach other databases are found`(_ text: String, _ kind: SeedReach.Kind) {
    #expect(kinds(text + ";\n") == [kind])
    #expect(kinds("CREATE TABLE t (id int);\n\(text)") == [kind])
  }

  @Test(arguments: [
    ("DO $$BEGIN ALTER ROLE app SET work_mem = '1GB'; END$$;", SeedReach.Kind.alterRole),
    ("DO $$BEGIN IF true THEN ALTER ROLE app RESET ALL; END IF; END$$;", .alterRole),
    ("DO LANGUAGE plpgsql 'BEGIN DROP ROLE app; END';", .dropRole),
    ("DO $$BEGIN EXECUTE 'DROP ROLE app'; END$$;", .dropRole),
    ("DO $a$BEGIN EXECUTE $b$DROP ROLE app$b$; END$a$;", .dropRole),
    ("DO 'BEGIN EXECUTE ''ALTER ROLE app SET x = ''''1''''''; END';", .alterRole),
    ("DO $$BEGIN EXECUTE format('ALTER ROLE %I SET x = 1', 'app'); END$$;", .alterRole),
    ("DO $$BEGIN EXECUTE 'ALTER ' || 'SYSTEM SET x = 1'; END$$;", .alterSystem),
    ("DO $$BEGIN EXECUTE 'ALTER '\n'SYSTEM SET x = 1'; END$$;", .alterSystem),
    ("DO $$BEGIN EXECUTE 'ALTER DATABASE ' || name || ' SET x = 1'; END$$;", .database),
    ("DO $$BEGIN EXECUTE format('ALTER DATABASE production SET x = %L', current_database()); END$$;", .database),
    ("DO $$BEGIN PERFORM dblink_exec('x', 'y'); END$$;", .remote),
    ("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE ''DROP ROLE a''; END';", .dropRole),
    ("CREATE FUNCTION f() RETURNS void BEGIN ATOMIC SELECT pg_cancel_backend(1); END;", .serverFunctions),
    ("SELECT exec('DROP DATABASE production');", .database),
    ("SELECT format('DROP DATABASE %I', datname) FROM pg_database \\gexec\n", .database),
    ("SELECT E'ALTER\\nSYSTEM SET x = 1' \\gexec\n", .alterSystem),
    ("\\set command 'ALTER SYSTEM SET x = 1'\n:command;\n", .alterSystem),
    ("SELECT query_to_xml('SELECT pg_terminate_backend(1)', true, true, '');", .serverFunctions),
    ("SELECT exec('SET a = 1; ALTER ROLE x RESET ALL');", .alterRole),
  ])
  func `statements that a string runs count as well`(_ text: String, _ kind: SeedReach.Kind) {
    #expect(kinds(text) == [kind])
  }

  @Test(arguments: [
    "-- ALTER SYSTEM SET x = 1;\n", "/* \\connect production */", "/* a /* b */ DROP DATABASE x; */",
    "SELECT 'you may ALTER SYSTEM; not \\connect';", "INSERT INTO t VALUES ('how to DROP DATABASE x'), (E'it\\'s');",
    "SELECT \"\\connect\", \"DROP DATABASE\" FROM t;", "SELECT $$see \\connect$$;",
    "ALTER TABLE t ALTER role SET DEFAULT 'x';", "ALTER TABLE t DROP role, DROP database;",
    "ALTER TABLE t SET TABLESPACE pg_default;", "SELECT role, database FROM t;", "CREATE TABLE system (alter_ text);",
    "CREATE ROLE app;", "CREATE USER app LOGIN;", "GRANT app TO other;", "SET ROLE app;", "RESET ROLE;",
    "GRANT CONNECT ON DATABASE production TO app;",
    "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO x;",
    "CREATE USER MAPPING FOR app SERVER s;", "ALTER TABLE t OWNER TO app;", "CREATE PUBLICATION p FOR ALL TABLES;",
    "GRANT EXECUTE ON FUNCTION pg_catalog.pg_terminate_backend(integer, bigint) TO app;",
    "REVOKE ALL ON FUNCTION public.dblink(text) FROM PUBLIC;", "CREATE EXTENSION dblink;",
    "COPY t FROM '/data/rows.csv';", "COPY (SELECT 1) TO STDOUT;", "\\copy t TO 'rows.csv'\n", "\\lo_export 1 x\n",
    "SELECT * FROM pg_database JOIN pg_roles ON true;", "SELECT datname INTO x FROM pg_database;",
    "COPY t FROM stdin;\nALTER SYSTEM;\n\\connect production\n'\n\\.\nSELECT 1;\n",
    "COPY t (a) FROM STDIN WITH (FORMAT csv); SELECT 2;\nDROP DATABASE x;\n\\.\n",
    "\\copy t from stdin\nDROP DATABASE x;\n\\.\n", "COPY t FROM stdin\\g\n\\connect x\n\\.\n",
    "\\! psql -c 'SELECT 1' \\connect\n", "\\echo connect\n", "\\conninfo\n", "SELECT 1 AS \"a\\connect\";",
    "SET standard_conforming_strings = on;\nINSERT INTO t VALUES ('C:\\');\nINSERT INTO t VALUES (' \\connect x');",
    // The current database is its own.
    "ALTER DATABASE :\"DBNAME\" SET work_mem = '5MB';", "ALTER DATABASE :DBNAME SET work_mem = '5MB';",
    "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET x = 1', current_database()); END$$;",
    "DO $$BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET x = 1'; END$$;",
    "DO $$BEGIN EXECUTE 'ALTER DATABASE \"' || current_database() || '\" SET x = 1'; END$$;",
    "SELECT format('ALTER ROLE app IN DATABASE %I SET x = 1', current_catalog) \\gexec\n",
    "SELECT current_database() AS db \\gset\nALTER DATABASE :\"db\" SET x = 1;\n",
  ])
  func `text that only looks like such a statement is ignored`(_ text: String) {
    #expect(places(text) == [])
  }

  @Test func `each statement has the line on which it begins`() {
    let text = """
      \u{FEFF}CREATE TABLE t (a text);
      INSERT INTO t VALUES ('one
      two');
      ALTER
        ROLE app SET x = 1;
      COPY t FROM stdin;
      a
      b
      \\.
      \\connect production
      DO $$
      BEGIN
        EXECUTE 'x';
        EXECUTE 'DROP ROLE app';
      END
      $$;
      SELECT 1; ALTER SYSTEM SET x = 1; \\c
      """
    #expect(
      places(text) == ["4 ALTER ROLE", "10 \\connect", "14 DROP ROLE", "17 ALTER SYSTEM", "17 \\c"])
    #expect(places(text.replacing("\n", with: "\r\n")) == places(text))
  }

  // MARK: psql reads a text depending on earlier settings

  private func problem(_ files: [String: String], allowing allowed: Set<SeedReach.Kind> = [], isComplete: Bool = true)
    throws -> String?
  {
    let project = try Project(files)
    return SeedReach.diagnostic(
      of: project.path("seed/a.sql"), directory: project.path("queries"), allowing: allowed, isComplete: isComplete
    )?.description.replacing("\(project.directory)/", with: "")
  }

  @Test(arguments: [
    "\\if false\nCOPY t FROM stdin;\n\\endif\n\\connect production\n\\.\n",
    "\\set ON_ERROR_STOP off\nCOPY missing FROM stdin;\n\\connect production\n\\.\n",
    "\\unset ON_ERROR_STOP\nCOPY missing FROM stdin;\n\\connect production\n",
    "SET standard_conforming_strings = off;\nSELECT '\\'';\n\\connect production\n--'\n",
    "SELECT set_config('standard_conforming_strings', 'off', false);\nSELECT '\\'';\n\\connect production\n--'\n",
  ])
  func `a script that changes how it is read is read both ways`(_ text: String) throws {
    #expect(try problem(["seed/a.sql": text])?.contains("\\connect leaves plangate's own database") == true)
  }

  @Test func `includes are followed, from where psql looks for them`() throws {
    let files = [
      "seed/a.sql": "\\i ext.sql;\n\\ir 'b c'.sql\n", "queries/ext.sql": "SELECT 1;\n\\connect x\n",
      "seed/b c.sql": "\\include_relative ../more/d.sql\n", "more/d.sql": "\\i ../seed/a.sql\nDROP DATABASE x;\n",
    ]
    let text = try #require(try problem(files))
    #expect(text.contains("queries/ext.sql:2: error: \\connect"), "\(text)")
    #expect(text.contains("more/d.sql:2: error: DROP DATABASE"), "\(text)")
    #expect(try problem(files, allowing: [.connect, .database]) == nil)
  }

  @Test(arguments: ["\\i :name", "\\i `echo x`", "\\ir missing.sql", "\\i ~/x.sql", "\\cd /tmp\n\\i x.sql"])
  func `an unknown include is refused by its name`(_ text: String) throws {
    let found = try #require(try problem(["seed/a.sql": text + "\n"]))
    #expect(found.contains("--allow-seed include"), "\(found)")
    #expect(try problem(["seed/a.sql": text + "\n"], allowing: [.include]) == nil)
  }

  @Test func `an include that an earlier step may write is read when its script runs`() throws {
    let files = ["seed/a.sql": "\\ir made.sql\n"]
    #expect(try problem(files, isComplete: false) == nil)
    #expect(try problem(files)?.contains("made.sql (no such file)") == true)
  }

  @Test func `all findings are reported together, with file, line and the next step`() throws {
    let text = try problem(["seed/a.sql": "ALTER SYSTEM SET x = 1;\nCREATE DATABASE x;\n\\connect x\n"])
    #expect(
      text == """
        seed/a.sql:1: error: ALTER SYSTEM changes the configuration of the whole server; on a given server (--server) \
        a seed may not do that
        remove it, or allow it: --allow-seed alter-system
        seed/a.sql:2: error: CREATE DATABASE affects a database other than plangate's own; on a given server \
        (--server) a seed may not do that
        remove it (a dump made without --create does not have it), or allow it: --allow-seed database
        seed/a.sql:3: error: \\connect leaves plangate's own database; on a given server (--server) a seed may not do that
        remove it (a dump made without --create does not have it), or allow it: --allow-seed connect
        """)
  }

  // MARK: Any text

  @Test(arguments: [
    "ALTER ROLE a RESET ALL;\n", "'a;b', ", "\\echo ", "begin alter role a ", "COPY a ", "$a", "(", "/*", "'x' || ",
    "do ",
    ":a ", "\"a", "select a from b where c in (d) ", "INSERT INTO t VALUES ('it''s; so', $$x$$);\n",
  ])
  func `the time is linear in the text`(_ part: String) {
    func time(_ count: Int) -> Duration {
      let text = String(repeating: part, count: count)
      return ContinuousClock().measure { _ = ReachScan(text) }
    }
    // With quadratic time, ten times the text would take a hundred times as long; a busy machine also takes longer.
    #expect(time(30_000) < time(3_000) * 50 + .seconds(3), "\(part)")
  }

  @Test func `any text can be read`() {
    var generator = Generator(state: 7)
    let parts = [
      "'", "''", "\"", "$$", "$a$", "$", "\\", "\\.", "\n", "\\copy t from stdin\n", "COPY t FROM stdin;", ";", "(",
      ")",
      ":", "::", ":'", ":\"", "%I", "%", "--", "/*", "*/", "E'", "||", " ", "ALTER", "DATABASE", "\\i", "\\set x ", "`",
      "do", "create function", "\u{e9}", "\0", "\r", "\\;", "\\if", "~",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in
        parts[Int.random(in: parts.indices, using: &generator)]
      }.joined()
      for mode in [ReachScan.Mode(), .init(copyHasData: false), .init(escapes: true)] {
        let lines = text.utf8.count { $0 == 10 } + 1
        #expect(ReachScan(text, mode).reaches.allSatisfy { (1...lines).contains($0.line) }, "\(text)")
      }
    }
  }
}
