#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What stands at a path, links followed.
package enum FileKind: Equatable, Sendable {
  case regular, directory, pipe, socket, device

  /// Nil when there is nothing, or nothing that may be seen.
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

  /// `a pipe`, as in "it is a pipe".
  package var description: String {
    switch self {
    case .regular: "a file"
    case .directory: "a directory"
    case .pipe: "a pipe"
    case .socket: "a socket"
    case .device: "a device"
    }
  }

  /// What a system call's error number says, in few words.
  package static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file or directory"
    case EACCES, EPERM: "permission denied"
    case EISDIR: "it is a directory"
    case ENOTDIR: "a part of its path is no directory"
    case ENOSPC: "no space left on the disk"
    case EROFS: "the file system is read-only"
    case ENXIO: "it is a socket or a device that is not there"
    case ELOOP: "its links lead in a circle"
    default: String(cString: strerror(code))
    }
  }
}
