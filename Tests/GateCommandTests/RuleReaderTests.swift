import OperatingSystem
import PlanCore
import Testing
import TestSupport

@testable import GateCommand

@Suite struct RuleReaderTests {
  /// The settings of the only query.
  private func rules(_ rules: String, query: String = "{}") throws -> [String: RuleSettings] {
    let manifest = "version: 1\nrules: \(rules)\nqueries: [{file: a.sql, rules: \(query)}]"
    return try Project(manifest: manifest).load().queries[0].policy.rules
  }

  private func estimate(
    _ severity: Severity, threshold: Double = 10, floor: Double = 100, absolute: Bool = false
  ) throws -> RuleSettings {
    var settings = try defaults("row-estimate", severity)
    settings.values.merge(["threshold": .number(threshold), "floor": .number(floor), "absolute": .flag(absolute)]) {
      $1
    }
    return settings
  }

  @Test(arguments: [("fail", Severity.fail), ("warn", .warn), ("off", .off), ("\"off\"", .off)])
  func `a severity alone keeps the rule's own keys`(text: String, severity: Severity) throws {
    #expect(try rules("{row-estimate: \(text)}") == ["row-estimate": estimate(severity)])
    #expect(try rules("{row-estimate: {severity: \(text)}}") == ["row-estimate": estimate(severity)])
    #expect(try rules("{}", query: "{seq-scan: \(text)}") == ["seq-scan": defaults("seq-scan", severity)])
  }

  @Test func `a mapping sets the rule's own keys`() throws {
    #expect(
      try rules("{row-estimate: {threshold: 2.5, floor: 0, absolute: true}}")
        == ["row-estimate": estimate(.fail, threshold: 2.5, floor: 0, absolute: true)])
    #expect(try rules("{row-estimate: {threshold: 1e3}}") == ["row-estimate": estimate(.fail, threshold: 1000)])
    #expect(try rules("{row-estimate: {}}") == ["row-estimate": estimate(.fail)])
  }

  @Test func `a query's rules add to those of the manifest`() throws {
    let general = "{row-estimate: {severity: warn, threshold: 20}, new-seq-scan: fail}"
    #expect(
      try rules(general, query: "{row-estimate: {floor: 5}, seq-scan: off}") == [
        "row-estimate": estimate(.warn, threshold: 20, floor: 5), "new-seq-scan": defaults("new-seq-scan", .fail),
        "seq-scan": defaults("seq-scan", .off),
      ])
    #expect(
      try rules("{row-estimate: {severity: warn, threshold: 20}}", query: "{row-estimate: fail}")
        == ["row-estimate": estimate(.fail, threshold: 20)])
  }

  @Test func `the rules of one query leave the others alone`() throws {
    let project = try Project(
      manifest: "version: 1\nqueries: [{name: a, file: a.sql, rules: {seq-scan: off}}, {name: b, file: a.sql}]")
    #expect(try project.load().queries.map(\.policy.rules) == [["seq-scan": defaults("seq-scan", .off)], [:]])
  }

  static let mistakes = [
    Mistake.top("rules: {seq-scan: error}", "2:19: error: a severity is fail, warn or off, not 'error'"),
    .top("rules: {seq-scan: false}", "2:19: error: a severity is fail, warn or off, not 'false'"),
    .top("rules: {seq-scan: Fail}", "2:19: error: a severity is fail, warn or off, not 'Fail'"),
    .top("rules: {seq-scan: ~}", "2:19: error: a severity must be text"),
    .top("rules: {seq-scan: [off]}", "2:19: error: a severity must be text"),
    .top(
      "rules: {seq-scan: {severity: no}}",
      "2:30: error: a severity is fail, warn or off, not 'no'"),
    .top(
      "rules:\n  row-estimate: {absolute: yes}",
      "3:28: error: 'absolute' must be true or false"),
  ]

  @Test(arguments: mistakes)
  func `an unknown severity or switch is an error`(mistake: Mistake) throws { try mistake.expect() }

  @Test(arguments: ["ten", "0.99", "-1", "nan", "inf", "1_000", "''", "10%"])
  func `a threshold that is not a number or too small is an error`(text: String) throws {
    try Mistake.top(
      "rules: {row-estimate: {threshold: \(text)}}",
      """
      2:35: error: 'threshold' must be a number of at least 1
        rules: {row-estimate: {threshold: \(text)}}
                                          ^
      """
    ).expect()
  }

  @Test func `a negative floor is an error`() throws {
    try Mistake.top(
      "rules: {row-estimate: {floor: -1}}",
      "2:31: error: 'floor' must be a number of at least 0"
    ).expect()
  }
}

