import Testing

@testable import GateCommand

/// Which statements can have another plan at another time, each beside its nearest neighbour.
@Suite struct ClockUseTests {
  @Test(arguments: [
    "UPDATE t SET seen = now() WHERE id = $1",
    "UPDATE only s.t AS x SET (seen, note) = (now(), 'x'), n = n + 1 FROM other o WHERE o.id = x.id RETURNING now()",
    "UPDATE t SET ends = now() + interval '3 days', day = date_trunc('day', clock_timestamp())::date WHERE id = 1",
    "UPDATE t SET meta = meta || jsonb_build_object('at', now()) WHERE id = 1",
    "UPDATE t SET seen = greatest(seen, current_timestamp AT TIME ZONE 'UTC') WHERE id = 1",
    "INSERT INTO t (id, seen) VALUES ($1, now()), ($2, 'now'::timestamptz(3))",
    "INSERT INTO t VALUES (uuid_generate_v7(), localtimestamp) RETURNING id, now()",
    "INSERT INTO t (id, seen) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET seen = now() WHERE t.id > 3",
    "MERGE INTO t USING s ON s.id = t.id WHEN MATCHED THEN UPDATE SET seen = now() "
      + "WHEN NOT MATCHED THEN INSERT (id, seen) VALUES (s.id, now())",
    "DELETE FROM t WHERE id = 1 RETURNING id, now()",
    "WITH x AS (SELECT 1 AS id) UPDATE t SET seen = now() FROM x WHERE x.id = t.id",
  ])
  func `a time that is only stored or returned moves no plan`(sql: String) {
    #expect(!ClockUse(sql).decides)
  }

  @Test(arguments: [
    "SELECT * FROM t WHERE seen > now()", "SELECT now()", "VALUES (now())", "DELETE FROM t WHERE seen < now()",
    "UPDATE t SET id = 1 WHERE seen < now()", "UPDATE t SET seen = now() WHERE seen < now()",
    "UPDATE t SET seen = now() FROM o WHERE o.at > current_date",
    "UPDATE t SET seen = now() FROM o JOIN p ON p.at > now() WHERE o.id = t.id",
    "UPDATE t SET seen = (SELECT max(at) FROM o WHERE at < now()) WHERE id = 1",
    "UPDATE t SET old = seen < now() WHERE id = 1", "UPDATE t SET old = (seen = now()) WHERE id = 1",
    "UPDATE t SET n = CASE WHEN seen < now() THEN 1 END WHERE id = 1", "UPDATE t SET n = rank_of(now()) WHERE id = 1",
    "UPDATE t SET n = \"now at\"(now()) WHERE id = 1",
    "UPDATE t SET n = (seen, at) OVERLAPS (now(), now()) WHERE id = 1",
    "INSERT INTO t SELECT id, now() FROM o", "INSERT INTO t SELECT 1, now() FROM o WHERE at < now()",
    "INSERT INTO t (id, seen) SELECT 1, at FROM o UNION VALUES (1, now())",
    "INSERT INTO t (id, seen) VALUES ($1, now()) LIMIT 1",
    "INSERT INTO t (id, day) VALUES ($1, current_date) ON CONFLICT (id, day) DO NOTHING",
    "INSERT INTO t (id, day) VALUES ($1, 2), ($2, current_date) ON CONFLICT (day) DO NOTHING",
    "INSERT INTO t VALUES ($1, now()) ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id, seen) VALUES ($1, now()) ON CONFLICT DO NOTHING",
    "INSERT INTO t (id, seen) VALUES ($1, now()) ON CONFLICT ON CONSTRAINT k DO NOTHING",
    "INSERT INTO t (id, seen) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET n = 1 WHERE t.seen < now()",
    "MERGE INTO t USING s ON s.id = t.id AND t.seen < now() WHEN MATCHED THEN UPDATE SET n = 1",
    "MERGE INTO t USING s ON s.id = t.id WHEN MATCHED AND t.seen < now() THEN UPDATE SET seen = now()",
    "WITH u AS (UPDATE t SET seen = now() RETURNING *) SELECT * FROM u JOIN o ON o.at < u.seen",
    "WITH u AS (DELETE FROM t RETURNING now() AS at) DELETE FROM o USING u WHERE o.at < u.at",
    "WITH update AS (SELECT 1) SELECT * FROM t WHERE seen < now()",
    "WITH d AS (SELECT now() AS at) UPDATE t SET n = 1 FROM d WHERE seen < d.at",
  ])
  func `a time that is compared may move the plan`(sql: String) {
    #expect(ClockUse(sql).decides)
  }

  @Test func `the table that gets a time is known`() {
    func target(_ sql: String) -> ClockUse.Target? { ClockUse(sql).assigns.first }
    #expect(target("UPDATE ONLY s.\"T\" AS x SET at = now()") == ClockUse.Target(schema: "s", name: "T"))
    #expect(target("INSERT INTO Events VALUES (now())") == ClockUse.Target(schema: nil, name: "events"))
    #expect(target("MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET at = now()")?.name == "t")
    #expect(target("DELETE FROM t RETURNING now()") == nil)
    #expect(target("UPDATE t SET n = 1") == nil)
  }
}
