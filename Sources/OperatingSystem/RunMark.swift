/// An environment variable that every child of plangate has, with a value unique to the run.
///
/// Children inherit it whatever session or parent they choose, and Linux shows it in `/proc`. So it identifies the
/// processes of a run that was killed.
///
/// While plangate lives, `Orphans` finds its descendants without it, even those that cleared their environment.
enum RunMark {
  static let text = "PLANGATE_RUN=" + digits(.random(in: .min ... .max)) + digits(.random(in: .min ... .max))

  private static func digits(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Shell commands that kill all processes of this run; without `/proc` they kill none.
  ///
  /// - Parameter asItsUser: words that run a program as another user. In a container, root often cannot read the
  ///   environment of other users' processes, but each user can read that of its own.
  static func script(_ asItsUser: [String]) -> String {
    // A process may start another one while it is being killed.
    let sweep = """
      for _ in 1 2 3 4 5 6 7 8 9; do
      files=$(command -p grep -sl \(text) /proc/[0-9]*/environ)
      [ -n "$files" ] || break
      for file in $files; do pid=${file#/proc/}; kill -9 "${pid%/environ}"; done
      done
      """
    if asItsUser.isEmpty { return sweep }
    return sweep + "\n" + (asItsUser + ["/bin/sh", "-c"]).joined(separator: " ") + " '\(sweep)'"
  }
}
