import JSON

/// An entry of a server's log, as far as a statement can be in it.
struct LogEntry: Equatable, Sendable {
  var message: [UInt8]
  var detail: [UInt8] = []
  /// The database; nil if the log does not say.
  var database: String?
  /// What tells the sessions apart; empty if the log does not say.
  var session = ""
}

/// The kinds of logs.
enum LogFormat: Equatable, Sendable {
  case csv, json, stderr, rails, sqlAlchemy, django

  /// The kind of a log, by its first lines; nil if it cannot be told.
  init?(of lines: [[UInt8]]) {
    var votes: [LogFormat: Int] = [:]
    for line in lines {
      if let format = LogFormat(ofLine: String(decoding: line.prefix(2000), as: UTF8.self)) {
        votes[format, default: 0] += 1
      }
    }
    guard let best = votes.max(by: { $0.value < $1.value }) else { return nil }
    self = best.key
  }

  private init?(ofLine line: String) {
    let text = line.drop { $0 == " " }
    if text.hasPrefix("{"), text.contains("\"error_severity\"") || text.contains("\"pid\"") {
      self = .json
    } else if text.contains("INFO sqlalchemy.engine") || text.contains("INFO:sqlalchemy.engine") {
      self = .sqlAlchemy
    } else if CSVLog.begins(Array(line.utf8)) {
      self = .csv
    } else if StderrLog.marker(in: Array(line.utf8)) != nil {
      self = .stderr
    } else if text.contains("; args=") {
      self = .django
    } else if text.contains("ms)"), RailsLog.statement(in: line) != nil {
      self = .rails
    } else if DjangoLog.duration(line) != nil {
      self = .django
    } else {
      return nil
    }
  }
}

/// Puts entries of csvlog together, whose fields hold line ends.
struct CSVLog {
  private var lines: [[UInt8]] = []
  private var quotes = 0
  /// The records that were cut off or are none.
  private(set) var broken = 0

  /// The most lines of a record.
  private static let longest = 5000

  /// Whether a line begins a record: `2026-01-01 10:00:00.123 UTC,`.
  static func begins(_ line: [UInt8]) -> Bool {
    guard line.count > 24, let comma = line.prefix(48).firstIndex(of: UInt8(ascii: ",")) else { return false }
    let pattern = Array("0000-00-00 00:00:00.".utf8)
    let isTime = zip(line, pattern).allSatisfy { byte, form in
      form == UInt8(ascii: "0") ? (48...57).contains(byte) : byte == form
    }
    return isTime && line[..<comma].contains(UInt8(ascii: " "))
  }

  /// - Returns: the entries that end with the line.
  mutating func add(_ line: [UInt8]) -> [LogEntry] {
    var entries: [LogEntry] = []
    // A record of another file follows one that was cut off, or the quotes of the text are odd.
    if !lines.isEmpty, lines.count >= CSVLog.longest || CSVLog.begins(line) && isCut(before: line) {
      broken += 1
      lines = []
      quotes = 0
    }
    if lines.isEmpty, !CSVLog.begins(line) {
      if !line.isEmpty { broken += 1 }
      return []
    }
    lines.append(line)
    quotes += line.count { $0 == UInt8(ascii: "\"") }
    if quotes.isMultiple(of: 2) {
      if let entry = CSVLog.entry(Array(lines.joined(separator: [0x0a]))) { entries.append(entry) } else { broken += 1 }
      lines = []
      quotes = 0
    }
    return entries
  }

  mutating func end() -> [LogEntry] {
    if !lines.isEmpty { broken += 1 }
    return []
  }

  /// Whether a line is the beginning of a record rather than a part of a text: it has the fields of one.
  private func isCut(before line: [UInt8]) -> Bool {
    let fields = CSVLog.fields(line)
    return fields.count >= 12 && CSVLog.severities.contains(String(decoding: fields[11], as: UTF8.self))
  }

  private static let severities: Set = [
    "LOG", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5",
    "DEBUG",
  ]

  private static func entry(_ record: [UInt8]) -> LogEntry? {
    let fields = fields(record)
    guard fields.count >= 23, severities.contains(String(decoding: fields[11], as: UTF8.self)) else { return nil }
    guard fields[11].elementsEqual("LOG".utf8) else { return LogEntry(message: []) }
    return LogEntry(
      message: fields[13], detail: fields[14], database: String(decoding: fields[2], as: UTF8.self),
      session: String(decoding: fields[5], as: UTF8.self))
  }

  private static func fields(_ record: [UInt8]) -> [[UInt8]] {
    var fields: [[UInt8]] = [[]]
    var isQuoted = false
    var at = 0
    let quote = UInt8(ascii: "\"")
    while at < record.count {
      let byte = record[at]
      if byte == quote {
        if isQuoted, at + 1 < record.count, record[at + 1] == quote {
          fields[fields.count - 1].append(quote)
          at += 1
        } else {
          isQuoted.toggle()
        }
      } else if byte == UInt8(ascii: ","), !isQuoted {
        fields.append([])
      } else {
        fields[fields.count - 1].append(byte)
      }
      at += 1
    }
    return fields
  }
}

/// Reads entries of jsonlog, one per line.
struct JSONLog {
  private(set) var broken = 0

  mutating func add(_ line: [UInt8]) -> [LogEntry] {
    if line.allSatisfy({ $0 == 0x20 }) { return [] }
    guard let text = String(validating: line, as: UTF8.self), let json = try? JSON(parsing: text),
      let severity = json["error_severity"]?.stringValue
    else {
      broken += 1
      return []
    }
    guard severity == "LOG", let message = json["message"]?.stringValue else { return [] }
    return [
      LogEntry(
        message: Array(message.utf8), detail: Array((json["detail"]?.stringValue ?? "").utf8),
        database: json["dbname"]?.stringValue,
        session: json["session_id"]?.stringValue ?? json["pid"]?.numberValue.map { "\(Int($0))" } ?? "")
    ]
  }
}
