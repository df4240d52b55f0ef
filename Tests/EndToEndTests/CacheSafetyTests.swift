import Foundation
import TestSupport
import Testing

/// Cache entries are complete and never change, whatever runs do and however they end.
@Suite struct CacheSafetyTests {
  // MARK: Runs do not write to it

  /// Queries and functions that write wherever a query can.
  private static let files = [
    "seed/6.sql": """
    CREATE TABLE notes (id integer PRIMARY KEY, note text NOT NULL);
    INSERT INTO notes SELECT n, repeat('note ' || n, 500) FROM generate_series(1, 300) AS n;
    DELETE FROM notes WHERE id % 7 = 0;
    CREATE UNLOGGED TABLE unlogged (id integer PRIMARY KEY);
    INSERT INTO unlogged SELECT generate_series(1, 100);
    CREATE SEQUENCE counter;
    SELECT lo_from_bytea(4711, 'one');

    """,
    // In an SQL file of the seed, it would prevent caching, because the program could do anything.
    "crash.sql": """
    CREATE FUNCTION crash() RETURNS void LANGUAGE plpgsql
      AS $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''kill -SEGV $PPID'''; PERFORM pg_sleep(10); END $$;

    """,
    "queries/manifest.yml": """
    version: 1
    seed:
      - ../seed/*.sql
      - run: psql -Xqf ../crash.sql
        inputs: [../crash.sql]
    settings:
      random_page_cost: 1.1
    queries:
      - {name: items, sql: SELECT id FROM items}
      - {name: notes, sql: "SELECT note FROM notes WHERE id = $1", params: [3], plan: both}
      - {name: unlogged, sql: SELECT id FROM unlogged}
      - {name: add, sql: INSERT INTO items VALUES ($1), params: [1]}
      - {name: change, sql: "UPDATE notes SET note = 'new' WHERE id < $1", params: [100]}
      - {name: remove, sql: DELETE FROM unlogged}
      - {name: next, sql: "SELECT nextval('counter')"}
      - {name: lock, sql: SELECT id FROM items FOR UPDATE}
      - {name: large_object, sql: "SELECT lo_put(4711, 0, 'two')"}
      - {name: new_large_object, sql: SELECT lo_create(4712)}
      - {name: sleeper, sql: SELECT pg_sleep(60), timeout: 100ms}

    """,
  ]

  @Test func `no run changes the entries of the cache`() throws {
    let project = try CachedProject(CacheSafetyTests.files)
    func run(_ what: String, _ arguments: String...) throws -> ProgramRun {
      let run = try project.start(arguments + ["-v", "--jobs", "4"]).end()
      #expect(run.stdout.contains("seed: from the cache"), "\(what)\n\(run)")
      return run
    }
    let cold = try project.check()
    #expect(cold.stdout.contains("cached for the next run"), "\(cold)")
    let checksums = try project.checksums()
    func expectSame(_ what: String, _ run: ProgramRun) throws {
      // An extra line identifies the file.
      let difference = try project.checksums().split(separator: "\n").difference(from: checksums.split(separator: "\n"))
      #expect(difference.isEmpty, "\(what)\n\(run)")
    }
    let record = try run("record", "record")
    try expectSame("record", record)
    let check = try run("check", "check", "--json", "report.json")
    try expectSame("check", check)
    for item in try project.files.json().cases {
      #expect(item.verdict == (item.query == "sleeper" ? "unchecked" : "passed"), "\(item)\n\(check)")
    }
    try expectSame("explain", run("explain", "explain", "notes"))
    let stability = try project.start(["stability", "items", "notes", "--runs", "2", "-v"]).end()
    try expect(stability, exits: 0, stdout: ["seed: from the cache"])
    try expectSame("stability", stability)

    try project.files.edit(
      "queries/manifest.yml", "queries:\n", "queries:\n  - {name: crash, sql: SELECT crash()}\n")
    let crash = try run("a crash", "check", "--json", "report.json")
    try expect(crash, exits: 2, stdout: ["UNCHECKED  crash"])
    #expect(try project.files.json()["crash"].verdict == "unchecked", "\(crash)")
    #expect(try project.files.json()["change"].reason?.hasSuffix("UNLOGGED: public.unlogged") == true, "\(crash)")
    try expectSame("a crash", crash)
  }

  // MARK: Runs that go on with migrations

