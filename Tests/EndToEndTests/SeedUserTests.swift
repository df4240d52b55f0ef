import Foundation
import TestSupport
import Testing

/// When plangate is root, seed steps are not, unless the manifest asks for it; for other users nothing changes.
@Suite struct SeedUserTests {
  private static let isRoot = geteuid() == 0

  /// A project whose seed writes the users of psql and of a command to files in the temporary directory.
  private static func project(_ more: String = "", seed: String = "") throws -> Project {
    try Project([
      "seed/01.sql": "\\! id -u > \"$TMPDIR/psql\"\nCREATE TABLE t (id integer);\n\(seed)",
      "seed/more.sql": "INSERT INTO t VALUES (1);\n",
      "queries/manifest.yml": """
      version: 1
      seed:
        - ../seed/01.sql
        - run: id -u > "$TMPDIR/step"; printf '%s\\n' "$HOME" > "$TMPDIR/home"; touch "$HOME/file"
      \(more)
      queries:
        - {name: one, sql: SELECT id FROM t}

      """,
    ])
  }

  private static func users(_ project: Project) throws -> [String] {
    try ["tmp/psql", "tmp/step"].map { try project.read($0) }
  }

  @Test func `psql and commands run as the server's user, with a home of the run`() throws {
    let project = try Self.project()
    let run = try project.plangate("record", "--no-cache")
    try expect(run, exits: 0)
    let users = try Self.users(project)
    #expect(users[0] == users[1] && (users[0] == "0\n") == false, "\(users)")
    let home = try project.read("tmp/home").dropLast()
    if Self.isRoot {
      // On a machine where the user postgres owns a cluster, as Debian's package makes one, it runs as nobody.
      let info = try? FileManager.default.attributesOfItem(atPath: "/var/lib/postgresql/15/main")
      if let owner = info?[.ownerAccountID] as? NSNumber { #expect(users[0] != "\(owner)\n") }
      #expect(home.hasPrefix("\(project.temporaryDirectory)/plangate-"), "\(home)")
      #expect(!FileManager.default.fileExists(atPath: String(home)))
    } else {
      #expect(users[0] == "\(geteuid())\n" && home == plainEnvironment()["HOME"].map { $0[...] })
    }
    #expect(try project.temporaryFiles() == ["home", "psql", "step"], "\(run)")
  }

  @Test func `steps run as root only if the manifest says so`() throws {
    let project = try Self.project("seed-user: root")
    try expect(project.plangate("record", "--no-cache"), exits: 0)
    #expect(try Self.users(project) == ["\(geteuid())\n", "\(geteuid())\n"])
  }

  @Test func `the cache does not depend on the user who runs the seed`() throws {
    let project = try CachedProject()
    try expect(project.check(), exits: 0, stdout: ["cached for the next run"])
    try project.files.edit("queries/manifest.yml", "settings:\n", "seed-user: root\nsettings:\n")
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])
  }

  @Test func `a step without permission to write gets the next step`() throws {
    let project = try Self.project()
    try project.edit("queries/manifest.yml", "touch \"$HOME/file\"", "echo x > ../built")
    chmod(project.directory, 0o755)
    if !Self.isRoot { chmod(project.directory, 0o555) }
    defer { chmod(project.directory, 0o755) }
    let run = try project.plangate("check", "--no-cache")
    try expect(run, exits: 2, stderr: ["../built", "ermission denied"])
    if Self.isRoot {
      try expect(run, exits: 2, stderr: ["plangate is root, and the step ran as the user '", "'seed-user: root'"])
      try project.edit("queries/manifest.yml", "queries:\n", "seed-user: root\nqueries:\n")
      try expect(project.plangate("record", "--no-cache"), exits: 0)
    }
  }

  @Test func `a checkout that the user cannot read still seeds`() throws {
    for (included, isRoots) in [("", false), ("\\ir more.sql\n", Self.isRoot)] {
      let project = try Self.project(seed: included)
      try project.edit("seed/01.sql", "$TMPDIR", "$PLACE")
      try project.edit(
        "queries/manifest.yml", "queries:\n", "queries:\n  - {name: rows, sql: SELECT count(*) FROM t}\n")
      try project.write("seed/02.sql", "\nINSERT INTO t VALUES (2) RETURNING nothing;\n")
      for folder in ["", "/seed", "/queries"] { chmod(project.directory + folder, 0o700) }
      // The temporary directory is below it.
      let place = try makeTemporaryDirectory("plangate-test-place")
      defer { try? FileManager.default.removeItem(atPath: place) }
      chmod(place, 0o1777)
      let environment = ["TMPDIR": place, "PLACE": place]
      let run = try project.plangate("record", "--no-cache", "-v", environment: environment)
      try expect(run, exits: 0)
      #expect(run.stdout.contains("seed/01.sql runs as root: it includes files") == isRoots, "\(run)")
      let user = try String(contentsOfFile: place + "/psql", encoding: .utf8)
      #expect(
        user == (isRoots || !Self.isRoot ? "\(geteuid())\n" : user) && (isRoots || user != "0\n"), "\(user)\n\(run)")
      try project.edit("queries/manifest.yml", "  - ../seed/01.sql\n", "  - ../seed/01.sql\n  - ../seed/02.sql\n")
      let broken = try project.plangate("check", "--no-cache", environment: environment)
      try expect(broken, exits: 2, stderr: ["seed/02.sql:2: error: the seed failed: column \"nothing\" does not exist"])
    }
  }

  @Test func `an archive that the user cannot read is restored`() throws {
    let project = try Self.project()
    try project.edit(
      "queries/manifest.yml", "touch \"$HOME/file\"",
      "pg_dump -Fc -t t > \"$TMPDIR/t.dump\"; chmod 644 \"$TMPDIR/t.dump\"")
    try expect(project.plangate("record", "--no-cache"), exits: 0)
    try project.makeDirectory("closed")
    try project.move("tmp/t.dump", to: "closed/t.dump")
    chmod(project.directory + "/closed", 0o700)
    chown(project.directory + "/closed/t.dump", geteuid(), getegid())
    chmod(project.directory + "/closed/t.dump", 0o600)
    try project.write(
      "queries/manifest.yml",
      "version: 1\nseed: [../closed/t.dump]\nqueries:\n  - {name: one, sql: SELECT id FROM t}\n")
    try expect(project.plangate("record", "--no-cache"), exits: 0)
  }

  @Test func `children see the environment without files and tokens of the CI service`() throws {
    let project = try Self.project(
      seed:
        "\\! env > \"$TMPDIR/env.psql\"\nCREATE TABLE v (line text);\nCOPY v FROM PROGRAM 'env > \"$TMPDIR/env.server\"';\n"
    )
    try project.edit("queries/manifest.yml", "touch \"$HOME/file\"", "env > \"$TMPDIR/env.step\"")
    let withheld = [
      "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_TOKEN", "GH_TOKEN",
      "ACTIONS_RUNTIME_TOKEN", "ACTIONS_RUNTIME_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL",
      "CI_JOB_TOKEN", "CI_REPOSITORY_URL",
    ]
    var environment = Dictionary(uniqueKeysWithValues: withheld.map { ($0, "not for children") })
    environment["GITHUB_STEP_SUMMARY"] = "\(project.directory)/summary"
    environment["GITHUB_ACTIONS"] = "true"
    environment["GITHUB_SHA"] = "kept"
    environment["NPM_TOKEN"] = "kept"
    let run = try project.plangate("check", "--no-cache", environment: environment)
    try expect(run, exits: 1)
    for child in ["psql", "step", "server"] {
      let seen = try project.read("tmp/env.\(child)").split(separator: "\n").map(String.init)
      #expect(!seen.contains { line in withheld.contains { line.hasPrefix($0 + "=") } }, "\(child): \(seen)")
      #expect(seen.contains("GITHUB_SHA=kept") && seen.contains("NPM_TOKEN=kept"), "\(child): \(seen)")
      #expect(seen.contains("GITHUB_ACTIONS=true"), "\(child): \(seen)")
    }
    // plangate itself writes there.
    #expect(project.exists("summary"), "\(run)")
  }

  @Test func `so do clients of another user on a given server`() throws {
    let server = try GivenTestServer.shared()
    let project = try Self.project()
    let run = try project.plangate(
      "record", "--server", server.conninfo, environment: GivenTestServer.withPassword)
    try expect(run, exits: 0)
    let users = try Self.users(project)
    #expect(users[0] == users[1] && users[0] != "0\n", "\(users)")
    #expect(try project.temporaryFiles() == ["home", "psql", "step"], "\(run)")
    // The server may ask the socket for the operating system's user.
    let socket = try project.plangate(
      "record", "--server", "host=\(server.directory) port=\(server.port) user=postgres dbname=postgres")
    try expect(socket, exits: 0)
    #expect(try Self.users(project) == ["\(geteuid())\n", "\(geteuid())\n"])
  }
}
