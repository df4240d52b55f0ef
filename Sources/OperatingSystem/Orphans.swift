import FoundationEssentials
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  internal import COperatingSystem
  import Glibc
#endif

/// Held while a child is started and entered, or taken out and reaped, so that none is taken for an orphan meanwhile.
enum ProcessTable {
  static let lock = Mutex(())
}

/// Processes that left the child of plangate that started them: daemons of a seed, programs of `COPY … FROM PROGRAM`,
/// backends whose postmaster was killed. Neither a session of their own nor a second fork keeps them from being ended.
///
/// Linux makes plangate the parent of what its descendants leave behind. Elsewhere they are ended by process groups alone.
package enum Orphans {
  private static let isAdopting = Atomic(false)

  /// Starts to adopt. For a program whose children are all of `ChildProcess`: each other child counts as an orphan.
  package static func adopt() {
    #if os(Linux)
      if plangate_adopt_orphans() == 0 { isAdopting.store(true, ordering: .relaxed) }
    #endif
  }

  /// How many steps of a seed are running. A daemon that a step uses, as build tools have them, ends with the step only.
  private static let steps = Atomic(0)

  /// Runs a step, and ends what it left running.
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

  /// Ends orphans within a second of their parents' end, as long as no step is running: one that a backend started has
  /// the backend's socket too, and after a crash would keep plangate waiting for an answer.
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

  /// Kills all orphans with their descendants, and waits until they are gone.
  package static func end() {
    #if os(Linux)
      guard isAdopting.load(ordering: .relaxed) else { return }
      let deadline = ContinuousClock.now + .seconds(5)
      while !endOnce(), ContinuousClock.now < deadline { usleep(1000) }
    #endif
  }

  #if os(Linux)
    /// Whether there was none.
    private static func endOnce() -> Bool {
      ProcessTable.lock.withLock { _ in
        let orphans = children().filter { !Interruption.shared.isEntered($0) }
        if orphans.isEmpty { return true }
        // Before their parents end and leave them to plangate one by one.
        for pid in descendants(of: orphans) { kill(pid, SIGKILL) }
        // One that became another user cannot be killed, and waiting for it would be in vain.
        let killed = orphans.filter { kill($0, SIGKILL) == 0 }
        for pid in killed { _ = waitpid(pid, nil, WNOHANG) }
        return killed.isEmpty
      }
    }

    /// Plangate's own children. The kernel lists those of each thread; where it does not, they are looked for.
    private static func children() -> [pid_t] {
      let folder = "/proc/self/task"
      guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
      var found: [pid_t] = []
      for thread in threads {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(thread)/children") else {
          // A thread that has just ended, unless it is the first.
          if thread == String(getpid()) { return descendants(of: [getpid()], depth: 1) }
          continue
        }
        found += String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
      }
      return found
    }

    /// The processes below these, without them.
    private static func descendants(of pids: [pid_t], depth: Int = .max) -> [pid_t] {
      let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      var children: [pid_t: [pid_t]] = [:]
      for pid in numbers.compactMap({ pid_t($0) }) {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { continue }
        // pid (name) state ppid …, and the name may hold anything.
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
