/// What kind of statement a text is, and whether it can be imported.
enum StatementKind {
  static let queries: Set<String> = ["select", "insert", "update", "delete", "merge", "with", "values", "table"]

  /// The first words of commands, so that a log's line is known to hold one.
  static let commands: Set<String> = [
    "begin", "commit", "rollback", "savepoint", "release", "set", "show", "create", "alter", "drop", "truncate", "copy",
    "lock", "vacuum", "analyze", "explain", "prepare", "execute", "deallocate", "declare", "fetch", "close", "discard",
    "grant", "revoke", "call", "do", "listen", "notify", "unlisten", "refresh", "reindex", "start", "reset", "comment",
  ]

  /// The query of `DECLARE … CURSOR FOR`, which is how drivers read in portions; any other text as it is.
  static func cursorQuery(_ text: String) -> String {
    guard text.prefix(8).lowercased() == "declare ",
      let match = text.prefixMatch(of: /(?i)declare\s+\S+(?:\s+\w+){0,4}?\s+cursor(?:\s+with(?:out)?\s+hold)?\s+for\s+/)
    else { return text }
    return String(text[match.range.upperBound...])
  }

  private static let secretNames = ["password", "passwd", "secret", "token", "api_key", "apikey", "private_key"]

  /// Why a statement is not imported; nil if it may be.
  ///
  /// - Parameter text: without blanks around it.
  static func reason(against text: String) -> LeftOut? {
    if !text.unicodeScalars.allSatisfy(isText) { return .encoding }
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { buffer in
      let tokens = Array(SQLTokens(buffer))
      let lexer = SQLLexer(buffer, isScript: false)
      guard let first = tokens.first(where: { !$0.isSymbol("(") }) else { return .cut }
      let word = first.kind == .word ? lexer.lowercased(first.range) : ""
      guard queries.contains(word) else { return commands.contains(word) ? .utility : word.isEmpty ? .cut : .utility }
      if isCut(tokens, buffer) { return .cut }
      if holdsSecret(tokens, lexer) { return .secret }
      return readsCatalog(tokens, lexer) ? .catalog : nil
    }
  }

  private static func isText(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a, 0x0d: true
    case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfffd: false
    default: true
    }
  }

  /// Whether a text ends within a literal or a parenthesis.
  private static func isCut(_ tokens: [SQLToken], _ bytes: UnsafeRawBufferPointer) -> Bool {
    var depth = 0
    var statements = 0
    for token in tokens {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      if token.isSymbol(";") { statements += 1 } else if statements > 0 { return true }
      if depth < 0 { return true }
      let isQuoted = token.isString || { if case .quotedName = token.kind { true } else { false } }()
      if isQuoted, token.kind != .unreadString, token.content.upperBound >= token.range.upperBound { return true }
    }
    return depth != 0 || bytes.suffix(3).elementsEqual("...".utf8)
  }

  // MARK: Secrets

  /// Whether a text has a password in it: in a conninfo, or beside a name that says so.
  private static func holdsSecret(_ tokens: [SQLToken], _ lexer: SQLLexer) -> Bool {
    var (namesSecret, hasLiteral) = (false, false)
    for token in tokens {
      if token.isString {
        hasLiteral = true
        if isConninfo(String(decoding: lexer.wholeValue(of: token), as: UTF8.self)) { return true }
      } else if token.kind == .word || token.kind == .quotedName(hasEscapes: false) {
        let name = String(decoding: lexer.bytes[token.content], as: UTF8.self).lowercased()
        namesSecret = namesSecret || secretNames.contains { name.contains($0) }
      }
    }
    return namesSecret && hasLiteral
  }

  /// Whether a value is an address with a password.
  static func isConninfo(_ value: String) -> Bool {
    let text = value.lowercased()
    return text.firstMatch(of: /password\s*=|passfile\s*=|:\/\/[^\/\s:@]*:[^\/\s@]+@/) != nil
  }

  /// Whether the values of a statement are not to be written: a name in it says that they are secret.
  static func namesSecret(_ text: String) -> Bool {
    let lower = text.lowercased()
    return secretNames.contains { lower.contains($0) }
  }

  // MARK: Catalog

  /// Whether a relation behind FROM or JOIN is of the catalog.
  private static func readsCatalog(_ tokens: [SQLToken], _ lexer: SQLLexer) -> Bool {
    for (token, next) in zip(tokens, tokens.dropFirst()) where token.kind == .word && next.kind == .word {
      guard ["from", "join"].contains(lexer.lowercased(token.range)) else { continue }
      let name = lexer.lowercased(next.range)
      if name.hasPrefix("pg_") || name == "information_schema" { return true }
    }
    return false
  }
}

/// The tokens of a statement, one after the other.
struct SQLTokens: Sequence, IteratorProtocol {
  private var lexer: SQLLexer

  init(_ bytes: UnsafeRawBufferPointer) { lexer = SQLLexer(bytes, isScript: false) }

  mutating func next() -> SQLToken? { lexer.next() }
}
