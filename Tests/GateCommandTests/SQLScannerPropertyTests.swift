import Testing

@testable import GateCommand

/// For any text, the scanner terminates and changes nothing but parameters.
@Suite struct SQLScannerPropertyTests {
  private static let pieces = [
    "'", "\"", "E'", "e'", "\\", "\\'", "''", "$$", "$t$", "$é$", "$", "$1", "$12", "--", "/*", "*/", "\n", "\r\n",
    "\r", "::",
    ":=", ":", ":a", ":b1", ":_long_name", "[", "]", "a", "lo", "E", "é", "😀", "e\u{301}", "1", "2.5", " ", "  ", ",",
    "(", ")",
    "SELECT ", "LIMIT", "a$1", "/", "-", "*", "\u{0}", ";", "{", "\"x\"", "'x'",
    "\u{85}", "\u{a0}", "\u{3000}", "\t",
  ]

  private func text(_ generator: inout Generator) -> String {
    let count = Int.random(in: 0...24, using: &generator)
    return (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
  }

  /// Compares both texts; nil if they differ only in parameters, otherwise the position where they differ.
  private func difference(_ text: String, _ scanner: SQLScanner) -> String? {
    let (old, new) = (Array(text.unicodeScalars), Array(scanner.sql.unicodeScalars))
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, j < new.count, old[i] == new[j] {
        (i, j) = (i + 1, j + 1)
        continue
      }
      // A space is inserted before a parameter that touches a word.
      if j + 1 < new.count, new[j] == " ", new[j + 1] == "$" { j += 1 }
      guard i < old.count, j < new.count, old[i] == ":", new[j] == "$" else { return "at \(i)" }
      var (name, digits) = ("", "")
      while i + 1 < old.count, SQLScanner.isParameterName("a" + String(old[i + 1])) {
        name.unicodeScalars.append(old[i + 1])
        i += 1
      }
      while j + 1 < new.count, ("0"..."9").contains(new[j + 1]) {
        digits.unicodeScalars.append(new[j + 1])
        j += 1
      }
      guard let number = Int(digits), scanner.names.indices.contains(number - 1), scanner.names[number - 1] == name
      else {
        return "':\(name)' became '$\(digits)'"
      }
      (i, j) = (i + 1, j + 1)
      if scanner.originalOffset(j) != i { return "offset \(j) is \(scanner.originalOffset(j)), not \(i)" }
    }
    return nil
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `the text outside of parameters is unchanged`(seed: UInt64) {
    var generator = Generator(state: seed)
    var replaced = 0
    for _ in 0..<3_000 {
      let text = text(&generator)
      let scanner = SQLScanner(text)
      #expect(difference(text, scanner) == nil, "\(text.debugDescription) -> \(scanner.sql.debugDescription)")
      #expect(Set(scanner.names).count == scanner.names.count)
      let length = scanner.sql.unicodeScalars.count
      #expect(scanner.originalOffset(length) == text.unicodeScalars.count, "\(text.debugDescription)")
      if !scanner.names.isEmpty { replaced += 1 }
    }
    // Often enough to be meaningful.
    #expect(replaced > 500)
  }

  @Test(arguments: [5, 6] as [UInt64])
  func `a rewritten text has no names left`(seed: UInt64) {
    var generator = Generator(state: seed)
    for _ in 0..<3_000 {
      let text = text(&generator)
      let once = SQLScanner(text)
      let twice = SQLScanner(once.sql)
      #expect(twice.sql == once.sql, "\(text.debugDescription)")
      #expect(twice.names == [], "\(text.debugDescription)")
      #expect(twice.positionalCount == max(once.positionalCount, once.names.count), "\(text.debugDescription)")
      #expect(twice.isEmpty == once.isEmpty && twice.selectsInto == once.selectsInto, "\(text.debugDescription)")
    }
  }

  @Test(arguments: ["'", "\"", "$$ ", "/*", "/*/", ":a ", "[", "$1 ", "E'\\", "--", "$t$ $", ":"])
  func `a long text is rewritten fast`(piece: String) {
    let text = String(repeating: piece, count: 20_000)
    let started = ContinuousClock.now
    #expect(SQLScanner(text).sql.unicodeScalars.count <= text.unicodeScalars.count)
    #expect(ContinuousClock.now - started < .seconds(5))
  }
}
