package import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A directory of mode 0700 for one run.
///
/// If plangate is killed, the next run removes it.
package final class PrivateDirectory: Sendable {
  package let path: String
  private let lock: FileLock

  package init() throws(ServerStartError) {
    let base = temporaryDirectory()
    ServerDirectories.sweep(base)
    (path, lock) = try ServerDirectories.make(in: base)
  }

  deinit { remove() }

  package func remove() { ServerDirectories.remove(path) }

  /// Makes a file that no other user can read and unlinks it at once, so that not even `kill -9` leaves it behind.
  ///
  /// - Parameter command: the reader, whose user must be able to open it again.
  /// - Returns: the file, to be passed to a child, for which its path is `OpenFile.childPath`.
  package func makeNamelessFile(_ text: String, for command: Command) throws(ServerStartError) -> OpenFile {
    let name = "\(path)/nameless"
    let opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw ServerStartError("cannot write \(name): \(String(cString: strerror(errno)))") }
    unlink(name)
    let descriptor = outOfTheWay(opened)
    let file = OpenFile(descriptor)
    if let user = command.user, fchown(descriptor, user.uid, user.gid) != 0 {
      throw ServerStartError("cannot write \(name): \(String(cString: strerror(errno)))")
    }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw ServerStartError("cannot write \(name): \(String(cString: strerror(errno)))") }
      rest = rest.dropFirst(count)
    }
    // On systems where opening by descriptor does not reopen the file, reading starts here.
    lseek(descriptor, 0, SEEK_SET)
    return file
  }
}
