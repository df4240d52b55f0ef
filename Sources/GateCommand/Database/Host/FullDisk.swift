import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A disk that is full, and what to do: the words of the system and of PostgreSQL name neither the disk nor a remedy.
enum FullDisk {
  private static let words = [
    "No space left on device", "Check free disk space", "Disk quota exceeded", "disk is full", "(SQLSTATE 53100)",
  ]

  /// Whether a text says that a disk is full.
  static func isMeant(by text: String) -> Bool { words.contains { text.contains($0) } }

  /// Whether nothing can be written to the disk of a directory. A full disk keeps an error from being logged, too.
  static func isFull(_ directory: String) -> Bool {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return false }
    let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    // tmpfs and some others count no inodes.
    return free < 256 << 10 || status.f_files > 0 && status.f_favail == 0
  }

  static func advice(_ directory: String) -> String {
    "the disk of \(directory) is full: free some space there, or set TMPDIR to a directory on another disk"
  }
}

extension GateServer {
  /// What to do when a text, or the state of the disk, says that no more could be written; nil for other errors.
  func fullDiskAdvice(for text: String) -> String? {
    guard host.address == nil else {
      return FullDisk.isMeant(by: text) ? "the disk of the server is full: free some space there" : nil
    }
    // What a crashed server said before it crashed stands in its log.
    let mayBeCrash = text.contains("closed the connection") || text.contains("checkpoint request failed")
    guard FullDisk.isMeant(by: text) || mayBeCrash && FullDisk.isMeant(by: logTail) || FullDisk.isFull(directory)
    else { return nil }
    return FullDisk.advice(parentDirectory(of: directory))
  }

  /// The same error with the advice where a full disk is the reason.
  func advised(_ error: Diagnostic) -> Diagnostic {
    guard let advice = fullDiskAdvice(for: error.message) else { return error }
    var error = error
    // Where initdb and the server fail for want of space, all else that they print is beside the point.
    let isStart = ["initdb failed", "the server does not start", "the server is not ready"].contains {
      error.message.hasPrefix($0)
    }
    error.message = isStart ? advice : "\(error.message)\n\(advice)"
    return error
  }
}
