import Foundation
import TestSupport
import Testing

/// Tables without rows fail a case under `--strict`, and `record` names them.
@Suite struct EmptyTableTests {
  private static func project() throws -> Project {
    try Project([
      "seed/1.sql": """
      CREATE TABLE full_one AS SELECT generate_series(1, 500) AS id;
      CREATE TABLE empty_one (id integer);
      CREATE TABLE parts (id integer) PARTITION BY RANGE (id);
      CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10);
      CREATE TABLE high PARTITION OF parts FOR VALUES FROM (10) TO (20);
      INSERT INTO parts SELECT 15;

      """,
      "queries/manifest.yml": """
      version: 1
      seed: [../seed/1.sql]
      queries:
        - {name: full, sql: SELECT id FROM full_one}
        - {name: hollow, sql: SELECT e.id FROM empty_one e JOIN full_one f USING (id)}
        - {name: parts, sql: SELECT id FROM parts}

      """,
    ])
  }

  @Test func `a case that reads an empty table fails only under --strict, in every report`() throws {
    let project = try Self.project()
    try expect(project.plangate("record"), exits: 0, stdout: ["public.empty_one"])
    try expect(project.plangate("check"), exits: 0, stdout: ["note: tables without rows", "public.empty_one"])
    let run = try project.plangate(
      "check", "--strict", "--junit", "junit.xml", "--json", "report.json", "--markdown", "r.md", "--html", "r.html",
      "--sarif", "r.sarif", "--gitlab", "r.gl")
    let sentence = "public.empty_one has no rows, and every plan on an empty table is fast"
    try expect(
      run, exits: 1, stdout: ["EMPTY      hollow", sentence, "with --strict, cases that read empty tables fail"],
      not: ["accept all with", "plangate record"])
    let junit = try project.junit()
    #expect(junit.cases.map { $0.failure?.type } == [nil, "empty", nil])
    #expect(try junit["hollow"].failure?.message == sentence)
    let json = try project.json()
    #expect(json.outcome == "failed")
    #expect(try json["hollow"].verdict == "passed")
    for report in ["r.md", "r.html", "r.sarif", "r.gl"] {
      #expect(try project.read(report).contains("public.empty_one has no rows"), "\(report)")
    }
    try expect(project.plangate("merge", "report.json"), exits: 1, stdout: ["EMPTY"])
  }

  @Test func `a table with rows passes, and a new case fails as new`() throws {
    let project = try Self.project()
    try expect(project.plangate("record", "full", "parts"), exits: 0)
    try expect(project.plangate("check", "full", "parts", "--strict"), exits: 0)
    try expect(project.plangate("check", "--strict", "--junit", "junit.xml"), exits: 1)
    #expect(try project.junit()["hollow"].failure?.type == "no-baseline")
  }
}
