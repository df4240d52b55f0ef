import Foundation
import TestSupport
import Testing

/// Every file that a seed reads is tracked: a run notices its change, with or without a cache.
@Suite struct CacheInputTests {
  /// Adds a step to the project, and a file that the step reads.
  private static func project(_ step: String, _ more: [String: String] = [:]) throws -> CachedProject {
    let project = try CachedProject(more)
    try project.files.write("queries/more.csv", "1\n")
    try project.files.write("queries/more.sql", "INSERT INTO items VALUES (1);\n")
    let text = step.replacing("DIRECTORY", with: project.files.directory)
    try project.files.write("seed/6.sql", text + "\n")
    // The server may run as another user.
    chmod(project.files.directory, 0o755)
    return project
  }

  private static func rows(_ project: CachedProject) throws -> Int {
    let run = try project.check()
    guard run.status == 0, let rows = try project.files.json()["items"].plan?.rows else {
      throw TestFailure("the check did not pass\n\(run)")
    }
    return Int(rows)
  }

  @Test(arguments: [
    "\\i more.sql;", "\\i 'more'.sql", "\\ir ../queries/more.sql;", "\\COPY items FROM more.csv", "\\i 'more\\x2esql'",
    "\\copy items from more.csv;", "DO $$ BEGIN EXECUTE 'COPY items FROM ''DIRECTORY/queries/more.csv'''; END $$;",
    "DO $$ BEGIN EXECUTE 'CO' || 'PY items FROM ' || quote_literal('DIRECTORY/queries/more' || '.csv'); END $$;",
    "DO $$ DECLARE s text := 'COPY items FROM ''DIRECTORY/queries/more.csv'''; BEGIN EXECUTE s; END $$;",
    "SELECT 'COPY items FROM ''DIRECTORY/queries/more.csv''' \\gexec",
    "SELECT 'CO' || 'PY items FROM ''DIRECTORY/queries/more.csv''' \\gexec",
    "SELECT format('COPY items FROM %L', 'DIRECTORY/queries/more.csv') \\gexec",
    "\\set c 'COPY items FROM ''DIRECTORY/queries/more.csv'''\n:c;",
    "INSERT INTO items SELECT x::int FROM unnest(string_to_array(trim(pg_read_file('DIRECTORY/queries/more.csv'), E'\\n'),"
      + " E'\\n')) x;",
  ])
  func `a change of a file that a step reads is noticed`(step: String) throws {
    let project = try Self.project(step)
    #expect(try Self.rows(project) == 51)
    try project.files.append("queries/more.csv", "2\n")
    try project.files.append("queries/more.sql", "INSERT INTO items VALUES (2);\n")
    #expect(try Self.rows(project) == 52)
  }

  @Test func `inputs behind links and in nested directories count`() throws {
    let project = try CachedProject(["other/deep/rows": "1"])
    let directory = project.files.directory
    try FileManager.default.createSymbolicLink(atPath: directory + "/link", withDestinationPath: "other")
    let command = "psql -Xqc \\\"INSERT INTO items SELECT generate_series(1, $(cat ../other/deep/rows))\\\""
    for (inputs, rows) in [("[../link]", 2), ("[\"../**/rows\"]", 3), ("[../link/deep]", 4)] {
      try project.files.edit(
        "queries/manifest.yml", try project.files.read("queries/manifest.yml").components(separatedBy: "settings:")[0],
        "version: 1\nseed:\n  - ../seed/*.sql\n  - run: \"\(command)\"\n    inputs: \(inputs)\n")
      #expect(try Self.rows(project) == 49 + rows)
      #expect(try Self.rows(project) == 49 + rows)
      try project.files.write("other/deep/rows", "\(rows)")
      #expect(try Self.rows(project) == 50 + rows)
    }
  }

  @Test func `a function that a policy names reads the clock, to any depth`() throws {
    let project = try CachedProject([
      "seed/6.sql": """
      CREATE FUNCTION day() RETURNS date LANGUAGE sql AS 'SELECT now()::date';
      CREATE FUNCTION is_recent(made date) RETURNS boolean LANGUAGE sql AS 'SELECT made > day() - 1';
      CREATE POLICY recent ON items USING (is_recent(made));
      ALTER TABLE items ENABLE ROW LEVEL SECURITY;

      """
    ])
    try project.files.edit("seed/1.sql", "(id integer)", "(id integer, made date DEFAULT now())")
    for _ in 1...2 {
      let run = try project.check("items")
      try expect(
        run, exits: 0, stdout: ["the seed may read the clock, and so does function public.day, in a policy"],
        not: ["seed: from the cache"])
    }
  }

  @Test func `a function that a view names reads the clock, to any depth`() throws {
    let project = try CachedProject([
      "seed/6.sql": """
      CREATE FUNCTION day() RETURNS date LANGUAGE sql AS 'SELECT now()::date';
      CREATE FUNCTION is_recent(made date) RETURNS boolean LANGUAGE sql AS 'SELECT made > day() - 1';
      ALTER TABLE items RENAME TO all_items;
      CREATE VIEW recent_items AS SELECT * FROM all_items WHERE is_recent(made);
      CREATE VIEW items AS SELECT * FROM recent_items;

      """
    ])
    try project.files.edit("seed/1.sql", "(id integer)", "(id integer, made date DEFAULT now())")
    for _ in 1...2 {
      let run = try project.check("items")
      try expect(
        run, exits: 0, stdout: ["the seed may read the clock, and so does "], not: ["seed: from the cache"])
    }
  }

  @Test func `rows inserted after an archive whose defaults read the clock are created again for queries of the clock`()
    throws
  {
    let project = try CachedProject()
    let server = try project.start(["check", "--keep"])
    try server.wait(until: "the server was up") { server.stdout.contains("Ctrl-C") }
    let url = try #require(server.stdout.components(separatedBy: "psql '").last?.components(separatedBy: "'").first)
    let dump = try RunningProgram(
      [
        "/bin/sh", "-c",
        "psql -Xqc 'ALTER TABLE items ADD made timestamptz DEFAULT now()' \"$0\" && pg_dump -Fc -f seed/0.dump \"$0\"",
        url,
      ], in: project.files.directory, environment: plainEnvironment()
    ).end()
    server.send(SIGINT)
    _ = server.end()
    try expect(dump, exits: 0)
    try project.files.edit("seed/1.sql", "CREATE TABLE items (id integer);\n", "")
    try project.files.edit("queries/manifest.yml", "- ../seed/*.sql", "- ../seed/0.dump\n  - ../seed/*.sql")
    // Without a query that reads the clock it is cached.
    _ = try project.check()
    try expect(project.check("items"), exits: 0, stdout: ["seed: from the cache"])
    try project.files.edit(
      "queries/manifest.yml", "SELECT id FROM items", "SELECT id FROM items WHERE made > now() - '1h'::interval")
    for _ in 1...2 {
      let run = try project.check("items")
      #expect(
        run.stdout.contains("not cached: seed/1.sql: it may read the clock, and so does the query items"), "\(run)")
      #expect(!run.stdout.contains("seed: from the cache"), "\(run)")
    }
  }
}
