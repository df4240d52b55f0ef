import Postgres

/// What to do about a text that is written for another tool, as lines for an error.
struct StatementAdvice {
  let statement: Statement

  // MARK: Placeholders

  /// A placeholder of another tool in a text that is read as plangate's own.
  private struct Foreign {
    /// As the text has it.
    let mark: String
    /// The word of `placeholders:`; nil for a text that the application puts in.
    let style: String?
    /// What to write instead.
    let own: String
  }

  /// Styles that plangate knows, beside its own.
  private static let styles: [(Placeholders, name: String)] = [
    (.sqlcCalls, "sqlc"), (.braces, "{{x}}"), (.hash, "#{x}"), (.percent, "%(x)s"), (.at, "@x"), (.question, "?"),
  ]

  private var foreign: Foreign? {
    guard statement.translated == nil else { return nil }
    var text = statement.text
    return text.withUTF8 { bytes in
      for (style, name) in StatementAdvice.styles {
        var reader = PlaceholderReader(UnsafeRawBufferPointer(bytes), style)
        reader.read()
        for edit in reader.edits {
          let mark = reader.text(edit.range)
          switch edit.value {
          case .named(let parameter): return Foreign(mark: mark, style: name, own: ":\(parameter)")
          // `$1` is plangate's own.
          case .numbered(let number) where !mark.hasPrefix("$"):
            return Foreign(mark: mark, style: mark.hasPrefix("%") ? "%s" : name, own: "$\(number)")
          case .numbered, .text: continue
          }
        }
      }
      var reader = PlaceholderReader(UnsafeRawBufferPointer(bytes), [])
      reader.read()
      for (token, next) in zip(reader.tokens, reader.tokens.dropFirst())
      where token.isSymbol("$") && next.isSymbol("{") && token.range.upperBound == next.range.lowerBound {
        let rest = reader.text(token.range.lowerBound..<bytes.count)
        let mark = rest.prefix { $0 != "}" && !$0.isNewline } + "}"
        let name = mark.dropFirst(2).dropLast().filter { $0.isLetter || $0.isNumber || $0 == "_" }
        return Foreign(mark: String(mark.prefix(40)), style: nil, own: ":\(name.isEmpty ? "name" : name)")
      }
      return nil
    }
  }

  /// The next step for values that do not fit, or for an error of the server; nil if no placeholder is the reason.
  var placeholder: String? {
    guard let foreign else { return nil }
    guard let style = foreign.style else {
      return "\(foreign.mark) is text that the application puts in: write \(foreign.own)"
    }
    return "\(foreign.mark) is no parameter here: write \(foreign.own), or set placeholders: \"\(style)\""
  }

  /// The next step for a text with both kinds of parameters; nil for any other.
  var mixture: String? {
    let scanned = statement.scanned
    guard scanned.positionalCount > 0, !scanned.names.isEmpty else { return nil }
    return
      "write all of them with names, or all with numbers; files of sqlc may have both $1 and @ids: placeholders: sqlc"
  }

  // MARK: Errors of the server

  /// The next step for an error of the server.
  func next(for error: ServerError) -> String? {
    switch error.sqlState {
    case "0A000" where error.message.contains("anonymous composite types"):
      return "give the parameter its type: a cast ($1::a_type), or types: of the query"
    case "42601" where error.message.contains("at or near \"\\\""):
      return "psql's commands, such as \\gexec, are not SQL: leave them out"
    case "42601", "22P02", "42883", "42703", "42P18": return list(error) ?? placeholder
    default: return nil
    }
  }

  /// The advice on `IN` before a parameter that is a list.
  private func list(_ error: ServerError) -> String? {
    guard error.message.contains("near \"$") || error.message.contains("\"{") else { return nil }
    var text = statement.text
    return text.withUTF8 { bytes in
      let reader = PlaceholderReader(UnsafeRawBufferPointer(bytes), [])
      for index in reader.tokens.indices where reader.word(index) == "in" {
        let isNegated = reader.word(index - 1) == "not"
        let first = reader.isSymbol(index + 1, "(") ? index + 2 : index + 1
        guard let parameter = StatementAdvice.parameter(reader, first) else { continue }
        return "a list takes \(isNegated ? "<> ALL" : "= ANY")(\(parameter)) in place of "
          + "\(isNegated ? "NOT IN" : "IN")"
      }
      return nil
    }
  }

  private static func parameter(_ reader: PlaceholderReader, _ index: Int) -> String? {
    guard let token = reader.token(index) else { return nil }
    if case .parameter = token.kind { return reader.text(token.range) }
    guard token.isSymbol(":"), let name = reader.name(index + 1), reader.isJoined(index + 1) else { return nil }
    return ":\(reader.text(name))"
  }
}

extension Statement {
  var advice: StatementAdvice { StatementAdvice(statement: self) }

  /// How many statements the text holds, as semicolons divide it.
  var count: Int {
    var text = sql
    return text.withUTF8 { bytes in
      var lexer = SQLLexer(UnsafeRawBufferPointer(bytes), isScript: false)
      var (count, isInside, depth) = (0, false, 0)
      while let token = lexer.next() {
        if token.isSymbol("(") { depth += 1 }
        if token.isSymbol(")") { depth -= 1 }
        let ends = token.isSymbol(";") && depth <= 0
        if !ends, !isInside { count += 1 }
        isInside = !ends
      }
      return count
    }
  }
}
