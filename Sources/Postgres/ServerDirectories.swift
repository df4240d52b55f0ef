import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The directories of a disposable server.
///
/// The directory of a run holds a file that stays locked as long as plangate lives; by it the next run recognizes what
/// a killed run left behind.
///
/// All are of mode 0700. When root has another user run the server, the run's directory still belongs to root and that
/// user may only pass through it: root must not write where the server could place a link.
struct ServerDirectories: Sendable {
  let run: String
  /// The socket directory, inside the run's directory unless that path is too long for a socket address.
  let socket: String
  private let locks: [FileLock]
  private let made: [String]

  var data: String { run + "/data" }
  var log: String { run + "/server.log" }
  var configuration: String { run + "/postgresql.conf" }

  /// The limit: `sockaddr_un` holds 108 bytes on Linux, 104 on macOS.
  private static let longestSocketPath = 100
  private static let prefix = "plangate-"

  /// The paths that the server's user must be able to reach.
  static func needed(_ installation: ServerInstallation) -> [String] { programs(installation) + [temporaryDirectory()] }

  private static func programs(_ installation: ServerInstallation) -> [String] {
    ["\(installation.binaries)/postgres", "\(installation.binaries)/initdb"]
  }

  init(
    _ launcher: ServerLauncher, _ installation: ServerInstallation, environment: [String: String]
  ) throws(ServerStartError) {
    var base = temporaryDirectory()
    if let user = launcher.user, !launcher.reachesAll {
      guard try launcher.canReach(ServerDirectories.programs(installation), environment: environment) else {
        throw ServerStartError(
          "the user '\(user.name)', which runs the server for root, cannot reach \(installation.binaries)\n"
            + "make the directory readable for it or run plangate as an ordinary user")
      }
      base = "/tmp"
    }
    for base in Set([base, "/tmp"]) { ServerDirectories.sweep(base) }
    let (run, lock) = try ServerDirectories.make(in: base)
    self.run = run
    var made = [run]
    var locks = [lock]
    do throws(ServerStartError) {
      var place = run
      // A comma separates socket directories, for both the server and libpq.
      if run.utf8.count + "/socket/.s.PGSQL.65535".utf8.count > ServerDirectories.longestSocketPath || run.contains(",")
      {
        let other = try ServerDirectories.make(in: "/tmp")
        place = other.path
        made.append(place)
        locks.append(other.lock)
      }
      socket = place + "/socket"
      for path in made where launcher.user != nil && chmod(path, 0o711) != 0 { throw ServerDirectories.refusal(path) }
      try ServerDirectories.make(socket, for: launcher.user)
    } catch {
      for path in made { removeTree(path) }
      throw error
    }
    self.locks = locks
    self.made = made
  }

  /// Makes a directory that belongs to the server's user.
  static func make(_ path: String, for user: SystemUser?) throws(ServerStartError) {
    guard mkdir(path, 0o700) == 0, user.map({ chown(path, $0.uid, $0.gid) == 0 }) ?? true else { throw refusal(path) }
  }

  private static func refusal(_ path: String) -> ServerStartError {
    ServerStartError("cannot make \(path): \(String(cString: strerror(errno)))")
  }

  /// Makes a directory that no other run mistakes for a leftover.
  static func make(in base: String) throws(ServerStartError) -> (path: String, lock: FileLock) {
    // Before the lock is taken, another run's sweep may mistake the directory for a leftover.
    for _ in 0..<20 {
      if let made = try makeOnce(in: base) { return made }
    }
    throw ServerStartError("cannot lock a directory in \(base): other runs keep removing it")
  }

  private static func makeOnce(in base: String) throws(ServerStartError) -> (path: String, lock: FileLock)? {
    var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ServerStartError(
        "cannot make a directory in \(base): \(String(cString: strerror(errno)))\nset TMPDIR to a writable directory"
      )
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let lock = FileLock(path + "/lock", creates: true, isShared: false, waits: false) else {
      if [ENOENT, EWOULDBLOCK].contains(errno) { return nil }
      let reason = String(cString: strerror(errno))
      removeTree(path)
      throw ServerStartError("cannot write to \(path): \(reason)")
    }
    guard lock.isStill(at: path + "/lock") else { return nil }
    return (path, lock)
  }

  func remove() {
    for path in made { ServerDirectories.remove(path) }
  }

  /// Removes a directory, its lock last: if the process is killed on the way, the next run recognizes the rest.
  static func remove(_ path: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name != "lock" { removeTree("\(path)/\(name)") }
    removeTree(path)
  }

  /// Whether `mkdtemp` could have made this name from plangate's template.
  static func isName(_ name: String) -> Bool {
    name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6
  }

  // MARK: Leftovers of killed runs

  /// Removes the directories of runs that did not finish.
  ///
  /// A directory must be plangate's by its name and owner, and its lock must be free.
  static func sweep(_ base: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
    for name in names where isName(name) {
      let path = "\(base)/\(name)"
      var info = stat()
      guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, [0o700, 0o711].contains(info.st_mode & 0o777),
        info.st_uid == geteuid()
      else { continue }
      if let lock = FileLock(path + "/lock", creates: false, isShared: false, waits: false) {
        withExtendedLifetime(lock) {
          killBackends(ofCluster: path + "/data")
          removeSharedMemory(ofCluster: path + "/data")
          var data = stat()
          if lstat(path + "/data", &data) == 0, data.st_mode & S_IFMT == S_IFDIR {
            removeSharedMemory(inDirectory: path + "/data", user: data.st_uid)
          }
          remove(path)
        }
      } else if errno == ENOENT {
        // The run was killed before it had a lock, or when only the lock was gone: the directory is empty.
        rmdir(path)
      }
    }
  }
}
