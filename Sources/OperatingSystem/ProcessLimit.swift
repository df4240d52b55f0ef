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
}
