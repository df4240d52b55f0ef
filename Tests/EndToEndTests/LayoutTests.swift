import Foundation
import TestSupport
import Testing
import YAML

/// Projects as people have them: `init`, values, `record`, `check`, and nothing else edited by hand.
@Suite struct LayoutTests {
  struct Layout: Sendable, CustomTestStringConvertible {
    let name: String
    /// The directory with the manifest.
    var place = "queries"
    /// What the report says, line by line.
    let report: [String]
    /// The lines of the manifest with values in them, and the same lines as init writes them.
    let values: [(old: String, new: String)]
    /// The queries of the manifest.
    let queries: [String]
    /// An index that the migrations make, a query that needs it, and the file that makes it.
    let index: (name: String, query: String)
    /// The inputs of the action.
    let inputs: [String: String]

    var testDescription: String { name }
    var manifest: String { "\(place)/manifest.yml" }
    var option: String { "--manifest=\(manifest)" }
  }

  static let layouts = [
    Layout(
      name: "sqlc",
      report: [
        "found       db/migration: 2 migrations (golang-migrate)", "found       db/seed.sql: rows",
        "found       db/query/*.sql: 6 queries (sqlc), 5 of them need values",
        "found       docker-compose.yml:4: PostgreSQL 16 (postgres:16-alpine)",
        "left out    db/query/*.sql: RefreshTotals: TRUNCATE has no plan",
      ],
      values: [
        (
          "    # params:                         # values for all of these that have the parameter\n    #   owner: …\n"
            + "    #   page_size: …\n    #   page_offset: …\n    #   amount: …\n    #   id: …\n",
          "    params:\n      owner: user7\n      page_size: 5\n      page_offset: 0\n      amount: 10\n      id: 77\n"
        ),
        ("query: CreateAccount\n    # params: [$1, $2, $3]", "query: CreateAccount\n    params: [user8, 100, GBP]"),
        ("query: GetAccount\n    # params: [$1]", "query: GetAccount\n    params: [42]"),
        ("query: ListEntries\n    # params: [$1, $2, $3]", "query: ListEntries\n    params: [42, 5, 0]"),
      ],
      queries: ["ListAccounts", "AddAccountBalance", "CountAccounts", "CreateAccount", "GetAccount", "ListEntries"],
      index: ("entries_account_id_idx", "ListEntries"),
      inputs: ["postgres": "16", "cache-inputs": "queries db/migration db/seed.sql"]),
    Layout(
      name: "goose", place: "plangate",
      report: [
        "found       migrations: 3 migrations (goose)", "found       fixtures/dev.sql: rows",
        "found       queries/*.sql: 3 queries (goyesql), 2 of them need values",
        "found       compose.yaml:3: PostgreSQL 17 (docker.io/library/postgres:17)",
        "found       migrations/20240211120000_create_campaigns.sql: the roles newsletter_owner, newsletter_reader",
        "left out    queries/*.sql: query-subscribers: the application fills in its text at %s",
        "plangate record --manifest plangate/manifest.yml", "plangate check --manifest plangate/manifest.yml",
      ],
      values: [
        ("query: get-subscriber\n    # params: [$1]", "query: get-subscriber\n    params: [reader77@example.org]"),
        ("query: campaign-views\n    # params: [$1, $2]", "query: campaign-views\n    params: [7, 20]"),
      ],
      queries: ["blocked", "get-subscriber", "campaign-views"], index: ("views_campaign_idx", "campaign-views"),
      inputs: [
        "manifest": "plangate/manifest.yml", "postgres": "17",
        "cache-inputs": "plangate migrations fixtures/dev.sql",
      ]),
    Layout(
      name: "alembic",
      report: [
        "found       alembic.ini: 2 migrations (Alembic)", "found       scripts/dev_data.sql: rows",
        "found       bookings/sql/*.sql: 4 queries (aiosql), all need values",
        "found       docker-compose.yml:3: PostgreSQL 15 (postgis/postgis:15-3.4)",
      ],
      values: [
        (
          "    # params:                         # values for all of these that have the parameter\n"
            + "    #   room_id: …\n    #   since: …\n    #   id: …\n    #   names: …\n",
          "    params:\n      room_id: 7\n      since: 2025-01-01\n      id: 99\n      names: [guest 1, guest 2]\n"
        )
      ],
      queries: ["room_bookings", "get_booking", "move_booking", "guests"],
      index: ("bookings_room_idx", "room_bookings"),
      inputs: ["postgres": "15", "cache-inputs": "queries alembic.ini alembic scripts/dev_data.sql"]),
    Layout(
      name: "prisma", place: "plangate",
      report: [
        "found       prisma/migrations: 2 migrations (Prisma)", "found       prisma/seed.sql: rows",
        "found       prisma/sql/*.sql: 2 queries (Prisma TypedSQL), 1 of them needs values",
        "found       docker-compose.yaml:3: PostgreSQL 16 (postgres:${POSTGRES_VERSION:-16.4}-bookworm)",
      ],
      values: [
        (
          "file: ../prisma/sql/customerOrders.sql\n    # params: [$1, $2]",
          "file: ../prisma/sql/customerOrders.sql\n    params: [7, 10]"
        )
      ],
      queries: ["revenue", "customerOrders"], index: ("Order_customerId_createdAt_idx", "customerOrders"),
      inputs: [
        "manifest": "plangate/manifest.yml", "postgres": "16",
        "cache-inputs": "plangate prisma/migrations prisma/seed.sql",
      ]),
    Layout(
      name: "supabase",
      report: [
        "found       supabase/migrations: 2 migrations (Supabase)", "found       supabase/seed.sql: rows",
        "found       server/queries/*.sql: 2 queries, all need values",
        "found       supabase/config.toml:10: PostgreSQL 15 (major_version = 15)",
        "found       supabase/migrations/20240510081500_policies.sql: the roles authenticated, reporting",
        "wrote       queries/supabase.sql",
      ],
      values: [
        ("00000000-0000-0000-0000-000000000000", "00000000-0000-4000-8000-000000000042"),
        ("finish_task.sql\n    # params: [$1]", "finish_task.sql\n    params: [42]"),
        ("open_tasks.sql\n    # params: [$1]", "open_tasks.sql\n    params: [10]"),
      ],
      queries: ["finish_task", "open_tasks"], index: ("tasks_user_id_idx", "open_tasks"),
      inputs: ["postgres": "15", "cache-inputs": "queries supabase/migrations supabase/seed.sql"]),
  ]

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Layouts")

