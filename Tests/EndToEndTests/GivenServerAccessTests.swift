import Foundation
import Postgres
import TestSupport
import Testing

extension GivenServerTests {
  /// How plangate connects to a given server, the rights it needs there, and what it keeps secret.
  @Suite(.serialized) struct Access {
    let server: GivenTestServer

    init() throws { server = try GivenTestServer.shared() }

    /// A recorded project with almost no seed, since each run there seeds again.
    private static func small() throws -> Project { try Project(copying: recorded.get()) }

    private static let recorded = Result { () throws -> Project in
      let project = try Project([
        "seed.sql": "CREATE TABLE items (id integer);\n",
        "queries/manifest.yml":
          "version: 1\nseed: [../seed.sql]\nqueries:\n  - {name: nap, sql: SELECT pg_sleep(0.3)}\n",
      ])
      try expect(project.plangate("record"), exits: 0)
      return project
    }

    // MARK: The password

    @Test func `the password is not in any output, report, process list or file`() throws {
      let project = try Sample.recorded()
      try project.edit(
        "queries/manifest.yml", "  - ../seed/*.sql\n",
        "  - ../seed/*.sql\n  - run: psql -XAtc 'SELECT count(*) FROM orders' \"$DATABASE_URL\" > ../seen.txt\n"
          + "  - run: psql -XAtc 'SELECT count(*) FROM orders' >> ../seen.txt\n")
      let running = try project.start(
        [
          "check", "-v", "nap", "pay_order", "--json", "report.json", "--junit", "junit.xml", "--server",
          server.conninfo,
        ],
        environment: GivenTestServer.withPassword)
      var lines = Set<String>()
      try? running.wait(until: "it ended") {
        lines.formUnion(commandLines())
        return running.hasEnded
      }
      let run = running.end()
      try expect(run, exits: 0, stdout: ["passed"], leavingNothingIn: project)
      // Both connections used the password.
      #expect(try project.read("seen.txt") == "20000\n20000\n")
      let secrets = [GivenTestServer.password, "p%25w%3A%40%2F"]
      #expect(lines.contains { $0.contains("--set=ON_ERROR_STOP") }, "psql was not seen")
      for secret in secrets {
        // A step that writes the URI on a command line of its own shows it there.
        #expect(!lines.contains { $0.contains(secret) && !$0.contains("FROM orders") })
        #expect(!(run.stdout + run.stderr).contains(secret), "\(run)")
        for file in try project.files() { #expect(try !project.read(file).contains(secret), "\(file)") }
      }
    }

    @Test func `a password on the command line is hidden at once`() throws {
      let project = try Self.small()
      let uri =
        "postgresql://ci:\(GivenTestServer.password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        + "@127.0.0.1:\(server.port)/postgres"
      for words in [["--server", uri], ["--server=\(uri)"], ["--server", uri + "?sslmode=prefer", "--server", uri]] {
        let running = try project.start(["check", "-v", "nap"] + words)
        try running.wait(until: "the seed was reached") { running.stdout.contains("database: ") }
        #if os(Linux)
          let words = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(running.pid)/cmdline"))
          let text = String(decoding: words, as: UTF8.self)
          #expect(text.contains("--server") && text.contains("***") && !text.contains("p%25w"), "\(text)")
        #endif
        try expect(running.end(), exits: 0, stdout: ["1 passed"], not: ["p%25w"], leavingNothingIn: project)
      }
    }

    @Test func `a failing step that prints its environment does not reveal the password`() throws {
      let project = try Sample.recorded()
      try project.edit("queries/manifest.yml", "  - ../seed/*.sql\n", "  - run: env | grep -E 'PG|DATABASE'; exit 3\n")
      let run = try project.plangate(
        "check", "--json", "report.json", "--junit", "junit.xml", "--server", server.conninfo,
        environment: GivenTestServer.withPassword)
      try expect(
        run, exits: 2, stderr: ["PGUSER=ci", "PGPASSWORD=…", "DATABASE_URL=postgresql://ci:…@127.0.0.1:"],
        not: [GivenTestServer.password, "p%25w"], leavingNothingIn: project)
      for file in ["report.json", "junit.xml"] {
        let text = try project.read(file)
        #expect(text.contains("PGUSER") && !text.contains("p%w") && !text.contains("p%25w"), "\(text)")
      }
    }

    @Test(arguments: [
      "postgresql://ci:topsecret@more@127.0.0.1/x", "postgresql://ci:topsecret/more@127.0.0.1/x",
      "postgresql://ci:12345/topsecret@127.0.0.1/x", "postgresql://ci:topsecret@127.0.0.1:port/x",
      "postgresql://ci:topsecret@127.0.0.1/x?nonsense=topsecret", "postgresql://ci:top%zzsecret@127.0.0.1/x",
      "host=127.0.0.1 password=a topsecret", "host=127.0.0.1 password='topsecret", "topsecret",
      "topsecret=127.0.0.1", "host=topsecret@127.0.0.1", "postgresql://[topsecret", "postgresql://[::1]topsecret/x",
    ])
    func `an invalid conninfo is not quoted`(_ conninfo: String) throws {
      let project = try Sample.recorded()
      let run = try project.plangate("check", "nap", "--json", "report.json", "--server", conninfo)
      try expect(run, exits: 2, stderr: ["cannot parse --server"], not: ["secret"], leavingNothingIn: project)
      #expect(try !project.read("report.json").contains("secret"))
    }

    // MARK: Ways in

    @Test func `libpq's environment, a service file and a password file work only with --server`() throws {
      let project = try Self.small()
      let place = ["PGHOST": "127.0.0.1", "PGPORT": "\(server.port)", "PGUSER": "ci", "PGDATABASE": "postgres"]
      let whole = place.merging(GivenTestServer.withPassword) { $1 }
      let escaped = GivenTestServer.password.replacingOccurrences(of: "\\", with: "\\\\")
        .replacingOccurrences(of: ":", with: "\\:")
      try project.write("pass", "127.0.0.1:*:*:ci:\(escaped)\n")
      chmod("\(project.directory)/pass", 0o600)
      try project.write("service", "[there]\nhost=127.0.0.1\nport=\(server.port)\nuser=ci\ndbname=postgres\n")
      let ways: [(String, [String: String])] = [
        ("", whole), ("", place.merging(["PGPASSFILE": "\(project.directory)/pass"]) { $1 }),
        (
          "service=there",
          ["PGSERVICEFILE": "\(project.directory)/service"].merging(GivenTestServer.withPassword) { $1 }
        ),
        ("host=\(server.directory) port=\(server.port) user=ci dbname=postgres", GivenTestServer.withPassword),
      ]
      for (conninfo, environment) in ways {
        let run = try project.plangate("check", "nap", "--server", conninfo, environment: environment)
        try expect(run, exits: 0, stdout: ["1 passed", "given: "], leavingNothingIn: project)
      }
      let run = try project.plangate("check", "nap", environment: whole)
      try expect(run, exits: 0, stdout: ["1 passed"], not: ["given"], leavingNothingIn: project)
      let missing = try project.plangate(
        "check", "nap", "--server", "service=missing",
        environment: ["PGSERVICEFILE": "\(project.directory)/service"])
      try expect(missing, exits: 2, stderr: ["missing"])
    }

    @Test func `an unreachable server or a wrong password is an error`() throws {
      let project = try Sample.recorded()
      let wrong = try project.plangate(
        "check", "nap", "--server", server.conninfo, environment: ["PGPASSWORD": "wrong-secret"])
      try expect(wrong, exits: 2, stderr: ["cannot connect", "ci"], not: ["wrong-secret"], leavingNothingIn: project)
      let nowhere = try project.plangate("check", "nap", "--server", "host=/nonexistent")
      try expect(nowhere, exits: 2, stderr: ["cannot connect", "/nonexistent"], leavingNothingIn: project)
    }

    @Test func `nothing is seeded if another database answers than the created one`() throws {
      let project = try Sample.recorded()
      let before = try server.inventory()
      let pooler = try Pooler(to: server.port, leavingAlone: ["postgres"], database: "witness")
      let run = try project.plangate(
        "check", "nap", "--server", "host=127.0.0.1 port=\(pooler.port) user=ci dbname=postgres",
        environment: GivenTestServer.withPassword)
      try expect(
        run, exits: 2, stderr: ["does not lead to plangate's own database", "'witness'", "pooler"],
        leavingNothingIn: project)
      #expect(try server.inventory() == before)
    }

    // MARK: Rights

    @Test func `a role without CREATEDB gets an error that names it`() throws {
      let project = try Sample.recorded()
      let before = try server.inventory()
      let run = try project.plangate(
        "check", "nap", "--server", "host=127.0.0.1 port=\(server.port) user=poor dbname=postgres",
        environment: ["PGPASSWORD": "poor-secret"])
      try expect(
        run, exits: 2, stderr: ["'poor'", "ALTER ROLE poor CREATEDB;", "superuser"], leavingNothingIn: project)
      #expect(try server.inventory() == before)
    }

    @Test func `a role without CREATEROLE gets an error, and can use existing roles`() throws {
      let project = try Sample.recorded()
      let connection = try server.superuser()
      try connection.execute("ALTER ROLE poor CREATEDB")
      defer { _ = try? connection.execute("ALTER ROLE poor NOCREATEDB") }
      let before = try server.inventory()
      func run() throws -> ProgramRun {
        try project.plangate(
          "check", "my_orders", "--server", "host=127.0.0.1 port=\(server.port) user=poor dbname=postgres",
          environment: ["PGPASSWORD": "poor-secret"])
      }
      try expect(
        run(), exits: 2, stderr: ["'app_user'", "CREATE ROLE app_user", "ALTER ROLE poor CREATEROLE"],
        leavingNothingIn: project)
      #expect(try server.inventory() == before)
      try connection.execute("CREATE ROLE app_user")
      defer { _ = try? connection.execute("DROP ROLE app_user") }
      try connection.execute("GRANT app_user TO poor")
      let prepared = try server.inventory()
      try expect(run(), exits: 0, stdout: ["1 passed"], leavingNothingIn: project)
      #expect(try server.inventory() == prepared)
    }

    @Test func `a role that cannot be dropped is reported`() throws {
      let project = try Sample.recorded()
      let before = try server.inventory()
      try project.append("seed/04-access.sql", "GRANT CONNECT ON DATABASE witness TO app_user;\n")
      let run = try project.plangate("check", "nap", "--server", server.superuserConninfo)
      try expect(
        run, exits: 0, stdout: ["1 passed"], stderr: ["warning: ", "app_user", "witness", "DROP ROLE \"app_user\";"],
        leavingNothingIn: project)
      #expect(try server.databases() == [])
      let connection = try server.superuser()
      try connection.execute("REVOKE CONNECT ON DATABASE witness FROM app_user")
      try connection.execute("DROP ROLE app_user")
      try connection.execute("UPDATE pg_database SET datacl = NULL WHERE datname = 'witness'")
      #expect(try server.inventory() == before)
    }

    private static func slow(_ count: Int) throws -> Project {
      let queries = (1...count).map { "  - {name: slow_\($0), sql: SELECT pg_sleep(0.5)}\n" }.joined()
      return try Project(["queries/manifest.yml": "version: 1\nqueries:\n" + queries])
    }

    @Test func `a database that cannot be dropped gives exit status 2`() throws {
      let project = try Self.slow(1)
      let before = try server.inventory()
      let running = try project.start(
        ["check", "-v", "--server", server.conninfo], environment: GivenTestServer.withPassword)
      try running.wait(until: "the queries were reached") { running.stdout.contains("ready (") }
      let name = try #require(try server.databases().first)
      // The role may not terminate a superuser's session.
      let visitor = try server.superuser(name)
      let run = running.end()
      try expect(
        run, exits: 2, stdout: ["1 new"],
        stderr: ["error: the database \(name)", "DROP DATABASE \(name);", "stays on 127.0.0.1"],
        leavingNothingIn: project)
      withExtendedLifetime(visitor) {}
      try server.superuser().execute("DROP DATABASE \(name) WITH (FORCE)")
      #expect(try server.inventory() == before, "\(run)")
    }

    @Test func `a role with a connection limit runs fewer cases at once`() throws {
      let project = try Self.slow(6)
      let connection = try server.superuser()
      try connection.execute("ALTER ROLE poor CREATEDB CONNECTION LIMIT 10")
      defer { _ = try? connection.execute("ALTER ROLE poor NOCREATEDB CONNECTION LIMIT -1") }
      let running = try project.start(
        ["check", "--jobs", "8", "--server", "host=127.0.0.1 port=\(server.port) user=poor dbname=postgres"],
        environment: ["PGPASSWORD": "poor-secret"])
      var most = 0
      try? running.wait(until: "it ended") {
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'poor' AND wait_event = 'PgSleep'"
        most = max(most, (try? connection.execute(sleeping).value).flatMap { Int($0) } ?? 0)
        return running.hasEnded
      }
      try expect(running.end(), exits: 1, stdout: ["6 new"], leavingNothingIn: project)
      #expect(most == 2)
    }

    // MARK: Settings

    @Test func `settings that cannot be applied are listed once, the others are in effect`() throws {
      let project = try Sample.recorded()
      try project.edit(
        "queries/manifest.yml", "  random_page_cost: 1.1\n",
        "  random_page_cost: 1.1\n  shared_buffers: 7MB\n  log_duration: on\n  app.custom: x\n  work_mem: 5MB\n")
      try project.append(
        "queries/manifest.yml",
        "  - {name: seen, sql: \"SELECT FROM pg_settings WHERE (name, setting) IN (('work_mem', '5120'), ('random_page_cost', '1.1'), ('TimeZone', 'UTC'))\"}\n"
      )
      let run = try project.plangate(
        "check", "seen", "--server", server.conninfo, "--json", "report.json", environment: GivenTestServer.withPassword
      )
      try expect(run, exits: 1, stdout: ["1 new"], leavingNothingIn: project)
      let notes = try project.json().notes.filter { $0.contains("settings not applied on this server") }
      #expect(notes.count == 1, "\(run)")
      let note = try #require(notes.first)
      for text in [
        "shared_buffers (needs a restart; it is 128MB)", "log_duration (needs a superuser; it is off)", "app.custom",
      ] {
        #expect(note.contains(text), "\(note)")
      }
      #expect(!note.contains("work_mem") && !note.contains("random_page_cost"), "\(note)")
      #expect(try project.json()["seen"].plan?.rows == 3, "\(run)")
    }

    @Test(arguments: [("random_page_cots: 1", "random_page_cots"), ("work_mem: much", "work_mem")])
    func `a wrong setting is an error of the manifest`(_ line: String, _ name: String) throws {
      let project = try Sample.recorded()
      let before = try server.inventory()
      try project.edit("queries/manifest.yml", "  random_page_cost: 1.1\n", "  \(line)\n")
      let run = try project.plangate(
        "check", "nap", "--server", server.conninfo, environment: GivenTestServer.withPassword)
      try expect(run, exits: 2, stderr: ["queries/manifest.yml:6", name], leavingNothingIn: project)
      #expect(try server.inventory() == before)
    }

    @Test func `a locale of the manifest must exist on the server`() throws {
      let project = try Sample.recorded()
      let before = try server.inventory()
      try project.edit("queries/manifest.yml", "version: 1\n", "version: 1\nlocale: xx_YY.UTF-8\n")
      let run = try project.plangate(
        "check", "nap", "--server", server.conninfo, environment: GivenTestServer.withPassword)
      try expect(run, exits: 2, stderr: ["no locale 'xx_YY.UTF-8'"], leavingNothingIn: project)
      #expect(try server.inventory() == before)
    }

    @Test func `autovacuum leaves the tables of the seed alone`() throws {
      let project = try Sample.recorded()
      try project.append(
        "queries/manifest.yml",
        "  - {name: seen, sql: \"SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND 'autovacuum_enabled=false' = ANY(reloptions)\"}\n"
      )
      let run = try project.plangate(
        "check", "seen", "--server", server.conninfo, "--json", "report.json", environment: GivenTestServer.withPassword
      )
      try expect(run, exits: 1, stdout: ["1 new"], leavingNothingIn: project)
      #expect(try project.json()["seen"].plan?.rows == 5, "\(run)")
    }
  }
}

/// The arguments of all processes.
private func commandLines() -> [String] {
  #if os(Linux)
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.filter { Int($0) != nil } ?? []
    return numbers.compactMap { number in
      (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(number)/cmdline"))).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  #else
    let run = try? RunningProgram(["ps", "-Axww", "-o", "command="], in: "/", environment: plainEnvironment()).end()
    return run?.stdout.components(separatedBy: "\n") ?? []
  #endif
}
