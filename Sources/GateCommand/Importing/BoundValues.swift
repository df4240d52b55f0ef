/// Reads bound values as Python and Ruby print them.
struct BoundValues {
  private let text: [Character]
  private var at = 0

  init(_ text: String) { self.text = Array(text) }

  indirect enum Value: Equatable {
    case null
    case text(String)
    case list([Value])
    case pairs([(String, Value)])

    static func == (a: Value, b: Value) -> Bool { a.bound == b.bound }

    /// The text that is bound; nil for NULL.
    var bound: String? {
      switch self {
      case .null: nil
      case .text(let text): text
      case .list(let values):
        ParameterReader.array(values.map { $0.bound.map(ParameterReader.element) ?? "NULL" })
      case .pairs: nil
      }
    }
  }

  /// The values of Rails: `[["id", 1], [nil, "x"]]`; nil if they cannot be read.
  mutating func pairs() -> [String?]? {
    guard case .list(let pairs)? = value() else { return nil }
    var values: [String?] = []
    for pair in pairs {
      guard case .list(let items) = pair, items.count == 2 else { return nil }
      values.append(items[1].bound)
    }
    return values
  }

  /// The values of Python, for one execution or a list of them; nil if they cannot be read.
  mutating func rows(names: [String]) -> [[String?]]? {
    guard let value = value() else { return nil }
    if case .list(let rows) = value, let first = rows.first {
      switch first {
      case .list, .pairs:
        let read = rows.compactMap { row($0, names) }
        if read.count == rows.count { return read }
      default: break
      }
    }
    return row(value, names).map { [$0] }
  }

  private func row(_ value: Value, _ names: [String]) -> [String?]? {
    switch value {
    case .list(let values): return values.map(\.bound)
    case .pairs(let pairs):
      let known = Dictionary(pairs.map { ($0.0, $0.1) }) { first, _ in first }
      guard names.allSatisfy({ known[$0] != nil }) else { return nil }
      return names.map { known[$0]?.bound }
    case .null, .text: return nil
    }
  }

  // MARK: Reading

  private mutating func passBlanks() { while at < text.count, text[at].isWhitespace { at += 1 } }

  private func peek() -> Character? { at < text.count ? text[at] : nil }

  private mutating func value(depth: Int = 0) -> Value? {
    passBlanks()
    guard let first = peek(), depth < 50 else { return nil }
    switch first {
    case "[", "(": return list(closing: first == "[" ? "]" : ")", depth)
    case "{": return pairs(depth)
    case "'", "\"": return quoted(first).map(Value.text)
    default: return word(depth)
    }
  }

  private mutating func list(closing: Character, _ depth: Int) -> Value? {
    at += 1
    var items: [Value] = []
    while true {
      passBlanks()
      if peek() == closing {
        at += 1
        return .list(items)
      }
      guard let item = value(depth: depth + 1) else { return nil }
      items.append(item)
      passBlanks()
      if peek() == "," { at += 1 } else if peek() != closing { return nil }
    }
  }

  private mutating func pairs(_ depth: Int) -> Value? {
    at += 1
    var items: [(String, Value)] = []
    while true {
      passBlanks()
      if peek() == "}" {
        at += 1
        return .pairs(items)
      }
      guard case .text(let key)? = value(depth: depth + 1) else { return nil }
      passBlanks()
      guard peek() == ":" else { return nil }
      at += 1
      guard let item = value(depth: depth + 1) else { return nil }
      items.append((key, item))
      passBlanks()
      if peek() == "," { at += 1 } else if peek() != "}" { return nil }
    }
  }

  private mutating func quoted(_ quote: Character) -> String? {
    at += 1
    var value = ""
    while let character = peek() {
      at += 1
      if character == quote { return value }
      guard character == "\\", let next = peek() else {
        value.append(character)
        continue
      }
      at += 1
      switch next {
      case "n": value.append("\n")
      case "t": value.append("\t")
      case "r": value.append("\r")
      case "x", "u", "U":
        let count = next == "x" ? 2 : next == "u" ? 4 : 8
        guard at + count <= text.count, let number = UInt32(String(text[at..<at + count]), radix: 16),
          let scalar = Unicode.Scalar(number)
        else { return nil }
        value.unicodeScalars.append(scalar)
        at += count
      default: value.append(next)
      }
    }
    return nil
  }

  /// A number, `None`, `True`, or a call such as `datetime.date(2026, 1, 2)`, `UUID('…')`, `Decimal('1.0')`.
  private mutating func word(_ depth: Int) -> Value? {
    let start = at
    while let character = peek(), character.isLetter || character.isNumber || "._+-".contains(character) { at += 1 }
    let word = String(text[start..<at])
    guard peek() == "(" else {
      switch word {
      case "None", "nil", "null": return .null
      case "True", "true": return .text("true")
      case "False", "false": return .text("false")
      default: return Double(word) != nil ? .text(word) : nil
      }
    }
    guard case .list(let arguments)? = list(closing: ")", depth) else { return nil }
    let texts = arguments.map { $0.bound ?? "" }
    func padded(_ text: String) -> String { text.count < 2 ? "0" + text : text }
    switch word.split(separator: ".").last ?? "" {
    case "date" where texts.count == 3: return .text(texts.map(padded).joined(separator: "-"))
    case "datetime" where texts.count >= 3:
      let numbers = texts.prefix { Int($0) != nil }.map(padded)
      let time = (numbers.dropFirst(3).prefix(3) + ["00", "00", "00"]).prefix(3).joined(separator: ":")
      return .text(numbers.prefix(3).joined(separator: "-") + " " + time)
    case "UUID", "Decimal": return texts.first.map(Value.text)
    default: return nil
    }
  }
}
