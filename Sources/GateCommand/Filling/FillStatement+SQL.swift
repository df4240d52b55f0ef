import PlanCore

extension FillStatement {
  /// The statement's text, without a semicolon.
  ///
  /// - Throws: the reason why the table cannot be filled.
  func sql() throws(Unfillable) -> String {
    let values = try values()
    guard !values.isEmpty else {
      return "INSERT INTO \(table.name.quoted) SELECT FROM generate_series(1, \(form.candidates))"
    }
    let columns = values.map { quotedIdentifier($0.column.name) }
    var text = "INSERT INTO \(table.name.quoted) (\(columns.joined(separator: ", ")))\n"
    if values.contains(where: \.column.isAlwaysIdentity) { text += "OVERRIDING SYSTEM VALUE\n" }
    text += form.filters ? filtered(values, columns) : select(values, casts: false).text
    if form.skipsConflicts { text += "\nON CONFLICT DO NOTHING" }
    return text
  }

  /// The rows, of which those remain that fulfil every condition that can be stated of them.
  private func filtered(_ values: [Value], _ columns: [String]) -> String {
    let select = select(values, casts: true)
    let conditions = conditions(Set(values.map(\.column.name)))
    var text = "SELECT \(columns.joined(separator: ", "))\nFROM (\n\(indented(select.text))\n) AS new"
    if !conditions.isEmpty { text += "\nWHERE " + conditions.joined(separator: "\n  AND ") }
    return text + "\nORDER BY new.\(n)\nLIMIT \(rows)"
  }

  /// The conditions of CHECKs, domains and partitions on the given columns.
  private func conditions(_ known: Set<String>) -> [String] {
    var conditions = table.checks.filter { known.isSuperset(of: $0.columns) }.map(\.condition)
    for column in table.columns where known.contains(column.name) {
      for check in column.domainChecks {
        conditions.append(DomainCheck.condition(check, of: quotedIdentifier(column.name)))
      }
    }
    let leaves = table.partitions.filter { $0.isLeaf && ($0.isEmpty || $0.isDefault) }.compactMap(\.condition)
    if table.isPartitioned, !leaves.isEmpty, leaves.count <= 50 {
      conditions.append("(" + leaves.map { "(\($0))" }.joined(separator: "\n    OR ") + ")")
    }
    return conditions
  }

  /// - Parameter casts: whether values get the types of their columns, below domains, and the row's number is selected.
  private func select(_ values: [Value], casts: Bool) -> (text: String, Void) {
    let isSimple = links.isEmpty && values.allSatisfy { $0.joined == nil }
    func cast(_ text: String, _ value: Value) -> String {
      casts ? "CAST(\(text) AS \(value.column.type.sql)) AS \(quotedIdentifier(value.column.name))" : text
    }
    let draws = values.flatMap(\.draws)
    var series = "FROM generate_series(1, \(form.candidates)) AS \(n)"
    if !draws.isEmpty {
      let list = [n] + draws.map { "\($0.text) AS \(quotedIdentifier($0.name))" }
      series = "FROM (\n    SELECT \(list.joined(separator: ",\n      "))\n    \(series)\n  ) AS d"
    }
    if isSimple {
      let list = (casts ? [n] : []) + values.map { cast($0.drawn ?? "NULL", $0) }
      return ("SELECT\n  " + list.joined(separator: ",\n  ") + "\n" + series, ())
    }
    var drawn = [n]
    drawn += values.compactMap { value in
      value.drawn.map { $0 == n ? nil : "\($0) AS \(quotedIdentifier(value.column.name))" } ?? nil
    }
    drawn += links.map { "\(pick($0)) AS \(quotedIdentifier(pickName($0)))" }
    let outer =
      (casts ? ["r.\(n)"] : [])
      + values.map { value in
        cast(value.joined ?? (value.drawn == n ? "r.\(n)" : "r.\(quotedIdentifier(value.column.name))"), value)
      }
    var text =
      "SELECT \(outer.joined(separator: casts ? ",\n  " : ", "))\nFROM (\n  SELECT \(drawn.joined(separator: ",\n    "))\n  \(series)\n) AS r"
    for link in links { text += "\n" + join(link) }
    if !casts { text += "\nORDER BY r.\(n)" }
    return (text, ())
  }

