import JSON

/// A file of the application that holds queries, read where it is.
struct QueryFile {
  /// A query of the file.
  struct Item {
    /// The name as the file writes it; empty if it gives none.
    var writtenName: String
    /// The names that the query may have, the first free one being taken.
    var names: [String]
    var statement: Statement
    var types: [String: String] = [:]
    /// Whether it is a script or a part of other queries.
    var isOther = false
    /// The line of its mark, from 1.
    var markLine = 1
  }

  let path: String
  private(set) var items: [Item] = []
  private(set) var hasMarks = true
  /// The convention that was given, or that the marks show.
  private(set) var convention: QueryConvention

  private let placeholders: Placeholders?

  /// - Parameters:
  ///   - text: the text of the file, without a byte order mark.
  ///   - convention: nil to find it by the marks.
  ///   - placeholders: nil for those of the convention.
  init(
    _ path: String, _ text: String, _ convention: QueryConvention?, _ placeholders: Placeholders?
  ) throws(Diagnostic) {
    self.path = path
    self.placeholders = placeholders
    self.convention = convention ?? .aiosql
    if convention == .sqlx || convention == nil && path.hasSuffix(".json") {
      self.convention = .sqlx
      try readSQLx(text)
      return
    }
    var text = text
    text.withUTF8 { bytes in read(UnsafeRawBufferPointer(bytes), convention) }
    var lines: [String: Int] = [:]
    for item in items where !item.writtenName.isEmpty {
      guard let first = lines.updateValue(item.markLine, forKey: item.writtenName.lowercased()) else { continue }
      throw Diagnostic(
        "a second query '\(item.writtenName)' (names are unique without regard to case; the first is on line \(first))",
        file: path, line: item.markLine)
    }
  }

  // MARK: Marks

  private mutating func read(_ bytes: UnsafeRawBufferPointer, _ convention: QueryConvention?) {
    let (tokens, comments) = SQLLexer.split(bytes)
    let marks = convention == .statements ? [] : comments.compactMap { QueryMark(bytes, $0) }
    guard !marks.isEmpty else {
      hasMarks = false
      return readStatements(bytes, tokens, convention ?? .aiosql)
    }
    let found = Set(marks.compactMap(\.convention))
    let known = convention ?? [.sqlc, .hugsql, .pugsql].first { found.contains($0) } ?? .aiosql
    self.convention = known
    for (index, mark) in marks.enumerated() {
      let end = index + 1 < marks.count ? marks[index + 1].range.lowerBound : bytes.count
      let own = tokens.filter { $0.range.lowerBound >= mark.range.upperBound && $0.range.lowerBound < end }
      let range = (own.first?.range.lowerBound ?? end)..<(own.last?.range.upperBound ?? end)
      var item = Item(
        writtenName: mark.name, names: QueryFile.names(mark.name, of: path),
        statement: statement(bytes, range, placeholders ?? known.placeholders))
      item.isOther = mark.kind == .other
      item.markLine = QueryFile.line(mark.range.lowerBound, bytes)
      items.append(item)
    }
  }

  /// Reads the statements of a file without marks.
  private mutating func readStatements(
    _ bytes: UnsafeRawBufferPointer, _ tokens: [SQLToken], _ convention: QueryConvention
  ) {
    var (ranges, depth, start): ([Range<Int>], Int, Int?) = ([], 0, nil)
    for token in tokens {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      guard token.isSymbol(";"), depth <= 0 else {
        start = start ?? token.range.lowerBound
        continue
      }
      if let start { ranges.append(start..<token.range.upperBound) }
      start = nil
    }
    if let start, let last = tokens.last { ranges.append(start..<last.range.upperBound) }
    for (index, range) in ranges.enumerated() {
      let all = QueryFile.names(String(index + 1), of: path).dropFirst()
      items.append(
        Item(
          writtenName: String(index + 1),
          names: ranges.count == 1 ? all.map { String($0.dropLast(2)) } : Array(all),
          statement: statement(bytes, range, placeholders ?? convention.placeholders)))
    }
  }

  private static func line(_ at: Int, _ bytes: UnsafeRawBufferPointer) -> Int { bytes[..<at].count { $0 == 0x0a } + 1 }

  private func statement(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ wanted: Placeholders) -> Statement {
    let text = String(decoding: bytes[range], as: UTF8.self)
    let lineStart = bytes[..<range.lowerBound].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    var statement = Statement(
      text: text, file: path, firstLine: QueryFile.line(range.lowerBound, bytes), indentation: 0)
    statement.firstColumn = bytes[lineStart..<range.lowerBound].count { $0 & 0xc0 != 0x80 }
    statement.translated = TranslatedStatement(text, wanted)
    return statement
  }

  // MARK: Names

  /// The names for a query: its own, then with the file's, then with those of directories.
  private static func names(_ name: String, of path: String) -> [String] {
    var names = [identifier(name)]
    var parts = path.split(separator: "/").filter { $0 != ".." }.map(String.init)
    if let last = parts.popLast() { parts.append(last.hasSuffix(".sql") ? String(last.dropLast(4)) : last) }
    for part in parts.reversed() { names.append("\(identifier(part)).\(names.last ?? "")") }
    return names
  }

