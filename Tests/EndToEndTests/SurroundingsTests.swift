#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// Unusual machines, users and shells: a run works there, or reports correctly what to do.
  @Suite struct SurroundingsTests {
    private static let isRoot = geteuid() == 0

    /// A project that any user can run.
    private static func project() throws -> Project {
      let project = try Project([
        "seed.sql":
          "CREATE TABLE t AS SELECT n AS id, repeat('x', 100) AS filler FROM generate_series(1, 50000) AS n;\n",
        "queries/manifest.yml": """
        version: 1
        seed:
          - ../seed.sql
          - run: psql -XqAtc 'SELECT count(*) FROM t' > "$TMPDIR/count"
        settings: {parallel_setup_cost: 0, parallel_tuple_cost: 0, min_parallel_table_scan_size: 0}
        queries:
          - {name: one, sql: SELECT count(*) FROM t JOIN t AS u ON u.id = t.id AND u.filler = t.filler}

        """,
      ])
      // Other users cannot enter the build directory.
      try project.copyProgram(plangateBinary(), to: "plangate")
      return project
    }

    private static func run(
      _ project: Project, _ arguments: [String], launcher: [String], environment: [String: String] = [:]
    ) throws -> ProgramRun {
      try project.start(
        arguments, environment: environment, launcher: launcher, binary: "\(project.directory)/plangate"
      ).end()
    }

    /// Words that run a program as a user without an entry in passwd.
    private static let nameless =
      isRoot
      ? ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--"]
      : ["unshare", "--user", "--map-user=12345", "--"]

    // MARK: Standard descriptors

    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
    func `closed standard descriptors do not change the verdict or write to other files`(_ closed: String) throws {
      let project = try Sample.recorded()
      let run = try project.start(
        ["check", "orders_in", "-v", "--json", "report.json", "--html", "page.html"],
        launcher: ["/bin/sh", "-c", "exec \"$0\" \"$@\" \(closed)"]
      ).end()
      try expect(run, exits: 0, leavingNothingIn: project)
      let report = try project.json()
      #expect(report.cases.map(\.verdict) == ["passed"], "\(run)")
      #expect(try project.read("page.html").hasPrefix("<!"), "\(run)")
    }

    @Test func `a report on a closed standard output is an error`() throws {
      let project = try Sample.recorded()
      let run = try project.start(
        ["check", "orders_in", "--json", "-"], launcher: ["/bin/sh", "-c", "exec \"$0\" \"$@\" >&-"]
      ).end()
      try expect(run, exits: 2, stderr: ["cannot write the report to standard output"])
    }

    // MARK: Limits

    @Test(arguments: [1, 5, 9, 13])
    func `a limit on processes is named for everything that it keeps from starting`(_ limit: Int) throws {
      let project = try Self.project()
      // A user without other processes: root has no such limit, and other users have many processes.
      let user = 60_000 + limit + Int(getpid() % 1000)
      let other =
        Self.isRoot
        ? ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "prlimit", "--nproc=\(limit)"]
        : ["prlimit", "--nproc=1"]
      let run = try Self.run(project, ["check", "--no-cache"], launcher: other)
      try expect(
        run, exits: 2, stderr: ["the limit on processes or memory is reached: raise it (ulimit -u"],
        not: ["no PostgreSQL server", "/etc/passwd", "setpriv"])
      #expect(project.processes() == [], "\(run)")
      #expect(try project.temporaryFiles() == [], "\(run)")
    }

    // MARK: Users

    @Test func `a user without a name gets a verdict or the next step`() throws {
      let project = try Self.project()
      let environment = ["HOME": "", "PLANGATE_CACHE_DIR": "\(project.temporaryDirectory)/cache"]
      let probe = try RunningProgram(
        Self.nameless + ["unshare", "--user", "--map-user=65534", "true"], in: "/", environment: plainEnvironment()
      ).end()
      let run = try Self.run(project, ["record"], launcher: Self.nameless, environment: environment)
      if probe.status == 0 {
        try expect(run, exits: 0, stdout: ["1 new"])
        #expect(try project.read("tmp/count") == "50000\n")
        // The cluster from the cache needs no initdb.
        try expect(
          Self.run(project, ["check", "-v"], launcher: Self.nameless, environment: environment), exits: 0,
          stdout: ["seed: "], not: ["initdb"])
      } else {
        try expect(run, exits: 2, stderr: ["the user 12345 has no entry in /etc/passwd"])
      }
      #expect(project.processes() == [], "\(run)")
    }

    @Test func `if a user without a name cannot run initdb, the message gives the next step`() throws {
      let project = try Self.project()
      try project.writeProgram("bin/unshare", "#!/bin/sh\nexit 1\n")
      let path = "\(project.directory)/bin:\(plainEnvironment()["PATH"] ?? "")"
      let run = try Self.run(
        project, ["check", "--no-cache"],
        launcher: Self.isRoot ? Self.nameless : ["/usr/bin/unshare"] + Self.nameless.dropFirst(),
        environment: ["PATH": path])
      try expect(
        run, exits: 2,
        stderr: [
          "the user 12345 has no entry in /etc/passwd, and initdb does not run without one\n", "'ci:x:12345:",
          "docker run --user postgres",
        ])
      #expect(try project.temporaryFiles() == [], "\(run)")
    }

    // MARK: Shared memory

    @Test func `a small /dev/shm is enough, and nothing stays in it`() throws {
      let project = try Self.project()
      // The project may itself be in /dev/shm.
      let mounts =
        "mount --bind . /mnt && mount -t tmpfs -o size=64k,mode=1777 tmpfs /dev/shm && cd /mnt && TMPDIR=/mnt/tmp"
      let namespace = ["unshare", Self.isRoot ? "-m" : "-Urm"]
      let probe = try RunningProgram(
        namespace + ["mount", "-t", "tmpfs", "tmpfs", "/mnt"], in: "/", environment: plainEnvironment()
      ).end()
      // A container without the right to mount has its own small one.
      let canMount = probe.status == 0
      let user = Self.isRoot || !canMount ? "" : "unshare --user --map-user=\(geteuid()) -- "
      let script = """
        \(canMount ? mounts : ":")
        export TMPDIR
        \(user)./plangate record --no-cache && ls /dev/shm | sed 's/^/in shm: /' && \(user)./plangate check --no-cache
        """
      let run = try RunningProgram(
        (canMount ? namespace : []) + ["/bin/sh", "-c", script], in: project.directory,
        environment: plainEnvironment().merging(["TMPDIR": project.temporaryDirectory]) { $1 }
      ).end()
      try expect(run, exits: 0, stdout: ["1 new", "1 passed"], not: canMount ? ["in shm: "] : [])
      #expect(try project.read("baselines/one.plan").contains("Parallel Hash Join"), "\(run)")
    }
  }
#endif
