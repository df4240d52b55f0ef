#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Synchronization

/// The signals that end a run: SIGINT, SIGTERM and SIGHUP.
///
/// A signal that was ignored when the program started stays ignored, as under `nohup` and for a shell's background
/// jobs.
///
/// A signal ends the children. Code that waits for a child or for the server's answer gets an error and unwinds. So
/// there is one way out, the normal one, and it stops the server and removes its files.
package final class Interruption: Sendable {
  /// The one instance, since signals belong to the process.
  package static let shared = Interruption()

  private struct State {
    var signal: Int32?
    /// The number of signals received.
    var count = 0
    /// The running children, each with the signal that ends it.
    var children: [pid_t: Child] = [:]
    /// The connections to a server that outlives the run, each with the number of the signal that ends it.
    var sockets: [Int32: Int] = [:]
    /// Cleanup actions for code that computes without checking for signals, innermost last.
    var rescues: [@Sendable (Int32) -> Void] = []
    /// Whether the rescues have started, so that nothing else may clean up.
    var isAbandoned = false
  }

  private struct Child {
    let signal: Int32
    /// Whether the signal goes to the whole process group that the child leads.
    let isGroup: Bool

    func end(_ pid: pid_t) { kill(isGroup ? -pid : pid, signal) }
  }

  private let state = Mutex(State())

  private init() {}

  /// The first signal received, or nil.
  package var signal: Int32? { state.withLock { $0.signal } }

  /// The number of signals received.
  ///
  /// The first ends the run; a later one ends whatever is still waiting on the way out.
  package var count: Int { state.withLock { $0.count } }

  /// Starts to listen for signals.
  ///
  /// Call it on the main thread before any other thread starts, since threads inherit the signal mask.
  package func listen() {
    signalMask { _ = pthread_sigmask(SIG_BLOCK, $0, nil) }
    // A reader that closes its pipe early must not end the run before the server has stopped.
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
    // A child that ignores the signal has two seconds.
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

  // MARK: Computations

  /// Runs `body`, which may compute for long without checking for signals, such as judging and writing reports.
  ///
  /// If a signal arrives and `body` does not end soon, `rescue` cleans up in its place and the program ends.
  ///
  /// - Parameter rescue: gets the signal. It runs on its own thread, in parallel with `body`.
  package func endingInTime<Result, Failure: Error>(
    _ rescue: @escaping @Sendable (Int32) -> Void, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    state.withLock { $0.rescues.append(rescue) }
    defer {
      let isAbandoned = state.withLock { state in
        if !state.isAbandoned { state.rescues.removeLast() }
        return state.isAbandoned
      }
      // The rescue ends the program; cleaning up here as well would interfere with it.
      while isAbandoned { sleep(1) }
    }
    return try body()
  }

  private func abandonLater(_ number: Int32) {
    SystemThread {
      // Code that waits usually unwinds by itself within this time.
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

  /// Registers a child that was just started and ends it at once if a signal has already arrived.
  func add(_ pid: pid_t, endedBy signal: Int32, isGroup: Bool) {
    let child = Child(signal: signal, isGroup: isGroup)
    state.withLock { state in
      state.children[pid] = child
      if state.signal != nil { child.end(pid) }
    }
  }

  /// Unregisters a child.
  ///
  /// Call it before reaping the child, whose process id may be reused afterwards.
  func remove(_ pid: pid_t) {
    state.withLock { _ = $0.children.removeValue(forKey: pid) }
  }

  /// Whether this is a registered child that has not been reaped.
  func isEntered(_ pid: pid_t) -> Bool { state.withLock { $0.children[pid] != nil } }

  /// Registers a connection's socket: its user gets an error when the signal of this number arrives.
  package func add(socket: Int32, endedBySignal number: Int) {
    state.withLock { state in
      state.sockets[socket] = number
      if state.count >= number { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// Unregisters a socket.
  ///
  /// Call it before closing the socket, whose number may be reused afterwards.
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