  /// A layout as a project of its own.
  static func project(_ name: String) throws -> Project {
    let project = try Project()
    let root = root.appending(path: name).path
    guard let files = FileManager.default.enumerator(atPath: root) else { throw TestFailure("no layout \(name)") }
    for case let path as String in files {
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory), !isDirectory.boolValue
      else { continue }
      try project.write(path, bytes: Array(Data(contentsOf: URL(filePath: "\(root)/\(path)"))))
    }
    return project
  }

  /// The variables with which the shell of a seed finds Alembic.
  static func environment(in project: Project) throws -> [String: String] {
    let tools = root.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: ".build/tools").path
    guard FileManager.default.fileExists(atPath: tools + "/alembic") else {
      throw TestFailure("there is no Alembic in \(tools)\nscripts/install installs it")
    }
    try project.writeProgram("tmp/tools/alembic", "#!/bin/sh\nexec /usr/bin/python3 -m alembic \"$@\"\n")
    let path = plainEnvironment()["PATH"] ?? ""
    return ["PATH": "\(project.path("tmp/tools")):\(path)", "PYTHONPATH": tools, "PYTHONDONTWRITEBYTECODE": "1"]
  }

  @Test(arguments: layouts)
  func `a project is green once it has values, and fails without an index`(layout: Layout) throws {
    let project = try Self.project(layout.name)
    let environment = layout.name == "alembic" ? try Self.environment(in: project) : [:]
    let before = try project.files()
    let first = try project.start(["init"], environment: environment).end()
    try expect(first, exits: 0, stdout: layout.report + ["wrote       \(layout.manifest)"])
    #expect(first.stderr == "", "\(first)")
    let written = Set(try project.files()).subtracting(before)
    #expect(written.allSatisfy { $0.hasPrefix(layout.place + "/") || $0 == ".github/workflows/plangate.yml" })

    for (old, new) in layout.values { try project.edit(layout.manifest, old, new) }
    func run(_ words: String...) throws -> ProgramRun {
      try project.start(words + [layout.option], environment: environment).end()
    }
    let record = try run("record")
    try expect(record, exits: 0, stdout: ["\(layout.queries.count) new"])
    let check = try run("check", "--json", "report.json")
    try expect(check, exits: 0, stdout: ["\(layout.queries.count) passed"])
    #expect(try project.json().cases.map(\.name) == layout.queries)

    // The plans are of seeded tables, and under the policies of a user.
    let directory = layout.place == "queries" ? "baselines" : "plangate/baselines"
    let baseline = try project.read("\(directory)/\(layout.index.query).plan")
    #expect(baseline.contains(layout.index.name), "\(baseline)")

    try project.write(
      "\(layout.place)/drop.sql", "DROP INDEX \"\(layout.index.name)\";\n")
    let rows = try #require(layout.report.first { $0.hasSuffix(": rows") })
    let step = "  - ../\(rows.dropFirst(12).dropLast(6))\n"
    try project.edit(layout.manifest, step, step + "  - drop.sql\n")
    try expect(run("check"), exits: 1, stdout: ["index \(layout.index.name) of", "regressed"])
  }

  @Test(arguments: layouts)
  func `a project is green with proposed values, and nothing is edited`(layout: Layout) throws {
    let project = try Self.project(layout.name)
    let environment = layout.name == "alembic" ? try Self.environment(in: project) : [:]
    func run(_ words: String...) throws -> ProgramRun {
      try project.start(words, environment: environment).end()
    }
    try expect(run("init"), exits: 0, stdout: ["plangate params --write"])
    try expect(run("params", "--write", layout.option), exits: 0, stdout: ["100 %"])
    try expect(run("record", layout.option), exits: 0, stdout: ["\(layout.queries.count) new"])
    let check = try run("check", layout.option, "--json", "report.json")
    try expect(check, exits: 0, stdout: [" passed"])
    #expect(try Set(project.json().cases.map(\.query)) == Set(layout.queries))
  }

  @Test(arguments: layouts)
  func `the workflow gives the action what it needs`(layout: Layout) throws {
    let project = try Self.project(layout.name)
    _ = try project.plangate("init", "-q")
    let root = try YAMLParser.parse(Array(project.read(".github/workflows/plangate.yml").utf8))
    let steps = root["jobs"]?["plans"]?["steps"]?.sequence ?? []
    let with = steps.last?["with"]?.mapping ?? []
    let inputs = Dictionary(uniqueKeysWithValues: with.map { ($0.key.scalarText ?? "", $0.value.scalarText ?? "") })
    #expect(inputs == layout.inputs)
    if layout.name == "alembic" {
      #expect(steps.compactMap { $0["run"]?.scalarText } == ["pip install -r requirements.txt"])
    }
  }

  @Test(arguments: layouts)
  func `--dry-run prints the files and writes none, and a second run is an error`(layout: Layout) throws {
    let project = try Self.project(layout.name)
    let before = try project.files()
    let dry = try project.plangate("init", "--dry-run")
    try expect(dry, exits: 0, stdout: layout.report.filter { !$0.contains("plangate ") && !$0.hasPrefix("wrote") })
    #expect(try project.files() == before)
    _ = try project.plangate("init", "-q")
    for path in Set(try project.files()).subtracting(before) {
      #expect(dry.stdout.contains("--- \(path)\n\(try project.read(path))"), "\(path)\n\(dry)")
    }
    let second = try project.plangate("init")
    try expect(second, exits: 2, stdout: ["kept        \(layout.manifest)"], stderr: ["nothing was written"])
  }
}
