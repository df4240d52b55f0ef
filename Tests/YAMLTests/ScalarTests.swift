import Testing
import YAML

@Suite struct ScalarTests {
  @Test func `a plain scalar over several lines is folded`() throws {
    #expect(try parse("a: one\n  two\n\n  three") == mapping(1, 1, [(plain("a", 1, 1), plain("one two\nthree", 1, 4))]))
  }

  @Test func `a number sign without a space before it is text`() throws {
    #expect(try parse("a#b # c") == plain("a#b", 1, 1))
  }

  @Test func `single quotes keep everything but doubled quotes`() throws {
    #expect(try parse(#"'it''s \n # 5'"#) == quoted(#"it's \n # 5"#, 1, 1))
  }

  @Test func `double quotes read escapes`() throws {
    #expect(try parse(#""a\tb\n\u00e9\x41\U0001F600\"\\""#) == quoted("a\tb\né\u{41}😀\"\\", 1, 1))
  }

  @Test func `an escaped NUL does not cut the text short`() throws {
    #expect(try parse(#""a\0b""#) == quoted("a\0b", 1, 1))
  }

  @Test func `a literal block keeps its lines`() throws {
    let text = "sql: |\n  select 1 -- # no comment\n    from t\n\n  where x: y\nnext: 1"
    #expect(
      try parse(text)
        == mapping(
          1, 1,
          [
            (plain("sql", 1, 1), quoted("select 1 -- # no comment\n  from t\n\nwhere x: y\n", 1, 6)),
            (plain("next", 6, 1), plain("1", 6, 7)),
          ]))
  }

  @Test func `a folded block joins its lines`() throws {
    #expect(try parse(">\n  one\n  two\n\n  three\n") == quoted("one two\nthree\n", 1, 1))
  }

  @Test(arguments: [("|-", "x"), ("|", "x\n"), ("|+", "x\n\n\n")])
  func `a block's indicator decides about its last line breaks`(header: String, expected: String) throws {
    #expect(try parse("\(header)\n  x\n\n\n") == quoted(expected, 1, 1))
  }

  @Test(arguments: ["", "~", "null", "Null", "NULL"])
  func `a plain null is null`(word: String) throws {
    #expect(try parse("a: \(word)")["a"]?.isNull == true)
  }

  @Test(arguments: [
    "nULL", "nil", "0", "false", "''", "\"\"", "'null'", "\"~\"", "|\n  null", "!!str", "!!str null", "! ~", "[]", "{}",
  ])
  func `anything else is not null`(value: String) throws {
    #expect(try parse("a: \(value)")["a"]?.isNull == false)
  }

  @Test func `the tags for text make a plain scalar text`() throws {
    #expect(
      try parse("[!!str 5, !!str '5', ! 5, !<tag:yaml.org,2002:str> 5, 5]")
        == sequence(
          1, 1,
          [quoted("5", 1, 2), quoted("5", 1, 11), quoted("5", 1, 22), quoted("5", 1, 27), plain("5", 1, 55)]))
  }

  @Test func `the non-specific tag changes no collection`() throws {
    #expect(try parse("! [a]") == sequence(1, 1, [plain("a", 1, 4)]))
  }
}
