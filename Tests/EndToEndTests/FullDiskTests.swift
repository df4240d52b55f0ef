import Foundation
import TestSupport
import Testing

#if os(Linux)
  /// A full disk is reported with its directory and the next step, wherever it happens.
  ///
  /// The disk is a small tmpfs in the run's own mount namespace, where even an ordinary user may mount one.
  @Suite struct FullDiskTests {
    private static func project() throws -> Project {
      try Project([
        "seed.sql": "CREATE TABLE big AS SELECT n, repeat('x', 100) AS x FROM generate_series(1, 60000) AS n;\n",
        "queries/manifest.yml": """
        version: 1
        seed: [../seed.sql]
        # The log of a shared server stays small.
        settings: {min_wal_size: 2MB, max_wal_size: 2MB}
        queries:
          - {name: small, sql: SELECT count(*) FROM big WHERE n < 10}
          - name: spills
            sql: SELECT x FROM big CROSS JOIN generate_series(1, 20) AS g ORDER BY md5(x || g)

        """,
      ])
    }

    /// Runs plangate with a disk of the given size for a directory of the project.
    private static func run(
      _ project: Project, disk: String, at variable: String, _ arguments: [String]
    ) throws -> ProgramRun {
      try project.makeDirectory("disk")
      let line = """
        mount -t tmpfs -o size=\(disk),mode=1777 tmpfs "$PWD/disk" || exit 99
        export \(variable)="$PWD/disk"
        "$0" "$@"
        status=$?
        cat /proc/sysvipc/shm >segments
        exit $status
        """
      let user = geteuid() == 0 ? [] : ["--user", "--map-root-user"]
      // System V segments of its own: whatever is there at the end stayed.
      return try project.start(arguments, launcher: ["unshare", "--mount", "--ipc"] + user + ["bash", "-c", line]).end()
    }

    @Test(arguments: ["200k", "4m", "24m"])
    func `a disk filled by initdb`(_ size: String) throws {
      let project = try FullDiskTests.project()
      let run = try FullDiskTests.run(project, disk: size, at: "TMPDIR", ["check", "--no-cache"])
      try expect(
        run, exits: 2, stderr: ["disk is full: free some space there, or set TMPDIR to a directory on another disk"],
        not: ["it printed nothing", "LC_CTYPE"])
      #expect(run.stderr.split(separator: "\n").count <= 2, "\(run)")
      let segments = try project.read("segments").split(separator: "\n")
      #expect(segments.count == 1, "\(segments)\n\(run)")
    }

    @Test func `a disk filled by the seed`() throws {
      let project = try FullDiskTests.project()
      try project.edit("seed.sql", "60000", "600000")
      let run = try FullDiskTests.run(project, disk: "48m", at: "TMPDIR", ["check", "--no-cache"])
      try expect(
        run, exits: 2, stderr: ["seed.sql", "the seed failed", "disk is full: free some space there, or set TMPDIR"],
        not: ["it printed nothing"])
    }

    @Test func `a disk filled by a query affects no other query`() throws {
      let project = try FullDiskTests.project()
      try expect(project.plangate("record", "small"), exits: 0)
      let run = try FullDiskTests.run(
        project, disk: "64m", at: "TMPDIR", ["check", "--no-cache", "--json", "report.json"])
      try expect(run, exits: 2, stdout: ["1 passed", "1 unchecked", "or set TMPDIR to a directory on another disk"])
      #expect(try project.json()["small"].verdict == "passed")
    }

    @Test func `a disk filled by the cache`() throws {
      let project = try FullDiskTests.project()
      let run = try FullDiskTests.run(
        project, disk: "8m", at: "PLANGATE_CACHE_DIR", ["record", "small", "--verbose"])
      try expect(
        run, exits: 0,
        stdout: ["not cached: ", "or set PLANGATE_CACHE_DIR to a directory on another disk"], not: ["cached for"])
    }

    @Test func `a cluster that cannot be cached is not reported as cached`() throws {
      let project = try FullDiskTests.project()
      let run = try project.plangate(
        "record", "small", "--verbose",
        environment: ["PLANGATE_CACHE_SIZE": "1MB", "PLANGATE_CACHE_DIR": "\(project.directory)/cache"])
      try expect(run, exits: 0, stdout: ["not cached: larger than the cache limit"], not: ["cached for"])
    }
  }
#endif
