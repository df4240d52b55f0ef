import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Recognizes a full disk and says what to do: the system's and PostgreSQL's messages name neither the disk nor a fix.
enum FullDisk {
  private static let words = [
    "No space left on device", "Check free disk space", "Disk quota exceeded", "disk is full", "(SQLSTATE 53100)",
  ]

  /// Whether a text says that a disk is full.
  static func isMeant(by text: String) -> Bool { words.contains { text.contains($0) } }

  /// Whether nothing can be written to the disk of a directory.
  ///
  /// A full disk may also keep an error out of the log.
  static func isFull(_ directory: String) -> Bool {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return false }
    let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    // tmpfs and some other file systems report no inode counts.
    return free < 256 << 10 || status.f_files > 0 && status.f_favail == 0
  }

  static func advice(_ directory: String) -> String {
    "the disk of \(directory) is full: free some space there, or set TMPDIR to a directory on another disk"
  }
}

extension DatabaseServer {
  /// The next step when a text, or the state of the disk, shows that the disk is full; nil for other errors.
  func fullDiskAdvice(for text: String) -> String? {
    guard host.address == nil else {
      return FullDisk.isMeant(by: text) ? "the disk of the server is full: free some space there" : nil
    }
    // A crashed server's last messages are in its log.
    let mayBeCrash = text.contains("closed the connection") || text.contains("checkpoint request failed")
    guard FullDisk.isMeant(by: text) || mayBeCrash && FullDisk.isMeant(by: logTail) || FullDisk.isFull(directory)
    else { return nil }
    return FullDisk.advice(parentDirectory(of: directory))
  }

  /// The error, with the advice added if a full disk is the reason.
  func advised(_ error: Diagnostic) -> Diagnostic {
    guard let advice = fullDiskAdvice(for: error.message) else { return error }
    var error = error
    // When initdb and the server fail for lack of space, the rest of their output is irrelevant.
    let isStart = ["initdb failed", "the server does not start", "the server is not ready"].contains {
      error.message.hasPrefix($0)
    }
    error.message = isStart ? advice : "\(error.message)\n\(advice)"
    return error
  }
}
