/// A CSV file whose rows a step copies into a table.
struct RowsFile: Equatable, Sendable {
  /// The file, as the user would name it from the current directory.
  let path: String
  /// The table, as SQL names it.
  let table: String
  /// Whether the first line names the columns; nil when the line itself decides.
  var hasHeader: Bool?
  /// The character between two values.
  var delimiter = ","

  /// The values of the first line, without the mark that some programs put before UTF-8.
  ///
  /// - Parameter bytes: the beginning of the file.
  func firstLine(of bytes: some Sequence<UInt8>) -> [String] {
    var values: [[UInt8]] = [[]]
    var isQuoted = false
    let delimiter = delimiter.utf8.first ?? UInt8(ascii: ",")
    for byte in bytes {
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted, byte == 0x0a || byte == 0x0d {
        break
      } else if !isQuoted, byte == delimiter {
        values.append([])
      } else {
        values[values.count - 1].append(byte)
      }
    }
    if values[0].starts(with: [0xef, 0xbb, 0xbf]) { values[0].removeFirst(3) }
    return values.map { String(decoding: $0, as: UTF8.self) }
  }

  /// psql's command that copies the rows from its standard input.
  ///
  /// - Parameter columns: the columns that the header names; nil for a file without one.
  func command(columns: [String]?) -> String {
    let names = columns.map { names in
      " (" + names.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ", ") + ")"
    }
    let quoted = delimiter.replacing("'", with: "''")
    return "\\copy \(table)\(names ?? "") FROM pstdin "
      + "WITH (FORMAT csv, HEADER \(columns != nil), DELIMITER '\(quoted)')"
  }
}
