import JSON
import OperatingSystem
package import PlanCore
package import Reporting

/// The request of a command line.
///
/// Parsing has no side effects.
package struct Options: Equatable, Sendable {
  package var command: Subcommand
  /// The operands: names of queries (globs, empty means all), the reports to `merge`, the action on the cache.
  package var names: [String] = []
  package var manifest = Options.defaultManifest
  /// Which local servers, one after the other; empty for the one that fits the baselines.
  package var postgres: [String] = []
  /// A conninfo; nil for a disposable server.
  package var server: String? { conninfos.last }
  /// Every one of the command line, since each may hold a password.
  ///
  /// The last one counts.
  package var conninfos: [String] = []
  /// The things that SQL seeds may do outside plangate's own database on `server`.
  var allowedReach: Set<SeedReach.Kind> = []
  /// The caller's variables for libpq, which count for `server` alone.
  ///
  /// Not from the command line.
  package var libpqEnvironment: [String: String] = [:]
  /// The files of the reports that are asked for.
  package var reports: [ReportFormat: String] = [:]
  /// Re-seeds of `stability`.
  package var runs = 5
  /// Whether `migrate` tries the ways down.
  package var runsDown = true
  /// Whether `init` prints what it would write.
  package var isDryRun = false
  /// How many rows `seed` gives a table.
  package var rows: Int?
  /// The file of statistics that the rows of `seed` follow.
  package var statistics: String?
  package var isStrict = false
  package var prunes = false
  package var onlyChecks = false
  /// Other arguments that may hold a password, to be hidden from the list of processes.
  package var secrets: [String] = []
  /// The conninfo of `import`; nil for logs.
  package var importsFrom: String?
  /// The database whose statements `import` takes from logs; nil for the one with the most.
  package var database: String?
  /// How many queries `import` takes of each order.
  package var top = 100
  /// Whether `import` takes values.
  package var importsValues = true
  /// The `log_line_prefix` of the logs; nil to find what it holds.
  package var linePrefix: String?
  /// Whether `params` puts what it proposes into the manifest.
  package var writesManifest = false
  package var keepsServer = false
  package var usesCache = true
  /// How many cases run side by side; nil for as many as there are processors.
  package var jobs: Int?
  /// The part of the cases to judge, or of the queries to record.
  package var shard: Shard?
  /// The git revision to compare with.
  package var base: String?
  /// The local server to compare with.
  package var basePostgres: String?
  /// The file of the settings to compare with.
  package var baseSettings: String?
  /// The statement to explain, in place of a query of the manifest.
  package var sql: String?
  /// Its values, as a manifest writes them.
  package var params: String?
  package var color = ColorChoice.auto
  package var isQuiet = false
  package var isVerbose = false

  static let defaultManifest = "queries/manifest.yml"

  /// The meaning of a command line.
  package enum Parsed: Equatable, Sendable {
    case run(Options)
    case help(Subcommand?)
    case version
    /// A question of a completion script.
    case candidates(Candidates)
  }

  /// Reads a command line.
  ///
  /// - Parameters:
  ///   - arguments: without the program's own name.
  ///   - commands: all that there are.
  package static func parse(_ arguments: [String], commands: [Subcommand]) throws(Diagnostic) -> Parsed {
    let hint = "usage: plangate \(commands.map(\.name).joined(separator: " | ")), see plangate --help"
    guard let first = arguments.first else { throw Diagnostic("no command\n" + hint) }
    if first == "--version" || first == "-V" { return .version }
    if isHelp(first) { return .help(nil) }
    if first == Candidates.word { return .candidates(Candidates(Array(arguments.dropFirst()))) }
    guard let command = commands[named: first] else {
      let kind = first.hasPrefix("-") ? "option" : "command"
      let names = commands.map(\.name) + ["--version", "--help"]
      throw Diagnostic("unknown \(kind) '\(first)'\(suggestion(for: first, among: names))\n" + hint)
    }
    let rest = arguments.dropFirst()
    if case .command = command.operand {
      guard let topic = rest.first else { return .help(nil) }
      if isHelp(topic) { return .help(command) }
      guard let command = commands[named: topic] else {
        throw Diagnostic("no help on '\(topic)'\(suggestion(for: topic, among: commands.map(\.name)))\n" + hint)
      }
      return .help(command)
    }
    var options = Options(command: command)
    guard try options.read(rest) else { return .help(command) }
    try options.checkCombination()
    return .run(options)
  }

  private static func isHelp(_ argument: String) -> Bool { argument == "--help" || argument == "-h" }

  /// Reads the arguments of the command; false when they ask for its help.
  private mutating func read(_ arguments: ArraySlice<String>) throws(Diagnostic) -> Bool {
    var rest = arguments
    while let argument = rest.popFirst() {
      if Options.isHelp(argument) { return false }
      if argument == "--" {
        names += rest
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        names.append(argument)
        continue
      }
      let (flag, inlineValue) = try flag(argument)
      guard let value = flag.value else {
        guard inlineValue == nil else { throw Diagnostic("--\(flag.name) takes no value") }
        try flag.apply("", to: &self)
        continue
      }
      guard let text = inlineValue ?? rest.popFirst() else {
        throw Diagnostic("--\(flag.name) needs a value: --\(flag.name) \(value)")
      }
      try flag.apply(text, to: &self)
    }
    return true
  }

  private func flag(_ argument: String) throws(Diagnostic) -> (flag: Flag, value: String?) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let found =
      argument.hasPrefix("--")
      ? command.flags.first { "--" + $0.name == parts[0] }
      : command.flags.first { $0.letter.map { "-\($0)" } == argument }
    guard let found else {
      let near = suggestion(for: String(parts[0]), among: command.flags.map { "--" + $0.name })
      throw Diagnostic(
        "plangate \(command.name) has no option '\(parts[0])'\(near)\nsee plangate help \(command.name)")
    }
    return (found, argument.hasPrefix("--") && parts.count == 2 ? String(parts[1]) : nil)
  }

  /// Refuses options and operands that do not go together.
  private func checkCombination() throws(Diagnostic) {
    if sql != nil {
      if let name = names.first { throw Diagnostic("--sql takes the place of a query: leave out '\(name)'") }
    } else if params != nil {
      throw Diagnostic("--params gives values to the statement of --sql")
    } else if let problem = command.operand.problem(of: names, for: command) {
      throw Diagnostic(problem)
    }
    if keepsServer, postgres.count > 1 {
      throw Diagnostic("--keep leaves one server up: name one with --postgres")
    }
    var targets: Set<String> = []
    for path in reportFiles.map(\.path) where !targets.insert(joined(".", path)).inserted {
      throw Diagnostic("two reports cannot go to the same place: \(path == "-" ? "standard output" : path)")
    }
    if server != nil, !postgres.isEmpty {
      throw Diagnostic("--server names a server that runs, --postgres one to start: only one of them can be given")
    }
    try checkBase()
  }

  /// The reports that are asked for, in the order of the table.
  var reportFiles: [(format: ReportFormat, path: String)] {
    ReportFormat.allCases.compactMap { format in reports[format].map { (format, $0) } }
  }

  /// The operand of `cache`.
  var cacheAction: CacheAction? { names.count == 1 ? CacheAction(rawValue: names[0]) : nil }

  /// Whether standard output belongs to a report, or to the SQL of `seed`.
  var writesReportToOutput: Bool { command == .seed || reports.values.contains("-") }
}

extension Console {
  /// The console that the options ask for.
  ///
  /// When a report goes to standard output, the text for people goes to standard error.
  init(_ options: Options, environment: [String: String]) {
    self.init(
      to: options.writesReportToOutput ? 2 : 1, color: options.color, isQuiet: options.isQuiet,
      isVerbose: options.isVerbose, environment: environment, defers: options.command == .record)
  }
}
