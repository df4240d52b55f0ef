import Postgres
import Testing
import TestSupport

@testable import GateCommand

@Suite struct QueryErrorTests {
  static let statements = [
    Mistake.query("name: q", "3:5: error: a query needs 'file:' or 'sql:'"),
    .query(
      "file: a.sql\nsql: SELECT 1",
      "4:10: error: a query has either 'file:' or 'sql:', not both"),
    .query("sql: SELECT 1", "3:5: error: a query with 'sql:' needs the key 'name'"),
    .query("file: ~", "3:11: error: 'file' must be text"),
    .query("name: q\nsql: [SELECT 1]", "4:10: error: 'sql' must be text"),
  ]

  @Test(arguments: statements)
  func `a query is one statement`(mistake: Mistake) throws { try mistake.expect() }

  @Test(arguments: ["-q", ".q", "_q", "a b", "a/b", "a@b", "a+generic", "é", "a:b", "q\u{301}"])
  func `a name that a file or a command line cannot hold is an error`(name: String) throws {
    try Mistake.query(
      "name: '\(name)'\nfile: a.sql",
      """
      3:11: error: the name '\(name)' must match [A-Za-z0-9][A-Za-z0-9._-]*
          - name: '\(name)'
                  ^
      """
    ).expect()
    try Mistake.query(
      "file: a.sql\ncases: {'\(name)': [1]}",
      """
      4:13: error: the name of a case '\(name)' must match [A-Za-z0-9][A-Za-z0-9._-]*
            cases: {'\(name)': [1]}
                    ^
      """
    ).expect()
  }

  @Test(arguments: ["q", "Q", "0", "a.b", "a-b", "a_b", "2026-01.x_Y"])
  func `a name of letters, digits, dots, dashes and underscores is accepted`(name: String) throws {
    let project = try Project(manifest: "version: 1\nqueries: [{name: \(name), file: a.sql}]")
    #expect(try project.load().queries.map(\.name) == [name])
  }

  @Test func `a file whose name is not a query name needs a name`() throws {
    let project = try Project(manifest: "version: 1\nqueries:\n  - file: b c.sql", ["queries/b c.sql": "SELECT 1"])
    #expect(
      project.loadFailure() == """
        queries/m.yml:3:5: error: the file name 'b c' is not a valid query name; set one with 'name:'
            - file: b c.sql
              ^
        """)
  }

  static let duplicates = [
    Mistake(
      "version: 1\nqueries:\n  - {name: orders, file: a.sql}\n  - {name: b, file: a.sql}\n  - {name: Orders, file: a.sql}",
      """
      queries/m.yml:5:5: error: a second query 'Orders' (names are unique without regard to case; the first is on line 3)
          - {name: Orders, file: a.sql}
            ^
      """),
    Mistake(
      "version: 1\nqueries:\n  - file: a.sql\n  - {name: a, sql: SELECT 1}",
      """
      queries/m.yml:4:5: error: a second query 'a' (names are unique without regard to case; the first is on line 3)
          - {name: a, sql: SELECT 1}
            ^
      """),
    .query(
      "file: a.sql\ncases:\n  whale: [1]\n  Whale: [2]",
      "6:7: error: a second case 'Whale' (names are unique without regard to case)"),
    .query(
      "file: a.sql\nname: b\nfile: c.sql",
      "5:5: error: duplicate key 'file', first on line 3"),
    .query(
      "file: a.sql\ncases: {a: [1], a: [2]}",
      "4:21: error: duplicate key 'a', first on line 4"),
    .query(
      "file: a.sql\nparams: {a: 1, a: 2}",
      "4:20: error: duplicate key 'a', first on line 4"),
  ]

  @Test(arguments: duplicates)
  func `a duplicate name is an error at the second`(mistake: Mistake) throws { try mistake.expect() }

  static let cases = [
    Mistake.query(
      "file: a.sql\ncases: {a: [1]}\nparams: [1]",
      "5:13: error: a query has either 'params:' or 'cases:', not both"),
    .query(
      "file: a.sql\ncases: [1]",
      "4:12: error: 'cases' must be a mapping of names to parameters"),
    .query(
      "file: a.sql\ncases: {}",
      "4:12: error: 'cases' must be a mapping of names to parameters"),
    .query(
      "file: a.sql\ncases: {a: 1}",
      """
      4:16: error: parameters are a sequence for $1, $2 … or a mapping for :name
            cases: {a: 1}
                       ^
      """),
    .query(
      "file: a.sql\nplan: fast", "4:11: error: 'plan' is custom, generic or both, not 'fast'"),
    .query("file: a.sql\nplan: [both]", "4:11: error: 'plan' must be text"),
    .query("file: a.sql\ntimeout: never", "4:14: error: 'timeout' must be a time such as 30s, 500ms or 2min"),
  ]

  @Test(arguments: cases)
  func `invalid cases and plan modes are errors`(mistake: Mistake) throws { try mistake.expect() }
}

