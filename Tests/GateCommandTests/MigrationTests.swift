import TestSupport
import Testing

@testable import GateCommand

/// Migrations are found, ordered and read as the tools do that own them.
@Suite struct MigrationTests {
  private static let query = "queries:\n  - {name: q, sql: SELECT 1}\n"

  private static func load(_ files: [String: String], _ migrations: String = "../db") throws -> [Migration] {
    let project = try Project(
      files.merging(["queries/manifest.yml": "version: 1\nmigrations: \(migrations)\n\(query)"]) { $1 })
    return try project.load("queries/manifest.yml").migrations
  }

  private static func names(_ files: [String: String], _ migrations: String = "../db") throws -> [String] {
    try load(files, migrations).map(\.name)
  }

  private static func error(_ files: [String: String], _ migrations: String = "../db") throws -> String {
    do { _ = try load(files, migrations) } catch let error as Diagnostic { return error.message }
    return "no error"
  }

  private static func up(_ name: String, _ text: String) throws -> MigrationScript {
    guard case .file(let file)? = try load(["db/\(name)": text]).first?.source else { throw TestFailure("no file") }
    return file.up(text)
  }

  // MARK: Order

  @Test func `versions are compared as numbers`() throws {
    #expect(
      try Self.names(["db/10_c.sql": "", "db/2_b.sql": "", "db/1_a.sql": "", "db/README.md": ""])
        == ["1_a.sql", "2_b.sql", "10_c.sql"])
    #expect(
      try Self.names(["db/V1.10__c.sql": "", "db/V1_2__b.sql": "", "db/V1__a.sql": "", "db/R__views.sql": ""])
        == ["V1__a.sql", "V1_2__b.sql", "V1.10__c.sql", "R__views.sql"])
  }

  @Test func `ways down are not run`() throws {
    #expect(
      try Self.names(["db/000001_a.up.sql": "", "db/000001_a.down.sql": "", "db/000002_b.up.sql": ""])
        == ["000001_a.up.sql", "000002_b.up.sql"])
    #expect(try Self.names(["db/V1__a.sql": "", "db/U1__a.sql": ""]) == ["V1__a.sql"])
    #expect(
      try Self.names(["db/2024-01-02-000000_a/up.sql": "", "db/2024-01-02-000000_a/down.sql": ""])
        == ["2024-01-02-000000_a/up.sql"])
    guard case .file(let file)? = try Self.load(["db/1_a.up.sql": "", "db/1_a.down.sql": ""]).first?.source else {
      throw TestFailure("no file")
    }
    #expect(file.downPath?.hasSuffix("db/1_a.down.sql") == true)
  }

  @Test func `a directory of directories`() throws {
    #expect(
      try Self.names([
        "db/20240102_second/migration.sql": "", "db/20240101_first/migration.sql": "", "db/migration_lock.toml": "",
      ]) == ["20240101_first/migration.sql", "20240102_second/migration.sql"])
    #expect(try Self.names(["db/0000_a.sql": "", "db/meta/_journal.json": "{}"]) == ["0000_a.sql"])
  }

  @Test func `a baseline takes the place of earlier versions`() throws {
    #expect(
      try Self.names(["db/V1__a.sql": "", "db/B2__base.sql": "", "db/V3__c.sql": ""]) == ["B2__base.sql", "V3__c.sql"])
  }

  @Test func `globs, lists and commands`() throws {
    let files = ["db/1_a.sql": "", "db/2_b.sql": "", "more/1_c.sql": "", "tool.ini": ""]
    #expect(try Self.names(files, "../db/*.sql") == ["1_a.sql", "2_b.sql"])
    #expect(try Self.names(files, "[../more, ../db/2_b.sql]") == ["1_c.sql", "2_b.sql"])
    let command = try Self.load(files, "{run: make migrate, inputs: [../tool.ini]}")
    guard case .command("make migrate", let inputs)? = command.first?.source else { throw TestFailure("no command") }
    #expect(inputs.count == 1 && command[0].name == "make migrate")
  }

  // MARK: What is run

  @Test func `only the way up of a file with both`() throws {
    let goose = try Self.up(
      "1_a.sql",
      """
      -- +goose Up
      CREATE TABLE a ();
      -- +goose StatementBegin
      CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
      -- +goose StatementEnd
      -- +goose Down
      DROP TABLE a;

      """)
    #expect(goose.statements.map(\.line) == [2, 4] && goose.isTransactional)
    #expect(goose.statements.allSatisfy { !$0.text.contains("DROP") })
    let dbmate = try Self.up("1_a.sql", "-- migrate:up\nCREATE TABLE a ();\n\n-- migrate:down\nDROP TABLE a;\n")
    #expect(dbmate.statements.map(\.text) == ["CREATE TABLE a ()"] && dbmate.isTransactional)
    let tern = try Self.up("1_a.sql", "create table a ();\n---- create above / drop below ----\ndrop table a;\n")
    #expect(tern.statements.map(\.text) == ["create table a ()"])
    let other = try Self.up("1_a.sql", "-- +migrate Down\nDROP TABLE a;\n-- +migrate Up\nCREATE TABLE a ();\n")
    #expect(other.statements.map(\.line) == [4])
  }

  @Test func `a file opts out of its transaction`() throws {
    let index = "CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (b);\n"
    #expect(try !Self.up("1_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\n\(index)").isTransactional)
    #expect(try !Self.up("1_a.sql", "-- migrate:up transaction:false\n\(index)").isTransactional)
    #expect(try !Self.up("1_a.sql", "-- +migrate Up notransaction\n\(index)").isTransactional)
    #expect(try !Self.up("1_a.sql", "-- no-transaction\n\(index)").isTransactional)
    #expect(try !Self.up("V1__a.sql", index).isTransactional)
    #expect(try Self.up("1_a.up.sql", index).isTransactional)
    // A single statement needs no transaction, and tools that send a file as one string give it none.
    #expect(try !Self.up("1_a.up.sql", "CREATE INDEX CONCURRENTLY i ON t (a);").isTransactional)
    #expect(try !Self.up("1_a.sql", "BEGIN;\nCREATE TABLE a ();\nCOMMIT;\n").isTransactional)
  }

  @Test func `statements are divided outside of quotes and bodies`() throws {
    let script = try Self.up(
      "1_a.sql",
      """
      DO $$ BEGIN PERFORM 1; END $$;
      INSERT INTO t VALUES ('a;b'); -- no; statement
      CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;
      /* ; */
      """)
    #expect(script.statements.map(\.line) == [1, 2, 3])
  }

  // MARK: Mistakes

  @Test func `errors before a server starts`() throws {
    #expect(try Self.error(["db/7_a.sql": "", "db/07_b.sql": ""]).contains("two migrations of version 7"))
    #expect(try Self.error(["db/readme.txt": ""]).contains("no migrations in"))
    #expect(try Self.error([:], "../none").contains("no such file"))
    #expect(try Self.error(["db/1_a.sql": ""], "{files: ../db, rum: x}").contains("unknown key 'rum'"))
  }

  @Test func `placeholders of Flyway`() throws {
    let text = "CREATE TABLE ${schema}.a ();"
    guard
      case .file(let file)? = try Self.load(
        ["db/V1__a.sql": text], "{files: ../db, placeholders: {schema: shop}}"
      ).first?.source
    else { throw TestFailure("no file") }
    #expect(file.up(text).statements.map(\.text) == ["CREATE TABLE shop.a ()"])
    #expect(
      try Self.error(["db/V1__a.sql": text]).contains(
        "the placeholder ${schema} has no value; add it to 'placeholders:'"))
  }

  @Test func `marks are found in files of Windows`() throws {
    for (up, down) in [("-- +goose Up", "-- +goose Down"), ("-- migrate:up", "-- migrate:down")] {
      let text = "\(up)\r\nCREATE TABLE t (id int);\r\nSELECT 1;\r\n\(down)\r\nDROP TABLE t;\r\n"
      let file = MigrationFile(path: "1_a.sql", name: "1_a.sql", naming: MigrationNaming(path: "1_a.sql"))
      #expect(file.up(text).statements.map(\.line) == [2, 3])
      #expect(file.down(text)?.statements.map(\.line) == [5])
    }
    #expect(MigrationMarks.hasNoTransactionLine("-- no-transaction\r\nSELECT 1;\r\n"))
  }

  @Test func `a step of the seed runs migrations before the rows`() throws {
    let files = [
      "db/10_b.up.sql": "", "db/2_a.up.sql": "", "db/2_a.down.sql": "", "rows.sql": "",
      "queries/manifest.yml": "version: 1\nseed: [{migrations: ../db}, ../rows.sql]\n\(Self.query)",
    ]
    let project = try Project(files)
    let manifest = try project.load("queries/manifest.yml")
    #expect(manifest.migrations.isEmpty)
    #expect(manifest.seed.compactMap(\.sqlFile).map(project.local) == ["db/2_a.up.sql", "db/10_b.up.sql", "rows.sql"])
    #expect(manifest.seed.dropLast().allSatisfy { if case .migration = $0.source { true } else { false } })
    try project.write("queries/manifest.yml", "version: 1\nseed: [{migrations: ../db, run: x}]\n\(Self.query)")
    #expect(
      project.failure { () throws(Diagnostic) in
        _ = try Manifest.load(project.path("queries/manifest.yml"), today: Project.today)
      }?.contains("unknown key 'run'") == true)
  }

  @Test func `files of migrations in the seed`() throws {
    func seedError(_ files: [String: String], _ seed: String) throws -> String {
      let manifest = "version: 1\nseed: [\(seed)]\n\(Self.query)"
      let project = try Project(files.merging(["queries/manifest.yml": manifest]) { $1 })
      do { _ = try project.load("queries/manifest.yml") } catch { return error.message }
      return "no error"
    }
    let both = ["db/1_a.up.sql": "CREATE TABLE a ();", "db/1_a.down.sql": "DROP TABLE a;"]
    #expect(try seedError(both, "../db/*.sql").contains("'migrations:'"))
    let goose = ["db/1_a.sql": "-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nDROP TABLE a;\n"]
    #expect(try seedError(goose, "../db/1_a.sql").contains("'migrations:'"))
    #expect(try seedError(["db/1_a.sql": "-- the way up and down\nSELECT 1;"], "../db/*.sql") == "no error")
  }
}
