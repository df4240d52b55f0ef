/// Parameters in braces, and templates.
extension PlaceholderReader {
  // MARK: Braces

  /// Reads MyBatis' `#{name}` and `#{name,jdbcType=TYPE}`.
  mutating func hash(_ start: Int) {
    guard let close = (start..<tokens.count).first(where: { isSymbol($0, "}") }) else {
      at = start + 2
      return
    }
    let content = text(tokens[start + 1].range.upperBound..<tokens[close].range.lowerBound)
    let path = content.split(separator: ",").first.map(trimmed) ?? ""
    let name = path.split(separator: ".").joined(separator: "_")
    let range = tokens[start].range.lowerBound..<tokens[close].range.upperBound
    guard SQLScanner.isParameterName(name) else {
      at = close + 1
      return refuse(range, "has no name")
    }
    parameter(range, from: start, through: close, .named(name), .nameOrList)
  }

  /// Reads `{{name::type}}`; any other brace is a template's.
  mutating func template() {
    let start = at
    let isDouble = isSymbol(at + 1, "{") && isJoined(at + 1)
    let first = start + (isDouble ? 2 : 1)
    var close = first
    while close < tokens.count, !isSymbol(close, "}") { close += 1 }
    if isDouble, isSymbol(close + 1, "}"), isJoined(close + 1) { close += 1 }
    let last = min(close, tokens.count - 1)
    let range = tokens[start].range.lowerBound..<tokens[last].range.upperBound
    at = last + 1
    if placeholders.contains(.braces), isDouble, last - 2 >= first {
      let content = text(tokens[first].range.lowerBound..<tokens[last - 2].range.upperBound)
      let parts = content.split(separator: ":", omittingEmptySubsequences: true)
      let name = parts.first.map(trimmed) ?? ""
      if SQLScanner.isParameterName(name), parts.count <= 2 {
        let type = parts.count == 2 ? "::" + trimmed(parts[1]) : ""
        return parameter(range, from: start, through: last, .named(name), .nameOrList, after: type)
      }
    }
    refuse(range, "is a template, filled in by the application")
  }

  mutating func interpolation() {
    let start = at
    let close = (start..<tokens.count).first { isSymbol($0, "}") } ?? tokens.count - 1
    at = close + 1
    refuse(tokens[start].range.lowerBound..<tokens[close].range.upperBound, "is text that the application puts in")
  }

  private func trimmed(_ text: Substring) -> String { String(text.split { $0.isWhitespace }.joined(separator: " ")) }

  /// HugSQL's expressions, `--~ (…)` and `/*~ (…) ~*/`, are comments for SQL.
  mutating func findExpressions() {
    var end = 0
    let gaps = tokens.map(\.range) + [bytes.count..<bytes.count]
    for token in gaps {
      var index = end
      while index + 2 < token.lowerBound {
        let opening = text(index..<index + 3)
        if opening == "--~" || opening == "/*~" {
          problems.append((index, "\(opening) begins a part that the application puts in"))
          index += 2
        }
        index += 1
      }
      end = token.upperBound
    }
  }
}
