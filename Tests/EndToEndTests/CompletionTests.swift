import Foundation
import TestSupport
import Testing

/// The completions, tested in the shells themselves.
@Suite struct CompletionTests {
  private static let manifest = """
    version: 1
    queries:
      - {file: order_page.sql, cases: {typical: [7], whale: [1]}, plan: both}
      - {file: order_detail.sql}
      - {name: "$(touch pwned)", sql: SELECT 1}
      - {name: cart, sql: SELECT 1}

    """

  /// A project with the script of a shell, and the program in `bin`.
  private func project(_ shell: String) throws -> Project {
    let project = try Project([
      "queries/manifest.yml": Self.manifest, "my app/m.yml": "queries:\n  - {name: elsewhere, sql: SELECT 1}\n",
    ])
    try project.makeDirectory("bin")
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/bin/plangate", withDestinationPath: plangateBinary())
    try project.write("script", try project.plangate("completions", shell).stdout)
    return project
  }

  private func run(_ words: [String], in project: Project) throws -> ProgramRun {
    var environment = plainEnvironment()
    environment["PATH"] = "\(project.directory)/bin:\(environment["PATH"] ?? "/usr/bin:/bin")"
    environment["HOME"] = project.temporaryDirectory
    return try RunningProgram(["/usr/bin/env"] + words, in: project.directory, environment: environment).end()
  }

  /// A line up to the cursor and the completions of its last word, as each shell splits words: bash breaks at `=` and
  /// `@`.
  struct Line: Sendable, CustomTestStringConvertible {
    let line: String
    let bash: [String]
    var fish: [String]?

    init(_ line: String, _ bash: [String], fish: [String]? = nil) {
      (self.line, self.bash, self.fish) = (line, bash, fish)
    }

    var testDescription: String { line }
  }

  static let lines = [
    Line("plangate ch", ["check"]), Line("plangate in", ["init"]), Line("plangate check --ju", ["--junit"]),
    Line("plangate check ", ["order_page", "order_detail", "cart"]),
    Line("plangate check cart order_d", ["order_detail"]),
    Line("plangate record --color n", ["never"]),
    Line("plangate record --color=n", ["never"], fish: ["--color=never"]),
    Line(
      "plangate explain order_page@w", ["whale", "whale+generic"],
      fish: ["order_page@whale", "order_page@whale+generic"]),
    Line("plangate check --manifest 'my app/m.yml' ", ["elsewhere"]),
    Line("plangate check --manifest=my\\ app/m.yml e", ["elsewhere"]),
    Line("plangate check --manifest none.yml ", []),
    Line("plangate check --runs ", ["order_page", "order_detail", "cart"]),
    Line("plangate stability --runs ", []), Line("plangate completions f", ["fish"]),
    Line("plangate help st", ["stability"]),
    Line("plangate check --junit que", ["queries"], fish: ["queries/"]),
    Line("plangate check --manifest \"$(touch pwned)\" ", []),
  ]

  @Test(arguments: lines)
  func `bash`(line: Line) throws {
    let project = try project("bash")
    try project.write(
      "try",
      """
      source ./script
      COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:@'
      _plangate
      for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
      """)
    let run = try run(["bash", "--norc", "try", line.line], in: project)
    #expect(run.status == 0 && run.stderr == "", "\(run)")
    #expect(run.stdout.split(separator: "\n").map(String.init) == line.bash, "\(run)")
    #expect(!project.exists("pwned"))
  }

  @Test(arguments: lines)
  func `fish`(line: Line) throws {
    let project = try project("fish")
    let run = try run(
      ["fish", "--no-config", "-c", "source script; complete -C $argv[1]", "--", line.line], in: project)
    #expect(run.status == 0 && run.stderr == "", "\(run)")
    let words = run.stdout.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    #expect(Set(words) == Set(line.fish ?? line.bash), "\(run)")
    #expect(!project.exists("pwned"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `every shell accepts its script`(shell: String) throws {
    let project = try project(shell)
    let run = try run([shell, "-n", "script"], in: project)
    #expect(run.status == 0 && run.stdout == "" && run.stderr == "", "\(run)")
  }

  /// A terminal in which a line is typed and completion is requested.
  @Test(arguments: [
    ("plangate explain order_page@w", "order_page@whale order_page@whale+generic"), ("plangate ch", "check"),
    ("plangate record order_d", "order_detail"), ("plangate record --color=n", "never"),
    ("plangate check --manifest 'my app/m.yml' ", "elsewhere"),
  ])
  func `zsh`(line: String, words: String) throws {
    let project = try project("zsh")
    try project.write(
      "try",
      #"""
      zmodload zsh/zpty
      zpty -b terminal zsh -f -i
      zpty -w terminal 'PS1=; autoload -U compinit; compinit -u -d tmp/dump; source ./script'
      # What is offered is written down as it is added.
      zpty -w terminal 'look() { compadd() { local -a offered; builtin compadd -O offered "$@"; print -r -- "$offered" >>offers; builtin compadd "$@" }; zle complete-word; unfunction compadd; : >done }; zle -N look; bindkey "^X" look; : >ready'
      wait_for() { repeat 1000 { [[ -e $1 ]] && return; sleep 0.02 } }
      wait_for ready
      zpty -w -n terminal "$1"$'\x18'
      wait_for done
      zpty -d terminal
      grep . offers | sort -u
      """#)
    let run = try run(["zsh", "-f", "try", line], in: project)
    #expect(run.stdout == words + "\n", "\(run)")
    #expect(!project.exists("pwned"))
  }
}

@Suite struct ManualTests {
  @Test func `mandoc and groff find nothing wrong with the man page`() throws {
    let project = try Project()
    let page = try project.plangate("man")
    try expect(page, exits: 0, stdout: [".TH PLANGATE 1", "\\-\\-manifest"])
    try project.write("plangate.1", page.stdout)
    for words in [["mandoc", "-T", "lint", "plangate.1"], ["groff", "-man", "-ww", "-z", "-Tutf8", "plangate.1"]] {
      let run = try RunningProgram(["/usr/bin/env"] + words, in: project.directory, environment: plainEnvironment())
        .end()
      #expect(run.status == 0 && run.stdout == "" && run.stderr == "", "\(run)")
    }
  }
}
