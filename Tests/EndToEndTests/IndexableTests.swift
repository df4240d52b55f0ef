import TestSupport
import Testing

/// Seeds that are too small for natural plans, and plans near a tipping point.
@Suite struct IndexableTests {
  /// Fifty rows on one page, for which no planner would use the index.
  private static func tinyProject(rules: String) throws -> Project {
    try Project([
      "seed/01.sql": """
      CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL, region integer NOT NULL);
      INSERT INTO countries SELECT 'c' || n, 'country ' || n, n % 5 FROM generate_series(1, 50) AS n;
      CREATE INDEX countries_region_idx ON countries (region);

      """,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed/*.sql]
      settings: {random_page_cost: 1.1}
      \(rules)
      queries:
        - {name: of_region, sql: "SELECT name FROM countries WHERE region = $1", params: [3]}
        - {name: by_code, sql: "SELECT name FROM countries WHERE code = $1", params: [c7]}

      """,
    ])
  }

  @Test func `a table too small for its indexes is reported, and a lost index is not found there`() throws {
    let project = try Self.tinyProject(rules: "")
    try expect(try project.plangate("record"), exits: 0)
    try project.edit("seed/01.sql", "CREATE INDEX countries_region_idx ON countries (region);\n", "")
    let run = try project.plangate("check", "--json", "report.json")
    try expect(run, exits: 0, stdout: ["of 2 scans read the whole table although an index could serve", "seed more"])
  }

  @Test func `with require indexable a lost index fails, however small the table is`() throws {
    let project = try Self.tinyProject(rules: "rules: {seq-scan: {require: indexable}}")
    try expect(try project.plangate("record"), exits: 0)
    try expect(try project.plangate("check"), exits: 0, stdout: ["2 passed"])
    try project.edit("seed/01.sql", "CREATE INDEX countries_region_idx ON countries (region);\n", "")
    let run = try project.plangate("check", "--json", "report.json")
    try expect(
      run, exits: 1,
      stdout: ["no index can serve its condition any more", "countries_region_idx", "1 passed, 1 regressed"])
    let finding = try #require(try project.json()["of_region"].findings.first)
    #expect(finding.rule == "seq-scan")
    #expect(finding.relation == "public.countries")
    #expect(try project.json()["by_code"].verdict == "passed")
  }

  @Test func `a finding about a scan says whether an index could serve it`() throws {
    let project = try Project([
      "seed/01.sql": """
      CREATE TABLE events (id integer PRIMARY KEY, kind integer NOT NULL, note text NOT NULL);
      INSERT INTO events SELECT n, n % 500, repeat('x', 100) FROM generate_series(1, 20000) AS n;
      CREATE INDEX events_kind_idx ON events (kind);

      """,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed/*.sql]
      settings: {random_page_cost: 1.1}
      queries:
        - {name: lost, sql: "SELECT note FROM events WHERE kind = 7"}
        - {name: preferred, sql: "SELECT note FROM events WHERE kind < 5"}

      """,
    ])
    try expect(try project.plangate("record"), exits: 0)
    try project.edit("queries/manifest.yml", "kind = 7", "kind + 0 = 7")
    try project.edit("queries/manifest.yml", "kind < 5", "kind < 480")
    let run = try project.plangate("check", "--json", "report.json")
    try expect(
      run, exits: 1,
      stdout: [
        "index: no index can serve this condition", "index: an index could serve it and the planner preferred the scan",
        "cause: the query's text changed",
      ])
  }
}
