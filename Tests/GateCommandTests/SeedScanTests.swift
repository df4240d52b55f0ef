import Testing

@testable import GateCommand

/// A file that psql runs, named from psql's directory.
private func script(_ path: String) -> SeedScan.Include {
  SeedScan.Include(path: path, isRelativeToFile: false, isScript: true)
}

/// A file that psql or the server reads.
private func data(_ path: String) -> SeedScan.Include {
  SeedScan.Include(path: path, isRelativeToFile: false, isScript: false)
}

private func beside(_ path: String) -> SeedScan.Include {
  SeedScan.Include(path: path, isRelativeToFile: true, isScript: true)
}

@Suite struct SeedScanTests {
  @Test(arguments: [
    ("\\i a.sql", [script("a.sql")]), ("\\i   /x/a.sql  ", [script("/x/a.sql")]),
    ("\\include a.sql", [script("a.sql")]), ("\\i 'a b.sql'", [script("a b.sql")]),
    ("\\i 'it''s.sql'", [script("it's.sql")]), ("SELECT 1; \\i a.sql\nSELECT 2;", [script("a.sql")]),
    ("\\i a.sql\n\\i b.sql\n\\i a.sql\n", [script("a.sql"), script("b.sql")]),
    ("\\i a.sql \\i b.sql", [script("a.sql"), script("b.sql")]),
    ("\\i a.sql $a$;\n\\i b.sql", [script("a.sql"), script("b.sql")]),
    ("\\ir a.sql 'x\n\\i b.sql", [beside("a.sql"), script("b.sql")]),
    ("\\lo_import a.csv x /*\n\\i b.sql", [data("a.csv"), script("b.sql")]),
    ("\\encoding UTF8 \"\n\\i b.sql", [script("b.sql")]),
    ("\\? \\ir a.sql", [beside("a.sql")]), ("\\? x \\copy items from data.csv", [data("data.csv")]),
    // psql removes semicolons from the end, joins quoted and unquoted parts, and reads escapes.
    ("\\i a.sql;", [script("a.sql")]), ("\\ir a.sql;;", [beside("a.sql")]), ("\\i 'a'.sql", [script("a.sql")]),
    ("\\i a'.s'ql;", [script("a.sql")]), ("\\i 'a;.sql'", [script("a;.sql")]),
    ("\\i 'a\\x2esql'", [script("a.sql")]), ("\\i 'a\\056sql'", [script("a.sql")]),
    ("\\i 'a\\.sql'", [script("a.sql")]), ("\\i \"a b.sql\"", [script("\"a b.sql\"")]),
    ("\\i a.sql\\\\ SELECT 1;\n\\i b.sql", [script("a.sql"), script("b.sql")]),
    ("SELECT 1 \\g\n\\i a.sql", [script("a.sql")]), ("SELECT (1; \\i a.sql", [script("a.sql")]),
    ("\\set n 1 \\i a.sql", [script("a.sql")]), ("SELECT 1 /* /* */ */ \\i a.sql", [script("a.sql")]),
    ("SELECT E'\\'' \\i a.sql", [script("a.sql")]), ("SELECT '\\' \\i a.sql", [script("a.sql")]),
    ("\\COPY items FROM data.csv", [data("data.csv")]), ("\\Copy items from 'data.csv';", [data("data.csv")]),
    ("\\copy items from data.csv;", [data("data.csv")]), ("\\copy items from data.csv; csv", [data("data.csv")]),
    ("\\copy items from :file", [data(":file")]),
    ("\\copy \"a b\".items(\"x y\") from data.csv", [data("data.csv")]),
    ("COPY items FROM E'/x/a.csv';", [data("/x/a.csv")]), ("COPY items FROM $$/x/a.csv$$;", [data("/x/a.csv")]),
    ("COPY \"a b\".\"items\" FROM '/a';", [data("/a")]),
    ("COPY -- all\nitems /* from */ FROM '/a';", [data("/a")]),
    ("DO 'BEGIN COPY items FROM ''/a''; END';", [data("/a")]),
    ("DO E'BEGIN COPY items FROM \\'/a\\'; END';", [data("/a")]),
    ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'COPY items FROM ''/a''';", [data("/a")]),
    ("DO $$ BEGIN EXECUTE 'COPY items FROM ''/a'''; END $$;", [data("/a")]),
    ("DO $$ BEGIN EXECUTE $q$COPY items FROM '/a'$q$; END $$;", [data("/a")]),
    ("DO $$ BEGIN EXECUTE 'CO' || 'PY items' || ' FROM ''/a'''; END $$;", [data("/a")]),
    ("DO $$ BEGIN EXECUTE format('COPY %I FROM ''/a''', 'items'); END $$;", [data("/a")]),
    ("DO $$ BEGIN FOR r IN EXECUTE 'SELECT 1' LOOP COPY items FROM '/a'; END LOOP; END $$;", [data("/a")]),
    ("COPY items FROM stdin;\n\\i b.sql\n\\.\n\\i a.sql", [script("a.sql")]),
    ("\\copy items from stdin\n\\i b.sql\n\\.\n\\i a.sql", [script("a.sql")]),
    ("COPY a FROM stdin \\; COPY b FROM stdin;\n\\i b\n\\.\n\\i c\n\\.\n\\i a.sql", [script("a.sql")]),
    ("COPY a FROM stdin\\g\n\\i b\n\\.\n\\i a.sql", [script("a.sql")]),
    ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC; SELECT 1; END;\\i a.sql", [script("a.sql")]),
    ("\u{feff}\\i a.sql", [script("a.sql")]), ("\u{feff}COPY items FROM '/a';", [data("/a")]),
    ("INSERT INTO docs VALUES ('copy items from stdin');\n\\i a.sql", [script("a.sql")]),
    ("\\ir a.sql", [beside("a.sql")]), ("\\include_relative ../a.sql", [beside("../a.sql")]),
    ("\\if true\n\\i a.sql\n\\endif", [script("a.sql")]),
    ("\\copy items from data.csv csv", [data("data.csv")]), ("\\copy items(id, n) FROM 'a b.csv'", [data("a b.csv")]),
    ("\\lo_import picture.png", [data("picture.png")]),
    ("COPY items FROM '/x/items.csv' WITH (FORMAT csv);", [data("/x/items.csv")]),
    ("copy items (id,\n  n)\nfrom\n  '/x/it''ems.csv';", [data("/x/it'ems.csv")]),
    ("BEGIN;COPY items FROM '/a';COPY others FROM '/b';", [data("/a"), data("/b")]),
    ("DO $$ BEGIN COPY items FROM '/a'; END $$;", [data("/a")]),
    ("IF x THEN COPY items FROM '/a'; ELSE COPY items FROM '/b'; END IF;", [data("/a"), data("/b")]),
    ("LOOP\tcopy items FROM '/a';", [data("/a")]),
  ])
  func `files that a script reads are found`(text: String, includes: [SeedScan.Include]) {
    let scan = SeedScan(text)
    #expect(scan.includes == includes)
    #expect(scan.obstacle == nil)
    #expect(!scan.readsClock)
  }

