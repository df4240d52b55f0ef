import TestSupport
import Testing

@Suite struct CommandLineTests {
  @Test func `names may be globs, and a report on standard output moves other text to standard error`() throws {
    let project = try Sample.recorded()
    let run = try project.plangate("check", "--junit", "-", "--color", "always", "orders_*", "n?p")
    try expect(run, exits: 0, stderr: ["orders_by_customer@whale", "6 passed", "\u{1B}["])
    let junit = try JUnitReport(parsing: run.stdout)
    #expect(
      junit.cases.map(\.name) == [
        "orders_by_customer@typical", "orders_by_customer@whale", "orders_of_place", "orders_in", "orders_of_nobody",
        "nap",
      ], "\(run)")
    #expect(!run.stdout.contains("\u{1B}"), "\(run)")
  }

  @Test func `explain shows the plan of one case as it is now`() throws {
    let project = try Sample.recorded()
    let run = try project.plangate("explain", "orders_by_customer@whale")
    try expect(
      run, exits: 0, stdout: ["orders_by_customer@whale", "orders_customer_idx", "o.customer_id = 1"],
      not: ["typical", "\u{1B}"], leavingNothingIn: project)
  }

  @Test func `version and help need no project`() throws {
    let project = try Project()
    let version = try project.plangate("--version")
    try expect(version, exits: 0, stdout: ["plangate "])
    #expect(version.stdout.split(separator: "\n").count == 1, "\(version)")
    for words in [["--help"], ["help"], ["help", "check"], ["check", "--help"], ["record", "-h"]] {
      let run = try plangate(words, in: project.directory)
      try expect(run, exits: 0, stdout: ["usage: plangate"])
      #expect(run.stderr == "", "\(run)")
    }
    #expect(try project.files() == [])
  }

  struct Usage: Sendable, CustomTestStringConvertible {
    let words: [String]
    let errors: [String]

    init(_ words: [String], _ errors: String...) {
      self.words = words
      self.errors = errors
    }

    var testDescription: String { "plangate " + words.joined(separator: " ") }
  }

  static let badUsage = [
    Usage([], "no command"), Usage(["chek"], "'chek'", "did you mean 'check'?"),
    Usage(["check", "--junt", "x"], "--junt", "--junit"), Usage(["check", "--junit"], "--junit"),
    Usage(["check", "--junit", ""], "--junit"), Usage(["check", "--strict=yes"], "--strict"),
    Usage(["check", "--color", "sometimes"], "sometimes"),
    Usage(["check", "--junit", "-", "--json", "-"], "standard output"),
    Usage(["record", "--strict"], "--strict"), Usage(["explain"], "one query"),
    Usage(["explain", "a", "b"], "one query"),
  ]

  @Test(arguments: badUsage)
  func `invalid arguments give exit status 2`(_ usage: Usage) throws {
    let project = try Project()
    let run = try plangate(usage.words, in: project.directory)
    try expect(run, exits: 2, stderr: usage.errors + ["plangate: error: "])
    #expect(run.stdout == "", "\(run)")
    #expect(try project.files() == [])
  }
}
