import JSON
import PlanCore
import Reporting
import Testing

@testable import GateCommand

/// Parses a line of words.
private func parse(_ words: [String]) throws(Diagnostic) -> Options.Parsed {
  try Options.parse(words, commands: Subcommand.all)
}

private func parse(_ line: String) throws(Diagnostic) -> Options.Parsed {
  try parse(line.split(separator: " ").map(String.init))
}

private func run(_ command: Subcommand, _ change: (inout Options) -> Void = { _ in }) -> Options.Parsed {
  var options = Options(command: command)
  change(&options)
  return .run(options)
}

private let hint =
  "usage: plangate check | compare | record | review | migrate | bisect | explain | why-not | stability | params | import "
  + "| seed | merge | cache | init | completions | man | help, see plangate --help"

@Suite struct OptionsTests {
  @Test func `a command alone has the defaults`() throws {
    #expect(try parse("check") == run(.check))
    #expect(try parse("record") == run(.record))
    let options = Options(command: .check)
    #expect(options.names.isEmpty)
    #expect(options.manifest == "queries/manifest.yml")
    #expect(options.postgres == [] && options.jobs == nil && options.shard == nil && options.usesCache)
    #expect(options.reports.isEmpty)
    #expect(options.color == .auto)
    #expect(!options.isStrict && !options.prunes && !options.onlyChecks && !options.keepsServer)
    #expect(!options.isQuiet && !options.isVerbose)
  }

  @Test func `every option of check sets its field`() throws {
    #expect(try parse("check --manifest m.yml") == run(.check) { $0.manifest = "m.yml" })
    #expect(try parse("check --postgres 15") == run(.check) { $0.postgres = ["15"] })
    #expect(try parse("check --postgres 15,/opt/bin") == run(.check) { $0.postgres = ["15", "/opt/bin"] })
    #expect(throws: Diagnostic("--jobs is a number from 1 to 64, not '0'")) { try parse("check --jobs 0") }
    #expect(try parse("check --jobs 4") == run(.check) { $0.jobs = 4 })
    #expect(try parse("check --shard 2/5") == run(.check) { $0.shard = Shard(index: 2, count: 5) })
    #expect(try parse("check --no-cache") == run(.check) { $0.usesCache = false })
    for format in ReportFormat.allCases {
      #expect(try parse("check --\(format.rawValue) file") == run(.check) { $0.reports = [format: "file"] })
    }
    #expect(try parse("check --strict") == run(.check) { $0.isStrict = true })
    #expect(try parse("check --keep") == run(.check) { $0.keepsServer = true })
    #expect(try parse("check --color never") == run(.check) { $0.color = .never })
    #expect(try parse("check --color always") == run(.check) { $0.color = .always })
    #expect(try parse("check --color auto") == run(.check) { $0.color = .auto })
    #expect(try parse("check --quiet") == run(.check) { $0.isQuiet = true })
    #expect(try parse("check -q") == run(.check) { $0.isQuiet = true })
    #expect(try parse("check --verbose") == run(.check) { $0.isVerbose = true })
    #expect(try parse("check -v") == run(.check) { $0.isVerbose = true })
  }

