/// Names one case of a manifest: its query and, where a query has several, the case.
package struct CaseID: Hashable, Sendable, CustomStringConvertible {
  package let query: String
  /// `typical`, `typical+generic`; nil for the only case of a query without named cases.
  package let name: String?

  package init(_ query: String, _ name: String? = nil) {
    self.query = query
    self.name = name
  }

  /// `query` or `query@case`, as on the command line and in every report.
  package var description: String { name.map { "\(query)@\($0)" } ?? query }
}