  @Test(arguments: [
    "COPY items FROM stdin;\n1\tone\n\\N\t\\N\n\\.\n", "COPY items FROM STDIN WITH (FORMAT csv);",
    "\\copy items from stdin",
    "\\copy items from pstdin", "COPY items FROM stdin;\n\\! it's $$ `x`, pg_read_file('/x')\n\\.\nSELECT 1;",
    "COPY (SELECT * FROM items) TO STDOUT;", "\\echo items\n\\set x 1\n\\timing\n\\c other\n\\pset format csv",
    "SELECT copy, i, ir, include FROM items;", "-- a copy of the rows from production\n", "\\dt\n\\x\n\\q",
    "SELECT 'a' FROM items; -- i", "SELECT E'\\\\n';", "", "\\", "\\\\", "copy", "\\i",
    "\\copy items from",
    "/* \\i a.sql */ -- \\i b.sql\nSELECT '\\i c.sql', $$\\i d.sql$$, \"\\i e.sql\";",
    "\\restrict aBc\nSELECT 1;\n\\unrestrict aBc\n",
    "SET standard_conforming_strings = on; SET client_encoding = 'UTF8';",
    "CREATE TABLE films (language text, system text); GRANT EXECUTE ON FUNCTION f() TO x;",
    "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();",
    "PREPARE p AS SELECT 1; EXECUTE p; EXECUTE p(1);",
    "INSERT INTO docs VALUES ('execute it, then copy it from there');",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION \"uuid-ossp\" SCHEMA public;",
    "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE 'plpgsql';",
    "DO $$ DECLARE n int; BEGIN EXECUTE format('CREATE TABLE p_%s PARTITION OF %I FOR VALUES IN (%s)', n, 'a', n + 1);"
      + " END $$;",
    "DO $$ BEGIN FOR i IN 1..9 LOOP EXECUTE 'CREATE TABLE part_' || i || '()'; END LOOP; END $$;",
    "DO $$ DECLARE d date := '2026-01-01'; BEGIN EXECUTE format('CREATE TABLE p_%s ()', to_char(d, 'YYYY_MM')); END $$;",
    "DO $$ BEGIN EXECUTE 'TRUNCATE ' || quote_ident(name) USING name; END $$;",
    "photocopy_items FROM '/x';", "SELECT 1 AS copy FROM items", "-- we then keep a copy FROM '/x';",
  ])
  func `scripts that read no file have none`(text: String) {
    var scan = SeedScan(text)
    scan.setVariables = []
    #expect(scan == SeedScan())
  }

