import Foundation
import TestSupport
import Testing

@testable import GateCommand

/// What `init` recognizes, each beside what looks like it and is something else.
@Suite struct DiscoveryTests {
  private func discovery(_ files: [String: String]) throws -> Discovery {
    let project = try Project(files)
    return withExtendedLifetime(project) { Discovery(of: ProjectTree(project.directory)) }
  }

  private func lines(_ remarks: [Discovery.Remark]) -> [String] { remarks.map { "\($0.place): \($0.text)" } }

  // MARK: Migrations

  struct Tool: Sendable, CustomTestStringConvertible {
    let name: String
    let directory: String
    let files: [String: String]
    var testDescription: String { name }

    init(_ name: String, _ directory: String, _ files: [String: String]) {
      (self.name, self.directory, self.files) = (name, directory, files)
    }
  }

  private static let table = "CREATE TABLE t (id int);\n"

  static let tools = [
    Tool("golang-migrate", "db/m", ["db/m/1_a.up.sql": table, "db/m/1_a.down.sql": "DROP TABLE t;\n"]),
    Tool("sqlx", "migrations", ["Cargo.toml": "", "migrations/1_a.up.sql": table, "migrations/1_a.down.sql": ""]),
    Tool("sqlx", "migrations", ["Cargo.toml": "", "migrations/20240101_a.sql": table]),
    Tool("goose", "sql/schema", ["sql/schema/001_a.sql": "-- +goose Up\n\(table)-- +goose Down\nDROP TABLE t;\n"]),
    Tool("dbmate", "db/migrations", ["db/migrations/1_a.sql": "-- migrate:up\n\(table)\n-- migrate:down\n"]),
    Tool("sql-migrate", "m", ["m/1_a.sql": "-- +migrate Up\n\(table)-- +migrate Down\n"]),
    Tool("tern", "m", ["m/001_a.sql": "\(table)---- create above / drop below ----\nDROP TABLE t;\n"]),
    Tool("tern", "m", ["m/001_a.sql": table, "m/tern.conf": "[database]\n"]),
    Tool("Flyway", "src/main/resources/db/migration", ["src/main/resources/db/migration/V1__a.sql": table]),
    Tool("Prisma", "prisma/migrations", ["prisma/migrations/20240101_a/migration.sql": table]),
    Tool("Diesel", "migrations", ["Cargo.toml": "", "migrations/2024-01-01-000000_a/up.sql": table]),
    Tool("Hasura", "migrations/default", ["migrations/default/1700_a/up.sql": table]),
    Tool(
      "Drizzle", "drizzle",
      ["drizzle/0000_a.sql": table, "drizzle/meta/_journal.json": "{\"dialect\": \"postgresql\"}"]),
    Tool("Supabase", "supabase/migrations", ["supabase/migrations/20240101_a.sql": table]),
    Tool("SQL files", "migrations", ["migrations/0001_a.sql": table]),
  ]

  @Test(arguments: tools)
  func `a tool's migrations are found`(tool: Tool) throws {
    let found = try discovery(tool.files)
    #expect(found.schema == [.migrations(tool.directory, placeholders: [:])])
    #expect(lines(found.found).contains("\(tool.directory): 1 migration (\(tool.name))"), "\(found.found)")
    #expect(found.isSupabase == (tool.name == "Supabase"))
    #expect(found.tables == ["t"])
  }

  @Test(arguments: [
    ["migrations/0001_initial.py": "class Migration: pass\n", "migrations/__init__.py": ""],
    ["docs/migrations/README.md": "# Migrations\n"],
    ["node_modules/a/migrations/0001_a.sql": table], ["vendor/x/1_a.up.sql": table], [".venv/m/1_a.up.sql": table],
    ["internal/testdata/migrations/1_a.up.sql": table], ["other/.git/HEAD": "", "other/1_a.up.sql": table],
    ["reports/2024_a.sql": "SELECT 1;\n"], ["a/up.sql": table],
  ])
  func `what is no migration of this project is not taken`(files: [String: String]) throws {
    let found = try discovery(files)
    #expect(found.schema.isEmpty && found.isEmpty, "\(found.found)")
  }

