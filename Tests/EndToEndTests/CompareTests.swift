import Foundation
import TestSupport
import Testing

/// `plangate compare` and `check --base`: two states of one small shop, in a git repository of its own.
@Suite struct CompareTests {
  static let files = [
    "shop/seed/1.sql": """
    CREATE TABLE customers (id integer PRIMARY KEY, email text);
    INSERT INTO customers SELECT n, 'c' || n || '@example.org' FROM generate_series(1, 5000) AS n;
    CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total integer);
    INSERT INTO orders SELECT n, n % 5000 + 1, n % 90 FROM generate_series(1, 20000) AS n;

    """,
    "shop/seed/2.sql": """
    CREATE INDEX orders_customer_idx ON orders (customer_id);
    CREATE INDEX customers_email_idx ON customers (email);

    """,
    // An archive would leave the seed out.
    ".gitattributes": "shop/seed export-ignore\n",
    "shop/queries/manifest.yml": """
    version: 1
    seed: [../seed/*.sql]
    settings: {work_mem: 256kB}
    queries:
      - {name: by_customer, sql: SELECT * FROM orders WHERE customer_id = $1, params: [7]}
      - {name: by_email, sql: SELECT id FROM customers WHERE email = $1, params: ["c77@example.org"]}
      - {name: sorted, sql: SELECT * FROM orders ORDER BY total}

    """,
  ]

  /// The project as the first commit of a repository.
  static func committed() throws -> Project {
    let project = try Project(files)
    try git(project, "init", "-q", "-b", "main")
    try commit(project)
    return project
  }

