import Synchronization

/// How far a run has come: a bar on a terminal, which goes when something is printed, and a line now and then in a log.
final class Progress: Sendable {
  enum Form: Sendable {
    case none, bar, lines
  }

  private struct State {
    var isShown = false
    var stage = ""
    var last = ContinuousClock.now
  }

  private let descriptor: Int32
  private let form: Form
  private let width: Int
  private let state = Mutex(State())

  init(to descriptor: Int32, _ form: Form, width: Int) {
    self.descriptor = descriptor
    self.form = form
    self.width = width
  }

  /// So often a log gets a line: a run that is over before needs none.
  private static let lineInterval = Duration.seconds(5)
  private static let barInterval = Duration.milliseconds(50)

  /// Tells that `done` of `total` parts of a stage are done.
  ///
  /// - Parameter part: what is being done now, a line without control characters.
  func show(_ stage: String, _ done: Int, of total: Int, _ part: String = "") {
    if form == .none || total == 0 { return }
    state.withLock { state in
      let isNew = state.stage != stage
      state.stage = stage
      let elapsed = ContinuousClock.now - state.last
      switch form {
      case .none: break
      case .bar:
        guard isNew || elapsed > Progress.barInterval else { return }
        writeAll("\r\u{1b}[K" + bar(stage, done, total, part), to: descriptor)
        state.isShown = true
        state.last = .now
      case .lines:
        guard elapsed > Progress.lineInterval, done < total else { return }
        writeAll("\(stage): \(done) of \(total)\(part.isEmpty ? "" : ", \(part)")\n", to: descriptor)
        state.last = .now
      }
    }
  }

  /// `seed     [######----------------] 2 of 5  seed/03-indexes.sql`
  private func bar(_ stage: String, _ done: Int, _ total: Int, _ part: String) -> String {
    let cells = max(10, min(30, width - 50))
    let filled = cells * done / total
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: cells - filled)
    let text = "\(stage) [\(bar)] \(done) of \(total)" + (part.isEmpty ? "" : "  \(part)")
    // One that wraps could not be taken back.
    return String(text.prefix(width - 1))
  }

  /// Takes the bar from the terminal.
  func clear() {
    state.withLock { state in
      if state.isShown { writeAll("\r\u{1b}[K", to: descriptor) }
      state.isShown = false
    }
  }
}
