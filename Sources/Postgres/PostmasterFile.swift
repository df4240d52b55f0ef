import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The contents of a postmaster's `postmaster.pid`, in the layout of `miscadmin.h`.
struct PostmasterFile {
  private let lines: [Substring]

  static func path(ofCluster dataDirectory: String) -> String { "\(dataDirectory)/postmaster.pid" }

  /// Nil when there is no such file, as before a server starts and after it has ended.
  ///
  /// The file belongs to the server's user, so anything but a regular file is ignored.
  init?(ofCluster dataDirectory: String) {
    let path = PostmasterFile.path(ofCluster: dataDirectory)
    var info = stat()
    guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size < 1 << 16,
      let bytes = FileManager.default.contents(atPath: path)
    else { return nil }
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The process id.
  ///
  /// A standalone server, as initdb starts it, writes it as a negative number.
  var process: pid_t? { lines.first.flatMap { pid_t($0) }.map(abs) }

  /// The number of its System V shared memory segment.
  var segment: Int32? {
    guard lines.count > 6 else { return nil }
    return lines[6].split(separator: " ").last.flatMap { Int32($0) }
  }

  /// Whether the server accepts connections.
  var isReady: Bool { lines.count > 7 && lines[7].hasPrefix("ready") }
}
