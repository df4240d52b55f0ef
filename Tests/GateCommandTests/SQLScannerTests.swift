import Testing

@testable import GateCommand

@Suite struct SQLScannerTests {
  /// Texts without parameters, which must stay unchanged.
  private func expectUntouched(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let scanner = SQLScanner(text)
    #expect(scanner.sql == text, sourceLocation: sourceLocation)
    #expect(scanner.names == [], sourceLocation: sourceLocation)
    #expect(scanner.positionalCount == 0, sourceLocation: sourceLocation)
  }

  private func expect(
    _ text: String, _ sql: String, _ names: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let scanner = SQLScanner(text)
    #expect(scanner.sql == sql, sourceLocation: sourceLocation)
    #expect(scanner.names == names, sourceLocation: sourceLocation)
  }

  @Test func `names become numbers in order of first appearance`() {
    expect("SELECT :b, :a, :b, :a1, :_x", "SELECT $1, $2, $1, $3, $4", ["b", "a", "a1", "_x"])
    expect(":a", "$1", ["a"])
    expect("", "", [])
  }

  @Test func `names differ by case`() { expect(":a :A", "$1 $2", ["a", "A"]) }

  @Test func `more than nine names have numbers of two digits`() {
    let names = (1...12).map { "p\($0)" }
    expect(
      names.map { ":" + $0 }.joined(separator: ","), (1...12).map { "$\($0)" }.joined(separator: ","), names)
  }

  @Test(arguments: [
    "SELECT ':a'", "SELECT 'it''s :a'", "SELECT '''' ':a'", "SELECT 'back\\' , ':a'", "SELECT \":a\"",
    "SELECT \"x\"\":a\"",
    "SELECT U&'\\0041:a'", "SELECT b':a'", "SELECT ':a\n:b'", "SELECT '$1'", "SELECT \"$1\"", "SELECT ''",
  ])
  func `quotes hide parameters`(text: String) { expectUntouched(text) }

  @Test(arguments: [
    #"SELECT E'\':a'"#, #"SELECT e'\':a'"#, #"SELECT E'\\' ':a'"#, #"SELECT E'it''s \':a'"#, #"SELECT E'''\':a'"#,
    #"SELECT E'a\''':a'"#, #"SELECT E'$1\'$2'"#, #"SELECT(E'\':a')"#,
  ])
  func `an E string has backslash escapes, also after doubled quotes`(text: String) { expectUntouched(text) }

