import Foundation
import JSON
import PlanCore
import Testing

@Suite struct `The JSON writer` {
  @Test func `writes one line`() {
    let json: JSON = .object([
      JSONMember("a", 1), JSONMember("b", .array([true, .null, .array([]), .object([])])), JSONMember("a", "x"),
    ])
    #expect(json.text == #"{"a": 1, "b": [true, null, [], {}], "a": "x"}"#)
  }

  @Test func `indents by two spaces per level`() {
    let json: JSON = .object([
      JSONMember("a", .array([1, .object([JSONMember("b", false)])])), JSONMember("c", .array([])),
    ])
    #expect(
      json.prettyText == """
        {
          "a": [
            1,
            {
              "b": false
            }
          ],
          "c": []
        }
        """)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (-12, "-12"), (0.1, "0.1"), (33333.33, "33333.33"), (1_000_000, "1000000"),
    (9_007_199_254_740_991, "9007199254740991"), (.infinity, "null"), (.nan, "null"),
  ])
  func `writes numbers as EXPLAIN does`(number: Double, text: String) {
    #expect(JSON.numberText(number) == text)
  }

  @Test func `escapes characters that break lines, terminals or JavaScript`() {
    #expect(
      JSON.quoted("\"\\\n\r\t\u{0}\u{1b}\u{7f}\u{85}\u{2028}\u{2029}")
        == #""\"\\\n\r\t\u0000\u001b\u007f\u0085\u2028\u2029""#)
    #expect(JSON.quoted("/é表😀 '") == "\"/é表😀 '\"")
  }

  @Test func `writes each character of a string on its own`() {
    let scalars = (0...0x3000).compactMap { Unicode.Scalar($0 as UInt32) } + ["\u{fffe}", "\u{10ffff}"]
    func content(_ text: String) -> String { String(JSON.quoted(text).unicodeScalars.dropFirst().dropLast()) }
    for scalar in scalars where content("a\(scalar)") != "a\(scalar)" {
      let alone = content(String(scalar))
      #expect(alone.hasPrefix("\\"), "\(scalar.value)")
      #expect(content("a\(scalar)é\(scalar)\(scalar)b") == "a\(alone)é\(alone)\(alone)b", "\(scalar.value)")
    }
    // Two with a name, three with a letter, the other controls, DEL and the two line separators of JavaScript.
    #expect(scalars.count { content(String($0)) != String($0) } == 2 + 32 + 33 + 2)
  }

  @Test(arguments: [
    JSON.null, true, "", "\r\n", "\u{301}x", "a\u{301}\"\u{301}", "\u{0}\u{fffe}\u{10ffff}", 8.1e21, 1e-7, -0.005,
    .number(.leastNonzeroMagnitude),
    1.7976931348623157e308, .array([.array([]), "x"]), .object([JSONMember("\"", 1), JSONMember("\"", 2)]),
  ])
  func `is read back equal`(json: JSON) throws {
    for text in [json.text, json.prettyText] { #expect(try JSON(parsing: text) == json) }
    // A line of a baseline holds one value.
    #expect(json.text.unicodeScalars.allSatisfy { $0 != "\n" && $0 != "\r" })
  }

  @Test func `is read the same by another parser`() throws {
    let text = GoldenCorpus.text(of: "15/odd-names.json")
    let ours = try JSON(parsing: text).prettyText
    let read = try #require(try JSONSerialization.jsonObject(with: Data(ours.utf8)) as? NSArray)
    let original = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSArray)
    #expect(read == original)
  }

  @Test func `is read back equal for random values`() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let json = JSON.random(using: &random, depth: 4)
      #expect(try JSON(parsing: json.text) == json)
      #expect(try JSON(parsing: json.prettyText, repairing: true) == json)
    }
  }
}

extension JSON {
  fileprivate static func random(using random: inout SeededGenerator, depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .bool(Bool.random(using: &random))
    case 1: return .number(Double(Int.random(in: -1_000_000...1_000_000, using: &random)) / 100)
    case 2: return .string(text(using: &random))
    case 3: return .null
    case 4: return .array((0..<3).map { _ in self.random(using: &random, depth: depth - 1) })
    default:
      return .object(
        (0..<3).map { _ in JSONMember(text(using: &random), self.random(using: &random, depth: depth - 1)) })
    }
  }

  private static func text(using random: inout SeededGenerator) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<8, using: &random) {
      let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x11_0000
      text.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) ?? "\"")
    }
    return String(text)
  }
}
