/// Parameters that begin with an operator's character: `@x`, `?` and `%s`.
extension PlaceholderReader {
  // MARK: Operators

  /// Reads a run of operator characters: one operator, or several with a placeholder among them.
  mutating func operators() {
    let start = at
    var end = at + 1
    while let byte = symbol(end), isJoined(end), PlaceholderReader.operatorBytes.contains(byte) { end += 1 }
    let run = text(tokens[start].range.lowerBound..<tokens[end - 1].range.upperBound)
    if run.hasSuffix("%"), percent(start, end) { return }
    if placeholders.contains(.hash), run.hasSuffix("#"), isSymbol(end, "{"), isJoined(end) { return hash(end - 1) }
    if placeholders.contains(.at), run.hasSuffix("@"), isJoined(end), let name = name(end),
      Self.endsBefore(run.dropLast(), at: start, in: self)
    {
      let range = tokens[end - 1].range.lowerBound..<name.upperBound
      return parameter(range, from: end - 1, through: end, .named(text(name)), .value)
    }
    if placeholders.contains(.question), let mark = (start..<end).first(where: { isSymbol($0, "?") }) {
      return question(mark, end, before: run.prefix(mark - start))
    }
    at = end
  }

  /// Whether an operator may end before a placeholder that touches it.
  private static func endsBefore(_ run: Substring, at start: Int, in reader: PlaceholderReader) -> Bool {
    if run.isEmpty { return !reader.isJoined(start) || !reader.isOperandPart(start - 1) }
    return ["=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%", "||", "->", "->>", "~", "!~", "~~"]
      .contains(String(run)) && !(run == "<" && reader.isSymbol(start + 1, "@"))
  }

  /// Whether a token is a word, so that a sign which touches it is not a prefix.
  private func isOperandPart(_ index: Int) -> Bool { token(index)?.kind == .word }

  /// Reads `?` and `?1`; `??` is the operator `?`.
  private mutating func question(_ mark: Int, _ end: Int, before: Substring) {
    if isSymbol(mark + 1, "?"), isJoined(mark + 1) {
      replace(mark, through: mark + 1, .text("?"))
      at = max(end, mark + 2)
      return
    }
    let isOperator =
      before.hasSuffix("@") || !(before.isEmpty || Self.endsBefore(before, at: mark - before.count, in: self))
    let next = mark + 1 < end ? symbol(mark + 1) : nil
    let isPair = next == UInt8(ascii: "&") || next == UInt8(ascii: "|") && !(mark + 2 < end && isSymbol(mark + 2, "|"))
    // A string cannot follow a value.
    let isBeforeString = mark + 1 == end && token(end).map(\.isString) ?? false
    if isOperator || isPair || isBeforeString {
      at = end
      return
    }
    if let digits = token(mark + 1), digits.kind == .number, isJoined(mark + 1), let number = Int(text(digits.range)),
      number > 0, number < 65_536
    {
      count = max(count, number)
      let range = tokens[mark].range.lowerBound..<digits.range.upperBound
      return parameter(range, from: mark, through: mark + 1, .numbered(number), .value)
    }
    count += 1
    parameter(tokens[mark].range, from: mark, through: mark, .numbered(count), .value)
  }

  /// Reads `%s`, `%(name)s` and `%order%`.
  ///
  /// - Returns: whether there is one.
  private mutating func percent(_ start: Int, _ end: Int) -> Bool {
    let last = end - 1
    guard isSymbol(last, "%"), isJoined(end) || isSymbol(end, "(") else { return false }
    if placeholders.contains(.percent), !(end - start > 1 && isSymbol(last - 1, "%")) {
      if let form = word(end), ["s", "b", "t"].contains(form) {
        count += 1
        parameter(
          tokens[last].range.lowerBound..<tokens[end].range.upperBound, from: last, through: end, .numbered(count),
          .value)
        return true
      }
      if isSymbol(end, "("), isJoined(end), let name = token(end + 1), name.kind == .word, isSymbol(end + 2, ")"),
        ["s", "b", "t"].contains(word(end + 3) ?? ""), isJoined(end + 3),
        SQLScanner.isParameterName(text(name.range))
      {
        let range = tokens[last].range.lowerBound..<tokens[end + 3].range.upperBound
        parameter(range, from: last, through: end + 3, .named(text(name.range)), .value)
        return true
      }
    }
    // `%order%`, set off from what is around it; `a %b% c` is arithmetic.
    guard end - start == 1, token(end)?.kind == .word, isSymbol(end + 1, "%"), isJoined(end + 1),
      !isValueEnd(start - 1) || !isJoined(start) && !isValueStart(end + 2)
    else { return false }
    refuse(tokens[start].range.lowerBound..<tokens[end + 1].range.upperBound, "is text that the application puts in")
    at = end + 2
    return true
  }

  /// Whether a token can end a value.
  private func isValueEnd(_ index: Int) -> Bool {
    guard let token = token(index) else { return false }
    switch token.kind {
    case .word:
      return !["by", "where", "and", "or", "on", "not", "select", "having", "set"].contains(word(index) ?? "")
    case .symbol(let byte): return byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]")
    default: return true
    }
  }

  /// Whether a token can begin a value.
  private func isValueStart(_ index: Int) -> Bool {
    guard let token = token(index) else { return false }
    switch token.kind {
    case .word:
      return !["limit", "order", "and", "or", "group", "having", "offset", "where", "for"].contains(word(index) ?? "")
    case .symbol(let byte): return byte == UInt8(ascii: "(") || byte == UInt8(ascii: ":")
    default: return true
    }
  }

  /// Writes one percent sign for two, also in strings, where drivers read them as well.
  mutating func undoublePercents() {
    var index = 0
    let isTaken = edits.map(\.range)
    for token in tokens where token.isString || token.isSymbol("%") || token.kind == .quotedName(hasEscapes: false) {
      index = max(index, token.range.lowerBound)
      while index < token.range.upperBound {
        guard bytes[index] == UInt8(ascii: "%"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "%"),
          !isTaken.contains(where: { $0.contains(index) || $0.contains(index + 1) })
        else {
          index += 1
          continue
        }
        edits.append(Edit(range: index..<index + 2, value: .text("%")))
        index += 2
      }
    }
  }
}
