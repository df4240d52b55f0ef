import Foundation
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
    #expect(run.stdout.contains("index orders_customer_idx of public.orders is gone: btree (customer_id)"))
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

  // MARK: bisect

  @Test func `the first of ten migrations that makes a case fail`() throws {
    var files = Self.files
    for number in 11...16 { files["db/\(number)_more.up.sql"] = "CREATE TABLE more_\(number) (id integer);\n" }
    files["db/13_more.up.sql"] = "DROP INDEX orders_customer_idx;\n"
    // The index of by_email comes with a migration, so that there is nothing to lose before.
    let project = try Project(files)
    try project.edit(
      "seed.sql", "FROM generate_series(1, 20000) AS n;\n",
      "FROM generate_series(1, 20000) AS n;\nCREATE INDEX orders_customer_idx ON orders (customer_id);\n")
    try project.write("db/1_orders_customer.up.sql", "SELECT 1;\n")
    let run = try project.plangate("bisect", "by_customer", "--color", "never", "--json", "report.json")
    try expect(run, exits: 1, leavingNothingIn: project)
    #expect(run.stdout.contains("by_customer first fails after migration 6 of 9: db/13_more.up.sql"))
    #expect(run.stdout.contains("cause: it fails since the migration db/13_more.up.sql"))
    #expect(try project.read("report.json").contains("\"migration\": \"db/13_more.up.sql\""))
    let fine = try project.plangate("bisect", "by_email")
    try expect(fine, exits: 2, leavingNothingIn: project)
    #expect(fine.stderr.contains("by_email does not fail after all 9 migrations"))
    let unknown = try project.plangate("bisect", "open_orders")
    try expect(unknown, exits: 2, leavingNothingIn: project)
    #expect(unknown.stderr.contains("open_orders has no plan before the migrations"))
  }

  // MARK: migrate

  @Test func `a query of a column that a migration brings`() throws {
    let project = try Project(Self.files)
    try project.write("db/10_state.down.sql", "ALTER TABLE orders DROP COLUMN state;\n")
    let run = try project.plangate("migrate", "db/10_state.up.sql", "--color", "never")
    try expect(
      run, exits: 0,
      stdout: ["open_orders", "not in the state before 10_state.up.sql", "the way down brings everything back"],
      leavingNothingIn: project)
  }

  @Test func `the first migration of an empty database`() throws {
    let project = try Project([
      "db/1_first.up.sql": "CREATE TABLE items (id integer);\n",
      "queries/manifest.yml": "version: 1\nmigrations: ../db\nqueries:\n  - {name: items, sql: SELECT * FROM items}\n",
    ])
    let run = try project.plangate("migrate", "--color", "never")
    try expect(run, exits: 0, not: ["of WAL"], leavingNothingIn: project)
    #expect(run.stdout.contains("migration db/1_first.up.sql: blocks no reads or writes"))
  }

  @Test func `what the migrations do to the plans`() throws {
    let project = try Project(Self.files)
    try project.edit("queries/manifest.yml", "  - {name: open_orders", "  #- {name: open_orders")
    try project.write("db/11_drop.up.sql", "DROP INDEX orders_customer_idx;\n")
    let all = try project.plangate("migrate", "--color", "never")
    try expect(all, exits: 0, leavingNothingIn: project)
    let last = try project.plangate(
      "migrate", "db/10_state.up.sql", "db/11_drop.up.sql", "--color", "never", "--json", "report.json", "--html",
      "page.html")
    try expect(last, exits: 1, leavingNothingIn: project)
    #expect(last.stdout.contains("FAIL by_customer") && last.stdout.contains("it fails since the migration db/11_drop"))
    #expect(last.stdout.contains("after each migration"))
    #expect(last.stdout.contains("11_drop.up.sql"))
    let page = try project.read("page.html")
    #expect(page.contains("Fails since db/11_drop.up.sql.</desc>"))
    #expect(page.contains("<a href=\"#migration=db%2F11_drop.up.sql\">db/11_drop.up.sql</a></h3>"))
    #expect(!last.stdout.contains("baseline"))
    #expect(try project.read("report.json").contains("the state before 10_state.up.sql"))
    let wrong = try project.plangate("migrate", "db/12_none.up.sql")
    try expect(wrong, exits: 2, leavingNothingIn: project)
    #expect(wrong.stderr.contains("'db/12_none.up.sql' is no migration of the manifest"))
  }

  /// Each kind of statement with what an independent observer would see of it.
  @Test func `whom migrations block, and what they read and write anew`() throws {
    let project = try Project(Self.files)
    try project.edit("queries/manifest.yml", "  - {name: open_orders", "  #- {name: open_orders")
    let cases: [(file: String, sql: String, says: [String], hides: [String])] = [
      (
        "20_not_null.up.sql", "SET lock_timeout = '2s';\nALTER TABLE orders ALTER COLUMN total SET NOT NULL;\n",
        [
          "ACCESS EXCLUSIVE on public.orders from line 2 on: blocks reads and writes",
          "while it is held: 20,000 rows read",
          "it blocks 2 cases: by_customer, pay",
        ], ["lock_timeout is set", "writes anew"]
      ),
      (
        "21_check.up.sql", "ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0) NOT VALID;\n",
        [
          "ACCESS EXCLUSIVE on public.orders from line 1 on: blocks reads and writes; it blocks",
          "no lock_timeout is set",
        ],
        ["rows read"]
      ),
      ("22_validate.up.sql", "ALTER TABLE orders VALIDATE CONSTRAINT c;\n", [": blocks no reads or writes"], []),
      (
        "23_type.up.sql", "ALTER TABLE customers ALTER COLUMN id TYPE bigint;\n",
        [
          "ACCESS EXCLUSIVE on public.customers",
          "line 1 writes anew: public.customers (the type of id changed from integer to bigint)",
        ], ["public.orders"]
      ),
      (
        "24_index.up.sql", "CREATE INDEX ON orders (total);\n",
        ["SHARE on public.orders from line 1 on: blocks writes", "it blocks 1 case: pay"], ["by_customer"]
      ),
      (
        "25_concurrently.up.sql", "CREATE INDEX CONCURRENTLY ON orders (total, id);\n", [": blocks no reads or writes"],
        []
      ),
      (
        "26_new.up.sql", "CREATE TABLE fresh (id integer);\nALTER TABLE fresh ADD COLUMN more text;\n",
        [": blocks no reads or writes"], []
      ),
      (
        "27_backfill.up.sql",
        "ALTER TABLE orders ADD COLUMN note text;\nUPDATE orders SET note = 'x' WHERE id <= 500;\n",
        ["ACCESS EXCLUSIVE on public.orders from line 1 on", "500 rows written"], []
      ),
    ]
    for item in cases { try project.write("db/\(item.file)", item.sql) }
    let run = try project.plangate(
      "migrate", "db/20_not_null.up.sql", "db/27_backfill.up.sql", "--json", "report.json", "--markdown", "report.md",
      "--color", "never")
    try expect(run, exits: 0, leavingNothingIn: project)
    let text = run.stdout.replacing("\n    ", with: " ")
    let parts = text.components(separatedBy: "\nmigration ")
    for item in cases {
      let part = try #require(parts.first { $0.hasPrefix("db/\(item.file)") }, "\(text)")
      for words in item.says { #expect(part.contains(words), "\(item.file): \(part)") }
      for words in item.hides { #expect(!part.contains(words), "\(item.file): \(part)") }
    }
    #expect(
      try project.read("report.md").contains("**Migration** `db/25_concurrently.up.sql` blocks no reads or writes."))
    #expect(try SchemaValidator.problems(of: project.read("report.json"), .report) == [])
    let merged = try project.plangate("merge", "report.json", "--json", "merged.json")
    try expect(merged, exits: 0, leavingNothingIn: project)
    #expect(try project.read("merged.json").components(separatedBy: "\"unobserved\": null").count == 9)
  }

  /// A tool that dumps the schema inside the same command finds nothing of plangate's event triggers in it.
  @Test func `whom a command blocks`() throws {
    let project = try Project(Self.files)
    try project.edit("queries/manifest.yml", "  - {name: open_orders", "  #- {name: open_orders")
    try project.edit(
      "queries/manifest.yml", "migrations: ../db",
      "migrations: {run: sh ../migrate.sh}")
    try project.write(
      "migrate.sh",
      """
      set -e
      psql -q --set=ON_ERROR_STOP=1 -f ../up.sql
      pg_dump --schema-only > ../dump.sql
      psql -At -c '\\dy' -c '\\df' -c '\\dn' > ../seen.txt

      """)
    try project.write(
      "up.sql",
      """
      CREATE ROLE plain;
      GRANT ALL ON SCHEMA public TO plain;
      ALTER TABLE orders OWNER TO plain;
      BEGIN;
      SET LOCAL ROLE plain;
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
      UPDATE orders SET total = 1 WHERE id <= 500;
      -- a comment
      CREATE INDEX "orders
      odd" ON orders (total);
      COMMIT;
      CREATE INDEX CONCURRENTLY ON orders (id, total);
      DO $$ BEGIN EXECUTE 'ALTER TABLE customers ALTER id TYPE bigint'; END $$;
      UPDATE customers SET email = 'x' WHERE id = 3;
      VACUUM FULL extras;

      """)
    try project.append("seed.sql", "CREATE TABLE extras AS SELECT n FROM generate_series(1, 100) AS n;\n")
    let run = try project.plangate("migrate", "--color", "never", "--json", "report.json")
    try expect(run, exits: 0, leavingNothingIn: project)
    let text = run.stdout.replacing("\n    ", with: " ")
    for words in [
      "ACCESS EXCLUSIVE on public.orders from 'ALTER TABLE orders OWNER TO plain;' on: blocks reads and writes; it",
      "ACCESS EXCLUSIVE on public.orders from 'ALTER TABLE orders ALTER COLUMN total SET NOT NULL;' on: blocks reads "
        + "and writes; while it is held: 41,000 rows read, 500 rows written; it blocks 2 cases: by_customer, pay",
      "no lock_timeout is set at 'ALTER TABLE orders OWNER TO plain;'",
      "ACCESS EXCLUSIVE on public.customers from 'ALTER TABLE in DO $$ BEGIN EXECUTE",
      "'ALTER TABLE in DO $$ BEGIN EXECUTE 'ALTER TABLE customers ALTER id TYPE bigint';…' writes anew: "
        + "public.customers (the type of id changed from integer to bigint)",
      "ACCESS EXCLUSIVE on public.extras from '(other statements)' on: blocks reads and writes",
      "'(other statements)' writes anew: public.extras",
      "'(other statements)' updates or deletes 1 row of public.customers: other writers of them wait",
    ] { #expect(text.contains(words), "\(words)\n\(text)") }
    #expect(!text.contains("lock_timeout is set at 'ALTER TABLE orders ALTER") && !text.contains("not seen"), "\(text)")
    #expect(try project.read("dump.sql").contains("CREATE INDEX"))
    #expect(try !project.read("dump.sql").contains("plangate") && !project.read("dump.sql").contains("EVENT TRIGGER"))
    #expect(try !project.read("seen.txt").components(separatedBy: "\n").contains { $0.hasPrefix("public|plangate") })
    #expect(try SchemaValidator.problems(of: project.read("report.json"), .report) == [])
  }

  @Test func `ways down that bring everything back, and others`() throws {
    let project = try Project(Self.files)
    try project.edit("queries/manifest.yml", "  - {name: open_orders", "  #- {name: open_orders")
    let cases: [(up: String, down: String, says: String)] = [
      ("ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;", "brings everything back"),
      (
        "DROP INDEX customers_email_idx;", "CREATE INDEX customers_email_idx ON customers (email);",
        "brings everything back"
      ),
      (
        "ALTER TABLE orders ALTER COLUMN total TYPE bigint;", "ALTER TABLE orders ALTER COLUMN total TYPE integer;",
        "brings everything back"
      ),
      (
        "CREATE VIEW big AS SELECT * FROM orders WHERE total > 80;", "DROP VIEW big;", "brings everything back"
      ),
      (
        "ALTER TABLE extras DROP COLUMN total;", "ALTER TABLE extras ADD COLUMN total integer;",
        "the way down does not bring back everything: the values of public.extras.total"
      ),
      (
        "DROP INDEX orders_customer_idx;", "CREATE INDEX orders_other_idx ON orders (total);",
        "does not bring back everything: missing: index CREATE INDEX orders_customer_idx ON public.orders"
      ),
      (
        "ALTER TABLE customers ALTER COLUMN email SET NOT NULL;", "SELECT 1;",
        "left over: column public.customers.email text NOT NULL"
      ),
      ("DELETE FROM customers WHERE id > 4000;", "SELECT 1;", "rows of public.customers: 5000 before, 4000 after"),
      ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", "SELECT 1;", "left over: function f()"),
      ("UPDATE orders SET total = total + 1;", "SELECT 1;", "the values of public.orders.total"),
    ]
    try project.append(
      "seed.sql", "CREATE TABLE extras AS SELECT n AS id, n AS total FROM generate_series(1, 100) AS n;\n")
    let names = cases.indices.map { "db/\(30 + $0)_case.up.sql" }
    for (index, item) in cases.enumerated() {
      try project.write(names[index], item.up)
      try project.write("db/\(30 + index)_case.down.sql", item.down)
    }
    let run = try project.plangate("migrate", names[0], names[9], "--color", "never", "--json", "report.json")
    #expect(run.status == 1, "\(run)")
    let text = run.stdout.replacing("\n    ", with: " ")
    let parts = text.components(separatedBy: "\nmigration ")
    for (index, item) in cases.enumerated() {
      let part = try #require(parts.first { $0.hasPrefix(names[index]) }, "\(text)")
      #expect(part.contains(item.says), "\(item.up): \(part)")
      #expect(item.says.contains("brings everything") || !part.contains("brings everything"), "\(part)")
    }
    #expect(try SchemaValidator.problems(of: project.read("report.json"), .report) == [])
    let without = try project.plangate("migrate", names[0], "--no-down")
    try expect(without, exits: 0, leavingNothingIn: project)
    #expect(!without.stdout.contains("the way down"))
    try project.write("db/30_case.down.sql", "SELECT nothing;")
    let failing = try project.plangate("migrate", names[0])
    try expect(failing, exits: 2, leavingNothingIn: project)
    #expect(failing.stderr.contains("db/30_case.down.sql:1: error: the way down of 30_case.up.sql failed"))
  }

  @Test func `rules on migrations`() throws {
    let project = try Project(Self.files)
    try project.edit("queries/manifest.yml", "  - {name: open_orders", "  #- {name: open_orders")
    try project.append(
      "queries/manifest.yml",
      """
      rules:
        migration-rewrite: fail
        migration-scan-under-lock: warn
        migration-no-lock-timeout: {severity: fail, floor: 10000}
        migration-blocks-writes: {severity: fail, floor: 10000}

      """)
    try project.write("db/40_small.up.sql", "ALTER TABLE customers ALTER COLUMN email SET NOT NULL;\n")
    try project.write(
      "db/41_type.up.sql", "SET lock_timeout = '1s';\nALTER TABLE customers ALTER COLUMN id TYPE bigint;\n")
    try project.write("db/42_big.up.sql", "ALTER TABLE orders ADD CHECK (total >= 0);\n")
    func run(_ file: String, exits status: Int32) throws -> String {
      let run = try project.plangate(
        "migrate", "db/\(file)", "--color", "never", "--junit", "junit.xml", "--markdown", "report.md")
      try expect(run, exits: status, leavingNothingIn: project)
      return run.stdout.replacing("\n    ", with: " ")
    }
    // A table of 5,000 rows is above the default floor, and below those of two rules.
    let small = try run("40_small.up.sql", exits: 0)
    #expect(small.contains("warning: migration-scan-under-lock: line 1: 5,000 rows of public.customers are read"))
    #expect(!small.contains("migration-no-lock-timeout") && !small.contains("migration-blocks-writes"))
    let rewrite = try run("41_type.up.sql", exits: 1)
    #expect(
      rewrite.contains(
        "migration-rewrite: line 2: public.customers is written anew, all its rows and indexes: the type of id "
          + "changed from integer to bigint"))
    #expect(rewrite.contains("fix: add a new column or table, copy the rows in batches"))
    #expect(try project.read("junit.xml").contains("<failure type=\"migration-rewrite\""))
    let big = try run("42_big.up.sql", exits: 1)
    #expect(big.contains("migration-no-lock-timeout: line 1: it waits for its ACCESS EXCLUSIVE lock on public.orders"))
    #expect(
      big.contains("migration-blocks-writes: line 1: its ACCESS EXCLUSIVE lock on public.orders blocks reads and"))
    // Without a rule nothing fails.
    try project.write(
      "queries/manifest.yml", try project.read("queries/manifest.yml").components(separatedBy: "rules:")[0])
    #expect(!(try run("42_big.up.sql", exits: 0)).contains("migration-blocks-writes"))
  }

  // MARK: Git revisions

  private static func commit(_ project: Project) throws {
    try CompareTests.git(project, "add", "db", "queries", "seed.sql")
    try CompareTests.git(project, "commit", "-q", "-m", "state")
  }

  @Test func `the migrations that a revision does not have`() throws {
    let project = try Project(Self.files)
    try project.edit("queries/manifest.yml", "  - {name: open_orders", "  #- {name: open_orders")
    try CompareTests.git(project, "init", "-q", "-b", "main")
    try Self.commit(project)
    let none = try project.plangate("migrate", "--base", "HEAD")
    try expect(none, exits: 0, stdout: ["no migration is pending: HEAD has all of them"], leavingNothingIn: project)
    try project.write("db/11_drop.up.sql", "DROP INDEX orders_customer_idx;\n")
    let one = try project.plangate("migrate", "--base", "HEAD", "--color", "never")
    try expect(
      one, exits: 1, stdout: ["migration db/11_drop.up.sql", "it fails since the migration db/11_drop.up.sql"],
      not: ["migration db/10_state.up.sql"], leavingNothingIn: project)
    try expect(
      project.plangate("migrate", "--base", "nothing"), exits: 2, stderr: ["git knows no revision 'nothing'"],
      leavingNothingIn: project)
  }

  @Test func `the first commit in which a case fails`() throws {
    let project = try Project(Self.files)
    try project.edit("queries/manifest.yml", "  - {name: open_orders", "  #- {name: open_orders")
    try CompareTests.git(project, "init", "-q", "-b", "main")
    try Self.commit(project)
    for number in 11...14 {
      let sql = number == 13 ? "DROP INDEX orders_customer_idx;" : "CREATE TABLE more_\(number) ();"
      try project.write("db/\(number)_more.up.sql", sql)
      try Self.commit(project)
    }
    let commits = try CompareTests.git(project, "rev-list", "--reverse", "HEAD").split(separator: "\n").map(String.init)
    let run = try project.plangate("bisect", "by_customer", "--base", commits[0], "--color", "never")
    try expect(
      run, exits: 1, stdout: ["it first fails at commit 3 of 4: \(commits[3])", "FAIL by_customer"],
      leavingNothingIn: project)
    let fine = try project.plangate("bisect", "by_email", "--base", commits[0])
    try expect(fine, exits: 2, stderr: ["it does not fail at HEAD, 4 commits after"], leavingNothingIn: project)
  }
}
