import PlanCore
import Postgres
import Testing
import TestSupport

@testable import GateCommand

@Suite struct ManifestTests {
  /// Every key of the contract.
  private static let full = """
    version: 1
    locale: de_DE.UTF-8
    timezone: Europe/Berlin
    encoding: LATIN1
    baselines: ../plans
    timeout: 2min
    seed:
      - ../seed/*.sql
      - ../dumps/shop.dump
      - run: make migrate
    roles: [app_user, "Mixed Case"]
    settings:
      random_page_cost: 1.1
      Work_Mem: 16MB
      enable_sort: off
      app.flag: "it's"
    rules:
      seq-scan: warn
      row-estimate: {severity: fail, threshold: 20}
    queries:
      - name: orders_by_customer
        file: orders_by_customer.sql
        params: [42, "2026-01-01", ~]
      - name: order_search
        file: sub/order_search.sql
        cases:
          typical: {tenant: 7, term: lamp}
          whale: {tenant: 1, term: null}
        plan: both
        session: {role: app_user, settings: {app.tenant_id: "7", timezone: UTC}}
        rules: {row-estimate: {threshold: 50}, new-seq-scan: off}
        timeout: 500ms
        waive:
          - {rule: seq-scan, relation: public.countries, reason: "twelve rows", until: 2027-06-30}
          - {rule: timeout, alias: o, reason: slow}
      - name: inline
        sql: |
          SELECT 1
            + 1
        plan: generic

    """

  private static func project() throws -> Project {
    try Project(
      manifest: full,
      [
        "queries/orders_by_customer.sql": "SELECT $1, $2, $3\n",
        "queries/sub/order_search.sql": "SELECT :tenant, :term",
        "seed/b.sql": "", "seed/a.sql": "", "seed/C.sql": "", "seed/notes.txt": "", "dumps/shop.dump": "",
      ])
  }

