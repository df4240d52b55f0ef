/// The parts of a statement that the rules look at.
struct ReachStatement {
  enum Token: Equatable {
    /// One of `ReachStatement.words`.
    case word(String)
    /// One of `ReachStatement.functions`, followed by its arguments.
    case call(String)
    /// A string, only in COPY.
    case string
    /// A parenthesis, only in COPY.
    case open, close
    /// psql's variable for the name of the database.
    case ownDatabase
    /// A position at which a name is inserted when the script runs.
    case hole
    /// Anything else, of any length.
    case other
  }

  /// Whether it is in a text that may be mere data.
  let mayBeData: Bool
  /// Whether it is psql's `\copy`, whose files are the client's.
  var isClientCopy = false
  private(set) var tokens: [(token: Token, line: Int)] = []
  /// Whether it is, or holds, a COPY, which is looked at more closely.
  private(set) var isCopy = false
  /// Whether a body of code follows: of DO, or of a function.
  private(set) var takesCode = false

  init(mayBeData: Bool) { self.mayBeData = mayBeData }

  var isEmpty: Bool { tokens.allSatisfy { $0.token == .other } }

  /// Whether a token adds nothing after the last one, as in long lists of values.
  func repeats(_ token: Token) -> Bool { (token == .other || token == .hole) && tokens.last?.token == token }

  mutating func add(_ token: Token, line: Int) {
    if repeats(token) { return }
    tokens.append((token, line))
    switch token {
    case .word("copy") where isStart(tokens.count - 1): isCopy = true
    case .word("do") where tokens.count == 1: takesCode = true
    case .word("function") where word(0) == "create", .word("procedure") where word(0) == "create": takesCode = true
    default: break
    }
  }

  /// Whether data follow it in the script.
  var readsData: Bool {
    guard isCopy, let (verb, target) = copyTarget(from: 0) else { return false }
    return verb == "from" && target == .word("stdin")
  }

  // MARK: Rules

  /// The effects outside its database.
  ///
  /// - Parameter asksForDatabase: whether an inserted name may be that of its own database.
  func reaches(asksForDatabase: Bool) -> [SeedReach] {
    var found: [SeedReach] = []
    for start in starts {
      if let (kind, what) = reach(at: start, asksForDatabase) {
        found.append(SeedReach(line: tokens[start].line, kind: kind, what: what))
      }
    }
    for index in tokens.indices {
      if let (kind, what) = use(at: index) { found.append(SeedReach(line: tokens[index].line, kind: kind, what: what)) }
    }
    return found
  }

  private var starts: [Int] { tokens.indices.filter(isStart) }

  /// Whether a statement can begin there: in the middle, only after words that precede one in PL/pgSQL.
  private func isStart(_ index: Int) -> Bool {
    index == 0 || ["begin", "then", "else", "loop", "atomic", "do"].contains(word(index - 1) ?? "")
  }

  private func word(_ index: Int) -> String? {
    guard tokens.indices.contains(index), case .word(let word) = tokens[index].token else { return nil }
    return word
  }

  private func reach(at start: Int, _ asksForDatabase: Bool) -> (SeedReach.Kind, String)? {
    guard let verb = word(start) else { return nil }
    let object = word(start + 1)
    let what = "\(verb) \(object ?? "")".uppercased()
    switch (verb, object) {
    case ("alter", "system"): return (.alterSystem, what)
    case ("create", "database"), ("drop", "database"): return (.database, what)
    case ("alter", "database"):
      return isOwnDatabase(start + 2, asksForDatabase) ? nil : (.database, what)
    case (_, "tablespace") where ["create", "drop", "alter"].contains(verb): return (.tablespace, what)
    case ("alter", "role"), ("alter", "user"), ("alter", "group"):
      // The setting may be for this database alone.
      if word(start + 2) == "mapping" { return nil }
      if let place = (start + 2...start + 6).first(where: { word($0) == "in" && word($0 + 1) == "database" }),
        isOwnDatabase(place + 2, asksForDatabase)
      {
        return nil
      }
      return (.alterRole, what)
    case ("drop", "role"), ("drop", "user"), ("drop", "group"):
      return word(start + 2) == "mapping" ? nil : (.dropRole, what)
    case ("drop", "owned"), ("reassign", "owned"): return (.dropRole, what)
    case ("create", "server"), ("alter", "server"): return (.remote, what)
    case (_, "subscription") where ["create", "drop", "alter"].contains(verb): return (.replication, what)
    case ("copy", _): return isClientCopy ? nil : copyReach(start)
    default: return nil
    }
  }

  private func isOwnDatabase(_ index: Int, _ asksForDatabase: Bool) -> Bool {
    guard tokens.indices.contains(index) else { return asksForDatabase }
    return tokens[index].token == .ownDatabase || tokens[index].token == .hole && asksForDatabase
  }

