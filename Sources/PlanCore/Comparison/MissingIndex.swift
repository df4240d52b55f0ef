extension Scan {
  /// The columns that the scan compares for equality and that no index of its relation has in front; empty where an
  /// index has, or where it compares otherwise.
  func columnsWithoutIndex(_ facts: CatalogFacts) -> [String] {
    let columns = comparedColumns(among: facts.columns(of: relation).map(\.name))
    return facts[relation]?.hasIndex(ledBy: columns) ?? false ? [] : columns
  }

  /// The statement that makes an index on those columns.
  func missingIndexStatement(_ facts: CatalogFacts) -> String? {
    let columns = columnsWithoutIndex(facts)
    if columns.isEmpty { return nil }
    let name = identity.root ?? relation
    return "CREATE INDEX ON \(quotedIdentifier(name.schema)).\(quotedIdentifier(name.name)) "
      + "(\(columns.map(quotedIdentifier).joined(separator: ", ")));"
  }

  /// The columns of the relation that the conditions compare for equality, if they do nothing else.
  private func comparedColumns(among columns: [String]) -> [String] {
    let conditions = ["Index Cond", "Filter"].compactMap { node.text($0) }
    var found: [String] = []
    for comparison in conditions.flatMap({ $0[...].pieces(between: " AND ") }) {
      guard comparison[...].parts(at: " = ") != nil else { return [] }
      let words = Set(namesInCondition(comparison, withTypes: false))
      let named = columns.filter(words.contains)
      guard named.count == 1 else { return [] }
      if !found.contains(named[0]) { found.append(named[0]) }
    }
    return found
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
