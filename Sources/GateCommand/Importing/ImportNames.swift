/// Names of imported queries: what they do, and to which table.
struct ImportNames {
  private var taken: Set<String>
  private let isFree: (String) -> Bool

  /// - Parameters:
  ///   - taken: the names of the manifest.
  ///   - isFree: whether no file has the name.
  init(taken: some Sequence<String>, isFree: @escaping (String) -> Bool) {
    self.taken = Set(taken.map { $0.lowercased() })
    self.isFree = isFree
  }

  mutating func name(of text: String) -> String {
    let base = ImportNames.base(of: text)
    var name = base
    var number = 1
    while taken.contains(name.lowercased()) || !isFree(name) {
      number += 1
      name = "\(base)_\(number)"
    }
    taken.insert(name.lowercased())
    return name
  }

  private static func base(of text: String) -> String {
    let bytes = Array(text.utf8)
    let words: [(word: String, isName: Bool)] = bytes.withUnsafeBytes { buffer in
      let lexer = SQLLexer(buffer, isScript: false)
      return SQLTokens(buffer).map { token in
        switch token.kind {
        case .word: (lexer.lowercased(token.range), true)
        case .quotedName: (String(decoding: lexer.value(of: token) ?? [], as: UTF8.self), true)
        default: (String(decoding: buffer[token.range], as: UTF8.self), false)
        }
      }
    }
    let verb = words.first { $0.isName }?.word ?? "query"
    let before = verb == "update" ? "update" : verb == "insert" ? "into" : "from"
    var table = ""
    for at in words.indices where words[at].word == before && table.isEmpty {
      var next = at + 1
      if words[safe: next]?.word == "only" { next += 1 }
      // The last part of a qualified name; a subquery or a function has none.
      while words[safe: next]?.isName == true, words[safe: next + 1]?.word == "." { next += 2 }
      let isCalled = before == "from" && words[safe: next + 1]?.word == "("
      if words[safe: next]?.isName == true, !isCalled { table = words[next].word }
    }
    let name = (verb == "with" ? "select" : verb) + (table.isEmpty ? "" : "_" + table)
    let parts = name.lowercased().unicodeScalars.split { scalar in
      !("a"..."z").contains(scalar) && !("0"..."9").contains(scalar)
    }
    return String(parts.map { String($0) }.joined(separator: "_").prefix(60))
  }
}
