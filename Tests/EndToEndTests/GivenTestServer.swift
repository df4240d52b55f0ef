import Foundation
import OperatingSystem
import Postgres
import Synchronization
import TestSupport

/// A server outside plangate's control, on a TCP port and a socket, with passwords, for the tests of `--server`.
final class GivenTestServer: Sendable {
  /// An ordinary role with its own defaults, which would change every plan.
  static let role = "ci"
  /// A password with every character that is special in a URI, a password file or a shell.
  static let password = #"p%w:@/\ $'"x!"#

  let port: UInt16
  let directory: String
  private let process: Mutex<ChildProcess>
  private let postgres: Command

  static func shared() throws -> GivenTestServer { try made.get() }

  private static let made: Result<GivenTestServer, any Error> = Result {
    let server = try GivenTestServer()
    atexit { try? GivenTestServer.shared().stop() }
    return server
  }

  /// A separate server, for a test that stops it; other tests share one.
  init() throws {
    let environment = plainEnvironment()
    let installation = try ServerInstallation.locate(nil, environment: environment)
    directory = try makeTemporaryDirectory("plangate-given")
    port = try GivenTestServer.freePort()
    var launcher: [String] = []
    if geteuid() == 0 {
      let user = getpwnam("postgres") ?? getpwnam("nobody")
      guard let user else { throw TestFailure("there is no user to run a server") }
      chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
      launcher = [
        "setpriv", "--reuid=\(user.pointee.pw_uid)", "--regid=\(user.pointee.pw_gid)", "--clear-groups", "--",
      ]
    }
    func command(_ words: [String]) -> Command {
      let all = launcher + words
      return Command(
        all[0], Array(all.dropFirst()), environment: environment, directory: "/", outputPath: "/dev/null")
    }
    let data = "\(directory)/data"
    guard
      try ChildProcess.run(
        command([
          "\(installation.binaries)/initdb", "--pgdata=\(data)", "--username=postgres", "--auth=trust", "--no-sync",
          "--encoding=UTF8", "--locale=C.UTF-8",
        ])) == .status(0)
    else { throw TestFailure("initdb failed in \(directory)") }
    try Data(
      """
      local all postgres trust
      local all all scram-sha-256
      host all all 127.0.0.1/32 scram-sha-256

      """.utf8
    ).write(to: URL(fileURLWithPath: "\(data)/pg_hba.conf"))
    chmod("\(data)/pg_hba.conf", 0o644)
    postgres = command([
      "\(installation.binaries)/postgres", "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port=\(port)", "-c",
      "unix_socket_directories=\(directory)", "-c", "fsync=off", "-c", "max_prepared_transactions=5", "-c",
      "password_encryption=scram-sha-256",
    ])
    process = Mutex(try ChildProcess(spawning: postgres, interruptedBy: SIGQUIT, isGroup: false))
    try waitUntilUp()
    let connection = try superuser()
    let quoted = GivenTestServer.password.replacingOccurrences(of: "'", with: "''")
    for statement in [
      "CREATE ROLE \(GivenTestServer.role) LOGIN CREATEDB CREATEROLE PASSWORD '\(quoted)'",
      "CREATE ROLE poor LOGIN PASSWORD 'poor-secret'",
      "CREATE DATABASE witness",
      "ALTER ROLE ci SET random_page_cost = 99", "ALTER ROLE ci SET search_path = nowhere",
      "ALTER ROLE ci SET statement_timeout = '20ms'", "ALTER ROLE ci SET default_transaction_read_only = on",
      "ALTER ROLE ci SET timezone = 'Asia/Tokyo'", "ALTER ROLE ci SET enable_indexscan = off",
      "ALTER ROLE ci SET enable_indexscan = on", "ALTER ROLE ci SET datestyle = 'German'",
    ] { try connection.execute(statement) }
    let witness = try superuser("witness")
    try witness.execute("CREATE TABLE witness AS SELECT n FROM generate_series(1, 1000) AS n")
  }

  func stop() {
    shutDown(SIGQUIT)
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Ends the server's process by SIGINT, which also ends its sessions, as a restart does.
  func shutDown(_ signal: Int32 = SIGINT) {
    let process = process.withLock { $0 }
    process.send(signal)
    _ = process.wait()
  }

  /// Starts the server again.
  func start() throws {
    let started = try ChildProcess(spawning: postgres, interruptedBy: SIGQUIT, isGroup: false)
    process.withLock { $0 = started }
    try waitUntilUp()
  }

  private func waitUntilUp() throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while (try? superuser()) == nil {
      guard !process.withLock({ $0.hasEnded }), ContinuousClock.now < deadline else {
        throw TestFailure("the server in \(directory) does not start")
      }
      usleep(20_000)
    }
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = streamSocket()
    defer { close(descriptor) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withSocketAddress(&address) {
      bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
    }
    guard isBound else { throw TestFailure("there is no free port") }
    return UInt16(bigEndian: address.sin_port)
  }

  // MARK: Use

  /// A conninfo for `--server`, without a password.
  var conninfo: String { "host=127.0.0.1 port=\(port) user=\(GivenTestServer.role) dbname=postgres" }

  /// A conninfo for `--server`, as the superuser.
  var superuserConninfo: String { "host=\(directory) port=\(port) user=postgres dbname=postgres" }

  /// libpq's environment with the password.
  static let withPassword = ["PGPASSWORD": password]

  /// The path of the socket.
  var socket: String { "\(directory)/.s.PGSQL.\(port)" }

  func superuser(_ database: String = "postgres") throws -> Connection {
    try Connection(["host": directory, "port": "\(port)", "user": "postgres", "dbname": database])
  }

  /// Everything on the server that plangate must not change, and its own objects there.
  ///
  /// They are databases, roles, settings, and the rows of a table.
  func inventory() throws -> [String] {
    let connection = try superuser()
    let texts = [
      "SELECT d::text FROM (SELECT oid, datname, datdba, datacl, datconnlimit FROM pg_database) d ORDER BY 1",
      "SELECT r::text FROM pg_authid r ORDER BY 1", "SELECT m::text FROM pg_auth_members m ORDER BY 1",
      "SELECT s::text FROM pg_db_role_setting s ORDER BY 1", "SELECT d::text FROM pg_shdepend d ORDER BY 1",
      "SELECT s::text FROM pg_tablespace s ORDER BY 1",
    ]
    let witness = try superuser("witness").execute(
      "SELECT md5(string_agg(n::text || xmin, ',' ORDER BY n)), (SELECT count(*) FROM pg_class) FROM witness")
    return try texts.flatMap { try connection.execute($0).rows.map { $0[0] ?? "" } }
      + witness.rows.flatMap { $0.map { $0 ?? "" } }
  }

  /// The databases that plangate made.
  func databases() throws -> [String] {
    try superuser().execute("SELECT datname FROM pg_database WHERE datname LIKE 'plangate%' ORDER BY 1").rows
      .compactMap { $0[0] }
  }

  /// Whether a database is being copied at the moment.
  func isCopying() -> Bool {
    let query = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE DATABASE %_clone_%'"
    return (try? superuser().execute(query).rows.isEmpty) == false
  }

  /// Whether a session is running a statement with this text.
  func isRunning(_ text: String) -> Bool { (try? superuser().isRunning(text)) == true }

  func hasRole(_ name: String) throws -> Bool {
    try superuser().execute("SELECT FROM pg_roles WHERE rolname = $1", [name]).rows.count == 1
  }
}
