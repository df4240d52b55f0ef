/// Text that matches a regular expression of the usual kind: characters, classes, groups and repetitions in a row.
struct PatternText: Equatable, Sendable {
  /// A character class and how often it comes.
  struct Part: Equatable, Sendable {
    /// The characters to choose from, sorted.
    let characters: [Character]
    let minimum: Int
    /// Nil for no limit.
    let maximum: Int?
  }

  private(set) var parts: [Part] = []

  /// Reads a regular expression; nil for what only a matcher understands, such as back references.
  init?(_ pattern: String) {
    var reader = PatternReader(Array(pattern))
    guard let parts = reader.parts(), reader.isAtEnd else { return nil }
    self.parts = parts
  }

  /// How often each part comes: as often as it has to, and a few times more where it may.
  private func counts(from shortest: Int, to limit: Int) -> [Int] {
    var counts = parts.map(\.minimum)
    func total() -> Int { counts.reduce(0, +) }
    for (index, part) in parts.enumerated() where part.characters.count > 1 {
      let most = min(part.maximum ?? Int.max, max(part.minimum, 6))
      while counts[index] < most, total() < limit { counts[index] += 1 }
    }
    for (index, part) in parts.enumerated() {
      while total() < min(shortest, limit), counts[index] < part.maximum ?? Int.max { counts[index] += 1 }
    }
    return counts
  }

  /// How many different texts there are, as far as it matters.
  func capacity(from shortest: Int = 0, to limit: Int) -> Int {
    var capacity = 1
    for (part, count) in zip(parts, counts(from: shortest, to: limit)) {
      for _ in 0..<count {
        if capacity > 1_000_000_000 { return capacity }
        capacity *= part.characters.count
      }
    }
    return capacity
  }

  /// An SQL expression for such a text.
  ///
  /// - Parameters:
  ///   - shortest: the number of characters that it has at least.
  ///   - limit: the number of characters that it has at most.
  ///   - number: an expression whose value differs from row to row, to make texts that differ; nil for random ones.
  func sql(from shortest: Int = 0, to limit: Int, number: String?) -> String {
    var pieces: [String] = []
    var literal = ""
    func endLiteral() {
      if !literal.isEmpty { pieces.append(quotedLiteral(literal)) }
      literal = ""
    }
    // Where texts differ by a number, its last digits are the last characters that have a choice.
    let counts = counts(from: shortest, to: limit)
    var divisor = 1
    var divisors: [[Int]] = parts.map { _ in [] }
    for (index, part) in parts.enumerated().reversed() where part.characters.count > 1 {
      for _ in 0..<counts[index] {
        divisors[index].insert(divisor, at: 0)
        if divisor < 1_000_000_000 { divisor *= part.characters.count }
      }
    }
    for (index, part) in parts.enumerated() where counts[index] > 0 {
      if part.characters.count == 1 {
        literal += String(repeating: part.characters[0], count: counts[index])
        continue
      }
      endLiteral()
      pieces += self.pieces(of: part, counts[index], divisors[index], number)
    }
    endLiteral()
    return pieces.isEmpty ? "''" : pieces.joined(separator: " || ")
  }

  private func pieces(of part: Part, _ count: Int, _ divisors: [Int], _ number: String?) -> [String] {
    let letters = String(part.characters)
    if letters == "0123456789", (2...15).contains(count) {
      let size = "1" + String(repeating: "0", count: count)
      let digits: String
      if let number {
        let last = divisors.last ?? 1
        digits = "((\(number))\(last == 1 ? "" : " / \(last)") % \(size))::text"
      } else {
        digits = "floor(\(size) * random())::bigint::text"
      }
      return ["lpad(\(digits), \(count), '0')"]
    }
    return (0..<count).map { index in
      guard let number else {
        return "substr(\(quotedLiteral(letters)), 1 + floor(\(letters.count) * random())::integer, 1)"
      }
      let shifted = divisors[index] == 1 ? "(\(number))" : "(\(number)) / \(divisors[index])"
      return "substr(\(quotedLiteral(letters)), 1 + (\(shifted) % \(letters.count))::integer, 1)"
    }
  }
}

/// Reads a regular expression into parts.
private struct PatternReader {
  private let text: [Character]
  private var at = 0

  init(_ text: [Character]) { self.text = text }