  @Test func `only a separate E begins an E string`() {
    expect(#"SELECT type'\', :a"#, #"SELECT type'\', $1"#, ["a"])
    expect(#"SELECT N'\', :a"#, #"SELECT N'\', $1"#, ["a"])
    expect(#"SELECT E'\\', :a"#, #"SELECT E'\\', $1"#, ["a"])
    expect(#"SELECT e '\', :a"#, #"SELECT e '\', $1"#, ["a"])
  }

  @Test(arguments: [
    "SELECT $$:a$$", "SELECT $$it's :a$$", "SELECT $tag$:a $$ $1 $Tag$ :b$tag$", "SELECT $_1$:a$_1$", "SELECT $é$:a$é$",
    "SELECT $a$ $b$:x$b$ $a$", "SELECT $a$ $aa$ :x$a$", "DO $$ BEGIN x := :a; END $$",
  ])
  func `dollar quotes hide parameters up to their own tag`(text: String) { expectUntouched(text) }

  @Test func `parameters after a dollar quote are found`() {
    expect("SELECT $$a$$, :b, $x$'$x$, :c", "SELECT $$a$$, $1, $x$'$x$, $2", ["b", "c"])
  }

  @Test(arguments: [
    "SELECT 1 -- :a $1 '", "SELECT 1 /* :a $1 ' */", "/* /* :a */ :b */", "/* /* */ /* ' */ -- */", "/*/*/*:a*/*/*/",
    "--:a\n--:b\r--:c", "SELECT 1--:a", "/**/", "/*:a**/", "/* -- */",
  ])
  func `comments hide parameters, and nest`(text: String) { expectUntouched(text) }

  @Test func `parameters after a comment are found`() {
    expect("-- it's\n:a /* ' */ :b --\r:c", "-- it's\n$1 /* ' */ $2 --\r$3", ["a", "b", "c"])
    expect("/* /* */ :x */:a", "/* /* */ :x */$1", ["a"])
    expect("SELECT a - -:a", "SELECT a - -$1", ["a"])
    expect("SELECT 6/:a/ :b", "SELECT 6/$1/ $2", ["a", "b"])
  }

  @Test(arguments: [
    "SELECT a::int", "SELECT '1'::int::text", "SELECT f(x := 1)", "SELECT f(x:=y)", "SELECT a :: int", "SELECT a: b",
    "SELECT :1", "SELECT :'a'", "SELECT :\"a\"", ":", "::", ":::", "SELECT x:é",
  ])
  func `casts and assignments are not parameters`(text: String) { expectUntouched(text) }

  @Test func `a cast may touch a parameter`() {
    expect("SELECT :a::int", "SELECT $1::int", ["a"])
    expect("SELECT :a::b::c, (:d)::e", "SELECT $1::b::c, ($2)::e", ["a", "d"])
    expect("SELECT x:::a", "SELECT x::$1", ["a"])
    expect("SELECT f(x:=:a)", "SELECT f(x:=$1)", ["a"])
  }

  @Test(arguments: [
    "SELECT a[1:2]", "SELECT a[lo:hi]", "SELECT a[1:hi]", "SELECT a[:2]", "SELECT a[2:]", "SELECT a[:]",
    "SELECT a[f(x):hi]",
    "SELECT a[b[1]:hi]", "SELECT a[\"lo\":hi]", "SELECT a[lo::int:hi]", "SELECT a[é:hi]", "SELECT a[1:2][lo:hi]",
  ])
  func `a slice of an array is not a parameter`(text: String) { expectUntouched(text) }

  @Test func `a bound of a slice can be a parameter`() {
    expect("SELECT a[:n]", "SELECT a[$1]", ["n"])
    expect("SELECT a[1: :n]", "SELECT a[1: $1]", ["n"])
    expect("SELECT a[:lo : :hi]", "SELECT a[$1 : $2]", ["lo", "hi"])
    expect("SELECT a[$1:hi]", "SELECT a[$1:hi]", [])
    expect("SELECT ARRAY[:a,:b, :c::int]", "SELECT ARRAY[$1,$2, $3::int]", ["a", "b", "c"])
    expect("SELECT a[(:i)], (:j)", "SELECT a[($1)], ($2)", ["i", "j"])
  }

  @Test func `a parameter may touch the word before it`() {
    // `limit$1` would be one word to the server.
    expect("SELECT 1 LIMIT:n OFFSET:o", "SELECT 1 LIMIT $1 OFFSET $2", ["n", "o"])
    expect("SELECT é:a", "SELECT é $1", ["a"])
    expect("WHERE a IN(:a)AND b=:b", "WHERE a IN($1)AND b=$2", ["a", "b"])
    expect(":a:b", "$1 $2", ["a", "b"])
    expect("SELECT'x':a", "SELECT'x'$1", ["a"])
  }

  @Test(arguments: [
    ("SELECT $1, $2", 2), ("SELECT $2", 2), ("SELECT $10 + $9", 10), ("SELECT ($1)::int", 1), ("SELECT a+$3", 3),
    ("SELECT '$9', \"$8\", $$ $7 $$, $1 -- $6\n/* $5 */", 1), ("SELECT a$1", 0), ("SELECT a$1$2", 0), ("SELECT é$1", 0),
    ("SELECT $", 0), ("SELECT $a", 0), ("SELECT $0", 0), ("SELECT a[$1:$2]", 2),
    ("SELECT $99999999999999999999999", 65_536),
  ])
  func `the largest number counts, and no word or text has one`(text: String, count: Int) {
    let scanner = SQLScanner(text)
    #expect(scanner.positionalCount == count)
    #expect(scanner.sql == text)
    #expect(scanner.names == [])
  }

  @Test(arguments: ["SELECT größe, \"Straße\", '😀 :a'", "SELECT naïve$1 FROM 表", "SELECT 'e\u{301}:a'", "a\r\nb\r\n"])
  func `words and strings of any alphabet are unchanged`(text: String) {
    let scanner = SQLScanner(text)
    #expect(Array(scanner.sql.unicodeScalars) == Array(text.unicodeScalars))
    #expect(scanner.names == [] && scanner.positionalCount == 0)
  }

  @Test(arguments: [
    "'", "'a", "\"", "\"a", "E'", "E'a\\", "E'a\\'", "$$", "$$a", "$a$ $", "$a$ $a", "/*", "/* /* */", "/*/", "--", "[",
    "]",
    "'''", "E'''", ":", "$", "a$", "/", "-", "E", "\u{0}:",
  ])
  func `an unclosed quote or comment extends to the end`(text: String) {
    let scanner = SQLScanner("SELECT 1 " + text)
    #expect(scanner.sql == "SELECT 1 " + text)
    #expect(scanner.names == [])
    #expect(SQLScanner(text).sql == text)
  }

  @Test(arguments: ["\u{85}", "\u{a0}", "\u{1680}", "\u{2003}", "\u{2028}", "\u{202f}", "\u{205f}", "\u{3000}"])
  func `a blank beyond ASCII does not begin a word but continues one`(blank: String) {
    #expect(SQLScanner(blank + "; ").isEmpty)
    let scanner = SQLScanner("\(blank)SELECT \(blank)é\(blank):a")
    #expect(scanner.firstToken == "select")
    #expect(scanner.sql == "\(blank)SELECT \(blank)é\(blank) $1")
    #expect(scanner.words == ["select", "é\(blank)"])
    #expect(scanner.originalOffset(scanner.sql.unicodeScalars.count) == 13)
  }

  @Test func `words are names as the catalog has them`() {
    let text = "SELECT \"A b\", \"\", \"x\"\"y\", \"\u{301}a\", ÉTÉ.\u{212a}1, 'no', :no, $1, 2.no3 /* no */ FROM T"
    #expect(SQLScanner(text).words == ["select", "A b", "x\"y", "\u{301}a", "été", "k1", "no3", "from", "t"])
    #expect(SQLScanner("\"a").words == [])
    #expect(SQLScanner("").words == [])
  }

  @Test(arguments: [
    ("a", true), ("_", true), ("A1_b", true), ("", false), ("1a", false), ("é", false), ("a-b", false), ("a$", false),
  ])
  func `a parameter's name is a plain word`(text: String, isName: Bool) {
    #expect(SQLScanner.isParameterName(text) == isName)
  }
}

@Suite struct StatementKindTests {
  @Test(arguments: ["", " \n\t", ";", ";;\n;", "-- :a\n", "/* SELECT 1 /* */ */;", "\u{b}\u{c}\r"])
  func `blanks, comments and semicolons are not a statement`(text: String) {
    #expect(SQLScanner(text).isEmpty)
    #expect(!SQLScanner(text).selectsInto)
  }

  @Test(arguments: ["SELECT", "1", ";a", ":a", "$1", "''", "\"\"", "$$$$", "/* */x", "-", "[", "é"])
  func `anything else is a statement`(text: String) { #expect(!SQLScanner(text).isEmpty) }

  @Test(arguments: [
    "SELECT 1 INTO t", "select * into t from a", "SELECT 1\nInto/* */t",
    "WITH x AS (SELECT 1) SELECT * INTO TEMP t FROM x",
    "SELECT :a INTO t", "SELECT 'x'INTO t", "SELECT (1)INTO t",
  ])
  func `a SELECT INTO creates a table`(text: String) { #expect(SQLScanner(text).selectsInto) }

  @Test(arguments: [
    "INSERT INTO t SELECT 1", "insert/* */\n-- into\ninto t VALUES (1)",
    "MERGE INTO t USING a ON true WHEN MATCHED THEN DELETE",
    "WITH x AS (INSERT INTO t SELECT 1 RETURNING *) SELECT * FROM x",
    "SELECT 'into', \"into\", $$ into $$, :into -- into",
    "SELECT a AS into FROM t", "SELECT t.into FROM t", "SELECT intoxicated, in_to, into_t, \"a\".into",
    "SELECT E'\\' into '",
    "/* into */ SELECT 1",
  ])
  func `any other INTO creates no table`(text: String) { #expect(!SQLScanner(text).selectsInto) }
}

@Suite struct OriginalOffsetTests {
  @Test func `a position after several replacements is mapped back`() {
    let text = "SELECT :customer, é, :a + :customer FROM :b x"
    let scanner = SQLScanner(text)
    #expect(scanner.sql == "SELECT $1, é, $2 + $1 FROM $3 x")
    let rewritten = Array(scanner.sql.unicodeScalars)
    let original = Array(text.unicodeScalars)
    for (offset, scalar) in rewritten.enumerated() where scalar != "$" && !("0"..."9").contains(scalar) {
      #expect(original[scanner.originalOffset(offset)] == scalar, "\(offset)")
    }
    // The positions of the parameters, and one past the end.
    #expect([7, 14, 19, 27].map(scanner.originalOffset) == [7, 21, 26, 41])
    #expect(scanner.originalOffset(rewritten.count) == original.count)
  }

  @Test func `a text without names keeps its positions`() {
    let scanner = SQLScanner("SELECT $1, 'é'")
    #expect((0...14).map(scanner.originalOffset) == Array(0...14))
  }

  @Test func `a number longer than its name shifts the other way`() {
    let names = "abcdefghij".map(String.init)
    let scanner = SQLScanner(names.map { ":" + $0 }.joined(separator: " ") + " x")
    #expect(scanner.sql == "$1 $2 $3 $4 $5 $6 $7 $8 $9 $10 x")
    #expect(scanner.originalOffset(27) == 27)
    #expect(scanner.originalOffset(31) == 30)
  }

  @Test func `a space added before a number maps to the name`() {
    let scanner = SQLScanner("LIMIT:n x")
    #expect(scanner.sql == "LIMIT $1 x")
    #expect(scanner.originalOffset(6) == 5)
    #expect(scanner.originalOffset(9) == 8)
  }
}