  @Test(arguments: [
    (["m/migration_lock.toml": "provider = \"mysql\"\n", "m/20240101_a/migration.sql": table], "for mysql"),
    (["d/meta/_journal.json": "{\n \"dialect\": \"sqlite\"\n}", "d/0000_a.sql": table], "for sqlite"),
    (["db/mysql/1_a.up.sql": table], "for another database"),
    (["db/1_a.up.sql": "CREATE TABLE t (id int AUTO_INCREMENT) ENGINE=InnoDB;\n"], "for MySQL"),
  ])
  func `migrations for another database are left out, and said`(files: [String: String], reason: String) throws {
    let found = try discovery(files)
    #expect(found.schema.isEmpty && found.leftOut.contains { $0.text.hasSuffix("; \(reason)") }, "\(found.leftOut)")
  }

  @Test func `of two directories the one that sqlc reads is taken`() throws {
    let files = ["a/1_a.up.sql": Self.table, "z/deep/1_a.up.sql": Self.table]
    #expect(try discovery(files).schema == [.migrations("a", placeholders: [:])])
    let sqlc = "version: '2'\nsql: [{schema: z/deep, queries: q, engine: postgresql}]\n"
    let found = try discovery(files.merging(["sqlc.yml": sqlc]) { $1 })
    #expect(found.schema == [.migrations("z/deep", placeholders: [:])])
    #expect(found.leftOut.map(\.place) == ["a"])
  }

  @Test func `of several directories none is better than the schema that sqlc reads`() throws {
    let sqlc =
      "version: '2'\nsql:\n- {schema: s.sql, queries: q, engine: postgresql}\n- {schema: l.sql, engine: sqlite}\n"
    let found = try discovery([
      "a/1_a.up.sql": Self.table, "b/1_a.up.sql": Self.table, "s.sql": Self.table, "l.sql": "", "sqlc.yaml": sqlc,
    ])
    #expect(found.schema == [.file("s.sql")] && found.leftOut.map(\.place) == ["a", "b"], "\(found.leftOut)")
  }

  @Test func `rows of a project whose migrations are left out are left alone`() throws {
    let rows = "INSERT INTO t VALUES (1);\n"
    let found = try discovery([
      "a/supabase/migrations/1_a.sql": Self.table, "b/supabase/migrations/1_a.sql": Self.table,
      "a/supabase/seed.sql": rows, "b/supabase/seed.sql": rows, "b/supabase/config.toml": "[db]\nmajor_version = 17\n",
      "a/supabase/config.toml": "[db]\nmajor_version = 15\n",
    ])
    #expect(found.rows == ["a/supabase/seed.sql"] && found.leftOut.map(\.place) == ["b/supabase/migrations"])
    #expect(found.versions.map(\.major) == [15])
  }

  @Test func `statements show that a file is for another database, comments do not`() throws {
    let comment = "-- Better than MySQL's AUTO_INCREMENT, ENGINE=InnoDB.\n\(Self.table)"
    #expect(try discovery(["m/1_a.up.sql": comment]).leftOut.isEmpty)
    for text in ["CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);\n", "PRAGMA foreign_keys = on;\n"] {
      #expect(try discovery(["m/1_a.up.sql": text]).leftOut.map(\.text) == ["1 migration (golang-migrate); for SQLite"])
    }
  }

  @Test func `of a project that is too deep, the deepest is left out and said`() throws {
    let folders = (1...ProjectTree.deepest).map { "d\($0)" }.joined(separator: "/")
    let project = try Project(["\(folders)/in.sql": "", "\(folders)/e/out.sql": "", "z.sql": ""])
    let tree = ProjectTree(project.directory)
    #expect(tree.files == ["\(folders)/in.sql", "z.sql"])
    #expect(tree.limit?.hasPrefix("\(folders)/e ") == true)
  }

