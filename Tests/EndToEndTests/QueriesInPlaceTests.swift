import Foundation
import TestSupport
import Testing

/// Queries in the files of six tools are recorded and checked where they are, and errors name their lines.
@Suite struct QueriesInPlaceTests {
  private static let files = [
    "seed/01.sql": """
    CREATE TABLE account (
      id bigint PRIMARY KEY, owner text NOT NULL, kind text NOT NULL, tags jsonb NOT NULL, scores int[] NOT NULL
    );
    INSERT INTO account
    SELECT n, 'owner-' || n % 500, 'kind-' || n % 5, jsonb_build_object('t' || n % 50, n), ARRAY[n % 7, n % 11]
    FROM generate_series(1, 5000) AS n;
    CREATE INDEX account_owner_idx ON account (owner);

    """,
    "db/account.sql": """
    -- name: GetAccount :one
    SELECT id, owner FROM account
    WHERE id = $1 LIMIT 1;

    -- name: ListAccounts :many
    -- Accounts of one owner, or of all.
    SELECT sqlc.embed(account) FROM account
    WHERE owner = @owner AND kind = COALESCE(sqlc.narg('kind'), kind) AND tags @> '{}'
    ORDER BY id LIMIT sqlc.arg(count)::int;

    -- name: AccountsIn :many
    SELECT id FROM account WHERE id IN (sqlc.slice('ids')) AND owner <> $1;

    -- name: AddAccount :exec
    INSERT INTO account (id, owner, kind, tags, scores) VALUES (@id, @owner, 'k', '{}', '{1,2}');

    """,
    "app/sql/users.sql": """
    -- name: get-user^
    -- One user.
    SELECT id, scores[1:2] FROM account WHERE id = :id;

    -- name: users_in(ids)
    SELECT id::text FROM account WHERE id IN :ids AND tags ?| array['t1', 't2'];

    -- name: rename!
    UPDATE account SET owner = :owner WHERE id = :id;

    -- name: create_schema#
    CREATE TABLE x (); CREATE TABLE y ();

    """,
    "app/sql/hug.sql": """
    -- :name by-owner :? :*
    -- :doc Accounts of an owner
    SELECT id FROM account WHERE owner = :v:owner-name AND kind IN (:v*:kinds)

    """,
    "regress/reg.sql": """
    -- name: of-kind
    select count(*)
      from account
     where kind = :'kind';

    """,
    ".sqlx/query-5f3a9b0c1d2e4f60718293a4b5c6d7e8.json": """
    {
      "db_name": "PostgreSQL",
      "query": "SELECT id\\n  FROM account\\n WHERE owner = $1 AND id + 0 = ANY($2)",
      "describe": {
        "columns": [{"ordinal": 0, "name": "id", "type_info": "Int8"}],
        "parameters": {"Left": ["Text", "Int8Array"]},
        "nullable": [false]
      },
      "hash": "5f3a9b0c1d2e4f60718293a4b5c6d7e8"
    }

    """,
    "java/find.sql": "SELECT id FROM account WHERE owner = ? AND tags ?? 't1' AND id < ?\n",
    "python/find.sql": """
    SELECT id FROM account
    WHERE owner = %(owner)s AND id %% 2 = 0 AND kind LIKE 'kind%%' AND id IN %(ids)s

    """,
    "mybatis/find.sql": "SELECT id FROM account WHERE owner = #{owner,jdbcType=VARCHAR}\n",
    "windmill/find.sql": "SELECT id FROM account WHERE id = {{id::bigint}}\n",
    "reports/daily.sql": """
    -- Two reports.
    SELECT kind, count(*) FROM account GROUP BY kind;
    SELECT owner FROM account WHERE owner > ';' || :least;

    """,
    "plangate/manifest.yml": """
    version: 1
    seed: [../seed/*.sql]
    queries:
      - files: ../db/**/*.sql
        except: [AddAccount]
        params: {owner: owner-7, kind: ~, count: 5, ids: [1, 2, 3], p1: owner-1}
      - {file: ../db/account.sql, query: GetAccount, params: [42], plan: both}
      - {file: ../db/account.sql, query: AddAccount, params: {id: 9001, owner: me}}
      - files: ../app/sql/*.sql
        params: {id: 7, ids: [5, 6], owner: me, owner_name: owner-8, kinds: kind-1}
      - {file: ../regress/reg.sql, query: of-kind, params: {kind: kind-2}}
      - {name: sqlx, file: ../.sqlx/query-5f3a9b0c1d2e4f60718293a4b5c6d7e8.json, params: [owner-9, [9, 509]]}
      - {name: java, file: ../java/find.sql, placeholders: "?", params: [owner-1, 900]}
      - {name: python, file: ../python/find.sql, placeholders: "%(x)s", params: {owner: owner-2, ids: [2, 502]}}
      - {name: mybatis, file: ../mybatis/find.sql, placeholders: "#{x}", params: {owner: owner-3}}
      - {name: windmill, file: ../windmill/find.sql, placeholders: "{{x::type}}", params: {id: 4}}
      - {files: ../reports/*.sql, convention: statements, params: {least: a}}

    """,
  ]

  private static let names = [
    "ListAccounts", "AccountsIn", "GetAccount", "GetAccount@generic", "AddAccount", "by-owner", "get-user", "users_in",
    "rename", "of-kind", "sqlx", "java", "python", "mybatis", "windmill", "daily.1", "daily.2",
  ]

  private static let manifest = "--manifest=plangate/manifest.yml"

