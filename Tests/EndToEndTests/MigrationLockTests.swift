import Foundation
import OperatingSystem
import PlanCore
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import GateCommand

/// What plangate says of the locks, rewrites and rows of migrations, against what other sessions meet meanwhile.
///
/// Each migration is run twice and rolled back: once without plangate, to count what the server counts, and once
/// observed, while a reader, a writer and a schema change try every table and it is noted who has to wait.
@Suite struct MigrationLockTests {
  static let seed = """
    CREATE SCHEMA archive;
    CREATE TABLE customers (id integer PRIMARY KEY, email text, region integer);
    INSERT INTO customers SELECT n, 'c' || n, n % 7 FROM generate_series(1, 500) AS n;
    CREATE TABLE orders (id integer NOT NULL, customer_id integer, total integer DEFAULT 0, note varchar(20));
    INSERT INTO orders SELECT n, n % 500 + 1, n % 90, 'n' FROM generate_series(1, 3000) AS n;
    CREATE UNIQUE INDEX orders_id_idx ON orders (id);
    CREATE INDEX orders_customer_idx ON orders (customer_id);
    ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE POLICY mine ON orders USING (true);
    CREATE STATISTICS orders_stat ON customer_id, total FROM orders;
    CREATE FUNCTION widen() RETURNS void LANGUAGE plpgsql AS
      'BEGIN EXECUTE ''ALTER TABLE orders ALTER COLUMN total TYPE bigint''; END';
    CREATE TABLE events (id integer, day integer NOT NULL) PARTITION BY RANGE (day);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (100);
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);
    CREATE TABLE events_3 (id integer, day integer NOT NULL);
    INSERT INTO events SELECT n, n % 199 + 1 FROM generate_series(1, 1000) AS n;
    INSERT INTO events_3 SELECT n, 200 + n FROM generate_series(1, 50) AS n;
    CREATE TABLE base (id integer, extra integer);
    CREATE TABLE child (id integer, extra integer);
    INSERT INTO child SELECT n, n FROM generate_series(1, 40) AS n;
    CREATE MATERIALIZED VIEW daily AS SELECT day, count(*) AS id FROM events GROUP BY day;
    CREATE UNIQUE INDEX daily_day_idx ON daily (day);
    CREATE TYPE state AS ENUM ('open');
    CREATE TABLE files (id integer, state state);
    INSERT INTO files SELECT n, 'open' FROM generate_series(1, 60) AS n;
    CREATE INDEX files_idx ON files (id);
    ALTER TABLE files CLUSTER ON files_idx
    """

  static let tables = [
    "customers", "orders", "events", "events_1", "events_2", "events_3", "base", "child", "daily", "files",
  ]

