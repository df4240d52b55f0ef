import Foundation
import TestSupport
import Testing

@Suite struct InitTests {
  private static let files = [
    ".github/workflows/plangate.yml", "queries/example_orders.sql", "queries/manifest.yml", "seed/plangate_example.sql",
  ]

  @Test func `the project of init passes, and fails without its index`() throws {
    let project = try Project()
    let first = try project.plangate("init")
    try expect(
      first, exits: 0,
      stdout: Self.files.map { "wrote       \($0)" } + ["1. plangate record", "2. plangate check", "3. "])
    #expect(first.stderr == "", "\(first)")
    #expect(try project.files() == Self.files)

    try expect(try project.plangate("record"), exits: 0, stdout: ["1 new"])
    let baseline = try project.read("baselines/example_orders.plan")
    #expect(baseline.contains("orders_customer_placed_idx") && !baseline.contains("Seq Scan"), "\(baseline)")
    let check = try project.plangate("check")
    try expect(check, exits: 0, stdout: ["2 passed"], not: ["note:", "warning"], leavingNothingIn: project)

    try project.edit(
      "seed/plangate_example.sql",
      "CREATE INDEX orders_customer_placed_idx ON orders (customer_id, placed_at);\n", "")
    try expect(
      try project.plangate("check"), exits: 1,
      stdout: ["2 regressed", "index orders_customer_placed_idx of public.orders is gone"])
  }

  @Test func `existing files are kept, and a second run writes nothing`() throws {
    let project = try Project([".github/workflows/plangate.yml": "mine\n", "README.md": "mine\n"])
    try expect(
      try project.plangate("init"), exits: 0,
      stdout: ["kept        .github/workflows/plangate.yml", "wrote       queries/manifest.yml"])
    #expect(try project.read(".github/workflows/plangate.yml") == "mine\n")
    let before = try project.contents(of: "queries")
    let second = try project.plangate("init")
    try expect(
      second, exits: 2, stdout: ["kept        queries/manifest.yml"], stderr: ["nothing was written"], not: ["wrote"])
    #expect(try project.contents(of: "queries") == before)
  }

  @Test func `no example is written next to an existing manifest`() throws {
    let manifest = "version: 1\nseed: [../seed/*.sql]\nqueries: [{name: one, sql: SELECT 1}]\n"
    let project = try Project(["queries/manifest.yml": manifest, "seed/a.sql": "SELECT 1;\n"])
    try expect(
      try project.plangate("init"), exits: 0,
      stdout: ["wrote       .github/workflows/plangate.yml", "kept        queries/manifest.yml", "no example written"])
    #expect(
      try project.files() == [".github/workflows/plangate.yml", "queries/manifest.yml", "seed/a.sql"])
    #expect(try project.read("queries/manifest.yml") == manifest)
  }

  @Test func `a dangling link counts as an existing file`() throws {
    let project = try Project()
    try project.makeDirectory("queries")
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/queries/manifest.yml", withDestinationPath: "\(project.directory)/elsewhere.yml")
    try expect(try project.plangate("init"), exits: 0, stdout: ["kept        queries/manifest.yml"])
    #expect(!project.exists("elsewhere.yml"))
  }

  @Test func `a file that cannot be written gives exit status 2, and no manifest without its files`() throws {
    let project = try Project(["seed": "a file\n"])
    try expect(
      try project.plangate("init"), exits: 2,
      stderr: ["seed/plangate_example.sql: error: cannot write the file: seed is not a directory"])
    #expect(try project.read("seed") == "a file\n")
    #expect(!project.exists("queries/manifest.yml"))
  }

  @Test func `directories that the application owns stay as they are`() throws {
    let project = try Project(["baselines/model.txt": "mine\n"])
    _ = try project.plangate("init", "-q")
    try expect(project.plangate("record"), exits: 0, stdout: ["1 new"])
    #expect(try project.files(in: "baselines") == ["model.txt"])
    #expect(project.exists("queries/baselines/example_orders.plan"))
    let both = try Project(["queries/a.graphql": "", "plangate/code.py": ""])
    try expect(both.plangate("init"), exits: 0, stdout: ["wrote       plangate-plans/manifest.yml"])
    #expect(try both.files(in: "plangate") == ["code.py"])
  }

  @Test(arguments: [["queries": "a file\n"], ["queries/order.graphql": "query { a }\n"]])
  func `where the application has queries of its own, the example goes elsewhere and passes`(
    files: [String: String]
  ) throws {
    let project = try Project(files)
    let run = try project.plangate("init")
    let option = "--manifest plangate/manifest.yml"
    try expect(
      run, exits: 0,
      stdout: ["wrote       plangate/manifest.yml", "plangate record \(option)", "plangate check \(option)"])
    #expect(try project.read(".github/workflows/plangate.yml").contains("manifest: plangate/manifest.yml"))
    try expect(project.plangate("record", "--manifest=plangate/manifest.yml"), exits: 0, stdout: ["1 new"])
    #expect(project.exists("plangate/baselines/example_orders.plan"))
    for (path, text) in files { #expect(try project.read(path) == text) }
    try expect(project.plangate("init"), exits: 2, stdout: ["kept        plangate/manifest.yml"])
  }

  @Test func `in a directory of a repository, the workflow goes to its root`() throws {
    let project = try Project([".git/HEAD": "", "services/my api/migrations/1_a.up.sql": "CREATE TABLE t (id int);\n"])
    let run = try project.start(
      ["-c", "cd 'services/my api' && exec \"$0\" init", plangateBinary()], binary: "/bin/sh"
    ).end()
    try expect(run, exits: 0, stdout: ["wrote       ../../.github/workflows/plangate-my_api.yml"])
    let text = try project.read(".github/workflows/plangate-my_api.yml")
    #expect(text.contains("working-directory: services/my api\n") && text.contains("- uses:"), "\(text)")
    #expect(project.exists("services/my api/queries/manifest.yml"))
    try project.makeDirectory("empty")
    let empty = try project.start(["-c", "cd empty && exec \"$0\" init", plangateBinary()], binary: "/bin/sh").end()
    try expect(empty, exits: 0, stdout: ["nothing found below this directory; the repository begins at .."])
  }

  @Test func `a directory that cannot be written to gives exit status 2`() throws {
    let project = try Project()
    try project.copyProgram(plangateBinary(), to: "tmp/plangate")
    chmod(project.directory, 0o555)
    defer { chmod(project.directory, 0o755) }
    let run = try project.start(
      ["init"],
      launcher: geteuid() == 0 ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"] : [],
      binary: "\(project.directory)/tmp/plangate"
    ).end()
    try expect(run, exits: 2, stderr: ["seed/plangate_example.sql: error: cannot write the file: permission denied"])
    #expect(!run.stdout.contains("wrote"), "\(run)")
    #expect(try project.files() == [])
  }

  @Test func `init with -q prints nothing`() throws {
    let project = try Project()
    let run = try project.plangate("init", "--quiet")
    #expect(run.status == 0 && run.stdout == "" && run.stderr == "", "\(run)")
    #expect(try project.files() == Self.files)
  }
}

