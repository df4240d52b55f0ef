import Testing

@testable import GateCommand

/// Placeholders of other tools become `$1`, `$2` …, and nothing else in a statement changes.
@Suite struct PlaceholderTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let style: String
    let text: String
    let sql: String
    var names: [String] = []

    init(_ style: String, _ text: String, _ sql: String, _ names: [String] = []) {
      (self.style, self.text, self.sql, self.names) = (style, text, sql, names)
    }

    var testDescription: String { "\(style) \(text)" }
  }

  private static func translate(_ style: String, _ text: String) throws -> TranslatedStatement {
    TranslatedStatement(text, try #require(Placeholders.byName[style], "no style '\(style)'"))
  }

  private func expect(_ example: Example, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let translated = try Self.translate(example.style, example.text)
    #expect(translated.sql == example.sql, sourceLocation: sourceLocation)
    #expect(translated.names == example.names, sourceLocation: sourceLocation)
    #expect(translated.problems == [], sourceLocation: sourceLocation)
    let scanned = SQLScanner(translated)
    #expect(scanned.sql == example.sql && scanned.names == example.names, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    Example(":x", "SELECT :b, :a, :b::int", "SELECT $1, $2, $1::int", ["b", "a"]),
    Example(":x", "LIMIT:n", "LIMIT $1", ["n"]),
    Example(":x", "SELECT a[:n], a[1:n], f(x := :v)", "SELECT a[$1], a[1:n], f(x := $2)", ["n", "v"]),
    Example("@x", "SELECT @b, @a::int, @b", "SELECT $1, $2::int, $1", ["b", "a"]),
    Example("@x", "WHERE id=@id AND x<=@m AND t||@u", "WHERE id=$1 AND x<=$2 AND t||$3", ["id", "m", "u"]),
    Example("?", "WHERE a = ? AND b=? LIMIT ?", "WHERE a = $1 AND b=$2 LIMIT $3"),
    Example("?", "WHERE a LIKE ?||'%' AND b = ?-1", "WHERE a LIKE $1||'%' AND b = $2-1"),
    Example("?1", "WHERE a = ?2 AND b = ?1 AND c = ?2", "WHERE a = $2 AND b = $1 AND c = $2"),
    Example("%s", "WHERE a = %s AND b=%s::date", "WHERE a = $1 AND b=$2::date"),
    Example("%s", "WHERE a = %(x)s AND b = %(y)b AND c = %(x)s", "WHERE a = $1 AND b = $2 AND c = $1", ["x", "y"]),
    Example("%(x)s", "WHERE a = %(x)s", "WHERE a = $1", ["x"]),
    Example("#{x}", "WHERE a = #{x} AND b = #{ u.id , jdbcType=BIGINT}", "WHERE a = $1 AND b = $2", ["x", "u_id"]),
    Example("{{x}}", "WHERE a = {{x::bigint}} AND b = {{ y }}", "WHERE a = $1::bigint AND b = $2", ["x", "y"]),
    Example("{{x::type}}", "WHERE a = {{x::text[]}}", "WHERE a = $1::text[]", ["x"]),
    Example("$1", "WHERE a = $2 AND b = $1", "WHERE a = $2 AND b = $1"),
    Example("sqlc", "WHERE a = sqlc.arg(x) AND b = sqlc.narg('y')::int", "WHERE a = $1 AND b = $2::int", ["x", "y"]),
    Example("sqlc", "SELECT sqlc.embed(a), sqlc.embed(b) FROM a, b", "SELECT a.*, b.* FROM a, b"),
    Example("sqlc", "WHERE a = sqlc . ARG ( x ) AND b = @x", "WHERE a = $1 AND b = $1", ["x"]),
    Example("sqlc", "WHERE a = ANY(@ids::int[]) AND b = $1", "WHERE a = ANY($1::int[]) AND b = $2", ["ids", "p1"]),
    Example("sqlc", "WHERE a = $1 AND b = $2", "WHERE a = $1 AND b = $2"),
    Example(
      "hugsql", "WHERE a = :x AND b = :v:y AND c = :value:user-id", "WHERE a = $1 AND b = $2 AND c = $3",
      ["x", "y", "user_id"]),
    Example("regresql", "WHERE a = :'x' AND b = :y", "WHERE a = $1 AND b = $2", ["x", "y"]),
  ])
  func `a placeholder becomes a number`(example: Example) throws { try expect(example) }

  @Test(arguments: [
    ":x", "@x", "?", "?1", "%(x)s", "#{x}", "{{x}}", "$1", "sqlc", "aiosql", "hugsql", "yesql", "goyesql", "regresql",
  ])
  func `quotes, comments, casts and operators are left alone`(style: String) throws {
    let text = """
      SELECT a::int, '@x :x ? #{x} {{x}}', ":x @x ? {{x}}", $q$ :x @x ? $z$ {{x}} $q$, E'\\' :x @x ?', $$ ' ? $$,
        b @> '{}' AND b <@ c AND v @@ q AND b ?| array['x'] AND b ?& array['x'] AND j @? '$.a ? (@ > 1)' -- :x @x ?
        /* :x /* @x ? */ ?1 {{x}} #{x} */ AND j #> '{a}' AND j #>> '{a}' AND 5 % 3 = 2 AND x[1:2] = '{}' AND @ -1 = 1
        AND b @>c AND d @@e
      """
    let translated = try Self.translate(style, text)
    #expect(translated.sql == text)
    #expect(translated.names == [] && translated.problems == [])
    #expect(translated.positionalCount == 0)
  }

  @Test func `a doubled question mark is the operator`() throws {
    try expect(Example("?", "WHERE b ?? ? AND b ??| ? AND b ??& ?", "WHERE b ? $1 AND b ?| $2 AND b ?& $3"))
  }

  @Test func `a question mark before a string is the operator`() throws {
    try expect(Example("?", "WHERE b ? 'key' AND c = ?", "WHERE b ? 'key' AND c = $1"))
    try expect(Example("?", "WHERE b @? '$.a ? (@ > 1)' AND c = ?", "WHERE b @? '$.a ? (@ > 1)' AND c = $1"))
  }

  @Test func `a doubled percent sign is one, also in strings`() throws {
    try expect(Example("%s", "WHERE a LIKE '%%x%%' AND b %% 2 = %s", "WHERE a LIKE '%x%' AND b % 2 = $1"))
    try expect(Example("%s", "WHERE a LIKE '%%%%' AND f(%s) -- 5 %%", "WHERE a LIKE '%%' AND f($1) -- 5 %%"))
    // Other styles do not double it.
    try expect(Example(":x", "WHERE a LIKE '%%x' AND b = :y", "WHERE a LIKE '%%x' AND b = $1", ["y"]))
  }

  @Test(arguments: [
    Example(":x", "WHERE a IN :ids", "WHERE a = ANY ($1)", ["ids"]),
    Example(":x", "WHERE a IN (:ids)", "WHERE a = ANY ($1)", ["ids"]),
    Example(":x", "WHERE a not in\n(:ids) AND b", "WHERE a <> ALL\n($1) AND b", ["ids"]),
    Example(":x", "WHERE a NOT IN :ids AND b", "WHERE a <> ALL ($1) AND b", ["ids"]),
    Example(":x", "WHERE a IN :ids::int[] AND b", "WHERE a = ANY ($1::int[]) AND b", ["ids"]),
    Example("%s", "WHERE a IN %s AND b IN %(y)s", "WHERE a = ANY ($1) AND b = ANY ($2)", ["p1", "y"]),
    Example("%s", "WHERE a IN %s", "WHERE a = ANY ($1)"),
    Example("#{x}", "WHERE a IN (#{ids})", "WHERE a = ANY ($1)", ["ids"]),
    Example("?", "WHERE a IN ?", "WHERE a = ANY ($1)"),
    Example("sqlc", "WHERE a IN (sqlc.slice('ids'))", "WHERE a = ANY ($1)", ["ids"]),
    Example("sqlc", "WHERE a = ANY(sqlc.slice(ids))", "WHERE a = ANY($1)", ["ids"]),
    Example(
      "hugsql", "WHERE a IN (:v*:ids) AND b IN (:value*:x)", "WHERE a = ANY ($1) AND b = ANY ($2)", ["ids", "x"]),
  ])
  func `IN with a list becomes ANY`(example: Example) throws {
    try expect(example)
    #expect(try !Self.translate(example.style, example.text).lists.isEmpty)
  }

  @Test(arguments: [
    Example(":x", "WHERE a IN (:x, :y)", "WHERE a IN ($1, $2)", ["x", "y"]),
    Example(":x", "WHERE a IN (SELECT :x)", "WHERE a IN (SELECT $1)", ["x"]),
    Example(":x", "WHERE a IN (:x::int)", "WHERE a IN ($1::int)", ["x"]),
    Example(":x", "SELECT position('a' IN :x)", "SELECT position('a' IN $1)", ["x"]),
    Example("?", "WHERE a IN (?)", "WHERE a IN ($1)"),
    Example("$1", "WHERE a IN ($1)", "WHERE a IN ($1)"),
    Example("sqlc", "WHERE a IN (@x)", "WHERE a IN ($1)", ["x"]),
  ])
  func `IN with single values stays`(example: Example) throws {
    try expect(example)
    #expect(try Self.translate(example.style, example.text).lists.isEmpty)
  }

  @Test func `one value of a list is bound as a list`() throws {
    let scanned = SQLScanner(try Self.translate(":x", "SELECT 1 FROM t WHERE a IN :ids AND b = :b"))
    let given = Parameters.named([NamedParameter(name: "ids", value: "a\"b"), NamedParameter(name: "b", value: "7")])
    #expect(try given.bound(to: scanned) == ["{\"a\\\"b\"}", "7"])
    let list = Parameters.named([NamedParameter(name: "ids", value: "{\"1\"}"), NamedParameter(name: "b", value: nil)])
    #expect(try list.bound(to: scanned) == ["{\"1\"}", nil])
  }

  struct Untranslatable: Sendable, CustomTestStringConvertible {
    let style: String
    let text: String
    let problems: [String]

    init(_ style: String, _ text: String, _ problems: String...) {
      (self.style, self.text, self.problems) = (style, text, problems)
    }

    var testDescription: String { text }
  }

  @Test(arguments: [
    Untranslatable(":x", "SELECT 1 ORDER BY %order% LIMIT :n", "18: %order% is text that the application puts in"),
    Untranslatable(
      ":x", "SELECT 1 {% if a %} WHERE :a {% endif %}", "9: {% if a %} is a template, filled in by the application",
      "29: {% endif %} is a template, filled in by the application"),
    Untranslatable(":x", "SELECT {columns}", "7: {columns} is a template, filled in by the application"),
    Untranslatable(":x", "SELECT {{ x }}", "7: {{ x }} is a template, filled in by the application"),
    Untranslatable("#{x}", "ORDER BY ${col}", "9: ${col} is text that the application puts in"),
    Untranslatable(":x", "SELECT 1 FROM :table", "14: :table stands for a name"),
    Untranslatable(":x", "INSERT INTO :t VALUES (1)", "12: :t stands for a name"),
    Untranslatable(":x", "SELECT a.:col, :s.b FROM t", "9: :col stands for a name", "15: :s stands for a name"),
    Untranslatable("sqlc", "UPDATE @t SET a = 1", "7: @t stands for a name"),
    Untranslatable("%s", "SELECT 1 FROM a JOIN %s", "21: %s stands for a name"),
    Untranslatable("hugsql", "SELECT :i:col FROM t", "7: :i:col stands for a name"),
    Untranslatable("hugsql", "SELECT :i*:cols FROM t", "7: :i*:cols stands for names"),
    Untranslatable("hugsql", "SELECT 1 :sql:cond", "9: :sql:cond is text that the application puts in"),
    Untranslatable("hugsql", "VALUES :t*:rows", "7: :t*:rows stands for rows"),
    Untranslatable("hugsql", "VALUES (:v*:x)", "8: :v*:x is a list outside IN"),
    Untranslatable("regresql", "SELECT :\"col\"", "7: :\"col\" stands for a name"),
    Untranslatable("sqlc", "SELECT sqlc.arg(a + 1)", "7: sqlc.arg takes a name"),
    Untranslatable("sqlc", "SELECT sqlc.other(a)", "7: sqlc.other is not known"),
  ])
  func `what cannot be translated is named with its position`(example: Untranslatable) throws {
    let translated = try Self.translate(example.style, example.text)
    #expect(translated.problems.map { "\($0.offset): \($0.message)" } == example.problems)
  }

  @Test(arguments: [
    "SELECT extract(year FROM :d)", "SELECT substring(a FROM :n FOR :m)", "SELECT a IS DISTINCT FROM :x",
    "SELECT trim(both :c FROM :d)", "SELECT 1 FROM t FOR UPDATE", "SELECT a %b FROM t", "SELECT a % b % c",
  ])
  func `a value where a name could be is translated`(text: String) throws {
    #expect(try Self.translate(":x", text).problems == [])
  }

  @Test(arguments: [
    (":x", "SELECT é, :customer, :a FROM :b::t x"), ("@x", "SELECT é, @customer,@a x"),
    ("sqlc", "SELECT sqlc.embed(t), sqlc.arg(abc), é, sqlc.narg('x') y"), ("%s", "SELECT '%%é', %(a)s, %(b)s z"),
    (":x", "SELECT 1 WHERE é NOT IN :ids AND :a"), ("{{x}}", "SELECT {{ é }} {{x::int}} y"),
  ])
  func `positions map back to the original text`(style: String, text: String) throws {
    let scanned = SQLScanner(try Self.translate(style, text))
    let (rewritten, original) = (Array(scanned.sql.unicodeScalars), Array(text.unicodeScalars))
    // The last character, and all letters that only the original can have put there.
    #expect(scanned.originalOffset(rewritten.count - 1) == original.count - 1)
    for (offset, scalar) in rewritten.enumerated() where scalar == "é" || scalar == "," {
      #expect(original[scanned.originalOffset(offset)] == scalar, "\(offset)")
    }
  }

  @Test func `names are found where plangate's own notation has them`() {
    // Where both read a text as PostgreSQL does: `:a$$` and `:E'` are neither's.
    let pieces = [
      "'", "\"", " E'", "\\", "''", " $$ ", " $t$ ", " $é$ ", "--", "/*", "*/", "\n", "\r", "::", ":=", ":", ":a",
      ":b1",
      "[", "]", "a", "lo", "é", "😀", "1", " ", ",", "(", ")", "SELECT ", "LIMIT", "a$1", "/", "-", "*", ";", "\"x\"",
      "\t",
    ]
    var generator = Generator(state: 7)
    for _ in 0..<5_000 {
      let count = Int.random(in: 0...20, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let (own, other) = (SQLScanner(text), SQLScanner(TranslatedStatement(text, .colon)))
      #expect(own.sql == other.sql && own.names == other.names, "\(text.debugDescription)")
      for offset in 0...own.sql.unicodeScalars.count {
        #expect(own.originalOffset(offset) == other.originalOffset(offset), "\(text.debugDescription) \(offset)")
      }
    }
  }

  @Test(arguments: [":x", "@x", "?", "%s", "#{x}", "{{x}}", "$1", "sqlc", "hugsql", "regresql"])
  func `any text ends, and its positions stay within it`(style: String) throws {
    let pieces = [
      ":", "@", "?", "??", "%", "%s", "%(", "%(a)s", "#{", "}", "{{", "}}", "a", "IN", "(", ")", "[", "]", "'", "\"",
      "$$", "$1", "::", ":v*:", "sqlc.", "sqlc.arg(", "é", "😀", "\n", "--", "/*", "*/", "1", ".", " ", "%x%", "${",
      "E'",
      "\\",
    ]
    var generator = Generator(state: 20_261_201)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...16, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let scanned = SQLScanner(try Self.translate(style, text))
      let length = text.unicodeScalars.count
      for offset in 0...scanned.sql.unicodeScalars.count {
        let original = scanned.originalOffset(offset)
        #expect(original >= 0 && original <= length, "\(text.debugDescription) \(offset)")
      }
    }
  }
}
