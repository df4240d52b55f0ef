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
    do { parsed = try Options.parse(arguments) } catch {
      Console.error(error.description)
      return .unchecked
    }
    switch parsed {
    case .help(let topic):
      return writeAll(Help.text(topic), to: 1) ? .passed : .unchecked
    case .version:
      return writeAll("plangate \(Release.version)\n", to: 1) ? .passed : .unchecked
    case .man:
      return writeAll(ManPage.text, to: 1) ? .passed : .unchecked
    case .completions(let shell):
      return writeAll(Completions.text(shell), to: 1) ? .passed : .unchecked
    case .candidates(let candidates):
      return writeAll(candidates.text, to: 1) ? .passed : .unchecked
    case .run(let options):
      return run(options)
    }
  }

  private static func run(_ options: Options) -> ExitStatus {
    Interruption.shared.listen()
    Orphans.adopt()
    defer { Orphans.end() }
    for conninfo in options.conninfos { hideArgument(conninfo) }
    var options = options
    let environment: [String: String]
    (environment, options.libpqEnvironment) = takenEnvironment()
    let console = Console(options, environment: environment)
    do {
      // A run that a signal cuts short throws. One that came to its end keeps the status that its reports give, whatever
      // signal came after the last of them: with --keep Ctrl-C is the ordinary end.
      return switch options.command {
      case .check: try CheckRun(options: options, console: console, environment: environment).run()
      case .record: try RecordRun(options: options, console: console, environment: environment).run()
      case .explain: try ExplainRun(options: options, console: console, environment: environment).run()
      case .stability: try StabilityRun(options: options, console: console, environment: environment).run()
      case .merge: try MergeRun(options: options, console: console, environment: environment).run()
      case .cache: try CacheRun(options: options, console: console, environment: environment).run()
      case .initialize: try InitRun(console: console).run()
      case .help, .man, .completions: .passed
      }
    } catch {
      if let signal = Interruption.shared.signal {
        reportEnd(by: signal, ofServer: options.command.makesServer && options.server == nil)
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

  /// The environment without what libpq reads of it, and that for itself. Children get the first, and plangate itself
  /// keeps no more: a stray PGHOSTADDR would lead a connection to another server.
  private static func takenEnvironment() -> (cleared: [String: String], libpq: [String: String]) {
    var environment = ProcessInfo.processInfo.environment
    var taken: [String: String] = [:]
    for (name, value) in environment where name.hasPrefix("PG") || name == "DATABASE_URL" {
      unsetenv(name)
      environment[name] = nil
      if name.hasPrefix("PG") { taken[name] = value }
    }
    return (environment, taken)
  }
}
