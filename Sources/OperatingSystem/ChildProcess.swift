#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Synchronization

/// A program to run, without a shell and without an inherited environment.
package struct Command: Sendable {
  /// A path, or a name to look up in the `PATH` of `environment`.
  package var program: String
  package var arguments: [String]
  package var environment: [String: String]
  /// The working directory; nil means plangate's own.
  package var directory: String?
  /// The file to which standard output and standard error are appended; nil means `/dev/null`.
  ///
  /// This is a file rather than a pipe because a daemon left behind by the program would keep a pipe open indefinitely.
  package var outputPath: String?
  /// An open file that the program gets as descriptor 4.
  package var inherited: OpenFile?
  /// An open file for standard input; nil means `/dev/null`.
  package var input: OpenFile?
  /// The user that this command's words switch to; nil means plangate's own user.
  package var user: SystemUser?

  package init(
    _ program: String, _ arguments: [String], environment: [String: String], directory: String? = nil,
    outputPath: String? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.outputPath = outputPath
  }
}

/// A program that could not be started.
package struct SpawnError: Error, Equatable, Sendable, CustomStringConvertible {
  package let program: String
  package let reason: String
  /// Whether the system had no room for another process, which says nothing about the program itself.
  package var isExhausted = false
  package var description: String { "cannot run \(program): \(reason)" }

  init(program: String, reason: String) {
    self.program = program
    self.reason = reason
  }

  /// - Parameter error: the result of `posix_spawn`.
  init(program: String, error: Int32) {
    let words = String(cString: strerror(error))
    let isExhausted = SpawnError.exhaustion.contains(error)
    self.init(program: program, reason: isExhausted ? "\(words)\n\(ProcessLimit.nextStep)" : words)
    self.isExhausted = isExhausted
  }

  fileprivate static let exhaustion = [EAGAIN, ENOMEM]
}

/// How a program ended.
package enum ChildExit: Equatable, Sendable, CustomStringConvertible {
  case status(Int32)
  case signal(Int32)

  package var description: String {
    switch self {
    case .status(let code): "exit status \(code)"
    case .signal(let number): "signal \(number)"
    }
  }
}

