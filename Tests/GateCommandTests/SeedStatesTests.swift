import Foundation
import Postgres
import Testing
import TestSupport

@testable import GateCommand

/// Which states of a cluster have the same name, and which have different ones.
@Suite struct SeedStatesTests {
  private static let installation = Result {
    let environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }
    return try ServerInstallation.locate(nil, environment: environment)
  }

  private static let manifest = """
    version: 1
    seed:
      - ../seed/1.sql
      - ../seed/2.sql
      - run: make rows
        inputs: [../rows, ../Makefile]
      - ../seed/4.dump
      - ../seed/5.sql
    roles: [reader]
    settings:
      random_page_cost: 1.1
    queries:
      - file: a.sql
        params: [1]

    """

  private static let files = [
    "seed/1.sql": "CREATE TABLE items (id integer);\n",
    "seed/2.sql": "\\ir parts/a.sql\n\\copy items from ../data/items.csv\n\\i ../data/b.sql\n",
    "seed/parts/a.sql": "\\ir ../parts/deep.sql\n", "seed/parts/deep.sql": "SELECT 1;\n",
    "seed/parts/other.sql": "SELECT 2;\n",
    "data/items.csv": "1\n2\n", "data/b.sql": "SELECT 2;\n", "data/other.csv": "3\n",
    "rows/one": "1", "rows/two": "2", "Makefile": "rows:\n\ttrue\n",
    "seed/4.dump": "PGDMP", "seed/5.sql": "CREATE INDEX ON items (id);\n", "queries/a.sql": "SELECT $1::integer",
  ]

  private static func project(_ changes: [String: String] = [:]) throws -> Project {
    try Project(manifest: manifest, files.merging(changes) { $1 })
  }

  /// The manifest without its command.
  private static func projectOfFiles(_ changes: [String: String] = [:]) throws -> Project {
    let project = try project(changes)
    let command = "  - run: make rows\n    inputs: [../rows, ../Makefile]\n"
    try project.write("queries/m.yml", project.read("queries/m.yml").replacing(command, with: ""))
    return project
  }

  private static func plan(_ project: Project, cache: ClusterCache? = nil) throws -> SeedStates {
    try SeedStates(project.load(), installation.get(), cache: cache) { path in
      FileManager.default.contents(atPath: path).map { .archive(schema: String(decoding: $0, as: UTF8.self)) }
    }
  }

  /// All states: initdb's cluster first, the analyzed one last.
  private static func states(_ project: Project) throws -> [String?] {
    let plan = try plan(project)
    return [plan.initialised] + plan.steps.map(\.state) + [plan.analyzed]
  }

  @Test func `each state has its own name, the same in every run`() throws {
    let project = try Self.project()
    let states = try Self.states(project)
    #expect(states.count == 7)
    // A checkout elsewhere, such as that of the revision to compare with, has the same states.
    #expect(try Self.states(Self.project()) == states)
    #expect(Set(states.compactMap { $0 }).count == 7)
    #expect(try Self.states(project) == states)
    let plan = try Self.plan(project)
    #expect(plan.obstacle == nil)
  }

  @Test func `seeds of files only have the same states in every directory`() throws {
    let states = try (0..<2).map { _ in try Self.states(Self.projectOfFiles()) }
    #expect(states[0].count == 6 && states[0] == states[1])
  }

  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: String
    let old: String
    let new: String
    /// The index of the first state that changes: 0 is initdb's, 6 the analyzed one; nil for none.
    let first: Int?

    init(_ description: String, _ file: String, _ old: String, _ new: String, first: Int?) {
      testDescription = description
      self.file = file
      self.old = old
      self.new = new
      self.first = first
    }
  }

  private static let m = "queries/m.yml"

  static let changes = [
    Change("the locale", m, "version: 1\n", "version: 1\nlocale: C\n", first: 0),
    Change("the encoding", m, "version: 1\n", "version: 1\nencoding: SQL_ASCII\n", first: 0),
    Change("the time zone", m, "version: 1\n", "version: 1\ntimezone: Europe/Vienna\n", first: 1),
    Change("a role more", m, "[reader]", "[reader, writer]", first: 1),
    Change("a role's name", m, "[reader]", "[writer]", first: 1),
    Change("the value of a setting", m, "page_cost: 1.1", "page_cost: 1.2", first: 1),
    Change("the name of a setting", m, "random_page_cost", "seq_page_cost", first: 1),
    Change("a setting more", m, "cost: 1.1\n", "cost: 1.1\n  work_mem: 1MB\n", first: 1),
    Change("the first file", "seed/1.sql", "integer", "bigint", first: 1),
    Change("only a space", "seed/1.sql", "items (id", "items  (id", first: 1),
    Change("a comment in a file of the seed", "seed/5.sql", "CREATE", "-- fast\nCREATE", first: 5),
    Change("the second file", "seed/2.sql", "\\ir parts", "\n\\ir parts", first: 2),
    Change("a file that it includes", "seed/parts/a.sql", "deep.sql", "other.sql", first: 2),
    Change("a file that this one includes", "seed/parts/deep.sql", "1", "2", first: 2),
    Change("a file of data", "data/items.csv", "2", "3", first: 2),
    Change("another file of data", "seed/2.sql", "items.csv", "other.csv", first: 2),
    Change("a file included from where psql runs", "data/b.sql", "2", "3", first: 2),
    Change("the text of a command", m, "make rows", "make all rows", first: 3),
    Change("a file of a directory of inputs", "rows/two", "2", "3", first: 3),
    Change("the second input", "Makefile", "true", "false", first: 3),
    Change("an input less", m, "[../rows, ../Makefile]", "[../rows]", first: 3),
    Change("the same inputs as a glob", m, "[../rows, ../Makefile]", "[\"../rows/*\", ../Makefile]", first: nil),
    Change("the archive", "seed/4.dump", "PGDMP", "PGDMQ", first: 4),
    Change("the last file", "seed/5.sql", "(id)", "(id DESC)", first: 5),
    Change("the order", m, "1.sql\n  - ../seed/2.sql", "2.sql\n  - ../seed/1.sql", first: 1),
    Change("a step less", m, "  - ../seed/5.sql\n", "", first: 5),
    Change("a comment in the manifest", m, "version: 1\n", "# the gate\nversion: 1\n", first: nil),
    Change("a rule", m, "queries:\n", "rules: {cost: off}\nqueries:\n", first: nil),
    Change("a time-out", m, "queries:\n", "timeout: 1s\nqueries:\n", first: nil),
    Change("a query more", m, "queries:\n", "queries:\n  - {name: b, sql: SELECT 2}\n", first: nil),
    Change("a query's text", "queries/a.sql", "integer", "bigint", first: nil),
    Change("a parameter", m, "params: [1]", "params: [2]", first: nil),
    Change("a file that nothing names", "data/other.csv", "3", "4", first: nil),
    Change("the place of the baselines", m, "queries:\n", "baselines: ../b\nqueries:\n", first: nil),
    Change("the order of two settings", m, "  random_page_cost: 1.1\n", "  random_page_cost: '1.1'\n", first: nil),
  ]

  @Test(arguments: changes)
  func `a change affects its state and all later ones, none before`(_ change: Change) throws {
    let project = try Self.project()
    let before = try Self.states(project)
    let text = try project.read(change.file)
    #expect(text.contains(change.old))
    try project.write(change.file, text.replacing(change.old, with: change.new))
    let after = try Self.states(project)
    #expect(after.allSatisfy { $0 != nil })
    // The analyzed state is the last, however many steps there are.
    let first = zip(before.dropLast(), after.dropLast()).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    #expect((first ?? (after.count == before.count ? nil : after.count - 1)) == change.first)
    if let change = change.first {
      for (index, state) in after.enumerated() where index >= change { #expect(!before.contains(state), "\(index)") }
    } else {
      #expect(after == before)
    }
  }

  @Test func `two settings or roles differ from one with both words`() throws {
    func empty(_ roles: String, _ settings: String) throws -> String? {
      let project = try Project(
        manifest: "version: 1\nseed: [a.sql]\nroles: \(roles)\nsettings: \(settings)\nqueries: [{file: a.sql}]\n")
      return try Self.plan(project).steps[0].state
    }
    let states = [
      try empty("[ab, c]", "{}"), try empty("[a, bc]", "{}"), try empty("[abc]", "{}"), try empty("[]", "{a.b: c}"),
      try empty("[]", "{a.bc: ''}"), try empty("[a.b, c]", "{}"), try empty("[a.b]", "{c.d: e}"),
      try empty("[]", "{a.b: c, c.d: e}"),
    ]
    #expect(Set(states.compactMap { $0 }).count == states.count)
  }

  @Test func `the order of settings does not matter`() throws {
    func analyzed(_ settings: String) throws -> String? {
      try Self.plan(
        Project(manifest: "version: 1\nseed: [a.sql]\nsettings: \(settings)\nqueries: [{file: a.sql}]\n")
      ).analyzed
    }
    #expect(try analyzed("{work_mem: 1MB, seq_page_cost: 2}") == analyzed("{SEQ_PAGE_COST: 2, work_mem: 1MB}"))
  }

  @Test func `a seed without steps has a ready state too`() throws {
    let plan = try Self.plan(Project(manifest: "version: 1\nqueries: [{file: a.sql}]\n"))
    #expect(plan.steps.isEmpty && plan.analyzed != nil && plan.analyzed != plan.initialised)
  }

  @Test func `a missing included file prevents caching until it exists`() throws {
    let project = try Self.project(["seed/5.sql": "\\i later.sql\n"])
    let before = try Self.states(project)
    #expect(before[4] != nil && before[5] == nil && before[6] == nil)
    #expect(
      try Self.plan(project).obstacle
        == "\(project.path("seed/5.sql")): it reads \(project.path("queries/later.sql")), "
        + "which is not a file that can be read")
    try project.write("queries/later.sql", "")
    let after = try Self.states(project)
    #expect(after[4] == before[4] && after[5] != nil && after[6] != nil)
  }

  @Test(arguments: ["\\i /dev/null", "COPY items FROM '/proc/uptime';", "\\copy items from ../data"])
  func `anything but a regular file prevents caching`(text: String) throws {
    let states = try Self.states(Self.project(["seed/5.sql": text + "\n"]))
    #expect(states[4] != nil && states[5] == nil)
  }

  @Test func `a variable of one file can form a statement in another`() throws {
    let project = try Self.project(["seed/5.sql": "\\ir 6.sql\n:c;\n", "seed/6.sql": "\\set c 'DROP TABLE a'\n"])
    #expect(
      try Self.plan(project).obstacle.map(project.local) == "seed/5.sql: it puts the value of :c into a statement")
  }

  @Test func `rows of a data file hold the time if a field does`() throws {
    let project = try Self.projectOfFiles(["queries/a.sql": "SELECT now(), $1::integer"])
    #expect(try Self.plan(project).analyzed != nil)
    try project.write("data/items.csv", "1\nnow\n")
    #expect(try Self.plan(project).analyzed == nil)
  }

  @Test func `rows inserted after an archive may hold the time that its defaults read`() throws {
    let project = try Self.projectOfFiles([
      "seed/4.dump": "PGDMP;\nCREATE TABLE made (at timestamptz DEFAULT now());",
      "queries/a.sql": "SELECT now(), $1::integer",
    ])
    #expect(try Self.plan(project).analyzed == nil)
    #expect(
      try Self.plan(project).obstacle.map(project.local) == "seed/5.sql: it may read the clock, and so does the query a"
        + advice)
    // Its own rows contain the time at which they were dumped.
    let manifest = try project.read("queries/m.yml").replacing("  - ../seed/5.sql\n", with: "")
    try project.write("queries/m.yml", manifest)
    #expect(try Self.plan(project).analyzed != nil)
  }

  @Test func `an archive that pg_restore cannot read prevents caching`() throws {
    let project = try Self.projectOfFiles()
    let plan = try SeedStates(project.load(), Self.installation.get(), cache: nil) { _ in nil }
    #expect(plan.obstacle.map(project.local) == "seed/4.dump: pg_restore cannot read it")
  }

  @Test func `files that include each other are read once`() throws {
    let project = try Self.project(["seed/5.sql": "\\ir 6.sql\n", "seed/6.sql": "\\ir 5.sql\n\\ir 6.sql\n"])
    let before = try Self.states(project)
    #expect(before[6] != nil)
    try project.write("seed/6.sql", "\\ir 5.sql\n")
    #expect(try Self.states(project)[5] != before[5])
  }

  @Test func `a step with unknown inputs has no state, nor do the steps after it`() throws {
    for (file, text, obstacle) in [
      ("seed/2.sql", "\\! date\n", "seed/2.sql: it uses \\!"),
      // In a file that another file includes.
      ("seed/parts/deep.sql", "\\set day `date`\n", "seed/2.sql: it runs a command in backquotes"),
    ] {
      let project = try Self.project([file: text])
      let plan = try Self.plan(project)
      #expect(plan.steps.map { $0.state != nil } == [true, false, false, false, false])
      #expect(plan.analyzed == nil)
      #expect(plan.obstacle.map(project.local) == obstacle)
      #expect(plan.steps[0].state == (try Self.plan(Self.project()).steps[0].state))
    }
  }

  @Test func `a command without inputs has no state`() throws {
    let project = try Self.project()
    try project.write("queries/m.yml", Self.manifest.replacing("    inputs: [../rows, ../Makefile]\n", with: ""))
    let plan = try Self.plan(project)
    #expect(plan.steps.map { $0.state != nil } == [true, true, false, false, false])
    #expect(plan.analyzed == nil)
    #expect(plan.obstacle == "make rows: a command without 'inputs:'")
  }

  @Test func `sampled statistics are not cached`() throws {
    let project = try Self.project()
    try project.write("queries/m.yml", "statistics: sampled\n" + Self.manifest)
    let plan = try Self.plan(project)
    #expect(plan.steps.allSatisfy { $0.state != nil })
    #expect(plan.analyzed == nil && plan.obstacle == "statistics: sampled")
  }

  // MARK: The clock

  private let advice = "; if no plan depends on the time, write clock: ignore"

  @Test(arguments: [
    "SELECT now() - $1::interval", "SELECT * FROM items WHERE day > current_date - $1::integer",
    "SELECT 'today'::date + $1::integer",
  ])
  func `rows with the current time and a query of the clock have no state`(query: String) throws {
    let project = try Self.projectOfFiles(["seed/5.sql": "INSERT INTO items VALUES (now());\n"])
    #expect(try Self.states(project)[5] != nil)
    #expect(try Self.plan(project).readsClock)
    try project.write("queries/a.sql", query)
    let plan = try Self.plan(project)
    #expect(plan.steps.map { $0.state != nil } == [true, true, true, false])
    #expect(plan.analyzed == nil)
    #expect(plan.obstacle.map(project.local) == "seed/5.sql: it may read the clock, and so does the query a" + advice)
  }

  @Test func `a command may create rows with the current time in any language`() throws {
    let plan = try Self.plan(Self.project(["queries/a.sql": "SELECT now(), $1::integer"]))
    #expect(plan.steps.map { $0.state != nil } == [true, true, false, false, false])
    #expect(plan.analyzed == nil)
    #expect(plan.obstacle == "make rows: it may read the clock, and so does the query a" + advice)
  }

  @Test(arguments: ["params: [now]", "params: [Today]", "cases: {one: [yesterday]}"])
  func `a value can be the clock too`(values: String) throws {
    let project = try Self.projectOfFiles(["seed/5.sql": "INSERT INTO items VALUES (now());\n"])
    #expect(try Self.plan(project).analyzed != nil)
    try project.write("queries/m.yml", project.read("queries/m.yml").replacing("params: [1]", with: values))
    #expect(try Self.plan(project).analyzed == nil)
  }

  @Test func `a query of the clock on rows without a time has a state`() throws {
    let plan = try Self.plan(Self.projectOfFiles(["queries/a.sql": "SELECT now(), $1::integer"]))
    #expect(plan.analyzed != nil && !plan.readsClock)
  }

  // MARK: Notes on large files

  @Test func `a large file is scanned once, and a note on another file is not used for it`() throws {
    let large = "-- \(String(repeating: "x", count: 1 << 18))\n"
    let project = try Self.project(["seed/5.sql": large + "\\i other.sql\n", "queries/other.sql": "SELECT 2;\n"])
    let cache = try ClusterCache(environment: [:], base: project.path("cache"))
    let plain = try Self.plan(project)
    #expect(try Self.plan(project, cache: cache).analyzed == plain.analyzed)
    // A note for the archive, whatever its size.
    #expect(try project.names(in: "cache/1/scans").count == 2)
    #expect(try Self.plan(project, cache: cache).analyzed == plain.analyzed)
    try project.write("queries/other.sql", "SELECT 1;\n")
    #expect(try Self.plan(project, cache: cache).analyzed != plain.analyzed)

    try project.write("seed/5.sql", large + "\\! date\n")
    #expect(try Self.plan(project, cache: cache).analyzed == nil)
    #expect(try project.names(in: "cache/1/scans").count == 3)
    // A truncated note is ignored.
    for name in try project.names(in: "cache/1/scans") {
      let text = try project.read("cache/1/scans/\(name)")
      try project.write("cache/1/scans/\(name)", String(text.prefix(text.count / 2)))
    }
    #expect(try Self.plan(project, cache: cache).analyzed == nil)
  }
}
