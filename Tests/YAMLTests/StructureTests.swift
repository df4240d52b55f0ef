import Testing
import YAML

@Suite struct StructureTests {
  @Test func `a manifest keeps its order, nesting and positions`() throws {
    let text = """
      # What the gate runs.
      server: 17   # the major version

      queries:
        - name: open orders
          file: sql/open.sql
        - name: totals
      """
    let expected = mapping(
      2, 1,
      [
        (plain("server", 2, 1), plain("17", 2, 9)),
        (
          plain("queries", 4, 1),
          sequence(
            5, 3,
            [
              mapping(
                5, 5,
                [
                  (plain("name", 5, 5), plain("open orders", 5, 11)),
                  (plain("file", 6, 5), plain("sql/open.sql", 6, 11)),
                ]),
              mapping(7, 5, [(plain("name", 7, 5), plain("totals", 7, 11))]),
            ])
        ),
      ])
    #expect(try parse(text) == expected)
  }

  @Test func `a sequence may start at the column of its key`() throws {
    #expect(
      try parse("a:\n- b\n- c\n")
        == mapping(1, 1, [(plain("a", 1, 1), sequence(2, 1, [plain("b", 2, 3), plain("c", 3, 3)]))]))
  }

  @Test func `flow style reads like block style`() throws {
    #expect(
      try parse("{a: [1, 'two'], b: {}, c: []}")
        == mapping(
          1, 1,
          [
            (plain("a", 1, 2), sequence(1, 5, [plain("1", 1, 6), quoted("two", 1, 9)])),
            (plain("b", 1, 17), mapping(1, 20, [])),
            (plain("c", 1, 24), sequence(1, 27, [])),
          ]))
  }

  @Test func `a document may have markers and follow a directive`() throws {
    #expect(try parse("%YAML 1.1\n---\na\n...\n") == plain("a", 3, 1))
  }

  @Test func `a document of only a marker is null`() throws {
    let node = try parse("---\n")
    #expect(node == plain("", 2, 1))
    #expect(node.isNull)
  }

  @Test func `a merge key is a key like any other`() throws {
    #expect(
      try parse("<<: {a: 1}\nb: 2")
        == mapping(
          1, 1,
          [
            (plain("<<", 1, 1), mapping(1, 5, [(plain("a", 1, 6), plain("1", 1, 9))])),
            (plain("b", 2, 1), plain("2", 2, 4)),
          ]))
  }

  @Test func `the same key in two mappings is no duplicate`() throws {
    #expect(
      try parse("- a: 1\n- a: 2")
        == sequence(
          1, 1,
          [
            mapping(1, 3, [(plain("a", 1, 3), plain("1", 1, 6))]),
            mapping(2, 3, [(plain("a", 2, 3), plain("2", 2, 6))]),
          ]))
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `every line ending counts one line`(ending: String) throws {
    let text = ["a: 1", "b:", "  - 2", "c: |", "  x", "  y", ""].joined(separator: ending)
    #expect(
      try parse(text)
        == mapping(
          1, 1,
          [
            (plain("a", 1, 1), plain("1", 1, 4)),
            (plain("b", 2, 1), sequence(3, 3, [plain("2", 3, 5)])),
            (plain("c", 4, 1), quoted("x\ny\n", 4, 4)),
          ]))
  }

  @Test func `columns count characters, not bytes`() throws {
    #expect(try parse("été: 😀 x")["été"] == plain("😀 x", 1, 6))
    #expect(try parse("[😀, é]") == sequence(1, 1, [plain("😀", 1, 2), plain("é", 1, 5)]))
  }
}