  @Test func `a manifest with every key is read completely`() throws {
    let project = try Self.project()
    let manifest = try project.load()
    #expect(manifest.path == project.path("queries/m.yml"))
    #expect(manifest.directory == project.path("queries"))
    #expect(manifest.baselines == project.path("plans"))
    #expect(manifest.configuration.locale == "de_DE.UTF-8")
    #expect(manifest.configuration.timeZone == "Europe/Berlin")
    #expect(manifest.configuration.encoding == "LATIN1")
    #expect(
      manifest.configuration.settings == [
        "random_page_cost": "1.1", "work_mem": "16MB", "enable_sort": "off", "app.flag": "it's",
      ])
    #expect(manifest.roles == ["app_user", "Mixed Case"])
    #expect(
      manifest.seed == [
        .script(project.path("seed/C.sql")), .script(project.path("seed/a.sql")), .script(project.path("seed/b.sql")),
        .archive(project.path("dumps/shop.dump")), .command("make migrate", inputs: []),
      ])
    #expect(manifest.queries.map(\.name) == ["orders_by_customer", "order_search", "inline"])
  }

  @Test func `queries keep their texts, cases and timeouts`() throws {
    let project = try Self.project()
    let queries = try project.load().queries
    #expect(
      queries.map(\.statement) == [
        Statement(
          text: "SELECT $1, $2, $3\n", file: project.path("queries/orders_by_customer.sql"), firstLine: 1,
          indentation: 0),
        Statement(
          text: "SELECT :tenant, :term", file: project.path("queries/sub/order_search.sql"), firstLine: 1,
          indentation: 0),
        Statement(text: "SELECT 1\n  + 1\n", file: project.path("queries/m.yml"), firstLine: 38, indentation: 6),
      ])
    func values(_ tenant: String, _ term: String?) -> Parameters {
      .named([NamedParameter(name: "tenant", value: tenant), NamedParameter(name: "term", value: term)])
    }
    #expect(
      queries.map(\.cases) == [
        [QueryCase(name: nil, parameters: .positional(["42", "2026-01-01", nil]), isGeneric: false)],
        [
          QueryCase(name: "typical", parameters: values("7", "lamp"), isGeneric: false),
          QueryCase(name: "typical+generic", parameters: values("7", "lamp"), isGeneric: true),
          QueryCase(name: "whale", parameters: values("1", nil), isGeneric: false),
          QueryCase(name: "whale+generic", parameters: values("1", nil), isGeneric: true),
        ],
        [QueryCase(name: "generic", parameters: .none, isGeneric: true)],
      ])
    #expect(queries.map(\.timeout) == [120_000, 500, 120_000])
  }

  @Test func `queries keep their sessions and policies`() throws {
    let queries = try Self.project().load().queries
    #expect(
      queries.map(\.session) == [
        Session(), Session(role: "app_user", settings: ["app.tenant_id": "7", "timezone": "UTC"]), Session(),
      ])
    #expect(queries.map(\.policy.today) == Array(repeating: Project.today, count: 3))
    #expect(
      queries.map(\.policy.waivers) == [
        [],
        [
          Waiver(rule: "seq-scan", relation: "public.countries", reason: "twelve rows", until: "2027-06-30", line: 34),
          Waiver(rule: "timeout", alias: "o", reason: "slow", line: 35),
        ], [],
      ])
    func estimate(_ threshold: Double) throws -> RuleSettings {
      var settings = try defaults("row-estimate", .fail)
      settings.values["threshold"] = .number(threshold)
      return settings
    }
    let general = ["seq-scan": try defaults("seq-scan", .warn), "row-estimate": try estimate(20)]
    let own = [
      "seq-scan": try defaults("seq-scan", .warn), "row-estimate": try estimate(50),
      "new-seq-scan": try defaults("new-seq-scan", .off),
    ]
    #expect(queries.map(\.policy.rules) == [general, own, general])
  }

  @Test func `omitted keys have their defaults`() throws {
    let project = try Project(manifest: "version: 1\nqueries: [{file: a.sql}]")
    let manifest = try project.load()
    #expect(manifest.baselines == project.path("baselines"))
    #expect(manifest.configuration.locale == "C.UTF-8")
    #expect(manifest.configuration.timeZone == "UTC")
    #expect(manifest.configuration.encoding == "UTF8")
    #expect(manifest.configuration.settings.isEmpty)
    #expect(manifest.seed.isEmpty && manifest.roles.isEmpty)
    let query = try #require(manifest.queries.first)
    #expect(manifest.queries.count == 1)
    #expect(query.name == "a")
    #expect(query.cases == [QueryCase(name: nil, parameters: .none, isGeneric: false)])
    #expect(query.session == Session())
    #expect(query.timeout == 30_000)
    #expect(query.policy.rules.isEmpty && query.policy.waivers.isEmpty)
  }

  @Test(
    arguments: [
      ("custom", [nil]), ("generic", ["generic"]), ("both", [nil, "generic"]),
    ] as [(String, [String?])])
  func `the plan mode defines the cases of a query without cases`(plan: String, names: [String?]) throws {
    let project = try Project(manifest: "version: 1\nqueries: [{file: a.sql, params: [1], plan: \(plan)}]")
    let cases = try project.load().queries[0].cases
    #expect(cases.map(\.name) == names)
    #expect(cases.map(\.isGeneric) == names.map { $0 != nil })
    #expect(cases.allSatisfy { $0.parameters == .positional(["1"]) })
  }

  @Test(arguments: [
    ("30s", 30_000), ("500ms", 500), ("2min", 120_000), ("5", 5_000), ("1.5s", 1_500), ("30 s", 30_000),
    ("0.5min", 30_000), ("1ms", 1), ("\"10s\"", 10_000),
  ])
  func `a timeout is a number with a unit, seconds without one`(text: String, milliseconds: Int) throws {
    let project = try Project(manifest: "version: 1\ntimeout: \(text)\nqueries: [{file: a.sql}]")
    #expect(try project.load().queries[0].timeout == milliseconds)
  }

  @Test func `absolute paths stay as they are`() throws {
    let project = try Project(manifest: "", ["seed/a.sql": "", "q.sql": "SELECT 2"])
    try project.write(
      "queries/m.yml",
      """
      version: 1
      baselines: \(project.path("plans"))
      seed: [\(project.path("seed/*.sql")), \(project.path("seed/a.sql"))]
      queries: [{file: \(project.path("q.sql"))}]
      """)
    let manifest = try project.load()
    #expect(manifest.baselines == project.path("plans"))
    #expect(manifest.seed == [.script(project.path("seed/a.sql")), .script(project.path("seed/a.sql"))])
    #expect(manifest.queries[0].statement.file == project.path("q.sql"))
    #expect(manifest.queries[0].name == "q")
  }

  @Test func `a quoted name, a year or a YAML keyword is a text`() throws {
    let project = try Project(
      manifest: """
        version: "1"
        roles: [2026, yes, 'null']
        settings: {a: 007, b: 1e3, c: off, d: 0x1F, e: ""}
        queries:
          - {name: 1, file: a.sql}
          - {name: "on", file: a.sql}
        """)
    let manifest = try project.load()
    #expect(manifest.roles == ["2026", "yes", "null"])
    #expect(manifest.configuration.settings == ["a": "007", "b": "1e3", "c": "off", "d": "0x1F", "e": ""])
    #expect(manifest.queries.map(\.name) == ["1", "on"])
  }

  @Test func `an anchor serves several queries`() throws {
    let project = try Project(
      manifest: """
        version: 1
        queries:
          - {name: a, file: a.sql, session: &s {role: app_user}}
          - {name: b, file: a.sql, session: *s}
        """)
    #expect(try project.load().queries.map(\.session.role) == ["app_user", "app_user"])
  }

  @Test(
    arguments: [
      ("[int, ~, \"text[]\"]", ["1": "int", "3": "text[]"]),
      ("{tenant: bigint, term: text}", ["tenant": "bigint", "term": "text"]),
      ("[]", [:]),
    ] as [(String, [String: String])])
  func `types are given by position or by name`(text: String, types: [String: String]) throws {
    let project = try Project(manifest: "version: 1\nqueries: [{file: a.sql, types: \(text)}, {name: b, file: a.sql}]")
    #expect(try project.load().queries.map(\.types) == [types, [:]])
  }

  @Test func `by default statistics are complete, time is not measured and no seed runs as root`() throws {
    func manifest(_ lines: String) throws -> Manifest {
      try Project(manifest: "version: 1\n\(lines)\nqueries: [{file: a.sql}]").load()
    }
    #expect(try manifest("").wholeStatistics && manifest("statistics: whole").wholeStatistics)
    #expect(try !manifest("statistics: sampled").wholeStatistics)
    #expect(try !manifest("").seedsAsRoot && !manifest("seed-user: server").seedsAsRoot)
    #expect(try manifest("seed-user: root").seedsAsRoot)
    #expect(try !manifest("").queries[0].measuresTime && !manifest("timing: false").queries[0].measuresTime)
    #expect(try manifest("timing: true").queries[0].measuresTime)
  }

  @Test func `a query file may begin with a byte order mark`() throws {
    let project = try Project(manifest: "version: 1\nqueries: [{file: b.sql}]", ["queries/b.sql": "\u{feff}SELECT 1"])
    #expect(try project.load().queries.map(\.statement.text) == ["SELECT 1"])
  }

  @Test func `a manifest may have Windows line ends and a byte order mark`() throws {
    let project = try Project(manifest: "\u{feff}version: 1\r\nqueries:\r\n  - file: a.sql\r\n")
    #expect(try project.load().queries.map(\.name) == ["a"])
  }
}