@Suite struct SettingErrorTests {
  @Test(arguments: [
    "fsync", "listen_addresses", "port", "autovacuum", "synchronous_commit", "jit", "data_directory",
    "statement_timeout",
    "plan_cache_mode", "session_replication_role", "client_encoding", "unix_socket_directories", "plangate.p1", "FSync",
    "LISTEN_ADDRESSES", "Plangate.x",
  ])
  func `a setting of plangate's own is an error, for the server and for a session`(name: String) throws {
    let own = ServerConfiguration.ownSpellings(of: name.lowercased()).first
    let message =
      "'\(name)' is set by plangate itself, to keep plans repeatable and the server private"
      + (own.map { "; only '\($0)' is accepted" } ?? "")
    try Mistake.top(
      "settings: {a: 1, \(name): 7}",
      "2:18: error: \(message)"
    ).expect()
    try Mistake.query(
      "file: a.sql\nsession: {settings: {\(name): 7}}",
      "4:26: error: \(message)"
    ).expect()
  }

  @Test(arguments: ["jit: off", "jit: false", "JIT: no", "fsync: 0", "synchronous_commit: on", "statement_timeout: 0"])
  func `a setting of plangate's own is accepted with plangate's value, and is not set again`(line: String) throws {
    let project = try Project(
      manifest:
        "version: 1\nsettings: {work_mem: 8MB, \(line)}\nqueries:\n  - {file: a.sql, session: {settings: {\(line)}}}\n")
    let manifest = try project.load()
    #expect(manifest.configuration.settings == ["work_mem": "8MB"])
    #expect(manifest.queries[0].session.settings.isEmpty)
  }

  @Test(arguments: ["timezone", "TimeZone"])
  func `the time zone is the manifest's own key`(name: String) throws {
    try Mistake.top(
      "settings: {\(name): UTC}",
      """
      2:12: error: set the time zone with the key 'timezone:' of the manifest
        settings: {\(name): UTC}
                   ^
      """
    ).expect()
  }

  @Test(arguments: ["role", "ROLE"])
  func `the role is the session's own key`(name: String) throws {
    try Mistake.query(
      "file: a.sql\nsession: {settings: {\(name): app_user}}",
      """
      4:26: error: set the role with the key 'role:'
            session: {settings: {\(name): app_user}}
                                 ^
      """
    ).expect()
  }

  @Test(arguments: [
    "", "1a", ".a", "$a", "a b", "a-b", "a=1", "a'", "a;b", "a\\nfsync", "a#b", "wörk_mem", "include", "include_dir",
    "Include_If_Exists", "a\\0b", "a\\u2028b",
  ])
  func `a setting's name that contains SQL is an error`(name: String) throws {
    let project = try Project(manifest: "version: 1\nsettings:\n  \"\(name)\": /etc/passwd\nqueries: [{file: a.sql}]")
    let error = #expect(throws: Diagnostic.self) { try project.load() }
    #expect(error?.file == project.path("queries/m.yml"))
    #expect(error?.line == 3 && error?.column == 3)
    #expect(error?.message.hasSuffix("is not the name of a setting") == true, "\(error?.message ?? "")")
  }

  @Test func `the error of a name quotes it`() throws {
    try Mistake.top(
      "settings: {a b: 1}", "2:12: error: 'a b' is not the name of a setting"
    ).expect()
  }

  @Test func `one setting in two spellings is an error`() throws {
    try Mistake.top(
      "settings: {work_mem: 1MB, Work_Mem: 2MB}",
      "2:27: error: the setting 'Work_Mem' appears twice"
    ).expect()
  }

  @Test func `settings of extensions and custom settings are accepted`() throws {
    let project = try Project(
      manifest: """
        version: 1
        settings: {pg_hint_plan.enable_hint: on, _x: 1, a.b.c: 2, A$1: 3}
        queries: [{file: a.sql, session: {settings: {TimeZone: UTC, Search_Path: 'a, "b"'}}}]
        """)
    let manifest = try project.load()
    #expect(manifest.configuration.settings == ["pg_hint_plan.enable_hint": "on", "_x": "1", "a.b.c": "2", "a$1": "3"])
    #expect(manifest.queries[0].session.settings == ["timezone": "UTC", "search_path": "a, \"b\""])
  }

  static let sessions = [
    Mistake.query("file: a.sql\nsession: app_user", "4:14: error: 'session' must be a mapping"),
    .query("file: a.sql\nsession: {role: [a]}", "4:21: error: 'role' must be text"),
    .query(
      "file: a.sql\nsession: {settings: a}",
      "4:25: error: 'settings' must be a mapping"),
  ]

  @Test(arguments: sessions)
  func `a session of the wrong type is an error`(mistake: Mistake) throws { try mistake.expect() }
}
