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
      guard case .script(let path) = step.source else { return "\(step)" }
      return project.local(path)
    }
  }

  @Test func `a glob is in natural order, and says where that is not the order of bytes`() throws {
    let project = try project("../seed/*.sql", ["seed/10.sql", "seed/2.sql", "seed/B.sql", "seed/a.sql", "seed/ä.sql"])
    #expect(try scripts(project) == ["seed/2.sql", "seed/10.sql", "seed/B.sql", "seed/a.sql", "seed/ä.sql"])
    #expect(
      try project.load().reordered.map(\.note) == [
        "../seed/*.sql runs in natural order (2.sql, 10.sql, B.sql, a.sql …); by bytes, as before, it was "
          + "10.sql, 2.sql, B.sql, a.sql …. To keep an order, list the files"
      ])
    #expect(try self.project("../seed/*.sql", ["seed/1.sql", "seed/2.sql"]).load().reordered.isEmpty)
    let list = try self.project("../seed/10.sql\n  - ../seed/2.sql", ["seed/10.sql", "seed/2.sql"])
    #expect(try scripts(list) == ["seed/10.sql", "seed/2.sql"])
    #expect(try list.load().reordered.isEmpty)
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
    guard case .command(_, let found) = try project.load().seed[0].source else { throw TestFailure("no command") }
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
    ("set -euo pipefail\ncd app\n\n# the schema\nalembic upgrade head\n", "alembic upgrade head …"),
    ("set -e; make migrate", "make migrate"), ("set -e && cd app && make", "cd app && make"),
    ("export A=1 B=2; make", "export A=1 B=2; make"), ("set -e\nexport A=1\n", "set -e …"),
    ("set -- 'a;b' && make", "set -- 'a;b' && make"), ("setup.sh\nmake", "setup.sh …"), ("", ""),
  ])
  func `a command is named by its first telling line`(command: String, name: String) {
    #expect(SeedStep.command(command, inputs: []).description == name)
  }

  @Test func `steps have names, transactions and more`() throws {
    let project = try project(
      """
      {file: ../big.sql, name: big rows, transaction: true, clock: ignore}
        - {file: "../more/*.sql", transaction: auto, name: more}
        - {csv: ../r.csv, table: t, name: rates}
        - {run: make, name: "make\tit", tcp: true}
      """, ["big.sql", "more/1.sql", "more/2.sql", "r.csv"])
    let steps = try project.load().seed
    #expect(steps.map(\.description) == ["big rows", "more: 1.sql", "more: 2.sql", "rates", "make\\tit"])
    #expect(steps.map(\.transaction) == [.yes, .auto, .auto, .no, .no])
    #expect(steps.map(\.usesTCP) == [false, false, false, false, true])
    #expect(steps.map(\.ignoresClock) == [true, false, false, false, false])
    #expect(
      steps.map(\.subject).prefix(1) == ["the seed step 'big rows'"] && SeedStep.script("a").subject == "the seed")
  }

  @Test(arguments: [
    ("{file: ../a.sql, transaction: maybe}", "'transaction' is true or false or auto, not 'maybe'"),
    ("{file: ../a.sql, tcp: true}", "unknown key 'tcp'"),
    ("{run: make, transaction: true}", "unknown key 'transaction'"),
    ("{file: ../a.sql, name: ''}", "'name' must be one line of at most 100 characters"),
    ("{run: make, name: \"a\\nb\"}", "'name' must be one line of at most 100 characters"),
    ("{run: make, clock: forget}", "'clock' is ignore, not 'forget'"),
    ("{run: make, tcp: 1}", "'tcp' is true or false, not '1'"), ("{file: ../b.sql}", "no such file: b.sql"),
  ])
  func `what does not fit a step is an error`(step: String, message: String) throws {
    let text = try #require(try project(step, ["a.sql"]).loadFailure())
    #expect(text.hasPrefix("queries/m.yml:3:") && text.contains("error: \(message)\n"), "\(text)")
  }

  @Test func `clock: ignore of the manifest counts for all steps`() throws {
    let project = try project("run: make", ["db/1.sql"])
    try project.write(
      "queries/m.yml", project.read("queries/m.yml") + "\nclock: ignore\nmigrations: [../db, {run: make, name: m}]\n")
    let manifest = try project.load()
    let all = manifest.seed + manifest.migrations.map(\.step)
    #expect(all.count == 3 && all.allSatisfy(\.ignoresClock))
    #expect(manifest.migrations.map(\.name) == ["1.sql", "m"])
  }
}
