import Foundation
import PlanCore
import Postgres
import Testing

@testable import GateCommand

/// The tables that a statement is said to write to are all whose files change, and few others.
@Suite struct WriteReachTests {
  private static let setup = """
    CREATE SCHEMA wr;
    SET search_path = wr;
    CREATE TABLE plain (id integer PRIMARY KEY, k integer, note text);
    CREATE TABLE other (id integer PRIMARY KEY, k integer);
    CREATE TABLE country (id integer PRIMARY KEY);
    CREATE TABLE customer (id integer PRIMARY KEY, country_id integer REFERENCES country);
    CREATE TABLE purchase (id integer PRIMARY KEY, customer_id integer REFERENCES customer ON DELETE CASCADE);
    CREATE TABLE line (id integer PRIMARY KEY, purchase_id integer REFERENCES purchase ON DELETE CASCADE);
    CREATE TABLE note (id integer PRIMARY KEY, customer_id integer REFERENCES customer ON DELETE SET NULL);
    CREATE TABLE parted (id integer, at date) PARTITION BY RANGE (at);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
    CREATE TABLE log (id bigserial PRIMARY KEY, what text);
    CREATE TABLE audited (id integer PRIMARY KEY, k integer, touched timestamptz);
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN NEW.touched := now(); PERFORM 1 FROM wr.other; RETURN NEW; END';
    CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO wr.log (what) VALUES (NEW.id); RETURN NULL; END';
    CREATE TRIGGER touch BEFORE UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE TRIGGER audit AFTER INSERT ON audited FOR EACH ROW EXECUTE FUNCTION audit();
    CREATE TABLE dynamic (id integer);
    CREATE FUNCTION anything() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN EXECUTE 'INSERT INTO wr.log (what) VALUES (1)'; RETURN NULL; END$$;
    CREATE TRIGGER anything AFTER INSERT ON dynamic FOR EACH ROW EXECUTE FUNCTION anything();
    CREATE FUNCTION inner_writer() RETURNS integer LANGUAGE sql AS
      $$INSERT INTO wr.log (what) VALUES ('inner') RETURNING 1$$;
    CREATE FUNCTION outer_reader() RETURNS integer LANGUAGE sql AS 'SELECT wr.inner_writer()';
    CREATE FUNCTION standard() RETURNS integer LANGUAGE sql BEGIN ATOMIC
      INSERT INTO wr.log (what) VALUES ('standard') RETURNING 1;
    END;
    CREATE FUNCTION clear() RETURNS void LANGUAGE sql AS 'TRUNCATE wr.customer CASCADE';
    CREATE VIEW plain_view AS SELECT id, k FROM plain WHERE k > 0;
    CREATE VIEW writing_view AS SELECT id, wr.outer_reader() AS n FROM other;
    CREATE TABLE ruled (id integer);
    CREATE RULE also AS ON INSERT TO ruled DO ALSO INSERT INTO wr.log (what) VALUES ('rule');
    CREATE TABLE defaulted (id integer, n integer DEFAULT wr.outer_reader());
    CREATE MATERIALIZED VIEW summary AS SELECT k, count(*) FROM plain GROUP BY k;
    CREATE TABLE "Odd ""Name" (id integer);
    CREATE SEQUENCE counter;
    INSERT INTO plain SELECT n, n, 'x' FROM generate_series(1, 500) AS n;
    INSERT INTO other SELECT n, n FROM generate_series(1, 500) AS n;
    INSERT INTO country VALUES (1), (2);
    INSERT INTO customer SELECT n, 1 FROM generate_series(1, 20) AS n;
    INSERT INTO purchase SELECT n, n FROM generate_series(1, 20) AS n;
    INSERT INTO line SELECT n, n FROM generate_series(1, 20) AS n;
    INSERT INTO note SELECT n, n FROM generate_series(1, 20) AS n;
    INSERT INTO parted SELECT n, '2020-06-01' FROM generate_series(1, 20) AS n;
    INSERT INTO audited SELECT n, n FROM generate_series(1, 20) AS n;
    REFRESH MATERIALIZED VIEW summary;

    """

  private struct Expectation {
    let statement: String
    /// Nil where it cannot be told.
    let tables: Set<String>?

    init(_ statement: String, _ tables: Set<String>?) {
      self.statement = statement
      self.tables = tables
    }
  }