  @Test(arguments: [
    "SELECT now();", "SELECT NOW ();", "SELECT pg_catalog.now()", "DEFAULT now()", "now\n(\n)", "now\t()",
    "SELECT age(born)",
    "DEFAULT CURRENT_DATE", "current_timestamp", "current_timestamp(0)", "LOCALTIME", "localtimestamp", "current_time",
    "clock_timestamp()", "statement_timestamp()", "transaction_timestamp()", "timeofday()", "'now'::timestamptz",
    "date 'today'", "date 'Yesterday'", "timestamp 'tomorrow'", "VALUES ('now')",
    "timestamp 'today 08:00'", "'yesterday 12:00'::timestamptz",
    "'now()'::timestamptz", "' today'", "timestamp '08:00 today'", "E'now'", "$$now$$",
    "DO $$ BEGIN INSERT INTO a VALUES (now()); END $$",
    "CREATE FUNCTION f() RETURNS date LANGUAGE sql AS 'SELECT now()'",
    "DO $$ BEGIN EXECUTE 'SELECT now()'; END $$", "\\set day today\nSELECT :'day';", "SELECT uuidv7()",
    "COPY a FROM stdin;\n1\tnow\n\\.\n", "COPY a FROM stdin csv;\n1,\"today 08:00\"\n\\.\n",
    // A text may end there, and the rest runs.
    "SELECT 'a\n-- ', now()", "SELECT '\n--', now()", "$$\n-- $$; SELECT now()", "SELECT 1 --\n+ 1, now()",
    "a--b\n now()",
  ])
  func `statements that read the clock are found`(text: String) {
    #expect(SeedScan(text).readsClock)
    #expect(SeedScan("SELECT 1;\n\(text)\n;SELECT 2;").readsClock)
  }

