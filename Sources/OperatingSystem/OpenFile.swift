#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file that is open as long as this value lives.
package final class OpenFile: Sendable {
  package let descriptor: Int32

  /// - Parameter descriptor: it becomes this value's own.
  package init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Opens a file for reading; nil when that is not possible, `errno` says why.
  package init?(reading path: String) {
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard opened >= 0 else { return nil }
    descriptor = outOfTheWay(opened)
  }

  deinit { close(descriptor) }

  /// The name of `Command.inherited` for the program.
  package static let childPath = "/dev/fd/4"
}