  private static let migrated = [
    "seed/6.sql": """
    CREATE TABLE accounts (id integer PRIMARY KEY, note text);
    INSERT INTO accounts SELECT n, repeat('note ' || n, 40) FROM generate_series(1, 3000) AS n;
    CREATE INDEX accounts_note_idx ON accounts (note);
    CREATE TABLE moves (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts, at date NOT NULL);
    INSERT INTO moves SELECT n, n % 3000 + 1, date '2020-01-01' + n % 300 FROM generate_series(1, 9000) AS n;
    CREATE TABLE days (at date, n integer) PARTITION BY RANGE (at);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2020-01-01') TO ('2020-07-01');
    CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2020-07-01') TO ('2021-01-01');
    INSERT INTO days SELECT date '2020-01-01' + n % 300, n FROM generate_series(1, 3000) AS n;
    CREATE TABLE history (what text);
    CREATE TABLE receipts (id integer PRIMARY KEY, move_id integer NOT NULL REFERENCES moves);
    INSERT INTO receipts SELECT n, n FROM generate_series(1, 2000) AS n;
    CREATE MATERIALIZED VIEW per_item AS SELECT id, count(*) FROM items GROUP BY id;
    CREATE MATERIALIZED VIEW per_day AS SELECT at, count(*) FROM days GROUP BY at;
    CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN INSERT INTO history VALUES (TG_OP); RETURN NEW; END $$;
    CREATE TRIGGER keep_history BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION keep_history();

    """,
    "queries/manifest.yml": """
    version: 1
    seed: [../seed/*.sql]
    migrations: ../db
    settings:
      random_page_cost: 1.1
    queries:
      - {name: items, sql: SELECT id FROM items}
      - {name: accounts, sql: SELECT note FROM accounts WHERE note = 'x'}
      - {name: moves, sql: SELECT * FROM moves WHERE account_id = 7}
      - {name: days, sql: SELECT sum(n) FROM days WHERE at < '2020-03-01'}
      - {name: add, sql: "INSERT INTO moves VALUES (10001, 3, '2020-02-02')"}

    """,
    "db/1_first.sql": "CREATE INDEX ON moves (account_id);\n",
    "db/2_last.sql": "SELECT 1;\n",
  ]

  /// Each writes elsewhere, and to files that the cache has as well.
  private static let lastMigrations = [
    "DROP INDEX accounts_note_idx;", "UPDATE accounts SET note = 'new' WHERE id < 100;",
    "INSERT INTO moves VALUES (20000, 5, '2020-01-01');", "DELETE FROM days WHERE at > '2020-08-01';",
    "ALTER TABLE moves ALTER COLUMN at TYPE timestamptz;", "TRUNCATE accounts CASCADE;", "DROP TABLE history CASCADE;",
    "ALTER TABLE days DETACH PARTITION days_2; DROP TABLE days_2;", "VACUUM FULL;",
    "DO $$ BEGIN EXECUTE 'DELETE FROM accounts WHERE id > 2000 AND id NOT IN (SELECT account_id FROM moves)'; END $$;",
    "CREATE TABLE copies AS SELECT * FROM accounts;", "CREATE INDEX CONCURRENTLY days_1_idx ON days_1 (n);",
    "ALTER TABLE accounts ADD COLUMN more integer DEFAULT 3, ALTER COLUMN note SET STATISTICS 500;",
  ]

  @Test func `migrations change no entry of the cache, and give what they give without it`() throws {
    let project = try CachedProject(CacheSafetyTests.migrated)
    try expect(project.start(["record"]).end(), exits: 0)
    // Entries that are there stay as they are; new ones may come.
    var known = try project.checksums().split(separator: "\n")
    for statement in CacheSafetyTests.lastMigrations {
      try project.files.write("db/2_last.sql", statement + "\n")
      let cached = try project.check()
      let report = try project.report()
      #expect(cached.stdout.contains("1 of 2 migrations from the cache"), "\(statement)\n\(cached)")
      let now = try project.checksums().split(separator: "\n")
      #expect(Set(known).subtracting(now).isEmpty, "\(statement)\n\(cached)")
      known = now
      // The second time it is kept, and the third time it comes from the cache.
      let again = try project.check()
      #expect(again.stdout.contains("cached for the next run"), "\(statement)\n\(again)")
      #expect(try project.report() == report, "\(statement)\n\(again)")
      let third = try project.check()
      #expect(third.stdout.contains("seed: from the cache"), "\(statement)\n\(third)")
      #expect(try project.report() == report, "\(statement)\n\(third)")
      _ = try project.check("--no-cache")
      #expect(try project.report() == report, "\(statement)\n\(cached)")
    }
  }

