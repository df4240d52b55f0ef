import Foundation
import TestSupport
import Testing

/// The built binary on each of the servers that the tests know.
@Suite struct VersionTests {
  @Test(arguments: InstalledServer.fetched)
  func `what is recorded on a server passes there, and a lost index fails`(server: InstalledServer) throws {
    let binaries = try server.binaries
    let project = try Project(Sample.files)
    let recorded = try project.plangate("record", "--postgres", binaries)
    try expect(recorded, exits: 0, leavingNothingIn: project)
    #expect(try project.read("baselines/nap.plan").contains("server: \(server.major)\n"), "\(recorded)")
    try expect(
      project.plangate("record", "--check", "--postgres", binaries, "--no-cache"), exits: 0, leavingNothingIn: project)
    let passed = try project.plangate("check", "--postgres", binaries)
    try expect(passed, exits: 0, stdout: ["\(Sample.cases.count) passed"], leavingNothingIn: project)
    try project.edit("seed/03-indexes.sql", "CREATE INDEX events_q3_account_idx ON events_q3 (account_id);\n", "")
    let failed = try project.plangate("check", "--postgres", binaries, "events_of_account")
    try expect(failed, exits: 1, stdout: ["events_q3", "Seq Scan"], leavingNothingIn: project)
  }

  @Test(arguments: InstalledServer.allCases)
  func `auto_explain and pg_stat_statements load on the servers with contrib modules`(server: InstalledServer) throws {
    let project = try Project([
      "queries/manifest.yml": """
      version: 1
      settings: {shared_preload_libraries: 'auto_explain, pg_stat_statements'}
      queries: [{name: one, sql: SELECT 1}]

      """
    ])
    let run = try project.plangate("record", "--postgres", server.binaries)
    if server.hasAutoExplain {
      try expect(run, exits: 0, leavingNothingIn: project)
    } else {
      try expect(run, exits: 2, stderr: ["could not access file \"auto_explain\""], leavingNothingIn: project)
    }
  }

  @Test func `several servers are checked in turn, and a matrix shows what fails where`() throws {
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    let servers: [InstalledServer] = [.distribution, .postgres16, .postgres17, .postgres18WithContrib]
    let run = try project.plangate(
      "check", "--postgres", servers.map { try $0.binaries }.joined(separator: ","), "--json", "all.json",
      "--junit", "all.xml", "orders_by_customer", "orders_in")
    try expect(run, exits: 1, stdout: servers.map { try "\($0.major)." }, leavingNothingIn: project)
    let row = try #require(run.stdout.split(separator: "\n").first { $0.hasPrefix("orders_by_customer@typical ") })
    #expect(row.split(separator: " ").dropFirst() == ["FAIL", "FAIL", "FAIL", "FAIL"], "\(run)")
    let other = try #require(run.stdout.split(separator: "\n").first { $0.hasPrefix("orders_in ") })
    #expect(other.split(separator: " ").dropFirst() == ["ok", "ok", "ok", "ok"], "\(run)")
    // Two queries, three cases, four servers.
    #expect(try project.read("all.json").components(separatedBy: "\"verdict\"").count == 13)
    #expect(try project.read("all.xml").components(separatedBy: "<testsuite ").count == 5)
  }

  @Test func `a missing server does not keep the others from being checked, and nothing passes for it`() throws {
    let project = try Sample.recorded()
    let run = try project.plangate(
      "check", "--postgres", "\(InstalledServer.distribution.major),99", "--json", "all.json", "orders_in")
    try expect(run, exits: 2, stdout: ["PostgreSQL 99", "1 passed"], leavingNothingIn: project)
    let report = try project.read("all.json")
    #expect(report.contains("\"outcome\": \"unchecked\"") && !report.contains("\"errorPlace\": null"), "\(report)")
  }
}