@Suite struct InlineStatementTests {
  private func statement(_ manifest: String) throws -> Statement {
    let project = try Project(manifest: manifest)
    var statement = try project.load().queries[0].statement
    #expect(project.local(statement.file) == "queries/m.yml")
    statement.file = ""
    return statement
  }

  @Test func `a block begins in the line after its indicator`() throws {
    #expect(
      try statement("version: 1\nqueries:\n- name: q\n  sql: |\n     SELECT 1\n       , 2\n")
        == Statement(text: "SELECT 1\n  , 2\n", file: "", firstLine: 5, indentation: 5))
    #expect(
      try statement("version: 1\nqueries:\n- name: q\n  sql: |- # one line\n    SELECT 1\n\n")
        == Statement(text: "SELECT 1", file: "", firstLine: 5, indentation: 4))
  }

  @Test func `blank lines before the statement count`() throws {
    #expect(
      try statement("version: 1\nqueries:\n- name: q\n  sql: |\n\n\n    SELECT 1\n")
        == Statement(text: "\n\nSELECT 1\n", file: "", firstLine: 5, indentation: 4))
  }

  @Test func `an indentation indicator leaves blanks in the statement`() throws {
    #expect(
      try statement("version: 1\nqueries:\n- name: q\n  sql: |2\n      SELECT 1\n")
        == Statement(text: "  SELECT 1\n", file: "", firstLine: 5, indentation: 4))
  }

  @Test func `a block may have an anchor`() throws {
    #expect(
      try statement("version: 1\nqueries:\n- name: q\n  sql: &one |\n    SELECT 1\n")
        == Statement(text: "SELECT 1\n", file: "", firstLine: 5, indentation: 4))
  }

  @Test func `a plain statement begins at its first character`() throws {
    #expect(
      try statement("version: 1\nqueries:\n- name: q\n  sql: SELECT 1\n")
        == Statement(text: "SELECT 1", file: "", firstLine: 4, indentation: 7))
    #expect(
      try statement("version: 1\nqueries: [{name: q, sql: SELECT 1}]")
        == Statement(text: "SELECT 1", file: "", firstLine: 2, indentation: 25))
  }

  @Test(arguments: ["'", "\""])
  func `a quoted statement begins after its quote`(quote: String) throws {
    #expect(
      try statement("version: 1\nqueries:\n- name: q\n  sql: \(quote)SELECT 1\(quote)\n")
        == Statement(text: "SELECT 1", file: "", firstLine: 4, indentation: 8))
  }

  @Test func `lines are counted by Windows line ends too`() throws {
    #expect(
      try statement("version: 1\r\nqueries:\r\n- name: q\r\n  sql: |\r\n    SELECT 1\r\n")
        == Statement(text: "SELECT 1\n", file: "", firstLine: 5, indentation: 4))
  }
}
