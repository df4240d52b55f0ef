import Testing

@testable import GateCommand

@Suite struct PsqlScriptTests {
  @Test(arguments: [
    ("BEGIN;\nCREATE TABLE t ();", 1), ("SELECT 1;\n\nbegin work;\nSELECT 1", 3), ("START TRANSACTION;", 1),
    ("BEGIN;\nCOMMIT;\nBEGIN;\n", 3), ("BEGIN;\nROLLBACK TO s;", 1), ("BEGIN;\nCOMMIT AND CHAIN;\nSELECT 1;", 2),
    ("BEGIN\\; SELECT 1;\n", 1), ("BEGIN \\g\nSELECT 1;", 1), ("/* a\n/* b */ */ BEGIN;", 2),
    ("SELECT 'COMMIT;\n';\nBEGIN; -- COMMIT;\n", 3), ("BEGIN;\nCOMMIT PREPARED 'x';", 1),
    ("\u{FEFF}BEGIN;", 1), ("BEGIN; ROLLBACK WORK TO SAVEPOINT s;", 1),
  ])
  func `the statement that began an open transaction is found`(_ text: String, _ line: Int) {
    #expect(PsqlScript(text).openTransaction?.line == line)
  }

  @Test(arguments: [
    "", "BEGIN;\nSELECT 1;\nCOMMIT;\n", "BEGIN;\nCOMMIT", "BEGIN; END;", "BEGIN; ABORT;",
    "BEGIN; ROLLBACK AND NO CHAIN;",
    "DO $$ BEGIN PERFORM 1; END $$;", "DO $a$BEGIN; $b$ $a$;", "SELECT E'\\'BEGIN;';", "SELECT \"BEGIN;\";",
    "-- BEGIN;\n", "/* BEGIN; */", "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC SELECT 1; END;",
    "SELECT (1;BEGIN;2);",
    "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;",
    "BEGIN; PREPARE TRANSACTION 'a';", "COPY t FROM STDIN;\nBEGIN;\n\\.\n",
    "COPY t FROM stdin WITH (FORMAT csv);\nBEGIN;\n\\.\r\n",
    "\\copy t from stdin\nBEGIN;\n\\.\n", "COMMIT AND CHAIN;",
  ])
  func `a transaction that ended or never began is not open`(_ text: String) {
    #expect(PsqlScript(text).openTransaction == nil)
  }

  @Test(arguments: [
    ("SELECT 1;\n\\q\nSELECT 2;\n", 2), ("\\quit\nSELECT 2;", 1), ("SELECT 1; \\q SELECT 2;", 1),
    ("\\echo Use it \\quit\nCREATE TABLE t ();", 1), ("\\if :x\n\\q\n\\endif\nSELECT 1;", 2),
    ("\\q\n\\i other.sql\n", 1),
    ("\\q\nCOPY t FROM STDIN;\n1\n\\.\n", 1),
  ])
  func `a command that quits before the end is found`(_ text: String, _ line: Int) {
    #expect(PsqlScript(text).quit?.line == line)
    #expect(text.withContiguousBytes(PsqlScript.mayNeedReading))
  }

  @Test(arguments: [
    "SELECT 1;\n\\q\n", "SELECT 1;\n\\q", "SELECT 1;\n\\q\n\n-- the end\n/* of it */\n", "\\if :x\n\\q\n\\endif\n",
    "SELECT '\\q';\nSELECT 1;", "-- \\q\nSELECT 1;", "COPY t FROM STDIN;\n\\q\n\\.\nSELECT 1;",
    "SELECT $$\n\\q\n$$;\nSELECT 1;",
    "\\qecho text\nSELECT 1;", "\\echo '\\q'\nSELECT 1;", "\\! echo \\q\nSELECT 1;",
  ])
  func `a command that quits at the end, or is quoted, is harmless`(_ text: String) {
    #expect(PsqlScript(text).quit == nil)
  }

  @Test func `data that end with the file are truncated`() {
    let cut = "SELECT 1;\nCOPY t (a, b) FROM stdin;\n1\t2\n3\t"
    #expect(PsqlScript(cut).unfinishedCopy?.line == 2)
    #expect(cut.withContiguousBytes(PsqlScript.mayNeedReading))
    #expect(PsqlScript("\\copy t from stdin csv\n1\n").unfinishedCopy?.line == 1)
    for whole in [
      "COPY t FROM stdin;\n1\n\\.", "COPY t TO stdout;\n", "COPY (SELECT a FROM stdin) TO stdout;\nSELECT 1;",
    ] {
      #expect(PsqlScript(whole).unfinishedCopy == nil, "\(whole)")
    }
  }

  @Test func `a connection opened inside a transaction ends it`() {
    #expect(PsqlScript("BEGIN;\nSELECT 1;\n\\c - app\nCOMMIT;").reconnection?.mark.line == 3)
    #expect(PsqlScript("BEGIN;\nCOMMIT;\n\\connect other\n").reconnection == nil)
  }

  @Test func `prepared transactions that nothing ends are found`() {
    let script = PsqlScript(
      "BEGIN;\nPREPARE TRANSACTION 'a''b';\nBEGIN;\nPREPARE TRANSACTION 'c';\nCOMMIT PREPARED 'c';\nPREPARE q AS SELECT 1;"
    )
    #expect(script.prepared == ["a'b": PsqlScript.Mark(line: 2, text: "PREPARE TRANSACTION 'a''b'")])
  }

  @Test func `included files are named`() {
    let script = PsqlScript("\\i a.sql\n\\ir 'b c.sql'\nSELECT 1 \\g\n\\include d.sql; \\include_relative e.sql\n")
    #expect(script.includes.map(\.path) == ["a.sql", "b c.sql", "d.sql", "e.sql"])
    #expect(script.includes.map(\.isRelativeToFile) == [false, true, false, true])
  }

  @Test(arguments: ["INSERT INTO t VALUES ('C:\\temp');", "COPY t FROM stdin;\n\\N\t1\n\\.\nSELECT 1;", ""])
  func `a plain dump is not read twice`(_ text: String) {
    #expect(!text.withContiguousBytes(PsqlScript.mayNeedReading))
  }

  /// A text is read to its end, however it is truncated.
  @Test func `every prefix of a text is read to its end`() {
    let text =
      "BEGIN; SELECT E'\\'', \"a\", $x$ ; $x$ /* /* */ */ -- c\n;COPY t FROM stdin;\n1\n\\.\n\\i 'a' \\q\nSELECT (1);\\c x\n"
    for length in 0...text.utf8.count {
      _ = PsqlScript(String(decoding: text.utf8.prefix(length), as: UTF8.self))
    }
    #expect(PsqlScript(text).quit?.line == 5)
  }
}

extension String {
  fileprivate func withContiguousBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var copy = self
    return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }
}
