import Foundation

/// The result of running a program.
///
/// Its description holds everything, for a failed expectation.
package struct ProgramRun: Sendable, CustomStringConvertible {
  /// The words of the command.
  package let words: [String]
  /// The exit status; for a program that a signal ended, the negative signal number.
  package let status: Int32
  package let stdout: String
  package let stderr: String
  package let duration: Duration

  package var description: String {
    """
    $ \(words.joined(separator: " "))
    exit status \(status) after \(duration)
    --- standard output
    \(stdout.isEmpty ? "(nothing)" : stdout)
    --- standard error
    \(stderr.isEmpty ? "(nothing)" : stderr)
    ---
    """
  }
}

/// The reason that a test cannot continue.
package struct TestFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// A running program, without standard input and with its outputs in files.
///
/// Files are used because a server that it leaves behind would keep a pipe open for ever.
///
/// Foundation's `Process` treats a program as running as long as any of its children holds one of its own descriptors.
package final class RunningProgram {
  package let pid: Int32
  private let words: [String]
  private let outputs: String
  private let started = ContinuousClock.now

  /// - Parameter environment: the complete environment.
  package init(_ words: [String], in directory: String, environment: [String: String]) throws {
    self.words = words
    outputs = try makeTemporaryDirectory("plangate-output")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "\(outputs)/stdout", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "\(outputs)/stderr", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The tests may run where Ctrl-C is ignored, as in background jobs of a shell.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

    // posix_spawn has no portable way to change the directory.
    let shell = ["/bin/sh", "-c", "cd -- \"$0\" && exec \"$@\"", directory] + words
    let arguments = shell.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var child: pid_t = 0
    let error = posix_spawn(&child, shell[0], &actions, &attributes, arguments, variables)
    guard error == 0 else { throw TestFailure("cannot run \(words[0]): \(String(cString: strerror(error)))") }
    pid = child
  }

  deinit { try? FileManager.default.removeItem(atPath: outputs) }

  package func send(_ signal: Int32) { kill(pid, signal) }

  /// The standard output so far.
  package var stdout: String { text("stdout") }

  /// The standard error so far.
  package var stderr: String { text("stderr") }

  private func text(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: "\(outputs)/\(name)") ?? Data(), as: UTF8.self)
  }

  /// Whether it has ended by itself; `end()` must be called all the same.
  package var hasEnded: Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.signalled == pid
  }

  /// Waits until a condition holds while the program runs.
  ///
  /// - Throws: if the program ends before that, or after 60 seconds.
  package func wait(until what: String, _ condition: () -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
      let hasEnded = hasEnded
      guard !hasEnded, ContinuousClock.now < deadline else {
        if !hasEnded { send(SIGKILL) }
        throw TestFailure("\(hasEnded ? "the program ended" : "60 s went by") before \(what)\n\(end())")
      }
      usleep(5000)
    }
  }

  /// Waits for its end, for at most two minutes.
  package func end() -> ProgramRun {
    let deadline = started + .seconds(120)
    var status: Int32 = 0
    while waitpid(pid, &status, WNOHANG) == 0 {
      if ContinuousClock.now > deadline { send(SIGKILL) }
      usleep(2000)
    }
    let signal = status & 0x7f
    return ProgramRun(
      words: words, status: signal == 0 ? (status >> 8) & 0xff : -signal, stdout: text("stdout"),
      stderr: text("stderr"),
      duration: ContinuousClock.now - started)
  }
}

extension siginfo_t {
  /// The child that the information is about, 0 for none.
  fileprivate var signalled: pid_t {
    #if canImport(Darwin)
      si_pid
    #else
      _sifields._sigchld.si_pid
    #endif
  }
}

/// A new directory in TMPDIR that every user may enter.
///
/// It has its real path, since macOS's `/tmp` is a link.
package func makeTemporaryDirectory(_ name: String) throws -> String {
  let base = FileManager.default.temporaryDirectory.path
  var template = Array("\(base)/\(name)-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else {
    throw TestFailure("cannot make a directory in \(base): \(String(cString: strerror(errno)))")
  }
  chmod(template, 0o755)
  guard let path = realpath(template, nil) else {
    throw TestFailure("no real path: \(String(cString: strerror(errno)))")
  }
  defer { free(path) }
  return String(cString: path)
}
