import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Writes files that do not exist.
enum NewFile {
  enum Result: Equatable {
    case written
    /// The file already exists.
    case kept
    case failed(String)
  }

  /// Writes a file with its directories, unless it exists.
  ///
  /// Check and creation are one step, so that nothing can come between them.
  static func write(_ text: String, to path: String) -> Result {
    if ProjectTree.exists(path) { return .kept }
    let directory = parentDirectory(of: path)
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      var status = stat()
      let isOther = stat(directory, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
      return .failed(isOther ? "\(directory) is not a directory" : reason(of: error))
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return errno == EEXIST ? .kept : .failed(String(cString: strerror(errno))) }
    let isWhole = writeAll(text, to: descriptor)
    let error = errno
    guard close(descriptor) == 0, isWhole else {
      unlink(path)
      return .failed(String(cString: strerror(isWhole ? errno : error)))
    }
    return .written
  }
}
