import TestSupport
import Testing

/// A setting or role of the manifest that the server rejects is reported at its position.
@Suite struct ServerRefusalTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    let lines: String
    let place: String
    let errors: [String]

    init(_ lines: String, _ place: String, _ errors: String...) {
      self.lines = lines
      self.place = place
      self.errors = errors
    }

    var testDescription: String { lines }
  }

  static func project(_ lines: String) throws -> Project {
    try Project([
      "seed.sql": "SELECT 1;\n",
      "queries/manifest.yml": "version: 1\n\(lines)\nseed: [../seed.sql]\nqueries: [{name: one, sql: SELECT 1}]\n",
      "junit.xml": "<testsuites><testsuite><testcase name=\"one\"/></testsuite></testsuites>\n",
      "report.json": "{\"outcome\": \"passed\"}\n",
    ])
  }

  static let own = [
    Refusal("timezone: Mars/Base", "2:11", "'timezone' is 'Mars/Base'", "invalid value for parameter"),
    Refusal("timezone: ''", "2:11", "'timezone' is empty"), Refusal("encoding: ''", "2:11", "'encoding' is empty"),
    Refusal("locale: ''", "2:9", "'locale' is empty"),
    Refusal("encoding: UTF9", "2:11", "'encoding' is 'UTF9'", "not a valid server encoding name"),
    Refusal("encoding: LATIN1", "2:11", "'encoding' is 'LATIN1'", "mismatch", "do not match"),
    Refusal("locale: xx_YY.UTF-8", "2:9", "'locale' is 'xx_YY.UTF-8'", "locale"),
    Refusal("settings: {work_mem: lots}", "2:12", "'settings' has 'work_mem'", "invalid value for parameter"),
    Refusal("settings:\n  random_page_cost: 1\n  shared_buffers: 900GB", "4:3", "'shared_buffers'", "shared memory"),
    Refusal("settings: {shared_buffers: 64TB}", "2:12", "'shared_buffers'", "invalid value"),
    Refusal("settings: {max_locks_per_transaction: 900000000}", "2:12", "'max_locks_per_transaction'"),
    Refusal(
      "settings: {max_connections: 3}", "2:12", "'settings' has 'max_connections'",
      "superuser_reserved_connections (3) must be less than max_connections (3)"),
    Refusal("settings: {max_connections: 1000000}", "2:12", "'max_connections'", "outside the valid range"),
    Refusal("settings: {superuser_reserved_connections: 100}", "2:12", "'superuser_reserved_connections'"),
    Refusal(
      "settings: {shared_preload_libraries: 'auto_explain, nowhere'}", "2:12", "'shared_preload_libraries'",
      "could not access file \"nowhere\""),
    Refusal("settings: {local_preload_libraries: nowhere}", "2:12", "'local_preload_libraries'", "plugins/nowhere"),
    Refusal("settings: {huge_pages: on}", "2:12", "'huge_pages'"),
    Refusal("settings: {nosuch_setting: 1}", "2:12", "unrecognized configuration parameter"),
    Refusal("settings: {data_sync_retry: maybe}", "2:12", "'data_sync_retry'", "Boolean"),
    Refusal("settings: {unix_socket_group: nosuchgroup}", "2:12", "'unix_socket_group'", "does not exist"),
    Refusal("settings: {bonjour: on}", "2:12", "'bonjour'"),
    Refusal("roles: ['']", "2:9", "a role must have a name"), Refusal("roles: [app, none]", "2:14", "'none'"),
    Refusal("roles: [public]", "2:9", "'public'"), Refusal("roles: [pg_mine]", "2:9", "'pg_mine'", "reserved"),
    Refusal("roles: [\(String(repeating: "a", count: 64))]", "2:9", "longer than 63 bytes"),
  ]

  @Test(arguments: own)
  func `a setting that plangate's own server refuses is reported at its position in the manifest`(_ refusal: Refusal)
    throws
  {
    let project = try ServerRefusalTests.project(refusal.lines)
    let run = try project.plangate("check", "--no-cache", "--junit", "junit.xml", "--json", "report.json")
    let place = "queries/manifest.yml:\(refusal.place): error: "
    try expect(run, exits: 2, stderr: [place, "^"] + refusal.errors, leavingNothingIn: project)
    try expectEarlyEnd(project, place)
  }

  @Test func `a wrong setting in a seed is the seed's error`() throws {
    let project = try ServerRefusalTests.project("settings: {work_mem: 4MB}")
    try project.write("seed.sql", "SET work_mem = lots;\n")
    try expect(
      project.plangate("check", "--no-cache"), exits: 2, stderr: ["seed.sql:1: error: the seed failed: invalid value"])
    try project.edit("queries/manifest.yml", "[../seed.sql]", "[run: \"psql -c 'SET work_mem = lots'\"]")
    try expect(
      project.plangate("check", "--no-cache"), exits: 2, stderr: ["the seed step", "invalid value"],
      not: ["'settings' has"])
  }

  @Test func `few connections are enough`() throws {
    for limit in 4...6 {
      let project = try Sample.recorded()
      try project.edit("queries/manifest.yml", "settings:\n", "settings:\n  max_connections: \(limit)\n")
      try expect(project.plangate("check", "--no-cache", "--jobs", "4"), exits: 0, leavingNothingIn: project)
    }
  }
}
