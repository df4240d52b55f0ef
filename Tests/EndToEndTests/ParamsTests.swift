import Foundation
import TestSupport
import Testing

/// `plangate params` proposes values from the seeded rows.
@Suite struct ParamsTests {
  private static let files = [
    "seed/01.sql": """
    CREATE TYPE status AS ENUM ('open', 'paid', 'void');
    CREATE TABLE customers (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email LIKE '%@%'),
      doc jsonb NOT NULL);
    INSERT INTO customers (email, doc)
    SELECT 'u' || n || '@example.org', jsonb_build_object('k' || n % 5, n) FROM generate_series(1, 2000) AS n;
    CREATE TABLE orders (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer_id bigint NOT NULL REFERENCES customers,
      status status NOT NULL, placed date NOT NULL);
    INSERT INTO orders (customer_id, status, placed)
    SELECT CASE WHEN n % 5 = 0 THEN 1 ELSE 1 + n % 1999 END, (ARRAY['open', 'paid', 'void'])[1 + n % 3]::status,
      date '2026-01-01' + n % 300 FROM generate_series(1, 10000) AS n;

    """,
    "db/q.sql": """
    -- name: OfCustomer :many
    SELECT id FROM orders WHERE customer_id = $1 AND status = $2 ORDER BY placed LIMIT $3;

    -- name: GetOrder :one
    SELECT * FROM orders WHERE id = @id;

    -- name: CreateCustomer :one
    INSERT INTO customers (email, doc) VALUES ($1, $2) RETURNING id;

    """,
    "queries/manifest.yml": """
    # First of all.
    version: 1
    seed: [../seed/*.sql]
    queries:
      - {name: flow, sql: "select id from orders where customer_id = $1"}   # of one customer
      - name: block   # with a comment
        sql: |
          select id from customers
          where email = :email
        # the end of the entry

      - name: done
        sql: select 1 where $1 = 2
        params: [2]
      # All the others.
      - files: ../db/*.sql
        plan: both
    timeout: 20s   # and more

    """,
  ]

  @Test func `values are printed as lines to paste, and name what they lack`() throws {
    let project = try Project(Self.files)
    let before = try project.read("queries/manifest.yml")
    let params = try project.plangate("params", "-q")
    try expect(params, exits: 0, leavingNothingIn: project)
    #expect(params.stdout.contains("# flow: add to its entry in queries/manifest.yml, line 5"), "\(params)")
    #expect(params.stdout.contains("      frequent: [1]\n      none: [2000]\n"), "\(params)")
    #expect(params.stdout.contains("frequent: {email: u1000@example.org}"), "\(params)")
    #expect(params.stdout.contains("none: {email: no such value}"), "\(params)")
    #expect(params.stdout.contains("frequent: [1, paid, 20]"), "\(params)")
    #expect(params.stdout.contains("{id: {sql: \"select (orders.id) from public.orders as orders"), "\(params)")
    #expect(params.stdout.contains("  - file: ../db/q.sql\n    query: CreateCustomer\n    plan: both\n"), "\(params)")
    #expect(!params.stdout.contains("done"), "\(params)")
    #expect(try project.read("queries/manifest.yml") == before)
    let one = try project.plangate("params", "GetOrder", "done")
    try expect(one, exits: 0, leavingNothingIn: project)
    #expect(one.stdout.contains("# 2 queries: values for 2 of 2 parameters (100 %)"), "\(one)")
    let none = try project.plangate("params", "nosuch")
    try expect(none, exits: 2, leavingNothingIn: project)
  }

