import PlanCore

/// A part of a statement behind one of its keywords.
struct SQLClause {
  let keyword: String
  let items: ArraySlice<SQLTree.Item>

  private static let keywords: Set<String> = [
    "select", "from", "where", "having", "group", "order", "limit", "offset", "fetch", "returning", "set", "values",
    "on", "join", "union", "except", "intersect", "window", "with", "insert", "update", "delete", "into", "using",
    "conflict", "do", "when", "for",
  ]

  static func clauses(of items: [SQLTree.Item]) -> [SQLClause] {
    var clauses: [SQLClause] = []
    var (keyword, start) = ("", 0)
    for (index, item) in items.enumerated() {
      guard case .word(let word, _) = item, keywords.contains(word) else { continue }
      clauses.append(SQLClause(keyword: keyword, items: items[start..<index]))
      (keyword, start) = (word, index + 1)
    }
    return clauses + [SQLClause(keyword: keyword, items: items[start...])]
  }
}

/// Finds comparisons of columns with parameters.
struct SQLSide {
  struct Column {
    let relation: RelationName
    let alias: String
    let name: String
    /// Whether the expression around it can be run as it is.
    let isWhole: Bool

    var sql: String { "\(delimitedIdentifier(alias)).\(delimitedIdentifier(name))" }
  }

  let tree: SQLTree
  /// The column that some items begin with.
  let columnOf: (ArraySlice<SQLTree.Item>) -> Column?

  private static let comparisons: Set<String> = [
    "=", "<>", "!=", "<", ">", "<=", ">=", "~~", "~~*", "!~~", "!~~*", "@>", "<@", "&&", "@@", "?", "?|", "?&", "%",
    "~", "~*", "<->", "<=>",
  ]

  func uses(in items: ArraySlice<SQLTree.Item>) -> [(Int, ParameterUse)] {
    var found: [(Int, ParameterUse)] = []
    for part in items.split(whereSeparator: { $0.isWord("and", "or", "not", "when", "then", "else", "end", "case") }) {
      for piece in Array(part).parts { found += comparison(piece) }
    }
    for item in items where !item.items.isEmpty { found += uses(in: item.items[...]) }
    return found
  }

  private func comparison(_ items: ArraySlice<SQLTree.Item>) -> [(Int, ParameterUse)] {
    guard let (at, name) = comparator(items) else { return [] }
    let (left, right) = (items[..<at], items[(at + 1)...])
    if let (a, b) = rows(left, right) {
      return zip(a, b).flatMap { uses(of: $0, against: $1, name, isRight: false) }
        + zip(b, a).flatMap { uses(of: $0, against: $1, name, isRight: true) }
    }
    return uses(of: left, against: right, name, isRight: false) + uses(of: right, against: left, name, isRight: true)
  }

  /// The parts of two rows that are compared: `(a, b) > ($1, $2)`.
  private func rows(
    _ left: ArraySlice<SQLTree.Item>, _ right: ArraySlice<SQLTree.Item>
  ) -> (left: [ArraySlice<SQLTree.Item>], right: [ArraySlice<SQLTree.Item>])? {
    guard case .group(let a, isBracket: false, _)? = left.last, case .group(let b, isBracket: false, _)? = right.last,
      (left.dropLast() + right.dropLast()).allSatisfy({ $0.isWord("row") })
    else { return nil }
    return a.parts.count > 1 && a.parts.count == b.parts.count ? (a.parts, b.parts) : nil
  }

  private func comparator(_ items: ArraySlice<SQLTree.Item>) -> (Int, String)? {
    for index in items.indices {
      switch items[index] {
      case .symbol(let text, _) where SQLSide.comparisons.contains(text): return (index, text)
      case .word(let word, _) where word == "like" || word == "ilike": return (index, "~~")
      case .word("in", _): return (index, "in")
      case .word("between", _): return (index, ">=")
      default: break
      }
    }
    return nil
  }

