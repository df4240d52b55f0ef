/// Which tables statements may write to, told from their words and the catalog, without running them.
///
/// It errs on the safe side: a table is among them if its name stands where a target may stand, whatever it means
/// there, in a statement or in a function that the statement may reach by a name, a trigger, a default, a constraint, a
/// policy, a rule, an operator or an event trigger. Foreign keys write as well: they lock the rows that they look for.
/// Where that cannot be told, nothing is: for dynamic SQL, for CASCADE, and for functions that write and whose text is
/// not SQL.
///
/// The catalog's tables and sequences are left out. Callers treat them as written to in any case.
struct WriteReach: Sendable {
  struct Relation: Sendable {
    let name: String
    /// The letter of `pg_class.relkind`.
    let kind: String
    /// The OID of the table whose files change with those of this relation: an index's table, or the relation itself.
    let table: String
  }

  struct Function: Sendable {
    let name: String
    let language: String
    let isVolatile: Bool
    let body: String
  }

  struct ForeignKey: Sendable {
    /// OIDs of tables.
    let referencing: String
    let referenced: String
    /// Whether it updates or deletes rows that reference another.
    let writes: Bool
  }

  /// All by OID.
  var relations: [String: Relation] = [:]
  var functions: [String: Function] = [:]
  var foreignKeys: [ForeignKey] = []
  /// Pairs of a child or partition and its parent.
  var parents: [(child: String, parent: String)] = []
  /// The functions of triggers, by table.
  var triggers: [String: Set<String>] = [:]
  /// The functions that the views, rules, defaults, constraints, policies and indexes of a relation call.
  var functionsOfRelations: [String: Set<String>] = [:]
  /// The relations that the views and rules of a relation name.
  var relationsOfRelations: [String: Set<String>] = [:]
  /// The functions that a function calls without naming them in a body.
  var functionsOfFunctions: [String: Set<String>] = [:]
  /// Functions that no statement has to name: those of operators, casts, types and event triggers.
  var alwaysReached: Set<String> = []
  /// The names of the server's own functions that may write, or run a text as a statement.
  var writingFunctions: Set<String> = []

  /// The tables that some statements may write to, by OID; nil if that cannot be told.
  func tables(writtenBy statements: some Sequence<String>) -> Set<String>? {
    var search = Search(self)
    for function in alwaysReached { search.reach(function: function) }
    for statement in statements { search.read(statement, isStatement: true) }
    return search.isUnknown ? nil : search.tables
  }

  /// What statements lead to.
  private struct Search {
    private let reach: WriteReach
    private let relationsByName: [String: [String]]
    private let functionsByName: [String: [String]]
    private var functions: Set<String> = []
    private var mentioned: Set<String> = []
    private var written: Set<String> = []
    private(set) var isUnknown = false

    init(_ reach: WriteReach) {
      self.reach = reach
      relationsByName = Dictionary(grouping: reach.relations.keys) { reach.relations[$0]?.name ?? "" }
      functionsByName = Dictionary(grouping: reach.functions.keys) { reach.functions[$0]?.name ?? "" }
    }

    /// The tables that are written to, and those whose rows foreign keys lock.
    var tables: Set<String> {
      var tables = written
      for key in reach.foreignKeys {
        if written.contains(key.referencing) { tables.insert(key.referenced) }
        if written.contains(key.referenced) { tables.insert(key.referencing) }
      }
      var waiting = Array(tables)
      while let table = waiting.popLast() {
        for pair in reach.parents where pair.parent == table && tables.insert(pair.child).inserted {
          waiting.append(pair.child)
        }
      }
      return tables
    }

    /// - Parameter isStatement: whether it is a statement, and not the body of a function.
    mutating func read(_ text: String, isStatement: Bool) {
      // Names with escapes are not decoded.
      if text.lowercased().contains("u&\"") { isUnknown = true }
      let words = SQLScanner(text).words
      let all = Set(words)
      if all.contains("execute") || !all.isDisjoint(with: reach.writingFunctions) || WriteReach.cascades(words) {
        isUnknown = true
      }
      if isUnknown { return }
      let targets = WriteReach.targets(in: words, isStatement: isStatement)
      for word in all {
        for function in functionsByName[word] ?? [] { reach(function: function) }
        for relation in relationsByName[word] ?? [] {
          targets.contains(word) ? write(relation) : mention(relation)
        }
      }
    }

