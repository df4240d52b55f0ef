import Testing

@testable import GateCommand

/// A file that psql runs, from where psql runs.
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
  func `a file that it reads is found`(text: String, includes: [SeedScan.Include]) {
    let scan = SeedScan(text)
    #expect(scan.includes == includes)
    #expect(scan.obstacle == nil)
    #expect(!scan.readsClock)
  }

  @Test(arguments: [
    "COPY items FROM stdin;\n1\tone\n\\N\t\\N\n\\.\n", "COPY items FROM STDIN WITH (FORMAT csv);",
    "\\copy items from stdin",
    "\\copy items from pstdin", "COPY items TO '/x/items.csv';", "\\copy items to data.csv",
    "COPY (SELECT * FROM items) TO STDOUT;", "\\echo items\n\\set x 1\n\\timing\n\\c other\n\\pset format csv",
    "SELECT copy, i, ir, include FROM items;", "-- a copy of the rows from production\n", "\\dt\n\\x\n\\q",
    "SELECT 'a' FROM items; -- i", "SELECT E'\\\\n';", "", "\\", "\\\\", "copy", "COPY items FROM", "\\i",
    "\\copy items from",
    "photocopy_items FROM '/x';", "SELECT 1 AS copy FROM items", "-- we then keep a copy FROM '/x';",
  ])
  func `what reads no file has none`(text: String) {
    #expect(SeedScan(text) == SeedScan())
  }

  @Test(arguments: [
    "SELECT now();", "SELECT NOW ();", "SELECT pg_catalog.now()", "DEFAULT now()", "now\n(\n)", "now\t()",
    "SELECT age(born)",
    "DEFAULT CURRENT_DATE", "current_timestamp", "current_timestamp(0)", "LOCALTIME", "localtimestamp", "current_time",
    "clock_timestamp()", "statement_timestamp()", "transaction_timestamp()", "timeofday()", "'now'::timestamptz",
    "date 'today'", "date 'Yesterday'", "timestamp 'tomorrow'", "VALUES ('now')",
    "timestamp 'today 08:00'", "'yesterday 12:00'::timestamptz",
    // A text may end there, and what follows runs.
    "SELECT 'a\n-- ', now()", "SELECT '\n--', now()", "$$\n-- $$; SELECT now()", "SELECT 1 --\n+ 1, now()",
    "a--b\n now()", "-- it's, now()",
  ])
  func `what reads the clock is found`(text: String) {
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
    "-- dblink and COPY a FROM '/x'",
  ])
  func `what only looks like the clock is not`(text: String) {
    #expect(!SeedScan(text).readsClock)
    #expect(SeedScan(text).obstacle == nil)
  }

  @Test(arguments: [
    ("\\! make data", "it uses \\!"), ("SELECT 1; \\!date", "it uses \\!"), ("\\cd /x", "it uses \\cd"),
    ("\\getenv x HOME", "it uses \\getenv"), ("\\prompt x", "it uses \\prompt"),
    ("\\set day `date`", "it runs a command in backquotes"), ("\\echo `date`", "it runs a command in backquotes"),
    ("\\if `test -e x`", "it runs a command in backquotes"), ("\\setenv A `date`", "it runs a command in backquotes"),
    ("\\i `ls *.sql`", "it reads a file whose name is not in its text"),
    ("\\i :file", "it reads a file whose name is not in its text"),
    ("\\i :'file'", "it reads a file whose name is not in its text"),
    ("\\i parts/:file", "it reads a file whose name is not in its text"),
    ("\\ir :dir/a.sql", "it reads a file whose name is not in its text"),
    ("\\i ~/a.sql", "it reads a file whose name is not in its text"),
    ("\\copy items from :file", "it reads a file whose name is not in its text"),
    ("COPY items FROM :'file';", "it reads a file whose name is not in its text"),
    ("COPY items FROM :file;", "it reads a file whose name is not in its text"),
    ("COPY items FROM E'/x/a.csv';", "it reads a file whose name is not in its text"),
    ("COPY items FROM $$/x/a.csv$$;", "it reads a file whose name is not in its text"),
    ("COPY items FROM PROGRAM 'make data';", "it copies from a program"),
    ("\\copy items from program 'make data'", "it copies from a program"),
    ("SELECT pg_read_file('/etc/passwd')", "it uses pg_read_file"),
    ("SELECT * FROM dblink('x', 'y')", "it uses dblink"),
    ("CREATE EXTENSION file_fdw;", "it uses file_fdw"), ("CREATE EXTENSION postgres_fdw", "it uses postgres_fdw"),
    ("SELECT LO_IMPORT('/x')", "it uses lo_import"),
    ("ALTER SYSTEM SET work_mem = '1GB';", "it uses ALTER SYSTEM"),
    ("alter\n  system reset all", "it uses ALTER SYSTEM"),
  ])
  func `what rests on something that cannot be seen is told`(text: String, obstacle: String) {
    #expect(SeedScan(text).obstacle == obstacle)
    #expect(SeedScan("SELECT 1;\n\(text)\nSELECT 2;").obstacle == obstacle)
  }

  @Test(arguments: [
    "SELECT 'a ! b', `x`;", "\\d items `x`", "SELECT dblinks, file_fdws, pg_read_files", "SELECT 1 FROM program",
    "\\set day 2026-01-01", "ALTER TABLE system RENAME TO systems", "SELECT system FROM alters", "\\cdx",
  ])
  func `what only looks so is no obstacle`(text: String) {
    #expect(SeedScan(text).obstacle == nil)
  }

  @Test func `the first obstacle is the one that is told, and the scan goes on`() {
    let scan = SeedScan("\\! one\n\\cd two\n\\i three.sql\nSELECT now();\n")
    #expect(scan.obstacle == "it uses \\!")
    #expect(scan.includes == [script("three.sql")])
    #expect(scan.readsClock)
  }

  @Test func `any bytes can be scanned`() {
    var generator = Generator(state: 3)
    let words = ["\\", "i", " ", "'", "copy", "from", "`", "\n", ";", "now", "(", "ä", "\0", "\\!", "\\i", ":", "a"]
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 0...12, using: &generator))
        .map { _ in words.randomElement(using: &generator) ?? "" }.joined()
      let scan = SeedScan(text)
      #expect(SeedScan(parsing: scan.text) == scan, "\(text.debugDescription)")
    }
  }

  // MARK: The note on a scan

  @Test func `a note holds the whole scan`() {
    var scan = SeedScan()
    #expect(SeedScan(parsing: scan.text) == scan)
    scan.includes = [script("a b.sql"), beside("../c.sql"), data("/x/ y.csv"), script(" leading")]
    scan.readsClock = true
    scan.obstacle = "it uses \\!"
    #expect(SeedScan(parsing: scan.text) == scan)
  }

  @Test func `a note that is not whole is none`() {
    var scan = SeedScan()
    scan.includes = [script("a.sql"), data("b.csv")]
    scan.readsClock = true
    scan.obstacle = "it uses \\!"
    let text = scan.text
    // The last line feed says nothing that the line before it does not.
    for length in 0..<(text.count - 1) { #expect(SeedScan(parsing: String(text.prefix(length))) == nil, "\(length)") }
    #expect(SeedScan(parsing: text.replacing("scan 1", with: "scan 2")) == nil)
    #expect(SeedScan(parsing: text.replacing("clock", with: "cluck")) == nil)
    #expect(SeedScan(parsing: text.replacing("script from", with: "script")) == nil)
  }
}
