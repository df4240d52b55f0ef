import OperatingSystem

extension ProcessLimit {
  /// Throws when no shell can be run.
  ///
  /// Call it before drawing conclusions from a program that failed.
  static func check(environment: [String: String]) throws(ServerStartError) {
    let command = Command("/bin/sh", ["-c", ": & wait"], environment: environment, directory: "/")
    let run: (exit: ChildExit, text: String)
    do { run = try ChildProcess.outcome(of: command) } catch { throw ServerStartError(error.description) }
    guard run.exit != .status(0), !hint(in: run.text).isEmpty else { return }
    throw ServerStartError("no process can be started: \(run.text.filter { !$0.isNewline })\(hint(in: run.text))")
  }
}
