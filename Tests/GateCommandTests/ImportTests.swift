import Foundation
import TestSupport
import Testing

@testable import GateCommand

/// What `plangate import` makes of logs, also of damaged and hostile ones.
@Suite struct ImportTests {
  private func project(_ log: String) throws -> Project { try project(bytes: Array(log.utf8)) }

  private func project(bytes: [UInt8]) throws -> Project {
    let project = try Project([
      "queries/manifest.yml": "version: 1\nqueries:\n  - name: known   # mine\n    sql: select 1 from t where a = $1\n"
    ])
    try project.write("a.log", bytes: bytes)
    return project
  }

  /// The imported queries of a log, by their texts, with the values of their cases.
  private func imported(_ project: Project, _ options: String...) throws -> [String: [[String?]]] {
    let run = try project.start(["import", "a.log"] + options).end()
    #expect(run.status == 0, "\(run)")
    let manifest = try Manifest.load(project.path("queries/manifest.yml"), today: Project.today)
    var found: [String: [[String?]]] = [:]
    for query in manifest.queries where query.name != "known" {
      let text = query.statement.text.split(separator: "\n").dropFirst().joined(separator: "\n")
      found[text] = try query.cases.filter { $0.parameters != .none }.map {
        try $0.parameters.bound(to: query.statement.scanned)
      }
    }
    return found
  }

  private func line(_ text: String, _ database: String = "shop", _ session: Int = 7) -> String {
    "2026-01-01 10:00:00.123 UTC [\(session)] me@\(database) LOG:  \(text)\n"
  }

  private func detail(_ text: String) -> String { line("x").replacing("LOG:  x", with: "DETAIL:  \(text)") }

  @Test func `literals that differ become parameters, and other statements stay as they are`() throws {
    var log = ""
    for id in [5, 7, 9] {
      log += line("duration: \(id).5 ms  statement: select * from orders where id = \(id) and state = 'open';")
    }
    for day in 1...2 {
      log += line("duration: 1 ms  statement: select now() - interval '\(day) days', count(*) from orders")
      log += line("duration: 1 ms  statement: select a + \(day) from sums")
    }
    log += line("duration: 1 ms  statement: select 1\n\tfrom lines -- the comment\n\twhere x = 'a''b'")
    log += line("duration: 2 ms  statement: select 1 from t where a = 5")
    let found = try imported(project(log))
    #expect(found["select * from orders where id = $1 and state = 'open'"] == [["9"], ["7"], ["5"]])
    #expect(found["select now() - $1::interval, count(*) from orders"]?.count == 2)
    #expect(found["select a + 1 from sums"] == [] && found["select a + 2 from sums"] == [])
    #expect(found["select 1\nfrom lines -- the comment\nwhere x = 'a''b'"] == [])
    #expect(found.count == 5)
  }

