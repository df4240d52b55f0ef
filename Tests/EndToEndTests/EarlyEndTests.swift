import Foundation
import OperatingSystem
import Postgres
import TestSupport
import Testing

/// Errors that are found before a server is started.
@Suite struct EarlyEndTests {
  /// A project whose TMPDIR shows whether anything was ever made in it.
  private static func project(_ manifest: String) throws -> Project {
    let project = try Project([
      "seed.sql": "SELECT 1;\n", "queries/one.sql": "SELECT 1\n", "queries/manifest.yml": manifest,
    ])
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: project.temporaryDirectory)
    return project
  }

  /// Whether no directory for a server was made, not even one that was removed again.
  private static func isUntouched(_ project: Project) throws -> Bool {
    try FileManager.default.attributesOfItem(atPath: project.temporaryDirectory)[.modificationDate] as? Date
      == Date(timeIntervalSince1970: 1_000_000)
  }

  struct BadManifest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let errors: [String]

    init(_ description: String, _ text: String, _ errors: String...) {
      testDescription = description
      self.text = text
      self.errors = errors
    }
  }

  static let badManifests = [
    BadManifest(
      "a tab", "version: 1\nqueries:\n\t- file: one.sql\n", "queries/manifest.yml:3:1: error:", "tab"),
    BadManifest(
      "an unknown key", "version: 1\nquerys:\n  - file: one.sql\n",
      "queries/manifest.yml:2:1: error: unknown key 'querys', did you mean 'queries'?\n  querys:\n  ^\n"),
    BadManifest(
      "an unknown key of a query", "version: 1\nqueries:\n  - file: one.sql\n    parms: [1]\n",
      "queries/manifest.yml:4:5: error: unknown key 'parms', did you mean 'params'?"),
    BadManifest(
      "an unknown rule", "version: 1\nrules:\n  seq-scans: fail\nqueries:\n  - file: one.sql\n",
      "queries/manifest.yml:3:3: error: unknown key 'seq-scans', did you mean 'seq-scan'?"),
    BadManifest(
      "a severity that is none", "version: 1\nrules:\n  seq-scan: error\nqueries:\n  - file: one.sql\n",
      "queries/manifest.yml:3:13: error:", "'error'"),
    BadManifest(
      "a name that stands twice",
      "version: 1\nqueries:\n  - file: one.sql\n  - name: ONE\n    sql: SELECT 2\n", "queries/manifest.yml:4:", "ONE"),
    BadManifest(
      "a name that is none", "version: 1\nqueries:\n  - {name: ../one, sql: SELECT 1}\n",
      "queries/manifest.yml:3:12: error:", "../one"),
    BadManifest(
      "a query file that is not there", "version: 1\nqueries:\n  - file: two.sql\n",
      "queries/manifest.yml:3:11: error:", "queries/two.sql"),
    BadManifest(
      "a seed that is not there", "version: 1\nseed: [../seeds/*.sql]\nqueries:\n  - file: one.sql\n",
      "queries/manifest.yml:2:8: error:", "seeds/*.sql"),
    BadManifest(
      "a wrong type", "version: 1\nqueries: one.sql\n", "queries/manifest.yml:2:10: error:", "'queries'"),
    BadManifest("no query", "version: 1\nqueries: []\n", "queries/manifest.yml:2:10: error:"),
    BadManifest(
      "a later version", "version: 2\nqueries:\n  - file: one.sql\n", "queries/manifest.yml:1:10: error:", "version 1"),
    BadManifest(
      "a setting of plangate's own",
      "version: 1\nsettings:\n  listen_addresses: '*'\nqueries:\n  - file: one.sql\n",
      "queries/manifest.yml:3:3: error:", "listen_addresses"),
    BadManifest(
      "a day that is none",
      "version: 1\nqueries:\n  - file: one.sql\n    waive: [{rule: seq-scan, reason: x, until: 2026-02-30}]\n",
      "queries/manifest.yml:4:", "2026-02-30"),
    BadManifest("nothing at all", "", "queries/manifest.yml"),
  ]

  @Test(arguments: badManifests)
  func `a bad manifest is reported with its position before any server starts`(_ manifest: BadManifest) throws {
    let project = try EarlyEndTests.project(manifest.text)
    for command in ["check", "record"] {
      let run = try project.plangate(command)
      try expect(run, exits: 2, stderr: manifest.errors)
      #expect(run.stdout == "", "\(run)")
      #expect(try EarlyEndTests.isUntouched(project), "\(run)")
    }
    #expect(!project.exists("baselines"))
  }

  @Test func `a missing manifest is named`() throws {
    let project = try Project()
    try expect(
      project.plangate("check"), exits: 2, stderr: ["queries/manifest.yml", "no such file", "--manifest"])
    try expect(project.plangate("check", "--manifest", "other.yml"), exits: 2, stderr: ["other.yml", "no such file"])
  }

  static let goodManifest = "version: 1\nseed: [../seed.sql]\nqueries:\n  - file: one.sql\n"

  @Test func `a name that selects nothing is an error`() throws {
    let project = try EarlyEndTests.project(EarlyEndTests.goodManifest)
    for command in ["check", "record"] {
      let run = try project.plangate(command, "one", "on")
      try expect(run, exits: 2, stderr: ["'on'", "did you mean 'one'?"])
      let glob = try project.plangate(command, "two*")
      try expect(glob, exits: 2, stderr: ["'two*'"])
    }
    try expect(project.plangate("explain", "one@typical"), exits: 2, stderr: ["typical"])
    #expect(try EarlyEndTests.isUntouched(project))
  }

  @Test func `a report that cannot be written is reported at once, and the others contain the reason`() throws {
    let project = try EarlyEndTests.project(EarlyEndTests.goodManifest)
    try expect(project.plangate("record"), exits: 0)
    try project.makeDirectory("directory")
    for (path, reason) in [("missing/report", "no such directory"), ("directory", "it is a directory")] {
      let error = "\(path): error: cannot write the report: \(reason)"
      for (broken, option, other) in [("--junit", "--json", "report.json"), ("--json", "--junit", "junit.xml")] {
        let run = try project.plangate("check", broken, path, option, other)
        try expect(
          run, exits: 2, stdout: ["1 passed"], stderr: [error, "the run continues"], leavingNothingIn: project)
        #expect(run.stderr.components(separatedBy: error).count == 3, "\(run)")
        #expect(try project.read(other).contains(error), "\(run)")
      }
      #expect(try project.json().outcome == "unchecked")
      #expect(try project.json()["one"].verdict == "passed")
      #expect(try project.junit().cases.map(\.name).sorted() == ["one", "plangate"])
    }
  }

  @Test func `yesterday's green reports are replaced when a run ends early`() throws {
    let project = try EarlyEndTests.project("version: 1\nquerys: []\n")
    try project.write("junit.xml", "<testsuites><testsuite><testcase name=\"one\"/></testsuite></testsuites>\n")
    try project.write("report.json", "{\"outcome\": \"passed\"}\n")
    let run = try project.plangate("check", "--junit", "junit.xml", "--json", "report.json")
    try expect(run, exits: 2, stderr: ["'querys'"])
    try expectEarlyEnd(project, "querys")
  }

  @Test func `a report on standard output is complete even if a run ends early`() throws {
    let project = try EarlyEndTests.project("version: 1\nquerys: []\n")
    let run = try project.plangate("check", "--junit", "-")
    try expect(run, exits: 2, stderr: ["'querys'"])
    #expect(try JUnitReport(parsing: run.stdout).cases.map(\.name) == ["plangate"], "\(run)")
  }

  @Test func `a PostgreSQL that is not installed is an error`() throws {
    let project = try EarlyEndTests.project(EarlyEndTests.goodManifest)
    let major = try project.plangate("check", "--postgres", "99")
    try expect(major, exits: 2, stderr: ["PostgreSQL 99", "--postgres"], leavingNothingIn: project)
    let directory = try project.plangate("check", "--postgres", "./bin")
    try expect(directory, exits: 2, stderr: ["./bin", "initdb"], leavingNothingIn: project)
  }

  @Test func `--postgres takes a relative directory`() throws {
    let project = try EarlyEndTests.project(EarlyEndTests.goodManifest)
    let installation = try ServerInstallation.locate(nil, environment: plainEnvironment())
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/bin", withDestinationPath: installation.binaries)
    try expect(project.plangate("record", "--postgres", "./bin"), exits: 0, leavingNothingIn: project)
  }
}