  /// Each runs in a transaction; several statements are separated by semicolons.
  static let inTransaction = [
    "ALTER TABLE orders ALTER COLUMN total SET STATISTICS 500",
    "ALTER TABLE orders ALTER COLUMN total SET (n_distinct = 90)",
    "ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL",
    "ALTER TABLE orders SET (fillfactor = 70)", "ALTER TABLE orders SET (autovacuum_enabled = off)",
    "ALTER TABLE orders ADD COLUMN extra integer", "ALTER TABLE orders ADD COLUMN extra integer DEFAULT 7",
    "ALTER TABLE orders ADD COLUMN extra double precision DEFAULT random()",
    "ALTER TABLE orders DROP COLUMN note", "ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'x'",
    "ALTER TABLE orders ALTER COLUMN total DROP DEFAULT", "ALTER TABLE orders ALTER COLUMN total SET NOT NULL",
    "ALTER TABLE orders ALTER COLUMN id DROP NOT NULL", "ALTER TABLE orders ALTER COLUMN total TYPE bigint",
    "ALTER TABLE orders ALTER COLUMN note TYPE varchar(40)", "ALTER TABLE orders ALTER COLUMN note TYPE varchar(10)",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (total < 100)",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (total < 100) NOT VALID",
    "ALTER TABLE orders VALIDATE CONSTRAINT orders_total", "ALTER TABLE orders DROP CONSTRAINT orders_total",
    "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers",
    "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers NOT VALID",
    "ALTER TABLE orders VALIDATE CONSTRAINT orders_customer",
    "ALTER TABLE orders DROP CONSTRAINT orders_customer",
    "ALTER TABLE orders ADD UNIQUE (id, total)", "ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_id_idx",
    "ALTER TABLE orders ADD EXCLUDE USING btree (id WITH =)",
    "ALTER TABLE orders DISABLE TRIGGER orders_touch", "ALTER TABLE orders RENAME TO purchases",
    "ALTER TABLE orders RENAME COLUMN note TO remark", "ALTER TABLE orders SET SCHEMA archive",
    "ALTER TABLE orders RENAME CONSTRAINT orders_total TO orders_positive",
    "ALTER TABLE orders CLUSTER ON orders_id_idx", "ALTER TABLE orders SET WITHOUT CLUSTER",
    "ALTER TABLE child SET UNLOGGED", "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE orders REPLICA IDENTITY FULL", "ALTER TABLE orders OWNER TO CURRENT_USER",
    "ALTER TABLE events ATTACH PARTITION events_3 FOR VALUES FROM (200) TO (300)",
    "ALTER TABLE events DETACH PARTITION events_1", "ALTER TABLE child INHERIT base",
    "ALTER TABLE orders ADD COLUMN serial integer GENERATED ALWAYS AS IDENTITY",
    "CREATE TABLE events_4 PARTITION OF events FOR VALUES FROM (300) TO (400)",
    "CREATE TABLE lines (id integer, order_id integer REFERENCES customers)",
    "CREATE INDEX ON orders (total)", "CREATE INDEX ON events (id)", "DROP INDEX orders_customer_idx",
    "ALTER INDEX orders_customer_idx RENAME TO other_idx", "REINDEX INDEX orders_customer_idx", "REINDEX TABLE orders",
    "CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
    "DROP TRIGGER orders_touch ON orders",
    "CREATE POLICY other ON orders USING (total > 0)", "DROP POLICY mine ON orders",
    "CREATE STATISTICS s ON id, total FROM orders", "DROP STATISTICS orders_stat", "ANALYZE orders",
    "COMMENT ON TABLE orders IS 'x'", "CREATE RULE r AS ON DELETE TO child DO INSTEAD NOTHING",
    "CREATE VIEW v AS SELECT * FROM orders", "TRUNCATE child", "CLUSTER files", "DROP TABLE child",
    "REFRESH MATERIALIZED VIEW daily", "REFRESH MATERIALIZED VIEW CONCURRENTLY daily",
    "UPDATE orders SET note = 'y' WHERE id > 2900", "DELETE FROM child WHERE id > 10",
    "INSERT INTO base SELECT id, total FROM orders", "SELECT id FROM orders WHERE id > 2990 FOR UPDATE",
    "DO $$ BEGIN ALTER TABLE orders ADD COLUMN extra text; UPDATE orders SET extra = 'x' WHERE id > 2900; END $$",
    "SELECT widen()", "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE", "LOCK TABLE orders IN EXCLUSIVE MODE",
    "LOCK TABLE ONLY events", "SELECT 1",
    "ALTER TABLE orders RENAME TO purchases; ALTER TABLE purchases ALTER COLUMN total SET NOT NULL",
    "CREATE INDEX ON orders (total); ALTER TABLE orders ADD COLUMN x text; UPDATE orders SET x = 'x' WHERE id > 9",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET LOCAL lock_timeout = '1s'; ALTER TABLE base ADD COLUMN x text",
    "ALTER TABLE orders SET (parallel_workers = 2); SET LOCAL min_parallel_table_scan_size = 0; "
      + "CREATE INDEX ON orders (note)",
  ]