  // MARK: Runs that go on with the last step of the seed

  /// What a seed leaves that VACUUM and ANALYZE hide, in steps before the last one.
  private static let seededInSteps = [
    "seed/6.sql": migrated["seed/6.sql"] ?? "",
    "seed/7.sql": """
    CREATE INDEX moves_year_idx ON moves ((extract(year FROM at)));
    ALTER TABLE moves ALTER COLUMN at TYPE timestamp;
    DELETE FROM moves WHERE id % 3 = 0 AND id NOT IN (SELECT move_id FROM receipts);
    CREATE STATISTICS moves_st ON account_id, at FROM moves;

    """,
    "seed/8.sql": "CREATE INDEX moves_account_idx ON moves (account_id);\n",
    "queries/manifest.yml": (migrated["queries/manifest.yml"] ?? "").replacing("migrations: ../db\n", with: ""),
  ]

  /// Last steps, and whether the run goes on from an analyzed state.
  private static let lastSteps = [
    ("DROP INDEX accounts_note_idx;", true), ("SELECT 1;", false),
    ("CREATE INDEX ON moves (account_id); CREATE INDEX ON accounts (lower(note));", true),
    ("DROP INDEX moves_year_idx; CREATE INDEX moves_year_idx ON moves ((extract(year FROM at)));", true),
    ("ALTER TABLE moves ALTER COLUMN at TYPE timestamptz, ADD UNIQUE (at, id);", true),
    ("ALTER TABLE accounts ALTER COLUMN note SET STATISTICS 7; ANALYZE;", false),
    ("ALTER TABLE accounts ALTER COLUMN note SET STATISTICS 7; DROP TABLE receipts;", true),
    ("DELETE FROM accounts WHERE id > 2000 AND id NOT IN (SELECT account_id FROM moves);", false),
    ("ALTER TABLE days DETACH PARTITION days_2; CREATE INDEX ON days (at);", true),
    ("DROP STATISTICS moves_st; CREATE STATISTICS moves_st ON account_id, at FROM moves;", true),
    ("\\set name days_1\nCREATE INDEX ON :name (n);", false), ("CREATE INDEX ON moves (at);", true),
  ]

  @Test func `the last step goes on from an analyzed state where that gives what a seed gives`() throws {
    let project = try CachedProject(CacheSafetyTests.seededInSteps)
    try expect(project.start(["record"]).end(), exits: 0)
    var known = try project.checksums().split(separator: "\n")
    for (statement, goesOn) in CacheSafetyTests.lastSteps {
      try project.files.write("seed/8.sql", statement + "\n")
      let cached = try project.check()
      let report = try project.report()
      let words = "7 of 8 steps and their statistics from the cache"
      #expect(cached.stdout.contains(words) == goesOn, "\(statement)\n\(cached)")
      let now = try project.checksums().split(separator: "\n")
      #expect(Set(known).subtracting(now).isEmpty, "\(statement)\n\(cached)")
      known = now
      let without = try project.check("--no-cache")
      #expect(try project.report() == report, "\(statement)\n\(cached)\n\(without)")
      let again = try project.check()
      #expect(try project.report() == report, "\(statement)\n\(again)")
    }
    // A cached state before the last step that was not analyzed serves as well, and is analyzed then.
    try project.files.write("seed/8.sql", "SELECT 2;\n")
    #expect(try project.check().stdout.contains("7 of 8 steps from the cache"))
  }

