import TestSupport
import Testing

/// Small projects of further tools: what `init` writes for them runs unchanged.
@Suite struct FoundToolTests {
  struct Tool: Sendable, CustomTestStringConvertible {
    let name: String
    let files: [String: String]
    /// A line of the report.
    let report: String
    var testDescription: String { name }
  }

  private static func table(_ name: String) -> String {
    "CREATE TABLE \(name) (id int PRIMARY KEY, ref int);\n"
      + "INSERT INTO \(name) SELECT n, n % 100 FROM generate_series(1, 3000) AS n;\n"
  }

  private static let dump = """
    --
    -- PostgreSQL database dump
    --

    SET client_encoding = 'UTF8';
    CREATE TABLE public.kept (id integer NOT NULL);
    ALTER TABLE public.kept OWNER TO shop_owner;
    COPY public.kept (id) FROM stdin;
    1
    2
    \\.

    """

  static let tools = [
    Tool(
      name: "Flyway",
      files: [
        "src/main/resources/db/migration/V1__a.sql": "CREATE SCHEMA ${schema};\n",
        "src/main/resources/db/migration/V2__b.sql": table("${schema}.items"),
        "src/main/resources/db/migration/R__view.sql": "CREATE VIEW ${schema}.few AS SELECT 1 AS one;\n",
        "flyway.toml": "[flyway]\nurl = \"x\"\n[flyway.placeholders]\nschema = \"shop\"\n",
        "src/main/resources/queries/few.sql": "SELECT * FROM shop.few\n",
      ], report: "3 migrations (Flyway)"),
    Tool(
      name: "dbmate, HugSQL",
      files: [
        "db/migrations/20240101000000_a.sql": "-- migrate:up\n\(table("items"))\n-- migrate:down\nDROP TABLE items;\n",
        "db/schema.sql": "--\n-- PostgreSQL database dump\n--\nCREATE TABLE public.items (id int);\n",
        "resources/sql/items.sql": "-- :name all-items :? :*\n-- :doc All of them\nSELECT * FROM items WHERE ref = 1\n",
      ], report: "1 query (HugSQL)"),
    Tool(
      name: "Drizzle",
      files: [
        "drizzle/0000_a.sql": "\(table("items"))--> statement-breakpoint\nCREATE INDEX items_ref ON items (ref);\n",
        "drizzle/meta/_journal.json": "{\"version\": \"7\", \"dialect\": \"postgresql\", \"entries\": []}\n",
      ], report: "1 migration (Drizzle)"),
    Tool(
      name: "tern",
      files: ["m/001_a.sql": "\(table("items"))---- create above / drop below ----\nDROP TABLE items;\n"],
      report: "1 migration (tern)"),
    Tool(
      name: "sqlx",
      files: [
        "Cargo.toml": "[package]\n", "migrations/20240101_a.sql": table("items"),
        ".sqlx/query-0f.json": "{\"db_name\": \"PostgreSQL\", \"query\": \"SELECT id FROM items\", \"describe\": {}}\n",
      ], report: "1 query (sqlx)"),
    Tool(
      name: "Rails",
      files: [
        "Gemfile": "gem 'rails'\n", "db/migrate/1_a.rb": "",
        "db/structure.sql": "SET client_encoding = 'UTF8';\n\(table("public.items"))"
          + "CREATE TABLE public.schema_migrations (version varchar);\nINSERT INTO schema_migrations VALUES ('1');\n",
      ], report: "found       db/structure.sql: the schema of Rails"),
    Tool(
      name: "a container's scripts",
      files: [
        "compose.yaml": "services:\n  db:\n    image: postgres\n    volumes:\n"
          + "      - {type: bind, source: ./init, target: /docker-entrypoint-initdb.d}\n",
        "init/10-tables.sql": table("items"),
      ], report: "run by the database's container"),
    Tool(name: "a dump", files: ["backup/latest.txt.sql": dump], report: "the role shop_owner"),
    Tool(
      name: "Diesel",
      files: [
        "diesel.toml": "", "migrations/2024-01-01-000000_a/up.sql": table("items"),
        "migrations/2024-01-01-000000_a/down.sql": "DROP TABLE items;\n",
      ], report: "1 migration (Diesel)"),
  ]

  @Test(arguments: tools)
  func `what init writes runs unchanged`(tool: Tool) throws {
    let project = try Project(tool.files)
    try expect(project.plangate("init"), exits: 0, stdout: [tool.report])
    let option = "--manifest=\(project.exists("queries/manifest.yml") ? "queries" : "plangate")/manifest.yml"
    try expect(project.plangate("record", option), exits: 0, stdout: ["1 new"], leavingNothingIn: project)
    try expect(project.plangate("check", option), exits: 0, stdout: ["1 passed"], leavingNothingIn: project)
  }
}
