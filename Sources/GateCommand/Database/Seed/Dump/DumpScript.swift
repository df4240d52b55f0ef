import FoundationEssentials
import OperatingSystem

/// The changes that let a plain dump fill plangate's own database, on a server older than its pg_dump.
///
/// A dump made with `--create`, or by pg_dumpall, makes its own database and connects to it. What it says of that
/// database goes to plangate's own instead; what it says of other databases, of tablespaces and of roles that exist is
/// left out. Each line keeps its number. Scripts that pg_dump did not write are changed only where they set a setting
/// that the server is too old for.
struct DumpScript {
  /// What the dump is restored into.
  struct Target: Sendable {
    var major: Int
    /// The role that restores, whose attributes must stay.
    var user: String
    /// Whether plangate must not make or change roles by itself.
    var isGiven: Bool
    /// Whether psql knows `\restrict`.
    var knowsRestrict = true

    /// Any server, for looking at what a dump reaches.
    static let anyGiven = Target(major: .max, user: "", isGiven: true)
  }

  /// The text to run; nil when the file can be run as it is.
  private(set) var text: Data?
  /// The settings that are too new for the server, by name, with the versions that brought them.
  private(set) var skipped: [String: Int] = [:]
  /// The databases that the dump fills, if there are several.
  private(set) var databases: [String] = []

  private let target: Target
  private var edits: [(range: Range<Int>, text: [UInt8])] = []

  init(_ bytes: UnsafeRawBufferPointer, for target: Target) {
    self.target = target
    // pg_dump says at the beginning what kind of dump follows.
    let start = UnsafeRawBufferPointer(rebasing: bytes.prefix(DumpScript.startSize))
    let isCluster = DumpScript.isCluster(bytes)
    let mayCreate = DumpScript.find(" WITH TEMPLATE = template0 ", in: start) != nil
    let isRestricted = !target.knowsRestrict && DumpScript.find("\n\\restrict ", in: start) != nil
    if isCluster || mayCreate || isRestricted {
      let made = isCluster || mayCreate ? DumpScript.created(in: bytes) : []
      let names = Set(made).subtracting(["postgres", "template1"])
      if isCluster, names.count > 1 {
        databases = names.sorted()
        return
      }
      edit(bytes, made: isCluster && names.isEmpty ? ["postgres"] : names, isCluster: isCluster)
    } else if DumpScript.mayBeTooNew(start, for: target) {
      edit(start, made: [], isCluster: false)
    }
    if !edits.isEmpty { text = edited(bytes) }
  }

  /// Whether pg_dumpall wrote a script.
  static func isCluster(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = UnsafeRawBufferPointer(rebasing: bytes.prefix(startSize))
    return find("\n-- PostgreSQL database cluster dump\n", in: start) != nil
  }

  /// The size of the part of a file in which pg_dump sets the session up.
  private static let startSize = 1 << 16

  private static func find(_ text: String, in bytes: UnsafeRawBufferPointer) -> Int? {
    bytes.firstRange(of: Array(text.utf8))?.lowerBound
  }

  private static func mayBeTooNew(_ bytes: UnsafeRawBufferPointer, for target: Target) -> Bool {
    target.major < 17 && find("transaction_timeout", in: bytes) != nil
  }

  /// The databases that pg_dump's own CREATE DATABASE makes.
  private static func created(in bytes: UnsafeRawBufferPointer) -> [String] {
    var names: [String] = []
    var reader = PsqlScriptReader(bytes)
    while let event = reader.next() {
      guard case .statement(let words, _, _, let range) = event, words.starts(with: ["create", "database"]) else {
        continue
      }
      let statement = DumpStatement(bytes, range)
      if statement.word(3) == "with", statement.word(4) == "template", let name = statement.name(2) {
        names.append(name)
      }
    }
    return names
  }

  // MARK: Edits

  private mutating func edit(_ bytes: UnsafeRawBufferPointer, made: Set<String>, isCluster: Bool) {
    var reader = PsqlScriptReader(bytes)
    // Where a part begins that fills another database.
    var start: Int?
    while let event = reader.next() {
      switch event {
      case .command(let name, let arguments, _, let range):
        switch name {
        case "c", "connect":
          guard !made.isEmpty, let database = DumpScript.database(arguments) else { continue }
          if let start { cut(start..<range.lowerBound, bytes) }
          start = nil
          if made.contains(database) {
            cut(range, bytes)
          } else if isCluster {
            start = range.lowerBound
          }
        case "restrict", "unrestrict": if !target.knowsRestrict, start == nil { cut(range, bytes) }
        default: break
        }
      case .statement(let words, _, _, let range) where start == nil:
        edit(words, DumpStatement(bytes, range), made, isCluster: isCluster)
      default: break
      }
    }
    if let start { cut(start..<bytes.count, bytes) }
  }

