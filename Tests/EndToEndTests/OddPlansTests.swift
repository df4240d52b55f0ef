import TestSupport
import Testing

/// EXPLAIN's output for unusual relations and plans: `record` writes all of it, and `check` reads it back.
@Suite struct OddPlansTests {
  private static func project() throws -> Project {
    try Project(["seed/seed.sql": seed, "queries/manifest.yml": manifest])
  }

  @Test func `every recorded baseline is read back`() throws {
    let project = try OddPlansTests.project()
    try expect(try project.plangate("record"), exits: 0, leavingNothingIn: project)
    try expect(try project.plangate("check"), exits: 0, not: ["UNCHECKED", "changed"], leavingNothingIn: project)
  }

  /// The loss of the index would fail if the baseline were complete.
  @Test(arguments: [
    ("Index Scan using orders_pkey", "Index Scan using!orders_pkey"), ("Index Scan", "Indet Scan"),
    ("public.orders  (", "public.orderz orders  ("), ("\n    Index Cond", " !  Index Cond"),
    ("server: 1", "\nserver: 1"),
  ])
  func `a case with a damaged baseline is unchecked, even if an index was dropped`(_ damage: (String, String)) throws {
    let project = try OddPlansTests.project()
    try project.write(
      "queries/manifest.yml",
      "version: 1\nseed: [../seed/*.sql]\nqueries:\n  - {name: one, sql: SELECT note FROM orders WHERE id = 7}\n")
    try expect(try project.plangate("record"), exits: 0)
    try project.edit("baselines/one.plan", damage.0, damage.1)
    try project.append("seed/seed.sql", "ALTER TABLE orders DROP CONSTRAINT orders_pkey;\n")
    let run = try project.plangate("check", "--json", "report.json")
    try expect(
      run, exits: 2, stdout: ["baselines/one.plan:", "the baseline is damaged", "restore it"],
      leavingNothingIn: project)
    #expect(try project.json()["one"].verdict == "unchecked")
  }

  private static let seed = """
    CREATE SEQUENCE my_seq;
    CREATE TABLE orders (id int primary key, customer int, note text);
    INSERT INTO orders SELECT g, g%100, 'n' FROM generate_series(1,20000) g;
    CREATE INDEX orders_customer ON orders (customer);
    CREATE VIEW ov AS SELECT * FROM orders;
    CREATE FUNCTION ovt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER t INSTEAD OF INSERT OR UPDATE ON ov FOR EACH ROW EXECUTE FUNCTION ovt();
    CREATE TABLE ev (id int, at date, k int) PARTITION BY RANGE (at);
    CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
    CREATE TABLE ev_2 PARTITION OF ev FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') PARTITION BY RANGE (at);
    CREATE TABLE ev_2a PARTITION OF ev_2 FOR VALUES FROM ('2024-02-01') TO ('2024-02-15');
    CREATE TABLE ev_2b PARTITION OF ev_2 FOR VALUES FROM ('2024-02-15') TO ('2024-03-01');
    CREATE TABLE ev_3 (k int, id int, junk int, at date);
    ALTER TABLE ev_3 DROP COLUMN junk;
    CREATE INDEX ev_3_k ON ev_3 (k) WITH (fillfactor=70) WHERE (id > 5);
    CREATE INDEX ev_3_at ON ev_3 (at, (k+1)) INCLUDE (id) WITH (fillfactor=50);
    ALTER TABLE ev ATTACH PARTITION ev_3 FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
    CREATE INDEX ev_k ON ev (k) WHERE id > 5;
    CREATE INDEX ev_at ON ev (at, (k+1)) INCLUDE (id) WITH (fillfactor=90);
    CREATE INDEX ev_brin ON ev USING brin (at) WITH (pages_per_range=4);
    CREATE INDEX ev_id ON ONLY ev (id);
    INSERT INTO ev SELECT g, date '2024-01-01' + g % 90, g % 1000 FROM generate_series(1,30000) g;
    CREATE TABLE animal (id int primary key, name text, CHECK (id > 0));
    CREATE TABLE cat (lives int) INHERITS (animal);
    CREATE TABLE dog (CHECK (id > 100000)) INHERITS (animal);
    INSERT INTO animal SELECT g, 'a' FROM generate_series(1,3000) g;
    INSERT INTO cat SELECT g, 'c', 9 FROM generate_series(1,3000) g;
    CREATE TABLE nocols ();
    CREATE UNLOGGED TABLE "Odd ""Na.me" (id int primary key);
    INSERT INTO "Odd ""Na.me" SELECT generate_series(1,1000);
    CREATE MATERIALIZED VIEW mv AS SELECT customer, count(*) FROM orders GROUP BY 1;
    CREATE INDEX ON mv (customer);
    CREATE TABLE d (id int, big numeric);
    CREATE TABLE one (id int primary key, v int); INSERT INTO one VALUES (1,1);
    CREATE TABLE empty_t (id int primary key, v int);
    ALTER TABLE orders ADD CONSTRAINT c CHECK (note <> 'it''s ( [ "x');

    """

