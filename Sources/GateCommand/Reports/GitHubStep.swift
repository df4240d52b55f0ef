import PlanCore
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The step of a GitHub Actions workflow that runs plangate, with annotations in its log and a summary in its file.
struct GitHubStep {
  private let summaryFile: String?

  /// Nil outside GitHub Actions.
  init?(environment: [String: String]) {
    guard environment["GITHUB_ACTIONS"] == "true" else { return nil }
    summaryFile = environment["GITHUB_STEP_SUMMARY"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Publishes the outcome.
  ///
  /// Problems here are reported and change no verdict.
  func publish(_ outcome: RunOutcome, console: Console) {
    console.printCommands(GitHubAnnotations.text(outcome))
    guard let summaryFile else { return }
    if let problem = GitHubStep.append(outcome, to: summaryFile) {
      Console.error("warning: cannot write the job summary: \(problem)")
    }
  }

  /// Appends the Markdown report to a file.
  ///
  /// The path comes from the environment, so only a regular file is written to, none is replaced or truncated, and
  /// neither a link nor a pipe without a reader is followed.
  ///
  /// - Returns: the reason it failed, or nil.
  static func append(_ outcome: RunOutcome, to path: String) -> String? {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o644)
    guard file >= 0 else { return "\(path): \(String(cString: strerror(errno)))" }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return "\(path): it is not a file" }
    // The limit holds for the whole step, and other programs of the step may have written before.
    let room = MarkdownReport.summaryLimit - Int(status.st_size) - 1
    guard room >= 20_000 else { return "\(path): it has reached its size limit" }
    let text = (status.st_size > 0 ? "\n" : "") + MarkdownReport.text(outcome, limit: room)
    return writeAll(text, to: file) ? nil : "\(path): \(String(cString: strerror(errno)))"
  }
}
