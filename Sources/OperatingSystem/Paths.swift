import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The directory part of a path as it is written; `.` for a bare name.
package func parentDirectory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path of the manifest relative to the current directory: `queries` and `../seed/a.sql` make `seed/a.sql`.
package func joined(_ directory: String, _ path: String) -> String {
  if path.hasPrefix("/") { return path }
  let isAbsolute = directory.hasPrefix("/")
  var parts = directory.split(separator: "/").filter { $0 != "." }
  for part in path.split(separator: "/") where part != "." {
    if part == "..", let last = parts.last, last != ".." {
      parts.removeLast()
    } else if part != ".." || !isAbsolute || !parts.isEmpty {
      parts.append(part)
    }
  }
  if isAbsolute { return "/" + parts.joined(separator: "/") }
  return parts.isEmpty ? "." : parts.joined(separator: "/")
}

/// The directory for temporary files, as an absolute path without a trailing slash.
package func temporaryDirectory() -> String {
  var path = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
  path = path.isEmpty ? "/tmp" : absolutePath(path)
  return path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
}

/// The absolute path, with its links unresolved.
package func absolutePath(_ path: String) -> String {
  path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
}

/// The absolute path with its links resolved; nil if the file does not exist.
package func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The file that a shell would run for this name; nil when there is none.
package func findProgram(_ name: String, in path: String?) -> String? {
  if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
  for directory in (path ?? "").split(separator: ":") {
    let candidate = "\(directory)/\(name)"
    var info = stat()
    if stat(candidate, &info) == 0, info.st_mode & S_IFMT == S_IFREG, access(candidate, X_OK) == 0 { return candidate }
  }
  return nil
}

/// A path relative to a directory, both as written or absolute: `../seed/a.sql` for `seed/a.sql` and `queries`.
package func relativePath(_ path: String, to directory: String) -> String {
  let target = joined("/", String(absolutePath(path).dropFirst())).split(separator: "/")
  let start = joined("/", String(absolutePath(directory).dropFirst())).split(separator: "/")
  let same = zip(target, start).prefix { $0 == $1 }.count
  return (start.dropFirst(same).map { _ in ".." } + target.dropFirst(same)).joined(separator: "/")
}
