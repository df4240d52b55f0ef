/// The state in which the system has no room for another process, because of a user or container limit or lack of
/// memory.
///
/// Programs report it in their own words, or fail in ways that look like something else.
package enum ProcessLimit {
  package static let nextStep =
    "the limit on processes or memory is reached: raise it (ulimit -u, the pids limit of a container), or run fewer programs"

  /// The words of shells and PostgreSQL for it.
  private static let words = [
    "Cannot fork", "can't fork", "could not fork", "fork: retry", "Resource temporarily unavailable",
    "Cannot allocate memory", "could not create worker",
  ]

  /// The next step on a line of its own if a program's output shows that this is why it failed; otherwise empty.
  package static func hint(in output: String) -> String {
    words.contains { output.contains($0) } ? "\n\(nextStep)" : ""
  }
}
