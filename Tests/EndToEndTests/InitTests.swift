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
    let project = try Project(["queries": "a file\n"])
    try expect(
      try project.plangate("init"), exits: 2,
      stderr: ["queries/example_orders.sql: error: cannot write the file: queries is not a directory"])
    #expect(try project.read("queries") == "a file\n")
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
    #expect(run.stdout == "", "\(run)")
    #expect(try project.files() == [])
  }

  @Test func `init with -q prints nothing`() throws {
    let project = try Project()
    let run = try project.plangate("init", "--quiet")
    #expect(run.status == 0 && run.stdout == "" && run.stderr == "", "\(run)")
    #expect(try project.files() == Self.files)
  }
}
