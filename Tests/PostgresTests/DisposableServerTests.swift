import Foundation
import OperatingSystem
import Testing
import TestSupport

@testable import Postgres

@Suite struct DisposableServerTests {
  private let server: DisposableServer
  private let connection: Connection

  init() throws {
    server = try TestServer.server()
    connection = try TestServer.connection()
  }

  private func show(_ setting: String) throws -> String? {
    try connection.execute("SELECT current_setting($1)", [setting]).value
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? NSNumber).intValue
  }

  @Test func `a server listens on a private socket and on no address`() throws {
    #expect(try show("listen_addresses") == "")
    let data = try #require(try show("data_directory"))
    // The sixth line is the first address, the fifth the directory of the socket.
    let lines = try String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8).components(separatedBy: "\n")
    #expect(lines[5] == "")
    let socket = try #require(server.clientEnvironment(database: "postgres")["PGHOST"])
    #expect(lines[4] == socket)
    #expect(try mode(socket) == 0o700)
    // If another user runs the server for root, that user may only pass through.
    #expect(try mode(server.directory) == (geteuid() == 0 ? 0o711 : 0o700))
    #expect(try mode(data) == 0o700)
    #expect(try mode("\(socket)/.s.PGSQL.5432") == 0o700)
    #expect(try connection.execute("SELECT inet_server_addr()").value == nil)
  }

  @Test func `a server's data directory is private`() throws {
    let data = try #require(try show("data_directory"))
    let own = URL(fileURLWithPath: server.directory).resolvingSymlinksInPath().path
    #expect(URL(fileURLWithPath: data).resolvingSymlinksInPath().path == "\(own)/data")
    // Outside the server's own reach.
    #expect(try show("config_file") == "\(server.directory)/postgresql.conf")
    #expect(try show("hba_file")?.hasPrefix(data) == true)
  }

  @Test func `settings reach the server unchanged`() throws {
    for name in [
      "app.quotes", "app.backslashes", "app.lines", "app.word", "app.letters", "work_mem", "random_page_cost",
    ] {
      #expect(try show(name) == TestServer.configuration.settings[name])
    }
    #expect(try show("TimeZone") == "Europe/Vienna")
    #expect(try show("log_timezone") == "Europe/Vienna")
  }

  @Test func `plangate's own settings take precedence`() throws {
    for (name, value) in ["fsync": "off", "autovacuum": "off", "jit": "off", "synchronize_seqscans": "off"] {
      #expect(try show(name) == value)
    }
    #expect(try show("synchronous_commit") == "on")
  }

  @Test func `databases have the locale and encoding of the configuration`() throws {
    let row = try connection.execute(
      "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = 'template1'")
    #expect(row.rows == [["UTF8", "C.UTF-8", "C.UTF-8"]])
    #expect(try show("lc_messages") == "C")
  }

  @Test func `a server does not run as root`() throws {
    let data = try #require(try show("data_directory"))
    let owner = try FileManager.default.attributesOfItem(atPath: data)[.ownerAccountID] as? NSNumber
    #expect(try #require(owner).uint32Value != 0)
  }

  @Test func `client programs connect through the environment of the server`() throws {
    let client = server.clientEnvironment(database: "postgres")
    let psql = try server.installation.client("psql", environment: TestServer.plain)
    let project = try Project()
    for (index, arguments) in [["-c", "SHOW port"], ["-c", "SHOW port", try #require(client["DATABASE_URL"])]]
      .enumerated()
    {
      let output = "\(project.directory)/output-\(index)"
      var environment = TestServer.plain
      environment.merge(index == 0 ? client : [:]) { $1 }
      let exit = try ChildProcess.run(Command(psql, ["-XAt"] + arguments, environment: environment, outputPath: output))
      #expect(exit == .status(0))
      #expect(try project.read("output-\(index)") == "5432\n")
    }
  }

  @Test func `two servers share nothing, and stopping one removes all its files`() throws {
    let second = try DisposableServer.start(
      server.installation, ServerConfiguration(locale: "C", encoding: "UTF8", timeZone: "UTC", settings: [:]),
      environment: TestServer.plain)
    #expect(second.directory != server.directory)
    let other = try second.connect(database: "postgres")
    try other.execute("CREATE DATABASE only_here")
    #expect(throws: ServerError.self) { try server.connect(database: "only_here") }
    let lock = try String(contentsOfFile: "\(second.directory)/data/postmaster.pid", encoding: .utf8)
    let pid = try #require(Int32(lock.prefix { $0 != "\n" }))
    #expect(kill(pid, 0) == 0)
    #expect(!second.hasEnded)

    second.stop()
    #expect(second.hasEnded)
    #expect(!FileManager.default.fileExists(atPath: second.directory))
    #expect(kill(pid, 0) == -1 && errno == ESRCH)
    let lost = try #require(throws: ServerError.self) { try other.execute("SELECT 1") }
    #expect(lost.isConnectionLost)
    second.stop()
    #expect(try connection.execute("SELECT 1").value == "1")
  }

  @Test func `a server that does not shut down in time is ended`() throws {
    let second = try DisposableServer.start(
      server.installation, ServerConfiguration(locale: "C", encoding: "UTF8", timeZone: "UTC", settings: [:]),
      environment: TestServer.plain)
    defer { second.stop() }
    let lock = try String(contentsOfFile: "\(second.directory)/data/postmaster.pid", encoding: .utf8)
    let pid = try #require(Int32(lock.prefix { $0 != "\n" }))
    kill(pid, SIGSTOP)
    let error = try #require(throws: ServerStartError.self) { try second.stopCleanly(within: .seconds(1)) }
    #expect(error.message.contains("takes more than 1 s"))
    #expect(second.hasEnded)
    #expect(kill(pid, 0) == -1 && errno == ESRCH)
  }

  @Test func `the configuration file quotes every value`() {
    let configuration = ServerConfiguration(
      locale: "C", encoding: "UTF8", timeZone: "UTC", settings: ["app.a": #"it's \ "x""#, "shared_buffers": "1MB"])
    let lines = configuration.file.split(separator: "\n")
    #expect(lines.contains(#"app.a = 'it''s \\ "x"'"#))
    #expect(lines.contains("shared_buffers = '1MB'"))
    #expect(lines.contains("dynamic_shared_memory_type = 'mmap'"))
    #expect(lines.contains("timezone = 'UTC'"))
    #expect(lines == lines.sorted())
  }
}