  private static let expectations = [
    Expectation("SELECT * FROM plain WHERE id = 3 FOR UPDATE", ["plain"]),
    Expectation("UPDATE plain SET k = k + 1 WHERE id = 3", ["plain"]),
    Expectation("UPDATE plain_view SET k = 3 WHERE id = 3", ["plain", "plain_view"]),
    Expectation(#"INSERT INTO "Odd ""Name" VALUES (1)"#, ["Odd \"Name"]),
    Expectation("INSERT INTO purchase VALUES (100, 1)", ["purchase", "customer", "line"]),
    Expectation(
      "DELETE FROM customer WHERE id = 3", ["customer", "country", "purchase", "line", "note"]),
    Expectation("INSERT INTO parted VALUES (1, '2021-03-01')", ["parted", "parted_1", "parted_2"]),
    Expectation("DELETE FROM parted_1 WHERE id = 3", ["parted", "parted_1", "parted_2"]),
    Expectation("UPDATE audited SET k = 1 WHERE id = 2", ["audited", "log"]),
    Expectation("INSERT INTO audited VALUES (100, 1)", ["audited", "log"]),
    Expectation("INSERT INTO dynamic VALUES (100)", nil),
    Expectation("SELECT outer_reader()", ["log"]),
    Expectation("SELECT standard()", ["log"]),
    Expectation("SELECT max(n) FROM writing_view", ["log"]),
    Expectation("INSERT INTO ruled VALUES (1)", ["ruled", "log"]),
    Expectation("INSERT INTO defaulted VALUES (1)", ["defaulted", "log"]),
    Expectation("REFRESH MATERIALIZED VIEW summary", ["summary"]),
    Expectation("SELECT nextval('counter'), setval('counter', 7)", []),
    Expectation("SELECT query_to_xml('DELETE FROM wr.plain', true, true, '')", nil),
    Expectation("WITH gone AS (DELETE FROM other WHERE id = 9 RETURNING *) SELECT count(*) FROM gone", ["other"]),
    Expectation("INSERT INTO wr.log (what) SELECT k FROM plain", ["log"]),
    Expectation("UPDATE ONLY wr.plain AS p SET k = (SELECT max(k) FROM other)", ["plain"]),
    Expectation("DELETE FROM plain USING other WHERE plain.id = other.id AND other.k < 3", ["plain", "other"]),
    Expectation("SELECT p.id FROM plain p JOIN other o USING (id) FOR NO KEY UPDATE OF p", ["plain", "other"]),
    Expectation("SELECT id FROM plain FOR KEY SHARE", ["plain"]),
    Expectation(
      "INSERT INTO plain SELECT id, k, 'n' FROM other ON CONFLICT (id) DO UPDATE SET k = excluded.k", ["plain"]),
    Expectation("DROP INDEX plain_pkey", ["plain"]),
    Expectation("CREATE INDEX ON plain (k)", ["plain"]),
    Expectation("ALTER TABLE plain ALTER COLUMN k TYPE bigint", ["plain"]),
    // CASCADE goes on to whatever depends: materialized views, typed tables, tables behind foreign keys of any kind.
    Expectation("TRUNCATE customer CASCADE", nil),
    Expectation("DROP TABLE plain CASCADE", nil),
    Expectation("DROP VIEW plain_view CASCADE", nil),
    Expectation("ALTER TABLE plain DROP COLUMN k CASCADE", nil),
    Expectation("SELECT clear()", nil),
    Expectation(
      "ALTER TABLE line ADD FOREIGN KEY (id) REFERENCES plain ON UPDATE CASCADE ON DELETE CASCADE",
      ["line", "plain", "purchase"]),
  ]

  private static func files(_ connection: Connection, names: [String: String]) throws -> [String: String] {
    try connection.execute("CHECKPOINT")
    var files: [String: String] = [:]
    for row in try connection.execute(
      """
      SELECT c.oid, md5(pg_read_binary_file(pg_relation_filepath(c.oid)))
      FROM pg_class c WHERE c.relnamespace = 'wr'::regnamespace AND c.relkind IN ('r', 'm', 'i')
      """
    ).rows { if let oid = row[0], let table = names[oid], let hash = row[1] { files[table, default: ""] += hash } }
    return files
  }

  @Test func `all tables whose files change are foreseen, and those that are foreseen are the expected ones`() throws {
    try CorpusWorker.with { worker in
      let state = try worker.seeded.clone(StateLabel("files"), applying: [try worker.script(WriteReachTests.setup)])
      defer { state.drop() }
      let connection = try state.server.newConnection(to: state.name)
      let reach = try WriteReach.read(connection)
      let names = reach.relations.mapValues { reach.relations[$0.table]?.name ?? "" }
      try connection.execute("SET search_path = wr")
      for expectation in WriteReachTests.expectations {
        let statement = expectation.statement
        let foreseen = reach.tables(writtenBy: [statement]).map { Set($0.compactMap { names[$0] }) }
        if foreseen != expectation.tables { Issue.record("\(statement): \(foreseen?.sorted() ?? ["unknown"])") }
        guard let foreseen else { continue }
        // Otherwise what only reads removes the dead rows of the statement before.
        try connection.execute("VACUUM (FREEZE)")
        let before = try WriteReachTests.files(connection, names: names)
        try connection.execute("BEGIN")
        // Some cannot be carried out as they are; what they did until then is there all the same.
        _ = try? connection.execute(statement)
        try connection.execute("ROLLBACK")
        let after = try WriteReachTests.files(connection, names: names)
        let changed = after.filter { before[$0.key] != $0.value }.map(\.key)
        if !foreseen.isSuperset(of: changed) { Issue.record("\(statement) changed \(changed.sorted())") }
      }
    }
  }

  @Test func `a copy shares the files of the tables that it is not written to, and no others`() throws {
    try CorpusWorker.with { worker in
      let state = try worker.seeded.clone(StateLabel("files"), applying: [try worker.script(WriteReachTests.setup)])
      defer { state.drop() }
      let server = state.server
      let (name, clone) = (state.name, server.newState())
      let reach = try WriteReach.read(try server.newConnection(to: name))
      let written = try #require(reach.tables(writtenBy: ["UPDATE wr.plain SET k = 0"]))
      try server.copy(name, to: clone, writtenTo: written)
      defer { try? server.drop(clone) }
      func isShared(_ relation: String) throws -> Bool {
        let path = try server.newConnection(to: clone).execute(
          "SELECT pg_relation_filepath($1::text::regclass)", [relation]
        ).value
        let file = "\(server.cluster.dataDirectory)/\(try #require(path))"
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        return try #require(attributes[.referenceCount] as? NSNumber).intValue > 1
      }
      for (relation, expected) in [
        ("wr.other", true), ("wr.other_pkey", true), ("wr.summary", true), ("wr.parted_1", true), ("wr.plain", false),
        ("wr.plain_pkey", false), ("wr.log_id_seq", false), ("pg_class", false), ("pg_statistic", false),
      ] { #expect(try isShared(relation) == expected, "\(relation)") }
      let connection = try server.newConnection(to: clone)
      try connection.execute("UPDATE wr.plain SET k = 0")
      try connection.execute("CREATE TABLE wr.new AS SELECT * FROM wr.other")
      try connection.execute("CHECKPOINT")
      let original = try server.newConnection(to: name)
      #expect(try original.execute("SELECT sum(k) FROM wr.plain").value == "125250")
      #expect(try original.execute("SELECT to_regclass('wr.new')").value == nil)
      #expect(try connection.execute("SELECT count(*) FROM wr.new").value == "500")
    }
  }

  @Test(arguments: [
    ("DO $$ BEGIN NULL; END $$", false), ("CREATE EXTENSION hstore", false), ("VACUUM", false), ("ANALYZE", false),
    ("ANALYZE plain", true), ("CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'", false),
    ("DROP SCHEMA wr CASCADE", false), ("ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b", false),
    ("CREATE UNIQUE INDEX CONCURRENTLY ON plain (k)", true), ("REINDEX SCHEMA wr", false),
    ("REINDEX TABLE plain", true), ("ALTER TYPE kind ADD VALUE 'x'", true), ("ALTER TYPE kind RENAME TO sort", false),
    ("EXECUTE prepared", false), ("CALL work()", false),
  ])
  func `statements whose reach does not follow from their words are not told`(statement: String, isTold: Bool) {
    let file = MigrationFile(path: "1.sql", name: "1.sql", naming: MigrationNaming(path: "1.sql"))
    #expect((WriteReach().tables(writtenBy: file.up(statement + ";").statements) != nil) == isTold)
  }
}