  /// Whom a table makes wait.
  private struct Waiting: Equatable, CustomStringConvertible {
    var readers: Set<String> = []
    var writers: Set<String> = []
    var schemaChanges: Set<String> = []

    var description: String {
      "readers \(readers.sorted()), writers \(writers.sorted()), schema changes \(schemaChanges.sorted())"
    }
  }

  /// What a statement reads, writes and writes anew.
  private struct Figures: Equatable, CustomStringConvertible {
    var read: [String: Double] = [:]
    var written: [String: Double] = [:]
    var changed: [String: Double] = [:]
    var rewritten: Set<String> = []

    var description: String {
      "read \(text(read)), written \(text(written)), changed \(text(changed)), rewritten \(rewritten.sorted())"
    }

    private func text(_ rows: [String: Double]) -> String {
      rows.sorted { $0.key < $1.key }.map { "\($0.key): \(Int($0.value))" }.description
    }
  }

  private final class Bench {
    let server: DatabaseServer
    let name: DatabaseServer.Name
    let probe: Connection
    let migration: Connection
    let vacuum = "VACUUM " + MigrationLockTests.tables.filter { !$0.hasPrefix("events_") }.joined(separator: ", ")

    init(_ server: DatabaseServer, _ name: DatabaseServer.Name) throws {
      (self.server, self.name) = (server, name)
      try server.create(name)
      migration = try server.newConnection(to: name)
      for statement in MigrationLockTests.statements(MigrationLockTests.seed) { try migration.execute(statement.text) }
      try migration.execute("VACUUM ANALYZE")
      probe = try server.newConnection(to: name)
      // Waiting begins only where there is a conflict, so that a slow machine makes nobody wait.
      try probe.execute("SET lock_timeout = '4ms'")
    }

    /// Tries to read, write and change every table.
    func waiting() throws -> Waiting {
      var waiting = Waiting()
      for table in MigrationLockTests.tables {
        // Sessions that have not yet seen a partition's bounds read them from its parent, when they write.
        if table.hasPrefix("events_"), waiting.readers.contains("events") { continue }
        if try waits("SELECT FROM ONLY \(table) LIMIT 1") { waiting.readers.insert(table) }
        if table != "daily", try waits("UPDATE ONLY \(table) SET id = id WHERE id = 1") {
          waiting.writers.insert(table)
        }
        let change =
          switch table {
          case "events": "ALTER TABLE ONLY events ALTER COLUMN id SET STATISTICS 77"
          case "daily": "ALTER MATERIALIZED VIEW daily SET (fillfactor = 77)"
          default: "ALTER TABLE ONLY \(table) SET (fillfactor = 77)"
          }
        if try waits(change) { waiting.schemaChanges.insert(table) }
      }
      return waiting
    }

    private func waits(_ statement: String) throws -> Bool {
      try probe.execute("BEGIN")
      defer { _ = try? probe.execute("ROLLBACK") }
      do {
        try probe.execute(statement)
        return false
      } catch {
        // A partition that is being detached refuses changes without waiting.
        if error.sqlState == "55000" { return false }
        // 55P03: the lock is not available.
        guard error.sqlState == "55P03" else { throw error }
        return true
      }
    }

    /// Waits until a session of the database waits for another.
    func waitUntilSomebodyWaits() throws {
      let query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
      let deadline = ContinuousClock.now + .seconds(20)
      while try migration.execute(query).rows.isEmpty {
        guard ContinuousClock.now < deadline else { throw TestFailure("nobody waits") }
        usleep(2000)
      }
    }

    /// What the server counts, by table, and the files of tables and indexes that are not empty.
    func counts() throws -> (rows: [String: [Double]], files: [String: String]) {
      try flush()
      let rows = try migration.execute(
        """
        SELECT relname, seq_tup_read + COALESCE(idx_tup_fetch, 0), n_tup_ins + n_tup_upd + n_tup_del,
          n_tup_upd + n_tup_del
        FROM pg_stat_user_tables
        """
      ).rows
      return (
        Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", $0.dropFirst().map { Double($0 ?? "") ?? 0 }) }),
        try files()
      )
    }

