/// Finds the placeholders of a statement, outside strings, quoted names, comments, casts, slices and operators.
struct PlaceholderReader {
  /// A part of the text and what replaces it.
  struct Edit {
    enum Value {
      case text(String)
      case named(String)
      /// A parameter's number, from 1.
      case numbered(Int)
    }

    var range: Range<Int>
    var value: Value
    var before = ""
    var after = ""
    /// Whether the parameter's value is a list.
    var isList = false
  }

  var edits: [Edit] = []
  /// The parts that cannot be translated, with their positions in bytes.
  var problems: [(at: Int, message: String)] = []

  let bytes: UnsafeRawBufferPointer
  let placeholders: Placeholders
  let tokens: [SQLToken]
  /// The index of the next token.
  var at = 0
  /// For each open parenthesis, whether it belongs to a function in which FROM and IN are words of its own.
  var parentheses: [Bool] = []
  var bracketDepth = 0
  /// The number that the last `?` or `%s` got.
  var count = 0

  init(_ bytes: UnsafeRawBufferPointer, _ placeholders: Placeholders) {
    self.bytes = bytes
    self.placeholders = placeholders
    var lexer = SQLLexer(bytes, isScript: false)
    var tokens: [SQLToken] = []
    while let token = lexer.next() { tokens.append(token) }
    self.tokens = tokens
  }

  mutating func read() {
    while at < tokens.count {
      let start = at
      step()
      if at == start { at += 1 }
    }
    if placeholders.contains(.percent) { undoublePercents() }
    if placeholders.contains(.kinds) { findExpressions() }
    edits.sort { $0.range.lowerBound < $1.range.lowerBound }
    problems.sort { $0.at < $1.at }
  }

  // MARK: Tokens

  func token(_ index: Int) -> SQLToken? { tokens.indices.contains(index) ? tokens[index] : nil }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func symbol(_ index: Int) -> UInt8? {
    if case .symbol(let byte)? = token(index)?.kind { return byte }
    return nil
  }

  func isSymbol(_ index: Int, _ character: Character) -> Bool { symbol(index) == character.asciiValue }

  /// The word at an index, in lower case.
  func word(_ index: Int) -> String? {
    guard let token = token(index), token.kind == .word else { return nil }
    return text(token.range).lowercased()
  }

  /// Whether a token directly follows the one before it.
  func isJoined(_ index: Int) -> Bool {
    guard let token = token(index), let previous = self.token(index - 1) else { return false }
    return previous.range.upperBound == token.range.lowerBound
  }

  /// The part of a word that can be a parameter's name; nil if none can.
  func name(_ index: Int) -> Range<Int>? {
    guard let token = token(index), token.kind == .word else { return nil }
    let end = token.range.first { !SQLLexer.isVariablePart(bytes[$0]) || bytes[$0] >= 0x80 } ?? token.range.upperBound
    return end > token.range.lowerBound ? token.range.lowerBound..<end : nil
  }

  static let operatorBytes = Set("+-*/<>=~!@#%^&|`?".utf8)

  private mutating func step() {
    guard let byte = symbol(at) else {
      if word(at) == "sqlc", placeholders.contains(.sqlcCalls), isSymbol(at + 1, ".") { return sqlcCall() }
      if case .parameter = tokens[at].kind { number() }
      return
    }
    switch byte {
    case UInt8(ascii: "("): parentheses.append(isFunctionWithWords(at - 1))
    case UInt8(ascii: ")"): _ = parentheses.popLast()
    case UInt8(ascii: "["): bracketDepth += 1
    case UInt8(ascii: "]"): bracketDepth -= 1
    case UInt8(ascii: ":"): colon()
    case UInt8(ascii: "{"): template()
    case UInt8(ascii: "$") where isSymbol(at + 1, "{") && isJoined(at + 1): interpolation()
    case UInt8(ascii: "\\") where isSymbol(at + 1, ":") && placeholders.contains(.escapedColon):
      replace(at, through: at, .text(""))
      at += isSymbol(at + 2, ":") ? 3 : 2
    case _ where PlaceholderReader.operatorBytes.contains(byte): operators()
    default: break
    }
  }

