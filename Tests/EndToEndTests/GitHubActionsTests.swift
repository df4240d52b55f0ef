import Foundation
import TestSupport
import Testing

/// A check inside GitHub Actions: a lost index, waivers without a finding, and a server that prints workflow commands.
@Suite struct GitHubActionsTests {
  private static let waiver = """
      - file: order_and_parent.sql
        waive:
          - {rule: seq-scan, relation: public.orders, reason: "was to be back", until: 2026-01-01}

    """
  private static let hostile = """
      - name: hostile
        sql: |
          SELECT E'x\\n::add-mask::orders\\n  ::error::y ##[error]z'::integer

    """

  private static func project() throws -> Project {
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    try project.edit("queries/manifest.yml", "  - file: order_and_parent.sql\n", waiver)
    try project.append("queries/manifest.yml", hostile)
    return project
  }

  /// The repository's root, the directory above the project.
  private static func workspace(_ project: Project) -> String {
    (project.directory as NSString).deletingLastPathComponent
  }

  /// The environment of a runner's step.
  private static func environment(_ project: Project, summary: String = "summary.md") -> [String: String] {
    [
      "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": workspace(project),
      "GITHUB_STEP_SUMMARY": "\(project.directory)/\(summary)",
    ]
  }

  private static func commands(_ text: String) -> [String] {
    text.components(separatedBy: "\n").filter { $0.drop(while: \.isWhitespace).hasPrefix("::") }
  }

  @Test func `annotations and a summary need no flag, and nothing else is a command`() throws {
    let project = try Self.project()
    try project.write("summary.md", "# before\n")
    let run = try project.plangate(
      "check", "orders_by_customer", "order_and_parent", "hostile", environment: Self.environment(project))
    try expect(run, exits: 2, stdout: ["3 regressed", "1 unchecked"])
    let name = project.directory.dropFirst(Self.workspace(project).count + 1)
    let commands = Self.commands(run.stdout + run.stderr)
    let manifest = try project.read("queries/manifest.yml").components(separatedBy: "\n")
    let line = try #require(manifest.firstIndex { $0.contains("was to be back") }) + 1
    #expect(commands.count == 6, "\(run)")
    for (command, start) in zip(
      commands,
      [
        "::error file=\(name)/queries/orders_by_customer.sql,line=1,title=plangate%3A orders_by_customer@typical%3A seq-scan::",
        "::error file=\(name)/queries/orders_by_customer.sql,line=1,title=",
        "::error file=\(name)/queries/order_and_parent.sql,line=1,title=",
        "::error file=\(name)/queries/manifest.yml,line=",
        "::warning file=\(name)/queries/manifest.yml,line=\(line),title=",
      ])
    { #expect(command.hasPrefix(start), "\(command)") }
    #expect(commands.contains { $0.contains("fix: CREATE INDEX orders_customer_idx ON public.orders") })
    let log = run.stdout.components(separatedBy: "\n").filter { !commands.contains($0) }
    #expect(log.contains { $0.contains("\\::add-mask::orders") } && !log.contains { $0.contains("##[") }, "\(run)")

    let summary = try project.read("summary.md")
    #expect(summary.hasPrefix("# before\n\n<!-- plangate \(name)/queries/manifest.yml -->\n"))
    #expect(summary.contains("CREATE INDEX orders_customer_idx ON public.orders USING btree (customer_id);"))
  }

  @Test func `a summary that cannot be written is reported and does not change the verdict`() throws {
    let project = try Self.project()
    let run = try project.plangate(
      "check", "orders_by_customer", "--json", "-", environment: Self.environment(project, summary: "queries"))
    try expect(run, exits: 1)
    #expect(run.stderr.contains("plangate: warning: cannot write the job summary: "), "\(run)")
    // Standard output is used by the report, so the commands go to standard error.
    #expect(try JSONReport(parsing: run.stdout).outcome == "failed")
    #expect(Self.commands(run.stderr).count == 2, "\(run)")
  }

  @Test func `an error of the manifest is annotated on its line and is in all reports`() throws {
    let project = try Sample.recorded()
    try project.edit("queries/manifest.yml", "settings:\n", "setings:\n")
    let run = try project.plangate(
      "check", "--markdown", "m.md", "--sarif", "s.sarif", "--gitlab", "g.json", "--junit", "junit.xml",
      environment: Self.environment(project))
    try expect(run, exits: 2, stderr: ["unknown key 'setings'"])
    let name = project.directory.dropFirst(Self.workspace(project).count + 1)
    #expect(
      Self.commands(run.stdout).first?.hasPrefix("::error file=\(name)/queries/manifest.yml,line=5,title=") == true,
      "\(run)")
    for file in ["m.md", "s.sarif", "g.json", "junit.xml", "summary.md"] {
      #expect(try project.read(file).contains("unknown key "), "\(file)")
    }
    #expect(try project.read("s.sarif").contains("\"executionSuccessful\": false"))
  }

  @Test func `outside GitHub Actions there are no annotations and no summary`() throws {
    let project = try Self.project()
    var environment = Self.environment(project)
    environment["GITHUB_ACTIONS"] = nil
    let run = try project.plangate("check", "orders_by_customer", environment: environment)
    try expect(run, exits: 1)
    #expect(Self.commands(run.stdout + run.stderr).isEmpty)
    #expect(!project.exists("summary.md"))
  }
}
