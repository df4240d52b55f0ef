import Foundation
import PlanCore
import Postgres
import TestSupport
import Testing

@testable import GateCommand

/// Logs of real servers, on which the example's own queries ran, give these queries again.
@Suite struct ImportServerTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private func example() throws -> Manifest {
    try Manifest.load("\(Self.root)/queries/manifest.yml", today: Project.today)
  }

  /// The values of each query's cases, as the server writes them.
  private typealias Values = [String: Set<[String?]>]

  /// A server with the example's rows, on which each of its cases ran as a client would run it.
  private func server(
    _ installed: InstalledServer, _ settings: String, _ manifest: Manifest
  ) throws -> (server: LoggingServer, values: Values) {
    let server = try LoggingServer(installed, settings)
    let connection = try server.connect()
    try connection.execute("SET log_min_duration_statement = -1")
    try connection.execute("CREATE DATABASE shop")
    for role in manifest.roles { try connection.execute("CREATE ROLE \"\(role)\"") }
    try server.seed(manifest.seed.compactMap(\.sqlFile), database: "shop")
    let shop = try server.connect("shop")
    let other = try server.connect("shop")
    try other.execute("SET log_min_duration_statement = -1")
    if settings.contains("auto_explain") { try other.execute("SET auto_explain.log_min_duration = -1") }
    if settings.contains("pg_stat_statements") {
      try other.execute("CREATE SCHEMA ext")
      try other.execute("CREATE EXTENSION pg_stat_statements SCHEMA ext")
      try other.execute("SELECT ext.pg_stat_statements_reset()")
      try other.execute("SET pg_stat_statements.track = none")
    }
    var values: Values = [:]
    for query in manifest.queries {
      for item in query.cases where !item.isGeneric {
        let scanned = query.statement.scanned
        try shop.execute("BEGIN")
        for (name, value) in query.session.settings {
          try shop.execute("SELECT pg_catalog.set_config($1, $2, true)", [name, value])
        }
        let bound = try item.parameters.bound(to: scanned)
        try shop.execute(scanned.sql, bound)
        try shop.execute("ROLLBACK")
        values[query.name, default: []].insert(try canonical(bound, scanned.sql, other))
      }
    }
    return (server, values)
  }

  /// Values in the form in which the server writes those of their types.
  private func canonical(_ values: [String?], _ sql: String, _ connection: Connection) throws -> [String?] {
    try connection.execute("PREPARE statement AS " + sql)
    defer { _ = try? connection.execute("DEALLOCATE statement") }
    let types = try connection.execute(
      """
      SELECT pg_catalog.format_type(t, NULL)
      FROM pg_catalog.pg_prepared_statements AS p, unnest(p.parameter_types) WITH ORDINALITY AS u (t, n) ORDER BY n
      """
    ).rows.map { $0[0] ?? "" }
    return try zip(values, types).map { try connection.execute("SELECT ($1::text)::\($1)::text", [$0]).value }
  }

  private func emptyProject() throws -> Project {
    try Project([
      "queries/manifest.yml": """
      version: 1
      # Of the tests.
      queries:
        - {name: first, sql: select 1}   # the first
      timeout: 10s

      """
    ])
  }

  /// The statements of the example as a log has them: the same tokens, whatever the names of parameters.
  private func texts(_ manifest: Manifest) -> Set<[String]> {
    Set(manifest.queries.map { SQLTree.tokens($0.statement.scanned.sql).filter { $0 != ";" } })
  }

  private func expectExample(
    _ project: Project, _ run: ProgramRun, _ manifest: Manifest, values: Values
  ) throws {
    #expect(run.status == 0, "\(run)")
    let imported = try Manifest.load(project.path("queries/manifest.yml"), today: Project.today)
    let own = imported.queries.filter { $0.name != "first" && !$0.statement.sql.contains("set_config") }
    let found = Set(own.map { SQLTree.tokens($0.statement.scanned.sql) })
    let wanted = texts(manifest)
    #expect(found.count == own.count)
    #expect(found == wanted, "missing \(wanted.subtracting(found))\nmore \(found.subtracting(wanted))\n\(run)")
    #expect(wanted.count == manifest.queries.count)
    let text = try project.read("queries/manifest.yml")
    #expect(text.hasPrefix("version: 1\n# Of the tests.\nqueries:\n  - {name: first, sql: select 1}   # the first\n"))
    #expect(text.hasSuffix("timeout: 10s\n"))
    if values.isEmpty { return }
    // The values of each case are there, as a set: the log does not know the names of cases.
    for query in manifest.queries where query.hasParameters {
      let tokens = SQLTree.tokens(query.statement.scanned.sql).filter { $0 != ";" }
      let other = try #require(own.first { SQLTree.tokens($0.statement.scanned.sql) == tokens })
      let read = Set(try other.cases.map { try $0.parameters.bound(to: other.statement.scanned) })
      #expect(read == values[query.name], "\(query.name)")
    }
  }

  @Test(arguments: [InstalledServer.distribution, .postgres18])
  func `csvlog, jsonlog and plain logs of the example's queries give the same queries and values`(
    installed: InstalledServer
  ) throws {
    let manifest = try example()
    let (server, values) = try server(
      installed, "log_min_duration_statement = 0\nlog_line_prefix = '%m [%p] %q%u@%d '", manifest)
    try server.stop()
    for suffix in ["csv", "json", "log"] {
      let project = try emptyProject()
      let run = try project.plangate("import", "\(server.directory)/log/server.\(suffix)")
      try expectExample(project, run, manifest, values: values)
    }
    // Files that were joined, and cut in the middle of a record.
    let csv = try server.log("csv")
    let project = try emptyProject()
    try project.write("joined.csv", String(csv.prefix(csv.count / 3)) + "\n" + csv)
    let run = try project.plangate("import", "joined.csv")
    try expectExample(project, run, manifest, values: values)
    let hidden = try emptyProject()
    let without = try hidden.plangate("import", "--no-values", "\(server.directory)/log/server.csv")
    #expect(without.status == 0, "\(without)")
    let written = try hidden.files(in: "queries").map { try hidden.read("queries/\($0)") }.joined()
    #expect(!written.contains("SKU-00001") && !written.contains("params:"), "\(without)")
  }

  @Test(arguments: [InstalledServer.distribution, .postgres18WithContrib], ["text", "json"])
  func `auto_explain gives the same queries`(installed: InstalledServer, format: String) throws {
    let manifest = try example()
    let (server, values) = try server(
      installed,
      """
      shared_preload_libraries = 'auto_explain'
      auto_explain.log_min_duration = 0
      auto_explain.log_format = \(format)
      log_line_prefix = 'db=%d,pid=%p,%t '
      """, manifest)
    try server.stop()
    for suffix in ["csv", "json", "log"] {
      let project = try emptyProject()
      let run = try project.plangate("import", "\(server.directory)/log/server.\(suffix)")
      try expectExample(project, run, manifest, values: try installed.major >= 16 ? values : [:])
    }
  }

  @Test func `pg_stat_statements gives the same queries with their weight, and no password is shown`() throws {
    let manifest = try example()
    let (server, _) = try server(
      .postgres18WithContrib, "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track = all",
      manifest)
    let shop = try server.connect("shop")
    try shop.execute("CREATE ROLE someone LOGIN PASSWORD 'hush-hush'")
    let project = try emptyProject()
    let run = try project.plangate("import", "--from", "\(server.conninfo) dbname=shop password=hush-hush")
    #expect(run.status == 0, "\(run)")
    let imported = try Manifest.load(project.path("queries/manifest.yml"), today: Project.today)
    let found = Set(imported.queries.map { StatementLiterals.shape($0.statement.sql) })
    for query in manifest.queries {
      let shape = StatementLiterals.shape(query.statement.scanned.sql)
      // Since PostgreSQL 18 the view does not have the number of values in a list.
      let listed = shape.replacing(#/ in \( \?( , \?)+ \)/#, with: " = any ( ? )")
      #expect(found.contains(shape) || found.contains(listed), "\(query.name)\n\(run)")
    }
    let files = try project.files(in: "queries").map { try project.read("queries/\($0)") }.joined()
    #expect(!(files + run.stdout + run.stderr).contains("hush"), "\(run)")
    #expect(files.contains("-- pg_stat_statements: 1 call, mean"), "\(files.prefix(300))")
    // Beside them only what the test itself ran.
    let more = imported.queries.count - manifest.queries.count
    #expect(more == 3, "\(run)")
    let missing = try project.plangate("import", "--from", "\(server.conninfo) dbname=postgres")
    #expect(missing.status == 2 && missing.stderr.contains("the database has no pg_stat_statements"), "\(missing)")
  }
}