  @Test func `with write they go into the manifest, nothing else changes, and the gate is green`() throws {
    let project = try Project(Self.files)
    let before = try project.read("queries/manifest.yml")
    let params = try project.plangate("params", "--write")
    try expect(params, exits: 0, leavingNothingIn: project)
    #expect(params.stdout.contains("wrote values for 5 queries into queries/manifest.yml"), "\(params)")
    let text = try project.read("queries/manifest.yml")
    // What was there is there, in its order.
    var rest = text[...]
    for line in before.split(separator: "\n") {
      let start = line.contains("name: flow") ? line.prefix { $0 != "}" } : line
      let found = try #require(rest.firstRange(of: start), "\(line)\n\(text)")
      rest = rest[found.upperBound...]
    }
    #expect(text.contains("}}   # of one customer"), "\(text)")
    #expect(try project.plangate("params").stdout.contains("every query has its values"))
    for _ in 0..<2 {
      try expect(project.plangate("record", "--no-cache"), exits: 0, leavingNothingIn: project)
      try expect(project.plangate("check", "--no-cache"), exits: 0, leavingNothingIn: project)
    }
  }

  @Test(arguments: [
    ("queries: [{name: a, sql: 'select $1::int'}, {name: b, sql: \"select '}' where 1 = $1\"}]", true),
    ("queries:\n- name: a\n  sql: select $1::int", true),
    (
      "queries:\n- {name: a, sql: select $1::int,\n   timeout: 3s   # a } brace\n  }\n"
        + "- {name: b, sql: select $1::int,}",
      true
    ),
    ("queries:\n- &x {name: a, sql: select $1::int}", false),
    ("queries:\n- name: a\n  sql: select $1::int\n  params:", false),
    ("queries: [{files: ../q/*.sql}]", false),
    ("queries:\r\n- name: a\r\n  sql: select $1::int\r\n- files: ../q/*.sql", true),
  ])
  func `a manifest is written in any style, or left as it is`(queries: String, isWritten: Bool) throws {
    let lineEnd = queries.contains("\r\n") ? "\r\n" : "\n"
    let project = try Project([
      "queries/manifest.yml": "version: 1\(lineEnd)\(queries)", "q/c.sql": "-- name: c\nSELECT :x + 1",
    ])
    let before = try project.read("queries/manifest.yml")
    let params = try project.plangate("params", "--write")
    let after = try project.read("queries/manifest.yml")
    try expect(params, exits: isWritten ? 0 : 2, leavingNothingIn: project)
    #expect((after != before) == isWritten, "\(after)\n\(params)")
    if isWritten {
      try expect(project.plangate("record"), exits: 0, leavingNothingIn: project)
      #expect(!after.contains("\r\n") || !after.replacing("\r\n", with: "").contains("\n"))
    } else {
      #expect(params.stderr.contains("the manifest is left as it is"), "\(params)")
    }
  }

  @Test func `a query that cannot be planned, and one whose values fail, are said and not written`() throws {
    let project = try Project(Self.files)
    try project.edit(
      "queries/manifest.yml", "  # All the others.",
      """
        - {name: wrong, sql: select idd from orders where id = $1}
        - {name: fails, sql: "select 1 / (customer_id - $1) from orders where customer_id = $1"}
        - {name: odd, sql: "select $1::point"}
      """)
    let params = try project.plangate("params")
    try expect(params, exits: 2, leavingNothingIn: project)
    #expect(params.stdout.contains("column \"idd\" does not exist"), "\(params)")
    #expect(params.stdout.contains("# fails: no case 'typical'"), "\(params)")
    #expect(params.stdout.contains("division by zero"), "\(params)")
    #expect(params.stdout.contains("# odd: no value was found for $1 <point>"), "\(params)")
  }

  @Test func `300 queries of sqlc over 60 tables get most of their values, and are green with them`() throws {
    let project = try Project(SqlcDirectory.files())
    let params = try project.plangate("params", "--write")
    let summary = params.stdout.split(separator: "\n").last.map(String.init) ?? ""
    let numbers = summary.split { !$0.isNumber }.compactMap { Int($0) }
    try #require(numbers.count >= 4, "\(params)")
    #expect(numbers[0] == SqlcDirectory.queryCount)
    #expect(numbers[3] >= 80, "\(params)")
    print(summary)
    try expect(project.plangate("record", "-q"), exits: 0, leavingNothingIn: project)
    let check = try project.plangate("check", "-q", "--no-cache")
    try expect(check, exits: 0, leavingNothingIn: project)
  }
}
