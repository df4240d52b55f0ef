import JSON
import OperatingSystem
package import PlanCore
package import Reporting

/// What the command line asks for. Parsing touches nothing of the world.
package struct Options: Equatable, Sendable {
  package var command: CommandName
  /// Names of queries, globs; empty means all. Of `merge` the reports, of `cache` what to do.
  package var names: [String] = []
  package var manifest = "queries/manifest.yml"
  /// Which local servers, one after the other; empty for the one that fits the baselines.
  package var postgres: [String] = []
  /// A conninfo; nil for a disposable server.
  package var server: String? { conninfos.last }
  /// Every one of the command line, since each may hold a password. The last one counts.
  package var conninfos: [String] = []
  /// What SQL seeds may do outside plangate's own database on `server`.
  var allowedReach: Set<SeedReach.Kind> = []
  /// The caller's variables for libpq, which count for `server` alone. Not from the command line.
  package var libpqEnvironment: [String: String] = [:]
  /// The files of the reports that are asked for.
  package var reports: [ReportFormat: String] = [:]
  /// Re-seeds of `stability`.
  package var runs = 5
  package var isStrict = false
  package var prunes = false
  package var onlyChecks = false
  package var keepsServer = false
  package var usesCache = true
  /// How many cases run side by side; nil for as many as there are processors.
  package var jobs: Int?
  /// The part of the cases to judge, or of the queries to record.
  package var shard: Shard?
  package var color = ColorChoice.auto
  package var isQuiet = false
  package var isVerbose = false

  /// What a command line turns out to be.
  package enum Parsed: Equatable, Sendable {
    case run(Options)
    case help(CommandName?)
    case version
    case man
    case completions(Shell)
    /// What a completion script asks for.
    case candidates(Candidates)
  }

  /// - Parameter arguments: without the program's own name.
  package static func parse(_ arguments: [String]) throws(Diagnostic) -> Parsed {
    guard let first = arguments.first else { throw Diagnostic("no command\n" + Options.usageHint) }
    if first == "--version" || first == "-V" { return .version }
    if first == "--help" || first == "-h" { return .help(nil) }
    if first == Candidates.word { return .candidates(Candidates(Array(arguments.dropFirst()))) }
    guard let command = CommandName(rawValue: first) else {
      let kind = first.hasPrefix("-") ? "option" : "command"
      let names = CommandName.allCases.map(\.rawValue) + ["--version", "--help"]
      throw Diagnostic("unknown \(kind) '\(first)'\(suggestion(for: first, among: names))\n" + Options.usageHint)
    }
    if command == .help {
      guard let topic = arguments.dropFirst().first else { return .help(nil) }
      if topic == "--help" || topic == "-h" { return .help(.help) }
      guard let command = CommandName(rawValue: topic) else {
        throw Diagnostic(
          "no help on '\(topic)'\(suggestion(for: topic, among: CommandName.allCases.map(\.rawValue)))\n"
            + Options.usageHint)
      }
      return .help(command)
    }
    var options = Options(command: command)
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      if argument == "--help" || argument == "-h" { return .help(command) }
      if argument == "--" {
        options.names += rest
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        options.names.append(argument)
        continue
      }
      let (flag, inlineValue) = try flag(argument, of: command)
      if flag.value == nil {
        guard inlineValue == nil else { throw Diagnostic("--\(flag.name) takes no value") }
        try options.set(flag, "")
      } else {
        guard let value = inlineValue ?? rest.popFirst() else {
          throw Diagnostic("--\(flag.name) needs a value: --\(flag.name) \(flag.value ?? "")")
        }
        try options.set(flag, value)
      }
    }
    if let parsed = try options.printed { return parsed }
    if command == .explain, options.names.count != 1 {
      throw Diagnostic("plangate explain takes one query\nusage: \(command.usage)")
    }
    if options.keepsServer, options.postgres.count > 1 {
      throw Diagnostic("--keep leaves one server up: name one with --postgres")
    }
    if command == .merge, options.names.isEmpty {
      throw Diagnostic("plangate merge needs the JSON reports of a check\nusage: \(command.usage)")
    }
    if command == .cache, options.cacheAction == nil {
      let words = CacheAction.allCases.map(\.rawValue)
      let near = options.names.count == 1 ? suggestion(for: options.names[0], among: words) : ""
      throw Diagnostic("plangate cache takes \(words.joined(separator: " or "))\(near)\nusage: \(command.usage)")
    }
    var places: Set<String> = []
    for path in options.reportFiles.map(\.path) where !places.insert(joined(".", path)).inserted {
      throw Diagnostic("two reports cannot go to the same place: \(path == "-" ? "standard output" : path)")
    }
    if options.server != nil, !options.postgres.isEmpty {
      throw Diagnostic("--server names a server that runs, --postgres one to start: only one of them can be given")
    }
    return .run(options)
  }

  /// The reports that are asked for, in the order of the table.
  var reportFiles: [(format: ReportFormat, path: String)] {
    ReportFormat.allCases.compactMap { format in reports[format].map { (format, $0) } }
  }

  /// Of `cache`.
  var cacheAction: CacheAction? { names.count == 1 ? CacheAction(rawValue: names[0]) : nil }

  /// Whether standard output belongs to a report.
  var writesReportToOutput: Bool { reports.values.contains("-") }

  private static let usageHint =
    "usage: plangate \(CommandName.allCases.map(\.rawValue).joined(separator: " | ")), see plangate --help"

  /// What a command that only prints comes to; nil for the others.
  private var printed: Parsed? {
    get throws(Diagnostic) {
      if command.operand == .nothing, let name = names.first {
        throw Diagnostic("plangate \(command.rawValue) takes no '\(name)'\nusage: \(command.usage)")
      }
      switch command {
      case .man: return .man
      case .completions:
        guard names.count == 1, let shell = Shell(rawValue: names[0]) else {
          let near = names.count == 1 ? suggestion(for: names[0], among: Shell.allCases.map(\.rawValue)) : ""
          throw Diagnostic("plangate completions takes one shell\(near)\nusage: \(command.usage)")
        }
        return .completions(shell)
      default: return nil
      }
    }
  }

  private static func flag(
    _ argument: String, of command: CommandName
  ) throws(Diagnostic) -> (flag: Flag, value: String?) {
    let flags = Flag.all.filter { $0.commands.contains(command) }
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let found =
      argument.hasPrefix("--")
      ? flags.first { "--" + $0.name == parts[0] }
      : flags.first { $0.letter.map { "-\($0)" } == argument }
    guard let found else {
      let near = suggestion(for: String(parts[0]), among: flags.map { "--" + $0.name })
      throw Diagnostic(
        "plangate \(command.rawValue) has no option '\(parts[0])'\(near)\nsee plangate help \(command.rawValue)")
    }
    return (found, argument.hasPrefix("--") && parts.count == 2 ? String(parts[1]) : nil)
  }

  private static func number(
    _ value: String, of flag: Flag, in range: ClosedRange<Int>
  ) throws(Diagnostic) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw Diagnostic("--\(flag.name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(value)'")
    }
    return number
  }

  private static func servers(_ value: String, of command: CommandName) throws(Diagnostic) -> [String] {
    let servers = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if servers.contains("") {
      throw Diagnostic("--postgres is a major version, a directory of programs, or several of them, not '\(value)'")
    }
    if servers.count > 1, command != .check {
      throw Diagnostic(
        "plangate \(command.rawValue) works on one server; only check takes several: --postgres \(value)")
    }
    return servers
  }

  private static func kinds(_ value: String) throws(Diagnostic) -> Set<SeedReach.Kind> {
    let known = SeedReach.Kind.allCases.map(\.rawValue)
    var kinds: Set<SeedReach.Kind> = []
    for word in value.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let kind = SeedReach.Kind(rawValue: word) else {
        throw Diagnostic(
          "--allow-seed knows no '\(word)'\(suggestion(for: word, among: known))\nit takes one or several of "
            + known.joined(separator: ","))
      }
      kinds.insert(kind)
    }
    return kinds
  }

  private static func shard(_ value: String) throws(Diagnostic) -> Shard {
    let parts = value.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count >= 1, (1...count).contains(index) else {
      throw Diagnostic("--shard is a part and how many there are, such as 2/5, not '\(value)'")
    }
    return Shard(index: index, count: count)
  }

  private mutating func set(_ flag: Flag, _ value: String) throws(Diagnostic) {
    switch flag.name {
    case "manifest": manifest = value
    case "postgres": postgres = try Options.servers(value, of: command)
    case "server": conninfos.append(value)
    case "allow-seed": allowedReach.formUnion(try Options.kinds(value))
    case "shard": shard = try Options.shard(value)
    case "runs": runs = try Options.number(value, of: flag, in: 1...1000)
    case "strict": isStrict = true
    case "prune": prunes = true
    case "check": onlyChecks = true
    case "keep": keepsServer = true
    case "no-cache": usesCache = false
    case "jobs": jobs = try Options.number(value, of: flag, in: 1...64)
    case "quiet": isQuiet = true
    case "verbose": isVerbose = true
    case "color":
      guard let choice = ColorChoice(rawValue: value) else {
        throw Diagnostic("--color is always, never or auto, not '\(value)'")
      }
      color = choice
    default:
      guard let format = ReportFormat(rawValue: flag.name) else {
        throw Diagnostic("--\(flag.name) is not built in")
      }
      // Other names of what is open already as standard output.
      reports[format] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(value) ? "-" : value
    }
    if flag.value != nil, value.isEmpty, flag.name != "server" { throw Diagnostic("--\(flag.name) needs a value") }
  }
}

extension Console {
  /// The console that the options ask for. When a report goes to standard output, the text for people goes to standard
  /// error.
  init(_ options: Options, environment: [String: String]) {
    self.init(
      to: options.writesReportToOutput ? 2 : 1, color: options.color, isQuiet: options.isQuiet,
      isVerbose: options.isVerbose, environment: environment)
  }
}
