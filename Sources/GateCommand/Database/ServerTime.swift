import Postgres
import Synchronization

/// The time that the cases took in the server, in seconds.
final class ServerTime: Sendable {
  private struct State {
    var explain = 0.0
    var clones = 0.0
    /// The time during which at least one of them was running.
    var together = 0.0
    var underWay = 0
    var since = ContinuousClock.now
  }

  private let state = Mutex(State())

  var explain: Double { state.withLock { $0.explain } }
  var clones: Double { state.withLock { $0.clones } }
  /// The time during which any of them ran; less than their sum if cases run in parallel.
  var together: Double { state.withLock { $0.together } }

  func explain<Result>(_ body: () throws(ServerError) -> Result) throws(ServerError) -> Result {
    try measured(\.explain, body)
  }

  func clones<Result>(_ body: () throws(ServerError) -> Result) throws(ServerError) -> Result {
    try measured(\.clones, body)
  }

  private func measured<Result>(
    _ kind: any WritableKeyPath<State, Double> & Sendable, _ body: () throws(ServerError) -> Result
  ) throws(ServerError) -> Result {
    let started = ContinuousClock.now
    state.withLock { state in
      if state.underWay == 0 { state.since = started }
      state.underWay += 1
    }
    defer {
      let ended = ContinuousClock.now
      state.withLock { state in
        state[keyPath: kind] += (ended - started) / .seconds(1)
        state.underWay -= 1
        if state.underWay == 0 { state.together += (ended - state.since) / .seconds(1) }
      }
    }
    return try body()
  }
}