  private static let manifest = """
    version: 1
    seed: [../seed/seed.sql]
    rules: {row-estimate: off}
    queries:
      - {name: seq, sql: "SELECT last_value FROM my_seq"}
      - {name: seqjoin, sql: "SELECT * FROM my_seq s JOIN orders o ON o.id = s.last_value"}
      - {name: cat, sql: "SELECT * FROM pg_class WHERE relname = 'orders'"}
      - {name: cat2, sql: "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = 'orders'::regclass"}
      - {name: info, sql: "SELECT * FROM information_schema.columns WHERE table_name = 'orders'"}
      - {name: sqlf, sql: "SELECT * FROM information_schema.sql_features WHERE feature_id = 'B011'"}
      - {name: vins, sql: "INSERT INTO ov VALUES (1,2,'x')"}
      - {name: vupd, sql: "UPDATE ov SET note = 'y' WHERE customer = 5"}
      - {name: ev, sql: "SELECT * FROM ev WHERE k = 7 AND id > 5"}
      - {name: evnow, sql: "SELECT * FROM ev WHERE at > $1::date + (SELECT 0)", params: ["2024-02-20"], plan: both}
      - {name: evstable, sql: "SELECT * FROM ev WHERE at = to_date($1, 'YYYY-MM-DD')", params: ["2024-03-05"], plan: both}
      - {name: evnone, sql: "SELECT * FROM ev WHERE at = to_date($1, 'YYYY-MM-DD')", params: ["2030-03-05"], plan: both}
      - {name: evins, sql: "INSERT INTO ev VALUES (1, '2024-03-03', 4)"}
      - {name: evdel, sql: "DELETE FROM ev WHERE k = 3 AND at < '2024-04-01'"}
      - {name: evupd, sql: "UPDATE ev SET id = 5 WHERE at = '2024-02-02'"}
      - {name: evind, sql: "SELECT * FROM ev WHERE at = '2024-02-02'", rules: {seq-scan: {require: indexable}}}
      - {name: evall, sql: "SELECT count(*) FROM ev WHERE k = 4", rules: {seq-scan: {require: indexable}}}
      - {name: ev1, sql: "SELECT * FROM ev_1 WHERE k = 7 AND id > 5"}
      - {name: animals, sql: "SELECT * FROM animal WHERE id = 5"}
      - {name: onlya, sql: "SELECT * FROM ONLY animal WHERE id = 5"}
      - {name: catq, sql: "SELECT * FROM cat WHERE lives = 5"}
      - {name: nocols, sql: "SELECT count(*) FROM nocols"}
      - {name: odd, sql: 'SELECT * FROM "Odd ""Na.me" WHERE id = 5'}
      - {name: mv, sql: "SELECT * FROM mv WHERE customer = 5"}
      - {name: rows, sql: "SELECT * FROM ROWS FROM (generate_series(1,3), generate_series(1,4)) AS x(a,b)"}
      - {name: vals, sql: "VALUES (1), (2)"}
      - {name: vals1, sql: "SELECT * FROM (VALUES (1), (2)) v(x) JOIN orders ON id = x"}
      - {name: falsy, sql: "SELECT * FROM orders WHERE 1 = 2"}
      - {name: rec, sql: "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n+1 FROM r WHERE n < 10) SELECT * FROM r JOIN orders ON id = n"}
      - {name: uni, sql: "SELECT id FROM orders WHERE id < 10 INTERSECT SELECT id FROM animal EXCEPT ALL SELECT customer FROM orders WHERE id < 50"}
      - {name: merge, sql: "MERGE INTO orders o USING one ON one.id = o.id WHEN MATCHED THEN UPDATE SET note = 'q' WHEN NOT MATCHED THEN DO NOTHING"}
      - {name: ins, sql: "INSERT INTO empty_t SELECT id, 1 FROM orders WHERE customer = 3 ON CONFLICT (id) DO UPDATE SET v = 1 WHERE empty_t.v = 3"}
      - {name: tid, sql: "SELECT * FROM orders WHERE ctid = '(0,1)' OR ctid = '(1,1)'"}
      - {name: tidr, sql: "SELECT * FROM orders WHERE ctid < '(3,1)'"}
      - {name: ts, sql: "SELECT count(*) FROM orders TABLESAMPLE SYSTEM (10) REPEATABLE (3)"}
      - {name: minmax, sql: "SELECT min(id), max(customer) FROM orders"}
      - {name: emptyq, sql: "SELECT * FROM empty_t JOIN orders USING (id)"}
      - {name: arr, sql: "SELECT * FROM orders WHERE customer = ANY (ARRAY(SELECT v FROM one)) AND id NOT IN (SELECT id FROM animal WHERE id < 40)"}
      - {name: lat, sql: "SELECT * FROM one, LATERAL (SELECT * FROM orders o WHERE o.customer = one.v ORDER BY id LIMIT 3) x FOR UPDATE OF one"}
      - {name: fulljoin, sql: "SELECT count(*) FROM one FULL JOIN empty_t ON true"}
      - {name: toast, sql: "SELECT count(*) FROM one WHERE (SELECT sum(customer) FROM orders) > 5"}
      - {name: orr, sql: "SELECT * FROM orders WHERE (customer = 5 OR customer = 7) AND id < 100"}
      - {name: ctew, sql: "WITH x AS (UPDATE orders SET note = 'z' WHERE customer = 2 RETURNING *) SELECT count(*) FROM x"}
      - {name: win, sql: "SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY customer ORDER BY id) r FROM orders) q WHERE r <= 3"}
      - {name: gs, sql: "SELECT customer, count(*) FROM orders GROUP BY ROLLUP (customer)"}
      - {name: dst, sql: "SELECT DISTINCT ON (customer) * FROM orders ORDER BY customer, id"}
      - {name: jsont, sql: "SELECT * FROM jsonb_to_recordset('[]') AS x(a int)"}

    """
}
