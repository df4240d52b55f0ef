import TestSupport
import Testing

extension GivenServerTests {
  /// What plangate's own VACUUM and ANALYZE hide is said at the cases that it concerns, and nothing else is.
  @Suite(.serialized) struct ProductionNotes {
    /// The rows come first, as a project's rows do; the other steps are its migrations.
    private static let files = [
      "seed/01-rows.sql": """
      CREATE TABLE typed AS
      SELECT n AS id, n % 50 AS kind, n % 70 AS plain, 'Label ' || n % 40 AS label, n % 9 AS a, n % 8 AS b
      FROM generate_series(1, 3000) AS n;
      CREATE INDEX typed_label_idx ON typed (lower(label));
      CREATE STATISTICS typed_ab (dependencies) ON a, b FROM typed;
      CREATE TABLE analyzed AS SELECT * FROM typed;
      CREATE TABLE late (id integer, kind integer);
      CREATE TABLE few AS SELECT n AS id, n % 5 AS kind FROM generate_series(1, 50) AS n;
      CREATE TABLE stale AS SELECT n AS id, 0 AS kind FROM generate_series(1, 3000) AS n;
      CREATE INDEX stale_id_idx ON stale (id);
      CREATE TABLE derived AS TABLE stale;
      UPDATE derived SET kind = id % 10;
      CREATE TABLE touched AS TABLE stale;
      CREATE TABLE vacuumed AS TABLE stale;
      CREATE TABLE rewritten AS TABLE stale;
      CREATE TABLE parted (id integer, day integer, kind integer) PARTITION BY RANGE (day);
      CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1);
      CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (1) TO (4);
      INSERT INTO parted SELECT n, n % 4, n % 50 FROM generate_series(1, 6000) AS n;
      CREATE TABLE wide AS SELECT n AS id, n % 600 AS often, n % 30 AS kind FROM generate_series(1, 31000) AS n;

      """,
      "seed/02-types.sql": """
      ALTER TABLE typed ALTER kind TYPE bigint, ALTER label TYPE varchar(40), ALTER a TYPE bigint;
      ALTER TABLE analyzed ALTER kind TYPE bigint;
      ALTER TABLE late ALTER kind TYPE bigint;
      ALTER TABLE few ALTER kind TYPE bigint;
      ALTER TABLE parted ALTER kind TYPE bigint;

      """,
      "seed/03-rows.sql": """
      ANALYZE analyzed;
      INSERT INTO late SELECT n, n % 50 FROM generate_series(1, 3000) AS n;
      UPDATE stale SET kind = id % 10 WHERE id <= 1500;
      UPDATE touched SET kind = 1 WHERE id <= 300;
      DELETE FROM vacuumed WHERE id > 1000;
      VACUUM vacuumed;
      UPDATE rewritten SET kind = 1;
      VACUUM FULL rewritten;
      UPDATE parted SET id = -id WHERE day = 0;
      ALTER TABLE wide ALTER often SET (n_distinct = -0.5), ALTER kind SET STATISTICS 10;

      """,
      "seed/04-last.sql": "SELECT 1;\n",
      "queries/manifest.yml": """
      version: 1
      seed:
        - ../seed/*.sql
      settings:
        random_page_cost: 1.1
      rules: {new-query: off}
      queries:
        - {name: by_kind, sql: SELECT id FROM typed WHERE kind = 7}
        - {name: by_plain, sql: SELECT id FROM typed WHERE plain = 7}
        - {name: by_label, sql: "SELECT id FROM typed WHERE lower(label) = 'label 7'"}
        - {name: by_a, sql: SELECT id FROM typed WHERE a = 7}
        - {name: by_a_and_b, sql: SELECT id FROM typed WHERE a = 7 AND b = 7}
        - {name: by_b, sql: SELECT id FROM typed WHERE b = 7}
        - {name: joined, sql: SELECT count(*) FROM typed t JOIN few f ON f.id = t.kind}
        - {name: analyzed, sql: SELECT id FROM analyzed WHERE kind = 7}
        - {name: late, sql: SELECT id FROM late WHERE kind = 7}
        - {name: few, sql: SELECT id FROM few WHERE kind = 3}
        - {name: stale, sql: SELECT id FROM stale WHERE kind = 7}
        - {name: stale_ids, sql: SELECT id FROM stale WHERE id < 20}
        - {name: others, sql: "SELECT id FROM derived UNION ALL SELECT id FROM touched UNION ALL SELECT id FROM vacuumed
            UNION ALL SELECT id FROM rewritten"}
        - {name: parted, sql: SELECT day FROM parted WHERE kind = 7 AND day = 2}
        - {name: parted_1, sql: SELECT id FROM parted WHERE day = 0}
        - {name: often, sql: "SELECT often, count(*) FROM wide GROUP BY often"}
        - {name: wide_kind, sql: SELECT id FROM wide WHERE kind = 7}
        - {name: wide, sql: SELECT id FROM wide WHERE id = 7}

      """,
    ]

    private static let notes = [
      "public.parted.kind, public.typed.a, public.typed.kind, public.typed.label, the expression of index "
        + "typed_label_idx of public.typed, the statistics object typed_ab of public.typed have no statistics after "
        + "seed/02-types.sql: production has none until ANALYZE runs, which plangate does itself (by_kind, by_label, "
        + "by_a, by_a_and_b, joined, parted)",
      "public.wide.often has n_distinct = -0.5: without it ANALYZE would count its values in the whole table here and in "
        + "a sample in production, so a lost override may not show here (often)",
      "public.wide.kind has a statistics target of 10: ANALYZE in production reads a sample (here it would be 30,000 of "
        + "the 31,000 rows of public.wide), and plangate reads every row, so estimates may be better here (wide_kind)",
      "public.parted_1 has 1,500 dead rows beside 1,500 live ones after seed/03-rows.sql: production reads them until "
        + "VACUUM runs, which plangate does itself (parted_1)",
      "public.stale has 1,500 dead rows beside 3,000 live ones after seed/03-rows.sql: production reads them until "
        + "VACUUM runs, which plangate does itself (stale, stale_ids); until then index-only scans visit the table "
        + "(stale_ids)",
    ]

