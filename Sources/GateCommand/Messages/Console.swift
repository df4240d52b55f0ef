import FoundationEssentials
import OperatingSystem
import Postgres
import Reporting
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// When the text for people is coloured.
package enum ColorChoice: String, CaseIterable, Sendable {
  case always, never, auto
}

/// The text for people: standard output, or standard error when a report goes to standard output.
struct Console: Sendable {
  let style: TerminalStyle
  let isQuiet: Bool
  let isVerbose: Bool
  /// How far the run has come.
  let progress: Progress
  private let descriptor: Int32

  /// - Parameter descriptor: 1 or 2.
  init(
    to descriptor: Int32, color: ColorChoice, isQuiet: Bool, isVerbose: Bool, environment: [String: String]
  ) {
    self.descriptor = descriptor
    let isTerminal = isatty(descriptor) == 1
    let isColored =
      switch color {
      case .always: true
      case .never: false
      case .auto: isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
      }
    style = TerminalStyle(
      isColored: isColored, width: Console.width(descriptor, environment), isTerminal: isTerminal)
    self.isQuiet = isQuiet
    self.isVerbose = isVerbose
    let isBar = isTerminal && environment["TERM"] != "dumb"
    // What depends on the time that things take is no part of the output proper.
    progress = Progress(to: isBar ? descriptor : 2, isQuiet ? .none : isBar ? .bar : .lines, width: style.width)
  }

  private static func width(_ descriptor: Int32, _ environment: [String: String]) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return bounded(Int(size.ws_col)) }
    return environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? bounded($0) : nil } ?? 100
  }

  /// A width in which a report can be read, whatever a terminal or an environment claims.
  private static func bounded(_ columns: Int) -> Int { min(max(columns, 40), 1000) }

  /// Prints what belongs to the result; also under `--quiet`. It may hold colours, so that what comes from a server or a
  /// file is made visible before.
  func print(_ text: String) {
    progress.clear()
    writeAll(Console.logText(text) + "\n", to: descriptor)
  }

  /// Prints workflow commands as they are.
  func printCommands(_ text: String) { writeAll(text, to: descriptor) }

  /// Prints what is nice to know.
  func say(_ text: String) { if !isQuiet { print(text) } }

  /// Prints a step, under `--verbose`.
  func step(_ text: String) { if isVerbose { print(text.visibleText) } }

  /// Prints an error, always to standard error. It may hold what a server or a program said.
  static func error(_ text: String) { writeAll("plangate: \(logText(text.visibleText))\n", to: 2) }

  /// Prints a warning to standard error, also under `--quiet`, and the same one only once in a run.
  static func warnOnce(_ text: String) {
    if warnings.withLock({ $0.insert(text).inserted }) { error("warning: \(text)") }
  }

  private static let warnings = Mutex<Set<String>>([])

  /// A runner of GitHub Actions reads commands out of the log, and what is printed comes from queries and servers.
  private static func logText(_ text: String) -> String {
    isReadForCommands ? GitHubAnnotations.inert(text) : text
  }

  private static let isReadForCommands = ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true"
}

/// Writes a text to a descriptor; false when that fails, for example because the reader is gone, or reads no more when a
/// signal ends the run.
@discardableResult
func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    guard isWritable(descriptor) else { return false }
    // A pipe that can be written to takes this much without waiting for its reader.
    let count = rest.prefix(Int(PIPE_BUF)).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}

/// Waits until a descriptor takes something; false when a signal came and it does not.
private func isWritable(_ descriptor: Int32) -> Bool {
  while true {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let count = poll(&request, 1, 100)
    // What else there is to say of it, `write` says.
    if count > 0 || count < 0 && errno != EINTR { return true }
    if Interruption.shared.signal != nil { return false }
  }
}
