import PlanCore
import Postgres
import Testing

@testable import GateCommand

/// After a migration, only the statistics of what it changed are renewed; the result is that of a full pass.
@Suite struct StatisticsTests {
  /// One table or family of tables for each change.
  private static let setup = """
    CREATE SCHEMA st;
    SET search_path = st;
    CREATE FUNCTION bucket(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n % 7';
    \(tables.map { "CREATE TABLE \($0) AS SELECT n AS id, n % 50 AS k, n::text AS note FROM generate_series(1, 4000) AS n;" }
      .joined(separator: "\n"))
    ALTER TABLE constrained ADD PRIMARY KEY (id);
    CREATE INDEX with_expression_idx ON with_expression (bucket(id));
    CREATE STATISTICS statistics_expression_st ON bucket(id), k FROM statistics_expression;
    CREATE INDEX dropped_index_idx ON dropped_index (k);
    CREATE MATERIALIZED VIEW refreshed AS SELECT k, count(*) AS n FROM source GROUP BY k;
    CREATE TABLE parted (id integer, k integer) PARTITION BY RANGE (id);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (2000) PARTITION BY RANGE (id);
    CREATE TABLE parted_1_1 PARTITION OF parted_1 FOR VALUES FROM (0) TO (1000);
    CREATE TABLE parted_1_2 PARTITION OF parted_1 FOR VALUES FROM (1000) TO (2000);
    CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (2000) TO (4000);
    INSERT INTO parted SELECT n, n % 9 FROM generate_series(0, 3999) AS n;
    CREATE TABLE detaching (id integer) PARTITION BY RANGE (id);
    CREATE TABLE detaching_1 PARTITION OF detaching FOR VALUES FROM (0) TO (1000);
    CREATE TABLE detaching_2 PARTITION OF detaching FOR VALUES FROM (1000) TO (2000);
    INSERT INTO detaching SELECT n FROM generate_series(0, 1999) AS n;
    CREATE TABLE parent (id integer, k integer);
    CREATE TABLE child (extra text) INHERITS (parent);
    INSERT INTO parent SELECT n, n % 3 FROM generate_series(1, 500) AS n;
    INSERT INTO child SELECT n, n % 5, 'x' FROM generate_series(1, 900) AS n;
    CREATE TABLE lists (words text[]);
    INSERT INTO lists SELECT ARRAY['a' || n % 13, 'b' || n % 11] FROM generate_series(1, 2000) AS n;

    """

  private static let tables = [
    "untouched", "inserted", "deleted", "truncated", "retyped", "widened", "with_default", "dropped_column",
    "constrained", "targeted", "distinct_set", "indexed", "partly_indexed", "expression_indexed", "hash_indexed",
    "dropped_index", "with_expression", "statistics_expression", "with_objects", "source", "analyzed_by_hand",
    "rewritten",
    "renamed", "by_function",
  ]

  private static let changes = """
    SET search_path = st;
    INSERT INTO inserted SELECT n, 1, 'more' FROM generate_series(1, 777) AS n;
    DELETE FROM deleted WHERE id % 3 = 0;
    TRUNCATE truncated;
    ALTER TABLE retyped ALTER COLUMN note TYPE integer USING note::integer;
    ALTER TABLE widened ADD COLUMN more text;
    ALTER TABLE with_default ADD COLUMN more text DEFAULT 'x';
    ALTER TABLE dropped_column DROP COLUMN k;
    ALTER TABLE constrained ADD CHECK (k >= 0), ALTER COLUMN k SET NOT NULL;
    ALTER TABLE targeted ALTER COLUMN note SET STATISTICS 7;
    ALTER TABLE distinct_set ALTER COLUMN k SET (n_distinct = 3);
    CREATE INDEX ON indexed (k);
    CREATE INDEX ON partly_indexed (id) WHERE k = 3;
    CREATE INDEX ON expression_indexed ((id / 100));
    CREATE INDEX ON hash_indexed USING hash (k);
    CREATE INDEX ON lists USING gin (words);
    DROP INDEX dropped_index_idx;
    CREATE STATISTICS with_objects_st ON id, k FROM with_objects;
    UPDATE source SET k = k + 1 WHERE id < 100;
    REFRESH MATERIALIZED VIEW refreshed;
    ANALYZE analyzed_by_hand;
    VACUUM FULL rewritten;
    ALTER TABLE renamed RENAME TO has_another_name;
    CREATE FUNCTION writes() RETURNS void LANGUAGE sql AS 'DELETE FROM st.by_function WHERE id < 40';
    SELECT writes();
    UPDATE parted SET k = 4 WHERE id < 10;
    ALTER TABLE detaching DETACH PARTITION detaching_1;
    CREATE TABLE detaching_3 PARTITION OF detaching FOR VALUES FROM (2000) TO (3000);
    UPDATE child SET k = 2 WHERE id < 50;
    CREATE TABLE made AS SELECT n AS id FROM generate_series(1, 1000) AS n;

    """