  /// - Parameter isRight: whether the parameter's side is the right one.
  private func uses(
    of side: ArraySlice<SQLTree.Item>, against other: ArraySlice<SQLTree.Item>, _ name: String, isRight: Bool
  ) -> [(Int, ParameterUse)] {
    // What a comparison inside decides is decided there.
    let numbers = side.filter { item in
      if case .parameter = item { return true }
      return !item.items.isEmpty && !hasComparison(item.items[...])
    }.parameters
    guard !numbers.isEmpty, let (column, expression) = compared(other) ?? compared(side, isOwn: true) else { return [] }
    let isElement = !isRight && other.first?.isWord("any", "all", "some") == true
    var use = ParameterUse(
      kind: kind(name, side, isRight: isRight), relation: column.relation, alias: column.alias, expression: expression)
    if isElement { use.expression = "(\(column.sql))[1]" }
    return numbers.map { ($0, use) }
  }

  private func hasComparison(_ items: ArraySlice<SQLTree.Item>) -> Bool {
    comparator(items) != nil || items.contains { !$0.items.isEmpty && hasComparison($0.items[...]) }
  }

  private func kind(_ name: String, _ side: ArraySlice<SQLTree.Item>, isRight: Bool) -> ParameterUse.Kind {
    switch name {
    case "~~", "~~*", "!~~", "!~~*", "~", "~*", "%": concatenates(side) ? .partOfPattern : .pattern
    case "@>", "<@", "&&", "?", "?|", "?&": .contained
    case "@@": .search
    case ">", ">=": isRight ? .lower : .upper
    case "<", "<=": isRight ? .upper : .lower
    case "in": .anyOf
    default: isRight && side.first?.isWord("any", "all", "some") == true ? .anyOf : .equal
    }
  }

  private func concatenates(_ items: ArraySlice<SQLTree.Item>) -> Bool {
    items.contains { $0.isSymbol("||") || concatenates($0.items[...]) }
  }

  /// The column of a side, and the SQL of what the side compares.
  private func compared(_ items: ArraySlice<SQLTree.Item>, isOwn: Bool = false) -> (Column, String)? {
    let columns = columns(items)
    guard let first = columns.first, !aggregates(items) else { return nil }
    let isWhole =
      !isOwn && first.isWhole && columns.allSatisfy { $0.alias == first.alias } && items.parameters.isEmpty
      && !items.contains { $0.isWord("any", "all", "some") } && !mentionsSubplan(items)
    return (first, isWhole ? "(\(tree.text(items)))" : first.sql)
  }

  private static let aggregates: Set<String> = [
    "sum", "count", "avg", "min", "max", "array_agg", "string_agg", "bool_and", "bool_or", "every", "jsonb_agg",
    "json_agg", "stddev", "variance", "row_number", "rank", "dense_rank", "lag", "lead",
  ]

  /// Whether a side is computed from several rows, so that no row has its value.
  private func aggregates(_ items: ArraySlice<SQLTree.Item>) -> Bool {
    items.contains { item in
      if case .word(let word, _) = item, SQLSide.aggregates.contains(word) { return true }
      return aggregates(item.items[...])
    }
  }

  private func mentionsSubplan(_ items: ArraySlice<SQLTree.Item>) -> Bool {
    items.contains { $0.isWord("subplan", "initplan", "hashed") || mentionsSubplan($0.items[...]) }
  }

  private func columns(_ items: ArraySlice<SQLTree.Item>) -> [Column] {
    var columns: [Column] = []
    var at = items.startIndex
    while at < items.endIndex {
      let item = items[at]
      let isContinued = at > items.startIndex && items[at - 1].isSymbol(".")
      if item.identifier != nil, !isContinued, let column = columnOf(items[at...]) { columns.append(column) }
      columns += self.columns(item.items[...])
      at += 1
    }
    return columns
  }
}
