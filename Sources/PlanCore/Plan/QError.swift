/// By how much an estimate misses: max(estimated/actual, actual/estimated), both at least 1 row, and so at least 1.
///
/// The floor of one row is needed on both sides: the planner cannot say less than 1.
package struct QError: Equatable, Sendable {
  package let value: Double
  /// The planner expected fewer rows than came: the kind that makes bad nested loops.
  package let isUnderestimate: Bool

  /// The smallest q-error that is consistent with what EXPLAIN printed.
  ///
  /// - Parameters:
  ///   - estimated: rows expected.
  ///   - actual: the interval in which the true count lies; EXPLAIN rounds the average over the loops.
  package init(estimated: Double, actual: ClosedRange<Double>) {
    let estimated = max(estimated, 1)
    let low = max(actual.lowerBound, 1)
    let high = max(actual.upperBound, 1)
    isUnderestimate = estimated < low
    if estimated > high {
      value = estimated / high
    } else if estimated < low {
      value = low / estimated
    } else {
      value = 1
    }
  }
}
