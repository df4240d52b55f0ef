import Foundation
import TestSupport
import Testing

/// Values of parameters that come from the seeded database.
@Suite struct FetchedValueTests {
  private static let files = [
    "seed/01.sql": """
    CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL, team int NOT NULL);
    INSERT INTO users (email, team) SELECT 'u' || n || '@example.org', n % 40 FROM generate_series(1, 2000) AS n;
    CREATE TABLE orders (id bigint PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, note text NOT NULL);
    INSERT INTO orders
    SELECT row_number() OVER (), id, 'note ' || n FROM users CROSS JOIN generate_series(1, 5) AS n;
    CREATE INDEX orders_user_idx ON orders (user_id);

    """,
    "queries/manifest.yml": """
    version: 1
    seed: [../seed/*.sql]
    roles: [app_user]
    queries:
      - name: by_user
        sql: select id from orders where user_id = $1
        params: [{sql: "select id from users where email = 'u7@example.org'"}]
        plan: both
      - name: named
        sql: select id from orders where user_id = :user and note = :note
        cases:
          first: {user: {sql: select id from users order by email limit 1}, note: note 1}
          plain: {user: 00000000-0000-0000-0000-000000000000, note: note 1}
      - name: many
        sql: select id from orders where user_id = any ($1)
        params:
          - sql: |
              select array_agg(id) from users
              where team = 7; -- a few
      - name: add
        sql: insert into orders values (-1, $1, 'new')
        params: [{sql: "select id from users where email = 'u9@example.org'"}]
      - name: hidden
        sql: select id from orders where user_id = $1
        params: [{sql: "select id from users where email = 'u7@example.org'"}]
        session: {role: app_user}

    """,
  ]

  @Test(arguments: ["1", "3"])
  func `a key that every seed makes anew is no alarm and changes no baseline`(jobs: String) throws {
    let project = try Project(Self.files)
    try project.append("seed/01.sql", "GRANT SELECT ON orders TO app_user;\n")
    try expect(project.plangate("record", "--jobs", jobs), exits: 0, leavingNothingIn: project)
    let baselines = try project.contents(of: "baselines")
    let text = try #require(baselines["by_user.plan"])
    #expect(text.contains("Index Cond: (orders.user_id = $1)") || text.contains("= $1)"), "\(text)")
    #expect(try #require(baselines["named.plan"]).contains(":user"), "\(baselines)")
    for _ in 0..<2 {
      let check = try project.plangate("check", "--no-cache", "--jobs", jobs, "--json", "report.json")
      try expect(check, exits: 0, leavingNothingIn: project)
      let json = try project.json()
      #expect(json.cases.allSatisfy { $0.verdict == "passed" }, "\(check)")
      #expect(try json["by_user"].plan?.rows == 5)
      #expect(try json["named@first"].plan?.rows == 1)
      #expect(try json["many"].plan?.rows == 250)
    }
    let again = try project.plangate("record", "--no-cache")
    try expect(again, exits: 0, leavingNothingIn: project)
    #expect(try project.contents(of: "baselines") == baselines, "\(again)")
    // Each part of a check reads them by itself.
    for part in ["1/2", "2/2"] {
      try expect(project.plangate("check", "--no-cache", "--shard", part), exits: 0, leavingNothingIn: project)
    }
    // What the manifest says of a value is part of the case.
    try project.edit(
      "queries/manifest.yml", "cases:\n      first: {user: {sql: select id from users order by email limit 1}",
      "cases:\n      first: {user: {sql: select id from users order by email desc limit 1}")
    let changed = try project.plangate("record", "--check", "named")
    try expect(changed, exits: 1, leavingNothingIn: project)
  }

  @Test func `a lost index is found, and compare, stability and migrate have values of their own states`() throws {
    let project = try Project(Self.files)
    try project.append("seed/01.sql", "GRANT SELECT ON orders TO app_user;\n")
    try project.write("migrations/1_users.up.sql", "ALTER TABLE users ADD COLUMN name text;\n")
    try project.write("migrations/2_index.up.sql", "DROP INDEX orders_user_idx;\n")
    try project.append("queries/manifest.yml", "migrations: ../migrations/1_*.sql\n")
    try expect(project.plangate("record"), exits: 0, leavingNothingIn: project)
    let stability = try project.plangate("stability", "--runs", "2")
    #expect([0, 1].contains(stability.status), "\(stability)")
    try project.edit("queries/manifest.yml", "../migrations/1_*.sql", "../migrations/*.sql")
    let check = try project.plangate("check")
    try expect(check, exits: 1, leavingNothingIn: project)
    #expect(check.stdout.contains("by_user") && check.stdout.contains("Seq Scan"), "\(check)")
    #expect(check.stdout.contains("2_index.up.sql"), "\(check)")
    let migrate = try project.plangate("migrate", "--no-down")
    try expect(migrate, exits: 1, leavingNothingIn: project)
    #expect(migrate.stdout.contains("by_user"), "\(migrate)")
    #expect(!migrate.stdout.contains("the parameters' values changed"), "\(migrate)")
    let bisect = try project.plangate("bisect", "by_user")
    #expect(bisect.stdout.contains("2_index.up.sql"), "\(bisect)")
  }

  /// A query for a value, and what is wrong with it.
  struct Slip: Sendable {
    let sql: String
    let message: String
    init(_ sql: String, _ message: String) { (self.sql, self.message) = (sql, message) }
  }

  @Test(arguments: [
    Slip("select id from users where false", "manifest.yml:7:21: error: the query for $1 gives no row"),
    Slip("select id from users", "the query for $1 gives more than one row; add 'order by … limit 1'"),
    Slip("select id, team from users limit 1", "the query for $1 gives 2 columns"),
    Slip("select null", "the query for $1 gives NULL"),
    Slip("select idd from users", "manifest.yml:7:28: error: the query for $1 failed: column \\\"idd\\\" does not"),
    Slip("delete from users returning id", "the query for $1 failed: syntax error"),
    Slip("select 1; select 2", "the query for $1 failed"),
    Slip("select nextval('s')", "cannot execute nextval() in a read-only transaction"),
    Slip("select 'x'", "invalid input syntax for type uuid"),
  ])
  func `a query without one value makes its own case unchecked and no other`(slip: Slip) throws {
    let project = try Project(Self.files)
    try project.append("seed/01.sql", "GRANT SELECT ON orders TO app_user;\nCREATE SEQUENCE s;\n")
    try project.edit(
      "queries/manifest.yml",
      "params: [{sql: \"select id from users where email = 'u7@example.org'\"}]\n    plan: both",
      "params: [{sql: \"\(slip.sql)\"}]\n    plan: both")
    let check = try project.plangate("check", "--json", "report.json")
    try expect(check, exits: 2, leavingNothingIn: project)
    let message = slip.message.replacing("\\\"", with: "\"")
    #expect(check.stdout.replacing("\n", with: " ").contains(message), "\(message)\n\(check)")
    let json = try project.json()
    #expect(json.cases.filter { $0.verdict == "unchecked" }.map(\.name) == ["by_user", "by_user@generic"], "\(check)")
  }
}