    mutating func reach(function oid: String) {
      guard !isUnknown, functions.insert(oid).inserted, let function = reach.functions[oid] else { return }
      for other in reach.functionsOfFunctions[oid] ?? [] { reach(function: other) }
      switch function.language {
      case "sql", "plpgsql": read(function.body, isStatement: false)
      case "c", "internal": if function.isVolatile { isUnknown = true }
      default: isUnknown = true
      }
    }

    private mutating func mention(_ oid: String) {
      guard mentioned.insert(oid).inserted else { return }
      for function in reach.functionsOfRelations[oid] ?? [] { reach(function: function) }
      for relation in reach.relationsOfRelations[oid] ?? [] { mention(relation) }
    }

    private mutating func write(_ oid: String) {
      guard let relation = reach.relations[oid] else { return }
      if relation.table != oid { return write(relation.table) }
      mention(oid)
      guard written.insert(oid).inserted else { return }
      // Its rows are elsewhere, perhaps in this database.
      if relation.kind == "f" { isUnknown = true }
      for function in reach.triggers[oid] ?? [] { reach(function: function) }
      // REFRESH reads what a materialized view names.
      if relation.kind != "m" { for other in reach.relationsOfRelations[oid] ?? [] { write(other) } }
      for pair in reach.parents {
        if pair.child == oid { write(pair.parent) }
        if pair.parent == oid { write(pair.child) }
      }
      for key in reach.foreignKeys where key.writes && key.referenced == oid { write(key.referencing) }
    }
  }

  /// Whether a text drops or empties what depends on what it names: materialized views, typed tables, tables behind
  /// foreign keys of any kind.
  ///
  /// ON DELETE CASCADE and ON UPDATE CASCADE only define a foreign key.
  private static func cascades(_ words: [String]) -> Bool {
    words.indices.contains { index in
      words[index] == "cascade" && !(index > 0 && ["delete", "update"].contains(words[index - 1]))
    }
  }

  /// The words of a text that may name what it writes to.
  ///
  /// In statements that write rows, these are the few words after the one that a target follows.
  private static func targets(in words: [String], isStatement: Bool) -> Set<String> {
    if isStatement, let first = words.first, !rowCommands.contains(first) { return Set(words) }
    if !wholeCommands.isDisjoint(with: words) { return Set(words) }
    var targets: Set<String> = []
    for (index, word) in words.enumerated() {
      let before = index > 0 ? words[index - 1] : ""
      switch word {
      // FOR UPDATE and FOR NO KEY UPDATE lock rows of any table.
      case "update" where ["for", "key"].contains(before): return Set(words)
      case "into", "update": targets.formUnion(words[(index + 1)...].prefix(4))
      case "from" where before == "delete": targets.formUnion(words[(index + 1)...].prefix(4))
      default: break
      }
    }
    return targets
  }

  private static let rowCommands: Set<String> = ["select", "with", "values", "insert", "update", "delete", "merge"]

  /// Words of commands whose targets are not looked for.
  private static let wholeCommands: Set<String> = [
    "alter", "call", "cluster", "copy", "create", "drop", "lock", "refresh", "reindex", "share", "truncate", "vacuum",
  ]
}

extension WriteReach {
  /// The tables that the statements of a file may write to, by OID; nil if that cannot be told.
  func tables(writtenBy statements: [MigrationScript.Statement]) -> Set<String>? {
    statements.allSatisfy(\.isFollowed) ? tables(writtenBy: statements.map(\.text)) : nil
  }
}

extension MigrationScript.Statement {
  /// Whether all that it writes to is named in it or follows from the catalog as it was before the migration.
  fileprivate var isFollowed: Bool {
    let words = words.filter { !MigrationScript.Statement.optionalWords.contains($0) }
    if words.contains("tablespace") { return false }
    let object = words.dropFirst().first ?? ""
    switch words.first {
    case "select", "with", "values", "insert", "update", "delete", "merge", "truncate", "lock": return true
    case "begin", "start", "commit", "end", "rollback", "savepoint", "release", "set", "reset", "show": return true
    case "comment", "grant", "revoke": return true
    // Without names they are about all tables.
    case "analyze": return words.count > 1
    case "refresh": return true
    case "reindex": return ["index", "table"].contains(object)
    case "create", "drop":
      return ["index", "table", "view", "sequence", "statistics", "policy", "domain", "type"].contains(object)
        || words.starts(with: ["create", "schema"])
    case "alter":
      return ["table", "index", "view", "sequence", "statistics", "policy", "domain"].contains(object)
        || object == "type" && words.contains("value")
    default: return false
    }
  }

  private static let optionalWords: Set<String> = [
    "materialized", "or", "replace", "temp", "temporary", "unique", "unlogged",
  ]
}
