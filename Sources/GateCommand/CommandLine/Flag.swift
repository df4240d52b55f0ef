/// The commands of plangate.
package enum CommandName: String, CaseIterable, Sendable {
  case check, record, explain, stability, help

  var summary: String {
    switch self {
    case .check: "seed, plan and run every query, compare with the baselines, report"
    case .record: "the same, and write the baselines of what differs"
    case .explain: "show the plan of one query as it is now"
    case .stability: "re-seed and re-plan several times and list the cases whose plan flips, or nearly does"
    case .help: "show this text, or the options of a command"
    }
  }

  /// The commands that seed a server.
  static let running: Set<CommandName> = [.check, .record, .explain, .stability]

  var usage: String {
    switch self {
    case .check: "plangate check [options] [query ...]"
    case .record: "plangate record [options] [query ...]"
    case .explain: "plangate explain [options] query[@case]"
    case .stability: "plangate stability [options] [query ...]"
    case .help: "plangate help [command]"
    }
  }
}

/// An option of the command line. This table drives parsing and help.
struct Flag: Sendable {
  let name: String
  var letter: Character?
  /// What its value is called in the help; nil for a switch.
  var value: String?
  let commands: Set<CommandName>
  let help: String

  static let all: [Flag] = [
    Flag(
      name: "manifest", value: "FILE", commands: CommandName.running,
      help: "the list of queries (default: queries/manifest.yml)"),
    Flag(
      name: "postgres", value: "MAJOR|BINDIR", commands: CommandName.running,
      help: "which local PostgreSQL (default: the baselines' major or the newest)"),
    Flag(
      name: "server", value: "CONNINFO", commands: CommandName.running,
      help: "work in a database of its own on this server: URI, keywords, or ''"),
    Flag(name: "junit", value: "FILE", commands: [.check], help: "write a JUnit XML report; - is standard output"),
    Flag(name: "json", value: "FILE", commands: [.check], help: "write a JSON report; - is standard output"),
    Flag(name: "runs", value: "N", commands: [.stability], help: "how often to re-seed (default: 5)"),
    Flag(name: "strict", commands: [.check], help: "a changed or improved plan fails too"),
    Flag(name: "prune", commands: [.record], help: "remove baselines whose query is gone"),
    Flag(name: "check", commands: [.record], help: "write nothing; exit 1 when something differs"),
    Flag(
      name: "keep", commands: [.check, .record, .explain],
      help: "leave the server up until Ctrl-C and print how to connect"),
    Flag(
      name: "jobs", value: "N", commands: CommandName.running,
      help: "how many cases run side by side (default: the processors)"),
    Flag(
      name: "no-cache", commands: CommandName.running,
      help: "seed anew, and keep nothing for the next run"),
    Flag(
      name: "color", value: "WHEN", commands: CommandName.running,
      help: "always, never or auto (default: on a terminal without NO_COLOR)"),
    Flag(
      name: "quiet", letter: "q", commands: CommandName.running, help: "print failures and errors only"),
    Flag(
      name: "verbose", letter: "v", commands: CommandName.running,
      help: "print each step, and the details of all that is not plainly passed"),
  ]
}
