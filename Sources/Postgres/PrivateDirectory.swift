#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A directory of mode 0700 for one run. When plangate is killed, the next run removes it.
package final class PrivateDirectory: Sendable {
  package let path: String
  private let lock: FileLock

  package init() throws(ServerStartError) {
    let base = temporaryDirectory()
    ServerDirectories.sweep(base, nil)
    (path, lock) = try ServerDirectories.make(in: base, nil)
  }

  deinit { remove() }

  package func remove() { removeTree(path) }

  /// Makes a file that nobody else may read.
  package func makeFile(_ name: String, _ text: String) throws(ServerStartError) {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ServerStartError("cannot write \(file): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = String(cString: strerror(errno))
        unlink(file)
        throw ServerStartError("cannot write \(file): \(reason)")
      }
      rest = rest.dropFirst(count)
    }
  }

  package func remove(_ name: String) { unlink("\(path)/\(name)") }
}
