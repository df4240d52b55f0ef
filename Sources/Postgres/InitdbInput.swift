import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The files that initdb makes a cluster from, with one setting more: the dynamic shared memory of the servers that it
/// runs lies in the cluster. By itself it takes `/dev/shm`, which in containers may have less than the megabyte that it
/// needs since PostgreSQL 15, and where the memory of a server that crashed or was killed would stay.
///
/// `initdb --set` does the same from PostgreSQL 16 on alone.
enum InitdbInput {
  /// Makes a directory of links to the installation's files.
  ///
  /// - Parameters:
  ///   - directory: which does not exist yet.
  ///   - original: the installation's.
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
    // Of two lines the server takes the last.
    let changed = text + Data("\ndynamic_shared_memory_type = mmap\n".utf8)
    // For the server's user to read, whatever the umask is.
    return (try? changed.write(to: URL(filePath: path))) != nil && chmod(directory, 0o755) == 0
      && chmod(path, 0o644) == 0
  }

  /// The installation's directory, from what `initdb --show` prints.
  static func original(in text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix("share_path=/") }.map { String($0.dropFirst("share_path=".count)) }
  }
}