/// Names of files that YAML, patterns, shells and terminals read as something else.
@Suite struct HostileNameTests {
  private static let names = [
    "a\nb", "it's", "\"q\"", "# c", ": d", "- e", "*f", "[g]", "{h}", "?i", "&j !k", "@l", "%m", "\u{1b}[31mn",
    "\u{202e}o", "back\\slash", "tab\tname", "ünïcode 名前", "null", "~", "${{ github.token }}", " space ", "\u{85}p",
    "\u{fffe}q", "$(touch pwned)", "`touch pwned`",
  ]

  @Test(arguments: names)
  func `the manifest can be loaded whatever a directory is called`(name: String) throws {
    let role = name.replacing("\"", with: "\"\"")
    let project = try Project([
      "\(name)/m/1_a.up.sql": "CREATE TABLE t (id int);\nGRANT SELECT ON t TO \"\(role)\";\n",
      "\(name)/seed/rows.sql": "INSERT INTO t VALUES (1);\n",
      "\(name)/q/a.sql": "-- name: first\nSELECT :x;\n-- name: second\nSELECT $1;\n-- name: third\nVACUUM\n",
      "\(name)/q/b.sql": "-- name: fourth\nSELECT 4;\n",
    ])
    let run = try project.plangate("init")
    try expect(run, exits: 0, stdout: ["wrote       queries/manifest.yml", "1 migration (golang-migrate)"])
    #expect(!run.stdout.contains("\u{1b}") && !run.stdout.contains("\u{202e}"))
    let manifest = try project.read("queries/manifest.yml")
    #expect(manifest.contains("migrations: ") && manifest.contains("files:"), "\(manifest)\n\(run)")
    let explain = try project.plangate("explain", "fourth")
    try expect(explain, exits: 0, stdout: ["fourth"])
    #expect(!project.exists("pwned") && !project.exists("queries/pwned"))
    let workflow = try project.read(".github/workflows/plangate.yml")
    #expect(!workflow.contains("${{"), "\(workflow)")
  }

  @Test func `links are not followed`() throws {
    let outside = try Project(["m/1_a.up.sql": "CREATE TABLE t (id int);\n", "queries/a.sql": "SELECT 1"])
    let project = try Project()
    for (name, target) in [("m", "m"), ("queries", "queries"), ("loop", "")] {
      try FileManager.default.createSymbolicLink(
        atPath: project.path(name), withDestinationPath: target.isEmpty ? project.directory : outside.path(target))
    }
    try expect(
      project.plangate("init"), exits: 0, stdout: ["found       no migrations", "wrote       plangate/manifest.yml"])
    #expect(try outside.files() == ["m/1_a.up.sql", "queries/a.sql"])
  }
}