  @Test func `a directory that cannot be read is said`() throws {
    let project = try Project(["m/1_a.up.sql": Self.table, "closed/x.sql": ""])
    let tree = ProjectTree(project.path("missing"))
    #expect(tree.files.isEmpty && tree.unreadable == [project.path("missing")])
  }

  @Test func `files of Windows are read`() throws {
    let text = "-- +goose Up\r\nCREATE TABLE t (id int);\r\n-- +goose Down\r\nDROP TABLE t;\r\n"
    let found = try discovery([
      "m/1_a.sql": text, "q/a.sql": "-- name: a^\r\nSELECT :x;\r\n\r\n-- name: b\r\nSELECT 1;\r\n",
      "sqlc.yaml": "version: [\r\n",
    ])
    #expect(found.schema == [.migrations("m", placeholders: [:])])
    #expect(found.queries.flatMap(\.queries).map(\.name) == ["a", "b"])
    #expect(found.unclear.contains { $0.place == "sqlc.yaml" })
  }

  @Test func `migrations that are programs are said`() throws {
    let goose = ["m/1_a.sql": "-- +goose Up\n\(Self.table)", "m/2_b.go": "package m\n", "m/embed.go": "package m\n"]
    #expect(try discovery(goose).unclear.map(\.place).contains("m/2_b.go"))
    #expect(try !discovery(goose).unclear.map(\.place).contains("m/embed.go"))
    let sqitch = try discovery(["db/sqitch.plan": "%project=x\n", "db/deploy/a.sql": Self.table])
    #expect(sqitch.unclear.contains { $0.place == "db/sqitch.plan" && $0.text.contains("sqitch deploy") })
  }

  @Test func `a dump is recognized however large it is`() throws {
    let project = try Project(["m/1_a.up.sql": Self.table])
    let line = "-- " + String(repeating: "x", count: 4093) + "\n"
    let text = "--\n-- PostgreSQL database dump\n--\n\(Self.table)" + String(repeating: line, count: 2100)
    try project.write("big.sql", text + "COPY t FROM stdin;\n1\n\\.\n")
    let found = withExtendedLifetime(project) { Discovery(of: ProjectTree(project.directory)) }
    #expect(found.schema == [.file("big.sql")] && found.tables == ["t"])
  }

  @Test func `Flyway's placeholders come from its configuration, and others are said`() throws {
    let found = try discovery([
      "db/V1__a.sql": "CREATE SCHEMA ${schema};\nCREATE TABLE ${schema}.t (id int) TABLESPACE ${space};\n",
      "flyway.conf": "flyway.placeholders.schema=shop\n", "db/more/V2__b.sql": Self.table,
    ])
    #expect(found.schema == [.migrations("db", placeholders: ["schema": "shop", "space": "space"])])
    #expect(found.unclear.contains { $0.place == "db/V1__a.sql:2" && $0.text.contains("${space}") })
  }

  // MARK: Commands, schemas, dumps

