import Foundation
import TestSupport
import Testing

/// The caller's environment does not change what a run does.
@Suite struct EnvironmentTests {
  /// A step that prints the environment of the seed's children.
  private static func withSeenEnvironment(_ project: Project) throws {
    try project.edit("queries/manifest.yml", "  - ../seed/*.sql\n", "  - ../seed/*.sql\n  - run: env > ../seen.txt\n")
  }

  @Test func `a hostile environment of libpq has no effect`() throws {
    let project = try Sample.recorded()
    try EnvironmentTests.withSeenEnvironment(project)
    try project.write("home/.psqlrc", "\\quit\n")
    try project.write("home/.pg_service.conf", "[hostile]\nhost=/nonexistent-hostile\n")
    let hostile = [
      "PGHOST": "/nonexistent-hostile", "PGHOSTADDR": "192.0.2.1", "PGPORT": "1", "PGUSER": "hostile",
      "PGDATABASE": "hostile", "PGPASSWORD": "hostile", "PGPASSFILE": "/nonexistent-hostile", "PGSERVICE": "hostile",
      "PGSSLMODE": "verify-full", "PGCONNECT_TIMEOUT": "hostile", "PGCLIENTENCODING": "LATIN1", "PGTZ": "Asia/Tokyo",
      "PGOPTIONS": "-c enable_indexscan=off -c enable_bitmapscan=off -c enable_indexonlyscan=off -c role=hostile",
      "PGDATA": "/nonexistent-hostile", "PGTARGETSESSIONATTRS": "standby", "PGDATESTYLE": "German",
      "DATABASE_URL": "postgresql://hostile@192.0.2.1/hostile", "PSQLRC": "\(project.directory)/home/.psqlrc",
      "HOME": "\(project.directory)/home", "LC_ALL": "de_AT.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Tokyo",
    ]
    let run = try project.plangate("check", environment: hostile)
    try expect(run, exits: 0, stdout: ["\(Sample.cases.count) passed"], not: ["hostile"], leavingNothingIn: project)

    let seen = try project.read("seen.txt").split(separator: "\n").filter {
      $0.hasPrefix("PG") || $0.hasPrefix("DATABASE_URL")
    }
    #expect(
      seen.allSatisfy { !$0.contains("hostile") && !$0.contains("192.0.2.1") && !$0.contains("enable_") }, "\(seen)")
    let names = Set(seen.map { $0.prefix { $0 != "=" } })
    #expect(names.isSuperset(of: ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "DATABASE_URL"]), "\(seen)")
    #expect(
      names.isDisjoint(with: ["PGHOSTADDR", "PGOPTIONS", "PGSERVICE", "PGPASSWORD", "PGSSLMODE", "PGTZ"]), "\(seen)")
  }

  @Test func `a step runs in the manifest's directory, wherever CDPATH leads`() throws {
    let project = try Project([
      "seed.sql": "SELECT 1;\n", "elsewhere/queries/seed.sql": "",
      "queries/manifest.yml":
        "version: 1\nseed: [{run: pwd > ../seen.txt}]\nqueries:\n  - {name: one, sql: SELECT 1}\n",
    ])
    let run = try project.plangate("record", environment: ["CDPATH": "\(project.directory)/elsewhere"])
    try expect(run, exits: 0, leavingNothingIn: project)
    #expect(try project.read("seen.txt") == "\(project.directory)/queries\n", "\(run)")
  }

  @Test func `a TMPDIR may be too long for a socket`() throws {
    let project = try Sample.recorded()
    try EnvironmentTests.withSeenEnvironment(project)
    let long = "\(project.temporaryDirectory)/\(String(repeating: "long-", count: 30))"
    try FileManager.default.createDirectory(atPath: long, withIntermediateDirectories: true)
    let run = try project.plangate("check", "orders_in", environment: ["TMPDIR": long])
    try expect(run, exits: 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: long) == [], "\(run)")
    #expect(project.processes() == [], "\(run)")
    let host = try project.read("seen.txt").split(separator: "\n").first { $0.hasPrefix("PGHOST=") }?.dropFirst(7)
    let socket = try #require(host.map(String.init))
    #expect(socket.utf8.count < 90, "\(socket)")
    #expect(!FileManager.default.fileExists(atPath: socket), "\(socket)\n\(run)")
  }

  @Test(arguments: ["it's 100% \"odd\" ä?", "one, two"])
  func `a TMPDIR may have unusual characters`(_ name: String) throws {
    let project = try Sample.recorded()
    try project.edit(
      "queries/manifest.yml", "  - ../seed/*.sql\n",
      "  - ../seed/*.sql\n  - run: psql -XAt -c 'SELECT count(*) FROM orders' \"$DATABASE_URL\" > ../seen.txt\n")
    let odd = "\(project.temporaryDirectory)/\(name)"
    try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: true)
    let run = try project.plangate("check", "orders_in", environment: ["TMPDIR": odd])
    try expect(run, exits: 0)
    #expect(try project.read("seen.txt") == "20000\n", "\(run)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: odd) == [], "\(run)")
  }

  @Test func `a missing TMPDIR is named`() throws {
    let project = try Project(["queries/manifest.yml": "version: 1\nqueries:\n  - {name: one, sql: SELECT 1}\n"])
    let run = try project.plangate("check", environment: ["TMPDIR": "\(project.directory)/missing"])
    try expect(run, exits: 2, stderr: ["\(project.directory)/missing"], not: ["no PostgreSQL server"])
  }

  @Test func `a TMPDIR may be relative`() throws {
    let project = try Sample.recorded()
    let run = try project.plangate("check", "orders_in", environment: ["TMPDIR": "tmp"])
    try expect(run, exits: 0, stdout: ["1 passed"], leavingNothingIn: project)
  }

  @Test func `an ordinary user gets the same verdicts as root`() throws {
    let project = try Sample.recorded()
    try project.edit(
      "queries/manifest.yml", "  - ../seed/*.sql\n", "  - ../seed/*.sql\n  - run: id -u > \"$TMPDIR/user\"\n")
    // Other users cannot enter the build directory.
    try project.copyProgram(plangateBinary(), to: "plangate")
    let isRoot = geteuid() == 0
    let run = try project.start(
      ["check", "orders_in", "order_and_parent", "pay_order", "my_orders"],
      environment: ["PLANGATE_CACHE_DIR": "\(project.temporaryDirectory)/cache"],
      launcher: isRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"] : [],
      binary: "\(project.directory)/plangate"
    ).end()
    try expect(run, exits: 0, stdout: ["4 passed"])
    #expect(try project.temporaryFiles() == ["cache", "user"], "\(run)")
    #expect(project.processes() == [], "\(run)")
    #expect(try project.read("tmp/user") != "0\n", "\(run)")
  }

  @Test(arguments: ["9223372036854775807", "9223372036854775808", "1", "0", "-5", "40", "wide", ""])
  func `any width is accepted`(_ columns: String) throws {
    let project = try Sample.recorded()
    for (arguments, text) in [
      (["check"], "\(Sample.cases.count) passed"), (["explain", "orders_by_customer@whale"], "orders"),
    ] {
      let run = try project.start(arguments, environment: ["COLUMNS": columns]).end()
      try expect(run, exits: 0, stdout: [text], leavingNothingIn: project)
      #expect(run.stdout.split(separator: "\n").allSatisfy { $0.count <= 1000 }, "\(run)")
    }
  }
}
