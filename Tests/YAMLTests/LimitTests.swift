import Testing
import YAML

@Suite struct LimitTests {
  private static let tooMany = "more than 100000 nodes with every alias expanded"
  private static let tooDeep = "more than 100 levels of nesting with every alias expanded"

  private static func nested(_ levels: Int, around text: String = "") -> String {
    String(repeating: "[", count: levels) + text + String(repeating: "]", count: levels)
  }

  @Test func `a hundred thousand nodes are read`() throws {
    let node = try parse("[" + String(repeating: "a,\n", count: 99_999) + "]")
    #expect(node.sequence?.count == 99_999)
  }

  @Test func `one more node is an error at its position`() {
    #expect(throws: failure(Self.tooMany, 100_000, 1)) {
      try parse("[" + String(repeating: "a,\n", count: 100_000) + "]")
    }
  }

  @Test func `keys count as nodes`() {
    #expect(throws: failure(Self.tooMany, 50_000, 9)) {
      // The mapping and two nodes per line: the value on line 50,000 is one too many.
      try parse((10_000..<70_000).map { "k\($0): v\n" }.joined())
    }
  }

  @Test func `aliases to aliases are counted in full`() {
    var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      lines.append("a\(level): &a\(level) [\(items)]")
    }
    // 12,351 nodes up to the bracket on line 5, then 11,111 for every copy of a3: the eighth exceeds the limit.
    #expect(throws: failure(Self.tooMany, 5, 45)) { try parse(lines.joined(separator: "\n")) }
  }

  @Test func `an alias within the limit is read, and the next one is an error`() throws {
    // 50,000 nodes, 49,999 of them the inner sequence with its items.
    let half = "- &a [" + String(repeating: "x,", count: 49_998) + "]\n"
    #expect(try parse(half + "- *a\n").sequence?.map { $0.sequence?.count } == [49_998, 49_998])
    #expect(try parse(half + "- *a\n- y").sequence?.count == 3)
    #expect(throws: failure(Self.tooMany, 4, 3)) { try parse(half + "- *a\n- y\n- *a") }
  }

  @Test func `an alias to a mapping counts its keys and values`() throws {
    // 1 for the sequence, 33,333 for the mapping with its 16,666 keys and values, and again for each alias.
    let third = "- &a {" + (0..<16_666).map { "k\($0): v, " }.joined() + "}\n"
    #expect(try parse(third + "- *a\n- *a").sequence?.count == 3)
    #expect(throws: failure(Self.tooMany, 4, 3)) { try parse(third + "- *a\n- *a\n- x") }
  }

  @Test func `a hundred levels are read`() throws {
    var node = try parse(Self.nested(100, around: "x"))
    for _ in 0..<100 { node = try #require(node.sequence?.first) }
    #expect(node == plain("x", 1, 101))
  }

  @Test func `one more level is an error at its position`() {
    #expect(throws: failure(Self.tooDeep, 1, 101)) { try parse(Self.nested(101)) }
    #expect(throws: failure(Self.tooDeep, 1, 101 * 4 - 3)) { try parse(String(repeating: "{a: ", count: 101)) }
    #expect(throws: failure(Self.tooDeep, 1, 201)) { try parse(String(repeating: "- ", count: 1_000)) }
  }

  @Test func `an alias counts the levels of its anchor's node`() throws {
    let text = "- &a " + Self.nested(60) + "\n- "
    #expect(try parse(text + Self.nested(39, around: "*a")).sequence?.count == 2)
    #expect(throws: failure(Self.tooDeep, 2, 43)) { try parse(text + Self.nested(40, around: "*a")) }
  }
}
