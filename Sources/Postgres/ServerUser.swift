import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The user that a server runs as. PostgreSQL refuses to run as root, and containers often are root.
package struct ServerUser: Equatable, Sendable {
  package let name: String
  let uid: uid_t
  let gid: gid_t

  /// The unprivileged user for root: `postgres` when the machine has it and it owns no cluster, else `nobody`. Nil for
  /// everybody else, whose servers run as themselves.
  ///
  /// A server whose files belong to the owner of another cluster could read and write that cluster.
  package static func needed() throws(ServerStartError) -> ServerUser? {
    guard geteuid() == 0 else { return nil }
    let users = ["postgres", "nobody"].compactMap { ServerUser(named: $0) }
    guard let user = users.first(where: { !ownsCluster($0) }) ?? users.last else {
      throw ServerStartError(
        "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'\n"
          + "make one (useradd --system postgres) or run plangate as an ordinary user")
    }
    return user
  }

  init(name: String, uid: uid_t, gid: gid_t) {
    self.name = name
    self.uid = uid
    self.gid = gid
  }

  /// Nil when the machine has no such user, or calls root so.
  private init?(named name: String) {
    guard let entry = getpwnam(name), entry.pointee.pw_uid != 0 else { return nil }
    self.init(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
  }

  /// The words that run a program as this user.
  package var words: [String] { ["setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--init-groups", "--"] }

  /// Whether this user may read a file or enter a directory, by the modes of all directories on the way; access control
  /// lists do not count.
  package func canRead(_ path: String) -> Bool {
    let groups = self.groups
    func may(_ path: String, _ bits: mode_t) -> Bool {
      var info = stat()
      guard stat(path, &info) == 0 else { return false }
      let shift: mode_t = info.st_uid == uid ? 6 : groups.contains(info.st_gid) ? 3 : 0
      return (info.st_mode >> shift) & bits == bits
    }
    // The way by the path's own names, and the way that its links lead.
    for path in [path, realPath(path) ?? path] {
      var directory = parent(of: path)
      while true {
        guard may(directory, 0o1) else { return false }
        if directory == "/" || directory == "." { break }
        directory = parent(of: directory)
      }
    }
    var info = stat()
    guard stat(path, &info) == 0 else { return false }
    return may(path, info.st_mode & S_IFMT == S_IFDIR ? 0o5 : 0o4)
  }

  private var groups: [gid_t] {
    #if canImport(Darwin)
      var numbers = [Int32](repeating: 0, count: 64)
      var count = Int32(numbers.count)
      let found = getgrouplist(name, Int32(bitPattern: gid), &numbers, &count)
      return found < 0 ? [gid] : numbers.prefix(Int(count)).map { gid_t(bitPattern: $0) }
    #else
      var numbers = [gid_t](repeating: 0, count: 64)
      var count = Int32(numbers.count)
      let found = getgrouplist(name, gid, &numbers, &count)
      return found < 0 ? [gid] : Array(numbers.prefix(Int(count)))
    #endif
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
    var candidates = [["setpriv", "--pdeathsig=QUIT", "--"]]
    if let user {
      // Not runuser: it stays as a parent that lets no SIGINT through, and the server would not be plangate's own child.
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

  /// Nil when the first word cannot be run.
  private static func exit(
    of words: [String], testing paths: [String], _ environment: [String: String]
  ) throws(ServerStartError) -> ChildExit? {
    let all = words + ["/bin/sh", "-c", "for path; do test -x \"$path\" || exit \(unreachable); done", "sh"] + paths
    do {
      return try ChildProcess.run(Command(all[0], Array(all.dropFirst()), environment: environment, directory: "/"))
    } catch {
      // Then nothing is known of setpriv.
      if error.isExhausted { throw ServerStartError(error.description) }
      return nil
    }
  }

  func command(_ program: String, _ arguments: [String], environment: [String: String], outputPath: String?) -> Command
  {
    let all = words + [program] + arguments
    // The server's user may not enter plangate's directory.
    var command = Command(
      all[0], Array(all.dropFirst()), environment: environment, directory: "/", outputPath: outputPath)
    command.user = user
    return command
  }

  /// Whether the server's user may use these: directories to enter, programs to run.
  func canReach(_ paths: [String], environment: [String: String]) throws(ServerStartError) -> Bool {
    try ServerLauncher.exit(of: words, testing: paths, environment) == .status(0)
  }
}
