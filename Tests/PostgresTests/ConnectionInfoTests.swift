import Testing

@testable import Postgres

@Suite struct ConnectionInfoTests {
  @Test func `a URI, keywords and an empty text are read as libpq reads them`() throws {
    let uri = try ConnectionInfo("postgresql://me:p%40ss%2F@db.example:5433/shop?sslmode=require")
    #expect(
      uri.parameters == [
        "user": "me", "password": "p@ss/", "host": "db.example", "port": "5433", "dbname": "shop", "sslmode": "require",
      ])
    let words = try ConnectionInfo(#"host=a,b port=1,2 password='it\'s \\ it' service=ci"#)
    #expect(words.parameters == ["host": "a,b", "port": "1,2", "password": #"it's \ it"#, "service": "ci"])
    #expect(try ConnectionInfo("").parameters == [:])
    #expect(try ConnectionInfo("postgres:///shop?host=/run/pg").parameters == ["dbname": "shop", "host": "/run/pg"])
    #expect(try ConnectionInfo("postgres://[::1]/x").parameters == ["host": "::1", "dbname": "x"])
    // Only the part before the query is the host.
    #expect(try ConnectionInfo("postgres://h/x?password=a@b").parameters["password"] == "a@b")
    // An abstract socket.
    #expect(try ConnectionInfo("host=@name").parameters == ["host": "@name"])
  }

  private static let advice =
    "in a URI, the characters '@', ':' and '/' of a user's name, a password or a database are "
    + "written as %40, %3A and %2F"

  @Test(arguments: [
    ("postgres://me:secret@secret@h/x", advice), ("postgres://me:secret/secret@h/x", advice),
    ("postgres://me:1/secret@h/x", advice), ("postgres://me@h/x@secret", advice),
    ("postgres://me:secret@h:secret/x", "the port is not a number"), ("port=secret", "the port is not a number"),
    ("host=secret@h", "the host's name has an '@'"),
    ("secret", #"missing "…" in connection info string"#),
    ("secret=1", #"invalid connection option "…""#),
    ("password='secret", "unterminated quoted string in connection info string"),
    ("postgres://h/x?secret", #"missing key/value separator "…""#),
    ("postgres://h/x?secret=1", #"invalid URI query parameter: "…""#),
    ("postgres://me:%zzsecret@h/x", #"invalid percent-encoded token: "…""#),
    ("postgres://[secret", #"end of string reached when looking for matching "…""#),
  ])
  func `an error does not quote the conninfo`(_ text: String, _ message: String) {
    #expect(throws: ConnectionInfoError(message: message)) { try ConnectionInfo(text) }
  }
}

@Suite struct ServerAccessTests {
  private static func access(_ more: [String: String] = [:]) throws -> (access: ServerAccess, host: String) {
    let host = try #require(try TestServer.server().clientEnvironment(database: "postgres")["PGHOST"])
    let connection = try Connection(
      ["host": host, "port": "5432", "user": "postgres", "dbname": "postgres"].merging(more) { $1 })
    return (ServerAccess(of: connection), host)
  }

  @Test func `further connections lead to the same server in any environment`() throws {
    let (access, _) = try ServerAccessTests.access()
    let connection = try access.connect(database: "template1", application: "another", endsWithRun: false)
    let row = try connection.execute("SELECT current_database(), current_setting('application_name'), current_user")
    #expect(row.rows == [["template1", "another", "postgres"]])
  }

  @Test func `plangate's own children get the address without the password, others get both`() throws {
    let (access, host) = try ServerAccessTests.access(["password": #"a:b\c/d"#, "sslmode": "disable"])
    let own = access.clientEnvironment(database: "x")
    #expect(
      own == [
        "PGHOST": host, "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": "x", "PGAPPNAME": "plangate",
        "PGCLIENTENCODING": "UTF8", "PGSSLMODE": "disable",
      ])
    let socket = host.split(separator: "/").map { "%2F\($0)" }.joined()
    let url = "postgresql://postgres:a%3Ab%5Cc%2Fd@/x?host=\(socket)&port=5432&sslmode=disable"
    #expect(
      access.commandEnvironment(database: "x")
        == own.merging(["PGPASSWORD": #"a:b\c/d"#, "DATABASE_URL": url]) { $1 })
    #expect(access.url(database: "x") == "postgresql://postgres@/x?host=\(socket)&port=5432&sslmode=disable")
    #expect(access.description == "\(host):5432")
    #expect(
      access.passwordFile == "\(host):5432:*:postgres:a\\:b\\\\c/d\nlocalhost:5432:*:postgres:a\\:b\\\\c/d\n")
    #expect(access.passwordVariables == [:])
    #expect(access.withoutPassword(#"in a:b\c/d and a%3Ab%5Cc%2Fd."#) == "in … and ….")
  }

  @Test func `a password that no password file can hold is passed in the environment`() throws {
    let (access, _) = try ServerAccessTests.access(["password": "one\ntwo"])
    #expect(access.passwordFile == nil)
    #expect(access.passwordVariables == ["PGPASSWORD": "one\ntwo"])
    let (none, _) = try ServerAccessTests.access()
    #expect(none.passwordFile == nil && none.passwordVariables == [:])
    #expect(none.withoutPassword("any text") == "any text")
  }

  @Test func `a password equal to the user's name is not hidden`() throws {
    let (access, _) = try ServerAccessTests.access(["password": "postgres"])
    #expect(access.withoutPassword("role \"postgres\"") == "role \"postgres\"")
  }
}
