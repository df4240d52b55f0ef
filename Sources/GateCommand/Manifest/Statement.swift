/// The text of a query and its position.
struct Statement: Equatable, Sendable {
  /// The text as it is in the file.
  var text: String
  /// The file, or the manifest for an inline query, as the user would name it.
  var file: String
  /// The line of the file on which the text begins, from 1.
  var firstLine: Int
  /// The number of characters by which each line is indented in the file beyond the text.
  var indentation: Int
  /// The number of characters before the text on its first line.
  var firstColumn = 0
  /// The text with placeholders of another kind translated; nil if they are plangate's own.
  var translated: TranslatedStatement?
  /// Where the positions of a text in a JSON document shift against the document; nil for any other text.
  var escapes: [TranslatedStatement.Shift]?
  /// The line of the file, if it cannot be told from the text.
  var fileLine: String?
}

extension Statement {
  /// The text in plangate's own notation: what is planned, except for the names of parameters.
  var sql: String { translated?.sql ?? text }

  /// The text and its parameters, as the server gets them.
  var scanned: SQLScanner { translated.map { SQLScanner($0) } ?? SQLScanner(text) }

  /// The place in the file of a position in the text.
  ///
  /// - Parameter offset: the position in characters from 0.
  func place(of offset: Int) -> ManifestPosition {
    if let escapes {
      let shift = escapes.last { $0.rewritten <= offset }
      let original = (shift?.original ?? 0) + offset - (shift?.rewritten ?? 0)
      return ManifestPosition(line: firstLine, column: firstColumn + original + 1, sourceLine: fileLine)
    }
    let before = text.unicodeScalars.prefix(offset)
    let line = before.count { $0 == "\n" } + 1
    let column = before.reversed().prefix { $0 != "\n" }.count + 1
    let indentation = indentation + (line == 1 ? firstColumn : 0)
    return ManifestPosition(
      line: firstLine + line - 1, column: column + indentation,
      sourceLine: Diagnostic.line(line, of: text).map { String(repeating: " ", count: indentation) + $0 })
  }
}