  private func pickName(_ link: ParentLink) -> String {
    link.pickName(besides: Set(table.columns.map(\.name) + [n]))
  }

  /// Which row of the referenced table a row has; few of them are referenced often, many seldom.
  private func pick(_ link: ParentLink) -> String {
    let count = counts[link.key.target] ?? 1
    let column = link.sets.last?.column ?? ""
    let share = ReferenceShare(
      statistics?[table.name]?.columns[column], parents: count, production: statistics?[link.key.targetName]?.rows,
      rows: form.candidates)
    var value: String
    if !link.matches.isEmpty {
      value = "power(random(), 2)"
    } else if link.isUnique {
      value = n
    } else {
      value = share.number(of: link.key.targetName.quoted, power: ParentLink.power(for: count))
    }
    if link.isNullable, share.shareOfNulls > 0 {
      value = "CASE WHEN random() < \(NamedNumbers.text(1 - share.shareOfNulls)) THEN \(value) END"
    }
    return value
  }

  private func join(_ link: ParentLink) -> String {
    let kind = link.isNullable ? "LEFT JOIN" : "JOIN"
    let alias = quotedIdentifier(link.alias)
    let picked = "r.\(quotedIdentifier(pickName(link)))"
    let parent = link.key.targetName.quoted
    let targets = (link.matches + link.sets).map { quotedIdentifier($0.target) }
    let order = link.sets.map { quotedIdentifier($0.target) }.joined(separator: ", ")
    if link.matches.isEmpty {
      return
        "\(kind) (SELECT \(targets.joined(separator: ", ")), row_number() OVER (ORDER BY \(order)) AS picked FROM \(parent))"
        + " AS \(alias)\n  ON \(alias).picked = \(picked)"
    }
    // Among the rows that agree in what is known already: how many there are, and the one at its place.
    let shared = link.matches.map { quotedIdentifier($0.target) }.joined(separator: ", ")
    let counted = quotedIdentifier(link.alias + "_count")
    func conditions(_ alias: String) -> String {
      link.matches.map { "\(alias).\(quotedIdentifier($0.target)) = \(known($0.column))" }.joined(separator: " AND ")
    }
    return "\(kind) (SELECT \(shared), count(*) AS number FROM \(parent) GROUP BY \(shared)) AS \(counted)\n"
      + "  ON \(conditions(counted))\n"
      + "\(kind) (SELECT \(targets.joined(separator: ", ")), row_number() OVER (PARTITION BY \(shared) ORDER BY \(order)) AS picked"
      + " FROM \(parent)) AS \(alias)\n"
      + "  ON \(conditions(alias)) AND \(alias).picked = 1 + floor(\(counted).number * \(picked))"
  }

  /// The value of a column that an earlier join set.
  private func known(_ column: String) -> String {
    for link in links {
      if let pair = link.sets.first(where: { $0.column == column }) {
        return "\(quotedIdentifier(link.alias)).\(quotedIdentifier(pair.target))"
      }
    }
    return "r.\(quotedIdentifier(column))"
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
  }
}

/// A condition of a domain, for a column instead of `VALUE`.
enum DomainCheck {
  static func condition(_ check: String, of column: String) -> String {
    var text = check
    return text.withUTF8 { buffer in
      let bytes = UnsafeRawBufferPointer(buffer)
      var lexer = SQLLexer(bytes, isScript: false)
      var result: [UInt8] = []
      var copied = 0
      while let token = lexer.next() {
        guard token.kind == .word, lexer.lowercased(token.range) == "value" else { continue }
        result += bytes[copied..<token.range.lowerBound]
        result += column.utf8
        copied = token.range.upperBound
      }
      result += bytes[copied...]
      return String(decoding: result, as: UTF8.self)
    }
  }
}
