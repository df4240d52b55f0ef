import PlanCore

/// Reads a file of `pg_dump --statistics-only`.
///
/// The file is read, never run: it may come from any server. Only the statements that pg_dump
/// writes are accepted, and their values are texts and numbers.
struct StatisticsDumpReader {
  private let path: String
  private let bytes: UnsafeRawBufferPointer
  private var lexer: SQLLexer
  private var token: SQLToken?
  private var result = DumpedStatistics()

  /// - Throws: an error with file and line for anything that pg_dump does not write.
  static func read(_ path: String) throws(Diagnostic) -> DumpedStatistics {
    try read(try readFile(path, "the statistics"), path)
  }

  static func read(_ bytes: [UInt8], _ path: String) throws(Diagnostic) -> DumpedStatistics {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(Diagnostic) in
        var reader = StatisticsDumpReader(path: path, bytes: buffer)
        try reader.statements()
        return reader.result
      }
    }
    return try result.get()
  }

  private init(path: String, bytes: UnsafeRawBufferPointer) {
    self.path = path
    self.bytes = bytes
    lexer = SQLLexer(script: bytes)
    token = lexer.next()
  }

  private mutating func advance() { token = lexer.next() }

  private func error(_ message: String) -> Diagnostic {
    let at = token?.range.lowerBound ?? bytes.count
    let line = bytes[..<at].count { $0 == UInt8(ascii: "\n") } + 1
    return Diagnostic(message, file: path, line: line)
  }

  private func unexpected() -> Diagnostic {
    let found =
      token.map { "'\(String(decoding: bytes[$0.range].prefix(40), as: UTF8.self))'" } ?? "the end of the file"
    return error(
      "pg_dump --statistics-only does not write \(found) here\nmake the file with: "
        + "pg_dump --statistics-only (PostgreSQL 18 or newer)")
  }

  // MARK: Statements

  private mutating func statements() throws(Diagnostic) {
    while let first = token {
      switch first.kind {
      case .command where ["restrict", "unrestrict"].contains(lexer.lowercased(first.content)):
        lexer.passLine()
        advance()
      case .word where lexer.lowercased(first.range) == "set": try skipSetting()
      case .word where lexer.lowercased(first.range) == "select": try select()
      default: throw unexpected()
      }
    }
    if result.relations.isEmpty {
      throw Diagnostic("the file has no statistics\nmake it with: pg_dump --statistics-only", file: path)
    }
  }

  /// `SET name = value;`.
  private mutating func skipSetting() throws(Diagnostic) {
    advance()
    while let next = token, !next.isSymbol(";") {
      switch next.kind {
      case .word, .string, .number: advance()
      case .symbol where next.isSymbol("="): advance()
      default: throw unexpected()
      }
    }
    try expect(";")
  }

  private mutating func select() throws(Diagnostic) {
    advance()
    if token?.isSymbol("*") == true {
      advance()
      try expect(word: "from")
      try expect(word: "pg_catalog")
      try expect(".")
      guard let name = token, name.kind == .word else { throw unexpected() }
      let function = lexer.lowercased(name.range)
      guard function.hasPrefix("pg_restore_"), function.hasSuffix("_stats") else { throw unexpected() }
      advance()
      let arguments = try arguments()
      try expect(";")
      switch function {
      case "pg_restore_relation_stats": try add(relation: arguments)
      case "pg_restore_attribute_stats": try add(column: arguments)
      default: break
      }
    } else {
      // set_config('search_path', '', false)
      try expect(word: "pg_catalog")
      try expect(".")
      try expect(word: "set_config")
      try expect("(")
      while let next = token, !next.isSymbol(")") {
        guard next.kind == .string || next.kind == .word || next.isSymbol(",") else { throw unexpected() }
        advance()
      }
      try expect(")")
      try expect(";")
    }
  }

  private mutating func expect(_ symbol: Character) throws(Diagnostic) {
    guard token?.isSymbol(symbol) == true else { throw unexpected() }
    advance()
  }

  private mutating func expect(word: String) throws(Diagnostic) {
    guard let next = token, next.kind == .word, lexer.lowercased(next.range) == word else { throw unexpected() }
    advance()
  }

  /// `('name', 'value'::type, …)`; nil for NULL.
  private mutating func arguments() throws(Diagnostic) -> [String: String?] {
    try expect("(")
    var arguments: [String: String?] = [:]
    while true {
      let name = try string()
      try expect(",")
      if let next = token, next.kind == .word, lexer.lowercased(next.range) == "null" {
        arguments.updateValue(nil, forKey: name)
        advance()
      } else {
        arguments[name] = try string()
      }
      if token?.isSymbol(":") == true { try skipCast() }
      if token?.isSymbol(",") == true {
        advance()
        continue
      }
      try expect(")")
      return arguments
    }
  }

  private mutating func string() throws(Diagnostic) -> String {
    guard let next = token, next.isString else { throw unexpected() }
    let value = lexer.wholeValue(of: next)
    guard !value.contains(0) else { throw error("a NUL byte in a text") }
    advance()
    return String(decoding: value, as: UTF8.self)
  }

  private mutating func skipCast() throws(Diagnostic) {
    try expect(":")
    guard let type = token, type.kind == .word else { throw unexpected() }
    advance()
    if token?.isSymbol("[") == true {
      advance()
      try expect("]")
    }
  }

  // MARK: Values

  private mutating func add(relation arguments: [String: String?]) throws(Diagnostic) {
    guard let name = name(arguments) else { throw error("statistics without a relation before this line") }
    result.relations[name, default: RelationStatistics()].pages = try number("relpages", arguments)
    result.relations[name, default: RelationStatistics()].rows = try number("reltuples", arguments)
  }

  private mutating func add(column arguments: [String: String?]) throws(Diagnostic) {
    guard let name = name(arguments) else { throw error("statistics without a relation before this line") }
    // Those of an index's expression have a number instead.
    guard let column = arguments["attname"] ?? nil else { return }
    var statistics = ColumnStatistics()
    statistics.nullFraction = min(1, max(0, try number("null_frac", arguments) ?? 0))
    statistics.averageWidth = try number("avg_width", arguments)
    statistics.distinct = max(-1, try number("n_distinct", arguments) ?? 0)
    statistics.correlation = try number("correlation", arguments)
    statistics.commonValues = try list("most_common_vals", arguments)
    statistics.commonFrequencies = try list("most_common_freqs", arguments).map { (text) throws(Diagnostic) in
      guard let share = Double(text), (0...1).contains(share) else {
        throw error("most_common_freqs before this line has '\(text)'")
      }
      return share
    }
    statistics.histogram = try list("histogram_bounds", arguments)
    guard statistics.commonValues.count == statistics.commonFrequencies.count else {
      throw error("most_common_vals and most_common_freqs before this line differ in length")
    }
    let isInherited = (arguments["inherited"] ?? nil).map { ["t", "true"].contains($0) } ?? false
    if isInherited {
      result.relations[name, default: RelationStatistics()].inherited[column] = statistics
    } else {
      result.relations[name, default: RelationStatistics()].own[column] = statistics
    }
  }

  private func name(_ arguments: [String: String?]) -> RelationName? {
    guard let schema = arguments["schemaname"] ?? nil, let name = arguments["relname"] ?? nil else { return nil }
    return RelationName(schema: schema, name: name)
  }

  private func number(_ key: String, _ arguments: [String: String?]) throws(Diagnostic) -> Double? {
    guard let text = arguments[key] ?? nil else { return nil }
    guard let number = Double(text), number.isFinite else { throw error("\(key) before this line is '\(text)'") }
    return number
  }

  private func list(_ key: String, _ arguments: [String: String?]) throws(Diagnostic) -> [String] {
    guard let text = arguments[key] ?? nil else { return [] }
    guard let elements = ArrayText.elements(text) else { throw error("\(key) before this line is no array") }
    return elements.compactMap { $0 }
  }
}
