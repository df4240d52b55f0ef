import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension ClusterCache {
  /// The reason that a cache directory's contents cannot be trusted, with the next step.
  ///
  /// Nil when only this user (and root) can have written them, or when the directory does not exist yet.
  ///
  /// A cluster holds code that the server runs (functions, triggers, preloaded libraries) and the rows that verdicts
  /// depend on. Anyone who can write to the cache controls both.
  static func distrust(_ base: String, user: uid_t = geteuid()) -> String? {
    let directory = "\(base)/\(version)"
    let paths = [base, directory] + ["entries", "unfinished", "scans", "lock"].map { "\(directory)/\($0)" }
    for path in paths {
      var info = stat()
      // The user may link the base directory to anywhere; below it plangate makes no links.
      guard (path == base ? stat(path, &info) : lstat(path, &info)) == 0 else { continue }
      let reason: String
      if info.st_mode & S_IFMT == S_IFLNK {
        reason = "\(path) is a symbolic link"
      } else if info.st_uid != user {
        reason = "\(path) belongs to another user (uid \(info.st_uid), not \(user))"
      } else if info.st_mode & 0o022 != 0, !(path == base && info.st_mode & S_ISVTX != 0) {
        // In a sticky directory, such as a tmpfs, other users cannot touch this user's directories below.
        reason = "other users can write to \(path) (mode \(String(info.st_mode & 0o7777, radix: 8)))"
      } else {
        continue
      }
      return "\(reason)\nremove the directory, or set PLANGATE_CACHE_DIR to one that only you can write to"
    }
    return nil
  }

  /// Makes the cache's directories, writable by this user alone whatever the umask is.
  func makeDirectories() throws(Diagnostic) {
    if access(base, F_OK) != 0 {
      do { try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true) } catch {
        throw Diagnostic("cannot create the cache \(entries): \(reason(of: error))")
      }
      chmod(base, 0o700)
    }
    for path in [directory, entries, unfinished] where mkdir(path, 0o700) != 0 && errno != EEXIST {
      throw Diagnostic("cannot create the cache \(entries): \(String(cString: strerror(errno)))")
    }
  }
}
