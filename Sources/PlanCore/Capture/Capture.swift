/// The answers of one state of a database (server, seed, migrations, settings) for the cases of a manifest.
///
/// A directory of baselines is a capture on disk, `check` compares a fresh one with it, and every other command that
/// judges compares two captures as well.
package struct Capture: Sendable {
  package let label: StateLabel
  /// By name.
  ///
  /// A query that is missing is not known to this state.
  package private(set) var queries: [String: QueryCapture]
  /// Why a query of this state cannot be read, by its name.
  package private(set) var unreadable: [String: String]

  /// Remarks on how this state was made, for the notes of a run.
  package var notes: [String] = []

  /// What plangate's own VACUUM and ANALYZE hide of this state.
  package var masked = MaskedFacts()

  package init(label: StateLabel, queries: [QueryCapture], unreadable: [String: String] = [:]) {
    self.label = label
    self.queries = Dictionary(queries.map { ($0.query, $0) }) { first, _ in first }
    self.unreadable = unreadable
  }

  package subscript(query: String) -> QueryCapture? { queries[query] }

  package subscript(id: CaseID) -> CapturedAnswer? { queries[id.query]?.answer(named: id.name) }
}

/// How messages name a state of a database.
package struct StateLabel: Hashable, Sendable, CustomStringConvertible {
  /// Reads on in a sentence: `the baseline`, `main@ab12`, `the state before 0042_drop.sql`.
  package let description: String

  package init(_ description: String) { self.description = description }

  /// The baselines that the project has committed.
  package static let baseline = StateLabel("the baseline")
  /// The state that a run makes and looks at.
  package static let now = StateLabel("this run")
}
