import Testing
import YAML

@Suite struct AccessorTests {
  @Test func `a scalar is a text, not a collection`() throws {
    for node in [try parse("a"), try parse("'a'")] {
      #expect(node.scalarText == "a")
      #expect(node.sequence == nil)
      #expect(node.mapping == nil)
      #expect(node["a"] == nil)
    }
  }

  @Test func `a sequence has elements and no text`() throws {
    let node = try parse("[a, b]")
    #expect(node.sequence == [plain("a", 1, 2), plain("b", 1, 5)])
    #expect(node.scalarText == nil)
    #expect(node.mapping == nil)
    #expect(node["a"] == nil)
  }

  @Test func `a mapping has entries, and values by key`() throws {
    let node = try parse("a: 1\n'b': 2")
    #expect(
      node.mapping == [
        YAMLEntry(key: plain("a", 1, 1), value: plain("1", 1, 4)),
        YAMLEntry(key: quoted("b", 2, 1), value: plain("2", 2, 6)),
      ])
    #expect(node["a"] == plain("1", 1, 4))
    #expect(node["b"] == plain("2", 2, 6))
    #expect(node["c"] == nil)
    #expect(node.scalarText == nil)
    #expect(node.sequence == nil)
  }

  @Test func `null is neither an empty sequence nor an empty mapping`() throws {
    let node = try #require(try parse("a:")["a"])
    #expect(node.isNull)
    #expect(node.scalarText == "")
    #expect(node.sequence == nil)
    #expect(node.mapping == nil)
  }
}
