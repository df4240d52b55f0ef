import Foundation
import TestSupport
import Testing

/// Runs use the cache if nothing changed, as far as nothing changed, and only then.
@Suite struct CacheTests {
  @Test func `a second run uses the cache and prints the same`() throws {
    let project = try CachedProject()
    let first = try project.check()
    try expect(
      first, exits: 0, stdout: ["initdb (", "seed: seed/1.sql (", "seed: seed/5.sql (", "cached for the next run"],
      not: ["from the cache"])
    let report = try project.report()

    let second = try project.check()
    try expect(
      second, exits: 0, stdout: ["seed: from the cache ("], not: ["initdb", "seed/1.sql (", "statistics"],
      leavingNothingIn: project.files)
    #expect(try project.report() == report)

    let without = try project.check("--no-cache")
    try expect(without, exits: 0, stdout: ["initdb (", "seed: seed/1.sql ("], not: ["from the cache", "kept"])
    #expect(try project.report() == report)
    // The other commands use the same entry.
    try expect(
      project.plangate("record", "-v"), exits: 0, stdout: ["seed: from the cache", "2 unchanged"], not: ["initdb"])
    try expect(project.plangate("explain", "-v", "items"), exits: 0, stdout: ["seed: from the cache", "Seq Scan"])
  }

