import JSON
import PlanCore
import Testing

@Suite struct `The JSON parser` {
  @Test(arguments: [
    ("null", JSON.null), ("true", true), ("false", false), (" \t\r\n 1 \n", 1), ("\"\"", ""), ("[]", .array([])),
    ("{}", .object([])), ("[ ]", .array([])), ("{ }", .object([])),
    ("[1,[2],{}]", .array([1, .array([2]), .object([])])),
    ("{\"\":1}", .object([JSONMember("", 1)])),
  ])
  func `reads each kind of value`(text: String, value: JSON) throws {
    #expect(try JSON(parsing: text) == value)
  }

  @Test(arguments: [
    ("0", 0.0), ("-0", 0), ("-1", -1), ("10", 10), ("1.5", 1.5), ("0.10", 0.1), ("33333.33", 33333.33), ("1e3", 1000),
    ("1E+2", 100), ("25e-2", 0.25), ("8100000000000000000000", 8.1e21), ("18446744073709551616", 18446744073709551616),
    ("-3824927643519390168", -3824927643519390208), ("1e308", 1e308), ("4.9e-324", Double.leastNonzeroMagnitude),
    ("1e-400", 0),
  ])
  func `reads numbers, even those beyond 64 bits`(text: String, value: Double) throws {
    #expect(try JSON(parsing: text).numberValue == value)
  }

