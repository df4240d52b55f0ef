#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A user of the machine.
package struct SystemUser: Equatable, Sendable {
  package let name: String
  package let uid: UInt32
  package let gid: UInt32

  package init(name: String, uid: UInt32, gid: UInt32) {
    self.name = name
    self.uid = uid
    self.gid = gid
  }

  /// Nil when the machine has no such user or the name belongs to root.
  package init?(named name: String) {
    guard let entry = getpwnam(name), entry.pointee.pw_uid != 0 else { return nil }
    self.init(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
  }

  /// The words that run a program as this user.
  package var words: [String] { ["setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--init-groups", "--"] }

  /// Whether this user may read a file or enter a directory, by the modes of all directories on the path.
  ///
  /// Access control lists are ignored.
  package func canRead(_ path: String) -> Bool {
    let groups = self.groups
    func may(_ path: String, _ bits: mode_t) -> Bool {
      var info = stat()
      guard stat(path, &info) == 0 else { return false }
      let shift: mode_t = info.st_uid == uid ? 6 : groups.contains(info.st_gid) ? 3 : 0
      return (info.st_mode >> shift) & bits == bits
    }
    // Both the path as written and the path with its links resolved.
    for path in [path, resolvedPath(path) ?? path] {
      var directory = parentDirectory(of: path)
      while true {
        guard may(directory, 0o1) else { return false }
        if directory == "/" || directory == "." { break }
        directory = parentDirectory(of: directory)
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
