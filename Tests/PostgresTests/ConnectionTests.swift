import Postgres
import Testing

@Suite struct ConnectionTests {
  private let connection: Connection

  init() throws { connection = try TestServer.connection() }

  private func error(_ sql: String, _ parameters: [String?] = []) throws -> ServerError {
    try #require(throws: ServerError.self) { try connection.execute(sql, parameters) }
  }

  @Test func `values are bound unchanged, and NULL differs from the empty text`() throws {
    let values = ["it's; DROP TABLE x --", nil, "", #"back\slash"#, "Größe \u{1F600}", "two\nlines"]
    let result = try connection.execute("SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text", values)
    #expect(result.rows == [values])
    #expect(try connection.execute("SELECT $1::int IS NULL", [nil]).value == "t")
  }

  @Test func `a result has its rows in order and its values as text`() throws {
    let result = try connection.execute("SELECT n, n > 1 FROM generate_series(1, 3) n ORDER BY n DESC")
    #expect(result.rows == [["3", "t"], ["2", "t"], ["1", "f"]])
    #expect(result.value == "3")
    let none = try connection.execute("SELECT 1 WHERE false")
    #expect(none.rows == [])
    #expect(none.value == nil)
    #expect(try connection.execute("SELECT NULL").value == nil)
    #expect(try connection.execute("SELECT repeat('x', 3000000)").value?.utf8.count == 3_000_000)
  }

  @Test func `given types are used, the others inferred`() throws {
    // 20 is bigint, 25 is text.
    let given = try connection.execute("SELECT pg_typeof($1)::text, pg_typeof($2)::text", ["1", "2"], types: [20, 25])
    #expect(given.rows == [["bigint", "text"]])
    #expect(try connection.execute("SELECT pg_typeof(1 + $1)::text", ["2"]).value == "integer")
  }

  @Test func `an error has its SQLSTATE, and its place in characters`() throws {
    let error = try error("SELECT 'Größe \u{1F600}',\n  nothing")
    #expect(error.sqlState == "42703")
    #expect(error.message == "column \"nothing\" does not exist")
    #expect(error.position == 21)
    #expect(!error.isConnectionLost)
    #expect(error.description == "column \"nothing\" does not exist (SQLSTATE 42703)")
  }

  @Test func `an error has detail, hint and context`() throws {
    try connection.execute("CREATE TEMPORARY TABLE once (id integer PRIMARY KEY)")
    try connection.execute("INSERT INTO once VALUES (1)")
    let duplicate = try error("INSERT INTO once VALUES (1)")
    #expect(duplicate.sqlState == "23505")
    #expect(duplicate.detail == "Key (id)=(1) already exists.")
    #expect(duplicate.position == nil)
    #expect(duplicate.description.contains("\ndetail: Key (id)=(1) already exists."))

    let hinted = try error("DO $$ BEGIN RAISE 'no' USING HINT = 'say yes', ERRCODE = 'PG001'; END $$")
    #expect(hinted.sqlState == "PG001")
    #expect(hinted.hint == "say yes")
    #expect(hinted.context?.contains("PL/pgSQL function inline_code_block line 1 at RAISE") == true)
  }

  @Test func `a value that does not fit its type is a server error`() throws {
    #expect(try error("SELECT $1::integer", ["seven"]).sqlState == "22P02")
    #expect(try error("SELECT $1::integer + $2::integer", ["1"]).sqlState == "08P01")
  }

  @Test func `several statements in one text are refused, and none runs`() throws {
    try connection.execute("CREATE TEMPORARY TABLE counted (id integer)")
    let refused = try error("INSERT INTO counted VALUES (1); INSERT INTO counted VALUES (2)")
    #expect(refused.sqlState == "42601")
    #expect(try connection.execute("SELECT count(*) FROM counted").value == "0")
    #expect(try connection.execute("SELECT 1;").value == "1")
  }

  @Test func `a text without a statement is an error, and the connection stays usable`() throws {
    for text in ["", " \n", "-- nothing", ";"] {
      #expect(try error(text).message == "the statement is empty")
    }
    #expect(try error("COPY (SELECT 1) TO STDOUT").message == "COPY is not possible here")
    #expect(try connection.execute("SELECT 1").value == "1")
    try connection.execute("CREATE TEMPORARY TABLE copied (id integer)")
    #expect(try error("COPY copied FROM STDIN").message == "COPY is not possible here")
    #expect(try connection.execute("SELECT count(*) FROM copied").value == "0")
  }

  @Test func `a NUL byte is an error and truncates nothing`() throws {
    #expect(try error("SELECT 1 -- \0").message.contains("NUL"))
    #expect(try error("SELECT $1::text", ["a\0b"]).message.contains("NUL"))
    #expect(try connection.execute("SELECT 1").value == "1")
  }

  @Test func `an error inside a transaction lasts until its end`() throws {
    try connection.execute("BEGIN")
    #expect(try error("SELECT 1 / 0").sqlState == "22012")
    #expect(try error("SELECT 1").sqlState == "25P02")
    try connection.execute("ROLLBACK")
    #expect(try connection.execute("SELECT 1").value == "1")
  }

  @Test func `statements sent together run in order, each on its own`() throws {
    try connection.execute(together: [
      ("BEGIN READ ONLY", []), ("SELECT set_config('app.together', $1, true)", ["it's; one"]),
      ("PREPARE made AS SELECT 1", []),
    ])
    #expect(try connection.execute("SELECT current_setting('app.together')").value == "it's; one")
    #expect(try error("CREATE TABLE made_together (id integer)").sqlState == "25006")
    // The last statement cannot run in a transaction, and must not be treated as part of one.
    try connection.execute(together: [("ROLLBACK", []), ("DISCARD ALL", [])])
    #expect(try connection.execute("SELECT count(*) FROM pg_prepared_statements").value == "0")
    #expect(try connection.execute("SELECT current_setting('app.together', true)").value ?? "" == "")
    try connection.send(together: [("SELECT 'sent before'", [])])
    let last = try connection.execute(together: [("SELECT 'first'", []), ("VALUES (1, $1), (2, $1)", ["last"])])
    #expect(last?.rows == [["1", "last"], ["2", "last"]])
    #expect(try connection.execute(together: [("SELECT 1", []), ("SET app.together TO x", [])])?.value == nil)
  }

  @Test func `statements sent together report the first error, and the others run`() throws {
    let error = try #require(throws: ServerError.self) {
      try connection.execute(together: [
        ("SELECT 1/0", []), ("SELECT nothing", []), ("SELECT set_config('app.together', 'there', false)", []),
      ])
    }
    #expect(error.sqlState == "22012")
    #expect(try connection.execute("SELECT current_setting('app.together')").value == "there")
    #expect(throws: ServerError.self) { try connection.execute(together: [("SELECT 1", []), ("SELECT '\0'", [])]) }
    #expect(try connection.execute("SELECT 1").value == "1")
  }

