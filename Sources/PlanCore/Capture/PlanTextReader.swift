import JSON

extension PlanText {
  /// Whether a line is a node's, as against a `Key: value`.
  static func isNode(_ line: OutlineLine) -> Bool { split(line) != nil }

  private static func split(_ line: OutlineLine) -> (relationship: String?, rest: Substring)? {
    let letters = line.text.utf8.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
    let rest = line.text[letters.endIndex...].dropping(prefix: letters.isEmpty ? "-> " : " -> ")
    return rest.map { (letters.isEmpty ? nil : String(Substring(letters)), $0) }
  }

  static func node(_ line: OutlineLine) throws(BaselineError) -> PlanNode {
    func fail(_ message: String) -> BaselineError { BaselineError(line: line.number, message: message) }
    guard let (relationship, rest) = split(line) else { throw fail("expected a plan node") }
    guard let head = rest.before(last: "  (cost=") else { throw fail("a plan node without its cost") }
    var node = try figures(Substring(rest[head.endIndex...].utf8.dropFirst(2)), fail)
    try readHead(head, into: &node, fail)
    node.parentRelationship = relationship
    for child in line.children {
      if isNode(child) {
        let input = try self.node(child)
        // A plan ran as a whole or not at all.
        guard (input.actual == nil) == (node.actual == nil), (input.buffers == nil) == (node.buffers == nil) else {
          throw BaselineError(line: child.number, message: "a plan node lacks figures that the node above has")
        }
        node.children.append(input)
      } else {
        guard node.children.isEmpty else {
          throw BaselineError(line: child.number, message: "expected a plan node")
        }
        try readProperty(child, into: &node)
      }
    }
    return node
  }

  private static func readProperty(_ line: OutlineLine, into node: inout PlanNode) throws(BaselineError) {
    guard let parts = line.text[...].parts(at: ": "), line.children.isEmpty else {
      throw BaselineError(line: line.number, message: "expected 'Key: value'")
    }
    let key = String(parts.before)
    let value: JSON
    do { value = try self.value(parts.after) } catch {
      throw BaselineError(line: line.number, message: "the value of '\(key)' is damaged: \(error.message)")
    }
    switch (key, value.stringValue) {
    case ("Subplan Name", let text?): node.subplanName = text
    case ("Schema", let text?): node.schema = text
    case ("Relation Name", let text?): node.relationName = text
    case ("Alias", let text?): node.alias = text
    default:
      guard ExplainKey.role(of: key) != .field else {
        throw BaselineError(line: line.number, message: "'\(key)' stands in the line of a node, not below it")
      }
      node.properties.append(JSONMember(key, value))
    }
  }

  // MARK: Head

  private static func readHead(
    _ text: Substring, into node: inout PlanNode, _ fail: (String) -> BaselineError
  ) throws(BaselineError) {
    var tokens = try words(text, fail)[...]
    func isKeyword(_ token: Word) -> Bool { !token.isQuoted && (token.text == "using" || token.text == "on") }
    let type = tokens.prefix { !isKeyword($0) }
    tokens = tokens.dropFirst(type.count)
    var names = type.map(\.text)
    if names.first == "Parallel", names.count > 1 {
      node.isParallelAware = true
      names.removeFirst()
    }
    node.nodeType = names.joined(separator: " ")
    guard !node.nodeType.isEmpty else { throw fail("a plan node without its type") }
    if let first = tokens.first, isKeyword(first), first.text == "using" {
      guard let index = tokens.dropFirst().first else { throw fail("'using' without an index") }
      node.indexName = index.text
      tokens = tokens.dropFirst(2)
    }
    guard let first = tokens.first else { return }
    let target = tokens.dropFirst()
    guard first.text == "on", isKeyword(first) else { throw fail("unexpected '\(first.text)' in a plan node") }
    switch target.count {
    case 1: node.alias = target.first?.text
    case 3...4 where target[target.startIndex + 1].text == ".":
      node.schema = target[target.startIndex].text
      node.relationName = target[target.startIndex + 2].text
      node.alias = target.last?.text
    default: throw fail("expected 'on alias' or 'on schema.relation alias'")
    }
  }

  private struct Word {
    let text: String
    let isQuoted: Bool
  }

