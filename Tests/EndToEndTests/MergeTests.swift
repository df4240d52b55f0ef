import Foundation
import OperatingSystem
import TestSupport
import Testing

/// The reports of shards, merged, equal the report of the run that was divided.
@Suite struct MergeTests {
  /// A run of the sample that regressed, and its exit status.
  ///
  /// The project of the run; tests work on copies of it.
  private static let whole = Result { () throws -> (project: Project, run: ProgramRun) in
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    try project.remove("baselines/nap.plan")
    let run = try project.plangate("check", "--json", "whole.json", "--junit", "whole.xml", "--color", "never")
    guard run.status == 1 else { throw TestFailure("the sample did not regress\n\(run)") }
    return (project, run)
  }

  /// The reports that shards of the run would have written, `1.json` to `N.json`: every N-th case in each.
  private static func shards(_ count: Int) throws -> Project {
    let project = try Project(copying: whole.get().project)
    let text = try project.read("whole.json")
    let head = "  \"cases\": [\n"
    let parts = text.components(separatedBy: head)
    let rest = try #require(parts.last).components(separatedBy: "\n  ],\n  \"relations\": [\n")
    try #require(parts.count == 2 && rest.count == 2)
    let cases = rest[0].components(separatedBy: ",\n    {\n").enumerated().map { $0 == 0 ? $1 : "    {\n" + $1 }
    #expect(cases.count == Sample.cases.count)
    for index in 1...count {
      let own = cases.enumerated().filter { $0.offset % count == index - 1 }.map(\.element).joined(separator: ",\n")
      let shard = parts[0].replacingOccurrences(
        of: "\"shard\": null", with: "\"shard\": {\"index\": \(index), \"count\": \(count)}")
      try project.write("\(index).json", "\(shard)\(head)\(own)\n  ],\n  \"relations\": [\n\(rest[1])")
    }
    return project
  }

  @Test func `a report that is read and written again is the same, and so are the other formats`() throws {
    let (whole, first) = try Self.whole.get()
    // A copy, because other tests copy the whole run's project at the same time, including half-written reports.
    let project = try Project(copying: whole)
    let run = try project.plangate(
      "merge", "whole.json", "--json", "again.json", "--junit", "again.xml", "--color", "never")
    #expect(run.status == 1)
    #expect(run.stdout == first.stdout, "\(run)")
    #expect(run.stderr == "", "\(run)")
    #expect(try project.read("again.json") == project.read("whole.json"))
    #expect(try project.read("again.xml") == project.read("whole.xml"))
    #expect(try SchemaValidator.problems(of: project.read("whole.json"), .report) == [])
  }

  @Test(arguments: [1, 2, 5, 20])
  func `merged shards equal the whole run, in the manifest's order`(count: Int) throws {
    let project = try Self.shards(count)
    let files = (1...count).reversed().map { "\($0).json" }
    let run = try project.start(
      ["merge"] + files + ["--json", "merged.json", "--junit", "merged.xml", "--color", "never"]
    ).end()
    try expect(run, exits: 1, stdout: ["orders_by_customer@whale"])
    #expect(run.stdout == (try Self.whole.get().run.stdout), "\(run)")
    #expect(try project.read("merged.json") == project.read("whole.json"))
    #expect(try project.read("merged.xml") == project.read("whole.xml"))
  }

  @Test func `a missing shard is an error, and the reports contain the others' findings`() throws {
    let project = try Self.shards(3)
    try project.write("merged.json", "{\"outcome\": \"passed\"}\n")
    let run = try project.plangate("merge", "1.json", "3.json", "--json", "merged.json", "--junit", "merged.xml")
    try expect(run, exits: 2, stdout: ["\nerror: shard 2 of 3 is missing\n", "orders_by_customer@typical"])
    #expect(try SchemaValidator.problems(of: project.read("merged.json"), .report) == [])
    #expect(try project.json("merged.json").outcome == "unchecked")
    #expect(try project.json("merged.json").cases.count == Sample.cases.count / 3 * 2)
    let junit = try project.junit("merged.xml")
    #expect(junit.cases.first?.name == "plangate")
    #expect(junit.cases.first?.error?.text == "shard 2 of 3 is missing")
    #expect(junit.cases.contains { $0.failure != nil })
  }

