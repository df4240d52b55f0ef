import TestSupport
import Testing

/// `migrations:` in the manifest: they run on the analyzed seed, and what they changed is analyzed again.
@Suite struct MigrationTests {
  static let files = [
    "seed.sql": """
    CREATE TABLE customers (id integer PRIMARY KEY, email text);
    INSERT INTO customers SELECT n, 'c' || n || '@example.org' FROM generate_series(1, 5000) AS n;
    CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total integer);
    INSERT INTO orders SELECT n, n % 5000 + 1, n % 90 FROM generate_series(1, 20000) AS n;

    """,
    "db/1_orders_customer.up.sql": "CREATE INDEX orders_customer_idx ON orders (customer_id);\n",
    "db/1_orders_customer.down.sql": "DROP INDEX orders_customer_idx;\n",
    "db/2_email.up.sql": "CREATE INDEX customers_email_idx ON customers (email);\n",
    "db/10_state.up.sql":
      "ALTER TABLE orders ADD COLUMN state text;\nUPDATE orders SET state = 'open' WHERE id > 19000;\n",
    "queries/manifest.yml": """
    version: 1
    seed: [../seed.sql]
    migrations: ../db
    settings: {work_mem: 4MB}
    queries:
      - {name: by_customer, sql: SELECT * FROM orders WHERE customer_id = $1, params: [7]}
      - {name: by_email, sql: SELECT id FROM customers WHERE email = $1, params: ["c77@example.org"]}
      - {name: open_orders, sql: SELECT count(*) FROM orders WHERE state = 'open'}
      - {name: pay, sql: "UPDATE orders SET total = 0 WHERE customer_id = $1", params: [8]}

    """,
  ]

  static func recorded() throws -> Project {
    let project = try Project(files)
    try expect(project.plangate("record", "-q"), exits: 0, leavingNothingIn: project)
    return project
  }

  private static func report(_ project: Project, _ arguments: String..., exits status: Int32) throws -> String {
    let run = try project.start(["check", "-v", "--json", "report.json"] + arguments).end()
    try expect(run, exits: status, leavingNothingIn: project)
    return try project.read("report.json").split(separator: "\n").filter { !$0.contains("\"seconds\":") }
      .joined(separator: "\n")
  }

  @Test func `the result does not depend on what the cache has`() throws {
    let project = try Self.recorded()
    let plain = try Self.report(project, "--no-cache", exits: 0)
    #expect(try Self.report(project, exits: 0) == plain)
    // The state before the last migration is in the cache, then that before all of them.
    let last = Self.files["db/10_state.up.sql"] ?? ""
    try project.write("db/10_state.up.sql", last + "-- edited\n")
    #expect(try Self.report(project, exits: 0) == plain)
    try project.write("db/1_orders_customer.up.sql", "-- edited\n" + (Self.files["db/1_orders_customer.up.sql"] ?? ""))
    #expect(try Self.report(project, exits: 0) == plain)
    // Only the rows of one table were changed by the migrations, and its statistics know them.
    #expect(plain.contains("\"outcome\": \"passed\""))
    let baseline = try project.read("baselines/open_orders.plan")
    #expect(baseline.contains("rows=1000") && baseline.contains("(actual rows=1 loops=1)"))
  }

  @Test func `a migration that drops an index`() throws {
    let project = try Self.recorded()
    try project.write("db/11_drop.up.sql", "DROP INDEX orders_customer_idx;\n")
    let run = try project.plangate("check", "--color", "never")
    try expect(run, exits: 1, leavingNothingIn: project)
    #expect(run.stdout.contains("public.orders: index orders_customer_idx (btree (customer_id)) is gone"))
    #expect(run.stdout.contains("db/11_drop.up.sql"))
    #expect(!run.stdout.contains("10_state"))
  }

  @Test func `migrations that fail`() throws {
    let project = try Self.recorded()
    func failure(_ text: String) throws -> String {
      try project.write("db/11_new.up.sql", text)
      let run = try project.plangate("check", "--json", "report.json")
      try expect(run, exits: 2, leavingNothingIn: project)
      #expect(try project.read("report.json").contains("\"outcome\": \"unchecked\""))
      return run.stderr
    }
    let error = try failure("CREATE TABLE fresh (id integer);\n\nALTER TABLE fresh\n  ADD COLUMN id integer;\n")
    #expect(error.contains("db/11_new.up.sql:3: error: the migration failed: column \"id\" of relation \"fresh\""))
    #expect(error.contains("the statement before it was rolled back"))
    let concurrently = try failure("SET lock_timeout = '2s';\nCREATE INDEX CONCURRENTLY ON orders (total);\n")
    #expect(concurrently.contains("db/11_new.up.sql:2: error: the migration failed: CREATE INDEX CONCURRENTLY cannot"))
    #expect(concurrently.contains("give this one a file of its own"))
    #expect(
      try failure("BEGIN;\nCREATE TABLE fresh (id integer);\n").contains("a transaction is still open at the end"))
    #expect(try failure("\\i other.sql\n").contains("only psql can run"))
    #expect(try failure("CREATE EXTENSION nothing_like_it;\n").contains("nothing_like_it"))
  }

  @Test func `migrations by a command`() throws {
    let project = try Project(Self.files)
    try project.edit(
      "queries/manifest.yml", "migrations: ../db",
      "migrations: {run: \"cat ../db/1_*.up.sql ../db/2_*.up.sql ../db/10_*.up.sql | psql -q\", inputs: [../db]}")
    try expect(project.plangate("record", "-q"), exits: 0, leavingNothingIn: project)
    try expect(project.plangate("check", "--strict"), exits: 0, leavingNothingIn: project)
    try project.write("db/2_email.up.sql", "SELECT 1;\n")
    let run = try project.plangate("check", "--color", "never")
    try expect(run, exits: 1, leavingNothingIn: project)
    #expect(run.stdout.contains("by_email"))
  }
}
