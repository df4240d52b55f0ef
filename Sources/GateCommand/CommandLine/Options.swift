/// What the command line asks for. Parsing touches nothing of the world.
package struct Options: Equatable, Sendable {
  package enum ColorChoice: String, CaseIterable, Sendable {
    case always, never, auto
  }

  package var command: CommandName
  /// Names of queries, globs; empty means all.
  package var names: [String] = []
  package var manifest = "queries/manifest.yml"
  package var postgres: String?
  /// A conninfo; nil for a disposable server. It may hold a password.
  package var server: String?
  /// The caller's variables for libpq, which count for `server` alone. Not from the command line.
  package var libpqEnvironment: [String: String] = [:]
  package var junit: String?
  package var json: String?
  /// Re-seeds of `stability`.
  package var runs = 5
  package var isStrict = false
  package var prunes = false
  package var onlyChecks = false
  package var keepsServer = false
  package var usesCache = true
  /// How many cases run side by side; nil for as many as there are processors.
  package var jobs: Int?
  package var color = ColorChoice.auto
  package var isQuiet = false
  package var isVerbose = false

  /// What a command line turns out to be.
  package enum Parsed: Equatable, Sendable {
    case run(Options)
    case help(CommandName?)
    case version
  }

  /// - Parameter arguments: without the program's own name.
  package static func parse(_ arguments: [String]) throws(Diagnostic) -> Parsed {
    guard let first = arguments.first else { throw Diagnostic("no command\n" + Options.usageHint) }
    if first == "--version" || first == "-V" { return .version }
    if first == "--help" || first == "-h" { return .help(nil) }
    guard let command = CommandName(rawValue: first) else {
      let kind = first.hasPrefix("-") ? "option" : "command"
      let names = CommandName.allCases.map(\.rawValue) + ["--version", "--help"]
      throw Diagnostic("unknown \(kind) '\(first)'\(suggestion(for: first, among: names))\n" + Options.usageHint)
    }
    if command == .help {
      guard let topic = arguments.dropFirst().first else { return .help(nil) }
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
    if command == .explain, options.names.count != 1 {
      throw Diagnostic("plangate explain takes one query\nusage: \(command.usage)")
    }
    if let path = options.junit, path == options.json {
      throw Diagnostic("two reports cannot go to the same place: \(path == "-" ? "standard output" : path)")
    }
    if options.server != nil, options.postgres != nil {
      throw Diagnostic("--server names a server that runs, --postgres one to start: only one of them can be given")
    }
    return .run(options)
  }

  private static let usageHint = "usage: plangate check | record | explain | stability | help, see plangate --help"

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

  private mutating func set(_ flag: Flag, _ value: String) throws(Diagnostic) {
    switch flag.name {
    case "manifest": manifest = value
    case "postgres": postgres = value
    case "server": server = value
    case "junit": junit = value
    case "json": json = value
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
    default: throw Diagnostic("--\(flag.name) is not built in")
    }
    if flag.value != nil, value.isEmpty, flag.name != "server" { throw Diagnostic("--\(flag.name) needs a value") }
  }
}