@Suite struct WaiverReaderTests {
  private func waivers(_ text: String) throws -> [Waiver] {
    try Project(manifest: "version: 1\nqueries: [{file: a.sql, waive: \(text)}]").load().queries[0].policy.waivers
  }

  @Test func `a waiver needs a rule and a reason, the rest narrows it`() throws {
    #expect(try waivers("[]") == [])
    #expect(try waivers("[{rule: seq-scan, reason: small}]") == [Waiver(rule: "seq-scan", reason: "small", line: 2)])
    #expect(
      try waivers("[{until: 2028-02-29, alias: o, relation: 'public.part_*', reason: \"a, b\", rule: row-estimate}]")
        == [
          Waiver(
            rule: "row-estimate", relation: "public.part_*", alias: "o", reason: "a, b", until: "2028-02-29", line: 2)
        ])
    #expect(
      try waivers("[{rule: timeout, reason: a}, {rule: new-seq-scan, reason: b}]")
        == [Waiver(rule: "timeout", reason: "a", line: 2), Waiver(rule: "new-seq-scan", reason: "b", line: 2)])
  }

  @Test func `an expired waiver is read and has no effect`() throws {
    #expect(
      try waivers("[{rule: seq-scan, reason: a, until: '2020-01-01'}]")
        == [Waiver(rule: "seq-scan", reason: "a", until: "2020-01-01", line: 2)])
  }

  static let mistakes = [
    Mistake.query("file: a.sql\nwaive: seq-scan", "4:12: error: 'waive' must be a sequence"),
    .query("file: a.sql\nwaive: [seq-scan]", "4:13: error: a waiver must be a mapping"),
    .query("file: a.sql\nwaive: [{reason: x}]", "4:13: error: a waiver needs the key 'rule'"),
    .query(
      "file: a.sql\nwaive:\n  - rule: seq-scan\n    until: 2027-06-30",
      "5:9: error: a waiver needs the key 'reason'"),
    .query(
      "file: a.sql\nwaive: [{rule: seq-scan, reason: ~}]",
      "4:38: error: 'reason' must be text"),
    .query(
      "file: a.sql\nwaive: [{rule: seq-scna, reason: x}]",
      """
      4:20: error: unknown rule 'seq-scna', did you mean 'seq-scan'?
            waive: [{rule: seq-scna, reason: x}]
                           ^
      """),
    .query(
      "file: a.sql\nwaive: [{rule: all, reason: x}]",
      "4:20: error: unknown rule 'all'"),
    .query(
      "file: a.sql\nwaive: [{rule: seq-scan, reason: x, relation: [a]}]",
      """
      4:51: error: 'relation' must be text
            waive: [{rule: seq-scan, reason: x, relation: [a]}]
                                                          ^
      """),
  ]

  @Test(arguments: mistakes)
  func `a waiver that lacks something is an error`(mistake: Mistake) throws { try mistake.expect() }

  @Test(arguments: [
    "tomorrow", "2027-6-30", "27-06-30", "2027-02-29", "2100-02-29", "2027-04-31", "2027-13-01", "2027-00-10",
    "2027-01-00", "2027/06/30", "2027-06-30 12:00", "2027-06", "2027-06-30-", "+027-06-30", "2027-+6-30", "2027-06-+1",
    "２０２７-06-30", "''",
  ])
  func `a date that does not exist is an error`(day: String) throws {
    let shown = day == "''" ? "" : day
    try Mistake.query(
      "file: a.sql\nwaive: [{rule: seq-scan, reason: x, until: \(day)}]",
      """
      4:48: error: 'until' must be a day such as 2027-06-30, not '\(shown)'
            waive: [{rule: seq-scan, reason: x, until: \(day)}]
                                                       ^
      """
    ).expect()
  }
}
