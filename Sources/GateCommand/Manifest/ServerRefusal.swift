import Postgres
import YAML

/// A position in the manifest of something that the server may reject.
struct ManifestPosition: Equatable, Sendable {
  let line: Int
  let column: Int
  let sourceLine: String?
}

extension ManifestPosition {
  init(_ mark: YAMLMark, in source: ManifestSource) {
    self.init(line: mark.line, column: mark.column, sourceLine: Diagnostic.line(mark.line, of: source.text))
  }
}

/// Something that the manifest asks of the server.
enum ServerWish: Hashable, Sendable {
  case locale, encoding, timeZone
  /// The whole of `settings:`.
  case settings
  /// A setting, its name in lower case.
  case setting(String)
  case role(String)
}

extension Manifest {
  /// The rejection by initdb or the server, reported at the position that asks for it; nil for any other error.
  func settingError(in error: Diagnostic) -> Diagnostic? {
    // An error of the seed is not an error of the manifest.
    guard error.file == nil, !error.message.hasPrefix("the seed") else { return nil }
    let refusal = ServerRefusal(error.message)
    let found =
      wish(named: refusal) ?? wish(forMemory: refusal) ?? wish(withValue: refusal) ?? roleWish(refusal)
      ?? wish(ofStart: error.message)
    guard let (wish, words) = found else { return nil }
    let subject =
      switch wish {
      case .locale: "'locale' is '\(configuration.locale)', and the server says"
      case .encoding: "'encoding' is '\(configuration.encoding)', and the server says"
      case .timeZone: "'timezone' is '\(configuration.timeZone)', and the server says"
      case .settings: "the server does not start with these settings; its log ends"
      case .setting(let name): "'settings' has '\(name)', and the server says"
      case .role(let name): "'roles' has '\(name)', and the server says"
      }
    let place = positions[wish]
    return Diagnostic(
      "\(subject): \(words)", file: path, line: place?.line, column: place?.column, sourceLine: place?.sourceLine)
  }

  private typealias Found = (wish: ServerWish, words: String)

  /// A setting, the locale or the encoding that the words name.
  private func wish(named refusal: ServerRefusal) -> Found? {
    for line in refusal.lines.reversed() {
      guard let name = line.parameter else { continue }
      if name == "timezone" || name == "log_timezone" { return (.timeZone, line.text) }
      if configuration.settings[name] != nil { return (.setting(name), line.text) }
    }
    for line in refusal.lines where refusal.isOfCreation {
      if line.text.contains("encoding") {
        // If the two do not match, the one that the manifest names is at fault.
        return (
          positions[.encoding] == nil && positions[.locale] != nil ? .locale : .encoding, refusal.words(from: line)
        )
      }
      if line.text.contains("locale") { return (.locale, refusal.words(from: line)) }
    }
    for line in refusal.lines.reversed() where !line.isHint {
      let words = Set(line.text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") })
      let named = configuration.settings.keys.filter { words.contains($0[...]) }.sorted()
      if let name = named.first { return (.setting(name), line.text) }
    }
    return nil
  }

  /// The settings that take shared memory, the largest first.
  private static let memory = [
    "huge_pages", "shared_buffers", "max_locks_per_transaction", "max_pred_locks_per_transaction", "max_connections",
    "max_prepared_transactions", "max_worker_processes", "wal_buffers", "track_activity_query_size",
  ]

  /// The settings that ask for more shared memory, or more sessions, than are available.
  private func wish(forMemory refusal: ServerRefusal) -> Found? {
    let isFull = refusal.lines.first { $0.text.contains("too many clients") || $0.text.contains("connection slots") }
    if let isFull, configuration.settings["max_connections"] != nil {
      return (.setting("max_connections"), isFull.text)
    }
    guard let line = refusal.lines.first(where: { $0.text.contains("shared memory") || $0.text.contains("semaphores") })
    else { return nil }
    let asked = Manifest.memory.filter { name in
      guard let value = configuration.settings[name]?.lowercased() else { return false }
      return name != "huge_pages" || !["try", "off", "false", "no", "0"].contains(value)
    }
    guard let first = asked.first else { return nil }
    let others = asked.dropFirst().map { "'\($0)'" }.joined(separator: ", ")
    return (.setting(first), line.text + (others.isEmpty ? "" : "\nother settings that need shared memory: \(others)"))
  }

  /// The setting whose value is quoted in the words: a library, a group, a file.
  private func wish(withValue refusal: ServerRefusal) -> Found? {
    for line in refusal.lines.reversed() {
      for quoted in line.quoted {
        for (name, value) in configuration.settings.sorted(by: { $0.key < $1.key }) {
          let elements = value.split(separator: ",").map { $0.trimming { " \"'".contains($0) } }
          let isMeant = elements.contains { element in
            element.count > 1
              && (quoted == element || quoted.hasSuffix("/\(element)") || quoted.hasSuffix("/\(element).so"))
          }
          if isMeant { return (.setting(name), line.text) }
        }
      }
    }
    return nil
  }

  private func roleWish(_ refusal: ServerRefusal) -> Found? {
    for line in refusal.lines where line.text.contains("role") {
      let role = roles.first { line.text.contains("role name \"\($0)\"") || line.text.contains("the role '\($0)' of") }
      if let role { return (.role(role), refusal.words(from: line)) }
    }
    return nil
  }

  /// The settings as a whole, when a server with such settings does not start for an unrecognized reason.
  private func wish(ofStart message: String) -> Found? {
    guard !configuration.settings.isEmpty, message.hasPrefix("the server does not start"),
      let end = message.firstIndex(of: "\n")
    else { return nil }
    return (.settings, String(message[end...]))
  }
}

/// The words of initdb or of the server, line by line.
private struct ServerRefusal {
  struct Line {
    let text: String
    let isHint: Bool

