import Foundation
import TestSupport
import Testing

/// Which seeds with the time in their rows come from the cache, by what the queries do with the clock.
@Suite struct CacheClockTests {
  private static func project(_ sql: String, seed: String = "", manifest: String = "") throws -> CachedProject {
    let project = try CachedProject([
      "seed/6.sql": """
      CREATE TABLE visits (id integer PRIMARY KEY, seen timestamptz NOT NULL DEFAULT now());
      INSERT INTO visits SELECT generate_series(1, 100);
      CREATE MATERIALIZED VIEW recent AS SELECT id FROM visits WHERE seen > now() - interval '1 hour';
      CREATE VIEW fresh AS SELECT id FROM visits WHERE seen > now() - interval '1 hour';
      CREATE TABLE days (id integer, day date NOT NULL DEFAULT current_date) PARTITION BY RANGE (day);
      CREATE TABLE today PARTITION OF days DEFAULT;
      \(seed)

      """
    ])
    try project.files.edit(
      "queries/manifest.yml", "queries:\n", "\(manifest)queries:\n  - {name: clock, sql: \"\(sql)\"}\n")
    _ = try project.plangate("record")
    return project
  }

  private static func trigger(_ body: String) -> String {
    """
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN \(body) RETURN NEW; END';
    CREATE TRIGGER touch BEFORE UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION touch();
    """
  }

  @Test(arguments: [
    ("UPDATE visits SET seen = now() WHERE id = 3", ""), ("INSERT INTO visits VALUES (1000, now())", ""),
    // The default of a row that a query writes, and a query that ran when the view was made.
    ("INSERT INTO visits (id) VALUES (1000)", ""), ("SELECT id FROM recent", ""),
    ("UPDATE visits SET seen = now() WHERE id = 3", trigger("NEW.seen = now();")),
  ])
  func `a time that no plan depends on leaves the run cached`(sql: String, seed: String) throws {
    let project = try Self.project(sql, seed: seed)
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"], not: ["not cached"])
  }

  @Test(arguments: [
    ("UPDATE visits SET seen = now() WHERE seen < now()", "", "the query clock"),
    ("SELECT id FROM fresh", "", "view public.fresh"),
    ("SELECT id FROM fresh JOIN recent USING (id)", "", "view public.fresh"),
    (
      "INSERT INTO days VALUES (1, current_date)", "",
      "the query clock, which writes the time into public.days, where it may decide on the partition"
    ),
    (
      "INSERT INTO days (id) VALUES (1)", "",
      "the query clock, which writes the time into public.days, where it may decide on the partition"
    ),
    (
      "UPDATE visits SET seen = now() WHERE id = 3",
      trigger("IF NEW.seen > OLD.seen THEN NEW.id = NEW.id + 1000; END IF;"),
      "the query clock, which writes the time into public.visits, whose trigger touch may depend on it"
    ),
    (
      "UPDATE fresh SET seen = now() WHERE id = 3",
      "DROP VIEW fresh; CREATE VIEW fresh AS SELECT * FROM visits;",
      "the query clock, which writes the time into fresh, which is not a table"
    ),
  ])
  func `a time that may move a plan is seeded again, and one line says why`(
    sql: String, seed: String, reason: String
  ) throws {
    let project = try Self.project(sql, seed: seed)
    let run = try project.plangate("check")
    let lines = run.stdout.split(separator: "\n").filter { $0.hasPrefix("not cached: ") }
    #expect(run.status == 0 && lines.count == 1, "\(run)")
    #expect(
      lines.first.map { $0.contains("so does \(reason)") && $0.hasSuffix("write clock: ignore") } == true, "\(run)")
    try expect(project.check(), exits: 0, not: ["seed: from the cache"])
    try expect(project.plangate("check", "-q"), exits: 0, not: ["not cached"])
  }

  @Test(arguments: [
    ("  - ../seed/*.sql\n", "  - {file: ../seed/*.sql, clock: ignore}\n"),
    ("version: 1\n", "version: 1\nclock: ignore\n"),
  ])
  func `clock: ignore says that the author knows`(old: String, new: String) throws {
    let project = try Self.project("SELECT id FROM visits WHERE seen < now()")
    try expect(project.check(), exits: 0, stdout: ["not cached: seed/6.sql: it may read the clock"])
    try project.files.edit("queries/manifest.yml", old, new)
    _ = try project.check()
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"], not: ["not cached"])
  }
}
