#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file that stays open as long as this value lives.
package final class OpenFile: Sendable {
  package let descriptor: Int32

  /// - Parameter descriptor: the open file, which this value takes over.
  package init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Opens a file for reading; nil when that fails, with the reason in `errno`.
  package init?(reading path: String) {
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard opened >= 0 else { return nil }
    descriptor = outOfTheWay(opened)
  }

  deinit { close(descriptor) }

  /// The path under which a program finds `Command.inherited`.
  package static let childPath = "/dev/fd/4"
}
