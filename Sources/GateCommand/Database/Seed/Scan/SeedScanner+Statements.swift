extension SeedScanner {
  mutating func symbol(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "("): parentheses += 1
    case UInt8(ascii: ")"): parentheses = max(0, parentheses - 1)
    case UInt8(ascii: ";"): endStatement(isSent: parentheses == 0 && atomicDepth == 0)
    default: break
    }
  }

  /// - Parameter isSent: whether psql sends what it has read so far.
  mutating func endStatement(isSent: Bool) {
    endDynamic()
    head = []
    copy = nil
    expected = nil
    if isSent { send() }
  }

  mutating func send() {
    parentheses = 0
    atomicDepth = 0
    guard kind == .script, pendingInputs > 0 else { return }
    passInputs()
  }

  /// Skips the rows of `COPY … FROM STDIN`, which begin on the next line.
  mutating func passInputs() {
    defer { pendingInputs = 0 }
    if conditions > 0 { result.prevent("it has rows for COPY inside \\if") }
    // psql would continue with the rest of the line after the rows.
    var line = SQLLexer(lexer.bytes, at: lexer.at, end: lexer.endOfLine(), isScript: false)
    lexer.at = line.end
    line.passBlanks()
    if line.at < line.end { return result.prevent("a statement follows COPY … FROM STDIN on its line") }
    for _ in 0..<pendingInputs {
      if let rows = lexer.passRows(), DataScan.readsClock(lexer.bytes[rows]) { result.readsClock = true }
    }
  }

  mutating func word(_ token: SQLToken) {
    let beginsWord = head.count < 4
    guard beginsWord || expected != nil || SeedVocabulary.mayMean(lexer.bytes, token.range) || atomicDepth > 0 else {
      return
    }
    let word = lexer.lowercased(token.range)
    if let expected {
      self.expected = nil
      meet(expected, word)
    }
    if kind == .script, parentheses == 0 { followAtomic(word) }
    if beginsWord {
      head.append(word)
      beginning()
    }
    switch SeedVocabulary.meaning(of: word) {
    case .clock: result.readsClock = true
    case .clockFunction: if lexer.isFollowed(by: UInt8(ascii: "(")) { result.readsClock = true }
    case .outside: result.prevent("it uses \(word)")
    case .runsText: result.prevent("it runs text as a statement, with \(word)")
    case .grammar: grammar(word)
    case nil: break
    }
  }

  /// Follows `BEGIN ATOMIC … END`, inside which semicolons do not end the statement for psql.
  mutating func followAtomic(_ word: String) {
    let isRoutine = head.first == "create" && head.contains { $0 == "function" || $0 == "procedure" }
    switch word {
    case "begin" where isRoutine: atomicDepth += 1
    case "case" where atomicDepth > 0: atomicDepth += 1
    case "end" where atomicDepth > 0: atomicDepth -= 1
    default: break
    }
  }

  mutating func beginning() {
    switch (head.first, head.dropFirst().first) {
    case ("alter", "system") where head.count == 2:
      // It takes effect when the server starts again, which happens when the cluster is kept.
      result.prevent("it uses ALTER SYSTEM")
    case ("create", let object?) where ["server", "subscription", "tablespace"].contains(object) && head.count == 2:
      result.prevent("it uses CREATE \(object.uppercased())")
    case ("import", "foreign") where head.count == 2: result.prevent("it uses IMPORT FOREIGN SCHEMA")
    case ("load", nil) where lexer.isFollowed(by: UInt8(ascii: "'")): result.prevent("it uses LOAD")
    case ("create", "extension"):
      if head.count == 2 { expected = .extension }
      if head.count > 2, ["if", "not"].contains(head.last) { expected = .extension }
    case ("set", "names") where head.count == 2: expected = .encoding
    default: break
    }
  }

  mutating func grammar(_ word: String) {
    switch word {
    case "copy": copy = CopyStatement()
    case "execute" where kind == .body && dynamic == nil:
      dynamic = []
      dynamicDepth = 0
    case "language": if makesCode { expected = .language }
    case "standard_conforming_strings": expected = .standardStrings
    case "client_encoding": expected = .encoding
    case "begin", "then", "else", "loop":
      guard kind == .body else { return }
      endDynamic()
      head = []
    default: break
    }
  }

  mutating func name(_ name: String) {
    if let expected {
      self.expected = nil
      meet(expected, name)
    } else if SeedVocabulary.meaning(of: name.lowercased()) == .outside {
      result.prevent("it uses \(name.lowercased())")
    }
  }

  /// Handles the expected word, name or text.
  mutating func meet(_ expectation: Expectation, _ value: String) {
    let value = value.lowercased()
    switch expectation {
    case .language:
      if !SeedVocabulary.languages.contains(value) { result.prevent("it has code in \(value)") }
    case .extension:
      if ["if", "not", "exists"].contains(value) {
        expected = .extension
      } else if SeedVocabulary.meaning(of: value) == .outside {
        result.prevent("it uses \(value)")
      } else if !SeedVocabulary.extensions.contains(value) {
        result.prevent("it uses the extension \(value), and plangate does not know what that reads")
      }
    case .standardStrings:
      if value == "to" || value == "from" {
        expected = .standardStrings
      } else if !["on", "true", "1", "default", "current"].contains(value) {
        result.prevent("it turns standard_conforming_strings off")
      }
    case .encoding:
      if value == "to" || value == "from" {
        expected = .encoding
      } else if value != "current", !SeedVocabulary.isPlainEncoding(value) {
        result.prevent("it is in the encoding \(value)")
      }
    }
  }
}
