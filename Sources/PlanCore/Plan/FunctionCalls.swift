/// The functions that an expression calls, as EXPLAIN prints them: a name that a bracket follows, with its schema where
/// it has one, quotes removed.
///
/// A type with a length, as in `::numeric(10,2)`, is none.
///
/// - Parameter isOutput: the expression is a column that a node passes on. One that was computed below stands in
///   brackets of its own, as `(app.rank(kind))`, and is left out.
func functionCalls(in expression: String, isOutput: Bool = false) -> [String] {
  let bytes = Array(expression.utf8)
  var calls: [String] = []
  var name: [UInt8] = []
  var isCast = false
  var index = 0
  /// The end of a quoted text or name that begins at a position.
  func end(ofQuotedAt start: Int) -> Int {
    let quote = bytes[start]
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == quote {
        guard index + 1 < bytes.count, bytes[index + 1] == quote else { return index }
        index += 1
      }
      index += 1
    }
    return bytes.count - 1
  }
  while index < bytes.count {
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: "'"):
      index = end(ofQuotedAt: index)
      name = []
    case UInt8(ascii: "\""):
      let last = end(ofQuotedAt: index)
      if last > index { name += bytes[(index + 1)..<last] }
      index = last
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...,
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "."):
      name.append(byte)
    case UInt8(ascii: "("):
      if isOutput, name.isEmpty, let last = endOfPassedOn(bytes, at: index) {
        index = last
        break
      }
      if !name.isEmpty, !isCast { calls.append(String(decoding: name, as: UTF8.self)) }
      (name, isCast) = ([], false)
    case UInt8(ascii: ":"):
      (name, isCast) = ([], true)
    case UInt8(ascii: " "):
      // The words of a type stay one: `::character varying(20)`.
      name = []
    default:
      (name, isCast) = ([], false)
    }
    index += 1
  }
  return calls
}

/// The end of a bracket that holds one call or one bracket and nothing else; nil for any other.
private func endOfPassedOn(_ bytes: [UInt8], at start: Int) -> Int? {
  guard let end = endOfBracket(bytes, at: start) else { return nil }
  var place = start + 1
  while place < end, bytes[place] != UInt8(ascii: "(") {
    switch bytes[place] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...,
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "."),
      UInt8(ascii: "\""):
      place += 1
    default: return nil
    }
  }
  return endOfBracket(bytes, at: place) == end - 1 ? end : nil
}

/// The position of the bracket that closes the one at a position.
private func endOfBracket(_ bytes: [UInt8], at start: Int) -> Int? {
  var (depth, quote) = (0, UInt8?.none)
  for index in start..<bytes.count {
    let byte = bytes[index]
    if let open = quote {
      if byte == open { quote = nil }
    } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
      quote = byte
    } else if byte == UInt8(ascii: "(") {
      depth += 1
    } else if byte == UInt8(ascii: ")") {
      depth -= 1
      if depth == 0 { return index }
    }
  }
  return nil
}
