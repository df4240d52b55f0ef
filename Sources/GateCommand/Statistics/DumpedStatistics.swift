import PlanCore

/// The planner statistics of a database, as `pg_dump --statistics-only` (PostgreSQL 18 and newer) writes them.
struct DumpedStatistics: Equatable, Sendable {
  /// By name, indexes included.
  var relations: [RelationName: RelationStatistics] = [:]

  subscript(_ name: RelationName) -> RelationStatistics? { relations[name] }
}

/// The statistics of one table, index or materialized view.
struct RelationStatistics: Equatable, Sendable {
  /// `pg_class.relpages`.
  var pages: Double?
  /// `pg_class.reltuples`; -1 if the table was never analyzed.
  var rows: Double?
  /// Of the table's own rows, by column.
  var own: [String: ColumnStatistics] = [:]
  /// Of its rows and those of its partitions or children, by column.
  var inherited: [String: ColumnStatistics] = [:]

  /// By column, those that include partitions first.
  var columns: [String: ColumnStatistics] { own.merging(inherited) { $1 } }
}

/// The statistics of one column, in the terms of `pg_stats`.
struct ColumnStatistics: Equatable, Sendable {
  /// From 0 to 1.
  var nullFraction = 0.0
  /// In bytes.
  var averageWidth: Double?
  /// The number of different values; below 0, minus their share of the rows.
  var distinct = 0.0
  /// The most common values as text, the most common first.
  var commonValues: [String] = []
  /// The share of the rows that each of them has, NULL included in the rows.
  var commonFrequencies: [Double] = []
  /// The bounds of groups with equally many rows, without the most common values.
  var histogram: [String] = []
  /// From -1 to 1.
  var correlation: Double?

  /// The number of different values among `rows` rows.
  func distinct(of rows: Double) -> Double { distinct < 0 ? -distinct * rows : distinct }
}
