import Foundation
import PlanCore
import Postgres
import TestSupport
import Testing

/// Steps with `tcp: true`: the server listens on 127.0.0.1 for their time, and on a socket only before and after.
@Suite struct TCPStepTests {
  private static func project(_ step: String, more: String = "") throws -> Project {
    let project = try Project([
      "seed/1.sql": "CREATE TABLE t (id integer);\nINSERT INTO t VALUES (1);\n",
      "queries/manifest.yml": """
      version: 1
      seed:
        - ../seed/1.sql
        - name: over TCP
          tcp: true
          inputs: [../seed/1.sql]
          run: |
      \(step.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
      \(more)
      queries:
        - {name: one, sql: SELECT id FROM t}

      """,
    ])
    return project
  }

  private static func record(_ project: Project, _ arguments: String...) throws -> ProgramRun {
    try project.start(["record", "-v"] + arguments, environment: ["PLANGATE_CACHE_DIR": project.path("cache")]).end()
  }

  @Test(arguments: InstalledServer.allCases)
  func `the variables lead there, and nothing listens afterwards`(server: InstalledServer) throws {
    let project = try Self.project(
      """
      test "$PGHOST" = 127.0.0.1
      psql -qXw "$DATABASE_URL" -v ON_ERROR_STOP=1 -c "INSERT INTO t VALUES (2)" \
        -c "SELECT 1 / (inet_server_addr() = '127.0.0.1' AND current_user = 'postgres')::integer"
      echo "$JDBC_DATABASE_URL" > "$TMPDIR/jdbc"
      echo "$DATABASE_URL" > "$TMPDIR/url"
      """,
      more: """
          - run: |
              set -e
              ! psql -qXw "$(cat "$TMPDIR/url")" -c ""
              test "${JDBC_DATABASE_URL-none}" = none
              test "${PGPASSWORD-none}" = none
              psql -qXAt -v ON_ERROR_STOP=1 <<'END'
              SELECT 1 / (current_setting('listen_addresses') = '' AND current_setting('port') = '5432')::integer;
              SELECT 1 / (rolpassword IS NULL)::integer FROM pg_authid WHERE rolname = 'postgres';
              SELECT 1 / (inet_server_addr() IS NULL)::integer;
              END
            inputs: [../seed/1.sql]
        """)
    let run = try Self.record(project, "--postgres", try server.binaries)
    try expect(run, exits: 0, stdout: ["seed: over TCP ("])
    let url = try project.read("tmp/url").trimmingCharacters(in: .newlines)
    let jdbc = try project.read("tmp/jdbc").trimmingCharacters(in: .newlines)
    let address = url.split(separator: "@").last.map(String.init) ?? ""
    let password = url.split(separator: "@")[0].split(separator: ":").last.map(String.init) ?? ""
    #expect(url == "postgresql://postgres:\(password)@\(address)" && password.count == 40)
    #expect(address.hasPrefix("127.0.0.1:") && address.hasSuffix("/plangate"))
    #expect(jdbc == "jdbc:postgresql://\(address)?user=postgres&password=\(password)")
    try expect(Self.record(project, "--postgres", try server.binaries), exits: 0, stdout: ["seed: from the cache"])
  }

  @Test func `nobody gets in without the password`() throws {
    let project = try Self.project(
      """
      set -e
      try() { ! psql -qXAtw -c 'SELECT 1' "$@" >> "$TMPDIR/out" 2>&1; }
      psql -qXw -c 'CREATE ROLE other LOGIN' -c 'CREATE ROLE known LOGIN SUPERUSER' \
        -c "ALTER ROLE known PASSWORD 'known'"
      PGPASSWORD= try
      PGPASSWORD=wrong try
      PGPASSWORD= try -U other
      # A password that the seed has in the repository opens nothing.
      PGPASSWORD=known try -U known
      try "host=::1"
      try "replication=true"
      # Only this user reaches the sockets.
      ls /tmp/.s.PGSQL.$PGPORT && exit 1
      psql -qXw -c 'DROP ROLE other' -c 'DROP ROLE known'
      """)
    let run = try Self.record(project)
    try expect(run, exits: 0)
    let lines = try project.read("tmp/out").split(separator: "\n")
    #expect(lines.count >= 6 && !lines.contains("1"), "\(lines)")
  }

