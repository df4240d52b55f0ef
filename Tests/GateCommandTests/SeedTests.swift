import Foundation
import TestSupport
import Testing

@testable import GateCommand

@Suite struct SeedTests {
  private func project(_ seed: String, _ files: [String], in directory: String = "queries") throws -> Project {
    var contents = Dictionary(uniqueKeysWithValues: files.map { ($0, "") })
    contents["\(directory)/m.yml"] = "version: 1\nseed:\n  - \(seed)\nqueries: [{file: a.sql}]"
    contents["\(directory)/a.sql"] = "SELECT 1"
    return try Project(contents)
  }

  private func scripts(_ project: Project, _ directory: String = "queries") throws -> [String] {
    try project.load("\(directory)/m.yml").seed.map { step in
      guard case .script(let path) = step else { return "\(step)" }
      return project.local(path)
    }
  }

  @Test func `a glob sorts by name`() throws {
    let project = try project("../seed/*.sql", ["seed/10.sql", "seed/2.sql", "seed/B.sql", "seed/a.sql", "seed/ä.sql"])
    #expect(try scripts(project) == ["seed/10.sql", "seed/2.sql", "seed/B.sql", "seed/a.sql", "seed/ä.sql"])
  }

  @Test func `a glob can match directories and have question marks and sets`() throws {
    let files = ["seed/a/1.sql", "seed/b/1.sql", "seed/b/2.sql", "seed/.hidden/1.sql"]
    #expect(try scripts(project("../seed/*/?.sql", files)) == ["seed/a/1.sql", "seed/b/1.sql", "seed/b/2.sql"])
    #expect(try scripts(project("\"../seed/[b]/*.sql\"", files)) == ["seed/b/1.sql", "seed/b/2.sql"])
  }

  @Test func `a glob distinguishes archives from scripts`() throws {
    let project = try project("../seed/*", ["seed/1.dump", "seed/2.sql"])
    #expect(
      try project.load().seed == [.archive(project.path("seed/1.dump")), .script(project.path("seed/2.sql"))])
  }

  @Test(arguments: ["q[1]", "a*b", "what?", "back\\slash", "sp ace"])
  func `the manifest's directory is not a pattern`(directory: String) throws {
    let project = try project("seed/*.sql", ["\(directory)/seed/b.sql", "\(directory)/seed/a.sql"], in: directory)
    #expect(try scripts(project, directory) == ["\(directory)/seed/a.sql", "\(directory)/seed/b.sql"])
  }

  @Test func `a plain path keeps its spaces`() throws {
    #expect(try scripts(project("../seed/first step.sql", ["seed/first step.sql"])) == ["seed/first step.sql"])
  }

  @Test func `steps keep their order`() throws {
    let project = try project("run: echo b\n  - ../z.sql\n  - run: 'echo a'\n  - ../a.sql", ["z.sql", "a.sql"])
    #expect(
      try project.load().seed == [
        .command("echo b", inputs: []), .script(project.path("z.sql")), .command("echo a", inputs: []),
        .script(project.path("a.sql")),
      ])
  }

  @Test(arguments: [
    ("../seed/x.sql", "no such file: seed/x.sql"), ("../seed/y*.sql", "no file matches seed/y*.sql"),
    ("\"../seed/[x.sql\"", "no file matches seed/[x.sql"),
    ("../seed", "seed is a directory; name its files: ../seed/*.sql"), ("~", "a seed step must be text"),
    ("[a]", "a seed step must be text"),
  ])
  func `a path that names no file is an error`(seed: String, message: String) throws {
    let project = try project(seed, ["seed/a.sql"])
    #expect(project.loadFailure() == "queries/m.yml:3:5: error: \(message)\n    - \(seed)\n      ^")
  }

  @Test func `a glob that finds a directory is an error`() throws {
    let project = try project("../seed/*", ["seed/a.sql", "seed/b/c.sql"])
    #expect(
      project.loadFailure() == """
        queries/m.yml:3:5: error: seed/b is a directory; a pattern such as *.sql leaves it out
            - ../seed/*
              ^
        """)
  }

  @Test(arguments: [
    ("[../db]", ["db/a.sql", "db/linked/b.sql", "db/linked/deep/c.sql", "db/one/two/d.sql"]),
    // A directory that is reached through a link, and a link to one.
    ("[../link]", ["link/b.sql", "link/deep/c.sql"]), ("[../link/deep]", ["link/deep/c.sql"]),
    ("[\"../li*\"]", ["link/b.sql", "link/deep/c.sql"]),
    ("[\"../db/**/*.sql\"]", ["db/a.sql", "db/linked/b.sql", "db/linked/deep/c.sql", "db/one/two/d.sql"]),
    ("[\"../db/**\"]", ["db/a.sql", "db/linked/b.sql", "db/linked/deep/c.sql", "db/one/two/d.sql"]),
    ("[\"../db/**/two/*\"]", ["db/one/two/d.sql"]), ("[\"../**/d.sql\"]", ["db/one/two/d.sql"]),
    ("[\"../db/**/deep/**/c.sql\"]", ["db/linked/deep/c.sql"]),
  ])
  func `inputs are all files below a directory, including those behind links`(inputs: String, files: [String]) throws {
    let project = try project(
      "run: make\n    inputs: \(inputs)", ["db/a.sql", "db/one/two/d.sql", "other/b.sql", "other/deep/c.sql"])
    for (link, target) in [
      ("db/linked", "../other"), ("link", "other"), ("other/deep/circle", "../../other"), ("db/one/up", "../../db"),
    ] {
      try FileManager.default.createSymbolicLink(atPath: project.path(link), withDestinationPath: target)
    }
    guard case .command(_, let found) = try project.load().seed[0] else { throw TestFailure("no command") }
    #expect(found.map(project.local).filter { !$0.contains("circle") && !$0.contains("/up/") } == files)
  }

  @Test func `run is the only key of a step`() throws {
    #expect(
      try project("ran: make", []).loadFailure() == """
        queries/m.yml:3:5: error: unknown key 'ran', did you mean 'run'?
            - ran: make
              ^
        """)
    #expect(
      try project("{}", []).loadFailure() == """
        queries/m.yml:3:5: error: a seed step needs the key 'run'
            - {}
              ^
        """)
    #expect(
      try project("run: [make]", []).loadFailure() == """
        queries/m.yml:3:10: error: 'run' must be text
            - run: [make]
                   ^
        """)
  }

  @Test(arguments: [
    ("make migrate", "make migrate"), ("make migrate\n", "make migrate"), ("\n  make\n  make load\n", "  make …"),
    ("echo '\u{1b}[2J'", "echo '\\x1b[2J'"),
  ])
  func `a command is named by its first line`(command: String, name: String) {
    #expect(SeedStep.command(command, inputs: []).description == name)
  }
}