  /// Whether FROM or IN inside a function's parentheses has another meaning: `extract(year FROM d)`.
  private func isFunctionWithWords(_ index: Int) -> Bool {
    ["extract", "substring", "trim", "overlay", "position"].contains(word(index) ?? "")
  }

  // MARK: Edits

  mutating func replace(_ first: Int, through last: Int, _ value: Edit.Value) {
    edits.append(Edit(range: tokens[first].range.lowerBound..<tokens[last].range.upperBound, value: value))
  }

  mutating func refuse(_ range: Range<Int>, _ reason: String) {
    problems.append((range.lowerBound, "\(text(range).split(separator: "\n").joined(separator: " ")) \(reason)"))
  }

  /// How a parameter is written.
  enum Form {
    /// It may be a list: `IN (:ids)` is one.
    case nameOrList
    /// A list wherever it is used.
    case list
    /// A value, except directly after IN.
    case value
  }

  /// Notes a parameter that ends with the token at `last`, and goes on after it.
  ///
  /// - Parameters:
  ///   - range: its text.
  ///   - mustBeInList: whether a list has a meaning only after IN.
  mutating func parameter(
    _ range: Range<Int>, from first: Int, through last: Int, _ value: Edit.Value, _ form: Form,
    mustBeInList: Bool = false, before: String = "", after: String = ""
  ) {
    at = last + 1
    if standsForName(first, range) { return refuse(range, "stands for a name") }
    var edit = Edit(range: range, value: value, before: before, after: after, isList: form == .list)
    if !(parentheses.last ?? false), word(first - 1) == "in" {
      edit.isList = true
      edit.before = "(" + edit.before
      if let cast = cast(after: range.upperBound) {
        edit.after += text(cast.range) + ")"
        edit.range = range.lowerBound..<cast.range.upperBound
        at = cast.next
      } else {
        edit.after += ")"
      }
      replaceIn(first - 1)
    } else if form != .value, isSymbol(first - 1, "("), word(first - 2) == "in", isSymbol(at, ")"),
      tokens[at - 1].range.upperBound == range.upperBound
    {
      edit.isList = true
      replaceIn(first - 2)
    } else if mustBeInList {
      return refuse(range, "is a list outside IN")
    }
    edits.append(edit)
  }

  /// Replaces IN, or NOT IN, before a list.
  private mutating func replaceIn(_ index: Int) {
    if word(index - 1) == "not" {
      replace(index - 1, through: index, .text("<> ALL"))
    } else {
      replace(index, through: index, .text("= ANY"))
    }
  }

  /// The cast that directly follows a position.
  private func cast(after end: Int) -> (range: Range<Int>, next: Int)? {
    guard isSymbol(at, ":"), isSymbol(at + 1, ":"), isJoined(at + 1), tokens[at].range.lowerBound == end else {
      return nil
    }
    var next = at + 2
    guard word(next) != nil else { return nil }
    next += 1
    while isSymbol(next, "."), word(next + 1) != nil { next += 2 }
    while isSymbol(next, "["), isSymbol(next + 1, "]") { next += 2 }
    return (end..<tokens[next - 1].range.upperBound, next)
  }

  /// Whether a parameter is where only a name can be.
  private func standsForName(_ first: Int, _ range: Range<Int>) -> Bool {
    if range.upperBound < bytes.count, bytes[range.upperBound] == UInt8(ascii: ".") { return true }
    if isSymbol(first - 1, "."), isJoined(first) { return true }
    switch word(first - 1) {
    case "into", "join", "update", "table": return true
    case "from": return !(parentheses.last ?? false) && word(first - 2) != "distinct"
    default: return false
    }
  }
}
