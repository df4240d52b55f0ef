import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A copy of the files that initdb makes a cluster from, with one more setting: dynamic shared memory lies in the
/// cluster.
///
/// By default initdb's servers use `/dev/shm`. In containers that may have less than the megabyte needed since
/// PostgreSQL 15, and the memory of a server that crashed or was killed would stay there.
///
/// `initdb --set` does the same, but only since PostgreSQL 16.
enum InitdbInput {
  /// Makes a directory of links to the installation's files.
  ///
  /// - Parameters:
  ///   - directory: the directory, which must not exist yet.
  ///   - original: the directory of the installation.
  /// - Returns: whether it is complete.
  static func make(_ directory: String, from original: String) -> Bool {
    let sample = "postgresql.conf.sample"
    guard mkdir(directory, 0o755) == 0,
      let names = try? FileManager.default.contentsOfDirectory(atPath: original), names.contains(sample),
      let text = FileManager.default.contents(atPath: "\(original)/\(sample)")
    else { return false }
    for name in names where name != sample {
      guard symlink("\(original)/\(name)", "\(directory)/\(name)") == 0 else { return false }
    }
    let path = "\(directory)/\(sample)"
    // The last of two lines counts.
    let changed = text + Data("\ndynamic_shared_memory_type = mmap\n".utf8)
    // The server's user must be able to read it, whatever the umask is.
    return (try? changed.write(to: URL(filePath: path))) != nil && chmod(directory, 0o755) == 0
      && chmod(path, 0o644) == 0
  }

  /// The installation's directory, from the output of `initdb --show`.
  static func original(in text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix("share_path=/") }.map { String($0.dropFirst("share_path=".count)) }
  }
}