  // MARK: COPY

  private func copyReach(_ start: Int) -> (SeedReach.Kind, String)? {
    guard let (verb, target) = copyTarget(from: start) else { return nil }
    if target == .word("program") { return (.serverFiles, "COPY … \(verb.uppercased()) PROGRAM") }
    return verb == "to" && target != .word("stdout") ? (.serverFiles, "COPY … TO a file") : nil
  }

  /// The token after the FROM or TO of a COPY; queries in parentheses have their own FROM.
  private func copyTarget(from start: Int) -> (verb: String, target: Token)? {
    guard word(start) == "copy" else { return nil }
    var depth = 0
    for index in tokens.indices.dropFirst(start + 1) {
      switch tokens[index].token {
      case .open: depth += 1
      case .close: depth -= 1
      case .word(let verb) where depth <= 0 && (verb == "from" || verb == "to"):
        return tokens.indices.contains(index + 1) ? (verb, tokens[index + 1].token) : nil
      default: break
      }
    }
    return nil
  }

  // MARK: Functions and catalogs

  private func use(at index: Int) -> (SeedReach.Kind, String)? {
    switch tokens[index].token {
    case .call(let name):
      // A text that only mentions the function does not call it.
      if mayBeData, word(0).map({ !ReachStatement.callers.contains($0) }) ?? true { return nil }
      // GRANT … ON FUNCTION and similar statements do not call it either.
      let isQualified = index > 0 && tokens[index - 1].token == .other
      if let before = word(index - 1) ?? (isQualified ? word(index - 2) : nil),
        ["function", "procedure", "routine"].contains(before)
      {
        return nil
      }
      return ReachStatement.functions[name].map { ($0, "\(name)()") }
    case .word(let catalog) where ReachStatement.catalogs.contains(catalog):
      let isQualified = index > 1 && tokens[index - 1].token == .other
      guard let verb = word(index - 1) ?? (isQualified ? word(index - 2) : nil) else { return nil }
      let isDeletion = verb == "from" && (word(index - 2) == "delete" || isQualified && word(index - 3) == "delete")
      return isDeletion || verb == "update" || verb == "into" ? (.catalog, "a write to \(catalog)") : nil
    default: return nil
    }
  }

  /// The first words of texts that call functions.
  private static let callers: Set<String> = [
    "select", "perform", "call", "with", "insert", "update", "delete", "merge", "do", "begin", "create", "copy",
  ]

  /// Functions that reach beyond their database.
  static let functions: [String: SeedReach.Kind] = {
    let names: [SeedReach.Kind: [String]] = [
      .remote: [
        "dblink", "dblink_connect", "dblink_connect_u", "dblink_exec", "dblink_open", "dblink_send_query",
      ],
      .alterSystem: ["pg_reload_conf"],
      .serverFunctions: [
        "pg_terminate_backend", "pg_cancel_backend", "pg_rotate_logfile", "pg_promote", "pg_switch_wal",
        "pg_create_restore_point", "pg_start_backup", "pg_stop_backup", "pg_backup_start", "pg_backup_stop",
        "pg_wal_replay_pause", "pg_wal_replay_resume", "pg_stat_reset_shared", "pg_stat_reset_slru",
        "pg_stat_statements_reset",
      ],
      .serverFiles: ["lo_export", "pg_file_write", "pg_file_rename", "pg_file_unlink", "pg_file_sync"],
      .replication: [
        "pg_create_physical_replication_slot", "pg_create_logical_replication_slot",
        "pg_copy_physical_replication_slot", "pg_copy_logical_replication_slot", "pg_drop_replication_slot",
        "pg_replication_slot_advance",
        "pg_sync_replication_slots", "pg_replication_origin_create", "pg_replication_origin_drop",
        "pg_replication_origin_advance",
      ],
    ]
    return Dictionary(uniqueKeysWithValues: names.flatMap { kind, names in names.map { ($0, kind) } })
  }()

  /// The catalogs that all databases share.
  private static let catalogs: Set<String> = [
    "pg_authid", "pg_auth_members", "pg_database", "pg_db_role_setting", "pg_parameter_acl", "pg_replication_origin",
    "pg_shdepend", "pg_shdescription", "pg_shseclabel", "pg_subscription", "pg_tablespace",
  ]

  /// All words with a meaning here.
  static let words: Set<String> = catalogs.union(callers).union([
    "alter", "drop", "reassign", "system", "database", "tablespace", "role", "user", "group", "mapping", "owned",
    "server", "subscription", "program", "stdin", "stdout", "to", "from", "in", "into", "then", "else", "loop",
    "atomic", "function", "procedure", "routine", "set",
  ])

  /// The first words of texts that may be run; other texts are data.
  static let verbs: Set<String> = callers.union([
    "alter", "drop", "reassign", "execute", "declare", "set", "grant", "revoke",
  ])
}
