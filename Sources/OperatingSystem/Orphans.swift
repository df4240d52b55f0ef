import FoundationEssentials
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  internal import COperatingSystem
  import Glibc
#endif

/// A lock held while a child is started and registered, or unregistered and reaped, so that it is not taken for an
/// orphan.
enum ProcessTable {
  static let lock = Mutex(())
}

/// Processes that outlived the child of plangate that started them.
///
/// They are daemons of a seed, programs of `COPY … FROM PROGRAM`, or backends whose postmaster was killed. Neither a
/// session of their own nor a second fork protects them.
///
/// On Linux, plangate adopts the processes that its descendants leave behind. Elsewhere only process groups end them.
package enum Orphans {
  private static let isAdopting = Atomic(false)

  /// Starts to adopt orphans.
  ///
  /// Every child of the program must be a `ChildProcess`: any other counts as an orphan.
  package static func adopt() {
    #if os(Linux)
      if plangate_adopt_orphans() == 0 { isAdopting.store(true, ordering: .relaxed) }
    #endif
  }

  /// The number of seed steps that are running.
  ///
  /// A daemon that a step uses, as build tools do, ends only with the step.
  private static let steps = Atomic(0)

  /// Runs a step and then ends the processes that it left running.
  package static func afterStep<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    steps.add(1, ordering: .relaxed)
    defer {
      steps.subtract(1, ordering: .relaxed)
      end()
    }
    return try body()
  }

  /// Ends orphans within a second of their parents' end, unless a step is running.
  ///
  /// A process that a backend started also holds the backend's socket; after a crash it would keep plangate waiting for
  /// an answer.
  package static func endAsTheyCome() {
    guard isAdopting.load(ordering: .relaxed), !isWatching.exchange(true, ordering: .relaxed) else { return }
    SystemThread {
      while true {
        sleep(1)
        if steps.load(ordering: .relaxed) == 0 { end() }
      }
    }?.detach()
  }

  private static let isWatching = Atomic(false)

  /// Kills all orphans and their descendants and waits until they are gone.
  package static func end() {
    #if os(Linux)
      guard isAdopting.load(ordering: .relaxed) else { return }
      let deadline = ContinuousClock.now + .seconds(5)
      while !endOnce(), ContinuousClock.now < deadline { usleep(1000) }
    #endif
  }

  #if os(Linux)
    /// Whether there were no orphans.
    private static func endOnce() -> Bool {
      ProcessTable.lock.withLock { _ in
        let orphans = children().filter { !Interruption.shared.isEntered($0) }
        if orphans.isEmpty { return true }
        // Before their parents end, after which plangate would inherit them one by one.
        for pid in descendants(of: orphans) { kill(pid, SIGKILL) }
        // A process that switched to another user cannot be killed, so waiting for it would be pointless.
        let killed = orphans.filter { kill($0, SIGKILL) == 0 }
        for pid in killed { _ = waitpid(pid, nil, WNOHANG) }
        return killed.isEmpty
      }
    }

    /// The processes whose parent is plangate.
    ///
    /// The kernel lists them per thread; where it does not, `/proc` is searched.
    private static func children() -> [pid_t] {
      let folder = "/proc/self/task"
      guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
      var found: [pid_t] = []
      for thread in threads {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(thread)/children") else {
          // A thread that has just ended, unless it is the main thread.
          if thread == String(getpid()) { return descendants(of: [getpid()], depth: 1) }
          continue
        }
        found += String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
      }
      return found
    }

    /// The descendants of these processes, without the processes themselves.
    private static func descendants(of pids: [pid_t], depth: Int = .max) -> [pid_t] {
      let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      var children: [pid_t: [pid_t]] = [:]
      for pid in numbers.compactMap({ pid_t($0) }) {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { continue }
        // The fields are pid, (name), state, ppid …; the name may hold anything.
        let text = String(decoding: bytes, as: UTF8.self)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        if fields.count > 2, let parent = pid_t(fields[2]) { children[parent, default: []].append(pid) }
      }
      var found: [pid_t] = []
      var level = pids
      var depth = depth
      while !level.isEmpty, depth > 0 {
        level = level.flatMap { children[$0] ?? [] }
        found += level
        depth -= 1
      }
      return found
    }
  #endif
}
