import TestSupport
import Testing

/// The result of a case does not depend on other cases.
@Suite struct OrderTests {
  /// Conditions of types other than their columns': the first one in a session looks up their operators.
  private static let cross = """
    SELECT (SELECT note FROM notes WHERE id = $1::smallint), (SELECT note FROM notes WHERE id = $2::bigint),
      (SELECT note FROM notes WHERE day = $3::timestamp), (SELECT note FROM notes WHERE day = $4::timestamptz)
    """

  private static func project(first: String, second: String) throws -> Project {
    try Project([
      "seed/01.sql": """
      CREATE TABLE notes (id integer PRIMARY KEY, day date NOT NULL, note text NOT NULL);
      INSERT INTO notes SELECT n, date '2020-01-01' + n, 'note ' || n FROM generate_series(1, 5000) AS n;
      CREATE UNIQUE INDEX notes_day_idx ON notes (day);

      """,
      "queries/cross.sql": cross,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed/*.sql]
      settings: {random_page_cost: 1.1}
      queries:
        - file: cross.sql
          cases:
            \(first): [1, 2, "2020-02-01", "2020-03-01"]
            \(second): [3, 4, "2021-02-01", "2021-03-01"]

      """,
    ])
  }

  @Test func `reordered cases have the same figures`() throws {
    let project = try Self.project(first: "a", second: "b")
    try expect(try project.plangate("record"), exits: 0)
    let swapped = try Self.project(first: "b", second: "a")
    try expect(try swapped.plangate("record"), exits: 0)
    func buffers(_ project: Project) throws -> [String] {
      try project.read("baselines/cross.plan").split(separator: "(buffers=").dropFirst()
        .map { String($0.prefix { $0 != ")" }) }.sorted()
    }
    #expect(try buffers(project).count > 4)
    #expect(try buffers(project) == buffers(swapped))
  }
}
