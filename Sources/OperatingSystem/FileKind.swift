#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The kind of file at a path, following links.
package enum FileKind: Equatable, Sendable {
  case regular, directory, pipe, socket, device

  /// Nil when nothing exists there or it is not visible.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    default: self = .device
    }
  }

  /// The kind with its article, such as `a pipe` in "it is a pipe".
  package var description: String {
    switch self {
    case .regular: "a file"
    case .directory: "a directory"
    case .pipe: "a pipe"
    case .socket: "a socket"
    case .device: "a device"
    }
  }

  /// A short description of a system call's error number.
  package static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file or directory"
    case EACCES, EPERM: "permission denied"
    case EISDIR: "it is a directory"
    case ENOTDIR: "part of its path is not a directory"
    case ENOSPC: "no space left on the disk"
    case EROFS: "the file system is read-only"
    case ENXIO: "it is a socket, or a device that does not exist"
    case ELOOP: "its links form a loop"
    default: String(cString: strerror(code))
    }
  }
}