  /// Everything that ANALYZE and VACUUM leave in the catalog.
  private static func statistics(_ state: DatabaseState) throws -> [String] {
    let connection = try state.server.newConnection(to: state.name)
    return try connection.execute(
      """
      SELECT line FROM (
        SELECT 'class ' || c.oid::regclass || ' ' || concat_ws(' ', relpages, reltuples, relallvisible) AS line
        FROM pg_class c WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          AND relkind IN ('r', 'm', 'p', 'i', 't')
        UNION ALL
        SELECT 'column ' || starelid::regclass || ' ' || (to_jsonb(s) - 'starelid')::text FROM pg_statistic s
        WHERE starelid >= 16384
        UNION ALL
        SELECT 'object ' || (to_jsonb(d) - 'stxdndistinct' - 'stxddependencies' - 'stxdmcv')::text
          || md5(concat(stxdndistinct::text, stxddependencies::text, stxdmcv::text))
        FROM pg_statistic_ext_data d
      ) AS lines
      WHERE line !~ '^class pg_toast\\.pg_toast_(2|3|1)[0-9]{0,3}(_index)? '
      ORDER BY 1
      """
    ).rows.compactMap { $0[0] }
  }

  private static func expectFullPass(
    _ worker: CorpusWorker, after changes: String, works isWanted: (StatisticsBasis.Work) -> Bool
  ) throws {
    let before = try worker.seeded.clone(StateLabel("before"), applying: [try worker.script(setup)])
    defer { before.drop() }
    let server = before.server
    let name = server.newState()
    try server.copy(before.name, to: name)
    let basis = try #require(try DatabaseState.basis(name, on: server))
    try Seeding(before.manifest, on: server, in: name, before.steps).run([try worker.script(changes)])
    try server.waitUntilAlone(in: name)
    let now = try #require(try DatabaseState.basis(name, on: server))
    #expect(isWanted(now.work(since: basis, analyzesPartitions: false)))
    let after = try DatabaseState(analyzing: name, on: server, manifest: before.manifest, before.steps, since: basis)
    defer { after.drop() }
    let renewed = try statistics(after)
    _ = try DatabaseState.analyze(after.name, on: server, after.manifest)
    let full = try statistics(after)
    #expect(renewed.count > 100)
    #expect(renewed.difference(from: full).isEmpty, "\(renewed.difference(from: full))")
  }

  @Test func `each kind of change`() throws {
    try CorpusWorker.with { worker in
      try Self.expectFullPass(worker, after: Self.changes) { work in
        guard case .some(let vacuum, let analyze) = work else { return false }
        return !analyze.contains("st.untouched") && !vacuum.contains("st.indexed") && analyze.contains("st.parted")
      }
    }
  }

  @Test func `a function under an index on an expression`() throws {
    let change = """
      CREATE OR REPLACE FUNCTION st.bucket(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n % 3';

      """
    try CorpusWorker.with { worker in
      try Self.expectFullPass(worker, after: change) { work in
        guard case .some(_, let analyze) = work else { return false }
        return analyze.contains("st.with_expression") && analyze.contains("st.statistics_expression")
          && !analyze.contains("st.untouched")
      }
    }
  }

  @Test func `nothing, and a setting that concerns all`() throws {
    try CorpusWorker.with { worker in
      try Self.expectFullPass(worker, after: "SELECT 1;") { $0 == .some(vacuum: [], analyze: []) }
      let target =
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_statistics_target = 20', current_database()); END $$;"
      try Self.expectFullPass(worker, after: target) { $0 == .everything }
    }
  }
}