/// Checks the reports of a run that ended before its cases.
func expectEarlyEnd(_ project: Project, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
  let junit = try project.junit()
  #expect(junit.cases.map(\.name) == ["plangate"], sourceLocation: sourceLocation)
  #expect(junit.suites.first?["errors"] == "1", sourceLocation: sourceLocation)
  let error = try #require(junit.cases.first?.error, sourceLocation: sourceLocation)
  for word in words { #expect(error.text.contains(word), "\(error)", sourceLocation: sourceLocation) }
  let json = try project.json()
  #expect(json.outcome == "unchecked", sourceLocation: sourceLocation)
  #expect(json.cases.isEmpty, sourceLocation: sourceLocation)
}

/// Errors that end a run when the server is running, or almost.
@Suite struct BrokenSeedTests {
  /// A project with passing reports of yesterday.
  private static func project(_ manifest: String, _ seed: String = "SELECT 1;\n") throws -> Project {
    try Project([
      "seed/01.sql": seed, "queries/one.sql": "SELECT 1\n", "queries/manifest.yml": manifest,
      "junit.xml": "<testsuites><testsuite><testcase name=\"one\"/></testsuite></testsuites>\n",
      "report.json": "{\"outcome\": \"passed\"}\n",
    ])
  }

  @Test func `a broken seed is named with file and line`() throws {
    let project = try BrokenSeedTests.project(
      "version: 1\nseed: [../seed/*.sql]\nqueries:\n  - file: one.sql\n",
      "CREATE TABLE items (id integer);\n\nINSERT INTO itmes VALUES (1);\nDROP TABLE items;\n")
    let run = try project.plangate("check", "--junit", "junit.xml", "--json", "report.json")
    try expect(
      run, exits: 2, stderr: ["seed/01.sql:3: error:", "relation \"itmes\" does not exist"], leavingNothingIn: project)
    try expectEarlyEnd(project, "seed/01.sql:3", "itmes")
  }

  @Test func `a broken step of the seed is named with its status and its output`() throws {
    let project = try BrokenSeedTests.project(
      """
      version: 1
      seed:
        - ../seed/01.sql
        - run: echo the migration says no; sleep 300 & exit 3
      queries:
        - file: one.sql

      """)
    let run = try project.plangate("check", "--junit", "junit.xml", "--json", "report.json")
    // Background processes of the step end with it.
    try expect(
      run, exits: 2, stderr: ["echo the migration", "exit status 3", "the migration says no"], leavingNothingIn: project
    )
    try expectEarlyEnd(project, "exit status 3")
  }
}