  var isAtEnd: Bool { at == text.count }

  private var next: Character? { at < text.count ? text[at] : nil }

  private static let digits = Set("0123456789")
  private static let letters = Set("abcdefghijklmnopqrstuvwxyz")
  private static let plain = letters.union(digits)

  /// The parts of a sequence, up to the end of the text or of a group; of alternatives, the first.
  mutating func parts(depth: Int = 0) -> [PatternText.Part]? {
    var parts: [PatternText.Part] = []
    while let character = next, character != ")" {
      switch character {
      case "^", "$": at += 1
      case "|":
        at += 1
        guard self.parts(depth: depth) != nil else { return nil }
      case "(":
        at += 1
        if next == "?" {
          guard text[at...].starts(with: "?:") else { return nil }
          at += 2
        }
        guard depth < 8, let inner = self.parts(depth: depth + 1), next == ")" else { return nil }
        at += 1
        guard let times = repetition() else { return nil }
        for _ in 0..<min(times.minimum, 64) { parts += inner }
      default:
        guard let characters = characters(), !characters.isEmpty, let times = repetition() else { return nil }
        parts.append(
          PatternText.Part(characters: characters.sorted(), minimum: times.minimum, maximum: times.maximum))
      }
    }
    return parts
  }

  private mutating func characters() -> Set<Character>? {
    guard let character = next else { return nil }
    at += 1
    switch character {
    case "[": return bracket()
    case ".": return PatternReader.letters
    case "\\": return escape()
    case "*", "+", "?", "{": return nil
    default: return [character]
    }
  }

  private mutating func escape() -> Set<Character>? {
    guard let character = next else { return nil }
    at += 1
    switch character {
    case "d": return PatternReader.digits
    case "w": return PatternReader.plain
    case "s": return [" "]
    case "S", "D", "W": return character == "W" ? ["-"] : PatternReader.letters
    case "A", "Z", "m", "M", "y", "Y", "b", "B": return nil
    default: return character.isLetter || character.isNumber ? nil : [character]
    }
  }

  private mutating func bracket() -> Set<Character>? {
    let isNegated = next == "^"
    if isNegated { at += 1 }
    var characters: Set<Character> = []
    var isFirst = true
    while let character = next, character != "]" || isFirst {
      isFirst = false
      at += 1
      if character == "[", next == ":" {
        guard let end = text[at...].firstIndex(of: "]"), let known = named(String(text[at..<end])) else { return nil }
        characters.formUnion(known)
        at = end + 1
      } else if character == "\\" {
        guard let escaped = escape() else { return nil }
        characters.formUnion(escaped)
      } else if next == "-", at + 1 < text.count, text[at + 1] != "]" {
        guard let low = character.asciiValue, let high = text[at + 1].asciiValue, low <= high else { return nil }
        for byte in low...high { characters.insert(Character(Unicode.Scalar(byte))) }
        at += 2
      } else {
        characters.insert(character)
      }
    }
    guard next == "]" else { return nil }
    at += 1
    return isNegated ? PatternReader.plain.subtracting(characters) : characters
  }

  private func named(_ name: String) -> Set<Character>? {
    switch name {
    case ":alpha:", ":lower:": PatternReader.letters
    case ":upper:": Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    case ":digit:": PatternReader.digits
    case ":alnum:": PatternReader.plain
    case ":xdigit:": Set("0123456789abcdef")
    case ":space:": [" "]
    default: nil
    }
  }

  private mutating func repetition() -> (minimum: Int, maximum: Int?)? {
    defer { if next == "?", at > 0, "*+?}".contains(text[at - 1]) { at += 1 } }
    switch next {
    case "*":
      at += 1
      return (0, nil)
    case "+":
      at += 1
      return (1, nil)
    case "?":
      at += 1
      return (0, 1)
    case "{":
      guard let close = text[at...].firstIndex(of: "}") else { return nil }
      let numbers = String(text[(at + 1)..<close]).split(separator: ",", omittingEmptySubsequences: false)
      guard let minimum = numbers.first.flatMap({ Int($0) }), (0...1000).contains(minimum) else { return nil }
      at = close + 1
      if numbers.count == 1 { return (minimum, minimum) }
      return (minimum, Int(numbers[1]))
    default: return (1, 1)
    }
  }
}
