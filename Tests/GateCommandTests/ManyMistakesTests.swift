import Testing
import TestSupport

@testable import GateCommand

@Suite struct ManyMistakesTests {
  @Test func `all errors of a manifest are reported together, in line order`() throws {
    let project = try Project(
      manifest: """
        version: 1
        locale: [C]
        seeds: [../seed/*.sql]
        seed: [gone.sql, {runs: make}]
        settings: {fsync: "on"}
        queries:
          - file: missing.sql
            timeout: never
            params: {1 2: x}
          - name: a b
            file: a.sql
            waive: [{rule: seqscan, reason: x}]
          - file: a.sql
          - {file: a.sql, timeout: soon}
        statistics: all
        """)
    let text = try #require(project.loadFailure())
    let places = text.split(separator: "\n").filter { $0.hasPrefix("queries/m.yml:") }.map { line in
      line.split(separator: " ").prefix(1).joined() + " "
        + line.split(separator: " ").dropFirst(2).prefix(3).joined(separator: " ")
    }
    #expect(
      places == [
        "queries/m.yml:2:9: 'locale' must be", "queries/m.yml:3:1: unknown key 'seeds',",
        "queries/m.yml:4:8: no such file:", "queries/m.yml:4:19: unknown key 'runs',",
        "queries/m.yml:5:12: 'fsync' is set", "queries/m.yml:7:11: cannot read the",
        "queries/m.yml:8:14: 'timeout' must be",
        "queries/m.yml:9:14: '1 2' is", "queries/m.yml:10:11: the name 'a",
        "queries/m.yml:12:20: unknown rule 'seqscan',",
      ], "\(text)")
    #expect(text.hasSuffix("\n… 2 more errors"))
  }

  @Test func `a broken query does not hide the next one`() throws {
    let project = try Project(
      manifest: "version: 1\nqueries:\n  - {file: a.sql, parms: [1]}\n  - {file: a.sql, name: b, cases: []}\n")
    #expect(
      project.loadFailure() == """
        queries/m.yml:3:19: error: unknown key 'parms', did you mean 'params'?
            - {file: a.sql, parms: [1]}
                            ^
        queries/m.yml:4:35: error: 'cases' must be a mapping of names to parameters
            - {file: a.sql, name: b, cases: []}
                                            ^
        """)
  }

  @Test func `an unknown version hides other errors`() throws {
    let project = try Project(manifest: "version: 2\nqeries: []\n")
    #expect(
      try #require(project.loadFailure()).hasPrefix(
        "queries/m.yml:1:10: error: this plangate reads manifests of version 1"))
    #expect(!(try #require(project.loadFailure())).contains("qeries"))
  }
}
