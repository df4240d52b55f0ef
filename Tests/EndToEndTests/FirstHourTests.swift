import Foundation
import TestSupport
import Testing

/// What a newcomer does first: runs from a subdirectory, records, asks for the plan of a statement.
@Suite struct FirstHourTests {
  private static func project(_ more: [String: String] = [:]) throws -> Project {
    try Project(
      [
        "seed/1.sql": "CREATE TABLE t AS SELECT generate_series(1, 500) AS id;\nCREATE TABLE hollow (id integer);\n",
        "queries/manifest.yml": """
        version: 1
        seed: [../seed/1.sql]
        queries:
          - {name: full, sql: SELECT id FROM t WHERE id = 7}
          - {name: hollow, sql: SELECT id FROM hollow}

        """, "app/deep/file": "",
      ].merging(more) { $1 })
  }

  private static func git(_ project: Project, _ words: String...) throws {
    let identity = ["-c", "user.email=a@b", "-c", "user.name=x"]
    let run = try RunningProgram(
      ["git", "-C", project.directory] + identity + words, in: project.directory, environment: plainEnvironment()
    ).end()
    guard run.status == 0 else { throw TestFailure("\(run)") }
  }

  private static func plangate(_ project: Project, in folder: String, _ arguments: String...) throws -> ProgramRun {
    try TestSupport.plangate(
      arguments, in: project.path(folder), environment: ["TMPDIR": project.temporaryDirectory])
  }

  // MARK: The manifest

  @Test func `a missing manifest names init`() throws {
    let project = try Project(["app/file": ""])
    try expect(
      project.plangate("check"), exits: 2,
      stderr: ["queries/manifest.yml: error: cannot read the manifest: no such file\nplangate init writes a first one"])
  }

  @Test func `the manifest of a parent directory is used, up to the root of the repository`() throws {
    let project = try Self.project()
    // Without a repository, nothing above the directory is looked at.
    try expect(Self.plangate(project, in: "app/deep", "record"), exits: 2, stderr: ["plangate init"])
    try Self.git(project, "init", "-q")
    let record = try Self.plangate(project, in: "app/deep", "record")
    try expect(record, exits: 0, stdout: ["using ../../queries/manifest.yml\n", "2 new"])
    #expect(project.exists("baselines/full.plan"))
    let check = try Self.plangate(project, in: "app", "check", "--json", "../report.json")
    try expect(check, exits: 0, stdout: ["using ../queries/manifest.yml\n"])
    // The repository of a subdirectory ends there.
    try project.makeDirectory("app/deep/.git")
    try expect(Self.plangate(project, in: "app/deep", "check"), exits: 2, stderr: ["plangate init"])
  }

  @Test func `the manifest that init puts beside an application's queries is found`() throws {
    let project = try Self.project()
    try project.write("plangate/manifest.yml", project.read("queries/manifest.yml"))
    try FileManager.default.removeItem(atPath: project.path("queries/manifest.yml"))
    try expect(project.plangate("record"), exits: 0, stdout: ["using plangate/manifest.yml\n", "2 new"])
    try Self.git(project, "init", "-q")
    try expect(Self.plangate(project, in: "app", "check"), exits: 0, stdout: ["using ../plangate/manifest.yml\n"])
  }

  @Test func `a manifest of another user is not run`() throws {
    let project = try Self.project()
    try Self.git(project, "init", "-q")
    if geteuid() == 0 {
      #expect(chown(project.path("queries/manifest.yml"), 65534, 65534) == 0)
    } else {
      // Only root gives files away, but there are some of root's to link to.
      try project.remove("queries/manifest.yml")
      try FileManager.default.createSymbolicLink(
        atPath: project.path("queries/manifest.yml"), withDestinationPath: "/etc/passwd")
    }
    try expect(Self.plangate(project, in: "app/deep", "check"), exits: 2, stderr: ["plangate init"])
  }

  // MARK: The end of record

  @Test func `record ends with what is empty and what to commit`() throws {
    let project = try Self.project()
    let empty = "before you commit: fill public.hollow, which has no rows; check --strict fails\n"
    try expect(
      project.plangate("record"), exits: 0, stdout: [empty, "keep baselines under version control"])
    try expect(project.plangate("record"), exits: 0, stdout: [empty], not: ["version control", "commit them"])
    try Self.git(project, "init", "-q")
    try expect(
      project.plangate("record"), exits: 0, stdout: ["read the baselines and commit them: git add baselines queries\n"])
    try Self.git(project, "add", "baselines", "queries")
    try Self.git(project, "commit", "-qm", "x")
    try expect(project.plangate("record"), exits: 0, not: ["git add"])
    try expect(project.plangate("record", "--check"), exits: 0, not: ["git add", "before you commit"])
    try project.write(".gitignore", "baselines\n")
    try Self.git(project, "rm", "-rq", "--cached", "baselines")
    try expect(project.plangate("record"), exits: 0, stdout: ["git ignores baselines"])
    try expect(project.plangate("record", "-q"), exits: 0, not: ["git ignores"])
  }

  @Test func `record ends with the reason that nothing is cached`() throws {
    let project = try Self.project()
    try project.edit("queries/manifest.yml", "[../seed/1.sql]", "[../seed/1.sql, {run: 'true', name: nothing}]")
    let run = try project.plangate("record", environment: ["PLANGATE_CACHE_DIR": project.path("cache")])
    #expect(run.stdout.hasSuffix("not cached: nothing: a command without 'inputs:'\n"), "\(run)")
  }

  // MARK: explain --sql

  @Test(arguments: [
    ("SELECT id FROM t WHERE id = $1", "[7]"), ("SELECT id FROM t WHERE id = :id", "{id: 7}"),
    ("SELECT id\nFROM t -- \"quotes\"\nWHERE id = 7;", nil),
  ])
  func `explain shows the plan of a statement`(sql: String, params: String?) throws {
    let project = try Self.project()
    let run = try project.start(["explain", "--sql", sql] + (params.map { ["--params", $0] } ?? [])).end()
    try expect(run, exits: 0, stdout: ["Seq Scan on public.t", "Filter: (t.id = 7)"])
  }

  @Test func `explain refuses what does not go together`() throws {
    let project = try Self.project()
    try expect(
      project.plangate("explain", "--sql", "SELEC 1"), exits: 2, stdout: ["--sql:1:1: error: syntax error at or near"])
    try expect(project.plangate("explain", "--sql", "SELECT 1", "full"), exits: 2, stderr: ["leave out 'full'"])
    try expect(project.plangate("explain", "--params", "[1]", "full"), exits: 2, stderr: ["--sql"])
    for params in ["[1", "7", "{a: {b: 1}}", "[1], name: x"] {
      let run = try project.plangate("explain", "--sql", "SELECT $1::int", "--params", params)
      try expect(run, exits: 2, stderr: ["--params"])
    }
    try expect(project.plangate("check", "--sql", "SELECT 1"), exits: 2, stderr: ["no option '--sql'"])
  }
}