  @Test func `the next use of a connection waits for sent statements and gets their error`() throws {
    try connection.send(together: [("SELECT set_config('app.sent', 'there', false)", []), ("SELECT 1/0", [])])
    #expect(try error("SELECT 1").sqlState == "22012")
    // It is reported once, and no statement ran instead.
    #expect(try connection.execute("SELECT current_setting('app.sent')").value == "there")
    try connection.send(together: [("BEGIN", []), ("SELECT pg_sleep(0.05)", [])])
    try connection.send(together: [("SELECT set_config('app.sent', 'later', true)", [])])
    try connection.execute(together: [("PREPARE sent AS SELECT current_setting('app.sent')", [])])
    #expect(try connection.execute("EXECUTE sent").value == "later")
    try connection.send(together: [("ROLLBACK", []), ("DISCARD ALL", [])])
    #expect(try connection.execute("SELECT count(*) FROM pg_prepared_statements").value == "0")
    // A connection without a waiting client blocks nothing.
    try connection.send(together: [("SELECT 1", [])])
  }

  @Test func `an error of sent statements keeps the next from running`() throws {
    try connection.execute("CREATE TEMPORARY TABLE kept_out (id integer)")
    try connection.send(together: [("SELECT nothing", [])])
    #expect(try error("INSERT INTO kept_out VALUES (1)").sqlState == "42703")
    #expect(try connection.execute("SELECT count(*) FROM kept_out").value == "0")
  }

  @Test func `a connection lost while statements are pending is an error`() throws {
    let error = try #require(throws: ServerError.self) {
      try connection.execute(together: [("SELECT pg_terminate_backend(pg_backend_pid())", []), ("SELECT 1", [])])
    }
    #expect(error.isConnectionLost)
  }

  @Test func `a connection that the server ends is lost for good`() throws {
    let victim = try TestServer.connection()
    let pid = try victim.execute("SELECT pg_backend_pid()").value
    #expect(try connection.execute("SELECT pg_terminate_backend($1::integer)", [pid]).value == "t")
    for _ in 0..<2 {
      let error = try #require(throws: ServerError.self) { try victim.execute("SELECT 1") }
      #expect(error.isConnectionLost, "\(error)")
      #expect(!error.message.isEmpty)
    }
    #expect(try connection.execute("SELECT 1").value == "1")
  }

  @Test func `no server and no database are errors`() throws {
    let nowhere = try #require(throws: ServerError.self) {
      try Connection(["host": "/nonexistent", "dbname": "postgres"])
    }
    #expect(nowhere.sqlState == nil)
    #expect(nowhere.isConnectionLost)
    #expect(nowhere.message.contains("/nonexistent"))
    #expect(nowhere.message.last?.isWhitespace == false)
    let missing = try #require(throws: ServerError.self) { try TestServer.connection(database: "it's missing") }
    #expect(missing.message.contains("it's missing"))
  }

  @Test func `the version is the installation's`() throws {
    let installation = try TestServer.server().installation
    #expect(connection.serverVersion == installation.version)
    #expect(connection.serverVersion / 10_000 == installation.major)
    #expect(connection.serverVersionText.hasPrefix("\(installation.major)"))
  }

  @Test func `a lost connection is recognized by its SQLSTATE`() {
    for state in ["08006", "08000", "57P01", "57P02", "57P03"] {
      #expect(ServerError(sqlState: state, message: "").isConnectionLost)
    }
    for state in ["57014", "25006", "42601"] { #expect(!ServerError(sqlState: state, message: "").isConnectionLost) }
    #expect(ServerError(message: "server closed the connection unexpectedly").isConnectionLost)
  }
}