  @discardableResult
  static func git(_ project: Project, _ words: String..., in folder: String = ".") throws -> String {
    let name = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "protocol.file.allow=always"]
    let run = try RunningProgram(
      ["git", "-C", project.path(folder)] + name + words, in: project.directory, environment: plainEnvironment()
    ).end()
    guard run.status == 0 else { throw TestFailure("\(run)") }
    return run.stdout
  }

  static func commit(_ project: Project, in folder: String = ".") throws {
    try git(project, "add", "shop", ".gitattributes", in: folder)
    try git(project, "commit", "-q", "-m", "state", in: folder)
  }

  private static let manifest = ["--manifest", "shop/queries/manifest.yml", "--color", "never"]

  private static func compare(_ project: Project, _ arguments: String...) throws -> ProgramRun {
    try project.start(
      ["compare"] + manifest + ["--json", "report.json"] + arguments, environment: GivenTestServer.withPassword
    ).end()
  }

  /// Everything in the repository's directory, by size and time.
  private static func repository(_ project: Project) throws -> String {
    let run = try RunningProgram(
      ["find", ".git", "-printf", "%p %s %T@\n"], in: project.directory, environment: plainEnvironment()
    ).end()
    return run.stdout.split(separator: "\n").sorted().joined(separator: "\n")
  }

  @Test func `a lost index fails against a revision, and the repository stays as it is`() throws {
    let project = try Self.committed()
    try Self.git(project, "config", "core.splitIndex", "true")
    for hook in ["post-checkout", "post-index-change"] {
      try project.writeProgram(".git/hooks/\(hook)", "#!/bin/sh\ntouch '\(project.path("hooked"))'\n")
    }
    try? project.remove("hooked")
    let short = String(try Self.git(project, "rev-parse", "--short", "HEAD").prefix { $0 != "\n" })
    let before = try Self.repository(project)
    try expect(
      Self.compare(project, "--base", "main"), exits: 0, stdout: ["compared with main (\(short))", "3 passed"],
      leavingNothingIn: project)
    try project.edit("shop/seed/2.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    let run = try Self.compare(project, "--base", "HEAD", "--junit", "report.xml", "--markdown", "report.md")
    try expect(
      run, exits: 1,
      stdout: [
        "times HEAD (\(short))'s", "cause: index orders_customer_idx of public.orders is gone",
        "fix: CREATE INDEX orders_customer_idx", "1 regressed", "2 passed",
      ], not: ["plangate record", "baseline"], leavingNothingIn: project)
    let report = try project.read("report.json")
    #expect(report.contains("\"before\": \"HEAD (\(short))\"") && report.contains("\"outcome\": \"failed\""))
    #expect(!report.contains("plangate record"))
    #expect(try project.read("report.md").contains("compared with `HEAD (\(short))`"))
    #expect(try Self.repository(project) == before)
    #expect(!project.exists("hooked"))
  }

  @Test func `queries that only one side has`() throws {
    let project = try Self.committed()
    try project.edit(
      "shop/queries/manifest.yml", "{name: sorted, sql: SELECT * FROM orders ORDER BY total}",
      "{name: counted, sql: SELECT count(*) FROM orders}")
    let run = try Self.compare(project, "--base", "main")
    try expect(run, exits: 0, stdout: ["not in main (", "1 new", "2 passed", "gone from the manifest: sorted"])
    #expect(try project.read("report.json").contains("\"outcome\": \"passed\""))
  }

  @Test func `a revision that cannot be compared with is one error, and reports say so`() throws {
    let project = try Self.committed()
    func failure(_ base: String, in folder: String = ".") throws -> String {
      let run = try project.start(
        ["compare", "--manifest", "\(folder)/shop/queries/manifest.yml", "--base", base, "--json", "report.json"]
      ).end()
      try expect(run, exits: 2, leavingNothingIn: project)
      #expect(try project.read("report.json").contains("\"outcome\": \"unchecked\""))
      return run.stderr
    }
    #expect(try failure("mian").contains("git knows no revision 'mian'\nname a branch, a tag or a commit"))
    // A manifest that the base does not have.
    try project.write("shop/queries/other.yml", Self.files["shop/queries/manifest.yml"] ?? "")
    let other = try project.plangate("compare", "--manifest", "shop/queries/other.yml", "--base", "main")
    try expect(other, exits: 2, stderr: [") has no shop/queries/other.yml, so there is nothing to compare with"])
    // A seed that fails there, by its name there.
    try project.append("shop/seed/2.sql", "CREATE INDEX ON nothing (id);\n")
    try Self.commit(project)
    try project.write("shop/seed/2.sql", Self.files["shop/seed/2.sql"] ?? "")
    let seed = try failure("HEAD")
    #expect(seed.contains(":shop/seed/2.sql:") && seed.contains("while making the state to compare with, HEAD ("))
    #expect(!seed.contains("plangate-"))
    // A shallow clone has no history.
    try Self.git(project, "clone", "-q", "--depth", "1", "file://\(project.directory)", "shallow")
    #expect(try failure("HEAD~1", in: "shallow").contains("which is shallow\nfetch the history: 'fetch-depth: 0'"))
    // The branch is known as the remote's only.
    try Self.git(project, "checkout", "-q", "-b", "work", in: "shallow")
    try Self.git(project, "branch", "-q", "-D", "main", in: "shallow")
    #expect(try failure("main", in: "shallow").contains("did you mean 'origin/main'?"))
    // No repository at all.
    try project.remove(".git")
    #expect(try failure("main").contains("is not in a git repository"))
  }

  @Test func `a missing git, and a submodule that the seed needs`() throws {
    let project = try Self.committed()
    let run = try project.start(
      ["compare"] + Self.manifest + ["--base", "main"], environment: ["PATH": project.path("nothing")]
    ).end()
    try expect(run, exits: 2, stderr: ["git", "not found", "install git"])
    try Self.git(project, "clone", "-q", ".", "schema")
    try Self.git(project, "submodule", "--quiet", "add", "./schema", "shop/schema")
    try project.edit("shop/queries/manifest.yml", "[../seed/*.sql]", "[../schema/shop/seed/*.sql]")
    try Self.commit(project)
    let missing = try Self.compare(project, "--base", "HEAD")
    try expect(
      missing, exits: 2,
      stderr: ["no file matches", ":shop/schema/shop/seed/*.sql", "its submodules are not read: shop/schema"],
      leavingNothingIn: project)
  }

  @Test func `the merge base of two branches`() throws {
    let project = try Self.committed()
    let short = String(try Self.git(project, "rev-parse", "--short", "HEAD").prefix { $0 != "\n" })
    try Self.git(project, "checkout", "-q", "-b", "work")
    try project.append("shop/seed/2.sql", "-- work\n")
    try Self.commit(project)
    try Self.git(project, "checkout", "-q", "main")
    // What main did meanwhile is no matter of the branch.
    try project.append("shop/seed/2.sql", "DROP INDEX customers_email_idx;\n")
    try Self.commit(project)
    try Self.git(project, "checkout", "-q", "work")
    try expect(
      Self.compare(project, "--base", "main..."), exits: 0,
      stdout: ["compared with the merge base with main (\(short))", "3 passed"])
  }

  @Test func `another server`() throws {
    let project = try Self.committed()
    let servers = try (InstalledServer.distribution.binaries, InstalledServer.postgres18WithContrib.binaries)
    let run = try Self.compare(project, "--base-postgres", servers.0, "--postgres", servers.1)
    try expect(
      run, exits: 0,
      stdout: [
        "PostgreSQL 18.", "compared with PostgreSQL \(try InstalledServer.distribution.major)",
        "only seq-scan and row-estimate can fail",
      ], leavingNothingIn: project)
  }

  @Test func `other settings, of sessions and of a server`() throws {
    let project = try Self.committed()
    try project.write("more.yml", "work_mem: 64MB\n")
    let run = try Self.compare(project, "--base-settings", "more.yml")
    try expect(
      run, exits: 1,
      stdout: ["sort-spill: ", "more.yml's stays in memory", "set work_mem back to 64MB", "1 regressed", "2 passed"],
      leavingNothingIn: project)
    // Whoever only asks for the same is not told of a difference.
    try project.write("same.yml", "work_mem: 256kB\nshared_buffers: 64MB\n")
    try expect(Self.compare(project, "--base-settings", "same.yml"), exits: 0, stdout: ["3 passed"])
    try project.write("wrong.yml", "work_mem: lots\n")
    try expect(
      Self.compare(project, "--base-settings", "wrong.yml"), exits: 2, stderr: ["wrong.yml:1:1: error: 'work_mem'"])
    try project.write("wrong.yml", "\nshared_buffers: lots\n")
    try expect(Self.compare(project, "--base-settings", "wrong.yml"), exits: 2, stderr: ["wrong.yml:2:1: error: "])
    try project.write("wrong.yml", "port: 1\n")
    try expect(
      Self.compare(project, "--base-settings", "wrong.yml"), exits: 2,
      stderr: ["wrong.yml:1:1: error: 'port' is set by"])
  }

  @Test func `a given server keeps the base in a database of its own`() throws {
    let project = try Self.committed()
    try project.edit("shop/seed/2.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    let server = try GivenTestServer.shared()
    let run = try Self.compare(project, "--base", "main", "--server", server.superuserConninfo)
    try expect(run, exits: 1, stdout: ["1 regressed", "2 passed"], leavingNothingIn: project)
    try project.write("base.yml", "shared_buffers: 64MB\n")
    let refused = try Self.compare(project, "--base-settings", "base.yml", "--server", server.conninfo)
    try expect(refused, exits: 2, stderr: ["base.yml:1:1: error: 'shared_buffers'", "leave out --server"])
  }

  @Test func `two plans in files`() throws {
    let project = try Project([:])
    func plan(_ node: String, _ cost: Double, _ blocks: Int, _ more: String) -> String {
      """
      [{"Plan": {"Node Type": "\(node)", "Parallel Aware": false, \(more) "Relation Name": "orders", "Alias": "orders",
        "Startup Cost": 0.0, "Total Cost": \(cost), "Plan Rows": 4, "Plan Width": 12, "Actual Rows": 4, "Actual Loops": 1,
        "Shared Hit Blocks": \(blocks), "Shared Read Blocks": 0}}]
      """
    }
    let index = #""Schema": "public", "Index Name": "orders_customer_idx", "Index Cond": "(orders.customer_id = 7)","#
    let filter = #""Schema": "public", "Filter": "(orders.customer_id = 7)", "Rows Removed by Filter": 19996,"#
    try project.write("before.json", plan("Index Scan", 16, 6, index))
    try project.write("after.json", plan("Seq Scan", 359, 109, filter))
    let environment = ["PATH": project.path("nothing")]
    let run = try project.plangate(
      "compare", "before.json", "after.json", "--json", "report.json", environment: environment)
    try expect(
      run, exits: 1,
      stdout: ["after.json, compared with before.json", "seq-scan: public.orders", "18 times before.json's"],
      not: ["cause:", "plangate record", "fix: CREATE"])
    #expect(try project.read("report.json").contains("\"query\": \"after\""))
    try expect(project.plangate("compare", "before.json", "before.json"), exits: 0, stdout: ["1 passed"])
    // As psql prints it without -At, and without VERBOSE on one side.
    let lines = try project.read("after.json")
      .replacing(#""Schema": "public","#, with: "").replacing("orders.customer", with: "customer").split(
        separator: "\n")
    try project.write(
      "aligned.txt",
      " QUERY PLAN \n-----\n " + lines.joined(separator: "   +\n ") + "\n(1 row)\n\n")
    try expect(
      project.plangate("compare", "before.json", "aligned.txt"), exits: 1,
      stdout: ["seq-scan: orders: ", "only before.json is VERBOSE"], not: ["cause:"])
  }

  @Test func `plans that are no plans, and options that do not go together`() throws {
    let project = try Project(["text.json": "hello\n", "plan.json": "[]"])
    func failure(_ arguments: String...) throws -> String {
      let run = try project.start(["compare"] + arguments).end()
      try expect(run, exits: 2, leavingNothingIn: project)
      return run.stderr
    }
    #expect(try failure("text.json", "plan.json").contains("text.json: error: EXPLAIN's answer is not valid JSON"))
    #expect(try failure("none.json", "plan.json").contains("cannot read the plan: no such file"))
    #expect(try failure("plan.json").contains("needs a state to compare with: --base REV"))
    #expect(try failure("plan.json", "plan.json", "--postgres", "15").contains("leave out --postgres"))
    #expect(try failure("--base", "main", "--base-postgres", "15").contains("only one can be given"))
    #expect(try failure("--base-postgres", "15", "--server", "").contains("only one of them can be given"))
    #expect(try failure("--base=--exec").contains("--base is a git revision"))
  }

  @Test func `check judges a new query by the base, and says whether a failure is old`() throws {
    let project = try Self.committed()
    func run(_ words: String...) throws -> ProgramRun {
      try project.start([words[0]] + Self.manifest + words.dropFirst()).end()
    }
    try expect(run("record", "-q", "by_email", "sorted"), exits: 0)
    try Self.git(project, "add", "shop")
    try Self.git(project, "commit", "-q", "-m", "baselines")
    try expect(run("check", "--base", "main"), exits: 0, stdout: ["3 passed"], leavingNothingIn: project)
    // The failure of by_email is there before the branch, and that of by_customer is not.
    try project.edit("shop/seed/2.sql", "CREATE INDEX customers_email_idx ON customers (email);\n", "")
    try Self.commit(project)
    try project.write("shop/seed/2.sql", "SELECT 1;\n")
    let failed = try project.start(
      ["check"] + Self.manifest + ["--base", "HEAD", "--json", "report.json", "--markdown", "report.md"]
    ).end()
    try expect(
      failed, exits: 1, stdout: ["it fails at HEAD (", "times HEAD (", "accept all with: plangate record"],
      leavingNothingIn: project)
    let report = try project.read("report.json")
    #expect(report.components(separatedBy: ") too\"").count == 2)
    #expect(try project.read("report.md").contains("it fails at HEAD ("))
    // A failure of this branch, and a query that the base does not have.
    try project.write("shop/seed/2.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n")
    try project.append("shop/queries/manifest.yml", "  - {name: counted, sql: SELECT count(*) FROM orders}\n")
    try expect(
      run("check", "--base", "HEAD~1"), exits: 1, stdout: ["it does not fail at HEAD~1 (", "1 regressed", "1 new"])
    // A manifest that the base does not have takes nothing from the check.
    try project.write("shop/queries/other.yml", project.read("shop/queries/manifest.yml"))
    try expect(
      project.plangate("check", "--manifest", "shop/queries/other.yml", "--base", "HEAD", "sorted"), exits: 0,
      stdout: [") has no shop/queries/other.yml, so nothing is compared with it", "1 passed"])
  }
}