  @Test func `a project of every convention is recorded and green`() throws {
    let project = try Project(Self.files)
    let before = try Self.files.keys.sorted().map(project.read)
    try expect(project.plangate("record", Self.manifest), exits: 0, leavingNothingIn: project)
    let check = try project.plangate("check", Self.manifest, "--json", "report.json")
    try expect(check, exits: 0, leavingNothingIn: project)
    let json = try project.json()
    #expect(json.cases.map(\.name) == Self.names, "\(check)")
    #expect(json.cases.allSatisfy { $0.verdict == "passed" }, "\(check)")
    // Values reach the statements: each of these reads what its own values say.
    #expect(try json["AccountsIn"].plan?.rows == 2)
    #expect(try json["ListAccounts"].plan?.rows == 5)
    #expect(try json["by-owner"].plan?.rows == 0)
    #expect(try json["users_in"].plan?.rows == 0)
    #expect(try json["sqlx"].plan?.rows == 2)
    #expect(try json["python"].plan?.rows == 2)
    #expect(try json["java"].plan?.rows == 2)
    #expect(try json["windmill"].plan?.rows == 1)
    #expect(try Self.files.keys.sorted().map(project.read) == before)
    #expect(try project.files(in: "baselines").contains("ListAccounts.plan"))
  }

  @Test func `a lost index is reported at the query's own line in every report`() throws {
    let project = try Project(Self.files)
    try expect(project.plangate("record", Self.manifest), exits: 0, leavingNothingIn: project)
    try project.edit("seed/01.sql", "CREATE INDEX account_owner_idx ON account (owner);", "")
    let check = try project.plangate(
      "check", Self.manifest, "--sarif", "r.sarif", "--gitlab", "r.gitlab.json", "--junit", "r.xml",
      environment: ["GITHUB_ACTIONS": "true"])
    try expect(check, exits: 1, leavingNothingIn: project)
    #expect(check.stdout.contains("file=db/account.sql,line=7"), "\(check)")
    #expect(check.stdout.contains("file=app/sql/hug.sql,line=3"), "\(check)")
    #expect(check.stdout.contains("file=.sqlx/query-5f3a9b0c1d2e4f60718293a4b5c6d7e8.json,line=3"), "\(check)")
    let sarif = try project.read("r.sarif").filter { !$0.isWhitespace }
    #expect(sarif.contains("\"uri\":\"db/account.sql\""), "\(sarif.prefix(2000))")
    #expect(sarif.contains("\"startLine\":7"))
    let gitlab = try project.read("r.gitlab.json").filter { !$0.isWhitespace }
    #expect(gitlab.contains("\"path\":\"db/account.sql\""), "\(gitlab.prefix(2000))")
    #expect(gitlab.contains("\"begin\":7"))
    #expect(try project.read("r.xml").contains("file=\"db/account.sql\" line=\"7\""))
  }

  /// A word that the server does not know, put into a file.
  struct Slip: Sendable {
    let file: String
    let old: String
    let new: String
    let word: String

    init(_ file: String, _ old: String, _ new: String, at word: String) {
      (self.file, self.old, self.new, self.word) = (file, old, new, word)
    }
  }

  @Test(arguments: [
    Slip("db/account.sql", "COALESCE(", "COALESC(", at: "COALESC("),
    Slip("db/account.sql", "sqlc.arg(count)::int", "sqlc.arg(count)::int OFFSET idz", at: "idz"),
    Slip("app/sql/users.sql", "scores[1:2]", "scorse[1:2]", at: "scorse"),
    Slip("app/sql/users.sql", "IN :ids AND tags", "IN :ids AND tagz", at: "tagz"),
    Slip("app/sql/hug.sql", "AND kind IN", "AND kid IN", at: "kid "),
    Slip("regress/reg.sql", "where kind", "where knd", at: "knd"),
    Slip(".sqlx/query-5f3a9b0c1d2e4f60718293a4b5c6d7e8.json", "WHERE owner", "WHERE ownr", at: "ownr"),
    Slip("java/find.sql", "id < ?", "ixx < ?", at: "ixx"),
    Slip("python/find.sql", "AND id IN", "AND idx IN", at: "idx"),
    Slip("mybatis/find.sql", "VARCHAR}", "VARCHAR} AND xyz", at: "xyz"),
    Slip("windmill/find.sql", "bigint}}", "bigint}} AND xyz", at: "xyz"),
    Slip("reports/daily.sql", "|| :least", "|| :least || xyz", at: "xyz"),
  ])
  func `a server's error names the line and column of the original`(slip: Slip) throws {
    let project = try Project(Self.files)
    try project.edit(slip.file, slip.old, slip.new)
    let check = try project.plangate("check", Self.manifest)
    try expect(check, exits: 2, leavingNothingIn: project)
    let lines = try project.read(slip.file).components(separatedBy: "\n")
    let line = try #require(lines.firstIndex { $0.contains(slip.word) })
    let column = lines[line].components(separatedBy: slip.word)[0].unicodeScalars.count + 1
    let place = "\(slip.file):\(line + 1):\(column): error:"
    #expect(check.stdout.contains(place), "\(place)\n\(check)")
  }

  @Test func `what cannot be translated ends the run before a server starts`() throws {
    let project = try Project(Self.files)
    try project.edit("app/sql/users.sql", "WHERE id = :id;\n\n-- name: users_in", "WHERE %cond%;\n\n-- name: users_in")
    try project.edit("app/sql/hug.sql", "FROM account", "FROM :i:table")
    let check = try project.plangate("check", Self.manifest)
    try expect(check, exits: 2, leavingNothingIn: project)
    #expect(check.stderr.contains("app/sql/hug.sql:3:16: :i:table stands for a name"), "\(check)")
    #expect(check.stderr.contains("app/sql/users.sql:3:43: %cond% is text that the application puts in"), "\(check)")
  }
}