  /// The database that `\connect` names; nil where the name is not in the text.
  private static func database(_ arguments: [String]) -> String? {
    guard let last = arguments.last(where: { !$0.hasPrefix("-reuse-previous=") }), last != "-" else { return nil }
    guard let start = last.firstRange(of: "dbname='")?.upperBound else { return arguments.count == 1 ? last : nil }
    var name = ""
    var isEscaped = false
    for character in last[start...] {
      if isEscaped {
        name.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "'" {
        break
      } else {
        name.append(character)
      }
    }
    return name
  }

  private mutating func edit(
    _ words: [String], _ statement: DumpStatement, _ made: Set<String>, isCluster: Bool
  ) {
    let (verb, object) = (words.first ?? "", words.dropFirst().first ?? "")
    switch (verb, object) {
    case ("set", _):
      if isTooNew(object) || (!made.isEmpty || isCluster) && object == "default_tablespace" && !statement.isEmpty(3) {
        cut(statement)
      }
    case _ where made.isEmpty && !isCluster: break
    case ("create", "database"), ("drop", "database"), ("create", "tablespace"), ("drop", "tablespace"),
      ("alter", "tablespace"):
      cut(statement)
    case ("alter", "database"):
      let setting = statement.word(4)
      guard let name = statement.name(2), made.contains(name), statement.word(3) == "set", setting != "tablespace",
        !isTooNew(setting)
      else { return cut(statement) }
      replace(statement.tokens[2].range, #":"DBNAME""#)
    case ("alter", "role"), ("alter", "user"): alterRole(statement, made)
    case ("comment", "on"), ("security", "label"):
      let kind = statement.tokens.indices.first { statement.word($0) == "on" }.map { statement.word($0 + 1) }
      if kind == "database" || kind == "tablespace" || kind == "role" && target.isGiven { cut(statement) }
    case ("grant", _), ("revoke", _): grant(statement, isCluster: isCluster)
    case ("create", "role"), ("create", "user"):
      guard isCluster, statement.word(2) != "mapping" else { break }
      if target.isGiven { return cut(statement) }
      replace(statement.range.lowerBound..<statement.range.lowerBound, "DO $plangate$ BEGIN ")
      replace(
        statement.range.upperBound..<statement.range.upperBound,
        "; EXCEPTION WHEN duplicate_object THEN NULL; END $plangate$")
    case ("drop", "role"), ("drop", "user"): if isCluster, statement.word(2) != "mapping" { cut(statement) }
    case ("update", _): if isCluster, statement.name(3) == "pg_database" { cut(statement) }
    default: break
    }
  }

  private mutating func alterRole(_ statement: DumpStatement, _ made: Set<String>) {
    let name = statement.name(2)
    if statement.word(3) == "in", statement.word(4) == "database" {
      guard let database = statement.name(5), made.contains(database), !isTooNew(statement.word(7)) else {
        return cut(statement)
      }
      replace(statement.tokens[5].range, #":"DBNAME""#)
    } else if target.isGiven || name == target.user || statement.word(3) == "set" && isTooNew(statement.word(4)) {
      cut(statement)
    }
  }

  /// Leaves out privileges on databases and tablespaces, and what memberships in roles have beyond the two roles.
  private mutating func grant(_ statement: DumpStatement, isCluster: Bool) {
    if let on = statement.tokens.indices.first(where: { statement.word($0) == "on" }) {
      if ["database", "tablespace", "parameter"].contains(statement.word(on + 1)) { cut(statement) }
      return
    }
    guard isCluster, statement.word(0) == "grant" else { return }
    if target.isGiven { return cut(statement) }
    let indices = statement.tokens.indices
    // The role that granted it may not be allowed to do so here.
    let by = indices.first { statement.word($0) == "granted" && statement.word($0 + 1) == "by" }
    if let by { cut(statement.tokens[by].range.lowerBound..<statement.range.upperBound, statement.bytes) }
    guard target.major < 16, let with = indices.first(where: { statement.word($0) == "with" }) else { return }
    let end = by.map { statement.tokens[$0].range.lowerBound } ?? statement.range.upperBound
    let options = statement.tokens.indices[with...].filter { $0 < by ?? .max }
    let isAdmin = options.contains { statement.word($0) == "admin" && statement.word($0 + 1) != "false" }
    replace(statement.tokens[with].range.lowerBound..<end, isAdmin ? "WITH ADMIN OPTION " : "")
  }

  /// Whether the server is too old for a setting, which is then noted.
  private mutating func isTooNew(_ setting: String) -> Bool {
    guard let version = NewerSettings.version(of: setting), version > target.major else { return false }
    skipped[setting] = version
    return true
  }

  private mutating func cut(_ statement: DumpStatement) { cut(statement.range, statement.bytes) }

  /// Removes a part of the text but its line feeds.
  private mutating func cut(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) {
    edits.append((range, bytes[range].filter { $0 == 0x0a }))
  }

  private mutating func replace(_ range: Range<Int>, _ text: String) { edits.append((range, Array(text.utf8))) }

  private func edited(_ bytes: UnsafeRawBufferPointer) -> Data { DumpScript.edited(bytes, edits) }

  private static func edited(
    _ bytes: UnsafeRawBufferPointer, _ edits: [(range: Range<Int>, text: [UInt8])]
  ) -> Data {
    var text = Data(capacity: bytes.count + 1024)
    var at = 0
    let ordered = edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    for (_, edit) in ordered where edit.range.lowerBound >= at {
      text.append(contentsOf: bytes[at..<edit.range.lowerBound])
      text.append(contentsOf: edit.text)
      at = edit.range.upperBound
    }
    text.append(contentsOf: bytes[at...])
    return text
  }
}

extension DumpScript {
  /// Whether a psql of this version knows `\restrict`, which came with minor releases of all majors.
  static func knowsRestrict(_ version: String) -> Bool {
    let numbers = version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
    guard let major = numbers.first else { return true }
    let first = [13: 22, 14: 19, 15: 14, 16: 10, 17: 6][major] ?? (major < 13 ? .max : 0)
    return (numbers.dropFirst().first ?? 0) >= first
  }

  /// A script whose `\ir` commands name their files in full, to be run from elsewhere; nil for one without any.
  ///
  /// - Parameter path: the absolute path of the script.
  static func withPlacedIncludes(_ bytes: UnsafeRawBufferPointer, beside path: String) -> Data? {
    guard find("\\i", in: bytes) != nil else { return nil }
    var edits: [(range: Range<Int>, text: [UInt8])] = []
    var reader = PsqlScriptReader(bytes)
    while let event = reader.next() {
      guard case .command(let name, let arguments, _, let range) = event, name == "ir" || name == "include_relative",
        let file = arguments.first, !file.isEmpty
      else { continue }
      let place = joined(parentDirectory(of: path), file).replacing("\\", with: "\\\\").replacing("'", with: "\\'")
      edits.append((range, Array("\\i '\(place)'".utf8)))
    }
    return edits.isEmpty ? nil : edited(bytes, edits)
  }

  /// The error for an archive of a newer pg_dump.
  ///
  /// - Parameters:
  ///   - format: the version of the archive's format, as pg_restore names it: `1.16`.
  ///   - pgRestore: the version of pg_restore.
  static func unreadable(_ format: String, pgRestore: String, _ path: String) -> String {
    let major = pgRestore.prefix { $0.isNumber }
    let needed = ["1.15": "16", "1.16": "17"][format]
    let tool = needed.map { "pg_restore \($0) or newer" } ?? "a newer pg_restore"
    let server = needed.map { "PostgreSQL \($0) or newer (--postgres \($0))" } ?? "a newer PostgreSQL (--postgres)"
    return "the dump needs \(tool), and pg_restore of PostgreSQL \(major) cannot read it\n"
      + "use \(server), or convert it with that pg_restore: pg_restore -f dump.sql \(path)"
  }
}

/// A statement of a script as its tokens.
struct DumpStatement {
  let bytes: UnsafeRawBufferPointer
  let range: Range<Int>
  private(set) var tokens: [SQLToken] = []
  private let lexer: SQLLexer

  /// - Parameter limit: how many tokens are of interest.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, limit: Int = 200) {
    (self.bytes, self.range) = (bytes, range)
    lexer = SQLLexer(bytes, at: range.lowerBound, end: range.upperBound, isScript: true)
    var reader = lexer
    while tokens.count < limit, let token = reader.next() { tokens.append(token) }
  }

  /// An unquoted word in lower case; empty for any other token.
  func word(_ index: Int) -> String {
    guard tokens.indices.contains(index), tokens[index].kind == .word else { return "" }
    return lexer.lowercased(tokens[index].range)
  }

  /// The name that a token stands for, also in single quotes; nil for any other token.
  func name(_ index: Int) -> String? {
    guard tokens.indices.contains(index) else { return nil }
    switch tokens[index].kind {
    case .word: return lexer.lowercased(tokens[index].range)
    case .quotedName, .string: return lexer.value(of: tokens[index]).map { String(decoding: $0, as: UTF8.self) }
    default: return nil
    }
  }

  func isSymbol(_ index: Int, _ character: Character) -> Bool {
    tokens.indices.contains(index) && tokens[index].isSymbol(character)
  }

  /// Whether a token is missing, or an empty text.
  func isEmpty(_ index: Int) -> Bool { tokens.indices.contains(index) ? name(index) == "" : true }
}
