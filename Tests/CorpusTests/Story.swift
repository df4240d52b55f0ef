import Foundation
import OperatingSystem
import PlanCore
import TestSupport
import Testing

@testable import GateCommand

/// A small database and one query, for one kind of change that happened to somebody.
struct Story: Sendable, CustomTestStringConvertible {
  /// In plain words.
  let name: String
  /// The SQL that makes the database.
  let seed: String
  /// The query's part of the manifest, after its name and statement, as YAML in braces: `params: [7]`.
  var options = ""
  let query: String
  /// SQL that is run on a clone of the seeded database.
  var migration = ""
  /// The query's text after the change; nil for the same one.
  var changedQuery: String?
  /// Roles that the manifest names.
  var roles: [String] = []

  var testDescription: String { name }
}

extension CorpusWorker {
  /// The outcome of a story's query, compared with a baseline of before that was written and read.
  func outcome(of story: Story) throws -> CaseOutcome {
    try outcome(of: story, migrations: [story.migration])[0]
  }

  /// The outcomes after each of several migrations, each on a clone of its own.
  func outcome(of story: Story, migrations: [String]) throws -> [CaseOutcome] {
    let (state, query) = try seeded(story)
    let before = try baseline(of: query, in: state)
    var queries = [query]
    if let text = story.changedQuery { queries[0].statement.text = text }
    return try migrations.map { migration in
      try withState(after: migration, state) { changed in
        let outcomes = try changed.judged(queries, against: Background { before }).cases
        return try #require(FixTrial(queries, in: changed).tried(outcomes).first)
      }
    }
  }

  /// The seeded database of a story, and its query.
  ///
  /// Stories with one seed share the database.
  func seeded(_ story: Story) throws -> (state: DatabaseState, query: Query) {
    let project = try Project([
      "seed.sql": story.seed, "q.sql": story.query,
      "manifest.yml": """
      version: 1
      seed: [seed.sql]
      baselines: baselines
      roles: [\(story.roles.joined(separator: ", "))]
      settings: {random_page_cost: 1.1}
      queries:
        - {name: q, file: q.sql\(story.options.isEmpty ? "" : ", " + story.options)}
      """,
    ])
    let manifest = try Manifest.load("\(project.directory)/manifest.yml", today: "2026-11-21")
    let key = (story.roles + [story.seed]).joined(separator: "\n")
    if let state = storyStates[key]?.state { return (state, manifest.queries[0]) }
    try server.make(roles: story.roles)
    let state = try DatabaseState.seed(manifest, on: server, as: server.newState(), seeded.steps)
    storyStates[key] = (state, project)
    return (state, manifest.queries[0])
  }

  /// A capture of a query as it is read from disk.
  func baseline(of query: Query, in state: DatabaseState) throws -> Capture {
    let fresh = try #require(try state.capture(of: [query])[query.name])
    let problems = fresh.answers.compactMap(\.result.problem)
    try #require(problems.isEmpty, "\(problems)")
    return Capture(
      label: .baseline,
      queries: [
        try BaselineFile.capture(parsing: BaselineFile.text(fresh.baseline(keepsPlansWithoutSeqScans: false)))
      ])
  }

  /// Calls `body` with a clone on which SQL was run, or, without any SQL, with the state itself.
  func withState<Result>(
    after sql: String, _ state: DatabaseState, _ body: (DatabaseState) throws -> Result
  ) throws -> Result {
    if sql.isEmpty { return try body(state) }
    let changed = try state.clone(StateLabel("the changed state"), applying: [try script(sql)])
    defer { changed.drop() }
    return try body(changed)
  }
}

extension CaseOutcome {
  /// What a test shows when it fails.
  var inWords: String {
    ([verdict.rawValue, reason ?? ""] + findings.map { "\($0.severity) \($0.rule): \($0.message)" }
      + causes.map { "cause: \($0.text)" }).joined(separator: "\n")
  }
}