  @Test func `the password is nowhere`() throws {
    let project = try Self.project(
      """
      set -e
      echo "$PGPASSWORD" > "$TMPDIR/secret"
      ps auxww > "$TMPDIR/processes"
      cp -p "$(dirname "$PGDATA_OF")/server.log" "$TMPDIR/log"
      """.replacing("$PGDATA_OF", with: "$(psql -qXAtc 'SHOW data_directory')"),
      more: "seed-user: root\nsettings: {log_statement: all, log_min_duration_statement: 0, log_min_messages: debug1}")
    var outputs = ""
    for arguments in [["record", "-v"], ["check", "-v", "--json", "r.json", "--html", "r.html"]] {
      let run = try project.start(arguments, environment: ["PLANGATE_CACHE_DIR": project.path("cache")]).end()
      try expect(run, exits: 0)
      outputs += run.stdout + run.stderr
    }
    let secret = try project.read("tmp/secret").trimmingCharacters(in: .newlines)
    #expect(secret.count == 40)
    outputs += try project.read("tmp/processes") + project.read("tmp/log") + project.read("r.json")
    outputs += try project.read("r.html")
    #expect(outputs.contains("SHOW data_directory"))
    #expect(!outputs.contains(secret) && !outputs.contains("SCRAM-SHA-256$"))
    let search = try RunningProgram(
      ["grep", "-rla", secret, project.path("cache"), project.path("baselines")],
      in: project.directory, environment: plainEnvironment()
    ).end()
    #expect(search.status == 1, "\(search)")
    #expect(try project.temporaryFiles() == ["log", "processes", "secret"])
  }

  @Test func `a failing step does not show the password either`() throws {
    let project = try Self.project("echo \"$DATABASE_URL $PGPASSWORD\"\nexit 1")
    let run = try Self.record(project)
    try expect(
      run, exits: 2, stderr: ["the seed step 'over TCP' failed", "postgresql://postgres:…@127.0.0.1:", " …\n"])
  }

  @Test func `a password that the superuser has stays`() throws {
    let project = try Self.project("psql -qXw -c 'SELECT 1'")
    try project.edit("queries/manifest.yml", "seed:\n", "seed:\n  - ../seed/0.sql\n")
    try project.write(
      "seed/0.sql", "ALTER ROLE postgres PASSWORD 'mine' VALID UNTIL '2001-01-01';\n")
    try project.write(
      "seed/2.sql",
      """
      SELECT 1 / (rolpassword LIKE 'SCRAM%' AND rolvaliduntil = '2001-01-01')::integer FROM pg_authid
      WHERE rolname = 'postgres';

      """)
    try project.edit("queries/manifest.yml", "queries:\n", "  - ../seed/2.sql\nqueries:\n")
    try expect(Self.record(project), exits: 0)
  }

  @Test func `unlogged tables, statistics and what steps left behind survive`() throws {
    let project = try Self.project("psql -qXw -c 'DELETE FROM t WHERE id < 100'")
    try project.write(
      "seed/1.sql",
      "CREATE UNLOGGED TABLE t (id integer);\nINSERT INTO t SELECT generate_series(1, 1000);\nANALYZE t;\n")
    let run = try Self.record(project)
    try expect(run, exits: 0)
    let check = try project.plangate("check", "--json", "r.json")
    #expect(try project.json("r.json")["one"].plan?.rows == 901, "\(check)")
  }

  @Test func `migrations can ask for it`() throws {
    let project = try Self.project("true")
    try project.edit(
      "queries/manifest.yml", "queries:\n",
      "migrations: {name: tool, tcp: true, run: 'psql -qXw -c \"CREATE INDEX ON t (id)\"', inputs: [../seed/1.sql]}\nqueries:\n"
    )
    try expect(project.plangate("migrate"), exits: 0, stdout: ["tool"])
  }

  @Test(arguments: [
    ("java.net.ConnectException: Connection refused", true), ("Error: P1001: Can't reach database server", true),
    ("error: dial tcp [::1]:5432: connect: connection refused", true), ("ERROR:  relation \"x\" does not exist", false),
  ])
  func `a step that may need it says so`(output: String, isMeant: Bool) throws {
    let project = try Self.project("echo '\(output.replacing("'", with: "'\\''"))' >&2\nexit 1")
    try project.edit("queries/manifest.yml", "    tcp: true\n", "")
    let run = try Self.record(project)
    #expect(run.status == 2 && run.stderr.contains("write 'tcp: true' beside 'run:'") == isMeant, "\(run)")
  }
}
