import Foundation
import TestSupport
import Testing

/// Directories of migrations as projects keep them for the usual tools, each with a table and an index of its own.
@Suite struct MigrationToolTests {
  /// By tool: the directory as the manifest names it, its files, and one that drops the index.
  private struct Tool {
    let name: String
    var migrations: String
    let files: [String: String]
    let drop: (path: String, text: String)
    var table: String
  }

  private static func rows(_ table: String) -> String {
    "INSERT INTO \(table) SELECT n, n % 1000, 'x' FROM generate_series(1, 4000) AS n;"
  }

  private static let tools = [
    Tool(
      name: "golang-migrate", migrations: "../golang",
      files: [
        "golang/000009_create_items.up.sql": """
        BEGIN;

        CREATE TABLE IF NOT EXISTS golang_items (id integer PRIMARY KEY, ref integer, note text);
        \(rows("golang_items"))

        COMMIT;

        """,
        "golang/000009_create_items.down.sql": "DROP TABLE IF EXISTS golang_items;\n",
        "golang/000010_index_items.up.sql":
          "CREATE INDEX CONCURRENTLY IF NOT EXISTS golang_items_ref_idx ON golang_items (ref);\n",
        "golang/000010_index_items.down.sql": "DROP INDEX CONCURRENTLY IF EXISTS golang_items_ref_idx;\n",
      ],
      drop: ("golang/000011_drop.up.sql", "DROP INDEX golang_items_ref_idx;\n"), table: "golang_items"),
    Tool(
      name: "sqlx", migrations: "../sqlx/migrations",
      files: [
        "sqlx/migrations/20240110093000_create_items.sql":
          "-- Add migration script here\nCREATE TABLE sqlx_items (id INT PRIMARY KEY, ref INT, note TEXT);\n"
          + rows("sqlx_items") + "\n",
        "sqlx/migrations/20240215120000_index_items.up.sql":
          "-- no-transaction\nCREATE INDEX CONCURRENTLY sqlx_items_ref_idx ON sqlx_items (ref);\n",
        "sqlx/migrations/20240215120000_index_items.down.sql":
          "-- no-transaction\nDROP INDEX CONCURRENTLY sqlx_items_ref_idx;\n",
      ],
      drop: ("sqlx/migrations/20240301000000_drop.up.sql", "DROP INDEX sqlx_items_ref_idx;\n"), table: "sqlx_items"),
    Tool(
      name: "Flyway", migrations: "{files: ../flyway/sql, placeholders: {schema: app, rows: '4000'}}",
      files: [
        "flyway/sql/V1__create_schema.sql": "CREATE SCHEMA IF NOT EXISTS ${schema};\n",
        "flyway/sql/V1.9__create_items.sql": """
        CREATE TABLE ${schema}.flyway_items (id INTEGER PRIMARY KEY, ref INTEGER, note TEXT);
        INSERT INTO ${schema}.flyway_items SELECT n, n % 1000, 'x' FROM generate_series(1, ${rows}) AS n;

        """,
        "flyway/sql/V1.10__index_items.sql":
          "CREATE INDEX CONCURRENTLY flyway_items_ref_idx ON ${schema}.flyway_items (ref);\n",
        "flyway/sql/V1.10__index_items.sql.conf": "executeInTransaction=false\n",
        "flyway/sql/U1.10__index_items.sql": "DROP INDEX ${schema}.flyway_items_ref_idx;\n",
        "flyway/sql/R__items_view.sql":
          "CREATE OR REPLACE VIEW ${schema}.noted AS SELECT * FROM ${schema}.flyway_items WHERE note IS NOT NULL;\n",
      ],
      drop: ("flyway/sql/V2__drop.sql", "DROP INDEX ${schema}.flyway_items_ref_idx;\n"), table: "app.flyway_items"),
    Tool(
      name: "Drizzle", migrations: "../drizzle",
      files: [
        "drizzle/meta/_journal.json": "{\"version\": \"7\", \"dialect\": \"postgresql\", \"entries\": []}\n",
        "drizzle/0000_swift_hulk.sql": """
        CREATE TABLE "drizzle_items" (
        \t"id" integer PRIMARY KEY NOT NULL,
        \t"ref" integer,
        \t"note" text
        );
        --> statement-breakpoint
        \(rows("drizzle_items"))
        --> statement-breakpoint
        CREATE INDEX "drizzle_items_ref_idx" ON "drizzle_items" USING btree ("ref");

        """,
      ],
      drop: ("drizzle/0001_odd_rogue.sql", "DROP INDEX \"drizzle_items_ref_idx\";\n"), table: "drizzle_items"),
    Tool(
      name: "dbmate", migrations: "../dbmate/migrations",
      files: [
        "dbmate/migrations/20240110093000_create_items.sql": """
        -- migrate:up
        create table dbmate_items (
          id integer primary key,
          ref integer,
          note varchar(255)
        );
        \(rows("dbmate_items"))

        -- migrate:down
        drop table dbmate_items;

        """,
        "dbmate/migrations/20240215120000_index_items.sql": """
        -- migrate:up transaction:false
        create index concurrently dbmate_items_ref_idx on dbmate_items (ref);

        -- migrate:down transaction:false
        drop index concurrently dbmate_items_ref_idx;

        """,
        "dbmate/schema.sql": "SET statement_timeout = 0;\nCREATE TABLE public.dbmate_items (id integer);\n",
      ],
      drop: (
        "dbmate/migrations/20240301000000_drop.sql",
        "-- migrate:up\ndrop index dbmate_items_ref_idx;\n\n-- migrate:down\n\n"
      ), table: "dbmate_items"),
    Tool(
      name: "Prisma", migrations: "../prisma/migrations",
      files: [
        "prisma/schema.prisma": "datasource db {\n  provider = \"postgresql\"\n}\n",
        "prisma/migrations/migration_lock.toml": "provider = \"postgresql\"\n",
        "prisma/migrations/20240110093000_init/migration.sql": """
        -- CreateTable
        CREATE TABLE "PrismaItem" (
            "id" SERIAL NOT NULL,
            "ref" INTEGER NOT NULL,
            "note" TEXT,

            CONSTRAINT "PrismaItem_pkey" PRIMARY KEY ("id")
        );

        \(rows("\"PrismaItem\""))

        """,
        "prisma/migrations/20240215120000_index/migration.sql":
          "-- CreateIndex\nCREATE INDEX \"PrismaItem_ref_idx\" ON \"PrismaItem\"(\"ref\");\n",
      ],
      drop: (
        "prisma/migrations/20240301000000_drop/migration.sql", "-- DropIndex\nDROP INDEX \"PrismaItem_ref_idx\";\n"
      ), table: "\"PrismaItem\""),
    Tool(
      name: "goose", migrations: "../goose",
      files: [
        "goose/20240110093000_create_items.sql": """
        -- +goose Up
        -- +goose StatementBegin
        CREATE TABLE goose_items (id bigserial PRIMARY KEY, ref integer NOT NULL, note text);
        -- +goose StatementEnd

        -- +goose StatementBegin
        CREATE OR REPLACE FUNCTION goose_touch() RETURNS trigger AS $$
        BEGIN
          NEW.note := 'touched; again';
          RETURN NEW;
        END;
        $$ LANGUAGE plpgsql;
        -- +goose StatementEnd

        CREATE TRIGGER touch BEFORE UPDATE ON goose_items FOR EACH ROW EXECUTE FUNCTION goose_touch();
        \(rows("goose_items"))

        -- +goose Down
        DROP TABLE goose_items;
        DROP FUNCTION goose_touch();

        """,
        "goose/20240215120000_index_items.sql": """
        -- +goose NO TRANSACTION

        -- +goose Up
        CREATE INDEX CONCURRENTLY IF NOT EXISTS goose_items_ref_idx ON goose_items (ref);

        -- +goose Down
        DROP INDEX CONCURRENTLY IF EXISTS goose_items_ref_idx;

        """,
        "goose/main.go": "package main\n",
      ],
      drop: (
        "goose/20240301000000_drop.sql",
        "-- +goose Up\nDROP INDEX goose_items_ref_idx;\n-- +goose Down\nCREATE INDEX goose_items_ref_idx ON goose_items (ref);\n"
      ), table: "goose_items"),
  ]

