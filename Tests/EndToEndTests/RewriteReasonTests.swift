import OperatingSystem
import PlanCore
import Postgres
import TestSupport
import Testing

@testable import GateCommand

/// Why tables are written anew, against what PostgreSQL's own event `table_rewrite` says.
@Suite struct RewriteReasonTests {
  private static let seed = """
    CREATE TABLE orders (id integer NOT NULL, total integer DEFAULT 0, note varchar(20));
    INSERT INTO orders SELECT n, n % 90, 'n' FROM generate_series(1, 300) AS n;
    CREATE INDEX orders_id_idx ON orders (id);
    ALTER TABLE orders CLUSTER ON orders_id_idx;
    ALTER TABLE orders ADD COLUMN late integer DEFAULT 5;
    CREATE TABLE events (id integer, day integer NOT NULL) PARTITION BY RANGE (day);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (100);
    INSERT INTO events SELECT n, n FROM generate_series(1, 99) AS n;
    CREATE MATERIALIZED VIEW daily AS SELECT count(*) FROM events;
    CREATE TABLE sums (total integer, double integer GENERATED ALWAYS AS (total * 2) STORED);
    INSERT INTO sums SELECT 1;
    CREATE DOMAIN positive AS integer CHECK (value > 0);
    CREATE SCHEMA other;
    CREATE TYPE other.state AS ENUM ('open', 'closed');
    CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
    CREATE FUNCTION widen() RETURNS void LANGUAGE plpgsql AS
      'BEGIN EXECUTE ''ALTER TABLE orders ALTER COLUMN total TYPE bigint''; END';
    CREATE FUNCTION bits() RETURNS event_trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM set_config(''test.bits'', pg_event_trigger_table_rewrite_reason()::text, true); END';
    CREATE EVENT TRIGGER bits ON table_rewrite EXECUTE FUNCTION bits()
    """

  private struct Case {
    let sql: String
    let table: String
    /// What `pg_event_trigger_table_rewrite_reason()` says; nil where that event does not fire.
    let bits: Int?
    let reasons: [String]
  }

