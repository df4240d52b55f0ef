import FoundationEssentials
import Reporting

/// One migration, in the order of the manifest.
struct Migration: Equatable, Sendable {
  enum Source: Equatable, Sendable {
    case file(MigrationFile)
    /// A shell command and the files that its result depends on.
    case command(String, inputs: [String])
  }

  let source: Source
  /// What else the manifest says of a command: its name, whether it needs TCP, whether its clock counts.
  var command: SeedStep?
  var ignoresClock = false

  /// The file as the user would name it; nil for a command.
  var file: String? { if case .file(let file) = source { file.path } else { nil } }

  /// How reports name it: the file's name, or the first line of a command.
  var name: String {
    switch source {
    case .file(let file): file.name
    case .command(let text, _): command?.name?.visible ?? ShellCommand(text).telling
    }
  }

  /// The step that runs it.
  var step: SeedStep {
    var step: SeedStep
    switch source {
    case .file(let file): step = .migration(file)
    case .command(let text, let inputs): step = command ?? .command(text, inputs: inputs)
    }
    if ignoresClock { step.ignoresClock = true }
    return step
  }
}

/// A file with a migration, by the conventions of the tool that runs it.
struct MigrationFile: Equatable, Sendable {
  /// The path as the user would name it.
  let path: String
  /// The file's name, with its directory's where files of all migrations have the same name.
  let name: String
  let naming: MigrationNaming
  /// The file with the way down, for tools that have one.
  var downPath: String?
  /// The values of `${name}` in files of Flyway.
  var placeholders: [String: String] = [:]

  /// The part of the file's text that is run.
  func up(_ text: String) -> MigrationScript { MigrationScript(text, of: self, isDown: false) }

  /// The part that takes the migration back; nil where there is none.
  func down(_ text: String) -> MigrationScript? {
    if let downPath { return readText(downPath).map { MigrationScript($0, of: self, isDown: true) } }
    return MigrationMarks(in: text)?.hasDown == true ? MigrationScript(text, of: self, isDown: true) : nil
  }

  private func readText(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The statements of a migration.
struct MigrationScript: Equatable, Sendable {
  struct Statement: Equatable, Sendable {
    /// Without the semicolon.
    let text: String
    /// The line of the file on which it begins, from 1.
    let line: Int
    /// Its first words in lower case, at most eight.
    let words: [String]
  }

  let statements: [Statement]
  /// Whether the statements run in one transaction that the migration does not begin itself.
  let isTransactional: Bool
  /// Whether only psql can run it: it holds psql's commands or the rows of a COPY.
  let needsPsql: Bool
  /// The line of the first placeholder without a value, and its name.
  private(set) var unknownPlaceholder: (line: Int, name: String)?

  static func == (a: MigrationScript, b: MigrationScript) -> Bool {
    a.statements == b.statements && a.isTransactional == b.isTransactional && a.needsPsql == b.needsPsql
  }

  init(_ text: String, of file: MigrationFile, isDown: Bool) {
    let marks = file.downPath == nil || !isDown ? MigrationMarks(in: text) : nil
    var text = marks?.section(isDown: isDown, of: text) ?? text
    if file.naming.isFlyway {
      (text, unknownPlaceholder) = MigrationScript.filled(text, file.placeholders)
    }
    (statements, needsPsql) = MigrationScript.divided(text)
    let optsOut = marks?.isWithoutTransaction(isDown: isDown) ?? MigrationMarks.hasNoTransactionLine(text)
    isTransactional =
      !optsOut && !statements.contains(where: \.beginsTransaction)
      && (marks != nil || statements.count > 1)
      && !(file.naming.isFlyway && statements.allSatisfy(\.refusesTransaction))
  }

  /// The statements of an SQL file, and whether there is more in it, which only psql can run.
  static func divided(_ text: String) -> (statements: [Statement], needsPsql: Bool) {
    var statements: [Statement] = []
    var needsPsql = false
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { bytes in
      var reader = PsqlScriptReader(bytes)
      while let event = reader.next() {
        switch event {
        case .statement(let words, _, let mark, let range):
          statements.append(
            Statement(text: String(decoding: bytes[range], as: UTF8.self), line: mark.line, words: words))
        case .copyData, .command: needsPsql = true
        }
      }
    }
    return (statements, needsPsql)
  }

  /// A text with the values of its placeholders.
  private static func filled(
    _ text: String, _ values: [String: String]
  ) -> (text: String, unknown: (line: Int, name: String)?) {
    var filled = ""
    var unknown: (line: Int, name: String)?
    var rest = text[...]
    while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      filled += rest[..<start.lowerBound]
      let name = String(rest[start.upperBound..<end])
      if let value = values[name] ?? MigrationScript.standardPlaceholders[name] {
        filled += value
      } else {
        unknown = unknown ?? (filled.utf8.count { $0 == UInt8(ascii: "\n") } + 1, name)
        filled += rest[start.lowerBound...end]
      }
      rest = rest[rest.index(after: end)...]
    }
    return (filled + rest, unknown)
  }

  /// What Flyway fills in by itself, where it does not depend on the server.
  private static let standardPlaceholders = ["flyway:defaultSchema": "public"]
}

extension MigrationScript.Statement {
  var beginsTransaction: Bool {
    words.first == "begin" || words.starts(with: ["start", "transaction"])
  }