/// A running program, the leader of its own process group, so that Ctrl-C in the terminal reaches plangate alone.
///
/// A watchdog in the group holds the reading end of a pipe that is never written to. However plangate ends, even by
/// `kill -9`, the pipe closes and the watchdog ends the group.
package final class ChildProcess: Sendable {
  package let pid: Int32
  private let exit = Mutex<ChildExit?>(nil)

  /// - Parameters:
  ///   - signal: the signal that ends the program when the run is interrupted.
  ///   - isGroup: whether that signal goes to the program's whole process group.
  package convenience init(
    spawning command: Command, interruptedBy signal: Int32 = SIGTERM, isGroup: Bool = true
  ) throws(SpawnError) {
    try self.init(spawning: command, interruptedBy: signal, isGroup: isGroup, output: nil)
  }

  /// - Parameter output: a descriptor for standard output and standard error that replaces the command's file.
  private init(
    spawning command: Command, interruptedBy signal: Int32, isGroup: Bool, output: Int32?
  ) throws(SpawnError) {
    var actions: posix_spawn_file_actions_t = .init()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input = command.input {
      posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
      posix_spawn_file_actions_addopen(
        &actions, 1, command.outputPath ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_adddup2(&actions, try Lifeline.readingEnd(for: command), 3)
    if let file = command.inherited { posix_spawn_file_actions_adddup2(&actions, file.descriptor, 4) }

    var attributes: posix_spawnattr_t = .init()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // plangate blocks the signals that it waits for and ignores SIGPIPE; the child handles them as usual.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    guard let path = findProgram(command.program, in: command.environment["PATH"]) else {
      throw SpawnError(program: command.program, reason: "not found")
    }
    // posix_spawn has no portable way to change the directory.
    let words =
      ["/bin/sh", "-c", Lifeline.script(endedBy: signal, command.user?.words ?? []), command.directory ?? "", path]
      + command.arguments
    pid = try ChildProcess.spawn(words, command, &actions, &attributes) { child in
      Interruption.shared.add(child, endedBy: signal, isGroup: isGroup)
    }
  }

  /// Starts a program and retries for a few seconds if the system has no room for it.
  private static func spawn(
    _ words: [String], _ command: Command, _ actions: inout posix_spawn_file_actions_t,
    _ attributes: inout posix_spawnattr_t, enter: (pid_t) -> Void
  ) throws(SpawnError) -> pid_t {
    let variables = command.environment.filter { !ChildEnvironment.isWithheld($0.key) }.sorted { $0.key < $1.key }.map {
      "\($0.key)=\($0.value)"
    }
    var child: pid_t = 0
    let error = words.withCStrings { arguments in
      variables.withCStrings { environment in
        untilThereIsRoom {
          // A child that is not registered yet would be mistaken for an orphan.
          ProcessTable.lock.withLock { _ in
            let error = posix_spawn(
              &child, "/bin/sh", &actions, &attributes, arguments.map { UnsafeMutablePointer(mutating: $0) },
              environment.map { UnsafeMutablePointer(mutating: $0) })
            if error == 0 { enter(child) }
            return error
          }
        }
      }
    }
    guard error == 0 else { throw SpawnError(program: command.program, error: error) }
    return child
  }

  /// Calls `start` again as long as it says that the system has no room for another process.
  ///
  /// - Returns: the error of the last call, 0 for none.
  static func untilThereIsRoom(atMost limit: Duration = .seconds(5), _ start: () -> Int32) -> Int32 {
    let deadline = ContinuousClock.now + limit
    while true {
      let error = start()
      guard SpawnError.exhaustion.contains(error), ContinuousClock.now < deadline, Interruption.shared.signal == nil
      else { return error }
      usleep(50_000)
    }
  }

  /// Waits until the program ends.
  package func wait() -> ChildExit {
    if let exit = exit.withLock({ $0 }) { return exit }
    var info = siginfo_t()
    // The zombie keeps its process id until the second wait, so no signal can hit an unrelated process.
    while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    return reap()
  }

  /// Waits at most this long and returns nil if the program is still running then.
  package func wait(atMost duration: Duration) -> ChildExit? {
    let deadline = ContinuousClock.now + duration
    while !hasEnded {
      guard ContinuousClock.now < deadline else { return nil }
      usleep(1000)
    }
    return wait()
  }

  /// Whether the program has ended; does not wait.
  package var hasEnded: Bool {
    if exit.withLock({ $0 != nil }) { return true }
    var info = siginfo_t()
    #if canImport(Darwin)
      let ended = waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid != 0
    #else
      let ended =
        waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info._sifields._sigchld.si_pid != 0
    #endif
    if ended { _ = reap() }
    return ended
  }

  package func send(_ signal: Int32) {
    exit.withLock { exit in
      if exit == nil { _ = kill(pid, signal) }
    }
  }

  private func reap() -> ChildExit {
    exit.withLock { exit in
      if let exit { return exit }
      var status: Int32 = 0
      ProcessTable.lock.withLock { _ in
        Interruption.shared.remove(pid)
        // Background processes that it left running end with it. The group id is safe while its leader is a zombie.
        kill(-pid, SIGKILL)
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
      }
      let low = status & 0x7f
      let result: ChildExit = low == 0 ? .status((status >> 8) & 0xff) : .signal(low)
      exit = result
      return result
    }
  }

  /// Runs a program and waits for it to end.
  package static func run(_ command: Command) throws(SpawnError) -> ChildExit {
    try ChildProcess(spawning: command).wait()
  }

  /// Returns the output of a program, or nil if it fails.
  ///
  /// The program must not leave a daemon behind, which would keep the pipe open.
  package static func output(of command: Command) throws(SpawnError) -> String? {
    let run = try outcome(of: command)
    return run.exit == .status(0) ? run.text : nil
  }

  /// Returns the exit status and the output of a program.
  ///
  /// The program must not leave a daemon behind, which would keep the pipe open.
  package static func outcome(of command: Command) throws(SpawnError) -> (exit: ChildExit, text: String) {
    let pipe = try Pipe(for: command)
    defer { close(pipe.reading) }
    let process: ChildProcess
    do {
      defer { close(pipe.writing) }
      process = try ChildProcess(spawning: command, interruptedBy: SIGTERM, isGroup: true, output: pipe.writing)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(pipe.reading, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += buffer.prefix(count)
    }
    return (process.wait(), String(decoding: bytes, as: UTF8.self))
  }
}

/// A pipe that children do not inherit.
private struct Pipe: Sendable {
  let reading: Int32
  let writing: Int32

  init(for command: Command) throws(SpawnError) {
    guard let pipe = Pipe() else {
      throw SpawnError(program: command.program, reason: String(cString: strerror(errno)))
    }
    self = pipe
  }

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    (reading, writing) = (outOfTheWay(ends[0]), outOfTheWay(ends[1]))
  }
}

/// Moves a file to a descriptor above those that children get, so that setting those up does not overwrite it.
package func outOfTheWay(_ descriptor: Int32) -> Int32 {
  let other = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
  guard other >= 0 else {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }
  close(descriptor)
  return other
}

/// The connection that ends all children when plangate ends.
private enum Lifeline {
  /// The pipe whose writing end is open only in plangate, for as long as plangate lives.
  private static let pipe = Pipe()

  static func readingEnd(for command: Command) throws(SpawnError) -> Int32 {
    guard let pipe else { throw SpawnError(program: command.program, reason: "cannot create a pipe") }
    return pipe.reading
  }

  /// A shell script that starts the watchdog and then becomes the program.
  ///
  /// `$0` is the working directory or empty, `$@` the program and its arguments. The watchdog itself does not carry the
  /// mark of the run.
  static func script(endedBy signal: Int32, _ asItsUser: [String]) -> String {
    """
    (trap "" HUP INT TERM QUIT; exec >/dev/null 2>&1; read -r _ <&3; kill -\(signal) 0; sleep 2
    \(RunMark.script(asItsUser))
    kill -9 0) &
    exec 3<&-; export \(RunMark.text); [ -z "$0" ] || cd -- "$0" && exec "$@"
    """
  }
}
