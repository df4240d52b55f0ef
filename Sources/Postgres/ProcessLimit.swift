/// The system has no room for another process: a limit of the user or the container, or no memory. Programs say so in their
/// own words, or fail in ways that look like something else.
package enum ProcessLimit {
  package static let nextStep =
    "the limit on processes or memory is reached: raise it (ulimit -u, the pids limit of a container), or run less beside it"

  /// As shells and PostgreSQL say it.
  private static let words = [
    "Cannot fork", "can't fork", "could not fork", "fork: retry", "Resource temporarily unavailable",
    "Cannot allocate memory", "could not create worker",
  ]

  /// The next step as a line of its own, when a program's output says that this is why it failed; else empty.
  package static func hint(in output: String) -> String {
    words.contains { output.contains($0) } ? "\n\(nextStep)" : ""
  }

  /// Throws when no shell can be run, which is to be asked before concluding anything from a program that failed.
  static func check(environment: [String: String]) throws(ServerStartError) {
    let command = Command("/bin/sh", ["-c", ": & wait"], environment: environment, directory: "/")
    let run: (exit: ChildExit, text: String)
    do { run = try ChildProcess.outcome(of: command) } catch { throw ServerStartError(error.description) }
    guard run.exit != .status(0), !hint(in: run.text).isEmpty else { return }
    throw ServerStartError("no process can be started: \(run.text.filter { !$0.isNewline })\(hint(in: run.text))")
  }
}
