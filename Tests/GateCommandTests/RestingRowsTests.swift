import Testing

@testable import GateCommand

/// Which scripts leave all rows where they are.
@Suite struct RestingRowsTests {
  @Test(arguments: [
    "", "-- nothing", "CREATE INDEX ON items (id);", "CREATE UNIQUE INDEX CONCURRENTLY i ON items (lower(name));",
    "BEGIN; DROP INDEX IF EXISTS a, b CASCADE; COMMIT;", "ALTER TABLE items ADD PRIMARY KEY (id);",
    "ALTER TABLE items ADD CONSTRAINT k UNIQUE USING INDEX i;",
    "ALTER TABLE items ADD FOREIGN KEY (a) REFERENCES b NOT VALID;", "ALTER TABLE items VALIDATE CONSTRAINT c;",
    "ALTER TABLE items ALTER COLUMN a SET STATISTICS 500, ALTER b SET NOT NULL;",
    "ALTER TABLE items ALTER COLUMN a TYPE bigint;", "ALTER TABLE items DROP COLUMN a;",
    "ALTER TABLE items ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON items USING (owner = current_user);",
    "COMMENT ON TABLE items IS 'INSERT INTO x VALUES (1); DO'; GRANT SELECT ON items TO reader;",
    "CREATE OR REPLACE VIEW v AS SELECT 1; CREATE TABLE made (id integer); DROP TABLE gone;",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM items; $$;",
    "SET search_path = app; CREATE STATISTICS s ON a, b FROM items; REINDEX TABLE items;",
  ])
  func `they do`(_ script: String) { #expect(RestingRows.statements(of: script) != nil) }

  @Test(arguments: [
    "INSERT INTO items VALUES (1);", "CREATE INDEX ON items (id); UPDATE items SET a = 1;", "DELETE FROM items;",
    "SELECT fill();", "DO $$ BEGIN END $$;", "CALL fill();", "CREATE TABLE copies AS SELECT * FROM items;",
    "CREATE MATERIALIZED VIEW m AS SELECT 1;", "REFRESH MATERIALIZED VIEW m;", "TRUNCATE items;", "VACUUM FULL items;",
    "CLUSTER items USING i;", "ANALYZE;", "COPY items FROM STDIN;\n1\n\\.\n", "\\i rows.sql",
    "CREATE EXTENSION postgis;", "ALTER TABLE items ADD COLUMN a integer DEFAULT next();",
    "ALTER TABLE items ALTER COLUMN a TYPE integer USING convert(a);",
    "ALTER TABLE items ADD CONSTRAINT c CHECK (holds(a));", "ALTER DATABASE d SET default_statistics_target = 10;",
    "CREATE TEMP TABLE t (id integer);", "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
    "WITH x AS (DELETE FROM items) SELECT 1;", "EXPLAIN ANALYZE DELETE FROM items;", "LOCK items;",
    "COMMIT PREPARED 'p';", "BEGIN; CREATE INDEX ON items (id); PREPARE TRANSACTION 'p';",
    "CREATE DOMAIN d AS integer CHECK (holds(VALUE));",
  ])
  func `they do not, or it cannot be told`(_ script: String) { #expect(RestingRows.statements(of: script) == nil) }
}
