import Foundation
import TestSupport
import Testing

/// What a query without values is answered: the types, and what to write into the manifest.
@Suite struct MissingValuesTests {
  private static let files = [
    "seed/01.sql": """
    CREATE TABLE account (id bigint PRIMARY KEY, owner text NOT NULL, opened date NOT NULL, tags text[] NOT NULL);
    INSERT INTO account
    SELECT n, 'owner-' || n % 50, date '2026-01-01' + n % 300, ARRAY['t' || n % 9] FROM generate_series(1, 3000) AS n;

    """,
    "db/account.sql": """
    -- name: GetAccount :one
    SELECT id, owner FROM account WHERE id = $1 AND owner = $2;

    -- name: ListAccounts :many
    SELECT id FROM account WHERE opened >= @since AND tags @> @tags::text[] LIMIT @count;

    """,
    "queries/manifest.yml": """
    version: 1
    seed: [../seed/*.sql]
    queries:
      - {name: plain, sql: "select id from account where opened < :before and owner = :owner"}
      - {name: some, sql: "select id from account where id = :id and owner = :owner", params: {id: 7}}
      - {name: few, sql: "select id from account where id = $1 and opened = $2", params: [7]}
      - {name: both, sql: "select id from account where ownr = $1"}
      - {name: twice, sql: "select id from account where id = $1; select 2"}
      - {name: unknown, sql: "select $1"}
      - {name: fine, sql: "select id from account where id = $1", params: [7]}
      - files: ../db/*.sql
        session: {settings: {app.tenant: "7"}}
        plan: both

    """,
  ]

  @Test func `every query says at once what it lacks, with types and lines to paste`() throws {
    let project = try Project(Self.files)
    let check = try project.plangate("check", "--json", "report.json")
    try expect(check, exits: 2, leavingNothingIn: project)
    func contains(_ text: String) { #expect(check.stdout.contains(text), "\(text)\n\(check)") }
    contains("the query has the parameters :before, :owner, and the manifest gives no values")
    contains("its entry in the manifest, line 4, needs:")
    contains("params: {before: <date>, owner: <text>}")
    contains("plangate params plain proposes values from the seeded rows")
    contains("add owner: <text>")
    contains("the missing values are $2 <date>")
    contains("the manifest needs an entry of its own:")
    contains(
      #"- {file: ../db/account.sql, query: GetAccount, plan: both, session: {settings: {app.tenant: 7}}"#)
    contains("params: [<bigint>, <text>]}")
    contains("params: {since: <date>, tags: [<text>], count: <bigint>}}")
    contains("column \"ownr\" does not exist")
    contains("the text holds more than one statement")
    contains("6 queries lack values: 'plangate params' proposes them")
    let json = try project.json()
    #expect(json.cases.filter { $0.verdict == "unchecked" }.count == 10, "\(check)")
    let record = try project.plangate("record")
    try expect(record, exits: 2, leavingNothingIn: project)
    #expect(record.stdout.contains("params: {before: <date>, owner: <text>}"), "\(record)")
    #expect(record.stdout.contains("6 queries lack values"), "\(record)")
    #expect(project.exists("baselines/fine.plan"))
  }

  @Test func `a block that is pasted without values is refused`() throws {
    let project = try Project(Self.files)
    let entry = #"{name: plain, sql: "select id from account where opened < :before and owner = :owner""#
    try project.edit("queries/manifest.yml", entry, entry + ", params: {before: 2026-02-01, owner: <text>}")
    let check = try project.plangate("check", "plain")
    try expect(check, exits: 2, leavingNothingIn: project)
    #expect(check.stderr.contains("manifest.yml:4:"), "\(check)")
    #expect(check.stderr.contains("<text> stands for a value; write one in its place"), "\(check)")
  }
}