  @Test(arguments: ["", "2", "0/5", "6/5", "a/b", "1/2/3", "-1/2", "1/0"])
  func `a shard is I/N with I from 1 to N`(_ value: String) {
    #expect(throws: Diagnostic("--shard is a part and how many there are, such as 2/5, not '\(value)'")) {
      try parse(["check", "--shard", value])
    }
  }

  @Test func `only check takes several servers, and none can be kept`() {
    #expect(
      throws: Diagnostic("plangate record works on one server; only check takes several: --postgres 15,16")
    ) { try parse("record --postgres 15,16") }
    #expect(
      throws: Diagnostic("--postgres is a major version, a directory of programs, or several of them, not '15,,16'")
    ) { try parse("check --postgres 15,,16") }
    #expect(throws: Diagnostic("--keep leaves one server up: name one with --postgres")) {
      try parse("check --keep --postgres 15,16")
    }
  }

  @Test func `--server takes a conninfo, even an empty one`() throws {
    #expect(try parse("check --server service=ci") == run(.check) { $0.conninfos = ["service=ci"] })
    #expect(try parse(["record", "--server", ""]) == run(.record) { $0.conninfos = [""] })
    #expect(try parse("explain --server= q") == run(.explain) { ($0.conninfos, $0.names) = ([""], ["q"]) })
    #expect(
      try parse("stability --server host=/x --no-cache")
        == run(.stability) {
          ($0.conninfos, $0.usesCache) = (["host=/x"], false)
        })
    let twice = try parse("record --server host=/x --server host=/y")
    #expect(twice == run(.record) { $0.conninfos = ["host=/x", "host=/y"] })
    guard case .run(let options) = twice else { return }
    #expect(options.server == "host=/y")
    let error = Diagnostic(
      "--server names a server that runs, --postgres one to start: only one of them can be given")
    #expect(throws: error) { try parse("check --server host=/x --postgres 15") }
    #expect(throws: error) { try parse("check --postgres 15 --server=") }
  }

  @Test func `--allow-seed takes names`() throws {
    let all = try parse("check --server= --allow-seed connect,alter-role --allow-seed=database")
    #expect(
      all
        == run(.check) {
          $0.conninfos = [""]
          $0.allowedReach = [.connect, .alterRole, .database]
        })
    for command in ["record", "explain q", "stability"] {
      guard case .run(let options) = try parse("\(command) --allow-seed tablespace") else {
        Issue.record("\(command) does not run")
        continue
      }
      #expect(options.allowedReach == [.tablespace])
    }
    #expect(
      throws: Diagnostic(
        "--allow-seed knows no 'conect', did you mean 'connect'?\nit takes one or several of connect,alter-system,"
          + "alter-role,drop-role,database,tablespace,remote,replication,server-files,server-functions,catalog,include")
    ) { try parse("check --allow-seed alter-system,conect") }
    #expect(throws: Diagnostic.self) { try parse("check --allow-seed connect,") }
    #expect(throws: Diagnostic.self) { try parse("merge --allow-seed connect report.json") }
  }

  @Test func `every option of record sets its field`() throws {
    #expect(try parse("record --prune") == run(.record) { $0.prunes = true })
    #expect(try parse("record --check") == run(.record) { $0.onlyChecks = true })
    #expect(try parse("stability --runs 12") == run(.stability) { $0.runs = 12 })
    #expect(throws: Diagnostic("--runs is a number from 1 to 1000, not '0'")) { try parse("stability --runs 0") }
  }

  @Test(arguments: Subcommand.all.filter { $0 != .help })
  func `every flag of the table is accepted by its commands and changes something`(command: Subcommand) throws {
    let name =
      [.explain, .whyNot, .bisect, .merge].contains(command)
      ? ["q"] : command == .completions ? ["bash"] : command == .cache ? ["list"] : []
    for flag in Flag.all {
      // A statement takes the place of a query.
      let name = ["sql": [], "params": ["--sql", "x"]][flag.name].map { command == .explain ? $0 : name } ?? name
      let plain = flag.name == "sql" ? nil : try parse([command.name] + name)
      let values = ["WHEN": "always", "N": "7", "I/N": "2/5", "KINDS": "connect"]
      let value = flag.value.map { [values[$0] ?? "some"] } ?? []
      let spellings =
        [["--\(flag.name)"] + value] + (flag.letter.map { [["-\($0)"] + value] } ?? [])
        + (flag.value == nil ? [] : [["--\(flag.name)=\(value[0])"]])
      for spelling in spellings {
        let words = [command.name] + spelling + name
        if command.flags.contains(where: { $0.name == flag.name }) {
          #expect(try parse(words) != plain, "\(words)")
          #expect(try parse(words) == parse([command.name] + name + spelling), "\(words)")
        } else {
          #expect(throws: Diagnostic.self, "\(words)") { try parse(words) }
        }
      }
    }
  }

  @Test func `cache takes list or clear`() throws {
    #expect(try parse("cache list") == run(.cache) { $0.names = ["list"] })
    #expect(try parse("cache clear") == run(.cache) { $0.names = ["clear"] })
    let usage = "usage: plangate cache list|clear"
    for line in ["cache", "cache list clear", "cache frob", "cache clear all"] {
      #expect(throws: Diagnostic("plangate cache takes list or clear\n\(usage)"), "\(line)") { try parse(line) }
    }
    #expect(throws: Diagnostic("plangate cache takes list or clear, did you mean 'clear'?\n\(usage)")) {
      try parse("cache claer")
    }
    #expect(throws: Diagnostic("plangate cache has no option '--jobs'\nsee plangate help cache")) {
      try parse("cache list --jobs 2")
    }
  }

  @Test func `commands that only print take their argument and nothing else`() throws {
    #expect(try parse("man") == run(.man))
    #expect(try parse("completions fish") == run(.completions) { $0.names = ["fish"] })
    #expect(try parse("init") == run(.initialize))
    #expect(try parse("init -q") == run(.initialize) { $0.isQuiet = true })
    #expect(try parse("init --dry-run") == run(.initialize) { $0.isDryRun = true })
    #expect(try parse("init --help") == .help(.initialize))
    #expect(throws: Diagnostic("plangate man takes no 'page'\nusage: plangate man")) { try parse("man page") }
    #expect(throws: Diagnostic("plangate init takes no 'here'\nusage: plangate init [options]")) {
      try parse("init here")
    }
    let usage = "usage: plangate completions bash|zsh|fish"
    #expect(throws: Diagnostic("plangate completions takes one shell\n\(usage)")) { try parse("completions") }
    #expect(throws: Diagnostic("plangate completions takes one shell, did you mean 'fish'?\n\(usage)")) {
      try parse("completions fihs")
    }
    #expect(throws: Diagnostic("plangate completions takes one shell\n\(usage)")) { try parse("completions bash zsh") }
  }

  @Test func `no two flags of a command share a name or a letter`() {
    for command in Subcommand.all {
      let flags = Flag.all.filter { command.flags.map(\.name).contains($0.name) }
      #expect(Set(flags.map(\.name)).count == flags.count)
      #expect(Set(flags.compactMap(\.letter)).count == flags.compactMap(\.letter).count)
    }
  }

  @Test func `a value may follow an equals sign and contain one`() throws {
    #expect(try parse("check --manifest=a=b.yml") == run(.check) { $0.manifest = "a=b.yml" })
    #expect(
      try parse("check --color=never --json=-") == run(.check) { ($0.color, $0.reports) = (.never, [.json: "-"]) })
  }

  @Test func `the last of two values counts`() throws {
    #expect(try parse("check --junit a --junit b") == run(.check) { $0.reports = [.junit: "b"] })
  }

  @Test func `names and options mix, and everything after -- is a name`() throws {
    let expected = run(.check) {
      $0.names = ["a", "-", "b*", "--strict", "-q", "--"]
      $0.isQuiet = true
    }
    #expect(try parse("check a -q - b* -- --strict -q --") == expected)
  }

  @Test func `a value is used unchanged even if it looks like an option`() throws {
    #expect(try parse("check --manifest --strict") == run(.check) { $0.manifest = "--strict" })
    #expect(try parse(["check", "--manifest", "a b.yml"]) == run(.check) { $0.manifest = "a b.yml" })
  }

  @Test func `explain takes one query`() throws {
    #expect(try parse("explain q@typical") == run(.explain) { $0.names = ["q@typical"] })
    let error = Diagnostic(
      "plangate explain takes one query\nusage: plangate explain [options] query[@case] | --sql SQL")
    #expect(throws: error) { try parse("explain") }
    #expect(throws: error) { try parse("explain a b") }
  }

  @Test func `explain takes a statement in place of a query`() throws {
    let expected = run(.explain) {
      $0.sql = "SELECT 1"
      $0.params = "[1]"
    }
    #expect(try parse(["explain", "--sql", "SELECT 1", "--params=[1]"]) == expected)
    #expect(throws: Diagnostic("--sql takes the place of a query: leave out 'q'")) { try parse("explain --sql x q") }
    #expect(throws: Diagnostic("--params gives values to the statement of --sql")) { try parse("explain --params x q") }
  }

  @Test func `merge takes reports, and writes those that check writes`() throws {
    #expect(
      try parse("merge a.json b.json --junit all.xml --json=all.json -q --color never")
        == run(.merge) {
          $0.names = ["a.json", "b.json"]
          $0.reports = [.junit: "all.xml", .json: "all.json"]
          ($0.isQuiet, $0.color) = (true, .never)
        })
    #expect(
      throws: Diagnostic(
        "plangate merge needs the JSON reports of a check\nusage: plangate merge [options] report.json ...")
    ) { try parse("merge --junit all.xml") }
    #expect(throws: Diagnostic.self) { try parse("merge --strict a.json") }
    #expect(throws: Diagnostic.self) { try parse("merge --manifest m.yml a.json") }
  }

  @Test func `help and version take precedence`() throws {
    #expect(try parse("--version") == .version)
    #expect(try parse("-V") == .version)
    #expect(try parse("--help") == .help(nil))
    #expect(try parse("-h") == .help(nil))
    #expect(try parse("help") == .help(nil))
    #expect(try parse("help record") == .help(.record))
    #expect(try parse("help help") == .help(.help))
    #expect(try parse("help --help") == .help(.help))
    #expect(try parse("check a --strict --help") == .help(.check))
    #expect(try parse("explain -h") == .help(.explain))
    #expect(try parse("check -- --help") == run(.check) { $0.names = ["--help"] })
  }

  @Test func `no command is an error`() {
    #expect(throws: Diagnostic("no command\n\(hint)")) { try parse([]) }
  }

  @Test(arguments: [
    ("chekc", "unknown command 'chekc', did you mean 'check'?"),
    ("RECORD", "unknown command 'RECORD', did you mean 'record'?"),
    ("frobnicate", "unknown command 'frobnicate'"),
    ("--versoin", "unknown option '--versoin', did you mean '--version'?"),
    ("-x", "unknown option '-x'"), ("queries/manifest.yml", "unknown command 'queries/manifest.yml'"),
  ])
  func `an unknown command names the closest one`(word: String, message: String) {
    #expect(throws: Diagnostic("\(message)\n\(hint)")) { try parse([word]) }
  }

  @Test func `help on an unknown command names the closest one`() {
    #expect(throws: Diagnostic("no help on 'recrod', did you mean 'record'?\n\(hint)")) { try parse("help recrod") }
  }

  @Test(arguments: [
    ("check --jnit a", "plangate check has no option '--jnit', did you mean '--junit'?\nsee plangate help check"),
    (
      "check --manifset=a",
      "plangate check has no option '--manifset', did you mean '--manifest'?\nsee plangate help check"
    ),
    ("record --junit a", "plangate record has no option '--junit'\nsee plangate help record"),
    ("check --prune", "plangate check has no option '--prune'\nsee plangate help check"),
    ("explain --strict q", "plangate explain has no option '--strict'\nsee plangate help explain"),
    ("check -z", "plangate check has no option '-z'\nsee plangate help check"),
    ("check -qv", "plangate check has no option '-qv'\nsee plangate help check"),
    ("check --=a", "plangate check has no option '--'\nsee plangate help check"),
  ])
  func `an unknown option names the closest one`(line: String, message: String) {
    #expect(throws: Diagnostic(message)) { try parse(line) }
  }

  @Test(arguments: [
    ("check --manifest", "--manifest needs a value: --manifest FILE"),
    ("check a --postgres", "--postgres needs a value: --postgres MAJOR|BINDIR"),
    ("check --junit=", "--junit needs a value"), ("check --json=", "--json needs a value"),
    ("check --html=", "--html needs a value"),
    ("check --strict=yes", "--strict takes no value"), ("record --check=", "--check takes no value"),
    ("check --color sometimes", "--color is always, never or auto, not 'sometimes'"),
    ("check --color=", "--color is always, never or auto, not ''"),
    ("check --junit - --json -", "two reports cannot go to the same place: standard output"),
    ("check --junit r --json r", "two reports cannot go to the same place: r"),
    ("check --sarif a//r --gitlab ./a/b/../r", "two reports cannot go to the same place: ./a/b/../r"),
    ("check --json x --markdown - --gitlab -", "two reports cannot go to the same place: standard output"),
    ("check --junit j --html r --json r", "two reports cannot go to the same place: r"),
  ])
  func `a missing or wrong value is an error`(line: String, message: String) {
    #expect(throws: Diagnostic(message)) { try parse(line) }
  }

  @Test func `an empty value is an error`() {
    #expect(throws: Diagnostic("--manifest needs a value")) { try parse(["check", "--manifest", ""]) }
  }
}
