package import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension SystemUser {
  /// The user that a server runs as, if plangate runs as root; nil otherwise, since servers then run as plangate's
  /// user.
  ///
  /// PostgreSQL refuses to run as root, and containers often run as root. The unprivileged user is `postgres` if the
  /// machine has it and it owns no cluster, otherwise `nobody`.
  ///
  /// A server whose files belong to the owner of another cluster could read and write that cluster.
  package static func needed() throws(ServerStartError) -> SystemUser? {
    guard geteuid() == 0 else { return nil }
    let users = ["postgres", "nobody"].compactMap { SystemUser(named: $0) }
    guard let user = users.first(where: { !ownsCluster($0) }) ?? users.last else {
      throw ServerStartError(
        "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'\n"
          + "make one (useradd --system postgres) or run plangate as an ordinary user")
    }
    return user
  }
}

/// The words before a server's command, which change the user and make the server end with plangate.
struct ServerLauncher: Sendable {
  let words: [String]
  let user: SystemUser?

  /// Whether the server's user may use all the paths that were asked for.
  let reachesAll: Bool

  /// Tries the ways that this machine may offer; `setpriv` may exist and still not be allowed to work.
  ///
  /// - Parameter paths: directories to enter, programs to run.
  init(reaching paths: [String], environment: [String: String]) throws(ServerStartError) {
    user = try SystemUser.needed()
    var candidates = [["setpriv", "--pdeathsig=QUIT", "--"]]
    if let user {
      // Not runuser: it stays as a parent that blocks SIGINT, and the server would not be plangate's own child.
      candidates = [user.words.dropLast() + ["--pdeathsig=QUIT", "--"], user.words]
    }
    for words in candidates {
      let exit = try ServerLauncher.exit(of: words, testing: paths, environment)
      guard exit == .status(0) || exit == .status(ServerLauncher.unreachable) else { continue }
      self.words = words
      reachesAll = exit == .status(0)
      return
    }
    if let user {
      try ProcessLimit.check(environment: environment)
      throw ServerStartError(
        "PostgreSQL does not run as root, and setpriv cannot change to the user '\(user.name)'\n"
          + "install util-linux or run plangate as an ordinary user")
    }
    words = []
    reachesAll = true
  }

  private static let unreachable: Int32 = 99

  /// Returns nil when the first word cannot be run.
  private static func exit(
    of words: [String], testing paths: [String], _ environment: [String: String]
  ) throws(ServerStartError) -> ChildExit? {
    let all = words + ["/bin/sh", "-c", "for path; do test -x \"$path\" || exit \(unreachable); done", "sh"] + paths
    do {
      return try ChildProcess.run(Command(all[0], Array(all.dropFirst()), environment: environment, directory: "/"))
    } catch {
      // In that case nothing is known about setpriv.
      if error.isExhausted { throw ServerStartError(error.description) }
      return nil
    }
  }

  func command(_ program: String, _ arguments: [String], environment: [String: String], outputPath: String?) -> Command
  {
    let all = words + [program] + arguments
    // The server's user may not be able to enter plangate's directory.
    var command = Command(
      all[0], Array(all.dropFirst()), environment: environment, directory: "/", outputPath: outputPath)
    command.user = user
    return command
  }

  /// Whether the server's user may use these paths: directories to enter, programs to run.
  func canReach(_ paths: [String], environment: [String: String]) throws(ServerStartError) -> Bool {
    try ServerLauncher.exit(of: words, testing: paths, environment) == .status(0)
  }
}