  @Test func `in GitHub Actions the whole is annotated and summarized even if a report cannot be written`()
    throws
  {
    let project = try Self.shards(2)
    let run = try project.start(
      ["merge", "1.json", "2.json", "--json", "-"],
      environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "\(project.directory)/summary.md"],
      launcher: ["/bin/sh", "-c", "exec \"$@\" > /dev/full", "sh"]
    ).end()
    try expect(
      run, exits: 2,
      stderr: [
        "cannot write the report to standard output", "FAIL", "4 regressed",
        "\n::error file=queries/orders_by_customer.sql,line=1,title=plangate%3A orders_by_customer@typical%3A seq-scan::",
      ])
    #expect(try project.read("summary.md").contains("4 cases regressed"))
  }

  @Test func `a file that is not a report is an error with its reason, and the others are merged`() throws {
    let project = try Self.shards(2)
    try project.write("2.json", String(project.read("2.json").dropLast(20)))
    let run = try project.plangate("merge", "1.json", "2.json", "gone.json", "whole.xml", "--json", "merged.json")
    try expect(
      run, exits: 2,
      stdout: [
        "error: 2.json: cannot read the report: it is incomplete or not JSON: ",
        "gone.json: cannot read the report: no such file",
        "whole.xml: cannot read the report: it is incomplete or not JSON: unexpected character at byte 0",
        "shard 2 of 2 is missing",
      ])
    #expect(try project.json("merged.json").cases.count == Sample.cases.count / 2)
  }

  @Test func `a report of a newer format asks for a newer plangate`() throws {
    let project = try Project()
    try project.write("new.json", "{\"plangate\": \"9.0.0\", \"format\": 2}\n")
    try expect(
      project.plangate("merge", "new.json"), exits: 2,
      stderr: [
        "new.json: error: cannot read the report: it is a report of format 2, written by plangate 9.0.0", "upgrade",
      ])
  }

  @Test func `the unfinished report of a run that was killed makes the whole unchecked`() throws {
    let project = try Self.shards(2)
    let early = try project.plangate("check", "--manifest", "nowhere.yml", "--json", "early.json")
    #expect(early.status == 2)
    try expect(
      project.plangate("merge", "early.json"), exits: 2, stdout: ["nowhere.yml", "no such file", "nothing was checked"])
    try project.edit("early.json", "\"shard\": null", "\"shard\": {\"index\": 2, \"count\": 2}")
    try project.edit("early.json", "\"manifest\": \"nowhere.yml\"", "\"manifest\": \"queries/manifest.yml\"")
    let run = try project.plangate("merge", "1.json", "early.json", "--junit", "merged.xml")
    try expect(run, exits: 2, stdout: ["shard 2/2 (early.json): the run ended early: nowhere.yml: error:"])
    #expect(try project.junit("merged.xml").cases.count == Sample.cases.count / 2 + 1)
  }

  @Test func `a report is never written over one that is read`() throws {
    let project = try Self.shards(2)
    let before = try project.read("1.json")
    for path in ["1.json", "./1.json", "queries/../1.json", "\(project.directory)/1.json"] {
      try expect(
        project.plangate("merge", "1.json", "2.json", "--json", path), exits: 2,
        stderr: ["\(path) is both an input and an output"])
      #expect(try project.read("1.json") == before)
    }
  }

  @Test func `a report on standard output moves other text to standard error`() throws {
    let project = try Self.shards(2)
    let run = try project.plangate("merge", "-q", "1.json", "2.json", "--json", "-")
    try expect(run, exits: 1, stderr: ["FAIL", "orders_by_customer@typical"])
    #expect(!run.stderr.contains("events_of_account"), "\(run)")
    #expect(try JSONReport(parsing: run.stdout).cases.map(\.name) == Sample.cases)
  }
}
