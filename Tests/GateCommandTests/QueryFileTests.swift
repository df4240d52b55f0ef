import TestSupport
import Testing

@testable import GateCommand

/// Queries that stay in the application's own files: how they are found, named and placed.
@Suite struct QueryFileTests {
  private struct Read: Equatable {
    let name: String
    let line: Int
    let sql: String
  }

  /// The queries of a manifest whose `queries:` are these lines.
  private func read(_ lines: String, _ files: [String: String]) throws -> [Query] {
    try Project(manifest: "version: 1\nqueries:\n  \(lines.replacing("\n", with: "\n  "))\n", files).load().queries
  }

  private func summary(_ lines: String, _ files: [String: String]) throws -> [Read] {
    try read(lines, files).map { Read(name: $0.name, line: $0.statement.firstLine, sql: $0.statement.sql) }
  }

  private func failure(_ lines: String, _ files: [String: String]) throws -> String? {
    try Project(manifest: "version: 1\nqueries:\n  \(lines.replacing("\n", with: "\n  "))\n", files).loadFailure()
  }

  private static let account = """
    -- The accounts.

    -- name: GetAccount :one
    -- Reads one account.
    SELECT * FROM account
    WHERE id = $1 LIMIT 1;

    -- name: ListAccounts :many
    SELECT sqlc.embed(account) FROM account WHERE owner = @owner
      AND kind = sqlc.narg(kind);

    /* name: AddAccount :exec */
    INSERT INTO account (owner) VALUES (sqlc.arg('owner')); -- done

    """