  @Test func `changed steps are seeded, and earlier ones come from the cache`() throws {
    let project = try CachedProject()
    try expect(project.check(), exits: 0)
    func run(rows: Int, from steps: Int?, isFirstAnew: Bool = false, _ what: String) throws {
      let run = try project.check()
      let word = "steps from the cache"
      try expect(run, exits: 0, stdout: steps.map { ["seed: \($0) of 5 \(word) ("] } ?? [])
      // The empty cluster is kept when a seed starts over, not before.
      #expect(run.stdout.contains("initdb (") == isFirstAnew, "\(what)\n\(run)")
      if steps == nil { #expect(!run.stdout.contains(word), "\(what)\n\(run)") }
      let seeded = run.stdout.split(separator: "\n").filter { $0.hasPrefix("seed: seed/") }.count
      #expect(seeded == 5 - (steps ?? 0), "\(what)\n\(run)")
      #expect(try project.files.json()["items"].plan?.rows == Double(rows), "\(what)\n\(run)")
    }
    try project.files.edit("seed/5.sql", "10", "11")
    try run(rows: 51, from: 4, "the last file changed")
    try project.files.edit("seed/5.sql", "11", "12")
    try run(rows: 52, from: 4, "the last file changed again")
    try project.files.edit("seed/1.sql", "10", "20")
    try run(rows: 62, from: nil, isFirstAnew: true, "the first file changed")
    try project.files.edit("seed/3.sql", "10", "30")
    try run(rows: 82, from: nil, "one in the middle changed")
    try project.files.edit("seed/3.sql", "30", "31")
    try run(rows: 83, from: 2, "the one in the middle changed again")
    // The earlier entries are still known.
    try project.files.edit("seed/3.sql", "31", "30")
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])
    #expect(try project.files.json()["items"].plan?.rows == 82)
  }

  @Test func `included files and data files count`() throws {
    let project = try CachedProject()
    try project.files.write("seed/6.sql", "\\ir parts/more.sql\n\\copy items (id) from ../data/more.csv\n")
    try project.files.write("seed/parts/more.sql", "INSERT INTO items VALUES (100);\n")
    try project.files.write("data/more.csv", "101\n102\n")
    try expect(project.check(), exits: 0)
    #expect(try project.files.json()["items"].plan?.rows == 53)
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])
    try project.files.append("data/more.csv", "103\n")
    try expect(project.check(), exits: 0, stdout: ["seed: 5 of 6 steps from the cache"])
    #expect(try project.files.json()["items"].plan?.rows == 54)
    try project.files.append("seed/parts/more.sql", "INSERT INTO items VALUES (104);\n")
    try expect(project.check(), exits: 0, stdout: ["seed: 5 of 6 steps from the cache"])
    #expect(try project.files.json()["items"].plan?.rows == 55)
  }

  @Test func `settings, roles and locale have separate clusters`() throws {
    let project = try CachedProject()
    try expect(project.check(), exits: 0)
    for (old, new) in [
      ("random_page_cost: 1.1", "random_page_cost: 1.2"), ("version: 1\n", "version: 1\nroles: [reader]\n"),
      ("version: 1\n", "version: 1\nlocale: C\n"),
    ] {
      try project.files.edit("queries/manifest.yml", old, new)
      let run = try project.check()
      #expect(run.status != 2, "\(run)")
      #expect(run.stdout.contains("seed: seed/1.sql (") && !run.stdout.contains("from the cache"), "\(run)")
    }
    // A change outside the seed has no effect.
    try project.files.append("queries/manifest.yml", "# the end\n")
    try project.files.edit("queries/manifest.yml", "queries:\n", "rules: {cost: off}\nqueries:\n")
    let run = try project.check()
    #expect(run.stdout.contains("seed: from the cache"), "\(run)")
  }

  @Test func `a command is cached only with inputs`() throws {
    let project = try CachedProject()
    let step =
      "run: echo x >> ../runs && psql -XqAtc \"INSERT INTO items SELECT generate_series(1, $(cat ../count))\""
    try project.files.write("count", "5\n")
    try project.files.edit("queries/manifest.yml", "  - ../seed/*.sql\n", "  - ../seed/*.sql\n  - \(step)\n")
    func runs() throws -> Int { try project.files.read("runs").count / 2 }
    for count in 1...2 {
      let run = try project.check()
      try expect(run, exits: 0, stdout: ["not cached: echo x", "a command without 'inputs:'"], not: ["seed: from"])
      #expect(try runs() == count, "\(run)")
      #expect(try project.files.json()["items"].plan?.rows == 55)
    }
    // The files before it were cached all the same.
    try expect(project.check(), exits: 0, stdout: ["seed: 5 of 6 steps from the cache"])

    try project.files.edit("queries/manifest.yml", "  - \(step)\n", "  - \(step)\n    inputs: [../count]\n")
    for _ in 1...2 {
      let run = try project.check()
      try expect(run, exits: 0, not: ["not cached"])
      #expect(try runs() == 4, "\(run)")
      #expect(try project.files.json()["items"].plan?.rows == 55)
    }
    try project.files.write("count", "6\n")
    let run = try project.check()
    try expect(run, exits: 0, stdout: ["seed: 5 of 6 steps from the cache"])
    #expect(try runs() == 5, "\(run)")
    #expect(try project.files.json()["items"].plan?.rows == 56)
  }

  @Test func `rows with the current time are seeded again for queries of the clock`() throws {
    let project = try CachedProject()
    try project.files.write(
      "seed/6.sql", "CREATE VIEW recent AS SELECT id FROM items WHERE made > now() - '1h'::interval;\n")
    try project.files.edit("seed/1.sql", "(id integer)", "(id integer, made timestamptz DEFAULT now())")
    // Queries that do not read the clock cannot tell when the rows were made.
    try expect(project.check(), exits: 0)
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])

    try project.files.edit(
      "queries/manifest.yml", "queries:\n", "queries:\n  - {name: recent, sql: SELECT id FROM recent}\n")
    // The view reads the clock for the query, so not even the state after the first five files is used.
    for _ in 1...3 {
      let run = try project.check("items")
      try expect(
        run, exits: 0, stdout: ["the seed may read the clock, and so does view public.recent", "seed: seed/1.sql ("])
    }
    try project.files.edit(
      "queries/manifest.yml", "SELECT id FROM recent", "SELECT id FROM items WHERE made > current_date - 1")
    for _ in 1...2 {
      let run = try project.check("items")
      try expect(
        run, exits: 0,
        stdout: ["not cached: seed/1.sql: it may read the clock, and so does the query recent", "seed: seed/1.sql ("],
        not: ["from the cache ("])
    }
  }

  // MARK: Its place

  @Test func `--no-cache reads nothing and writes nothing`() throws {
    let project = try CachedProject()
    try expect(project.check("--no-cache"), exits: 0)
    #expect(!project.files.exists("cache"))
  }

  @Test func `a relative cache directory is in the working directory`() throws {
    let project = try CachedProject()
    try expect(project.check(environment: ["PLANGATE_CACHE_DIR": "cache"]), exits: 0)
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])
  }

  @Test func `XDG_CACHE_HOME and HOME are the defaults for the cache`() throws {
    let project = try CachedProject()
    let unset = ["PLANGATE_CACHE_DIR": "", "XDG_CACHE_HOME": "", "HOME": "\(project.files.directory)/home"]
    try expect(project.check(environment: unset), exits: 0)
    #expect(project.files.exists("home/.cache/plangate/1/entries"))
    try project.files.move("home/.cache/plangate", to: "plangate")
    let xdg = unset.merging(["XDG_CACHE_HOME": project.files.directory]) { $1 }
    try expect(project.check(environment: xdg), exits: 0, stdout: ["seed: from the cache"])
  }

  @Test(arguments: [
    ["PLANGATE_CACHE_DIR": "/proc/plangate"], ["PLANGATE_CACHE_DIR": "file"], ["PLANGATE_CACHE_DIR": "file/cache"],
    ["PLANGATE_CACHE_DIR": "", "HOME": "/proc"], ["PLANGATE_CACHE_DIR": "", "HOME": ""],
    ["PLANGATE_CACHE_SIZE": "plenty"],
  ])
  func `a run continues without a cache directory`(environment: [String: String]) throws {
    let project = try CachedProject()
    try project.files.write("file", "")
    let run = try project.check(environment: environment)
    try expect(run, exits: 0, stdout: ["no cache: "], not: ["from the cache"], leavingNothingIn: project.files)
    #expect(!project.files.exists("cache"))
  }

  @Test func `a cluster larger than the cache's limit is not kept`() throws {
    let project = try CachedProject()
    let small = ["PLANGATE_CACHE_SIZE": "1MB"]
    try expect(
      project.check(environment: small), exits: 0, stdout: ["not cached: larger than the cache limit"],
      leavingNothingIn: project.files)
    #expect(try project.entries() == [] && project.unfinished() == [])
  }

  @Test func `a full disk affects the cache, not the run`() throws {
    let project = try CachedProject()
    try project.files.makeDirectory("cache")
    // Where nothing can be mounted, as in most containers, a place that takes directories and no files has to do.
    let path = "\(project.files.directory)/cache"
    let mount = try RunningProgram(
      ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", path], in: "/", environment: plainEnvironment()
    ).end()
    defer {
      if mount.status == 0 {
        _ = try? RunningProgram(["umount", "-l", path], in: "/", environment: plainEnvironment()).end()
      }
    }
    if mount.status != 0 { try project.files.write("cache/1/unfinished", "") }
    for _ in 1...2 {
      let run = try project.check()
      try expect(
        run, exits: 0, stdout: [mount.status == 0 ? "not cached: " : "no cache: "], leavingNothingIn: project.files)
    }
    if mount.status == 0 { #expect(try project.entries() == [] && project.unfinished() == []) }
  }

  // MARK: plangate cache

  @Test func `list shows the entries, clear removes them`() throws {
    let project = try CachedProject()
    try expect(project.plangate("cache", "list"), exits: 0, stdout: ["0 clusters, 0 bytes of at most 5 GB in "])
    try expect(project.check(), exits: 0)
    let list = try project.plangate("cache", "list")
    let manifest = "\(project.files.directory)/queries/manifest.yml"
    try expect(
      list, exits: 0,
      stdout: ["what ", "\n4 of 5 steps ", "\nseeded ", "just now", manifest, "\n2 clusters, "])
    let server = try #require(try project.files.json().server)
    #expect(list.stdout.components(separatedBy: " \(server) ").count == 3, "\(list)")

    let kept = try project.start(["check", "--keep"])
    try kept.wait(until: "the server was up") { kept.stdout.contains("Ctrl-C") }
    try expect(
      project.plangate("cache", "clear"), exits: 0, stdout: ["removed 2 clusters, ", " from \(project.cache)\n"])
    // A run that has its copy does not mind.
    kept.send(SIGINT)
    try expect(kept.end(), exits: 0, stdout: ["2 passed"])
    #expect(try project.entries() == [] && project.unfinished() == [])
    try expect(project.plangate("cache", "clear"), exits: 0, stdout: ["nothing to remove"])
    try expect(project.check(), exits: 0, stdout: ["initdb ("], not: ["from the cache"])
  }

  @Test func `cache reports its usage and an unusable directory`() throws {
    let project = try CachedProject()
    try expect(project.plangate("cache"), exits: 2, stderr: ["usage: plangate cache list|clear"])
    try expect(project.plangate("cache", "lst"), exits: 2, stderr: ["takes list or clear, did you mean 'list'?"])
    for word in ["list", "clear"] {
      let run = try project.start(["cache", word], environment: ["PLANGATE_CACHE_DIR": "/proc/plangate"]).end()
      try expect(run, exits: 2, stderr: ["cannot create the cache /proc/plangate"])
    }
  }
}
