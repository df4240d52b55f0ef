import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A user without an entry in the machine's passwd, as `docker run --user 12345` has it. initdb looks its own user up and
/// gives up without a name, whatever `--username` says; all other programs of PostgreSQL do without.
enum NamelessUser {
  /// The words that run initdb under a number that has a name: in a user namespace, where the files that it makes are
  /// the real user's. Empty when the user has a name.
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
      "the user \(user) has no entry in /etc/passwd, without which initdb does not run\n"
        + "add one to the image (echo 'ci:x:\(user):\(getegid())::/tmp:/bin/sh' >> /etc/passwd), "
        + "or run as a user that the image has (docker run --user postgres)")
  }
}