  @Test(arguments: [
    "SELECT now FROM items", "now", "nowhere()", "know()", "my_now()", "now_or_later()", "now1()", "age", "page(1)",
    "age_of(1)",
    "SELECT age FROM people", "'nowhere'", "'know'", "today", "'todays'", "'not today'", "'today, too'", "yesterday()",
    "current_dates",
    "_current_date", "current_user", "localtimes", "date '2026-01-01'", "SELECT random(), setseed(0.5)",
    "-- made with now()\n", "  \t--now()", "SELECT 1;\n-- no now(), nor today\nSELECT 2",
    "-- dblink and COPY a FROM '/x'", "-- it's, now()",
    "INSERT INTO docs VALUES ('call now() for the time')",
    "COPY a FROM stdin;\nwhat we do now\ttoday we go\n\\.\n",
  ])
  func `text that only looks like the clock is ignored`(text: String) {
    #expect(!SeedScan(text).readsClock)
    #expect(SeedScan(text).obstacle == nil)
  }

  @Test(arguments: [
    ("\\! make data", "it uses \\!"), ("SELECT 1; \\!date", "it uses \\!"), ("\\cd /x", "it uses \\cd"),
    ("\\getenv x HOME", "it uses \\getenv"), ("\\prompt x", "it uses \\prompt"),
    ("\\cdx", "it uses \\cdx"),
    ("SELECT 1 \\gexec", "it uses \\gexec"), ("SELECT 'COPY a' \\gexec", "it uses \\gexec"),
    ("SELECT 1 \\watch", "it uses \\watch"), ("\\d items `x`", "it runs a command in backquotes"),
    ("SELECT 1 \\g |sh", "it writes a file or runs a program with \\g"), ("\\o x.sql", "it writes a file with \\o"),
    ("\\connect host=other", "it connects to a database that its text does not name"),
    ("\\c a b other", "it connects to a database that its text does not name"),
    ("\\set SINGLELINE on", "it uses \\set SINGLELINE"),
    ("SELECT :'HOST';", "it uses :HOST"), ("\\set h :HOST", "it uses :HOST"),
    ("\\encoding SJIS", "it is in another encoding"),
    ("\\set day `date`", "it runs a command in backquotes"), ("\\echo `date`", "it runs a command in backquotes"),
    ("\\if `test -e x`", "it runs a command in backquotes"), ("\\setenv A `date`", "it runs a command in backquotes"),
    ("\\i `ls *.sql`", "it reads a file whose name is not in its text"),
    ("\\i :file", "it reads a file whose name is not in its text"),
    ("\\i :'file'", "it reads a file whose name is not in its text"),
    ("\\i parts/:file", "it reads a file whose name is not in its text"),
    ("\\ir :dir/a.sql", "it reads a file whose name is not in its text"),
    ("\\i ~/a.sql", "it reads a file whose name is not in its text"),
    ("COPY items FROM :'file';", "it reads a file whose name is not in its text"),
    ("COPY items FROM :file;", "it reads a file whose name is not in its text"),
    ("COPY items FROM E'/x\\x2fa.csv';", "it reads a file whose name is not in its text"),
    ("COPY items FROM U&'/x/a.csv';", "it reads a file whose name is not in its text"),
    ("COPY items FROM '/x/a'\n'.csv';", "it reads a file whose name is not in its text"),
    ("COPY items FROM 'in_the_data_directory.csv';", "it reads a file whose name is not in its text"),
    (
      "DO $$ BEGIN EXECUTE 'COPY items FROM ' || quote_literal('/x'); END $$;",
      "it reads a file whose name is not in its text"
    ),
    (
      "DO $$ BEGIN EXECUTE format('COPY items FROM %L', '/x'); END $$;", "it reads a file whose name is not in its text"
    ),
    ("SELECT run('COPY items FROM ''/x''');", "it reads a file whose name is not in its text"),
    ("SELECT run('COPY items FROM ' || '''/x''');", "it reads a file whose name is not in its text"),
    ("DO $$ BEGIN EXECUTE statement; END $$;", "it runs a statement with EXECUTE that its text does not show"),
    (
      "DO $$ DECLARE s text := 'CO' || 'PY a FROM ''/x'''; BEGIN EXECUTE s; END $$;",
      "it runs a statement with EXECUTE that its text does not show"
    ),
    (
      "DO 'DECLARE s text; BEGIN EXECUTE ''SELECT '' || s; END';",
      "it runs a statement with EXECUTE that its text does not show"
    ),
    ("DO $$ BEGIN EXECUTE format('%s', s); END $$;", "it runs a statement with EXECUTE that its text does not show"),
    ("DO $$ BEGIN EXECUTE (SELECT s FROM a); END $$;", "it runs a statement with EXECUTE that its text does not show"),
    (
      "DO $$ DECLARE n int; BEGIN DECLARE n text; BEGIN EXECUTE 'SELECT ' || n; END; END $$;",
      "it runs a statement with EXECUTE that its text does not show"
    ),
    (
      "CREATE FUNCTION f(s text) RETURNS SETOF a AS $$ BEGIN RETURN QUERY EXECUTE s; END $$ LANGUAGE plpgsql;",
      "it runs a statement with EXECUTE that its text does not show"
    ),
    ("DO LANGUAGE plperl $$ spi_exec_query($_) $$;", "it has code in plperl"),
    ("CREATE FUNCTION f() RETURNS text AS 'x' LANGUAGE c;", "it has code in c"),
    ("CREATE FUNCTION f() RETURNS text LANGUAGE \"plv8\" AS $$ $$;", "it has code in plv8"),
    ("LOAD 'x';", "it uses LOAD"), ("CREATE TABLESPACE x LOCATION '/x';", "it uses CREATE TABLESPACE"),
    ("CREATE SERVER x FOREIGN DATA WRAPPER y;", "it uses CREATE SERVER"),
    ("CREATE EXTENSION acme;", "it uses the extension acme, and plangate does not know what that reads"),
    (
      "CREATE EXTENSION IF NOT EXISTS \"acme\";",
      "it uses the extension acme, and plangate does not know what that reads"
    ),
    ("SELECT query_to_xml('x', true, true, '')", "it runs text as a statement, with query_to_xml"),
    ("SELECT pg_ls_dir('/x')", "it uses pg_ls_dir"), ("SELECT \"pg_read_file\"('/x')", "it uses pg_read_file"),
    ("SELECT U&\"pg\\005fread_file\"('/x')", "it has names with Unicode escapes"),
    ("SET standard_conforming_strings = off;", "it turns standard_conforming_strings off"),
    ("SET standard_conforming_strings TO 'off';", "it turns standard_conforming_strings off"),
    (
      "SELECT set_config('standard_conforming_strings', 'off', false);",
      "it names the setting standard_conforming_strings in a text"
    ),
    ("SET client_encoding = 'SJIS';", "it is in the encoding sjis"),
    ("SET NAMES 'BIG5';", "it is in the encoding big5"),
    ("COPY items TO '/x/items.csv';", "it copies into a file or a program"),
    ("\\copy items to data.csv", "it copies into a file or a program"),
    ("COPY items FROM stdin; SELECT 1;\n1\n\\.\n", "a statement follows COPY … FROM STDIN on its line"),
    ("SELECT copy a FROM stdin;\n\\i a.sql", "it copies rows, but no COPY statement was recognized"),
    ("\\set x off\n\\set ON_ERROR_STOP :x", "it continues after errors"),
    ("\\set ON_ERROR_STOP off", "it continues after errors"), ("\\unset ON_ERROR_STOP", "it continues after errors"),
    ("SELECT '\0';", "it holds NUL characters"),
    ("\\if true\nCOPY items FROM stdin;\n1\n\\.\n\\endif", "it has rows for COPY inside \\if"),
    ("COPY items FROM PROGRAM 'make data';", "it copies from a program"),
    ("\\copy items from program 'make data'", "it copies from a program"),
    ("SELECT pg_read_file('/etc/passwd')", "it uses pg_read_file"),
    ("SELECT * FROM dblink('x', 'y')", "it uses dblink"),
    ("CREATE EXTENSION file_fdw;", "it uses file_fdw"), ("CREATE EXTENSION postgres_fdw", "it uses postgres_fdw"),
    ("SELECT LO_IMPORT('/x')", "it uses lo_import"),
    ("ALTER SYSTEM SET work_mem = '1GB';", "it uses ALTER SYSTEM"),
    ("alter\n  system reset all", "it uses ALTER SYSTEM"),
  ])
  func `dependence on something unknown is reported`(text: String, obstacle: String) {
    #expect(SeedScan(text).obstacle == obstacle)
    #expect(SeedScan("SELECT 1;\n \(text)\n;SELECT 2;").obstacle == obstacle)
  }