    /// The name in `parameter "work_mem"`, in lower case.
    var parameter: String? {
      guard let range = text.firstRange(of: "parameter \"") else { return nil }
      return text[range.upperBound...].split(separator: "\"").first?.lowercased()
    }

    /// The parts of the line in quotes.
    var quoted: [Substring] {
      let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
      return parts.indices.filter { $0 % 2 == 1 && $0 + 1 < parts.count }.map { parts[$0] }
    }
  }

  /// The lines that say what is wrong, without initdb's report of its settings before them.
  let lines: [Line]
  /// Whether initdb or CREATE DATABASE may have said it: no such object, no such value, wrong kind of object.
  let isOfCreation: Bool

  init(_ message: String) {
    isOfCreation =
      message.hasPrefix("initdb failed")
      || ["42704", "22023", "42809"].contains { message.contains("(SQLSTATE \($0))") }
    let isInitdb = message.hasPrefix("initdb failed")
    lines = message.split(separator: "\n").filter { !isInitdb || $0.contains("initdb: ") }.map { line in
      var text = line.drop { $0 == " " }
      for mark in ["initdb: error: ", "initdb: ", "LOG: ", "FATAL: ", "HINT: ", "postgres: "] {
        guard let end = text.firstRange(of: mark)?.upperBound else { continue }
        text = text[end...].drop { $0 == " " }
        break
      }
      // The log names a file that plangate wrote and has removed.
      text = text[..<(text.firstRange(of: " in file ")?.lowerBound ?? text.endIndex)]
      return Line(text: String(text), isHint: line.contains("HINT: ") || line.contains("hint: "))
    }
  }

  /// A line and the following ones, without advice that is meant for users of initdb.
  func words(from line: Line) -> String {
    lines.drop { $0.text != line.text }.filter { !($0.isHint && $0.text.contains("initdb")) }.prefix(3).map(\.text)
      .joined(separator: "\n")
  }
}

extension Substring {
  fileprivate func trimming(_ isOuter: (Character) -> Bool) -> Substring {
    var text = drop(while: isOuter)
    while let last = text.last, isOuter(last) { text = text.dropLast() }
    return text
  }
}