  @Test func `one query of a file is named by its mark`() throws {
    #expect(
      try summary("- {file: ../db/account.sql, query: GetAccount, params: [1]}", ["db/account.sql": Self.account])
        == [Read(name: "GetAccount", line: 5, sql: "SELECT * FROM account\nWHERE id = $1 LIMIT 1;")])
  }

  @Test func `files: takes every query of every file`() throws {
    #expect(
      try summary("- files: ../db/*.sql", ["db/account.sql": Self.account, "db/other.txt": ""])
        == [
          Read(name: "GetAccount", line: 5, sql: "SELECT * FROM account\nWHERE id = $1 LIMIT 1;"),
          Read(
            name: "ListAccounts", line: 9,
            sql: "SELECT account.* FROM account WHERE owner = $1\n  AND kind = $2;"),
          Read(name: "AddAccount", line: 13, sql: "INSERT INTO account (owner) VALUES ($1);"),
        ])
  }

  @Test func `the text of a query is that of its file`() throws {
    let query = try read("- {file: ../db/account.sql, query: ListAccounts}", ["db/account.sql": Self.account])[0]
    #expect(
      query.statement.text
        == "SELECT sqlc.embed(account) FROM account WHERE owner = @owner\n  AND kind = sqlc.narg(kind);")
    #expect(query.statement.file.hasSuffix("/db/account.sql"))
  }

  @Test(arguments: [
    ("-- name: get-user^", "get-user"), ("-- name: get_user(id)^", "get_user"), ("--name:get", "get"),
    ("  -- name : add<!", "add"), ("-- name: add *!", "add"), ("-- name: drop_it!", "drop_it"), ("-- name: n$", "n"),
    ("-- name: get\r", "get"), ("-- :name get-user :? :1", "get-user"), ("-- :name get :one", "get"),
    ("--:name get\n--:doc Gets", "get"), ("/* :name get :? :* */", "get"), ("-- name: list\n-- raw: 1", "list"),
    ("-- name: exists?", "exists"), ("-- name: GetX :batchmany", "GetX"), ("-- name: _get", "get"),
    ("-- name: Get :copyfrom", "Get"), ("-- :name- private :?", "private"),
  ])
  func `marks of every convention are read`(mark: String, name: String) throws {
    let text = "\(mark)\nSELECT 1;\n-- name: other\nSELECT 2"
    let hug = mark.contains(":name") ? text.replacing("-- name: other", with: "-- :name other :?") : text
    let isSqlc = mark.contains(" :batchmany") || mark.contains(" :copyfrom")
    let file = isSqlc ? hug.replacing("-- name: other", with: "-- name: other :exec") : hug
    #expect(try summary("- files: q.sql", ["queries/q.sql": file]).map(\.name) == [name, "other"])
    #expect(try summary("- files: q.sql", ["queries/q.sql": file]).map(\.sql) == ["SELECT 1;", "SELECT 2"])
  }

  @Test(arguments: [
    "SELECT '\n-- name: x\n', 1", "SELECT $$\n-- name: x\n$$, 1", "SELECT /*\n-- name: x\n*/ 1",
    "SELECT 1 -- name: the name of it", "SELECT \"\n-- name: x\n\"",
  ])
  func `a mark in a string or a sentence is none`(text: String) throws {
    #expect(
      try summary("- files: q.sql", ["queries/q.sql": "-- name: a\n\(text)"]) == [
        Read(name: "a", line: 2, sql: text.hasSuffix("of it") ? "SELECT 1" : text)
      ])
  }

  @Test func `a script is no query`() throws {
    let text = "-- name: create_all#\nCREATE TABLE a (); CREATE TABLE b ();\n-- name: get\nSELECT 1\n-- :snip s\nx"
    #expect(try summary("- files: q.sql", ["queries/q.sql": text]).map(\.name) == ["get"])
  }

  @Test func `a name that two files have gets its file's name`() throws {
    let files = [
      "app/users.sql": "-- name: get\nSELECT 1\n-- name: only\nSELECT 2", "app/orders.sql": "-- name: Get\nSELECT 3",
      "app/x/users.sql": "-- name: other\nSELECT 4",
    ]
    #expect(
      try summary("- files: ../app/**/*.sql", files).map(\.name) == ["orders.Get", "users.get", "only", "other"])
  }

  @Test func `a file's name that two directories have gets theirs`() throws {
    let files = ["app/a/q.sql": "-- name: get\nSELECT 1", "app/b/q.sql": "-- name: get\nSELECT 3"]
    #expect(try summary("- files: ../app/**/*.sql", files).map(\.name) == ["a.q.get", "b.q.get"])
  }

  @Test func `a given name stays, and another moves out of its way`() throws {
    let files = ["app/q.sql": "-- name: get\nSELECT 1"]
    #expect(
      try summary("- {name: get, sql: SELECT 0}\n- files: ../app/q.sql", files).map(\.name) == ["get", "q.get"])
  }

  @Test func `an entry of its own replaces what files: would take`() throws {
    let queries = try read(
      """
      - files: ../db/*.sql
        except: [Add*]
        timeout: 2s
      - {file: ../db/account.sql, query: GetAccount, params: [7], session: {role: r}}
      """, ["db/account.sql": Self.account])
    #expect(queries.map(\.name) == ["ListAccounts", "GetAccount"])
    #expect(queries.map(\.timeout) == [2000, 30_000])
    #expect(queries[1].session.role == "r")
    #expect(queries[1].cases[0].parameters == .positional(["7"]))
  }

  @Test func `a file of one query is replaced by an entry that names the file`() throws {
    let files = [
      "app/plain.sql": "SELECT $1", "app/marked.sql": "-- :name get :?\nSELECT :x", "app/more.sql": "SELECT {y}",
      "app/other.sql": "SELECT 2",
    ]
    let queries = try read(
      """
      - files: ../app/*.sql
      - {file: ../app/plain.sql, params: [7]}
      - {file: ../app/marked.sql, query: get, params: {x: 1}}
      - {file: ../app/more.sql, name: whole, params: []}
      """, files)
    #expect(queries.map(\.name) == ["other", "plain", "get", "whole"])
    #expect(queries[1].cases[0].parameters == .positional(["7"]))
  }

  @Test func `values for many queries go to those that have them`() throws {
    let queries = try read(
      "- {files: q.sql, params: {id: 1, t: 2}, types: {id: bigint}}",
      ["queries/q.sql": "-- name: a\nSELECT :id\n-- name: b\nSELECT :t, :id\n-- name: c\nSELECT 1"])
    let (id, t) = (NamedParameter(name: "id", value: "1"), NamedParameter(name: "t", value: "2"))
    #expect(queries.map { $0.cases[0].parameters } == [.named([id]), .named([id, t]), .none])
    #expect(queries.map(\.types) == [["id": "bigint"], ["id": "bigint"], [:]])
  }

  // MARK: sqlx

  private static let sqlx = """
    {
      "db_name": "PostgreSQL",
      "query": "SELECT \\"id\\"\\n  FROM t\\n WHERE a = $1 AND é = $2 AND c = ANY($3)",
      "describe": {
        "columns": [{"ordinal": 0, "name": "query", "type_info": "Int8"}],
        "parameters": {"Left": ["Int8", {"Custom": {"name": "mood", "kind": {"Enum": ["ok"]}}}, "TextArray"]},
        "nullable": [false]
      },
      "hash": "0a1b2c3d4e5f60718293"
    }
    """

  @Test func `sqlx's files have a text and types`() throws {
    let query = try read(
      "- {files: ../.sqlx/query-*.json}", [".sqlx/query-0a1b2c3d4e5f60718293.json": Self.sqlx])[0]
    #expect(query.name == "query-0a1b2c3d4e5f")
    #expect(query.statement.text == "SELECT \"id\"\n  FROM t\n WHERE a = $1 AND é = $2 AND c = ANY($3)")
    #expect(query.types == ["1": "int8", "2": "mood", "3": "text[]"])
    #expect(query.statement.firstLine == 3)
    // In the file, quotes and line ends take two characters.
    let place = query.statement.place(of: Array(query.statement.text.unicodeScalars).firstIndex(of: "é") ?? 0)
    let line = Self.sqlx.split(separator: "\n")[2]
    #expect(place.line == 3)
    #expect(place.column == Array(line.unicodeScalars).firstIndex(of: "é").map { $0 + 1 })
  }

  @Test func `a file of sqlx can have a name, values and other types`() throws {
    let query = try read(
      "- {name: q, file: ../.sqlx/query-0a.json, params: [1, ok, [a]], types: [int4]}",
      [".sqlx/query-0a.json": Self.sqlx])[0]
    #expect(query.name == "q")
    #expect(query.types == ["1": "int4", "2": "mood", "3": "text[]"])
  }

  @Test(arguments: [
    ("{", "x.json:1:2: error: the file is not JSON: "), ("[]", "x.json: error: the file has no text under 'query'"),
    (
      #"{"db_name": "MySQL", "query": "SELECT 1"}"#,
      "x.json: error: the query is for MySQL, not for PostgreSQL"
    ),
  ])
  func `another JSON file is an error`(text: String, error: String) throws {
    let found = try failure("- files: x.json", ["queries/x.json": text])
    #expect(found?.hasPrefix("queries/\(error)") == true, "\(found ?? "")")
  }

  // MARK: Other placeholders, several statements

  @Test func `placeholders: applies to a file of one statement and to sql:`() throws {
    let queries = try read(
      "- {file: b.sql, placeholders: '%s', params: [1]}\n- {name: i, sql: 'SELECT @x', placeholders: '@x'}",
      ["queries/b.sql": "\u{FEFF}-- One\nSELECT %s\n"])
    #expect(queries.map(\.name) == ["b", "i"])
    #expect(queries.map(\.statement.sql) == ["-- One\nSELECT $1\n", "SELECT $1"])
    #expect(queries.map(\.statement.firstLine) == [1, 4])
  }

  @Test func `statements of a plain file are numbered`() throws {
    let text = "SELECT 1;\n-- two\nSELECT ';' || :a\n  FROM t; SELECT $$;$$;\n;"
    #expect(
      try summary("- {files: '*.sql', convention: statements}", ["queries/b.sql": text]) == [
        Read(name: "a", line: 1, sql: "SELECT 1"),
        Read(name: "b.1", line: 1, sql: "SELECT 1;"), Read(name: "b.2", line: 3, sql: "SELECT ';' || $1\n  FROM t;"),
        Read(name: "b.3", line: 4, sql: "SELECT $$;$$;"),
      ])
    let second = try read("- {file: b.sql, convention: statements, query: 3}", ["queries/b.sql": text])[0]
    #expect(second.name == "b.3")
    let place = second.statement.place(of: 7)
    #expect(place.line == 4 && place.column == 18)
  }

  @Test func `an entry without the new keys is read as before`() throws {
    let query = try read("- file: b.sql", ["queries/b.sql": Self.account])[0]
    #expect(query.name == "b")
    #expect(
      query.statement
        == Statement(text: Self.account, file: query.statement.file, firstLine: 1, indentation: 0))
  }

  // MARK: Errors

  static let mistakes = [
    (
      "- {file: b.sql, query: GetAcount}",
      """
      queries/m.yml:3:26: error: queries/b.sql has no query 'GetAcount', did you mean 'GetAccount'?
          - {file: b.sql, query: GetAcount}
                                 ^
      """
    ),
    (
      "- {file: b.sql, convention: sqlc}",
      """
      queries/m.yml:3:5: error: queries/b.sql holds 3 queries; name one with 'query:', or take all with 'files:'
          - {file: b.sql, convention: sqlc}
            ^
      """
    ),
    (
      "- {file: a.sql, query: x}",
      """
      queries/m.yml:3:26: error: queries/a.sql has no marks '-- name: …'
          - {file: a.sql, query: x}
                                 ^
      """
    ),
    (
      "- {file: b.sql, convention: sqlcc}",
      """
      queries/m.yml:3:31: error: unknown convention 'sqlcc', did you mean 'sqlc'?
          - {file: b.sql, convention: sqlcc}
                                      ^
      """
    ),
    (
      "- {file: b.sql, placeholders: '!x'}",
      """
      queries/m.yml:3:33: error: unknown placeholders '!x'; known are :x, @x, $1, ?, ?1, %s, %(x)s, #{x}, {{x}}, {{x::type}} and the conventions
          - {file: b.sql, placeholders: '!x'}
                                        ^
      """
    ),
    (
      "- {files: c*.sql}",
      """
      queries/m.yml:3:13: error: no file matches queries/c*.sql
          - {files: c*.sql}
                    ^
      """
    ),
    (
      "- {files: b.sql, name: x}",
      """
      queries/m.yml:3:26: error: 'name' goes with one query; 'files' takes many
          - {files: b.sql, name: x}
                                 ^
      """
    ),
    (
      "- {files: b.sql, except: [Nobody]}",
      """
      queries/m.yml:3:29: error: 'except' names no query: 'Nobody'
          - {files: b.sql, except: [Nobody]}
                                    ^
      """
    ),
    (
      "- {files: b.sql, params: [1]}",
      """
      queries/m.yml:3:28: error: 'params' beside 'files' is a mapping of names to values
          - {files: b.sql, params: [1]}
                                   ^
      """
    ),
    (
      "- {files: b.sql, params: {ownr: 1}}",
      """
      queries/m.yml:3:29: error: no query has the parameter 'ownr', did you mean 'owner'?
          - {files: b.sql, params: {ownr: 1}}
                                    ^
      """
    ),
    (
      "- {file: a.sql, except: [x]}",
      """
      queries/m.yml:3:27: error: 'except' goes with 'files'
          - {file: a.sql, except: [x]}
                                  ^
      """
    ),
  ]

  @Test(arguments: mistakes)
  func `mistakes are errors at their places`(lines: String, error: String) throws {
    #expect(try failure(lines, ["queries/b.sql": Self.account]) == error)
  }

  @Test func `a mark that appears twice is an error at the second`() throws {
    #expect(
      try failure("- files: b.sql", ["queries/b.sql": "-- name: a\nSELECT 1\n-- name: A\nSELECT 2"]) == """
        queries/b.sql:3: error: a second query 'A' (names are unique without regard to case; the first is on line 1)
        """)
  }

  @Test func `everything that cannot be translated is listed in one error`() throws {
    let text = """
      -- name: list
      SELECT 1 FROM t
      ORDER BY %order%
      -- name: fine
      SELECT :a
      -- name: find
      SELECT 1 FROM :table {% if a %}

      """
    #expect(
      try failure("- files: '*.sql'", ["queries/b.sql": text, "queries/c.sql": "-- name: x\nSELECT {y}"]) == """
        queries/m.yml:3:5: error: 3 queries cannot be translated; leave them out with 'except: [list, find, x]'
        queries/b.sql:3:10: %order% is text that the application puts in
        queries/b.sql:7:15: :table stands for a name
        queries/b.sql:7:22: {% if a %} is a template, filled in by the application
        queries/c.sql:2:8: {y} is a template, filled in by the application
            - files: '*.sql'
              ^
        """)
    #expect(
      try read(
        "- {files: '*.sql', except: [list, 'f*d', x]}",
        ["queries/b.sql": text, "queries/c.sql": "-- name: x\nSELECT {y}"]
      ).map(\.name) == ["a", "fine"])
  }
}
