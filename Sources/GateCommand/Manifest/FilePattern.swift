import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Finds the files that a path of the manifest names, following links.
enum FilePattern {
  static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

  /// The files and directories that a pattern matches, in natural order.
  ///
  /// `**` stands for any number of directories.
  ///
  /// - Parameter directory: the directory in which a relative pattern begins. Its name is not treated as a pattern.
  static func matches(_ pattern: String, in directory: String) -> [String] {
    Set(expanded(joined(escaped(directory), pattern))).map { NaturalOrder($0) }.sorted().map(\.path)
  }

  private static func expanded(_ pattern: String) -> [String] {
    var parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    guard let index = parts.firstIndex(of: "**") else { return glob(pattern) }
    let start = parts[..<index].joined(separator: "/")
    parts.removeSubrange(...index)
    let rest = parts.joined(separator: "/")
    let starts = start.isEmpty ? [index == 0 ? "." : "/"] : glob(start)
    return starts.filter(isDirectory).flatMap { start in
      // Like shells, `**` skips names that begin with a dot.
      if rest.isEmpty { return tree(start) { !$0.hasPrefix(".") }.files }
      return tree(start) { !$0.hasPrefix(".") }.directories.flatMap { directory in
        expanded(escaped(directory) + "/" + rest)
      }
    }
  }

  private static func escaped(_ path: String) -> String {
    path.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  private static func glob(_ pattern: String) -> [String] {
    var matches = glob_t()
    defer { globfree(&matches) }
    #if canImport(Darwin)
      let status = Darwin.glob(pattern, 0, nil, &matches)
    #else
      let status = Glibc.glob(pattern, 0, nil, &matches)
    #endif
    guard status == 0, let paths = matches.gl_pathv else { return [] }
    return (0..<Int(matches.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
  }

  static func isDirectory(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
  }

  /// All files in a directory and below it, in natural order, including broken links.
  static func files(in directory: String) -> [String] { tree(directory) { _ in true }.files }

  private struct Identity: Hashable {
    let device: dev_t
    let inode: ino_t

    init?(_ path: String) {
      var info = stat()
      guard stat(path, &info) == 0 else { return nil }
      (device, inode) = (info.st_dev, info.st_ino)
    }
  }

  /// A directory, the directories below it and their files.
  private static func tree(
    _ root: String, where isWanted: (String) -> Bool
  ) -> (directories: [String], files: [String]) {
    var directories: [String] = []
    var files: [String] = []
    func add(_ directory: String, below ancestors: [Identity]) {
      // A link to an ancestor directory would loop.
      guard let identity = Identity(directory), !ancestors.contains(identity) else { return }
      directories.append(directory)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      for name in names.sorted() where isWanted(name) {
        let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
        if isDirectory(path) { add(path, below: ancestors + [identity]) } else { files.append(path) }
      }
    }
    add(root, below: [])
    return (directories, files.map { NaturalOrder($0) }.sorted().map(\.path))
  }
}