  @Test(arguments: [
    "SELECT 'a ! b', `x`;", "SELECT dblinks, file_fdws, page_read_files", "SELECT 1 FROM program",
    "\\set day 2026-01-01", "ALTER TABLE system RENAME TO systems", "SELECT system FROM alters",
  ])
  func `text that only looks like such a dependence is ignored`(text: String) {
    #expect(SeedScan(text).obstacle == nil)
  }

  @Test(arguments: [
    ("\\set c 'COPY a FROM ''/x'''\n:c;", "c"), ("\\set f pg_read_file\nSELECT :f('/x');", "f"),
    ("\\set a pg_re\n\\set b ad_file\nSELECT :a:b('/x');", "a"), ("SELECT 'COPY' AS c \\gset\n:c;", "c"),
    ("\\set s FROM\nCOPY items :s '/x';", "s"), ("\\set d Do\n:d $$ BEGIN EXECUTE s; END $$;", "d"),
    ("\\set s system\nALTER :s RESET ALL;", "s"), ("\\set l LOAD\n:l 'x';", "l"),
    ("\\set e E\nSELECT :e'\\' \\i a.sql';", "e"), ("\\set s FROM\nSELECT :'s';", nil),
    ("\\set n :m\nSELECT :n;", "n"), ("\\set n 7\nSELECT :n;", nil), ("SELECT 1 AS n \\gset\nSELECT :'n';", nil),
    ("SELECT a[1:n];", nil), ("\\set n 1000\nSELECT generate_series(1, :n), :'n', :\"n\", a::int;", nil),
    ("\\set n 1\nSELECT a[1:n];", "n"),
  ])
  func `a variable with an unknown value may be any statement`(text: String, name: String?) {
    #expect(SeedScan(text).variableObstacle == name.map { "it puts the value of :\($0) into a statement" })
  }