    /// The notes of a run that are about production.
    private func notes(_ run: ProgramRun, of project: Project) throws -> [String] {
      guard run.status != 2 else { throw TestFailure("the check failed\n\(run)") }
      return try project.json().notes.filter { note in
        ["no statistics after", "n_distinct", "statistics target", "_target", "dead rows"]
          .contains { note.contains($0) }
      }
    }

    @Test func `are the same from the cache, from a part of it, without it and on a given server`() throws {
      let project = try Project(Self.files)
      func check(_ arguments: String..., says words: String? = nil) throws -> [String] {
        let run = try project.start(
          ["check", "-v", "--json", "report.json"] + arguments,
          environment: GivenTestServer.withPassword.merging(["PLANGATE_CACHE_DIR": project.path("cache")]) { $1 }
        ).end()
        if let words { #expect(run.stdout.contains(words), "\(run)") }
        return try notes(run, of: project)
      }
      #expect(try check("--no-cache") == Self.notes)
      #expect(try check(says: "cached for the next run") == Self.notes)
      #expect(try check(says: "seed: from the cache") == Self.notes)
      // A state before the last step is kept with what the steps before it did.
      try project.append("seed/04-last.sql", "SELECT 2;\n")
      #expect(try check(says: "seed: 3 of 4 steps from the cache") == Self.notes)
      #expect(try check("--server", GivenTestServer.shared().conninfo) == Self.notes)
      // What ran meanwhile has its name from the seed of today, and what a later step repairs is no longer said.
      try project.move("seed/03-rows.sql", to: "seed/03-renamed.sql")
      #expect(
        try check(says: "seed: from the cache")
          == Self.notes.map { $0.replacing("03-rows.sql", with: "03-renamed.sql") })
      try project.append("seed/04-last.sql", "VACUUM ANALYZE;\n")
      #expect(try check() == Array(Self.notes[1...2]))
    }

    @Test func `name the migrations that ran on the analyzed seed, and nothing that the seed did before`() throws {
      var files = Self.files
      files["migrations/001_types.sql"] = files.removeValue(forKey: "seed/02-types.sql")
      files["migrations/002_rows.sql"] = "UPDATE touched SET kind = 1 WHERE id <= 1500;\n"
      files["migrations/003_last.sql"] = "SELECT 1;\n"
      let project = try Project(files)
      try project.edit("queries/manifest.yml", "settings:\n", "migrations: ../migrations\nsettings:\n")
      func check(_ arguments: String..., says words: String? = nil) throws -> [String] {
        let run = try project.start(
          ["check", "-v", "--json", "report.json"] + arguments,
          environment: ["PLANGATE_CACHE_DIR": project.path("cache")]
        ).end()
        if let words { #expect(run.stdout.contains(words), "\(run)") }
        return try notes(run, of: project)
      }
      let first = try check("--no-cache")
      try #require(first.count == 4)
      // Statistics were there before, and the seed's own dead rows are vacuumed away.
      #expect(first[0].hasPrefix("public.analyzed.kind, public.late.kind, public.parted.kind, public.typed.a"))
      #expect(first[0].contains("have no statistics after migrations/001_types.sql: "))
      #expect(Array(first[1...2]) == Array(Self.notes[1...2]))
      #expect(first[3].hasPrefix("public.touched has 1,500 dead rows beside 3,000 live ones after migrations/002_rows"))
      #expect(try check() == first)
      #expect(try check(says: "seed: from the cache") == first)
      try project.append("migrations/003_last.sql", "SELECT 2;\n")
      #expect(try check(says: "2 of 3 migrations from the cache") == first)
      try project.edit("migrations/002_rows.sql", "1500", "1600")
      #expect(try check() == first.map { $0.replacing("1,500 dead", with: "1,600 dead") })
    }

    @Test func `are shown by record, and only where the project set something`() throws {
      let project = try Project(Self.files)
      let run = try project.plangate("record")
      try expect(run, exits: 0)
      for note in Self.notes { #expect(run.stdout.contains("note: \(note)\n"), "\(run)") }
      try project.edit("queries/manifest.yml", "random_page_cost: 1.1", "default_statistics_target: 10")
      try project.edit(
        "seed/03-rows.sql", "ALTER TABLE wide ALTER often SET (n_distinct = -0.5), ALTER kind SET STATISTICS 10;", "")
      try project.edit("queries/manifest.yml", "version: 1\n", "version: 1\nstatistics: sampled\n")
      let sampled = try project.plangate("check", "-v", "--json", "report.json")
      #expect(try notes(sampled, of: project) == [Self.notes[0], Self.notes[3], Self.notes[4]])
      try project.edit("queries/manifest.yml", "statistics: sampled\n", "")
      let targets = try notes(try project.plangate("check", "-v", "--json", "report.json"), of: project)
      #expect(targets.count == 4 && targets[1].hasPrefix("default_statistics_target is 10: ANALYZE in production"))
      #expect(
        targets.count == 4
          && targets[1].contains("3,000 of the 6,000 rows of public.parted, 3,000 of the 31,000 rows of public.wide)"))
      #expect(targets.count == 4 && targets[1].hasSuffix("(parted, parted_1, often, wide_kind, wide)"))
    }
  }
}
