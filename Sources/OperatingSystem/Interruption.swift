#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Synchronization

/// The signals that end a run: SIGINT, SIGTERM and SIGHUP, without those that were ignored when the program started, as
/// `nohup` and a shell's background jobs have it.
///
/// A signal ends the children; whoever waits for one of them, or for an answer of the server, gets an error and unwinds.
/// So there is one way out, the ordinary one, and it stops the server and removes its files.
package final class Interruption: Sendable {
  /// Signals belong to the process, so there is one.
  package static let shared = Interruption()

  private struct State {
    var signal: Int32?
    /// How many came.
    var count = 0
    /// Running children, and the signal that ends each.
    var children: [pid_t: Child] = [:]
    /// Of connections to a server that does not end with the run, each with the number of the signal that ends it.
    var sockets: [Int32: Int] = [:]
    /// What cleans up in the place of those that compute and do not look at signals, the innermost last.
    var rescues: [@Sendable (Int32) -> Void] = []
    /// Whether the rescues run: nobody else cleans up any more.
    var isAbandoned = false
  }

  private struct Child {
    let signal: Int32
    /// The signal goes to the whole process group that the child leads.
    let isGroup: Bool

    func end(_ pid: pid_t) { kill(isGroup ? -pid : pid, signal) }
  }

  private let state = Mutex(State())

  private init() {}

  /// The signal that came, nil as long as none did.
  package var signal: Int32? { state.withLock { $0.signal } }

  /// How many signals came. The first ends the run; a later one ends what still waits on the way out.
  package var count: Int { state.withLock { $0.count } }

  /// Starts to listen. To be called on the main thread before any other thread starts, since threads inherit the mask.
  package func listen() {
    signalMask { _ = pthread_sigmask(SIG_BLOCK, $0, nil) }
    // A reader that closes its pipe early must not end the run before the server is stopped.
    ignoreBrokenPipes()
    SystemThread {
      while true {
        var number: Int32 = 0
        signalMask { _ = sigwait($0, &number) }
        Interruption.shared.interrupt(number)
      }
    }?.detach()
  }

  private func interrupt(_ number: Int32) {
    let isFirst = state.withLock { state in
      state.count += 1
      for (pid, child) in state.children { child.end(pid) }
      for (socket, number) in state.sockets where number <= state.count { shutdown(socket, Int32(SHUT_RDWR)) }
      if state.signal != nil { return false }
      state.signal = number
      return true
    }
    // A child that does not listen has two seconds.
    if isFirst {
      killLater()
      abandonLater(number)
    }
  }

  private func killLater() {
    SystemThread {
      sleep(2)
      Interruption.shared.state.withLock { state in
        for (pid, child) in state.children { kill(child.isGroup ? -pid : pid, SIGKILL) }
      }
    }?.detach()
  }

  // MARK: What computes

  /// Runs what may compute for longer than a person who pressed Ctrl-C wants to wait: judging and writing reports look at no
  /// signal. When one comes and `body` does not end soon, `rescue` cleans up in its place, and the program ends.
  ///
  /// - Parameter rescue: gets the signal. It runs on a thread of its own, beside `body`.
  package func endingInTime<Result, Failure: Error>(
    _ rescue: @escaping @Sendable (Int32) -> Void, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    state.withLock { $0.rescues.append(rescue) }
    defer {
      let isAbandoned = state.withLock { state in
        if !state.isAbandoned { state.rescues.removeLast() }
        return state.isAbandoned
      }
      // The rescue ends the program; two would be in each other's way.
      while isAbandoned { sleep(1) }
    }
    return try body()
  }

  private func abandonLater(_ number: Int32) {
    SystemThread {
      // Nearly always whoever waits unwinds by itself.
      usleep(400_000)
      let rescues = Interruption.shared.state.withLock { state in
        state.isAbandoned = !state.rescues.isEmpty
        return state.rescues
      }
      if rescues.isEmpty { return }
      for rescue in rescues.reversed() { rescue(number) }
      _exit(128 + number)
    }?.detach()
  }

  // MARK: Children and sockets

  /// Enters a child that was just started; it is ended at once when a signal came before.
  func add(_ pid: pid_t, endedBy signal: Int32, isGroup: Bool) {
    let child = Child(signal: signal, isGroup: isGroup)
    state.withLock { state in
      state.children[pid] = child
      if state.signal != nil { child.end(pid) }
    }
  }

  /// To be called before the child is reaped: afterwards its number may be another's.
  func remove(_ pid: pid_t) {
    state.withLock { _ = $0.children.removeValue(forKey: pid) }
  }

  /// Whether this is a child that was entered and has not been reaped.
  func isEntered(_ pid: pid_t) -> Bool { state.withLock { $0.children[pid] != nil } }

  /// Enters the socket of a connection: whoever waits on it gets an error when the signal of this number comes.
  package func add(socket: Int32, endedBySignal number: Int) {
    state.withLock { state in
      state.sockets[socket] = number
      if state.count >= number { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// To be called before the socket is closed: afterwards its number may be another's.
  package func remove(socket: Int32) {
    state.withLock { _ = $0.sockets.removeValue(forKey: socket) }
  }
}

private func signalMask(_ body: (UnsafePointer<sigset_t>) -> Void) {
  var mask = sigset_t()
  sigemptyset(&mask)
  for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { sigaddset(&mask, number) }
  body(&mask)
}

private func isIgnored(_ number: Int32) -> Bool {
  var action = sigaction()
  guard sigaction(number, nil, &action) == 0 else { return false }
  #if canImport(Darwin)
    let handler = action.__sigaction_u.__sa_handler
  #else
    let handler = action.__sigaction_handler.sa_handler
  #endif
  return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

private func ignoreBrokenPipes() {
  signal(SIGPIPE, SIG_IGN)
}
