/// The facts of a state that plangate's own VACUUM and ANALYZE of whole tables hide: production has them.
///
/// They make notes, never findings, and are no part of a baseline.
package struct MaskedFacts: Equatable, Sendable {
  package var lostStatistics: [LostStatistics] = []
  package var deadRows: [DeadRows] = []
  package var overrides: [StatisticsOverride] = []

  package init() {}
}

/// Statistics that a step removed from a table with rows, and that no later ANALYZE of the seed gathered again.
package struct LostStatistics: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case column
    /// The statistics of the expressions of an index.
    case index
    /// An extended statistics object.
    case extended = "statistics"
  }

  package let relation: RelationName
  package let kind: Kind
  /// The column, index or statistics object.
  package let name: String
  /// The step, as the console names it.
  package let step: String

  package init(relation: RelationName, kind: Kind, name: String, step: String) {
    self.relation = relation
    self.kind = kind
    self.name = name
    self.step = step
  }
}

/// Dead rows that steps left in a table that had rows before them.
package struct DeadRows: Equatable, Sendable {
  package let relation: RelationName
  package let count: Double
  /// The step that left the latest of them.
  package let step: String

  package init(relation: RelationName, count: Double, step: String) {
    self.relation = relation
    self.count = count
    self.step = step
  }
}

/// Something that the project set because ANALYZE takes samples, of a table that plangate analyzed whole.
package struct StatisticsOverride: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case distinct = "n_distinct"
    case inheritedDistinct = "n_distinct_inherited"
    /// The statistics target of a column.
    case target = "statistics"
    /// `default_statistics_target`.
    case defaultTarget = "default_statistics_target"
  }

  package let relation: RelationName
  /// Nil for a setting of the whole database.
  package let column: String?
  package let kind: Kind
  package let value: String
  /// How many rows ANALYZE would sample; not of interest for the number of distinct values.
  package let sample: Double
  package let rows: Double

  package init(relation: RelationName, column: String?, kind: Kind, value: String, sample: Double, rows: Double) {
    self.relation = relation
    self.column = column
    self.kind = kind
    self.value = value
    self.sample = sample
    self.rows = rows
  }
}
