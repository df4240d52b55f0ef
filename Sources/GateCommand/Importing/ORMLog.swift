/// Reads the log of Rails: `User Load (0.4ms)  SELECT …  [["id", 1]]`.
struct RailsLog {
  mutating func add(_ line: [UInt8]) -> [Execution] {
    guard let text = String(validating: line, as: UTF8.self), let found = RailsLog.statement(in: text) else {
      return []
    }
    var execution = Execution(text: found.sql, values: nil, duration: found.duration)
    if let binds = found.binds {
      var reader = BoundValues(binds)
      execution.values = reader.pairs()
    }
    // `D, [2026-01-01T10:00:00.1 #123]`, or the tag of a request.
    execution.session =
      text.firstMatch(of: /#(\d+)\]/).map { String($0.1) } ?? text.firstMatch(of: /\[([0-9a-f-]{36})\]/).map {
        String($0.1)
      }
      ?? ""
    return [execution]
  }

  /// The statement of a line, without the colours of a terminal.
  static func statement(in line: String) -> (sql: String, binds: String?, duration: Double)? {
    let plain = line.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    guard !plain.contains("CACHE "), let match = plain.firstMatch(of: /\((\d+(?:\.\d+)?)ms\)\s+(\S.*)$/) else {
      return nil
    }
    var sql = String(match.2)
    var binds: String?
    if let start = sql.ranges(of: "  [[").last {
      binds = String(sql[start.lowerBound...].drop { $0 == " " })
      sql = String(sql[..<start.lowerBound])
    }
    let first = sql.prefix { $0.isLetter }.lowercased()
    return StatementKind.queries.contains(first) || StatementKind.commands.contains(first)
      ? (sql, binds, Double(match.1) ?? 0) : nil
  }
}

/// Reads the log of SQLAlchemy: a statement over several lines, then `[generated in 0.1s] (1, 'x')`.
struct SQLAlchemyLog {
  private var lines: [String] = []

  mutating func add(_ line: [UInt8]) -> [Execution] {
    guard let text = String(validating: line, as: UTF8.self) else {
      lines = []
      return []
    }
    guard let match = text.firstMatch(of: /INFO[:\s]\s*sqlalchemy\.engine[\w.]*[:\s]\s?(.*)$/) else {
      if !lines.isEmpty, lines.count < 5000 { lines.append(text) }
      return []
    }
    let body = String(match.1)
    if let values = body.firstMatch(
      of: /^\[(?:generated in|cached since|no key|caching disabled|raw sql|dialect)[^\]]*\]\s?(.*)$/)
    {
      defer { lines = [] }
      return lines.isEmpty ? [] : executions(String(values.1))
    }
    if body.hasPrefix("COMMIT") || body.hasPrefix("ROLLBACK") || body.hasPrefix("BEGIN") {
      lines = []
    } else {
      lines = [body]
    }
    return []
  }

  private func executions(_ values: String) -> [Execution] {
    let text = lines.joined(separator: "\n")
    let style = text.contains("%(") ? "%(x)s" : text.contains("%s") ? "%s" : "$1"
    guard let placeholders = Placeholders.byName[style] else { return [] }
    let translated = TranslatedStatement(text, placeholders)
    guard translated.problems.isEmpty else { return [] }
    let sql = style == "$1" ? text : translated.sql
    var reader = BoundValues(values)
    guard let rows = reader.rows(names: translated.names) else { return [Execution(text: sql)] }
    return rows.prefix(5).map { Execution(text: sql, values: $0) }
  }
}

/// Reads the log of Django: `(0.001) SELECT …; args=(1,); alias=default`.
struct DjangoLog {
  static func duration(_ line: String) -> (seconds: Double, rest: Substring)? {
    guard let match = line.firstMatch(of: /\((\d+\.\d{3})\) (\S.*)$/) else { return nil }
    let first = match.2.prefix { $0.isLetter }.lowercased()
    guard StatementKind.queries.contains(first) || StatementKind.commands.contains(first) else { return nil }
    return (Double(match.1) ?? 0, match.2)
  }

  mutating func add(_ line: [UInt8]) -> [Execution] {
    guard let text = String(validating: line, as: UTF8.self), let (seconds, rest) = DjangoLog.duration(text) else {
      return []
    }
    var sql = String(rest)
    var values: String?
    if let end = sql.ranges(of: "; args=").last {
      values = String(sql[end.upperBound...]).replacing(/; alias=\S+$/, with: "")
      sql = String(sql[..<end.lowerBound])
    }
    var execution = Execution(text: sql, values: nil, duration: seconds * 1000)
    // Django usually puts the values into the text that it logs.
    guard sql.contains("%s"), let style = Placeholders.byName["%s"] else { return [execution] }
    let translated = TranslatedStatement(sql, style)
    guard translated.problems.isEmpty else { return [] }
    execution.text = translated.sql
    if let values {
      var reader = BoundValues(values)
      execution.values = reader.rows(names: [])?.first
    }
    return [execution]
  }
}
