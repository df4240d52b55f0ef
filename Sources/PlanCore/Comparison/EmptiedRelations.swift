extension CaseComparison {
  /// The relations that the case reads, or read when its baseline was recorded, that had rows then and have none now,
  /// by name.
  ///
  /// Partitions and inheritance children count as their root: one of several may well be empty.
  package var emptiedRelations: [(relation: RelationName, rows: Double)] {
    guard let baseline else { return [] }
    let read = Set((baseline.scans + current.scans).map { $0.identity.root ?? $0.relation })
    return read.sorted().compactMap { relation in
      let before = baseline.facts.rowsBelow(relation)
      guard before > 0, current.facts[relation] != nil, current.facts.rowsBelow(relation) == 0 else { return nil }
      return (relation, before)
    }
  }

  /// Why nothing can be said of a case whose relations lost all their rows, nil for any other: on an empty relation
  /// every plan is fast.
  package var collapse: String? {
    let emptied = emptiedRelations
    if emptied.isEmpty { return nil }
    let sentences = emptied.map { relation, rows in
      "\(relation) had \(Figures.grouped(rows)) row\(rows == 1 ? "" : "s") in \(label) and has none now"
    }
    return sentences.joined(separator: "\n") + ": the seed may not have run to its end\n"
      + (label == .baseline ? "fix the seed or, if the change is intended, record the baseline again" : "fix the seed")
  }
}

extension CatalogFacts {
  /// The rows of a relation and of its partitions or children.
  ///
  /// A partitioned table has its partitions' rows in its own figure, except on PostgreSQL 13, and a baseline has only
  /// those partitions that are read.
  func rowsBelow(_ relation: RelationName) -> Double {
    let members = relations.values.filter { $0.root == relation && $0.partitions == nil }
    return max(relations[relation]?.rows ?? 0, members.reduce(0) { $0 + $1.rows })
  }
}
