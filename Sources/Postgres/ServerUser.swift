#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The user that a server runs as. PostgreSQL refuses to run as root, and containers often are root.
struct ServerUser: Equatable, Sendable {
  let name: String
  let uid: uid_t
  let gid: gid_t

  /// The unprivileged user for root: `postgres` when the machine has it, else `nobody`. Nil for everybody else, whose
  /// servers run as themselves.
  static func needed() throws(ServerStartError) -> ServerUser? {
    guard geteuid() == 0 else { return nil }
    for name in ["postgres", "nobody"] {
      if let entry = getpwnam(name), entry.pointee.pw_uid != 0 {
        return ServerUser(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
      }
    }
    throw ServerStartError(
      "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'\n"
        + "make one (useradd --system postgres) or run plangate as an ordinary user")
  }
}

/// The words before a server's command: they change the user and see to it that the server dies with plangate.
struct ServerLauncher: Sendable {
  let words: [String]
  let user: ServerUser?

  /// Whether the server's user may use what it was asked for.
  let reachesAll: Bool

  /// Tries the ways that this machine may have; `setpriv` can be there and still not be allowed to work.
  ///
  /// - Parameter paths: directories to enter, programs to run.
  init(reaching paths: [String], environment: [String: String]) throws(ServerStartError) {
    user = try ServerUser.needed()
    var candidates: [[String]] = []
    if let user {
      let identity = ["--reuid=\(user.uid)", "--regid=\(user.gid)", "--init-groups"]
      // Not runuser: it stays as a parent that lets no SIGINT through, and the server would not be plangate's own child.
      candidates = [["setpriv"] + identity + ["--pdeathsig=QUIT", "--"], ["setpriv"] + identity + ["--"]]
    } else {
      candidates = [["setpriv", "--pdeathsig=QUIT", "--"], []]
    }
    for words in candidates {
      let exit = ServerLauncher.exit(of: words, testing: paths, environment)
      guard exit == .status(0) || exit == .status(ServerLauncher.unreachable) else { continue }
      self.words = words
      reachesAll = exit == .status(0)
      return
    }
    throw ServerStartError(
      "PostgreSQL does not run as root, and setpriv cannot change to the user '\(user?.name ?? "")'\n"
        + "install util-linux or run plangate as an ordinary user")
  }

  private static let unreachable: Int32 = 99

  private static func exit(
    of words: [String], testing paths: [String], _ environment: [String: String]
  ) -> ChildExit? {
    let all = words + ["/bin/sh", "-c", "for path; do test -x \"$path\" || exit \(unreachable); done", "sh"] + paths
    return try? ChildProcess.run(Command(all[0], Array(all.dropFirst()), environment: environment, directory: "/"))
  }

  func command(_ program: String, _ arguments: [String], environment: [String: String], outputPath: String?) -> Command
  {
    let all = words + [program] + arguments
    // The server's user may not enter plangate's directory.
    return Command(all[0], Array(all.dropFirst()), environment: environment, directory: "/", outputPath: outputPath)
  }

  /// Whether the server's user may use these: directories to enter, programs to run.
  func canReach(_ paths: [String], environment: [String: String]) -> Bool {
    ServerLauncher.exit(of: words, testing: paths, environment) == .status(0)
  }
}
