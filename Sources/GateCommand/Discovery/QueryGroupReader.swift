/// Reads files of queries and tells which of them plangate can plan.
struct QueryGroupReader {
  let tree: ProjectTree
  let convention: QueryConvention?

  /// Adds the queries of a file.
  ///
  /// - Returns: why the file as a whole is no use; nil if it is.
  func read(_ path: String, _ found: inout Discovery.Queries) -> String? {
    guard var text = tree.text(path) else { return tree.textProblem(path) }
    if text.unicodeScalars.contains("\0") { return "holds a NUL character" }
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    let file: QueryFile
    do { file = try QueryFile(path, text, convention, nil) } catch { return error.message }
    let items = file.items.filter { !$0.isOther }
    if items.isEmpty { return "holds no query" }
    if !file.hasMarks, items.count > 1 { return "holds \(items.count) statements and no marks '-- name: …'" }
    var usable = 0
    for item in items {
      let name = file.hasMarks && !item.writtenName.isEmpty ? item.writtenName : item.names[0]
      if let reason = problem(item.statement) {
        found.leftOut.append((name, reason))
        continue
      }
      usable += 1
      let scanned = item.statement.scanned
      found.queries.append(
        Discovery.Queries.Query(
          file: path, name: items.count == 1 && !file.hasMarks || item.writtenName.isEmpty ? "" : item.writtenName,
          parameterNames: scanned.names, positionalCount: scanned.positionalCount))
    }
    if usable == 0, !file.hasMarks {
      let reason = found.leftOut.removeLast().reason
      return reason
    }
    return nil
  }

  private static let planned: Set<String> = [
    "select", "with", "insert", "update", "delete", "merge", "values", "table", "(",
  ]

  /// Why a statement cannot be planned; nil if it can.
  private func problem(_ statement: Statement) -> String? {
    if let problem = statement.translated?.problems.first {
      return "line \(statement.place(of: problem.offset).line): \(problem.message)"
    }
    if let template = QueryGroupReader.template(statement.sql) {
      return "the application fills in its text at \(template)"
    }
    let scanned = statement.scanned
    if scanned.isEmpty { return "holds no statement" }
    if !QueryGroupReader.planned.contains(scanned.firstToken) {
      return "\(scanned.firstToken.uppercased()) has no plan"
    }
    if scanned.selectsInto { return "SELECT INTO creates a table" }
    return SQLSummary(statement.sql).statementCount > 1 ? "holds several statements" : nil
  }

  /// A place that only a template has, outside of quotes and comments: `%s`, `{`; nil if there is none.
  private static func template(_ sql: String) -> String? {
    var sql = sql
    return sql.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      let tokens = SQLLexer.split(bytes).tokens
      for (index, token) in tokens.enumerated() {
        if token.isSymbol("{") { return "{" }
        guard token.isSymbol("%"), tokens.indices.contains(index + 1) else { continue }
        let next = tokens[index + 1]
        let isFirst = index == 0 || tokens[index - 1].range.upperBound < token.range.lowerBound
        guard isFirst, next.range.lowerBound == token.range.upperBound, next.kind == .word else { continue }
        if bytes[next.range].elementsEqual("s".utf8) { return "%s" }
      }
      return nil
    }
  }
}
