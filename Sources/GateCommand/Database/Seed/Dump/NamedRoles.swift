import FoundationEssentials

/// The roles that a script names: as owners, in privileges and policies, as those that it switches to.
struct NamedRoles: Equatable {
  private(set) var named: Set<String> = []
  /// The roles that the script itself creates.
  private(set) var created: Set<String> = []
  /// The scripts that it includes.
  private(set) var includes: [(path: String, isRelativeToFile: Bool)] = []

  static func == (a: NamedRoles, b: NamedRoles) -> Bool { a.named == b.named && a.created == b.created }

  /// The roles that somebody else has to create, in alphabetical order.
  var missing: [String] { named.subtracting(created).sorted() }

  init() {}

  init(_ text: String) {
    var text = text
    self = text.withUTF8 { NamedRoles(UnsafeRawBufferPointer($0)) }
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    var reader = PsqlScriptReader(bytes)
    while let event = reader.next() {
      switch event {
      case .statement(let words, _, _, let range):
        guard let verb = words.first, NamedRoles.verbs.contains(verb) else { continue }
        take(verb, words, DumpStatement(bytes, range))
      case .command(let name, let arguments, _, _):
        guard ["i", "include", "ir", "include_relative"].contains(name), let path = arguments.first, !path.isEmpty
        else { continue }
        includes.append((path, name == "ir" || name == "include_relative"))
      case .copyData: break
      }
    }
  }

  /// The same for a script whose own statements may find the roles created.
  var withoutCreation: NamedRoles {
    var result = self
    result.named.formUnion(created)
    result.created = []
    return result
  }

  mutating func add(_ other: NamedRoles) {
    named.formUnion(other.named)
    created.formUnion(other.created)
  }

  private static let verbs: Set<String> = ["alter", "comment", "create", "grant", "reassign", "revoke", "set"]

  private mutating func take(_ verb: String, _ words: [String], _ statement: DumpStatement) {
    let object = statement.word(1)
    switch (verb, object) {
    case ("create", "role"), ("create", "user"), ("create", "group"):
      if object == "user", statement.word(2) == "mapping" { return names(after: "for", in: statement) }
      if let name = statement.name(2) { created.insert(name) }
    case ("alter", "role"), ("alter", "user"), ("alter", "group"):
      if statement.word(2) != "mapping" { add(statement, 2) }
    case ("alter", "default"):
      if let place = place(of: "for", in: statement) { names(in: statement, from: place + 2) }
      grant(statement)
    case ("alter", "policy"), ("create", "policy"):
      if place(of: "rename", in: statement) == nil { names(after: "to", in: statement) }
    case ("create", "schema"): names(after: "authorization", in: statement)
    case ("alter", _):
      if let place = place(of: "owner", in: statement), statement.word(place + 1) == "to" {
        names(in: statement, from: place + 2)
      }
    case ("comment", "on"): if statement.word(2) == "role" { add(statement, 3) }
    case ("reassign", "owned"): names(after: "by", in: statement)
    case ("grant", _), ("revoke", _): grant(statement)
    case ("set", "role"), ("set", "session"), ("set", "local"):
      let start = object == "role" ? 1 : 2
      if statement.word(start) == "role" || statement.word(start) == "authorization" { add(statement, start + 1) }
    default: break
    }
  }

  private mutating func grant(_ statement: DumpStatement) {
    let isMembership = place(of: "on", in: statement) == nil && statement.word(0) != "alter"
    if isMembership { names(in: statement, from: statement.word(1) == "admin" ? 4 : 1) }
    let place = statement.tokens.indices.last { ["to", "from"].contains(statement.word($0)) }
    if let place { names(in: statement, from: place + 1) }
  }

  private func place(of word: String, in statement: DumpStatement) -> Int? {
    statement.tokens.indices.first { statement.word($0) == word }
  }

  private mutating func names(after word: String, in statement: DumpStatement) {
    if let place = place(of: word, in: statement) { names(in: statement, from: place + 1) }
  }

  /// Adds names that are divided by commas.
  private mutating func names(in statement: DumpStatement, from start: Int) {
    var index = start
    while index < statement.tokens.count {
      if statement.word(index) == "group" { index += 1 }
      add(statement, index)
      guard statement.isSymbol(index + 1, ",") else { return }
      index += 2
    }
  }

  private mutating func add(_ statement: DumpStatement, _ index: Int) {
    guard let name = statement.name(index), !name.isEmpty, !name.hasPrefix("pg_") else { return }
    let isQuoted = statement.word(index).isEmpty
    if isQuoted || !NamedRoles.keywords.contains(name) { named.insert(name) }
  }

  private static let keywords: Set<String> = [
    "all", "current_role", "current_user", "default", "none", "public", "session_user", "user",
  ]
}
