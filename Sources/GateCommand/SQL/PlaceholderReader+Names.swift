/// Parameters that begin with a colon or a dollar sign, and the calls of sqlc.
extension PlaceholderReader {
  // MARK: :name

  mutating func colon() {
    let start = at
    if isJoined(at + 1), isSymbol(at + 1, ":") || isSymbol(at + 1, "=") {
      at += 2
      return
    }
    guard isJoined(at + 1), let token = token(at + 1) else { return }
    if placeholders.contains(.quotedColon) {
      let range = tokens[start].range.lowerBound..<token.range.upperBound
      if case .string = token.kind, SQLScanner.isParameterName(text(token.content)) {
        return parameter(range, from: start, through: start + 1, .named(text(token.content)), .nameOrList)
      }
      if case .quotedName(hasEscapes: false) = token.kind, SQLScanner.isParameterName(text(token.content)) {
        at += 2
        return refuse(range, "stands for a name")
      }
    }
    guard placeholders.contains(.colon), let name = name(at + 1), !isSlice(start) else { return }
    if placeholders.contains(.kinds) { return kind(start) }
    parameter(
      tokens[start].range.lowerBound..<name.upperBound, from: start, through: start + 1, .named(text(name)), .nameOrList
    )
  }

  /// Whether a colon separates the bounds of a slice.
  private func isSlice(_ index: Int) -> Bool {
    guard bracketDepth > 0, isJoined(index) else { return false }
    let last = bytes[tokens[index].range.lowerBound - 1]
    return SQLLexer.isVariablePart(last) || ")]\"".utf8.contains(last)
  }

  /// Reads HugSQL's `:name`, `:kind:name` or `:kind*:name`.
  private mutating func kind(_ start: Int) {
    var (kind, isList, next) = ("", false, start + 1)
    if let first = word(next), Self.kinds.contains(first) {
      var colon = next + 1
      if isSymbol(colon, "*"), isJoined(colon) { (isList, colon) = (true, colon + 1) }
      if isSymbol(colon, ":"), isJoined(colon), isJoined(colon + 1), name(colon + 1) != nil {
        (kind, next) = (first, colon + 1)
      }
    }
    isList = isList && !kind.isEmpty
    var (name, end) = (text(tokens[next].range), next)
    while end + 2 < tokens.count, isSymbol(end + 1, "-") || isSymbol(end + 1, "."), isJoined(end + 1),
      isJoined(end + 2),
      word(end + 2) != nil
    {
      name += "_" + text(tokens[end + 2].range)
      end += 2
    }
    let range = tokens[start].range.lowerBound..<tokens[end].range.upperBound
    switch kind {
    case "", "v", "value":
      parameter(
        range, from: start, through: end, .named(name), kind.isEmpty ? .nameOrList : isList ? .list : .value,
        mustBeInList: isList)
    default:
      at = end + 1
      switch kind {
      case "i", "identifier": refuse(range, isList ? "stands for names" : "stands for a name")
      case "t", "tuple": refuse(range, isList ? "stands for rows" : "stands for a row")
      default: refuse(range, "is text that the application puts in")
      }
    }
  }

  private static let kinds: Set<String> = [
    "v", "value", "i", "identifier", "t", "tuple", "sql", "snip", "snippet",
  ]

  // MARK: $1

  mutating func number() {
    let range = tokens[at].range
    guard placeholders.contains(.dollar) else { return refuse(range, "is a placeholder of another kind") }
    guard let number = Int(text(range).dropFirst()), number > 0, number < 65_536 else { return }
    parameter(range, from: at, through: at, .numbered(number), .value)
  }

  // MARK: sqlc

  mutating func sqlcCall() {
    let start = at
    guard let function = word(at + 2) else { return }
    let called = tokens[start].range.lowerBound..<tokens[start + 2].range.upperBound
    func fail(_ reason: String) { problems.append((called.lowerBound, "sqlc.\(function) \(reason)")) }
    at = start + 3
    guard ["arg", "narg", "slice", "embed"].contains(function) else { return fail("is not known") }
    guard isSymbol(start + 3, "("), let argument = token(start + 4), isSymbol(start + 5, ")") else {
      return fail("takes a name")
    }
    var name = text(argument.range)
    if case .string = argument.kind { name = text(argument.content) }
    let range = tokens[start].range.lowerBound..<tokens[start + 5].range.upperBound
    if function == "embed" {
      edits.append(Edit(range: range, value: .text("\(name).*")))
      at = start + 6
      return
    }
    guard SQLScanner.isParameterName(name) else { return fail("takes a name") }
    parameter(range, from: start, through: start + 5, .named(name), function == "slice" ? .list : .value)
  }
}