  @Test func `a variable can be the word COPY`() {
    #expect(SeedScan("\\set c COPY\n:c a FROM '/x';").includes == [data("/x")])
    #expect(SeedScan("\\set c COPY\n:c a FROM :'file';").obstacle == SeedScan.unseenName)
  }

  @Test func `the schema of an archive defines the clock, and only a materialized view reads it`() {
    let table = SeedScan(archive: "CREATE TABLE a (made timestamptz DEFAULT now());")
    #expect(table.definesClock && !table.readsClock)
    let view = SeedScan(archive: "CREATE MATERIALIZED VIEW v AS SELECT now();")
    #expect(view.definesClock && view.readsClock)
    #expect(SeedScan(archive: "CREATE TABLE a (made timestamptz);") == SeedScan())
  }

  @Test func `the first obstacle is reported, and the scan continues`() {
    let scan = SeedScan("\\! one\n\\cd two\n\\i three.sql\nSELECT now();\n")
    #expect(scan.obstacle == "it uses \\!")
    #expect(scan.includes == [script("three.sql")])
    #expect(scan.readsClock)
  }

  @Test func `any bytes can be scanned`() {
    var generator = Generator(state: 3)
    let words = [
      "$$", "E'", "--", "/*", "DO", "execute", "||", "stdin", "\\.", "\\set", "\\copy", "format(", ")", "%s",
      "\\", "i", " ", "'", "copy", "from", "`", "\n", ";", "now", "(", "ä", "\0", "\\!", "\\i", ":", "a",
    ]
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 0...12, using: &generator))
        .map { _ in words.randomElement(using: &generator) ?? "" }.joined()
      let scan = SeedScan(text)
      #expect(SeedScan(parsing: scan.text) == scan, "\(text.debugDescription)")
    }
  }

  @Test(arguments: [
    String(repeating: "\\", count: 1 << 17), String(repeating: "\\a ", count: 1 << 15),
    "SELECT '" + String(repeating: "copy ", count: 1 << 15) + "';",
    "SELECT '" + String(repeating: "copy(", count: 1 << 15),
    "DO $$ BEGIN EXECUTE " + String(repeating: "(", count: 1 << 15),
    "SELECT " + String(repeating: "(", count: 1 << 17),
    "DO $$ BEGIN EXECUTE " + String(repeating: "format(", count: 1 << 14),
    "/*" + String(repeating: "/*", count: 1 << 16),
    (0..<20_000).map { "DO $a\($0)$ " }.joined() + (0..<20_000).reversed().map { "$a\($0)$ " }.joined(),
    String(repeating: "'a'\n", count: 1 << 15), String(repeating: "SELECT now -- x\n", count: 1 << 13),
    String(repeating: ":a", count: 1 << 16), String(repeating: "\\if true ", count: 1 << 14),
  ])
  func `any long text is read in linear time`(text: String) {
    let started = ContinuousClock.now
    _ = SeedScan(text)
    var copy = text
    _ = copy.withUTF8 { PsqlScript(UnsafeRawBufferPointer($0)) }
    // Linear reading takes less than a second; rereading for each repetition took minutes, or exhausted the stack.
    #expect(ContinuousClock.now - started < .seconds(60))
  }

  // MARK: The note on a scan

  @Test func `a note holds the whole scan`() {
    var scan = SeedScan()
    #expect(SeedScan(parsing: scan.text) == scan)
    scan.includes = [script("a b.sql"), beside("../c.sql"), data("/x/ y.csv"), script(" leading")]
    scan.readsClock = true
    scan.obstacle = "it uses \\!"
    scan.definesClock = true
    scan.insertedVariables = ["a", "b"]
    scan.joinedVariables = ["a"]
    scan.setVariables = ["b", "c"]
    scan.unreadVariables = ["b"]
    scan.storesResults = true
    #expect(SeedScan(parsing: scan.text) == scan)
  }

  @Test(arguments: [
    "\\i \u{301}a.sql", "\\i a \u{301}", "\\ir \u{200d}", "SELECT :\u{301}a;", "\\i 'a  b.sql'", "\\i ' a.sql '",
    "SET client_encoding = 'a\nend\n b';", "CREATE EXTENSION \"a\r\n  b\";", "DO LANGUAGE \"a\u{85}\u{301}\" 'x';",
  ])
  func `a note may contain text that looks like its own lines and blanks`(text: String) {
    let scan = SeedScan(text)
    #expect(SeedScan(parsing: scan.text) == scan)
    #expect(scan.obstacle?.contains("\n") != true)
  }

  @Test func `an incomplete note is ignored`() {
    var scan = SeedScan()
    scan.includes = [script("a.sql"), data("b.csv")]
    scan.readsClock = true
    scan.obstacle = "it uses \\!"
    let text = scan.text
    // The last line feed adds nothing to the line before it.
    for length in 0..<(text.count - 1) { #expect(SeedScan(parsing: String(text.prefix(length))) == nil, "\(length)") }
    #expect(SeedScan(parsing: text.replacing("scan 2", with: "scan 1")) == nil)
    #expect(SeedScan(parsing: text.replacing("clock", with: "cluck")) == nil)
    #expect(SeedScan(parsing: text.replacing("script from", with: "script")) == nil)
  }
}