    func files() throws -> [String: String] {
      let rows = try migration.execute(
        """
        SELECT c.oid, pg_relation_filenode(c.oid) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
        WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm', 'i')
          AND pg_relation_size(COALESCE(i.indrelid, c.oid)) > 0 AND c.relnamespace <> 99
        """
      ).rows
      return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", $0[1] ?? "") })
    }

    /// The sessions' own counts are added to the server's before the next answer.
    private func flush() throws {
      for connection in [probe, migration] { try connection.execute("SELECT pg_stat_force_next_flush()") }
      try migration.execute("SELECT 1")
    }

    /// Runs a migration as any client does, and counts.
    func figures(_ statements: [MigrationScript.Statement]) throws -> Figures {
      let names = try migration.execute("SELECT oid, relname FROM pg_class").rows
      // CREATE INDEX counts the rows that were rolled back, too.
      try migration.execute(vacuum)
      let before = try counts()
      try migration.execute("BEGIN")
      for statement in statements { try migration.execute(statement.text) }
      let files = try files()
      // A rollback takes back what REFRESH counted.
      try migration.execute(statements[0].words[0] == "refresh" ? "COMMIT" : "ROLLBACK")
      let after = try counts()
      try migration.execute(vacuum)
      var figures = Figures()
      for (table, new) in after.rows {
        guard let old = before.rows[table] else { continue }
        if new[0] > old[0] { figures.read[table] = new[0] - old[0] }
        if new[1] > old[1] { figures.written[table] = new[1] - old[1] }
        if new[2] > old[2] { figures.changed[table] = new[2] - old[2] }
      }
      for name in names {
        guard let oid = name[0], let old = before.files[oid], let new = files[oid], old != new else { continue }
        figures.rewritten.insert(name[1] ?? "")
      }
      return figures
    }
  }

  private static func statements(_ text: String) -> [MigrationScript.Statement] {
    let file = MigrationFile(path: "1_a.up.sql", name: "1_a.up.sql", naming: MigrationNaming(path: "1_a.up.sql"))
    return MigrationScript(text + ";\n", of: file, isDown: false).statements
  }

  private static func withBench(_ body: (Bench) throws -> Void) throws {
    let environment = plainEnvironment()
    let server = try DatabaseServer(
      ServerInstallation.locate(nil, environment: environment),
      ServerConfiguration(locale: "C.UTF-8", encoding: "UTF8", timeZone: "UTC", settings: [:]),
      environment: environment)
    defer { server.stop() }
    try server.makeCluster()
    try server.start()
    try body(Bench(server, server.seeded))
  }

  /// Whom the report makes wait.
  private static func waiting(_ report: MigrationReport) -> Waiting {
    var waiting = Waiting()
    let isParentLocked = report.held.contains { $0.lock.relation.name == "events" && $0.lock.mode == .accessExclusive }
    for held in report.held where tables.contains(held.lock.relation.name) {
      if isParentLocked, held.lock.relation.name.hasPrefix("events_") { continue }
      let (table, mode) = (held.lock.relation.name, held.lock.mode)
      if mode.blocks(.accessShare) { waiting.readers.insert(table) }
      if mode.blocks(.rowExclusive), table != "daily" { waiting.writers.insert(table) }
      if mode.blocks(.shareUpdateExclusive) { waiting.schemaChanges.insert(table) }
    }
    return waiting
  }

  private static func figures(_ report: MigrationReport) -> Figures {
    var figures = Figures()
    for statement in report.statements {
      for (name, rows) in statement.rowsRead { figures.read[name.name, default: 0] += rows }
      for (name, rows) in statement.rowsWritten { figures.written[name.name, default: 0] += rows }
      for (name, rows) in statement.rowsChanged { figures.changed[name.name, default: 0] += rows }
      figures.rewritten.formUnion(statement.rewritten.map(\.name))
    }
    return figures
  }

