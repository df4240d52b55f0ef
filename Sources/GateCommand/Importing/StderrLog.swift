/// Puts entries of a log in plain text together, whatever its `log_line_prefix` is.
///
/// The severity ends the prefix: `LOG:  `, with two blanks. Further lines of a message begin with a tab.
struct StderrLog {
  private let prefix: LinePrefix?
  private var current: (entry: LogEntry, isDetail: Bool)?
  private var hasText = true

  /// - Parameter prefix: nil to find database and session by their usual forms.
  init(_ prefix: LinePrefix?) { self.prefix = prefix }

  private static let severities = [
    "LOG", "DETAIL", "STATEMENT", "ERROR", "CONTEXT", "HINT", "QUERY", "FATAL", "WARNING", "NOTICE", "INFO", "PANIC",
    "LOCATION", "BACKTRACE", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5",
  ].map { Array($0.utf8) }

  /// The severity of a line, and where its prefix ends and its text begins.
  static func marker(in line: [UInt8]) -> (severity: String, start: Int, end: Int)? {
    guard line.first != 0x09 else { return nil }
    var at = 0
    // No prefix is longer.
    while at + 2 < min(line.count, 400) {
      guard line[at] == UInt8(ascii: ":"), line[at + 1] == 0x20, line[at + 2] == 0x20 else {
        at += 1
        continue
      }
      for severity in severities where at >= severity.count && line[(at - severity.count)..<at].elementsEqual(severity)
      {
        let start = at - severity.count
        if start > 0, SQLLexer.isWordPart(line[start - 1]) { continue }
        return (String(decoding: severity, as: UTF8.self), start, at + 3)
      }
      at += 1
    }
    return nil
  }

  mutating func add(_ line: [UInt8]) -> [LogEntry] {
    guard let marker = StderrLog.marker(in: line) else {
      guard current != nil, hasText else { return [] }
      append(0x0a, line.first == 0x09 ? line.dropFirst() : line[...])
      return []
    }
    let text = line[marker.end...]
    switch marker.severity {
    case "LOG":
      let ended = end()
      let (database, session) = origin(Array(line[..<marker.start]))
      current = (LogEntry(message: Array(text), database: database, session: session), false)
      hasText = true
      return ended
    case "DETAIL" where current != nil:
      current?.isDetail = true
      hasText = true
      append(nil, text)
      return []
    case "CONTEXT", "HINT", "QUERY", "LOCATION", "BACKTRACE", "STATEMENT", "DETAIL":
      hasText = false
      return []
    default:
      hasText = false
      return end()
    }
  }

  mutating func end() -> [LogEntry] {
    defer { current = nil }
    return current.map { [$0.entry] } ?? []
  }

  private mutating func append(_ first: UInt8?, _ text: ArraySlice<UInt8>) {
    guard let current else { return }
    // A log that is no log has no message of this size.
    guard current.entry.message.count + current.entry.detail.count < LogLines.longest else { return }
    let added = (first.map { [$0] } ?? []) + text
    if current.isDetail { self.current?.entry.detail += added } else { self.current?.entry.message += added }
  }

  private func origin(_ text: [UInt8]) -> (database: String?, session: String) {
    let text = String(decoding: text, as: UTF8.self)
    if let prefix { return prefix.origin(text) }
    var database: String?
    if let match = text.firstMatch(of: /\b(?:db|database)=([^\s,\]]+)/) {
      database = String(match.1)
    } else if let match = text.firstMatch(of: /(?:^|[\s(])[^\s@(]+@([^\s@,:)]+)/) {
      database = String(match.1)
    }
    let session =
      text.firstMatch(of: /\[(\d+)(?:-\d+)?\]/).map { String($0.1) }
      ?? text.firstMatch(of: /\bpid=(\d+)/).map { String($0.1) } ?? ""
    return (database == "[unknown]" ? nil : database, session)
  }
}

/// A `log_line_prefix`, as the server's configuration has it.
struct LinePrefix: Equatable, Sendable {
  private enum Part: Equatable {
    case text(String)
    case escape(Character)
  }

  private var parts: [Part] = []

  init(_ text: String) {
    var rest = text[...]
    while let character = rest.popFirst() {
      if character == "%" {
        // Padding: %-10u.
        while let next = rest.first, next == "-" || next.isNumber { rest.removeFirst() }
        guard let kind = rest.popFirst() else { break }
        if kind == "%" { add("%") } else if kind != "q" { parts.append(.escape(kind)) }
      } else {
        add(character)
      }
    }
  }

  private mutating func add(_ character: Character) {
    if case .text(let text)? = parts.last {
      parts[parts.count - 1] = .text(text + String(character))
    } else {
      parts.append(.text(String(character)))
    }
  }

  func origin(_ line: String) -> (database: String?, session: String) {
    var rest = line[...]
    var (database, session): (String?, String) = (nil, "")
    for (index, part) in parts.enumerated() {
      switch part {
      case .text(let text):
        guard rest.hasPrefix(text) else { return (database, session) }
        rest = rest.dropFirst(text.count)
      case .escape(let kind):
        var end = rest.endIndex
        if index + 1 < parts.count, case .text(let next) = parts[index + 1] {
          end = rest.firstRange(of: next)?.lowerBound ?? rest.endIndex
        }
        let value = String(rest[..<end])
        rest = rest[end...]
        if kind == "d", value != "[unknown]" { database = value }
        if kind == "c" || kind == "p" && session.isEmpty { session = value }
      }
    }
    return (database, session)
  }
}