  @Test func `Alembic runs where its file is`() throws {
    let found = try discovery([
      "api/alembic.ini": "[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = postgresql://me@localhost/x\n",
      "api/db/env.py": "", "api/db/versions/1_a.py": "", "api/pyproject.toml": "",
    ])
    #expect(
      found.schema == [
        .command("alembic upgrade head", in: "api", inputs: ["api/alembic.ini", "api/db/**/*.py"])
      ])
    #expect(found.unclear.contains { $0.place == "api/alembic.ini" && $0.text.contains("DATABASE_URL") })
    #expect(found.setUp == ["pip install ./api"])
    #expect(try discovery(["alembic.ini": "[alembic]\nscript_location = db\n"]).schema == [])
  }

  @Test func `Django's migrations are what its command depends on`() throws {
    let found = try discovery([
      "manage.py": "from django.core.management import execute_from_command_line\n",
      "shop/migrations/0001_initial.py": "", "shop/migrations/__init__.py": "", "requirements.txt": "django\n",
    ])
    #expect(
      found.schema == [.command("python manage.py migrate --noinput", in: ".", inputs: ["shop/migrations/*.py"])])
    #expect(found.setUp == ["pip install -r requirements.txt"])
    #expect(try discovery(["manage.py": "print('mine')\n"]).isEmpty)
    let manage = "import django\n"
    for (settings, isSaid) in [("NAME = os.environ['PGDATABASE']\n", false), ("NAME = 'dev'\n", true)] {
      let unclear = try discovery(["manage.py": manage, "site/settings.py": settings]).unclear
      #expect(unclear.contains { $0.place == "site/settings.py" } == isSaid)
    }
  }

  @Test func `a schema is taken where there are no migrations`() throws {
    let rails = ["db/structure.sql": Self.table + "INSERT INTO schema_migrations VALUES ('1');\n"]
    #expect(try discovery(rails).schema == [.file("db/structure.sql")])
    let compose = "services: {db: {image: 'postgres:16', volumes: ['./sql:/docker-entrypoint-initdb.d:ro']}}\n"
    let container = ["compose.yaml": compose, "sql/01.sql": Self.table, "sql/02.sql": "CREATE DATABASE other;\n"]
    let found = try discovery(container)
    #expect(found.schema == [.file("sql/01.sql")])
    #expect(found.leftOut.map(\.place) == ["sql/02.sql"])
    let both = try discovery(["db/schema.sql": Self.table, "db/migrations/1_a.up.sql": Self.table])
    #expect(both.schema == [.migrations("db/migrations", placeholders: [:])])
  }

  @Test func `a dump with rows takes the place of migrations, by its content`() throws {
    let files = ["m/1_a.up.sql": Self.table]
    for (path, text) in [
      ("backup.bin", "PGDMP"),
      ("x.sql", "--\n-- PostgreSQL database dump\n--\n\(Self.table)COPY t FROM stdin;\n1\n\\.\n"),
    ] {
      let found = try discovery(files.merging([path: text]) { $1 })
      #expect(found.schema == [.file(path)])
      #expect(found.leftOut.contains { $0.place == "m" && $0.text.contains("the dump has their tables") })
    }
    let schemaOnly = "--\n-- PostgreSQL database dump\n--\n\(Self.table)"
    #expect(
      try discovery(files.merging(["db/schema.sql": schemaOnly]) { $1 }).schema
        == [.migrations("m", placeholders: [:])])
  }

  // MARK: Rows

  @Test func `rows are files that insert, in order of their versions`() throws {
    let rows = "INSERT INTO t VALUES (1);\n"
    let found = try discovery([
      "m/1_a.up.sql": Self.table, "seeds/10_b.sql": rows, "seeds/2_a.sql": rows, "sample_data.sql": rows,
      "seeds/list.sql": "SELECT 1;\n", "fixtures/users.csv": "id\n1\n", "prisma/seed.ts": "main()\n",
      "tests/fixtures/more.sql": rows, "seed_again.sql": Self.table + rows, "seed_mysql/seed.sql": rows,
      "db/seed/mysql/seed.sql": rows, "queries/seed_by_id.sql": "INSERT INTO t VALUES ($1);\n",
    ])
    #expect(found.rows == ["seeds/2_a.sql", "seeds/10_b.sql", "sample_data.sql", "seed_mysql/seed.sql"])
    #expect(found.leftOut.map(\.place) == ["seed_again.sql", "tests/fixtures/more.sql"])
    #expect(found.unclear.map(\.place) == ["fixtures/users.csv", "prisma/seed.ts"])
  }

  @Test func `a compressed script is rows if it is called so, and a dump otherwise`() throws {
    for (name, isRows) in [("seed.sql.gz", true), ("backup.sql.gz", false)] {
      let project = try Project(["m/1_a.up.sql": Self.table])
      try project.write(name, bytes: [0x1f, 0x8b, 8, 0])
      let found = withExtendedLifetime(project) { Discovery(of: ProjectTree(project.directory)) }
      #expect(found.rows == (isRows ? [name] : []))
      #expect(found.schema == (isRows ? [.migrations("m", placeholders: [:])] : [.file(name)]))
    }
  }

  @Test func `tables without rows are said`() throws {
    #expect(try discovery(["m/1_a.up.sql": Self.table]).unclear.contains { $0.text.hasPrefix("none found") })
    let filled = "\(Self.table)INSERT INTO t VALUES (1);\n"
    #expect(try discovery(["m/1_a.up.sql": filled]).unclear.isEmpty)
  }

  // MARK: Queries

  @Test(arguments: [
    ("sqlc.yaml", "version: '2'\nsql:\n  - {engine: postgresql, schema: s.sql, queries: [q, more/a.sql]}\n"),
    (
      "sqlc.yaml",
      "version: '1'\npackages:\n  - {path: db, schema: s.sql, queries: q}\n  - {schema: s.sql, queries: more/a.sql}\n"
    ),
    (
      "sqlc.json",
      "{\"version\": \"2\", \"sql\": [\n\t{\"engine\": \"postgresql\", \"schema\": \"s.sql\", \"queries\": [\"q\", \"more/*.sql\"]}]}"
    ),
  ])
  func `sqlc's queries are those of its PostgreSQL packages`(name: String, text: String) throws {
    let mysql =
      name.hasSuffix(".json") || text.contains("packages")
      ? text : text + "  - {engine: mysql, schema: my.sql, queries: my}\n"
    let found = try discovery([
      name: mysql, "s.sql": Self.table, "q/a.sql": "-- name: A :one\nSELECT * FROM t WHERE id = $1;\n",
      "more/a.sql": "-- name: B :many\nSELECT * FROM t WHERE id = @id;\n",
      "my/a.sql": "-- name: C :one\nSELECT * FROM t WHERE id = ?;\n",
    ])
    #expect(found.schema == [.file("s.sql")])
    let taken = found.queries.filter { $0.tool == "sqlc" && $0.place != "my/*.sql" }
    #expect(taken.flatMap(\.patterns).first == "q/*.sql" && taken.flatMap(\.patterns).count == 2)
    #expect(taken.flatMap(\.queries).map(\.positionalCount) == [1, 0])
    #expect(taken.flatMap(\.queries).map(\.parameterNames) == [[], ["id"]])
    #expect(found.leftOut.contains { $0.text.contains("mysql: my") } == (mysql != text))
  }

  @Test func `a file that two configurations of sqlc name is taken once`() throws {
    func configuration(_ files: String) -> String {
      "version: '2'\nsql: [{engine: postgresql, schema: ../s.sql, queries: [\(files)]}]\n"
    }
    let found = try discovery([
      "a/sqlc.yaml": configuration("../q/1.sql"), "b/sqlc.yaml": configuration("../q/1.sql, ../q/2.sql"),
      "q/1.sql": "-- name: A :one\nSELECT 1;\n", "q/2.sql": "-- name: B :one\nSELECT 2;\n", "s.sql": Self.table,
    ])
    #expect(found.queries.map(\.patterns) == [["q/1.sql"], ["q/2.sql"]])
  }

  @Test func `more than a few queries without a plan are counted`() throws {
    let text = (1...8).map { "-- name: q\($0)\nVACUUM;\n" }.joined() + "-- name: good\nSELECT 1;\n"
    let found = try discovery(["q/a.sql": text])
    #expect(found.leftOut.count == 6 && found.leftOut.last?.text.hasPrefix("3 more") == true)
    #expect(found.queries.first?.leftOut.count == 8)
  }

  @Test(arguments: [
    ("-- name: a^\nSELECT :x;\n", "aiosql", [String: String]()),
    ("-- name: a\nSELECT :x;\n", "goyesql", ["main.go": ""]),
    ("-- name: A :one\nSELECT @x\n", "sqlc", ["main.go": ""]),
    ("-- :name a :one\nSELECT :x\n", "PugSQL", [:]),
    ("-- :name a :? :1\nSELECT :x\n", "HugSQL", [:]),
    ("-- name: a\nSELECT ?\n", "yesql", ["project.clj": "[yesql \"0.5.3\"]"]),
  ])
  func `files with marks are queries`(text: String, tool: String, others: [String: String]) throws {
    let found = try discovery(others.merging(["app/sql/a.sql": text, "app/sql/b.md": "x"]) { $1 })
    #expect(found.queries.map(\.patterns) == [["app/sql/*.sql"]])
    #expect(found.queries.map(\.tool) == [tool])
    #expect(found.queries.map(\.convention) == [tool == "yesql" ? "yesql" : nil])
    #expect(found.needingValues == 1)
  }

  @Test func `plain queries are files of one statement in a directory for them`() throws {
    let found = try discovery([
      "queries/a.sql": "SELECT 1", "queries/two.sql": "SELECT 1; SELECT 2;", "queries/ddl.sql": Self.table,
      "queries/q.graphql": "query { a }", "other/b.sql": "SELECT 1",
    ])
    #expect(found.queries.map(\.patterns) == [["queries/a.sql"]])
    #expect(found.leftOut.map(\.place) == ["queries/ddl.sql"])
    #expect(try discovery(["queries/q.graphql": "query { a }"]).isEmpty)
  }

  @Test func `sqlx's files are queries unless they are another database's`() throws {
    func file(_ database: String) -> String {
      "{\"db_name\": \"\(database)\", \"query\": \"SELECT $1\", \"describe\": {}, \"hash\": \"1\"}"
    }
    let found = try discovery([".sqlx/query-1.json": file("PostgreSQL"), ".sqlx/other.json": "{}"])
    #expect(found.queries.map(\.patterns) == [[".sqlx/query-*.json"]])
    let mixed = try discovery([".sqlx/query-1.json": file("PostgreSQL"), ".sqlx/query-2.json": file("MySQL")])
    #expect(mixed.queries.map(\.patterns) == [[".sqlx/query-1.json"]])
    #expect(mixed.leftOut.map(\.place) == [".sqlx/query-2.json"])
  }

  @Test func `queries that have no plan are left out by name`() throws {
    let found = try discovery([
      "q/a.sql": """
      -- name: good
      SELECT 1 % 2 AS "%s{", '{{x}}';
      -- name: template
      SELECT * FROM t WHERE {{ where }};
      -- name: text
      SELECT * FROM t WHERE %s;
      -- name: order
      SELECT * FROM t ORDER BY %order%;
      -- name: clean
      VACUUM t;
      -- name: twice
      SELECT 1; SELECT 2;
      -- name: into
      SELECT * INTO u FROM t;
      """
    ])
    #expect(found.queries.first?.queries.map(\.name) == ["good"])
    #expect(found.queries.first?.leftOut.map(\.name) == ["template", "text", "order", "clean", "twice", "into"])
  }

  // MARK: Roles and extensions

  @Test func `roles and extensions come from the way up of what is run`() throws {
    let found = try discovery([
      "m/1_a.sql": """
      -- +goose Up
      CREATE EXTENSION IF NOT EXISTS vector;
      CREATE ROLE made;
      GRANT SELECT ON t TO reader, made;
      ALTER TABLE t OWNER TO "Big Owner";
      CREATE POLICY p ON t TO member USING (true);
      -- +goose Down
      GRANT SELECT ON t TO gone;
      """,
      "other.sql": "GRANT SELECT ON t TO elsewhere;\n",
    ])
    #expect(found.roles == ["Big Owner", "member", "reader"])
    #expect(found.extensions == ["vector"] && found.hasPolicies)
  }
}