  /// A text as a query's name: what cannot be part of one is left out at its ends, and `_` elsewhere.
  static func identifier(_ text: String) -> String {
    var name = text.map { isIdentifier("a\($0)") ? String($0) : "\0" }[...]
    while name.last == "\0" { name.removeLast() }
    while let first = name.first, !isIdentifier(first) { name.removeFirst() }
    return name.isEmpty ? "query" : name.map { $0 == "\0" ? "_" : $0 }.joined()
  }

  // MARK: sqlx

  /// Reads a file that `cargo sqlx prepare` writes.
  private mutating func readSQLx(_ text: String) throws(Diagnostic) {
    let json: JSON
    do { json = try JSON(parsing: text) } catch {
      let before = Array(text.utf8.prefix(error.offset))
      let column = before.reversed().prefix { $0 != 0x0a }.count { $0 & 0xc0 != 0x80 } + 1
      throw Diagnostic(
        "the file is not JSON: \(error.message)", file: path, line: before.count { $0 == 0x0a } + 1, column: column)
    }
    guard let query = json["query"]?.stringValue, let found = JSONText(of: "query", in: text) else {
      throw Diagnostic("the file has no text under 'query'", file: path)
    }
    if let database = json["db_name"]?.stringValue, database != "PostgreSQL" {
      throw Diagnostic("the query is for \(database), not for PostgreSQL", file: path)
    }
    var statement = Statement(text: query, file: path, firstLine: found.line, indentation: 0)
    statement.firstColumn = found.column
    statement.escapes = found.shifts
    statement.fileLine = Diagnostic.line(found.line, of: text)
    let translated = TranslatedStatement(query, placeholders ?? QueryConvention.sqlx.placeholders)
    statement.translated = translated
    let stem = path.split(separator: "/").last.map { $0.hasSuffix(".json") ? String($0.dropLast(5)) : String($0) } ?? ""
    let isHashed = stem.hasPrefix("query-") && stem.utf8.count > 18 && stem.dropFirst(6).allSatisfy(\.isHexDigit)
    let names = [isHashed ? String(stem.prefix(18)) : stem, stem].map(QueryFile.identifier)
    var item = Item(writtenName: "", names: names, statement: statement)
    if case .array(let types)? = json["describe"]?["parameters"]?["Left"] {
      for (index, type) in types.enumerated() where index < translated.positionalCount {
        item.types[String(index + 1)] = QueryFile.type(type)
      }
    }
    items = [item]
  }

  /// A type as PostgreSQL names it; nil for one that sqlx describes in a form not known here.
  private static func type(_ json: JSON) -> String? {
    if let name = json.stringValue {
      let isArray = name.hasSuffix("Array")
      let element = isArray ? String(name.dropLast(5)) : name
      // Without quotes it would be character(1).
      return (element == "Char" ? "\"char\"" : element.lowercased()) + (isArray ? "[]" : "")
    }
    let name = json["Custom"]?["name"]?.stringValue ?? json["DeclareWithName"]?.stringValue
    return name.map { $0.allSatisfy { $0.isLowercase || $0.isNumber || "_.[]".contains($0) } ? $0 : "\"\($0)\"" }
  }
}

/// A text in a JSON document: where it is, and how its positions map to those of the document.
struct JSONText {
  /// The line, from 1.
  let line: Int
  /// The number of characters before it on its line, its quote included.
  let column: Int
  private(set) var shifts: [TranslatedStatement.Shift] = []

  /// - Parameter key: the key of the outermost object that has the text.
  init?(of key: String, in document: String) {
    let scalars = Array(document.unicodeScalars)
    var (at, depth): (Int, Int) = (0, 0)
    var isKey = false
    while at < scalars.count {
      switch scalars[at] {
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      case "\"":
        let start = at + 1
        at = start
        while at < scalars.count, scalars[at] != "\"" { at += scalars[at] == "\\" ? 2 : 1 }
        if isKey {
          line = scalars[..<start].count { $0 == "\n" } + 1
          column = scalars[..<start].reversed().prefix { $0 != "\n" }.count
          noteEscapes(scalars[start..<min(at, scalars.count)])
          return
        }
        var next = at + 1
        while next < scalars.count, scalars[next].properties.isWhitespace { next += 1 }
        let name = String(String.UnicodeScalarView(scalars[start..<min(at, scalars.count)]))
        isKey = depth == 1 && name == key && next < scalars.count && scalars[next] == ":"
      default: break
      }
      at += 1
    }
    return nil
  }

  private mutating func noteEscapes(_ content: ArraySlice<Unicode.Scalar>) {
    var (at, count) = (content.startIndex, 0)
    while at < content.endIndex {
      guard content[at] == "\\", at + 1 < content.endIndex else {
        (at, count) = (at + 1, count + 1)
        continue
      }
      var length = 2
      if content[at + 1] == "u" {
        length = 6
        // Two of them make one character beyond the first 65,536.
        let digits = content[min(at + 2, content.endIndex)...].prefix(4)
        if let unit = UInt32(String(String.UnicodeScalarView(digits)), radix: 16), 0xd800...0xdbff ~= unit {
          length = 12
        }
      }
      (at, count) = (at + length, count + 1)
      shifts.append(TranslatedStatement.Shift(rewritten: count, original: at - content.startIndex))
    }
  }
}
