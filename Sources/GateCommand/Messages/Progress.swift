import OperatingSystem
import Postgres
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The progress of a run: on a terminal, a bar that disappears when something is printed; in a log, an occasional line.
final class Progress: Sendable {
  enum Form: Sendable {
    case none, bar, lines
  }

  private struct State {
    var isShown = false
    var stage = ""
    /// The line for a log, while a part is in progress.
    var line = ""
    var last: ContinuousClock.Instant
  }

  private let descriptor: Int32
  private let form: Form
  private let width: Int
  private let state: Mutex<State>
  private let now: @Sendable () -> ContinuousClock.Instant

  /// The time between two lines of a log; a shorter run needs none.
  private let lineInterval: Duration
  private static let barInterval = Duration.milliseconds(50)

  /// - Parameter now: the clock.
  init(
    to descriptor: Int32, _ form: Form, width: Int, lineInterval: Duration = .seconds(5),
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.descriptor = descriptor
    self.form = form
    self.width = width
    self.lineInterval = lineInterval
    self.now = now
    state = Mutex(State(last: now()))
    guard form == .lines else { return }
    SystemThread { [weak self] in
      while true {
        usleep(UInt32(lineInterval / .microseconds(1)))
        guard let self else { return }
        self.repeatLine()
      }
    }?.detach()
  }

  /// Repeats the line of a part that takes long: some CI services end a job that prints nothing.
  func repeatLine() {
    state.withLock { state in
      guard !state.line.isEmpty, now() - state.last > lineInterval * 6 else { return }
      writeAll(state.line, to: descriptor)
      state.last = now()
    }
  }

  /// Reports that `done` of `total` parts of a stage are done.
  ///
  /// - Parameter part: the part in progress, a line without control characters.
  func show(_ stage: String, _ done: Int, of total: Int, _ part: String = "") {
    if form == .none || total == 0 { return }
    state.withLock { state in
      let isNew = state.stage != stage
      state.stage = stage
      let elapsed = now() - state.last
      switch form {
      case .none: break
      case .bar:
        guard isNew || elapsed > Progress.barInterval else { return }
        writeAll("\r\u{1b}[K" + bar(stage, done, total, part), to: descriptor)
        state.isShown = true
        state.last = now()
      case .lines:
        state.line = done < total ? "\(stage): \(done) of \(total)\(part.isEmpty ? "" : ", \(part)")\n" : ""
        guard elapsed > lineInterval, done < total else { return }
        writeAll(state.line, to: descriptor)
        state.last = now()
      }
    }
  }

  /// The bar, such as `seed     [######----------------] 2 of 5  seed/03-indexes.sql`.
  private func bar(_ stage: String, _ done: Int, _ total: Int, _ part: String) -> String {
    let cells = max(10, min(30, width - 50))
    let filled = cells * done / total
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: cells - filled)
    let text = "\(stage) [\(bar)] \(done) of \(total)" + (part.isEmpty ? "" : "  \(part)")
    // A bar that wraps could not be erased.
    return String(text.prefix(width - 1))
  }

  /// Erases the bar from the terminal.
  func clear() {
    state.withLock { state in
      state.line = ""
      if state.isShown { writeAll("\r\u{1b}[K", to: descriptor) }
      state.isShown = false
    }
  }
}