  @Test func `whom statements block, and what they read and write`() throws {
    try Self.withBench { bench in
      var all: [(text: String, met: Waiting, counted: Figures)] = []
      for text in Self.inTransaction {
        let statements = Self.statements(text)
        var counted = try bench.figures(statements)
        // The look-ups in the new index, whose counts are rolled back with it.
        if text.contains("EXCLUDE") { counted.read["orders", default: 0] += 3000 }
        let observer = MigrationObserver(file: "a")
        try observer.begin(bench.migration)
        try bench.migration.execute("BEGIN")
        for (index, statement) in statements.enumerated() {
          #expect(!statement.refusesTransaction, "\(text)")
          try observer.observe(
            statement, on: bench.migration, isInTransaction: true, isLast: index == statements.count - 1,
            other: { () throws(ServerError) in try bench.server.newConnection(to: bench.name) },
            { () throws(ServerError) in try bench.migration.execute(statement.text) })
        }
        let met = try bench.waiting()
        try bench.migration.execute("ROLLBACK")
        let report = observer.finished([])
        #expect(Self.waiting(report) == met, "\(text)")
        #expect(Self.figures(report) == counted, "\(text)")
        all.append((text, met, counted))
      }
      try Self.expectTriggered(bench, all)
    }
  }

  /// Statements that trigger no event.
  private static func untriggered(_ major: ServerMajor) -> Set<String> {
    var words: Set = ["analyze", "truncate", "cluster", "lock"]
    if major < 17 { words.insert("reindex") }
    return words
  }

  /// The same by event triggers, as for a command that runs the statements.
  private static func expectTriggered(
    _ bench: Bench, _ all: [(text: String, met: Waiting, counted: Figures)]
  ) throws {
    var triggers = try #require(try MigrationTriggers(on: bench.server, in: bench.name))
    for (text, met, counted) in all {
      let statements = statements(text)
      // They work whoever runs the migration, and whatever it sets.
      try bench.migration.execute("SET session_replication_role = replica")
      try bench.migration.execute(bench.vacuum)
      let observer = MigrationObserver(file: "make migrate")
      try observer.begin(bench.migration)
      try bench.migration.execute("BEGIN")
      for statement in statements { try bench.migration.execute(statement.text) }
      try bench.migration.execute("ROLLBACK")
      try observer.note(triggers.said(), bench.migration)
      let report = observer.finished([])
      if untriggered(bench.server.major).contains(statements.last?.words.first ?? "") {
        #expect(waiting(report) == Waiting(), "\(text)")
      } else {
        #expect(waiting(report) == met, "\(text)")
        #expect(figures(report) == counted, "\(text)")
      }
    }
    try triggers.remove()
    let left = try bench.migration.execute(
      """
      SELECT evtname::text FROM pg_event_trigger UNION ALL SELECT proname FROM pg_proc WHERE proname ~ 'plangate'
      UNION ALL SELECT d::text FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
      WHERE e.extname = 'plpgsql' AND d.objid >= 16384 AND d.deptype = 'e'
      """)
    #expect(left.rows == [])
  }

  /// Statements that refuse a transaction, with one of another session that they wait for.
  static let alone = [
    ("CREATE INDEX CONCURRENTLY ON orders (total)", "UPDATE orders SET total = total WHERE id = 2"),
    ("DROP INDEX CONCURRENTLY orders_customer_idx", "SELECT FROM orders"),
    ("REINDEX INDEX CONCURRENTLY orders_id_idx", "UPDATE orders SET total = total WHERE id = 2"),
    ("REINDEX (CONCURRENTLY) TABLE orders", "UPDATE orders SET total = total WHERE id = 2"),
    ("alter table if exists only public.events detach partition public.events_2 concurrently", "SELECT FROM events"),
  ]

