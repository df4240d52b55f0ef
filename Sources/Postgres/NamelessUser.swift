import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A user without an entry in the machine's passwd file, as under `docker run --user 12345`.
///
/// initdb looks up its own user and fails without a name, whatever `--username` says; the other programs of PostgreSQL
/// do not need one.
enum NamelessUser {
  /// The words that run initdb under a user id that has a name; empty when the user has a name.
  ///
  /// They use a user namespace, in which the files that initdb makes belong to the real user.
  static func words(environment: [String: String]) throws(ServerStartError) -> [String] {
    let user = geteuid()
    if getpwuid(user) != nil { return [] }
    let other = getpwnam("nobody")?.pointee.pw_uid ?? 0
    let words = ["unshare", "--user", "--map-user=\(other)", "--"]
    let probe = Command(words[0], words.dropFirst() + ["true"], environment: environment, directory: "/")
    do {
      if try ChildProcess.run(probe) == .status(0) { return words }
    } catch {
      if error.isExhausted { throw ServerStartError(error.description) }
    }
    try ProcessLimit.check(environment: environment)
    throw ServerStartError(
      "the user \(user) has no entry in /etc/passwd, and initdb does not run without one\n"
        + "add one to the image (echo 'ci:x:\(user):\(getegid())::/tmp:/bin/sh' >> /etc/passwd), "
        + "or run as a user that the image has (docker run --user postgres)")
  }
}
