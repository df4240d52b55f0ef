/// What a file of SQL does, as far as `plangate init` has to know.
struct SQLSummary {
  /// The tables that it creates, as SQL names them, in order.
  private(set) var tables: [String] = []
  /// The extensions that it creates.
  private(set) var extensions: Set<String> = []
  /// Whether it inserts or copies rows.
  private(set) var hasRows = false
  /// Whether it defines something, such as a table or a function.
  private(set) var hasDefinitions = false
  /// Whether it leaves the database that it starts in.
  private(set) var changesDatabase = false
  /// Whether it has policies of row-level security.
  private(set) var hasPolicies = false
  private(set) var statementCount = 0
  private(set) var roles = NamedRoles()
  /// The names in its text that belong to Supabase: `auth`, `storage` ….
  private(set) var schemas: Set<String> = []
  /// The name of another database whose SQL it is; nil for PostgreSQL's.
  private(set) var otherDatabase: String?

  init() {}

  init(_ text: String) {
    var text = text
    text.withUTF8 { read(UnsafeRawBufferPointer($0)) }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) {
    roles = NamedRoles(bytes)
    var reader = PsqlScriptReader(bytes)
    while let event = reader.next() {
      switch event {
      case .statement(let words, _, _, let range):
        statementCount += 1
        take(words, DumpStatement(bytes, range, limit: 400))
      case .copyData: hasRows = true
      case .command(let name, _, _, _):
        if ["c", "connect"].contains(name) { changesDatabase = true }
        if name == "copy" { hasRows = true }
      }
    }
  }

  private mutating func take(_ words: [String], _ statement: DumpStatement) {
    if otherDatabase == nil { otherDatabase = SQLSummary.otherDatabase(statement) }
    switch words.first {
    case "insert", "copy": hasRows = true
    case "create", "alter", "drop", "grant", "comment": define(words, statement)
    default: break
    }
    for index in statement.tokens.indices where statement.isSymbol(index + 1, ".") {
      if let name = statement.name(index) { schemas.insert(name) }
    }
  }

  private mutating func define(_ words: [String], _ statement: DumpStatement) {
    hasDefinitions = true
    guard words.first == "create" else { return }
    var index = 1
    func skip(_ these: String...) {
      while these.contains(statement.word(index)) { index += 1 }
    }
    skip("unlogged", "global", "local")
    switch statement.word(index) {
    case "table":
      index += 1
      skip("if", "not", "exists")
      if let name = statement.qualifiedName(index) { tables.append(name) }
    case "extension":
      index += 1
      skip("if", "not", "exists")
      if let name = statement.name(index) { extensions.insert(name) }
    case "database": changesDatabase = true
    case "policy": hasPolicies = true
    default: break
    }
  }

  private static func otherDatabase(_ statement: DumpStatement) -> String? {
    if statement.word(0) == "pragma" { return "SQLite" }
    for index in statement.tokens.indices {
      switch statement.word(index) {
      case "auto_increment": return "MySQL"
      case "engine" where statement.isSymbol(index + 1, "=") && statement.word(index + 2) == "innodb": return "MySQL"
      case "autoincrement": return "SQLite"
      default: continue
      }
    }
    return nil
  }

  mutating func add(_ other: SQLSummary) {
    tables += other.tables
    extensions.formUnion(other.extensions)
    hasRows = hasRows || other.hasRows
    hasDefinitions = hasDefinitions || other.hasDefinitions
    changesDatabase = changesDatabase || other.changesDatabase
    hasPolicies = hasPolicies || other.hasPolicies
    statementCount += other.statementCount
    roles.add(other.roles)
    schemas.formUnion(other.schemas)
    otherDatabase = otherDatabase ?? other.otherDatabase
  }
}

extension DumpStatement {
  /// A name with its schema, if it has one, as SQL writes it.
  fileprivate func qualifiedName(_ index: Int) -> String? {
    guard let first = sqlName(index) else { return nil }
    guard isSymbol(index + 1, "."), let second = sqlName(index + 2) else { return first }
    return "\(first).\(second)"
  }

  private func sqlName(_ index: Int) -> String? {
    guard let name = name(index), !name.isEmpty else { return nil }
    return word(index).isEmpty ? "\"" + name.replacing("\"", with: "\"\"") + "\"" : name
  }
}

/// The summaries of files that were read.
final class SummaryCache {
  fileprivate var summaries: [String: SQLSummary] = [:]
}

extension ProjectTree {
  /// What a file of SQL does; of a file with a way down, only the way up counts, and of a large one only its first
  /// megabyte.
  func summary(_ path: String) -> SQLSummary? {
    if let known = summaries.summaries[path] { return known }
    guard let text = isLarge(path) && format(of: path) == .script ? beginning(path, 1 << 20) : text(path) else {
      return nil
    }
    let summary = SQLSummary(MigrationMarks(in: text)?.section(isDown: false, of: text) ?? text)
    summaries.summaries[path] = summary
    return summary
  }
}