  private static let cases = [
    Case(
      sql: "ALTER TABLE orders ALTER total TYPE bigint", table: "orders", bits: 4,
      reasons: ["the type of total changed from integer to bigint"]),
    // A longer varchar needs no rewrite.
    Case(
      sql: "ALTER TABLE orders ALTER note TYPE varchar(40), ALTER total TYPE numeric(10,2)", table: "orders", bits: 4,
      reasons: ["the type of total changed from integer to numeric(10,2)"]),
    Case(
      sql: "ALTER TABLE orders ALTER note TYPE varchar(10)", table: "orders", bits: 4,
      reasons: ["the type of note changed from character varying(20) to character varying(10)"]),
    Case(
      sql: "ALTER TABLE orders ALTER total TYPE integer USING total + 1", table: "orders", bits: 4,
      reasons: ["the values of total are computed anew"]),
    Case(
      sql: "ALTER TABLE orders ALTER total DROP DEFAULT, ALTER id TYPE other.state USING 'open'", table: "orders",
      bits: 4, reasons: ["the type of id changed from integer to other.state"]),
    Case(
      sql: "ALTER TABLE orders ADD token float8 DEFAULT random()", table: "orders", bits: 2,
      reasons: ["the new column token is computed for each row"]),
    Case(
      sql: "ALTER TABLE orders ADD same integer DEFAULT 7, ADD serial bigint GENERATED ALWAYS AS IDENTITY",
      table: "orders", bits: 2, reasons: ["the new column serial is computed for each row"]),
    Case(
      sql: "ALTER TABLE orders ADD double integer GENERATED ALWAYS AS (total * 2) STORED", table: "orders", bits: 2,
      reasons: ["the new column double is computed for each row"]),
    Case(
      sql: "ALTER TABLE orders ADD size positive", table: "orders", bits: 2,
      reasons: ["the new column size is computed for each row"]),
    Case(
      sql: "ALTER TABLE orders ADD at timestamptz DEFAULT clock_timestamp(), ALTER total TYPE bigint", table: "orders",
      bits: 6,
      reasons: ["the type of total changed from integer to bigint", "the new column at is computed for each row"]),
    Case(
      sql: "ALTER TABLE orders SET UNLOGGED", table: "orders", bits: 1,
      reasons: ["it changed from logged to unlogged"]),
    Case(
      sql: "ALTER TABLE orders SET ACCESS METHOD heap2", table: "orders", bits: 8,
      reasons: ["its access method changed from heap to heap2"]),
    Case(
      sql: "ALTER TABLE orders SET TABLESPACE fast", table: "orders", bits: nil,
      reasons: ["it moved to the tablespace fast"]),
    Case(sql: "CLUSTER orders", table: "orders", bits: nil, reasons: ["CLUSTER"]),
    Case(sql: "REFRESH MATERIALIZED VIEW daily", table: "daily", bits: nil, reasons: ["REFRESH MATERIALIZED VIEW"]),
    Case(sql: "REINDEX TABLE orders", table: "orders_id_idx", bits: nil, reasons: ["REINDEX"]),
    Case(
      sql: "SELECT widen()", table: "orders", bits: 4, reasons: ["the type of total changed from integer to bigint"]),
    Case(
      sql: "DO $$ BEGIN ALTER TABLE orders ALTER total TYPE bigint; END $$", table: "orders", bits: 4,
      reasons: ["the type of total changed from integer to bigint"]),
    Case(
      sql: "ALTER TABLE events ALTER id TYPE bigint", table: "events_1", bits: 4,
      reasons: ["the type of id changed from integer to bigint"]),
    // What an earlier statement did is no reason.
    Case(
      sql: "ALTER TABLE orders ALTER note TYPE text; SET search_path = other, public; "
        + "ALTER TABLE orders RENAME total TO amount; ALTER TABLE orders ALTER amount TYPE bigint",
      table: "orders", bits: 4, reasons: ["the type of amount changed from integer to bigint"]),
    Case(
      sql: "SAVEPOINT s; ALTER TABLE orders ALTER total TYPE bigint; ROLLBACK TO SAVEPOINT s; "
        + "ALTER TABLE orders ALTER total TYPE bigint",
      table: "orders", bits: 4, reasons: ["the type of total changed from integer to bigint"]),
  ]

  /// The cases that a server knows.
  private static func cases(_ server: DatabaseServer) -> [Case] {
    if server.major < 17 { return cases }
    return cases + [
      Case(
        sql: "ALTER TABLE sums ALTER double SET EXPRESSION AS (total * 3)", table: "sums", bits: 2,
        reasons: ["the values of double are computed anew"])
    ]
  }

  private static let servers: [InstalledServer] = [.distribution, .postgres18]

  private static func withDatabase(
    on choice: InstalledServer, _ body: (DatabaseServer, Connection) throws -> Void
  ) throws {
    let environment = plainEnvironment()
    let server = try DatabaseServer(
      ServerInstallation.locate(choice.binaries, environment: environment),
      ServerConfiguration(locale: "C.UTF-8", encoding: "UTF8", timeZone: "UTC", settings: [:]),
      environment: environment)
    defer { server.stop() }
    try server.makeCluster()
    try server.start()
    try server.create(server.seeded)
    let connection = try server.newConnection(to: server.seeded)
    for statement in statements(seed) { try connection.execute(statement.text) }
    try connection.execute("SET allow_in_place_tablespaces = on")
    try connection.execute("CREATE TABLESPACE fast LOCATION ''")
    try body(server, connection)
  }

  private static func statements(_ text: String) -> [MigrationScript.Statement] {
    let file = MigrationFile(path: "1_a.up.sql", name: "1_a.up.sql", naming: MigrationNaming(path: "1_a.up.sql"))
    return MigrationScript(text + ";\n", of: file, isDown: false).statements
  }

  /// The reasons of the last statement that wrote a table anew.
  private func reasons(_ report: MigrationReport, _ table: String) -> [String]? {
    let rewrites = report.statements.compactMap { statement in
      statement.rewritten.first { $0.name == table }.map { statement.rewriteReasons[$0] ?? [] }
    }
    return rewrites.last?.map(\.description)
  }

