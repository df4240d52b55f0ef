import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Whether a user owns a cluster on this machine that plangate did not make.
///
/// It may be running, or in a directory where packages and images put theirs.
func ownsCluster(_ user: SystemUser) -> Bool {
  var patterns = [
    "/var/lib/postgresql/*", "/var/lib/postgresql/*/*", "/var/lib/pgsql/*", "/var/lib/pgsql/*/*", "/var/lib/postgres/*",
  ]
  if let home = getpwuid(user.uid).map({ String(cString: $0.pointee.pw_dir) }), home.hasPrefix("/"), home != "/" {
    patterns += [home, home + "/*", home + "/*/*"]
  }
  return patterns.contains { hasCluster($0, of: user) } || runsCluster(user)
}

private func hasCluster(_ pattern: String, of user: SystemUser) -> Bool {
  var matches = glob_t()
  defer { globfree(&matches) }
  guard glob(pattern + "/PG_VERSION", 0, nil, &matches) == 0, let paths = matches.gl_pathv else { return false }
  return (0..<Int(matches.gl_pathc)).contains { index in
    var info = stat()
    return paths[index].map { stat($0, &info) == 0 && info.st_uid == user.uid } ?? false
  }
}

/// Whether this user runs a postmaster that plangate did not start.
///
/// Only Linux shows this without another program.
private func runsCluster(_ user: SystemUser) -> Bool {
  #if os(Linux)
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return numbers.contains { number in
      var info = stat()
      guard pid_t(number) != nil, stat("/proc/\(number)", &info) == 0, info.st_uid == user.uid,
        let bytes = FileManager.default.contents(atPath: "/proc/\(number)/cmdline")
      else { return false }
      return isForeignPostmaster(bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }
  #else
    return false
  #endif
}

/// Whether a command line is that of a postmaster whose data directory is outside plangate's directories.
func isForeignPostmaster(_ words: [String]) -> Bool {
  guard let program = words.first?.split(separator: "/").last, ["postgres", "postmaster"].contains(program) else {
    return false
  }
  guard let option = words.firstIndex(of: "-D"), option + 1 < words.count else { return true }
  return !ServerDirectories.isName(
    parentDirectory(of: words[option + 1]).split(separator: "/").last.map(String.init) ?? "")
}