  @Test func `with event triggers no state is analyzed before the last step`() throws {
    var files = CacheSafetyTests.seededInSteps
    files["seed/5.sql"] = """
      CREATE FUNCTION note_command() RETURNS event_trigger LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO items VALUES (1); END $$;
      CREATE EVENT TRIGGER note_command ON ddl_command_end EXECUTE FUNCTION note_command();

      """
    let project = try CachedProject(files)
    // The analyzed state of a shorter seed is there.
    let last = try project.files.read("seed/8.sql")
    try project.files.remove("seed/8.sql")
    try expect(project.start(["record"]).end(), exits: 0)
    try project.files.write("seed/8.sql", last)
    try expect(project.start(["record"]).end(), exits: 0)
    try project.files.write("seed/8.sql", "CREATE INDEX ON moves (at);\n")
    let cached = try project.check()
    #expect(cached.stdout.contains("7 of 8 steps from the cache"), "\(cached)")
    #expect(!cached.stdout.contains("statistics of the seed"), "\(cached)")
    let report = try project.report()
    _ = try project.check("--no-cache")
    #expect(try project.report() == report, "\(cached)")
  }

  @Test func `writes to the server of --keep go to a copy`() throws {
    let project = try CachedProject()
    // The first of these seeds the cluster itself, the second gets it from the cache.
    var checksums: String?
    for _ in 1...2 {
      let running = try project.start(["check", "--keep"])
      try running.wait(until: "the server was up") { running.stdout.contains("Ctrl-C") }
      let before = try project.checksums()
      if let checksums { #expect(checksums == before) }
      checksums = before
      let url = try #require(running.stdout.split(separator: "'").first { $0.hasPrefix("postgresql://") })
      // It has no sessions of plangate, so that it can be copied.
      let copy = try RunningProgram(
        [
          "psql", "-XAtc", "CREATE DATABASE copy TEMPLATE plangate", "-c", "DROP DATABASE copy",
          String(url).replacing("/plangate?", with: "/postgres?"),
        ], in: "/", environment: plainEnvironment()
      ).end()
      #expect(copy.status == 0, "\(copy)")
      let psql = try RunningProgram(
        [
          "psql", "-XAtc", "DELETE FROM items; CREATE TABLE more AS SELECT 1 AS id; CREATE ROLE other", "-c",
          "VACUUM FULL", "-c", "CHECKPOINT", "-c", "SELECT count(*) FROM items", String(url),
        ], in: "/", environment: plainEnvironment()
      ).end()
      #expect(psql.stdout.hasSuffix("\n0\n"), "\(psql)")
      running.send(SIGINT)
      try expect(running.end(), exits: 0, leavingNothingIn: project.files)
      #expect(try project.checksums() == before)
    }
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache", "2 passed"])
  }

  @Test func `a database with a login trigger shares no files with the cache`() throws {
    let server = try InstalledServer.postgres18.binaries
    let project = try CachedProject([
      "seed/6.sql": """
      CREATE TABLE logins (at timestamptz);
      CREATE FUNCTION note_login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO logins VALUES (now()); END $$;
      CREATE EVENT TRIGGER note_login ON login EXECUTE FUNCTION note_login();

      """
    ])
    let arguments = ["--postgres", server]
    // The baselines belong to another major.
    #expect(try project.start(["check", "-v"] + arguments).end().stdout.contains("cached for the next run"))
    let checksums = try project.checksums()
    for _ in 1...2 {
      let run = try project.start(["check", "-v"] + arguments).end()
      try expect(run, exits: 0, stdout: ["seed: from the cache", "2 passed"])
      #expect(try project.checksums() == checksums, "\(run)")
    }
  }

  @Test(arguments: [("pg_stat_statements", true), ("pgcrypto, auto_explain", false)])
  func `files are shared only with preloaded libraries that are known not to write`(
    libraries: String, isShared: Bool
  ) throws {
    let project = try CachedProject()
    try project.files.edit(
      "queries/manifest.yml", "settings:\n", "settings:\n  shared_preload_libraries: \(libraries)\n")
    try expect(project.check(), exits: 0)
    let seeded = try #require(try project.entries(of: "seeded").first)
    let entry = try project.files.read("cache/1/entries/\(seeded)/entry")
    // template0 is always shared, since it accepts no connections.
    let shared = entry.split(separator: "\n").filter { $0.hasPrefix("shared ") || $0.hasPrefix("common ") }
    #expect(!shared.isEmpty)
    let folders = Set(shared.compactMap { $0.split(separator: "/").dropLast().last })
    #expect((folders.count > 1) == isShared, "\(folders)")
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])
  }

  // MARK: Several at once

  @Test(arguments: [2, 4])
  func `concurrent checks all pass, with an empty and a filled cache`(count: Int) throws {
    let project = try CachedProject()
    for round in ["empty", "full"] {
      let running = try (0..<count).map { number in
        try project.start(["check", "-v", "--json", "\(round)-\(number).json"])
      }
      let runs = running.map { $0.end() }
      for run in runs {
        try expect(run, exits: 0, stdout: ["2 passed"])
        if round == "full" { #expect(run.stdout.contains("seed: from the cache"), "\(run)") }
      }
      #expect(try project.files.temporaryFiles() == [], "\(runs)")
      #expect(try project.unfinished() == [], "\(runs)")
      #expect(try project.entries(of: "initialised").count <= 1)
      #expect(try project.entries(of: "seeding").count == 1)
      #expect(try project.entries(of: "seeded").count == 1)
    }
    #expect(project.files.processes() == [])
  }

  // MARK: Damage

  /// Ways in which the newest entry, and the one that it was made from, can be damaged.
  private static let damages: [(String, String)] = [
    ("a file is shorter", "truncate -s -1 \"$(find cluster/base -name 1259 | head -n 1)\""),
    ("a byte is another", "printf x | dd of=cluster/global/pg_control bs=1 seek=100 conv=notrunc status=none"),
    (
      "a shared file has another byte",
      "for f in $(sed -n 's/^shared [1-9][0-9]* //p' entry | head -n 1); do "
        + "printf '\\377' | dd of=cluster/$f bs=1 seek=50 conv=notrunc status=none; done"
    ),
    (
      "a catalog is all zeros, and neither size nor time tells",
      "for f in $(find cluster/base -name 1259); do size=$(stat -c %s $f); head -c $size /dev/zero | "
        + "dd of=$f conv=notrunc status=none; touch -d @946684800 $f; done"
    ),
    ("a file is missing", "rm cluster/PG_VERSION"),
    ("all files are missing", "rm -r cluster"),
    ("the text is half", "truncate -s 2000 entry"),
    ("the text is empty", "truncate -s 0 entry"),
    ("there is an empty directory", "rm -r cluster entry"),
  ]

  @Test func `a damaged entry is seeded again and replaced`() throws {
    let project = try CachedProject()
    try expect(project.check(), exits: 0)
    let report = try project.report()
    let seeded = try #require(try project.entries(of: "seeded").first)
    for (name, command) in CacheSafetyTests.damages {
      let shell = try RunningProgram(
        ["/bin/sh", "-ec", command], in: "\(project.cache)/1/entries/\(seeded)", environment: plainEnvironment()
      ).end()
      #expect(shell.status == 0 && shell.stderr == "", "\(shell)")
      let run = try project.check()
      try expect(
        run, exits: 0, stdout: ["seed: 4 of 5 steps from the cache", "seed: seed/5.sql (", "2 passed"],
        not: ["seed: from the cache"], leavingNothingIn: project.files)
      #expect(try project.report() == report, "\(name)\n\(run)")
      #expect(try project.entries(of: "seeded") == [seeded], "\(name)\n\(run)")
      #expect(try project.unfinished() == [], "\(name)\n\(run)")
      try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])
      #expect(try project.report() == report, "\(name)")
    }
    // All at once.
    for key in try project.entries() { try project.files.write("cache/1/entries/\(key)/entry", "plangate cluster 2\n") }
    let run = try project.check()
    try expect(run, exits: 0, stdout: ["initdb (", "2 passed"], not: ["from the cache"])
    #expect(try project.entries(of: "seeded") == [seeded], "\(run)")
  }

  @Test func `an unreadable catalog ends the run, and the next one seeds again`() throws {
    let project = try CachedProject()
    try expect(project.check(), exits: 0)
    let report = try project.report()
    let seeded = try #require(try project.entries(of: "seeded").first)
    // pg_constraint, which the planner reads only for joins; neither size nor time shows the change.
    let command = """
      for f in $(find cluster/base -name 2606); do printf '\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377' |
        dd of=$f bs=1 seek=8 conv=notrunc status=none; touch -d @946684800 $f; done
      """
    let shell = try RunningProgram(
      ["/bin/sh", "-ec", command], in: "\(project.cache)/1/entries/\(seeded)", environment: plainEnvironment()
    ).end()
    #expect(shell.status == 0 && shell.stderr == "", "\(shell)")
    try expect(
      project.check(), exits: 2,
      stderr: ["invalid page", "the cached cluster is damaged and was removed; run plangate again"],
      leavingNothingIn: project.files)
    #expect(try project.entries(of: "seeded") == [])
    try expect(project.check(), exits: 0, stdout: ["seed: 4 of 5 steps from the cache", "2 passed"])
    #expect(try project.report() == report)
  }

  // MARK: A run that is killed while it writes

  @Test func `an incomplete entry of a killed run is never used and is removed`() throws {
    let project = try CachedProject()
    // The last state is moved into the cache in one step; the one before it is copied.
    try killWhileWriting(project)
    #expect(try project.unfinished().count == 1)
    try expect(project.plangate("cache", "list"), exits: 0, stdout: ["0 clusters"])
    // Opening the cache tidies it.
    #expect(try project.unfinished() == [])
    let run = try project.check()
    try expect(run, exits: 0, stdout: ["initdb (", "2 passed"], leavingNothingIn: project.files)
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"], leavingNothingIn: project.files)
  }

  /// Kills a run while it writes its first entry.
  private func killWhileWriting(_ project: CachedProject) throws {
    for _ in 1...10 {
      let before = (try? project.entries()) ?? []
      let running = try project.start(["check", "-v"])
      try running.wait(until: "an entry was being written") {
        guard let drafts = try? project.unfinished() else { return false }
        return drafts.contains { project.files.exists("cache/1/unfinished/\($0)/cluster/base") }
      }
      running.send(SIGKILL)
      #expect(running.end().status == -SIGKILL)
      if try project.entries().isEmpty { return }
      // Too late: the entry was already complete. Try again without what this run added.
      for key in try project.entries() where !before.contains(key) {
        try project.files.remove("cache/1/entries/\(key)")
      }
    }
    throw TestFailure("no run could be killed in the middle of its writing an entry")
  }
}