  @Test(arguments: servers)
  func `why statements of a file write a table anew`(choice: InstalledServer) throws {
    try Self.withDatabase(on: choice) { server, connection in
      for item in Self.cases(server) {
        let observer = MigrationObserver(file: "a.sql")
        try observer.begin(connection)
        try connection.execute("BEGIN")
        let statements = Self.statements(item.sql)
        for (index, statement) in statements.enumerated() {
          try observer.observe(
            statement, on: connection, isInTransaction: true, isLast: index == statements.count - 1,
            other: { () throws(ServerError) in try server.newConnection(to: server.seeded) },
            { () throws(ServerError) in try connection.execute(statement.text) })
        }
        let bits = try connection.execute("SELECT NULLIF(current_setting('test.bits', true), '')::integer").value
        try connection.execute("ROLLBACK")
        #expect(bits == item.bits.map(String.init), "\(item.sql)")
        #expect(reasons(observer.finished([]), item.table) == item.reasons, "\(item.sql)")
      }
    }
  }

  @Test(arguments: servers)
  func `why a command writes a table anew`(choice: InstalledServer) throws {
    try Self.withDatabase(on: choice) { server, connection in
      var triggers = try #require(try MigrationTriggers(on: server, in: server.seeded))
      // These trigger no event on every server.
      for item in Self.cases(server) where !item.sql.hasPrefix("CLUSTER") && !item.sql.hasPrefix("REINDEX") {
        let observer = MigrationObserver(file: "make migrate")
        try observer.begin(connection)
        // An attempt that is rolled back changes nothing for the next one.
        for _ in 0..<2 {
          try connection.execute("BEGIN")
          for statement in Self.statements(item.sql) { try connection.execute(statement.text) }
          try connection.execute("ROLLBACK")
        }
        try observer.note(triggers.said(), connection)
        let report = observer.finished([])
        #expect(reasons(report, item.table) == item.reasons, "\(item.sql)")
        let first = report.statements.filter { $0.rewritten.contains { $0.name == item.table } }
        #expect(first.count == (item.sql.hasPrefix("SAVEPOINT") ? 4 : 2), "\(item.sql)")
      }
      let observer = MigrationObserver(file: "make migrate")
      try observer.begin(connection)
      for statement in ["ALTER TABLE orders ALTER total TYPE bigint", "ALTER TABLE orders ALTER total TYPE integer"] {
        try connection.execute(statement)
      }
      try connection.execute("VACUUM FULL orders")
      try observer.note(triggers.said(), connection)
      let statements = observer.finished([]).statements
      let table = RelationName(schema: "public", name: "orders")
      #expect(
        statements.map { $0.rewriteReasons[table]?.map(\.description) } == [
          ["the type of total changed from integer to bigint"], ["the type of total changed from bigint to integer"],
          nil,
        ])
      #expect(statements.last?.rewritten.contains(table) == true)
      try triggers.remove()
    }
  }

  @Test(arguments: servers)
  func `why a statement outside of a transaction writes a table anew`(choice: InstalledServer) throws {
    try Self.withDatabase(on: choice) { server, _ in
      for (text, table, reason) in [
        ("VACUUM (FULL, ANALYZE) orders", "orders", "VACUUM FULL"), ("CLUSTER", "orders", "CLUSTER"),
        ("REINDEX SCHEMA public", "orders_id_idx", "REINDEX"),
        (
          "DO $$ BEGIN ALTER TABLE orders ALTER total TYPE bigint; COMMIT; END $$", "orders",
          "the type of total changed from integer to bigint"
        ),
      ] {
        let file = MigrationFile(path: "a.sql", name: "a.sql", naming: MigrationNaming(path: "1_a.up.sql"))
        let observer = MigrationObserver(file: "a.sql")
        try MigrationRunner(server: server, database: server.seeded, observer: observer)
          .run(MigrationScript(text, of: file, isDown: false), of: "a.sql", text)
        #expect(reasons(observer.finished([]), table) == [reason], "\(text)")
      }
    }
  }
}
