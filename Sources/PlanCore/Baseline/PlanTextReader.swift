extension PlanText {
  /// Whether a line is a node's, as against a `Key: value`.
  static func isNode(_ line: OutlineLine) -> Bool { split(line) != nil }

  private static func split(_ line: OutlineLine) -> (relationship: String?, rest: Substring)? {
    guard let arrow = line.text.firstRange(of: "-> ") else { return nil }
    let before = line.text[..<arrow.lowerBound]
    if before.isEmpty { return (nil, line.text[arrow.upperBound...]) }
    guard before.last == " ", before.dropLast().allSatisfy({ $0.isASCII && $0.isLetter }), before.count > 1 else {
      return nil
    }
    return (String(before.dropLast()), line.text[arrow.upperBound...])
  }

  static func node(_ line: OutlineLine) throws(BaselineError) -> PlanNode {
    func fail(_ message: String) -> BaselineError { BaselineError(line: line.number, message: message) }
    guard let (relationship, rest) = split(line) else { throw fail("expected a plan node") }
    guard let gap = rest.ranges(of: "  (cost=").last else { throw fail("a plan node without its cost") }
    var node = try figures(rest[gap.lowerBound...].dropFirst(2), fail)
    try readHead(rest[..<gap.lowerBound], into: &node, fail)
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
    guard let colon = line.text.firstRange(of: ": "), line.children.isEmpty else {
      throw BaselineError(line: line.number, message: "expected 'Key: value'")
    }
    let key = String(line.text[..<colon.lowerBound])
    let value: JSON
    do { value = try self.value(line.text[colon.upperBound...]) } catch {
      throw BaselineError(line: line.number, message: "the value of '\(key)' is damaged: \(error.message)")
    }
    switch (key, value.stringValue) {
    case ("Subplan Name", let text?): node.subplanName = text
    case ("Schema", let text?): node.schema = text
    case ("Relation Name", let text?): node.relationName = text
    case ("Alias", let text?): node.alias = text
    default:
      guard !PlanNode.ownKeys.contains(key) else {
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
    // By scalars: a quotation mark with a combining mark behind it is one character to Swift.
    var rest = text.unicodeScalars
    while let first = rest.first {
      if first == " " {
        rest = rest.dropFirst()
      } else if first == "." {
        words.append(Word(text: ".", isQuoted: false))
        rest = rest.dropFirst()
      } else if first == "\"" {
        var end = rest.index(after: rest.startIndex)
        while end < rest.endIndex, rest[end] != "\"" {
          if rest[end] == "\\" { end = rest.index(after: end) }
          if end < rest.endIndex { end = rest.index(after: end) }
        }
        guard end < rest.endIndex, let name = (try? JSON(parsing: String(rest[...end])))?.stringValue
        else { throw fail("a quoted name without an end") }
        words.append(Word(text: name, isQuoted: true))
        rest = rest[rest.index(after: end)...]
      } else {
        let word = rest.prefix { $0 != " " && $0 != "." && $0 != "\"" }
        words.append(Word(text: String(word), isQuoted: false))
        rest = rest.dropFirst(word.count)
      }
    }
    return words
  }

  // MARK: Figures

  private static let figureKeys: Set = [
    "startup", "total", "rows", "width", "actual rows", "actual loops", "buffers", "temp",
  ]

  /// What is counted is never negative.
  private static let countKeys: Set = ["rows", "actual rows", "actual loops", "buffers", "temp"]

  /// Reads `(cost=0.42..8.44 rows=1 width=44) (actual rows=1 loops=1) (buffers=4)`.
  private static func figures(
    _ text: Substring, _ fail: (String) -> BaselineError
  ) throws(BaselineError) -> PlanNode {
    var values: [String: Double] = [:]
    var isNeverExecuted = false
    guard text.first == "(", text.last == ")" else { throw fail("damaged figures") }
    for group in text.dropFirst().dropLast().split(separator: ") (", omittingEmptySubsequences: false) {
      if group == "never executed" {
        isNeverExecuted = true
        continue
      }
      guard !group.isEmpty else { throw fail("damaged figures") }
      let isActual = group.hasPrefix("actual ")
      for pair in (isActual ? group.dropFirst(7) : group).split(separator: " ") {
        let parts = pair.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw fail("damaged figures") }
        let key = (isActual ? "actual " : "") + parts[0]
        var texts = [(key, parts[1])]
        if key == "cost" {
          guard let dots = parts[1].firstRange(of: "..") else { throw fail("a cost without '..'") }
          texts = [("startup", parts[1][..<dots.lowerBound]), ("total", parts[1][dots.upperBound...])]
        }
        for (key, text) in texts {
          guard figureKeys.contains(key), let value = Double(String(text)), value.isFinite,
            value >= 0 || !countKeys.contains(key),
            values.updateValue(value, forKey: key) == nil
          else { throw fail("damaged figures") }
        }
      }
    }
    guard let startup = values["startup"], let total = values["total"], let rows = values["rows"],
      let width = values["width"]
    else { throw fail("a plan node lacks its cost, rows or width") }
    var node = PlanNode(nodeType: "", startupCost: startup, totalCost: total, planRows: rows, planWidth: width)
    guard !(isNeverExecuted && values["actual loops"] != nil), values["temp"] == nil || values["buffers"] != nil else {
      throw fail("damaged figures")
    }
    switch (values["actual rows"], values["actual loops"]) {
    case (let rows?, let loops?): node.actual = ActualRows(rows: rows, loops: loops)
    case (nil, nil): node.actual = isNeverExecuted ? ActualRows(rows: 0, loops: 0) : nil
    default: throw fail("actual rows without loops")
    }
    node.buffers = values["buffers"]
    node.temporaryBlocks = values["buffers"].map { _ in values["temp"] ?? 0 }
    return node
  }
}