/// A cache that another user may have written is not used.
@Suite struct CacheTrustTests {
  @Test func `a cache that others can write to is not used, and one warning says so without -v`() throws {
    let project = try CachedProject()
    try expect(project.check(), exits: 0, stdout: ["cached for the next run"])
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"])
    chmod("\(project.cache)/1/entries", 0o777)
    let entries = try project.entries()
    let words =
      "plangate: warning: the cache \(project.cache) is not used: other users can write to \(project.cache)/1/entries"
    for arguments in [["check"], ["check", "-q"]] {
      let run = try project.start(arguments).end()
      #expect(run.stderr.components(separatedBy: words).count == 2, "\(run)")
      #expect(run.stderr.contains("PLANGATE_CACHE_DIR"), "\(run)")
    }
    #expect(try !project.check().stdout.contains("seed: from the cache"))
    #expect(try project.entries() == entries)
    try expect(project.plangate("cache", "list"), exits: 2, stderr: ["other users can write to"])
    try expect(project.plangate("cache", "clear"), exits: 2, stderr: ["other users can write to"])
    #expect(try project.entries() == entries)
    chmod("\(project.cache)/1/entries", 0o700)
    try expect(project.check(), exits: 0, stdout: ["seed: from the cache"], stderr: [], not: ["warning: the cache"])
  }

  @Test func `a cache of another user is not used`() throws {
    // Only root can change a directory's owner; other users get a directory of root's.
    let project = try CachedProject()
    let cache = geteuid() == 0 ? "\(project.files.directory)/other" : "/"
    if geteuid() == 0 {
      try project.files.makeDirectory("other")
      chown(cache, 12345, 12345)
    }
    let run = try project.check(environment: ["PLANGATE_CACHE_DIR": cache])
    try expect(
      run, exits: 0, stderr: ["warning: the cache \(cache) is not used", "belongs to another user"],
      not: ["cached for the next run"])
    if geteuid() == 0 { #expect(try FileManager.default.contentsOfDirectory(atPath: cache) == [], "\(run)") }
  }

  @Test func `the cache that plangate creates is trusted by the next run under any umask`() throws {
    let project = try CachedProject()
    for words in ["cached for the next run", "seed: from the cache"] {
      let run = try project.files.start(
        ["check", "-v"], environment: ["PLANGATE_CACHE_DIR": "\(project.files.directory)/deep/cache"],
        launcher: ["/bin/sh", "-c", "umask 0; exec \"$0\" \"$@\""]
      ).end()
      try expect(run, exits: 0, stdout: [words])
    }
  }
}
