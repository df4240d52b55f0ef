import OperatingSystem

/// Runs `git` on a repository, as a child process.
///
/// No hook or monitor of the repository runs, and what git writes goes to an index file outside the repository.
struct Git {
  /// The directory that git starts in.
  let directory: String
  let environment: [String: String]

  /// - Parameters:
  ///   - environment: the environment, cleared of the caller's PG* variables.
  ///   - index: the index file for commands that need one.
  init(in directory: String, environment: [String: String], index: String? = nil) {
    self.directory = directory
    // In a hook these lead to another index or repository than that of the directory.
    var environment = environment.filter { name, _ in
      !["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "LANGUAGE"]
        .contains(name) && !name.hasPrefix("GIT_TRACE")
    }
    environment.merge([
      "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
      // A partial clone would fetch into the repository.
      "GIT_NO_LAZY_FETCH": "1",
    ]) { $1 }
    environment["GIT_INDEX_FILE"] = index
    self.environment = environment
  }

  /// Settings under which git reads and checks out the whole tree, and runs and writes nothing else.
  private static let settings = [
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.untrackedCache=false", "core.splitIndex=false",
    "core.sparseCheckout=false", "index.sparse=false",
  ]

  /// Runs a command of git.
  ///
  /// - Returns: its output without warnings; the text of an error if it failed.
  func run(_ words: [String]) throws(Diagnostic) -> (isSuccessful: Bool, text: String) {
    let settings = Git.settings.flatMap { ["-c", $0] }
    let command = Command(
      "git", ["-C", directory, "--no-pager"] + settings + words, environment: environment, directory: "/")
    let run: (exit: ChildExit, text: String)
    do { run = try ChildProcess.outcome(of: command) } catch {
      if error.isExhausted { throw Diagnostic(error.description) }
      throw Diagnostic("--base reads the revision with git: \(error.description)\ninstall git (apt-get install git)")
    }
    try checkInterruption()
    let lines = run.text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("warning: ") && !$0.hasPrefix("hint: ") }
    var text = lines.joined(separator: "\n")
    if text.hasSuffix("\n") { text.removeLast() }
    return (run.exit == .status(0), text)
  }

  /// The output of a command that is expected to succeed.
  func output(_ words: [String]) throws(Diagnostic) -> String {
    let run = try run(words)
    guard run.isSuccessful else { throw Diagnostic("git \(words[0]): \(run.text)") }
    return run.text
  }
}
