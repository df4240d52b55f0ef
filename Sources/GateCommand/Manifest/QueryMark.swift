/// A comment that begins a query in a file of queries: `-- name: GetAccount :one`.
///
/// Sources: sqlc's documentation of query annotations, aiosql's `query_loader.py`, PugSQL's `lexer.py`, the
/// documentation of HugSQL, and the readers of yesql, goyesql and RegreSQL.
struct QueryMark {
  enum Kind {
    case query
    /// A script or a part of other queries.
    case other
  }

  /// The convention that only this form of mark belongs to; nil for a form that several share.
  let convention: QueryConvention?
  /// The name as it is written.
  let name: String
  let kind: Kind
  /// The range of the comment in bytes.
  let range: Range<Int>

  /// Reads a comment; nil if it is no mark.
  init?(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    var start = range.lowerBound
    while start > 0, SQLLexer.isBlank(bytes[start - 1]), bytes[start - 1] != 0x0a { start -= 1 }
    guard start == 0 || bytes[start - 1] == 0x0a else { return nil }
    var text = String(decoding: bytes[range], as: UTF8.self)[...]
    if text.hasPrefix("/*") {
      text = text.dropFirst(2).split(whereSeparator: \.isNewline).first ?? ""
      if text.hasSuffix("*/") { text = text.dropLast(2) }
    } else {
      text = text.drop { $0 == "-" }
    }
    self.range = range
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let first = words.first else { return nil }
    if [":name", ":name-", ":snip", ":snip-"].contains(first) {
      guard words.count > 1 else { return nil }
      name = String(words[1])
      kind = first.hasPrefix(":snip") ? .other : .query
      convention = words.count == 3 && QueryMark.pugsqlResults.contains(String(words[2])) ? .pugsql : .hugsql
      return
    }
    guard first == "name" || first.hasPrefix("name:"), let colon = text.firstIndex(of: ":"),
      text[..<colon].split(whereSeparator: \.isWhitespace) == ["name"]
    else { return nil }
    let rest = text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace)
    if rest.count > 1, QueryMark.sqlcCommands.contains(String(rest[1])) {
      (name, kind, convention) = (String(rest[0]), .query, .sqlc)
      return
    }
    var given = rest.joined(separator: " ")[...]
    let operation = ["<!", "*!", "!", "^", "$", "#"].first { given.hasSuffix($0) } ?? ""
    given = given.dropLast(operation.count)
    if let last = given.last, last == " " { given = given.dropLast() }
    if given.hasSuffix(")"), let open = given.firstIndex(of: "(") { given = given[..<open] }
    if let last = given.last, last == " " { given = given.dropLast() }
    guard !given.isEmpty, !given.contains(" ") else { return nil }
    (name, kind, convention) = (String(given), operation == "#" ? .other : .query, nil)
  }

  private static let sqlcCommands: Set<String> = [
    ":one", ":many", ":exec", ":execresult", ":execrows", ":execlastid", ":batchexec", ":batchmany", ":batchone",
    ":copyfrom",
  ]

  private static let pugsqlResults: Set<String> = [":one", ":many", ":affected", ":scalar", ":insert", ":raw"]
}

extension SQLLexer {
  /// The comments of a text and its tokens, both in order.
  static func split(_ bytes: UnsafeRawBufferPointer) -> (tokens: [SQLToken], comments: [Range<Int>]) {
    var lexer = SQLLexer(bytes, isScript: false)
    var (tokens, comments): ([SQLToken], [Range<Int>]) = ([], [])
    var end = 0
    while true {
      let token = lexer.next()
      comments += SQLLexer.comments(bytes, end..<(token?.range.lowerBound ?? bytes.count))
      guard let token else { return (tokens, comments) }
      end = token.range.upperBound
      tokens.append(token)
    }
  }

  /// The comments between two tokens.
  private static func comments(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [Range<Int>] {
    var comments: [Range<Int>] = []
    var lexer = SQLLexer(bytes, at: range.lowerBound, end: range.upperBound, isScript: false)
    while lexer.at < range.upperBound {
      guard !isBlank(bytes[lexer.at]) else {
        lexer.at += 1
        continue
      }
      let start = lexer.at
      lexer.passOneComment()
      comments.append(start..<lexer.at)
    }
    return comments
  }
}
