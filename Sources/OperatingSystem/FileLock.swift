#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A lock on a file, which ends with this value or with the process.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Nil when another holds it, or the file cannot be opened; `errno` tells. A signal ends the waiting.
  package init?(_ path: String, creates: Bool, isShared: Bool, waits: Bool) {
    // A failed initialiser that has set all its properties runs deinit, which would close what is no longer its own.
    let file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (creates ? O_CREAT : 0), 0o600)
    guard file >= 0 else { return nil }
    // Not by flock's own waiting: signals are blocked in all threads but the one that listens for them.
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

  /// Whether the file has its name still.
  package func isStill(at path: String) -> Bool {
    var info = stat()
    var named = stat()
    return fstat(descriptor, &info) == 0 && lstat(path, &named) == 0 && info.st_ino == named.st_ino
      && info.st_dev == named.st_dev
  }
}