  @Test func `parameters are read whatever they hold, and those that were cut are left out`() throws {
    let text = "execute <unnamed>: select * from notes where a = $1 and b = $2 and c = $3"
    var log = line("duration: 1 ms  \(text)")
    log += line("x").replacing(
      "LOG:  x", with: #"DETAIL:  Parameters: $1 = 'it''s, $2 = ''x''', $2 = NULL, $3 = '{1,2}'"#)
    log += line("duration: 3 ms  \(text)")
    log += detail("parameters: $1 = 'a long va...', $2 = '1', $3 = '2'")
    let found = try imported(project(log))
    #expect(found["select * from notes where a = $1 and b = $2 and c = $3"] == [["it's, $2 = 'x'", nil, "{1,2}"]])
  }

  @Test func `what is left out is counted by its reason`() throws {
    let log =
      [
        "statement: BEGIN", "statement: SET x = 1", "statement: CREATE ROLE a PASSWORD 'hush'",
        "statement: ALTER USER a WITH PASSWORD 'hush'",
        "statement: select * from dblink('host=x password=hush', 'select 1') as t (a int)",
        "statement: select dblink_connect('postgres://me:hush@host/x')",
        "statement: update users set password = 'hush' where id = 1",
        "statement: select * from pg_class", "statement: select a from information_schema.tables",
        "statement: select 'not closed", "statement: select (1", "statement: select 1; select 2",
        "statement: select 'a\u{1}b'", "statement: <insufficient privilege>", "duration: 5 ms",
        "checkpoint starting: time",
        "duration: 1 ms  parse <unnamed>: select 3 from parsed", "duration: 1 ms  bind <unnamed>: select 3 from parsed",
        "statement: select 1 from t where a = 9", "statement: select 1 from good",
      ].map { line($0) }.joined() + line("statement: select 1 from elsewhere", "other")
    let project = try project(log)
    let run = try project.plangate("import", "a.log")
    let files = try project.files(in: "queries")
    #expect(files == ["manifest.yml", "select_good.sql"], "\(run)")
    for text in [
      "4 that are no queries", "3 that hold or set passwords", "2 that read system catalogs only", "4 that are cut off",
      "1 that are not UTF-8 or hold control", "1 that are of other databases", "1 that are in the manifest already",
    ] { #expect(run.stdout.contains("left out: \(text)"), "\(text)\n\(run)") }
    #expect(!run.stdout.contains("hush"))
  }

  @Test func `values beside secret names are not taken, and none with no-values`() throws {
    var log = line("duration: 1 ms  execute s: select * from users where api_token = $1")
    log += detail("Parameters: $1 = 'hush'")
    log += line("duration: 1 ms  execute s: select * from a where b = $1 and c = 'const' limit 5")
    log += detail("Parameters: $1 = 'mine'")
    log += line("duration: 1 ms  statement: select * from d where e = 'mine' and f > date '2026-01-01'")
    #expect(try imported(project(log))["select * from users where api_token = $1"] == [])
    let project = try project(log)
    let found = try imported(project, "--no-values")
    #expect(
      Set(found.keys) == [
        "select * from users where api_token = $1", "select * from a where b = $1 and c = $2 limit $3",
        "select * from d where e = $1 and f > $2::date",
      ])
    #expect(try !project.files(in: "queries").contains { try project.read("queries/\($0)").contains("mine'") })
  }

  @Test func `a statement that one session runs many times is named`() throws {
    var log = ""
    for id in 1...12 { log += line("duration: 1 ms  statement: select * from items where order_id = \(id)") }
    for id in 1...12 { log += line("duration: 1 ms  statement: select * from other where id = \(id)", "shop", id) }
    let project = try project(log)
    let run = try project.plangate("import", "a.log", "--dry-run")
    #expect(run.stdout.contains("select_items ran 12 times in one session: perhaps once per row of another (N+1)"))
    #expect(!run.stdout.contains("select_other ran"), "\(run)")
    #expect(run.stdout.contains("# queries/select_items.sql") && run.stdout.contains("slowest: ["), "\(run)")
    #expect(try project.files(in: "queries") == ["manifest.yml"])
  }

  @Test func `an execution that is logged twice counts once, and a cursor's query is a query`() throws {
    var log = ""
    for id in 1...3 {
      log += line(
        "duration: 2 ms  plan:\n\tQuery Text: select * from items where id = \(id)\n\tSeq Scan on items  (cost=1)")
      log += line("duration: 3 ms  statement: select * from items where id = \(id)")
    }
    log += line("statement: DECLARE \"c 1\" NO SCROLL CURSOR WITH HOLD FOR select 1 from big")
      .replacing("c 1", with: "c_1")
    let project = try project(log)
    let run = try project.plangate("import", "a.log")
    #expect(run.stdout.contains("# select_items: 3 calls, mean 2.0 ms"), "\(run)")
    #expect(try project.read("queries/select_big.sql").hasSuffix("\nselect 1 from big\n"))
  }

  @Test func `a log in a pipe is read once`() throws {
    let project = try project(line("statement: select 1 from good"))
    let run = try project.start(
      ["-c", "cat a.log | \"$0\" import /dev/stdin", plangateBinary()], binary: "/bin/sh"
    ).end()
    #expect(run.status == 0 && run.stdout.contains("select_good: 1 call"), "\(run)")
  }

  @Test func `logs of Rails, SQLAlchemy and Django`() throws {
    let rails = """
      D, [2026-01-01T10:00:00.000001 #42] DEBUG -- :   \u{1B}[1m\u{1B}[36mUser Load (0.4ms)\u{1B}[0m  \
      \u{1B}[1m\u{1B}[34m\
      SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2\u{1B}[0m  [["id", 7], ["LIMIT", 1]]
        CACHE User Load (0.0ms)  SELECT "users".* FROM "users" WHERE "users"."id" = $1  [["id", 7]]
        TRANSACTION (0.1ms)  BEGIN
        Post Create (1.5ms)  INSERT INTO "posts" ("title", "x") VALUES ($1, $2)  [["title", "it's \\"x\\""], ["x", nil]]

      """
    #expect(
      try imported(project(rails)) == [
        #"SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2"#: [["7", "1"]],
        #"INSERT INTO "posts" ("title", "x") VALUES ($1, $2)"#: [["it's \"x\"", nil]],
      ])
    let alchemy = """
      2026-01-01 10:00:00,123 INFO sqlalchemy.engine.Engine BEGIN (implicit)
      2026-01-01 10:00:00,124 INFO sqlalchemy.engine.Engine SELECT users.id\u{20}
      FROM users\u{20}
      WHERE users.name = %(name_1)s AND users.at > %(at)s
      2026-01-01 10:00:00,125 INFO sqlalchemy.engine.Engine [generated in 0.0001s] \
      {'name_1': "it's", 'at': datetime.datetime(2026, 1, 2, 3, 4)}
      INFO:sqlalchemy.engine.Engine:SELECT a FROM b WHERE c = $1::INTEGER AND d = $2::UUID
      INFO:sqlalchemy.engine.Engine:[cached since 1.2s ago] (1, UUID('0a-1'))
      2026-01-01 10:00:00,126 INFO sqlalchemy.engine.Engine INSERT INTO t (a) VALUES (%(a)s)
      2026-01-01 10:00:00,127 INFO sqlalchemy.engine.Engine [generated in 0.01s] [{'a': None}, {'a': Decimal('1.5')}]
      2026-01-01 10:00:00,128 INFO sqlalchemy.engine.Engine COMMIT

      """
    let found = try imported(project(alchemy))
    #expect(
      found["SELECT users.id \nFROM users \nWHERE users.name = $1 AND users.at > $2"]
        == [["it's", "2026-01-02 03:04:00"]], "\(found)")
    #expect(found["SELECT a FROM b WHERE c = $1::INTEGER AND d = $2::UUID"] == [["1", "0a-1"]])
    #expect(Set(found["INSERT INTO t (a) VALUES ($1)"] ?? []) == [[nil], ["1.5"]])
    let django = """
      (0.001) SELECT "a"."id" FROM "a" WHERE "a"."id" = 1; args=(1,); alias=default
      (0.004) SELECT "a"."id" FROM "a" WHERE "a"."id" = 2; args=(2,); alias=default
      (0.002) SELECT "b"."id" FROM "b" WHERE "b"."x" = %s; args=('y',); alias=default
      (0.000) BEGIN; args=None; alias=default

      """
    #expect(
      try imported(project(django)) == [
        #"SELECT "a"."id" FROM "a" WHERE "a"."id" = $1"#: [["2"], ["1"]],
        #"SELECT "b"."id" FROM "b" WHERE "b"."x" = $1"#: [["y"]],
      ])
  }

  @Test func `any prefix is understood, or told`() throws {
    for prefix in ["", "%m [%p] ", "<%u %d> ", "2026-01-01T10:00:00Z host postgres[%p]: [1-1] user=a,db=shop "] {
      let log = "\(prefix)LOG:  statement: select 1 from good\n\(prefix)ERROR:  no\n\tmore\n"
      #expect(try imported(project(log)) == ["select 1 from good": []], "\(prefix)")
    }
    let prefix = LinePrefix("%t %-8u|%d|%c: ")
    #expect(prefix.origin("2026-01-01 10:00:00 UTC me      |shop|5f.1: ") == ("shop", "5f.1"))
    let log =
      "me|one|5: LOG:  statement: select 1 from a\nme|two|6: LOG:  statement: select 1 from b\n"
      + "me|two|6: LOG:  statement: select 1 from c\n"
    #expect(try imported(project(log), "--line-prefix", "%u|%d|%p: ").count == 2)
    #expect(try imported(project(log), "--line-prefix", "%u|%d|%p: ", "--database", "one") == ["select 1 from a": []])
  }

  @Test func `damaged and hostile logs end in files that are text, or in a message`() throws {
    for bytes: [UInt8] in [
      [], [0, 1, 2, 255], Array("nothing of interest\n".utf8), [UInt8](repeating: 0x61, count: 9 << 20),
    ] {
      let project = try project(bytes: bytes)
      let run = try project.plangate("import", "a.log")
      #expect(run.status == 2 && run.stderr.contains("it is no log that plangate knows"), "\(run)")
    }
    var log = Array(line("statement: select 1 from good").utf8)
    log +=
      Array("2026-01-01 10:00:00.123 UTC [7] me@shop LOG:  statement: select '".utf8) + [0xff, 0xfe] + Array("'\n".utf8)
    log += Array(line("statement: select 1 from evil\u{1B}[31m where a = 'b'").utf8)
    log += Array(line("statement: select 1 from \"../../../tmp/x\"").utf8)
    log += Array(line("statement: select 1 from \"a: [b]\n\tc\"").utf8)
    log += Array(line("statement: select '" + String(repeating: "x", count: 5 << 20)).utf8)
    log += Array(line("statement: select 1 from last").utf8)
    let project = try project(bytes: log)
    let run = try project.plangate("import", "a.log")
    #expect(run.status == 0, "\(run)")
    let files = try project.files().filter { $0 != "a.log" }
    #expect(files.allSatisfy { $0.hasPrefix("queries/") && !$0.contains("..") }, "\(files)")
    #expect(files.contains("queries/select_good.sql") && files.contains("queries/select_last.sql"), "\(files)")
    #expect(!(run.stdout + run.stderr).contains("\u{1B}"))
    _ = try Manifest.load(project.path("queries/manifest.yml"), today: Project.today)
  }

  @Test func `a manifest that cannot be extended stays, and the entries are beside it`() throws {
    let project = try project(line("statement: select 1 from good"))
    try project.write("queries/manifest.yml", "version: 1\nqueries: [{name: a, sql: select 1}]\n")
    let run = try project.plangate("import", "a.log")
    #expect(run.status == 0 && run.stdout.contains("put the entries of queries/imported.yml"), "\(run)")
    #expect(try project.read("queries/imported.yml") == "  - file: select_good.sql\n")
    #expect(try project.read("queries/manifest.yml") == "version: 1\nqueries: [{name: a, sql: select 1}]\n")
    let again = try project.plangate("import", "a.log")
    #expect(again.status == 2, "\(again)")
    #expect(try project.files(in: "queries") == ["imported.yml", "manifest.yml", "select_good.sql"])
  }

  @Test func `words that are wrong are said`() throws {
    let project = try project("")
    for (words, message) in [
      (["import"], "plangate import takes logs or --from"), (["import", "a", "--from", "x"], "takes logs or --from"),
      (["import", "no.log"], "no.log: error: no such file"), (["import", "queries"], "it is a directory"),
      (["import", "--from", "password=hush port=x"], "the port is not a number"),
    ] {
      let run = try project.start(words).end()
      #expect(run.status == 2 && run.stderr.contains(message), "\(run)")
      #expect(!run.stderr.contains("hush"))
    }
  }
}
