/// One execution of a statement, from a log.
struct Execution: Equatable, Sendable {
  /// The statement, with `$1` … for bound values.
  var text: String
  /// The values of `$1` …, nil for NULL; nil if the log does not have them.
  var values: [String?]?
  /// In milliseconds; nil if the log does not say.
  var duration: Double?
  var database: String?
  var session = ""
  /// Whether auto_explain logged it: the execution may be logged a second time.
  var isExplained = false
}

/// The reason that something in a log is no query to import.
enum LeftOut: String, CaseIterable, Sendable {
  case encoding = "are not UTF-8 or hold control characters"
  case utility = "are no queries (BEGIN, SET, CREATE …)"
  case secret = "hold or set passwords"
  case catalog = "read system catalogs only"
  case otherDatabase = "are of other databases"
  case cut = "are cut off or cannot be read"
  case known = "are in the manifest already"
  case internalStatement = "are steps of functions or foreign keys"
  case placeholders = "have placeholders that cannot be translated"
  case rest = "are beyond those that --top takes"
}

/// Reads the statement of an entry of a server's log.
enum LoggedStatement {
  enum Reading {
    case execution(Execution)
    case leftOut(LeftOut)
    /// No statement, such as a connection or a checkpoint.
    case nothing
  }

  static func read(_ entry: LogEntry) -> Reading {
    var rest = entry.message[...]
    var duration: Double?
    if rest.starts(with: "duration: ".utf8) {
      let number = rest.dropFirst(10).prefix { SQLLexer.isDigit($0) || $0 == UInt8(ascii: ".") }
      duration = Double(String(decoding: number, as: UTF8.self))
      rest = rest.dropFirst(10 + number.count)
      guard rest.starts(with: " ms  ".utf8) else { return .nothing }
      rest = rest.dropFirst(5)
    }
    if rest.starts(with: "plan:".utf8) { return explained(rest.dropFirst(5), duration, entry) }
    guard let text = statement(rest) else { return .nothing }
    guard let sql = String(validating: text, as: UTF8.self) else { return .leftOut(.encoding) }
    var values: [String?]?
    if entry.detail.starts(with: "prepare: ".utf8) { return .leftOut(.utility) }
    if !entry.detail.isEmpty {
      guard let detail = String(validating: entry.detail, as: UTF8.self) else { return .leftOut(.encoding) }
      values = parameters(detail[...])
    }
    return .execution(
      Execution(text: sql, values: values, duration: duration, database: entry.database, session: entry.session))
  }

  /// The text behind `statement: ` or `execute NAME: `; nil for the other steps of an execution.
  private static func statement(_ message: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    if message.starts(with: "statement: ".utf8) { return message.dropFirst(11) }
    guard message.starts(with: "execute ".utf8) else { return nil }
    let words = message.dropFirst(8)
    guard let end = words.firstIndex(of: UInt8(ascii: ":")), words[(end + 1)...].first == 0x20 else { return nil }
    return words[(end + 2)...]
  }

  // MARK: auto_explain

  private static func explained(_ plan: ArraySlice<UInt8>, _ duration: Double?, _ entry: LogEntry) -> Reading {
    guard let text = String(validating: plan, as: UTF8.self) else { return .leftOut(.encoding) }
    let trimmed = text.drop { $0 == "\n" || $0 == " " || $0 == "\t" }
    var sql: String
    var values: [String?]?
    if trimmed.hasPrefix("{") {
      guard let json = try? ExplainedJSON(String(trimmed)) else { return .leftOut(.cut) }
      sql = json.text
      values = json.parameters.flatMap { parameters($0[...]) }
    } else if trimmed.hasPrefix("Query Text: ") {
      let body = trimmed.dropFirst(12)
      // The plan begins with a node and its costs.
      let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
      let end = lines.firstIndex { line in
        line.hasPrefix("Query Parameters: ") || line.contains("  (cost=") || line.contains("  (actual ")
      }
      sql = lines[..<(end ?? lines.endIndex)].joined(separator: "\n")
      if let end, lines[end].hasPrefix("Query Parameters: ") {
        // A value may hold line ends.
        let rest = lines[end...].prefix { !$0.contains("  (cost=") }.joined(separator: "\n")
        values = parameters(rest.dropFirst("Query Parameters: ".count))
      }
    } else {
      return .leftOut(.cut)
    }
    return .execution(
      Execution(
        text: sql, values: values, duration: duration, database: entry.database, session: entry.session,
        isExplained: true))
  }

  // MARK: Parameters

  /// Reads `$1 = 'text', $2 = NULL`, also behind `parameters: `; nil if it is cut off.
  static func parameters(_ text: Substring) -> [String?]? {
    var rest = text.utf8[...]
    for word in ["parameters: ", "Parameters: "] where rest.starts(with: word.utf8) {
      rest = rest.dropFirst(word.utf8.count)
    }
    var values: [String?] = []
    while !rest.isEmpty {
      guard rest.first == UInt8(ascii: "$") else { return nil }
      rest = rest.dropFirst().drop { SQLLexer.isDigit($0) }
      guard rest.starts(with: " = ".utf8) else { return nil }
      rest = rest.dropFirst(3)
      if rest.starts(with: "NULL".utf8) {
        values.append(nil)
        rest = rest.dropFirst(4)
      } else {
        guard rest.first == UInt8(ascii: "'"), let value = quoted(&rest) else { return nil }
        // The server cuts long values so.
        if value.hasSuffix("...") { return nil }
        values.append(value)
      }
      if rest.starts(with: ", ".utf8) {
        rest = rest.dropFirst(2)
      } else if !rest.allSatisfy({ $0 <= 0x20 }) {
        return nil
      } else {
        break
      }
    }
    return values
  }

  private static func quoted(_ rest: inout Substring.UTF8View) -> String? {
    var value: [UInt8] = []
    rest = rest.dropFirst()
    while let byte = rest.first {
      rest = rest.dropFirst()
      guard byte == UInt8(ascii: "'") else {
        value.append(byte)
        continue
      }
      if rest.first != byte { return String(decoding: value, as: UTF8.self) }
      value.append(byte)
      rest = rest.dropFirst()
    }
    return nil
  }
}
