import Foundation

@testable import GateCommand

/// Seeds and statements: their readers terminate, stay inside the text, and store their findings without loss.
///
/// An input that begins with `marked` contains a psql command that does not exist, which must be an obstacle.
struct ScannerFuzz: FuzzTarget {
  static let name = "scanner"

  static let marked = "-- a command that does not exist follows\n"
  private static let mark = "\\nosuchcommand a b"

  private let corpus: [[UInt8]]
  private let mutator = Mutator(pieces: ScannerFuzz.pieces)

  static let pieces = [
    "'", "\"", "E'", "U&'", "U&\"", "\\", "\\\\", "\\'", "''", "$$", "$t$", "$1", "--", "/*", "*/", "\n", "\r\n", "\r",
    "::",
    ":", ":a", ":'a'", ":\"a\"", ":{?a}", "[", "]", "(", ")", ";", "\\;", "\\:", "\\i a.sql", "\\ir 'b'",
    "\\copy t from a",
    "COPY t FROM 'a'", "COPY t FROM stdin;\n", "\\.\n", "\\g", "\\gexec", "\\if true", "\\endif", "\\set a 'b'", "\\!",
    "`x`",
    "DO $$", "BEGIN", "END", "EXECUTE ", "format('%s', a)", "||", "LANGUAGE ", "now()", "'today'", "BEGIN ATOMIC",
    "CASE",
    "U&\"d\\0061t\"", "CREATE FUNCTION f()", "AS ", "\\encoding UTF8", "SET client_encoding = ", "%", "%1$s", "%L",
    "\u{feff}",
  ]

  init() throws {
    corpus =
      try Repository.paths(in: "seed", ending: ".sql").map(Repository.bytes)
      + Repository.paths(in: "queries", ending: ".sql").map(Repository.bytes)
      + [
        Repository.bytes("Tests/CorpusTests/Corpus/seed.sql"),
        Repository.bytes("Tests/PlanCoreTests/Golden/schema.sql"),
      ]
  }

  func input(using random: inout Random) -> [UInt8] {
    switch random.below(6) {
    case 0:
      var statements = (0...random.below(5)).map { _ in random.pick(SeedScript.closed) }
      statements.insert(ScannerFuzz.mark, at: random.below(statements.count + 1))
      return Array((ScannerFuzz.marked + statements.joined(separator: "\n") + "\n").utf8)
    case 1, 2: return mutator.mutated(random.pick(corpus), with: random.pick(corpus), using: &random)
    default:
      let script = Array(SeedScript(using: &random).text(using: &random).utf8)
      return random.oneIn(4) ? script : mutator.mutated(script, with: random.pick(corpus), using: &random)
    }
  }

  func problem(with input: [UInt8], in directory: URL) throws -> Problem? {
    let scan = input.withUnsafeBytes { SeedScan($0) }
    if SeedScan(parsing: scan.text) != scan {
      return .fault("its note is read as another scan: \(scan.text.debugDescription)")
    }
    if input.starts(with: ScannerFuzz.marked.utf8), scan.obstacle == nil {
      return .falsePass("a command that does not exist is no obstacle")
    }
    let text = String(decoding: input, as: UTF8.self)
    _ = SeedScan(text, as: .statements)
    _ = SeedScan(text, as: .body)
    _ = input.withUnsafeBytes { SeedScan(rows: $0) }
    _ = input.withUnsafeBytes { PsqlScript($0) }
    for mode in [ReachScan.Mode(), .init(copyHasData: false), .init(escapes: true)] {
      let lines = input.count { $0 == UInt8(ascii: "\n") } + 1
      if let reach = input.withUnsafeBytes({ ReachScan($0, mode) }).reaches.first(where: { $0.line > lines }) {
        return .fault("\(reach.what) on line \(reach.line) of \(lines)")
      }
    }
    for (isScript, escapes) in [(false, false), (true, false), (true, true)] {
      let problem = input.withUnsafeBytes { tokens($0, isScript: isScript, backslashesEscape: escapes) }
      if let problem { return problem }
    }
    return arguments(input) ?? statement(text)
  }

  /// Tokens do not overlap, and stay inside the text.
  private func tokens(_ bytes: UnsafeRawBufferPointer, isScript: Bool, backslashesEscape: Bool) -> Problem? {
    var lexer = SQLLexer(bytes, isScript: isScript)
    lexer.backslashesEscape = backslashesEscape
    var end = 0
    while let token = lexer.next() {
      let range = token.range
      guard end <= range.lowerBound, range.lowerBound < range.upperBound, range.upperBound <= bytes.count,
        token.content.lowerBound >= range.lowerBound, token.content.upperBound <= range.upperBound
      else { return .fault("a token at \(range) with the content \(token.content), behind \(end) of \(bytes.count)") }
      if lexer.at < range.upperBound { return .fault("the token at \(range) is read once more") }
      end = range.upperBound
      _ = (lexer.value(of: token), lexer.wholeValue(of: token))
    }
    return nil
  }

  private func arguments(_ input: [UInt8]) -> Problem? {
    input.withUnsafeBytes { bytes in
      var arguments = CommandArguments(bytes, at: 0, end: bytes.count)
      var at = -1
      while arguments.next(dropsSemicolons: true) != nil {
        guard arguments.at > at, arguments.at <= bytes.count else { return .fault("an argument without an end") }
        at = arguments.at
      }
      return nil
    }
  }

  /// Reads the text as a query of the manifest; without parameters it must stay unchanged.
  private func statement(_ text: String) -> Problem? {
    guard text.utf8.count < 100_000 else { return nil }
    let scanner = SQLScanner(text)
    if scanner.names.isEmpty, scanner.sql != text { return .fault("a statement without parameters is rewritten") }
    if !scanner.names.allSatisfy(SQLScanner.isParameterName) { return .fault("a parameter without a name") }
    if Set(scanner.names).count != scanner.names.count { return .fault("a parameter with two numbers") }
    let count = text.unicodeScalars.count
    let offset = scanner.originalOffset(scanner.sql.unicodeScalars.count)
    return offset == count ? nil : .fault("the end of the statement is taken for \(offset), not \(count)")
  }
}
