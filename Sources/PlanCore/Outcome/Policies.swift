/// The cases that a run judges, and the policies that a manifest gives them.
package struct Policies: Sendable {
  /// The manifest as the user named it.
  package var manifest: String
  /// In the manifest's order.
  package var queries: [ListedQuery]

  package init(manifest: String, queries: [ListedQuery]) {
    self.manifest = manifest
    self.queries = queries
  }
}

/// A query of a manifest, as far as judging and reports need it.
package struct ListedQuery: Sendable {
  package var name: String
  package var policy: CasePolicy
  /// Those that the run judges; a shard has only some.
  package var cases: [ListedCase]
  /// The names of all cases that the manifest gives it.
  package var allNames: [String?]
  /// The statement as it stands in its file.
  package var sql: String?
  /// Where the statement begins.
  package var place: Place?
  /// The line of the manifest that lists the query, from 1.
  package var manifestLine: Int?

  package init(name: String, policy: CasePolicy, cases: [ListedCase]) {
    self.name = name
    self.policy = policy
    self.cases = cases
    allNames = cases.map(\.name)
  }
}

/// A case of a `ListedQuery`.
package struct ListedCase: Sendable {
  /// As in `CaseID`.
  package var name: String?
  /// The values that it is planned with, in the manifest's order.
  package var parameters: [BoundParameter]
  /// Its place among all cases of the manifest, from 1.
  package var position: Int?

  package init(name: String? = nil, parameters: [BoundParameter] = [], position: Int? = nil) {
    self.name = name
    self.parameters = parameters
    self.position = position
  }
}