  @Test func `statements outside of a transaction`() throws {
    try Self.withBench { bench in
      try Self.expectBlocked(bench)
      try Self.expectRetried(bench)
    }
  }

  /// They are held up while others try the tables.
  private static func expectBlocked(_ bench: Bench) throws {
    let blocker = try bench.server.newConnection(to: bench.name)
    for (text, blocking) in Self.alone {
      let file = MigrationFile(path: "a.sql", name: "a.sql", naming: MigrationNaming(path: "1_a.up.sql"))
      let script = MigrationScript(text + ";\n", of: file, isDown: false)
      #expect(script.statements.first?.refusesTransaction == true, "\(text)")
      try blocker.execute("BEGIN")
      try blocker.execute(blocking)
      let run = ObservedRun(bench.server, bench.name, script, text)
      try bench.waitUntilSomebodyWaits()
      let met = try bench.waiting()
      try blocker.execute("ROLLBACK")
      let report = try run.end()
      if text.contains("detach") {
        // It waits without a lock; those before and after are held for a moment, which may go unseen.
        #expect(met == Waiting())
        let waiting = Self.waiting(report)
        #expect(waiting.readers.isSubset(of: ["events_2"]) && waiting.writers.isSubset(of: ["events_2"]))
      } else {
        #expect(Self.waiting(report) == met, "\(text)")
        #expect(!met.schemaChanges.isEmpty, "\(text)")
      }
    }
  }

  /// Statements that are not known to refuse a transaction, and one that is too quick to be tried by others.
  private static func expectRetried(_ bench: Bench) throws {
    func report(_ text: String) throws -> MigrationReport {
      let file = MigrationFile(path: "a.sql", name: "a.sql", naming: MigrationNaming(path: "1_a.up.sql"))
      return try ObservedRun(bench.server, bench.name, MigrationScript(text, of: file, isDown: false), text).end()
    }
    let batches = try report(
      """
      DO $$ BEGIN
        FOR i IN 0..2 LOOP
          UPDATE orders SET note = 'b' WHERE id > i * 1000 AND id <= (i + 1) * 1000;
          COMMIT;
        END LOOP;
      END $$
      """)
    #expect(Self.waiting(batches) == Waiting())
    #expect(Self.figures(batches).changed == ["orders": 3000])
    let partitions = try report("REINDEX TABLE events")
    #expect(Self.figures(partitions).read == [:])
    let schema = try report("REINDEX SCHEMA public")
    #expect(Self.figures(schema).rewritten.isSuperset(of: ["orders_id_idx", "files_idx", "customers_pkey"]))
    let full = try report("VACUUM FULL orders")
    #expect(Self.figures(full).rewritten.isSuperset(of: ["orders", "orders_id_idx"]))
    #expect(full.held.map(\.lock.mode) == [.accessExclusive])
    let plain = try report("VACUUM orders")
    #expect(Self.waiting(plain).readers == [])
  }
}

/// A migration that is run and observed in a thread.
private final class ObservedRun: Sendable {
  private let result = Mutex<Result<MigrationReport, any Error>?>(nil)
  private let thread = Mutex<SystemThread?>(nil)

  init(_ server: DatabaseServer, _ name: DatabaseServer.Name, _ script: MigrationScript, _ text: String) {
    let started = SystemThread { [self] in
      let result = Result { () throws -> MigrationReport in
        let observer = MigrationObserver(file: "a.sql")
        try MigrationRunner(server: server, database: name, observer: observer).run(script, of: "a.sql", text)
        return observer.finished([])
      }
      self.result.withLock { $0 = result }
    }
    thread.withLock { $0 = started }
  }

  func end() throws -> MigrationReport {
    thread.withLock { $0.take() }?.join()
    return try #require(result.withLock { $0 }).get()
  }
}