  @Test func `a dropped index is named in the directory of each tool`() throws {
    var files = ["seed.sql": "CREATE TABLE other (id integer);\n"]
    var manifest = "version: 1\nseed: [../seed.sql]\nsettings: {work_mem: 4MB}\nmigrations:\n"
    for tool in Self.tools {
      files.merge(tool.files) { $1 }
      manifest += "  - \(tool.migrations)\n"
    }
    manifest += "queries:\n"
    for tool in Self.tools {
      manifest += "  - {name: \(tool.name), sql: 'SELECT note FROM \(tool.table) WHERE ref = $1', params: [7]}\n"
    }
    files["queries/manifest.yml"] = manifest
    let project = try Project(files)
    try expect(project.plangate("record", "-q"), exits: 0, leavingNothingIn: project)
    try expect(project.plangate("check", "--strict"), exits: 0, leavingNothingIn: project)
    for tool in Self.tools {
      let baseline = try project.read("baselines/\(tool.name).plan")
      #expect(baseline.contains("_ref_idx"), "\(baseline)")
    }
    // Each state that the search for the migration looks at takes its time, so only the last ones are changed.
    let changed = Self.tools.suffix(3)
    for tool in changed { try project.write(tool.drop.path, tool.drop.text) }
    let run = try project.plangate("check", "--color", "never")
    try expect(run, exits: 1, leavingNothingIn: project)
    let parts = run.stdout.replacing("\n    ", with: " ").components(separatedBy: "FAIL ")
    for tool in changed {
      let part = try #require(parts.first { $0.hasPrefix(tool.name) }, "\(run)")
      #expect(part.contains("it fails since the migration \(tool.drop.path)"), "\(part)")
      #expect(part.contains("_ref_idx of "), "\(part)")
    }
  }
}