  /// Whether it changes neither tables nor rows, and takes no locks.
  var onlySets: Bool {
    switch words.first {
    case "begin", "start", "savepoint", "release", "show", "reset": true
    case "set": words.dropFirst().first != "constraints"
    default: false
    }
  }

  /// Whether PostgreSQL runs it only outside of a transaction.
  var refusesTransaction: Bool {
    switch words.first {
    case "vacuum": true
    case "create", "drop":
      words.contains("concurrently") || ["database", "tablespace"].contains(words.dropFirst().first)
    case "reindex": words.contains("concurrently") || ["database", "system"].contains(words.dropFirst().first)
    case "refresh": false
    case "alter":
      words.dropFirst().first == "system" || words.contains("detach") && text.lowercased().contains("concurrently")
    default: false
    }
  }
}

/// The comments by which tools divide a file into the way up and the way down.
struct MigrationMarks {
  private enum Mark {
    case up(isWithoutTransaction: Bool)
    case down(isWithoutTransaction: Bool)
    case noTransaction
  }

  private var marks: [(line: Int, mark: Mark)] = []
  /// Whether what comes before the first mark is a part of the way up.
  private var beginsUp = false

  /// Nil for a text without a mark for the way up or down.
  init?(in text: String) {
    for (line, words) in text.linesOfScalars.enumerated() {
      guard let mark = MigrationMarks.mark(words) else { continue }
      if words.hasPrefix("----") { beginsUp = true }
      marks.append((line, mark))
    }
    if !marks.contains(where: { if case .noTransaction = $0.mark { false } else { true } }) { return nil }
  }

  var hasDown: Bool { marks.contains { if case .down = $0.mark { true } else { false } } }

  private static func mark(_ line: Substring) -> Mark? {
    let words = line.lowercased().split { $0 == " " || $0 == "\t" || $0 == "\r" }
    if words.prefix(8) == ["----", "create", "above", "/", "drop", "below", "----"] {
      return .down(isWithoutTransaction: false)
    }
    guard line.hasPrefix("--") else { return nil }
    let text = line.lowercased().dropFirst(2).drop { $0 == " " || $0 == "\t" }
    let rest = text.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    switch rest.first {
    case "+goose", "+migrate":
      switch rest.dropFirst().first {
      case "up": return .up(isWithoutTransaction: rest.contains("notransaction"))
      case "down": return .down(isWithoutTransaction: rest.contains("notransaction"))
      case "no": return rest.dropFirst(2).first == "transaction" ? .noTransaction : nil
      default: return nil
      }
    case "migrate:up": return .up(isWithoutTransaction: rest.contains("transaction:false"))
    case "migrate:down": return .down(isWithoutTransaction: rest.contains("transaction:false"))
    default: return nil
    }
  }

  /// Whether a file without marks begins with the line by which sqlx runs it without a transaction.
  static func hasNoTransactionLine(_ text: String) -> Bool {
    text.linesOfScalars[0].split { $0 == " " || $0 == "\r" } == ["--", "no-transaction"]
  }

  func isWithoutTransaction(isDown: Bool) -> Bool {
    marks.contains { _, mark in
      switch mark {
      case .up(let isWithout): !isDown && isWithout
      case .down(let isWithout): isDown && isWithout
      case .noTransaction: true
      }
    }
  }

  /// The lines of one way; those of the other are empty, so that the numbers of lines stay.
  func section(isDown: Bool, of text: String) -> String {
    var isInside = beginsUp && !isDown
    var marks = marks[...]
    return text.linesOfScalars.enumerated().map { line, words in
      guard let next = marks.first, next.line == line else { return isInside ? String(words) : "" }
      marks.removeFirst()
      switch next.mark {
      case .up: isInside = !isDown
      case .down: isInside = isDown
      case .noTransaction: break
      }
      return ""
    }.joined(separator: "\n")
  }
}

extension String {
  /// The lines, those of Windows with their carriage return.
  ///
  /// With the line feed it is one Character, at which `split(separator: "\n")` divides nothing.
  var linesOfScalars: [Substring] {
    unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
  }
}
