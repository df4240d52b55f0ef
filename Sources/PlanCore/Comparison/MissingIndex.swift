extension Scan {
  /// The columns that the scan compares for equality and that no index of its relation has in front; empty where an
  /// index has, or where it compares otherwise.
  func columnsWithoutIndex(_ facts: CatalogFacts) -> [String] {
    let columns = comparedColumns(among: facts.columns(of: relation).map(\.name))
    return facts[relation]?.hasIndex(ledBy: columns) ?? false ? [] : columns
  }

  /// The statement that makes an index on those columns.
  func missingIndexStatement(_ facts: CatalogFacts) -> String? {
    indexStatement(on: columnsWithoutIndex(facts))
  }

  /// The statement that makes an index on the columns that are compared for equality, and on one that is compared with
  /// a bound, whatever else the conditions ask; nil where an index begins with them.
  func candidateIndexStatement(_ facts: CatalogFacts) -> String? {
    let equal = equalColumns(facts)
    let bounds = [" >= ", " <= ", " > ", " < "].flatMap { columns(comparedBy: $0, facts) }
    let wanted = equal + bounds.filter { !equal.contains($0) }.prefix(1)
    return facts[relation]?.hasIndex(ledBy: wanted) ?? false ? nil : indexStatement(on: wanted)
  }

  private func indexStatement(on columns: [String]) -> String? {
    if columns.isEmpty { return nil }
    let name = identity.root ?? relation
    return "CREATE INDEX ON \(quotedIdentifier(name.schema)).\(quotedIdentifier(name.name)) "
      + "(\(columns.map(quotedIdentifier).joined(separator: ", ")));"
  }

  /// The columns of the relation that the conditions compare for equality, if they do nothing else.
  ///
  /// A column inside a call or an operator is left out: an index on it would not serve.
  private func comparedColumns(among columns: [String]) -> [String] {
    var found: [String] = []
    for comparison in comparisons {
      guard comparison[...].parts(at: " = ") != nil else { return [] }
      let words = Set(namesInCondition(comparison, withTypes: false))
      let named = columns.filter(words.contains)
      guard named.count == 1 else { return [] }
      if isBare(named[0], in: comparison), !found.contains(named[0]) { found.append(named[0]) }
    }
    return found
  }

  /// The columns of the relation that are compared for equality, whatever else the conditions ask.
  func equalColumns(_ facts: CatalogFacts) -> [String] { columns(comparedBy: " = ", facts) }

  /// - Parameter sign: an operator with the spaces around it.
  private func columns(comparedBy sign: String, _ facts: CatalogFacts) -> [String] {
    let columns = facts.columns(of: relation).map(\.name)
    var found: [String] = []
    for comparison in comparisons where comparison[...].parts(at: sign) != nil && comparison.parts(at: " OR ") == nil {
      let words = Set(namesInCondition(comparison, withTypes: false))
      let named = columns.filter(words.contains)
      guard named.count == 1, isBare(named[0], in: comparison, at: sign), !found.contains(named[0]) else { continue }
      found.append(named[0])
    }
    return found
  }

  private var comparisons: [Substring] {
    ["Index Cond", "Recheck Cond", "Filter"].compactMap { node.text($0) }.flatMap { $0[...].pieces(between: " AND ") }
  }

  /// Whether a comparison has a column alone on one of its sides, at most with the cast of a text: `(p.code)::text`.
  private func isBare(_ column: String, in comparison: Substring, at sign: String = " = ") -> Bool {
    guard let (left, right) = comparison.parts(at: sign) else { return false }
    return [left, right].contains { side in
      let inner = side.drop { $0 == "(" }
      let name = inner.prefix { $0 != ")" && $0 != " " }
      let cast = inner.dropFirst(name.count).parts(at: "::")?.after.prefix { $0 != ")" }
      return (name.split(separator: ".").last ?? name).filter { $0 != "\"" } == column && cast ?? "text" == "text"
        && !name.contains("(")
        && inner.dropFirst(name.count).allSatisfy { $0 != " " }
    }
  }
}

extension CaseComparison {
  /// The definitions of the indexes that the state before reads the siblings of a partition through and that the
  /// partition lacks.
  func indexesOfSiblings(missingOn scan: Scan) -> [String] {
    guard let baseline, let root = scan.identity.root, let facts = current.facts[scan.relation] else { return [] }
    var seen: Set<String> = []
    return baseline.scans.filter { $0.identity.root == root && $0.relation != scan.relation }.flatMap { sibling in
      sibling.indexNames.compactMap { baseline.facts[sibling.relation]?.index(named: $0)?.definition }
    }.filter { seen.insert($0).inserted && !facts.hasIndex(like: $0) }
  }
}

extension RelationFacts {
  /// Whether an index has these columns in front, in any order.
  fileprivate func hasIndex(ledBy columns: [String]) -> Bool {
    if columns.isEmpty { return true }
    let wanted = Set(columns.map(quotedIdentifier))
    return indexes.contains { index in
      guard let list = index.definition[...].parts(at: " (")?.after,
        index.definition[...].parts(at: " WHERE ") == nil
      else { return false }
      let first = list.pieces(between: ", ").prefix(columns.count)
        .map { String($0.prefix { $0 != ")" && $0 != " " }) }
      return Set(first) == wanted
    }
  }
}
