import Reporting

/// An option of the command line. This table drives parsing, help, the man page and the completions.
struct Flag: Sendable {
  let name: String
  var letter: Character?
  /// What its value is called in the help, which tells its kind (`ValueKind.all`); nil for a switch.
  var value: String?
  let commands: Set<CommandName>
  /// One line, lower case, without a full stop.
  let help: String
  /// More, for the man page, in whole sentences.
  var details = ""

  static let all = own.prefix(2) + reports + own.dropFirst(2)

  /// One for each report.
  private static let reports = ReportFormat.allCases.map { format in
    Flag(
      name: format.rawValue, value: "FILE", commands: CommandName.reporting,
      help: "write \(format.summary); - is standard output")
  }

  private static let own: [Flag] = [
    Flag(
      name: "manifest", value: "FILE", commands: CommandName.running,
      help: "the list of queries (default: queries/manifest.yml)",
      details: "All paths in it are relative to its directory."),
    Flag(
      name: "postgres", value: "MAJOR|BINDIR", commands: CommandName.running,
      help: "which local PostgreSQL (default: the baselines' major or the newest)",
      details: "A major version such as 16, or the directory of its programs such as /usr/lib/postgresql/16/bin. "
        + "check takes several, such as 15,16,18, and judges on one after the other."),
    Flag(
      name: "server", value: "CONNINFO", commands: CommandName.running,
      help: "work in a database of its own on this server: URI, keywords, or ''",
      details: "The database is made for the run and dropped at its end; no other is touched. With an empty text the "
        + "variables of libpq say which server."),
    Flag(
      name: "allow-seed", value: "KINDS", commands: CommandName.running,
      help: "what SQL seeds may do outside that database (with --server)",
      details: "Several are separated by commas: \(SeedReach.Kind.allCases.map(\.rawValue).joined(separator: ", ")). "
        + "Whatever is not named is an error before anything runs."),
    Flag(
      name: "shard", value: "I/N", commands: [.check, .record],
      help: "only the I-th of N equal parts, for several machines",
      details: "The cases are divided, for record the queries."),
    Flag(name: "runs", value: "N", commands: [.stability], help: "how often to re-seed (default: 5)"),
    Flag(name: "strict", commands: [.check], help: "a changed or improved plan fails too"),
    Flag(name: "prune", commands: [.record], help: "remove baselines whose query is gone"),
    Flag(name: "check", commands: [.record], help: "write nothing; exit 1 when something differs"),
    Flag(
      name: "keep", commands: [.check, .record, .explain],
      help: "leave the server up until Ctrl-C and print how to connect",
      details: "The exit status is then that of the verdict."),
    Flag(
      name: "jobs", value: "N", commands: CommandName.running,
      help: "how many cases run side by side (default: the processors, at most 16)",
      details: "With timing: true in the manifest it is always 1."),
    Flag(
      name: "no-cache", commands: CommandName.running,
      help: "seed anew, and keep nothing for the next run"),
    Flag(
      name: "color", value: "WHEN", commands: CommandName.printing,
      help: "always, never or auto (default: on a terminal without NO_COLOR)"),
    Flag(
      name: "quiet", letter: "q", commands: CommandName.printing.union([.initialize]),
      help: "print failures and errors only"),
    Flag(
      name: "verbose", letter: "v", commands: CommandName.printing,
      help: "print each step, and the details of all that is not plainly passed"),
  ]
}

/// What kind of value a flag takes.
enum ValueKind: Equatable, Sendable {
  case file
  case directory
  case choice([String])
  case number
  case query
  /// Nothing that a shell could complete.
  case text

  /// The kinds, by what a value is called in the help.
  static let all: [String: ValueKind] = [
    "FILE": .file, "DIR": .directory, "MAJOR|BINDIR": .directory, "N": .number, "QUERY": .query, "CONNINFO": .text,
    "I/N": .text, "KINDS": .choice(SeedReach.Kind.allCases.map(\.rawValue)),
    "WHEN": .choice(ColorChoice.allCases.map(\.rawValue)),
  ]
}

extension Flag {
  /// Nil for a switch.
  var kind: ValueKind? { value.map { ValueKind.all[$0] ?? .text } }

  /// As it is written: `-q` and `--quiet`.
  var spellings: [String] { (letter.map { ["-\($0)"] } ?? []) + ["--\(name)"] }

  /// `-q, --quiet`, `    --manifest FILE`.
  var label: String {
    (letter.map { "-\($0), " } ?? "    ") + "--\(name)" + (value.map { " \($0)" } ?? "")
  }
}
