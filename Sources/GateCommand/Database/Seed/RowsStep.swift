import FoundationEssentials
import Postgres

/// Finds out how the rows of a CSV file go into their table.
struct RowsStep {
  let rows: RowsFile
  let seed: OpenedSeed

  /// psql's command that copies the rows.
  ///
  /// - Parameter connection: to the database with the table.
  func command(_ connection: Connection) throws(Diagnostic) -> String {
    let columns: [String]
    do {
      columns = try connection.execute(
        """
        SELECT a.attname FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        """, [rows.table]
      ).rows.compactMap { $0[0] }
    } catch { throw Diagnostic("the seed failed: \(error.message)", file: rows.path) }
    return rows.command(columns: try header(columns))
  }

  /// The columns that the first line names; nil when the file begins with rows.
  private func header(_ columns: [String]) throws(Diagnostic) -> [String]? {
    guard rows.hasHeader != false else { return nil }
    let names = rows.firstLine(of: seed.bytes.prefix(1 << 20))
    var found: [String] = []
    for name in names {
      // Programs that write CSV do not always keep the case.
      guard let column = columns.first(where: { $0 == name }) ?? columns.first(where: { $0 == name.lowercased() })
      else {
        if rows.hasHeader == nil { return nil }
        throw Diagnostic(
          "the header has '\(name)', which is not a column of \(rows.table) (\(columns.joined(separator: ", ")))",
          file: rows.path, line: 1)
      }
      found.append(column)
    }
    return found
  }

  /// The error of psql, at the line of the file that the server names.
  static func failure(_ rows: RowsFile, _ subject: String, _ output: String, _ exit: String, _ advice: String)
    -> Diagnostic
  {
    let lines = output.split(separator: "\n").map(String.init)
    guard let index = lines.firstIndex(where: { $0.contains("ERROR:  ") }) else {
      return Diagnostic("\(subject) failed (psql: \(exit)); its output ends:\n\(output)\(advice)", file: rows.path)
    }
    let message = lines[index].firstRange(of: "ERROR:  ").map { lines[index][$0.upperBound...] } ?? ""
    let details = lines[(index + 1)...].prefix(6)
    let number = details.lazy.compactMap { line in
      line.firstRange(of: ", line ").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
    }.first
    return Diagnostic(
      "\(subject) failed: \(message)" + details.map { "\n  \($0)" }.joined() + advice, file: rows.path, line: number)
  }
}