  @Test func `reads each number as Swift does`() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<3_000 {
      let digits = Int.random(in: 1...18, using: &random)
      let limit = (0..<digits).reduce(1) { limit, _ in limit * 10 }
      var text = String(Int.random(in: 0..<limit, using: &random))
      if Bool.random(using: &random) {
        text += "." + String(Int.random(in: 0..<limit, using: &random))
      }
      if Bool.random(using: &random) { text = "-" + text }
      let number = try JSON(parsing: text).numberValue
      #expect(number?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    for text in ["-0", "0.000000000000001", "999999999999999", "9999999999999999", "0.1", "-0.0", "1.7e308"] {
      #expect(try JSON(parsing: text).numberValue?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }

  @Test(arguments: [
    (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9""#, "é"), (#""\u00E9""#, "é"),
    (#""\u0000""#, "\0"), (#""\u001f""#, "\u{1f}"), (#""\ud83d\ude00""#, "😀"), (#""\uD800\uDC00""#, "\u{10000}"),
    (#""\udbff\udfff""#, "\u{10ffff}"), (#""\uffff""#, "\u{ffff}"), ("\"😀表\u{7f}\u{2028}\"", "😀表\u{7f}\u{2028}"),
    ("\"e\u{301}\"", "e\u{301}"), (#""\u0065\u0301""#, "e\u{301}"), (#""\\u0041""#, "\\u0041"),
    (#""before\nbetween\u00e9\\behind""#, "before\nbetweené\\behind"), (#""\n""#, "\n"), (#""é\né""#, "é\né"),
  ])
  func `reads strings and all their escapes`(text: String, value: String) throws {
    let read = try #require(try JSON(parsing: text).stringValue)
    #expect(Array(read.unicodeScalars) == Array(value.unicodeScalars))
  }

  @Test func `keeps the order of keys and their repetitions`() throws {
    let json = try JSON(parsing: #"{"b": 1, "a": 2, "b": 3}"#)
    #expect(json == .object([JSONMember("b", 1), JSONMember("a", 2), JSONMember("b", 3)]))
    #expect(json["b"] == 1)
    #expect(json["c"] == nil)
    #expect(JSON.string("b")["b"] == nil)
  }

  @Test(arguments: [
    ("", 0, "unexpected end"), (" ", 1, "unexpected end"), ("[", 1, "unexpected end"), ("[1,", 3, "unexpected end"),
    ("{", 1, "expected a key"), ("[1 2]", 3, "expected ',' or ']'"), ("[1,]", 3, "unexpected character"),
    ("[,1]", 1, "unexpected character"), ("{\"a\" 1}", 5, "expected ':' after the key 'a'"),
    ("{\"a\":1,}", 7, "expected a key"), ("{a:1}", 1, "expected a key"),
    ("{\"a\":1 \"b\":2}", 7, "expected ',' or '}'"),
    ("{\"a\":1", 6, "expected ',' or '}'"), ("[1", 2, "expected ',' or ']'"), ("[1}", 2, "expected ',' or ']'"),
    ("1 2", 2, "unexpected text after the value"), ("{} x", 3, "unexpected text after the value"),
    ("nul", 0, "unexpected character"), ("True", 0, "unexpected character"), ("'a'", 0, "unexpected character"),
    ("nullx", 4, "unexpected text after the value"), ("\u{feff}1", 0, "unexpected character"),
    ("// x\n1", 0, "unexpected character"), ("NaN", 0, "unexpected character"), ("Infinity", 0, "unexpected character"),
    ("-", 0, "unexpected character"), ("+1", 0, "unexpected character"), (".5", 0, "unexpected character"),
    ("01", 1, "unexpected text after the value"), ("-01", 2, "unexpected text after the value"),
    ("0x1", 1, "unexpected text after the value"), ("1.", 2, "expected a digit"), ("1.e1", 2, "expected a digit"),
    ("1e", 2, "expected a digit"), ("1e+", 3, "expected a digit"), ("[1e999]", 1, "the number is too large"),
    ("[-1e999]", 1, "the number is too large"), ("\"a", 2, "unterminated string"), ("\"a\\", 3, "unexpected end"),
    ("\"\\u12\"", 3, "expected four hexadecimal digits"), ("\"\\u12", 3, "expected four hexadecimal digits"),
    ("\"\\u00gg\"", 3, "expected four hexadecimal digits"), ("\"\\u+123\"", 3, "expected four hexadecimal digits"),
    ("\"\\ud83d\"", 7, "unpaired surrogate"), ("\"\\ude00\"", 7, "unpaired surrogate"),
    ("\"\\ud83dx\"", 7, "unpaired surrogate"), ("\"\\ud83d\\n\"", 8, "unpaired surrogate"),
    ("\"\\ud83d\\u0041\"", 13, "unpaired surrogate"), ("\"\\ud83d\\ud83d\"", 13, "unpaired surrogate"),
    ("[\"a\": 1]", 4, "expected ',' or ']'"), ("\"表\" x", 6, "unexpected text after the value"),
  ])
  func `says what is wrong and at which byte`(text: String, offset: Int, message: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.offset == offset)
    #expect(error?.message == message)
  }

  @Test(arguments: [
    ("\"a\nb\"", 2, "control character inside a string"), ("\"\u{0}\"", 1, "control character inside a string"),
    ("\"ab\t\"", 3, "control character inside a string"), ("\"\\x41\"", 2, "unknown escape"),
    ("\"\\\u{e9}\"", 2, "unknown escape"),
  ])
  func `points at the byte that is not allowed in a string`(text: String, offset: Int, message: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.offset == offset)
    #expect(error?.message == message)
  }

  @Test func `reads up to a thousand levels`() throws {
    let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
    var value = try JSON(parsing: deep)
    var levels = 1
    while case .array(let elements) = value, let first = elements.first { (value, levels) = (first, levels + 1) }
    #expect(levels == 1000)
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let deeper = String(repeating: open, count: 100_000) + "1" + String(repeating: close, count: 100_000)
      let error = #expect(throws: JSONError.self) { try JSON(parsing: deeper) }
      #expect(error?.message == "nested more than 1000 levels deep")
      #expect(error?.offset == 1000 * open.utf8.count)
    }
  }
}

@Suite struct `The repair of EXPLAIN's JSON` {
  @Test func `gives a pair inside an array to the object around it`() throws {
    let text = #"{"Target Tables": [{"a": 1}, {"a": 2}, "Tuples Inserted": 0, "Tuples Deleted": 2], "Plans": []}"#
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
    let repaired = try JSON(parsing: text, repairing: true)
    #expect(
      repaired
        == .object([
          JSONMember("Target Tables", .array([.object([JSONMember("a", 1)]), .object([JSONMember("a", 2)])])),
          JSONMember("Tuples Inserted", 0), JSONMember("Tuples Deleted", 2), JSONMember("Plans", .array([])),
        ]))
  }

  @Test func `finds the object through several arrays and does not leak into the one above`() throws {
    let text = #"{"outer": {"list": [["x": 1], "y": [2, "z": 3]]}, "last": 4}"#
    let repaired = try JSON(parsing: text, repairing: true)
    let inner = try #require(repaired["outer"])
    #expect(inner["list"] == .array([.array([])]))
    #expect(inner["x"] == 1 && inner["y"] == .array([2]) && inner["z"] == 3)
    guard case .object(let members) = repaired else { throw MissingGolden(file: "object") }
    #expect(members.map(\.key) == ["outer", "last"])
  }

  @Test func `remembers a pair while it reads other objects`() throws {
    let repaired = try JSON(parsing: #"{"list": ["x": 1, {"a": [2, "b": 3]}, "y": 4], "z": 5}"#, repairing: true)
    let inner: JSON = .object([JSONMember("a", .array([2])), JSONMember("b", 3)])
    #expect(
      repaired
        == .object([
          JSONMember("list", .array([inner])), JSONMember("x", 1), JSONMember("y", 4), JSONMember("z", 5),
        ]))
  }

  @Test func `changes nothing in a valid document`() throws {
    let text = #"{"a": ["x", "y", {"b": ["z"]}], "c": "d"}"#
    #expect(try JSON(parsing: text, repairing: true) == JSON(parsing: text))
  }

  @Test(arguments: [
    (#"["a": 1]"#, "a key outside any object"), (#"{"x": [1: 2]}"#, "expected ',' or ']'"),
    (#"{"x": ["a": ]}"#, "unexpected character"), (#"{"x": ["a": 1}"#, "expected ',' or ']'"),
    (#"{"x": ["a":: 1]}"#, "unexpected character"),
  ])
  func `repairs nothing else`(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text, repairing: true) }
    #expect(error?.message == message)
  }
}
