extension SeedScanner {
  mutating func literal(_ token: SQLToken) {
    if let expected {
      self.expected = nil
      meet(expected, lexer.value(of: token).map { String(decoding: $0, as: UTF8.self) } ?? "")
      return
    }
    guard token.range.count > 4 else { return }
    let bytes = UnsafeRawBufferPointer(rebasing: lexer.bytes[token.content])
    // Doubled quotes count as punctuation, and no date needs an escape.
    if SeedVocabulary.isClockDate(bytes) { result.readsClock = true }
    if isCode(token) {
      guard let value = lexer.value(of: token) else { return result.prevent("it has code whose text is not read") }
      return value.withUnsafeBytes { add(SeedScanner(SQLLexer($0, isScript: false), .body, depth: depth + 1)) }
    }
    if let name = SeedScanner.lexicalSettings.first(where: { bytes.elementsEqual($0.utf8) }) {
      result.prevent("it names the setting \(name) in a text")
    }
    // The argument of EXECUTE is read as a statement.
    if dynamic == nil { text(token.content) }
  }

  /// Settings that change how a file is read.
  static let lexicalSettings = ["standard_conforming_strings", "client_encoding"]

  /// Whether a text is the body of a function.
  func isCode(_ token: SQLToken) -> Bool {
    if kind == .body, token.kind == .dollarString { return true }
    return makesCode
  }

  /// Whether the statement is DO, or creates a function, a procedure or a language.
  var makesCode: Bool {
    if head.first == "do" { return true }
    guard head.first == "create" else { return false }
    let object = head.dropFirst().first { !["or", "replace"].contains($0) }
    return ["function", "procedure", "language", "trusted", "procedural"].contains(object)
  }

  mutating func add(_ scanner: SeedScanner) {
    var scanner = scanner
    scanner.run()
    result.add(scanner.result)
  }

  /// Searches a text that is data, since an unknown function may run it as a statement.
  mutating func text(_ range: Range<Int>) {
    let bytes = lexer.bytes
    var at = range.lowerBound
    while at < range.upperBound {
      guard SQLLexer.isWordStart(bytes[at]) else {
        at += 1
        continue
      }
      let start = at
      while at < range.upperBound, SQLLexer.isWordPart(bytes[at]) { at += 1 }
      guard SeedVocabulary.mayMean(bytes, start..<at) else { continue }
      let word = lexer.lowercased(start..<at)
      switch SeedVocabulary.meaning(of: word) {
      case .outside: result.prevent("it uses \(word)")
      case .clock where kind == .body: result.readsClock = true
      case .clockFunction where kind == .body: result.readsClock = true
      case .grammar where word == "copy" && result.obstacle == nil: copied(in: at..<range.upperBound)
      default: break
      }
    }
  }

  mutating func copied(in range: Range<Int>) {
    var inner = SQLLexer(lexer.bytes, at: range.lowerBound, end: range.upperBound, isScript: false)
    var copy = CopyStatement()
    while let token = inner.next() {
      tokensAhead += 1
      guard tokensAhead < 1_000_000 + lexer.bytes.count else { return result.prevent(SeedScan.unseenName) }
      switch copy.take(token, inner) {
      case .goesOn: continue
      case .isNone: return
      // Quotes in a literal are doubled, so a name in it is not read here.
      case .leads(.file): return result.prevent(SeedScan.unseenName)
      case .leads(.input): return
      case .leads(let source): return rows(from: source)
      }
    }
    if copy.awaitsSource { result.prevent(SeedScan.unseenName) }
  }

  // MARK: Dynamic statements

  mutating func followDynamic(_ token: SQLToken) {
    if dynamic?.isEmpty == true, token.kind == .word,
      ["function", "procedure", "on"].contains(lexer.lowercased(token.range))
    {
      // EXECUTE of a trigger or a privilege.
      dynamic = nil
      return
    }
    if token.isSymbol("(") { dynamicDepth += 1 }
    if token.isSymbol(")") { dynamicDepth -= 1 }
    let ends: Set<String> = ["into", "using", "loop"]
    if dynamicDepth <= 0, token.isSymbol(";") || token.kind == .word && ends.contains(lexer.lowercased(token.range)) {
      return endDynamic()
    }
    dynamic?.append(token)
  }

  mutating func endDynamic() {
    guard let tokens = dynamic else { return }
    dynamic = nil
    guard !tokens.isEmpty else { return }
    guard let text = DynamicStatement(lexer, plainNames).text(of: tokens[...]) else {
      return result.prevent("it runs a statement with EXECUTE that its text does not show")
    }
    text.withUnsafeBytes { add(SeedScanner(SQLLexer($0, isScript: false), .statements, depth: depth + 1)) }
  }
}
