import TestSupport
import Testing

/// The settings that a seed gives its database: limits are for its users, the rest affects the planner.
@Suite struct SeedSettingsTests {
  static let settings = [
    "statement_timeout = '1ms'", "lock_timeout = '1ms'", "idle_in_transaction_session_timeout = '1ms'",
    "default_transaction_read_only = on", "search_path = nowhere", "row_security = off", "role = app_user",
    // Intended, and effective for the queries.
    "enable_seqscan = off", "work_mem = '777kB'",
  ]

  static func project(_ settings: [String], _ target: String = "DATABASE %I") throws -> Project {
    let statements = settings.map { setting in
      "SELECT format($x$ALTER \(target) SET \(setting)$x$, current_database()) \\gexec\n"
    }
    return try Project([
      "seed/01.sql": """
      CREATE TABLE orders (id integer PRIMARY KEY, note text);
      INSERT INTO orders SELECT n, repeat('x', 100) FROM generate_series(1, 20000) AS n;
      GRANT ALL ON orders TO app_user;

      """,
      "seed/02.sql": statements.joined(),
      "queries/manifest.yml": """
      version: 1
      seed: [../seed/*.sql]
      roles: [app_user]
      queries:
        - {name: all_orders, sql: SELECT id FROM public.orders}
        - {name: again, sql: SELECT id FROM public.orders ORDER BY note}
        - {name: pay, sql: UPDATE public.orders SET note = 'paid' WHERE id = 7}
        - {name: users, sql: SELECT id FROM public.orders WHERE id = 8, session: {role: app_user}}

      """,
    ])
  }

  static func expectWork(_ project: Project, _ arguments: [String], _ environment: [String: String]) throws {
    let record = try project.start(["record"] + arguments, environment: environment).end()
    try expect(record, exits: 0, leavingNothingIn: project)
    let baseline = try project.read("baselines/again.plan")
    #expect(baseline.contains("relation public.orders: 20000 rows"), "\(baseline)")
    #expect(baseline.contains(#""enable_seqscan": "off""#), "\(baseline)")
    #expect(baseline.contains(#""work_mem": "777kB""#), "\(baseline)")
    let check = try project.start(["check"] + arguments, environment: environment).end()
    try expect(check, exits: 0, stdout: ["4 passed"], leavingNothingIn: project)
  }

  @Test func `limits of the database do not end plangate's own statements`() throws {
    let project = try SeedSettingsTests.project(SeedSettingsTests.settings + ["session_replication_role = replica"])
    try SeedSettingsTests.expectWork(project, ["--no-cache"], [:])
  }

  @Test func `limits of the role do not end plangate's own statements`() throws {
    let project = try SeedSettingsTests.project(SeedSettingsTests.settings, "ROLE CURRENT_USER")
    try SeedSettingsTests.expectWork(project, ["--no-cache"], [:])
  }
}
