/// A command of plangate: everything that parsing, help, the man page, the completions and docs/commands.md need to
/// know about it, and what it does.
///
/// A command is declared beside its run and has a line in `Subcommand.all`; the rest follows from the declaration.
package struct Subcommand: Sendable {
  /// The operands of a command.
  enum Operand: Sendable {
    case nothing
    /// Names of queries, any number.
    case queries
    /// A query, or a case of one.
    case queryOrCase
    /// A table.
    case table
    /// JSON reports, at least one.
    case reports
    /// Files of migrations, any number.
    case files
    /// Tables with numbers of rows, any number.
    case tables
    /// A command, or none.
    case command
    /// One of some words.
    ///
    /// - Parameter kind: what an error calls them, such as `one shell`; nil to list the words.
    case word([String], kind: String? = nil)
  }

  enum Action: Sendable {
    /// Writes a text to standard output.
    case print(@Sendable (Options) -> String)
    case run(@Sendable (Options, Console, _ environment: [String: String]) throws(Diagnostic) -> ExitStatus)
  }

  package let name: String
  /// One line, lower case, without a full stop.
  let summary: String
  /// The operands as the usage shows them, after the options; empty for none.
  let operandUsage: String
  let operand: Operand
  /// Everything to know beyond the summary, in whole sentences.
  let details: String
  let examples: [String]
  /// Whether the command seeds a server, which is its own unless one is given.
  let seedsServer: Bool
  /// Whether the command can work on several servers, one after the other.
  let takesSeveralServers: Bool
  /// In the order of the table of flags.
  let flags: [Flag]
  let action: Action

  init(
    name: String, summary: String, operandUsage: String = "", operand: Operand = .nothing, details: String,
    examples: [String], seedsServer: Bool = false, takesSeveralServers: Bool = false, flags: [Flag] = [],
    action: Action
  ) {
    self.name = name
    self.summary = summary
    self.operandUsage = operandUsage
    self.operand = operand
    self.details = details
    self.examples = examples
    self.seedsServer = seedsServer
    self.takesSeveralServers = takesSeveralServers
    let names = Set(flags.map(\.name))
    self.flags = Flag.all.filter { names.contains($0.name) }
    self.action = action
  }

  var usage: String {
    ["plangate", name, flags.isEmpty ? "" : "[options]", operandUsage].filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension Subcommand: Equatable, CustomStringConvertible {
  package var description: String { name }

  package static func == (a: Subcommand, b: Subcommand) -> Bool { a.name == b.name }
}

extension Subcommand.Operand {
  /// Why a command cannot work on the given operands; nil when it can.
  func problem(of names: [String], for command: Subcommand) -> String? {
    let problem: String? =
      switch self {
      case .queries, .command, .files, .tables: nil
      case .nothing: names.first.map { "takes no '\($0)'" }
      case .queryOrCase: names.count == 1 ? nil : "takes one query"
      case .table: names.count == 1 ? nil : "takes one table"
      case .reports: names.isEmpty ? "needs the JSON reports of a check" : nil
      case .word(let words, let kind):
        names.count == 1 && words.contains(names[0])
          ? nil
          : "takes \(kind ?? words.joined(separator: " or "))"
            + (names.count == 1 ? suggestion(for: names[0], among: words) : "")
      }
    return problem.map { "plangate \(command.name) \($0)\nusage: \(command.usage)" }
  }
}

extension [Subcommand] {
  subscript(named name: String) -> Subcommand? { first { $0.name == name } }
}

/// The actions on the cache.
package enum CacheAction: String, CaseIterable, Sendable {
  case list, clear
}

/// The shells that there are completions for.
package enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}
