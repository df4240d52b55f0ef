/// A version of the text of baselines.
///
/// Older formats are read as long as plangate exists; `record` writes the newest. A comparison neither judges what an
/// older baseline does not hold nor calls it unchanged.
package enum BaselineFormat: Int, CaseIterable, Comparable, Sendable {
  /// Relations with columns, indexes, extended statistics, CHECK constraints and policies.
  ///
  /// Plans of writing cases are of their first, cold run.
  case one = 1
  /// What a statement runs inside, plans of writing cases from a warm run, and more of the catalog.
  case two

  package static let newest = BaselineFormat.two

  package static func < (a: BaselineFormat, b: BaselineFormat) -> Bool { a.rawValue < b.rawValue }
}
