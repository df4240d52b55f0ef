#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A lock on a file, released with this value or with the process.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Nil when another process holds the lock or the file cannot be opened; `errno` has the reason.
  ///
  /// A signal ends the wait.
  package init?(_ path: String, creates: Bool, isShared: Bool, waits: Bool) {
    // A failed initializer that has set all its properties runs deinit, which would close a descriptor it does not own.
    let file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (creates ? O_CREAT : 0), 0o600)
    guard file >= 0 else { return nil }
    // flock's own waiting cannot be used: signals are blocked in all threads except the one that listens for them.
    while flock(file, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
      let reason = errno
      if waits, reason == EWOULDBLOCK, Interruption.shared.signal == nil {
        usleep(10_000)
        continue
      }
      close(file)
      errno = reason
      return nil
    }
    descriptor = file
  }

  deinit { close(descriptor) }

  /// Whether the path still names the locked file.
  package func isStill(at path: String) -> Bool {
    var info = stat()
    var named = stat()
    return fstat(descriptor, &info) == 0 && lstat(path, &named) == 0 && info.st_ino == named.st_ino
      && info.st_dev == named.st_dev
  }
}
