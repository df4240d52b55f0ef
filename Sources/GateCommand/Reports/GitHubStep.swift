import PlanCore
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The step of a GitHub Actions workflow that plangate runs in: annotations in its log, a summary in its file.
struct GitHubStep {
  private let summaryFile: String?

  /// Nil outside of GitHub Actions.
  init?(environment: [String: String]) {
    guard environment["GITHUB_ACTIONS"] == "true" else { return nil }
    summaryFile = environment["GITHUB_STEP_SUMMARY"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What goes wrong here is said and changes no verdict.
  func publish(_ outcome: RunOutcome, console: Console) {
    console.printCommands(GitHubAnnotations.text(outcome))
    guard let summaryFile else { return }
    if let problem = GitHubStep.append(outcome, to: summaryFile) {
      Console.error("warning: the summary of the job is not written: \(problem)")
    }
  }

  /// Adds the Markdown report to a file; why it could not, or nil.
  ///
  /// The path comes from the environment: only a file of its own kind is written to, none is replaced or cut, and neither
  /// a link nor a pipe without a reader leads anywhere.
  static func append(_ outcome: RunOutcome, to path: String) -> String? {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o644)
    guard file >= 0 else { return "\(path): \(String(cString: strerror(errno)))" }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return "\(path): it is no file" }
    // The limit is one of the step, and other programs of the step may have written before.
    let room = MarkdownReport.summaryLimit - Int(status.st_size) - 1
    guard room >= 20_000 else { return "\(path): there is no room left in it" }
    let text = (status.st_size > 0 ? "\n" : "") + MarkdownReport.text(outcome, limit: room)
    return writeAll(text, to: file) ? nil : "\(path): \(String(cString: strerror(errno)))"
  }
}