  /// Splits at spaces and dots; JSON strings are one word.
  private static func words(_ text: Substring, _ fail: (String) -> BaselineError) throws(BaselineError) -> [Word] {
    var words: [Word] = []
    // By bytes: a quotation mark with a combining mark behind it is one character to Swift.
    var rest = text.utf8
    while let first = rest.first {
      if first == UInt8(ascii: " ") {
        rest = rest.dropFirst()
      } else if first == UInt8(ascii: ".") {
        words.append(Word(text: ".", isQuoted: false))
        rest = rest.dropFirst()
      } else if first == UInt8(ascii: "\"") {
        var end = rest.index(after: rest.startIndex)
        while end < rest.endIndex, rest[end] != UInt8(ascii: "\"") {
          if rest[end] == UInt8(ascii: "\\") { end = rest.index(after: end) }
          if end < rest.endIndex { end = rest.index(after: end) }
        }
        guard end < rest.endIndex, let name = (try? JSON(parsing: String(Substring(rest[...end]))))?.stringValue
        else { throw fail("a quoted name without an end") }
        words.append(Word(text: name, isQuoted: true))
        rest = rest[rest.index(after: end)...]
      } else {
        let word = rest.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "\"") }
        words.append(Word(text: String(Substring(word)), isQuoted: false))
        rest = rest[word.endIndex...]
      }
    }
    return words
  }

  // MARK: Figures

  private enum Figure: Int, CaseIterable {
    case startup, total, width
    /// A count is never negative.
    case rows, actualRows, actualLoops, buffers, temp

    init?(_ key: Substring, isActual: Bool) {
      switch key {
      case "rows": self = isActual ? .actualRows : .rows
      case "loops" where isActual: self = .actualLoops
      case "width" where !isActual: self = .width
      case "buffers" where !isActual: self = .buffers
      case "temp" where !isActual: self = .temp
      default: return nil
      }
    }

    var isCount: Bool { rawValue >= Figure.rows.rawValue }
  }

  /// Reads `(cost=0.42..8.44 rows=1 width=44) (actual rows=1 loops=1) (buffers=4)`.
  private static func figures(
    _ text: Substring, _ fail: (String) -> BaselineError
  ) throws(BaselineError) -> PlanNode {
    var values = [Double?](repeating: nil, count: Figure.allCases.count)
    func set(_ figure: Figure?, _ text: Substring) throws(BaselineError) {
      guard let figure, let value = Double(text), value.isFinite, value >= 0 || !figure.isCount,
        values[figure.rawValue] == nil
      else { throw fail("damaged figures") }
      values[figure.rawValue] = value
    }
    var isNeverExecuted = false
    let bytes = text.utf8
    guard bytes.first == UInt8(ascii: "("), bytes.last == UInt8(ascii: ")") else { throw fail("damaged figures") }
    for group in Substring(bytes.dropFirst().dropLast()).pieces(between: ") (") {
      if group == "never executed" {
        isNeverExecuted = true
        continue
      }
      guard !group.isEmpty else { throw fail("damaged figures") }
      let actual = group.dropping(prefix: "actual ")
      for pair in (actual ?? group).utf8.split(separator: UInt8(ascii: " ")) {
        guard let (key, value) = Substring(pair).parts(at: "=") else { throw fail("damaged figures") }
        if actual == nil, key == "cost" {
          guard let (startup, total) = value.parts(at: "..") else { throw fail("a cost without '..'") }
          try set(.startup, startup)
          try set(.total, total)
        } else {
          try set(Figure(key, isActual: actual != nil), value)
        }
      }
    }
    func value(_ figure: Figure) -> Double? { values[figure.rawValue] }
    guard let startup = value(.startup), let total = value(.total), let rows = value(.rows),
      let width = value(.width)
    else { throw fail("a plan node lacks its cost, rows or width") }
    var node = PlanNode(nodeType: "", startupCost: startup, totalCost: total, planRows: rows, planWidth: width)
    guard !(isNeverExecuted && value(.actualLoops) != nil), value(.temp) == nil || value(.buffers) != nil else {
      throw fail("damaged figures")
    }
    switch (value(.actualRows), value(.actualLoops)) {
    case (let rows?, let loops?): node.actual = ActualRows(rows: rows, loops: loops)
    case (nil, nil): node.actual = isNeverExecuted ? ActualRows(rows: 0, loops: 0) : nil
    default: throw fail("actual rows without loops")
    }
    node.buffers = value(.buffers)
    node.temporaryBlocks = value(.buffers).map { _ in value(.temp) ?? 0 }
    return node
  }
}
