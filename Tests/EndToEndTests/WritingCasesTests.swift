import TestSupport
import Testing

/// Cases that write share clones, one after the other; each has the figures that it has in a clone of its own.
@Suite struct WritingCasesTests {
  private static let seed = """
    CREATE TABLE items (id integer PRIMARY KEY, k integer, note text);
    INSERT INTO items SELECT n, n % 500, repeat('x', 40) FROM generate_series(1, 20000) AS n;
    CREATE INDEX items_k_idx ON items (k);
    CREATE TABLE hashed (id integer, k integer);
    INSERT INTO hashed SELECT n, n FROM generate_series(1, 5000) AS n;
    CREATE INDEX hashed_k_idx ON hashed USING hash (k);
    CREATE TABLE ranges (at integer, note text);
    INSERT INTO ranges SELECT n, repeat('y', 200) FROM generate_series(1, 10000) AS n;
    CREATE INDEX ranges_at_idx ON ranges USING brin (at) WITH (pages_per_range = 4);
    CREATE TABLE places (at point);
    INSERT INTO places SELECT point(n % 100, n / 100) FROM generate_series(0, 9999) AS n;
    CREATE INDEX places_at_idx ON places USING gist (at);
    CREATE TABLE tags (words text[]);
    INSERT INTO tags SELECT ARRAY['w' || n % 97, 'v' || n % 89] FROM generate_series(1, 5000) AS n;
    CREATE INDEX tags_words_idx ON tags USING gin (words);
    CREATE TABLE log (id serial PRIMARY KEY, what text);
    CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN INSERT INTO log (what) VALUES (TG_OP); RETURN NULL; END $$;
    CREATE TABLE parents (id integer PRIMARY KEY, note text);
    INSERT INTO parents SELECT n, 'p' FROM generate_series(1, 2000) AS n;
    CREATE TABLE children (id integer PRIMARY KEY, parent_id integer REFERENCES parents ON DELETE CASCADE);
    INSERT INTO children SELECT n, n % 2000 + 1 FROM generate_series(1, 6000) AS n;
    CREATE INDEX children_parent_idx ON children (parent_id);
    CREATE TRIGGER parents_note AFTER INSERT OR UPDATE OR DELETE ON parents FOR EACH ROW EXECUTE FUNCTION note_it();
    CREATE FUNCTION with_scratch() RETURNS bigint LANGUAGE plpgsql AS $$
      DECLARE found bigint;
      BEGIN
        CREATE TEMPORARY TABLE scratch AS SELECT id FROM items WHERE k = 7;
        SELECT count(*) INTO found FROM scratch;
        RETURN found;
      END $$;
    -- With it the database is large enough for clones that share files with their original.
    CREATE TABLE archive (id integer, note text);
    ALTER TABLE archive ALTER COLUMN note SET STORAGE PLAIN;
    INSERT INTO archive SELECT n, repeat('z', 1500) FROM generate_series(1, 50000) AS n;
    CREATE TABLE stock (id integer PRIMARY KEY, amount integer) WITH (fillfactor = 50);
    INSERT INTO stock SELECT n, 100 FROM generate_series(1, 5000) AS n;

    """

  /// What each leaves in its clone is another kind of trace.
  private static let queries: [(String, String)] = [
    ("add_many", "INSERT INTO items SELECT n, n, 'new' FROM generate_series(20001, 21000) AS n"),
    ("add_one", "INSERT INTO items VALUES (30001, 3, 'new')"),
    ("add_place", "INSERT INTO places VALUES (point(5000, 5000))"),
    ("add_range", "INSERT INTO ranges VALUES (1, 'late')"),
    ("add_tag", "INSERT INTO tags VALUES (ARRAY['w1', 'v1'])"),
    ("archive", "INSERT INTO log (what) SELECT max(id)::text FROM archive"),
    ("book", "UPDATE stock SET amount = amount - 1 WHERE id BETWEEN 100 AND 400"),
    ("change_all", "UPDATE items SET k = k + 1"),
    ("change_one", "UPDATE items SET k = 5 WHERE id = 77"),
    ("change_parent", "UPDATE parents SET note = 'q' WHERE id = 3"),
    ("claim", "SELECT id FROM items WHERE k = 9 ORDER BY id LIMIT 5 FOR UPDATE SKIP LOCKED"),
    ("count_items", "WITH new AS (INSERT INTO log (what) VALUES ('x') RETURNING id) SELECT count(*) FROM items, new"),
    ("find_place", "INSERT INTO log (what) SELECT count(*) FROM places WHERE at <@ box '((0,0),(3,3))'"),
    ("find_range", "INSERT INTO log (what) SELECT count(*) FROM ranges WHERE at BETWEEN 100 AND 120"),
    ("find_tag", "INSERT INTO log (what) SELECT count(*) FROM tags WHERE words @> ARRAY['w1', 'v1']"),
    ("hash_one", "UPDATE hashed SET k = 9999 WHERE k = 7"),
    ("log_one", "INSERT INTO log (what) VALUES ('by hand')"),
    ("remove_parents", "DELETE FROM parents WHERE id BETWEEN 50 AND 80"),
    ("remove_tail", "DELETE FROM items WHERE id > 19000"),
    ("scratch", "SELECT with_scratch()"),
    ("take_numbers", "SELECT nextval('log_id_seq') FROM generate_series(1, 40)"),
  ]

  private static func manifest(_ queries: [(String, String)]) -> String {
    "version: 1\nseed: [../seed.sql]\nsettings: {work_mem: 4MB}\nqueries:\n"
      + queries.map { "  - {name: \($0.0), sql: \"\($0.1)\"}\n" }.joined()
  }

  private static func record(_ project: Project, jobs: Int, _ queries: [(String, String)]) throws -> [String: String] {
    try project.write("queries/manifest.yml", manifest(queries))
    let run = try project.plangate("record", "--jobs", "\(jobs)")
    try expect(run, exits: 0, leavingNothingIn: project)
    defer { try? project.remove("baselines") }
    return try project.contents(of: "baselines")
  }

  @Test func `the figures of a clone of its own, in any order`() throws {
    let project = try Project(["seed.sql": Self.seed])
    var alone: [String: String] = [:]
    for query in Self.queries { alone.merge(try Self.record(project, jobs: 1, [query])) { $1 } }
    #expect(alone.count == Self.queries.count)
    let orders = [("forth", Self.queries, 1), ("back", Self.queries.reversed(), 1), ("side by side", Self.queries, 2)]
    for (order, queries, jobs) in orders {
      let together = try Self.record(project, jobs: jobs, queries)
      for (name, text) in alone { #expect(together[name] == text, "\(order): \(name)") }
    }
  }
}
