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

/// The text for people, on standard output, or on standard error when a report goes to standard output.
struct Console: Sendable {
  let style: TerminalStyle
  let isQuiet: Bool
  let isVerbose: Bool
  /// The progress of the run.
  let progress: Progress
  private let descriptor: Int32
  /// Whether what is said once is said at the end.
  private let defers: Bool

  /// - Parameter descriptor: 1 or 2.
  init(
    to descriptor: Int32, color: ColorChoice, isQuiet: Bool, isVerbose: Bool, environment: [String: String],
    defers: Bool = false
  ) {
    self.defers = defers
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
    // Output that depends on timing goes to standard error, so that standard output repeats.
    progress = Progress(to: isBar ? descriptor : 2, isQuiet ? .none : isBar ? .bar : .lines, width: style.width)
  }

  private static func width(_ descriptor: Int32, _ environment: [String: String]) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return clamped(Int(size.ws_col)) }
    return environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? clamped($0) : nil } ?? 100
  }

  /// A width in which a report is readable, whatever a terminal or the environment claims.
  private static func clamped(_ columns: Int) -> Int { min(max(columns, 40), 1000) }

  /// Prints a part of the result, even under `--quiet`.
  ///
  /// It may hold colours, so text from a server or a file must be made visible before.
  func print(_ text: String) {
    progress.clear()
    writeAll(Console.logText(text) + "\n", to: descriptor)
  }

  /// Prints workflow commands unchanged.
  func printCommands(_ text: String) { writeAll(text, to: descriptor) }

  /// Prints optional information.
  func say(_ text: String) { if !isQuiet { print(text) } }

  /// Prints optional information, but each text only once per run.
  ///
  /// It may quote a file or a server.
  func sayOnce(_ text: String) {
    guard Console.said.withLock({ $0.insert(text).inserted }) else { return }
    if defers { Console.deferred.withLock { $0.append(text) } } else { say(text.visibleText) }
  }

  /// Prints what was to be said once, for a command that says it at its end.
  func sayDeferred() {
    for text in Console.deferred.withLock({ texts in
      defer { texts = [] }
      return texts
    }) { say(text.visibleText) }
  }

  private static let said = Mutex<Set<String>>([])
  private static let deferred = Mutex<[String]>([])

  /// Prints a step, under `--verbose`.
  func step(_ text: String) { if isVerbose { print(text.visibleText) } }

  /// Prints an error, always to standard error.
  ///
  /// It may quote a server or a program.
  static func error(_ text: String) { writeAll("plangate: \(logText(text.visibleText))\n", to: 2) }

  /// Prints a warning to standard error, even under `--quiet`, but each one only once per run.
  static func warnOnce(_ text: String) {
    if warnings.withLock({ $0.insert(text).inserted }) { error("warning: \(text)") }
  }

  private static let warnings = Mutex<Set<String>>([])

  /// Makes text inert for GitHub Actions, whose runners read commands from the log; it may come from queries and
  /// servers.
  private static func logText(_ text: String) -> String {
    isReadForCommands ? GitHubAnnotations.inert(text) : text
  }

  private static let isReadForCommands = ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true"
}

/// Writes a text to a descriptor.
///
/// - Returns: false when that fails, for example because the reader is gone, or has stopped reading when a signal ends
///   the run.
@discardableResult
func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    guard isWritable(descriptor) else { return false }
    // A pipe that is ready for writing takes this much without blocking.
    let count = rest.prefix(Int(PIPE_BUF)).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}

/// Waits until a descriptor accepts data; false if a signal arrives and it does not.
private func isWritable(_ descriptor: Int32) -> Bool {
  while true {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let count = poll(&request, 1, 100)
    // Any error is reported by the following `write`.
    if count > 0 || count < 0 && errno != EINTR { return true }
    if Interruption.shared.signal != nil { return false }
  }
}
