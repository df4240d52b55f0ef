import PlanCore
import FoundationEssentials
import OperatingSystem
import Postgres

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The program: from arguments to an exit status.
package enum Program {
  /// - Parameter arguments: without the program's own name.
  package static func run(_ arguments: [String]) -> ExitStatus {
    occupyStandardDescriptors()
    let parsed: Options.Parsed
    do { parsed = try Options.parse(arguments, commands: Subcommand.all) } catch {
      Console.error(error.description)
      return .unchecked
    }
    switch parsed {
    case .help(let topic):
      return print(Help(commands: Subcommand.all).text(topic))
    case .version:
      return print("plangate \(Release.version)\n")
    case .candidates(let candidates):
      return print(candidates.text)
    case .run(let options):
      switch options.command.action {
      case .print(let text): return print(text(options))
      case .run(let action): return run(options, action)
      }
    }
  }

  private static func print(_ text: String) -> ExitStatus { writeAll(text, to: 1) ? .passed : .unchecked }

  private static func run(
    _ options: Options, _ action: (Options, Console, [String: String]) throws(Diagnostic) -> ExitStatus
  ) -> ExitStatus {
    Interruption.shared.listen()
    Orphans.adopt()
    defer { Orphans.end() }
    for conninfo in options.conninfos + options.secrets { hideArgument(conninfo) }
    var options = options
    let environment: [String: String]
    (environment, options.libpqEnvironment) = takenEnvironment()
    let console = Console(options, environment: environment)
    options.findManifest(console)
    // The cluster may be kept, or not, when everything else is done.
    defer { console.sayDeferred() }
    do {
      // A run that a signal cuts short throws. One that came to its end keeps the status that its reports give,
      // whatever signal came after the last of them: with --keep Ctrl-C is the ordinary end.
      return try action(options, console, environment)
    } catch {
      if let signal = Interruption.shared.signal {
        reportEnd(by: signal, ofServer: options.command.seedsServer && options.server == nil)
        return .interrupted(signal: signal)
      }
      Console.error(error.description)
      return .unchecked
    }
  }

  /// - Parameter ofServer: whether the run had a server of its own. What could not be removed on a given server was
  ///   reported before.
  static func reportEnd(by signal: Int32, ofServer: Bool) {
    Console.error("ended by signal \(signal)" + (ofServer ? "; the server is stopped and its files are gone" : ""))
  }

  /// The environment without the variables that libpq reads, and these variables by themselves.
  ///
  /// Children get the first, and plangate itself keeps no more: a stray PGHOSTADDR would lead a connection to another
  /// server.
  private static func takenEnvironment() -> (cleared: [String: String], libpq: [String: String]) {
    var environment = ProcessInfo.processInfo.environment
    var taken: [String: String] = [:]
    for (name, value) in environment where name.hasPrefix("PG") || ["DATABASE_URL", "JDBC_DATABASE_URL"].contains(name)
    {
      unsetenv(name)
      environment[name] = nil
      if name.hasPrefix("PG") { taken[name] = value }
    }
    return (environment, taken)
  }
}
